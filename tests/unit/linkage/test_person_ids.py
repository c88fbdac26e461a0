"""A person_id is minted once, kept while it can be, and never given to somebody else."""

import datetime as dt
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.linkage.ledger import look_up, resolve
from plainview.linkage.person_changes import Ids, apply_changes, assign_changed, drop_changes, load_ids
from plainview.linkage.persons import PERSON_TABLES, assign_persons
from plainview.project.errors import UserError
from plainview.project.specs import AuthoritySpec, Project, ProjectSpec

NAME = AuthoritySpec(name="Smallmere", controller="Smallmere")
FIRST_DAY = dt.date(2026, 1, 5)


class Builds:
    """Snapshots one after another: each is a dict of record to cluster."""

    def __init__(self, root, con):
        self.root, self.number, self.previous = root, 0, None
        self.project = Project(root=root, spec=ProjectSpec(authority=NAME), sources=())
        self.con = con

    def build(self, clusters):
        self.number += 1
        folder = self.root / str(self.number)
        folder.mkdir(parents=True)
        records = [key.split(":") for key in clusters]
        self._write(folder / "identities.parquet", source=[r[0] for r in records], record_id=[r[1] for r in records],
                    tuple_id=list(clusters))  # fmt: skip
        self._write(folder / "clusters.parquet", tuple_id=list(clusters), cluster=list(clusters.values()))
        self.counts = assign_persons(self.con, self.project, folder, self.previous, self.day)
        self.previous = folder
        return {f"{row['source']}:{row['record_id']}": row["person_id"] for row in self.rows("index")}

    @property
    def day(self):
        return FIRST_DAY + dt.timedelta(weeks=self.number - 1)

    def _write(self, path, **columns):
        pq.write_table(
            pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), path
        )

    def rows(self, name):
        return pq.read_table(self.previous / f"{name}.parquet").to_pylist()

    def bytes(self):
        return {name: (self.previous / f"{name}.parquet").read_bytes() for name in PERSON_TABLES}

    def told(self):
        """The ledger of the last build: event, id and other id, and how many records."""
        last = self.rows("id_ledger")[-1]["generation"]
        return [
            (row["event"], row["person_id"], row["other_person_id"], row["records"])
            for row in self.rows("id_ledger")
            if row["generation"] == last
        ]

    def now(self, person_id):
        return resolve(self.con, self.previous, person_id)


CON = connect(memory="500MB", threads=1)  # opening one an example would cost more than the building


@pytest.fixture
def builds(tmp_path):
    return Builds(tmp_path, CON)


def test_ids_are_opaque_and_kept(builds):
    first = builds.build({"a:1": "x", "a:2": "y", "b:1": "x"})
    assert first["a:1"] == first["b:1"] != first["a:2"]
    assert all(re.fullmatch(r"P[0-9A-HJKMNP-TV-Z]{13}", id) for id in first.values())


def test_a_refresh_without_news_changes_no_byte(builds):
    first = builds.build({"a:1": "x", "a:2": "y", "b:1": "x"})
    before = builds.bytes()
    assert builds.build({"b:1": "other label", "a:2": "q", "a:1": "other label"}) == first
    assert [name for name in before if builds.bytes()[name] != before[name]] == []
    churn = ("minted", "split", "merged", "retired", "revived", "moved")
    assert builds.counts == dict.fromkeys(churn, 0) | {
        "persons": 2,
        "kept": 2,
        "records": 3,
        "share_moved": 0,
    }


def test_the_larger_share_keeps_the_id_when_a_person_splits(builds):
    before = builds.build({f"a:{n}": "x" for n in range(5)})
    after = builds.build({"a:0": "p", "a:1": "p", "a:2": "q", "a:3": "q", "a:4": "q"})
    old, new = before["a:4"], after["a:0"]
    assert after["a:4"] == old
    assert new != old
    assert builds.told() == [("minted", new, None, 2), ("split", old, new, 2)]
    assert builds.now(old) == [old, new]
    assert builds.counts["share_moved"] == 0.4


def test_the_oldest_id_wins_a_tie_when_two_merge(builds):
    old = builds.build({"b:1": "x"})["b:1"]
    new = builds.build({"b:1": "x", "a:1": "y"})["a:1"]
    assert new != old
    merged = builds.build({"b:1": "z", "a:1": "z"})
    assert set(merged.values()) == {old}
    assert builds.told() == [("merged", new, old, 1)]
    assert builds.now(new) == [old]
    assert builds.counts["merged"] == 1


def test_whoever_did_not_change_keeps_their_id_whatever_comes_back(builds):
    first = builds.build({"a:1": "x", "a:2": "x", "a:3": "x"})
    builds.build({"a:1": "x"})
    again = builds.build({"a:1": "x", "a:2": "y", "a:3": "y"})
    assert again["a:1"] == first["a:1"] != again["a:2"]


def test_an_id_whose_records_all_moved_is_not_minted_again(builds):
    builds.build({"a:1": "x", "b:1": "y", "b:2": "y"})
    first = builds.build({"a:1": "x", "b:1": "y", "b:2": "y"})
    builds.build({"a:1": "m", "b:1": "m", "b:2": "m"})
    split = builds.build({"a:1": "x", "b:1": "y", "b:2": "y"})
    assert split["b:1"] == first["b:1"]
    assert split["a:1"] not in first.values()


def test_gone_records_are_remembered_and_take_their_id_again(builds):
    first = builds.build({"a:1": "x", "a:2": "y"})
    gone = first["a:1"]
    builds.build({"a:2": "y"})
    assert [row["record_id"] for row in builds.rows("gone_records")] == ["1"]
    assert builds.told() == [("retired", gone, None, 1)]
    assert builds.now(gone) == []
    assert "retired" in look_up(CON, builds.previous, gone).reason
    assert builds.build({"a:1": "x", "a:2": "y"}) == first
    assert builds.told() == [("revived", gone, None, 1)]
    assert builds.now(gone) == [gone]
    assert builds.rows("gone_records") == []


def test_an_id_resolves_through_all_that_happened(builds):
    first = builds.build({"a:1": "x", "a:2": "y", "a:3": "y"})
    one, two = first["a:1"], first["a:2"]
    builds.build({"a:1": "x", "a:2": "x", "a:3": "x"})
    third = builds.build({"a:1": "x", "a:2": "x", "a:3": "n"})
    assert builds.now(one) == sorted([two, third["a:3"]], key=lambda id: (id != one, id))
    text = look_up(CON, builds.previous, one).text()
    assert f"{one} is no longer used" in text
    assert "build 2 (2026-01-12)" in text


def test_an_id_that_was_never_given_is_something_to_mend(builds):
    builds.build({"a:1": "x"})
    with pytest.raises(UserError, match="never given"):
        builds.now("P0000000000000")


def test_no_records_at_all(builds):
    assert builds.build({}) == {}


clusterings = st.dictionaries(
    st.sampled_from([f"{source}:{n}" for source in "ab" for n in range(4)]),
    st.sampled_from("pqrs"),
    max_size=8,
)


@settings(max_examples=12)
@given(st.lists(clusterings, min_size=1, max_size=4))
def test_any_history(tmp_path_factory, history):
    """Ids part people as clusters do, are never reused by strangers, and do not depend on row order; an old id
    always leads to those who have its records."""
    straight, turned = (Builds(tmp_path_factory.mktemp(name), CON) for name in "st")
    ever: dict[str, set[str]] = {}
    for clusters in history:
        ids = straight.build(clusters)
        assert turned.build(dict(reversed(clusters.items()))) == ids
        assert turned.bytes() == straight.bytes()
        for one in clusters:
            for other in clusters:
                assert (ids[one] == ids[other]) == (clusters[one] == clusters[other])
        for id in set(ids.values()):
            holders = {key for key in ids if ids[key] == id}
            assert id not in ever or ever[id] & holders
            ever[id] = ever.get(id, set()) | holders
        for id, holders in ever.items():
            assert {ids[key] for key in holders if key in ids} <= set(straight.now(id)) | {
                id for id in ids.values() if not holders
            }
            assert set(straight.now(id)) <= set(ids.values())


def _people(clusters):
    people: dict[str, set[str]] = {}
    for key, cluster in clusters.items():
        people.setdefault(cluster, set()).add(key)
    return people


def _values(rows):
    return ", ".join(f"({', '.join(repr(cell) for cell in row)})" for row in rows)


def _relation(rows, columns):
    empty = ", ".join(f"''::VARCHAR AS {column}" for column in columns)
    if not rows:
        return f"SELECT {empty} WHERE false"
    return f"SELECT * FROM (VALUES {_values(rows)}) t({', '.join(columns)})"


def _delta(before, after, more):
    """The clusters that changed, with some that did not (`more`), and the records that are gone."""
    kept = {frozenset(keys) for keys in _people(before).values()}
    changed = [
        (*key.split(":"), label)
        for label, keys in _people(after).items()
        if frozenset(keys) not in kept or label in more
        for key in keys
    ]
    return changed, [tuple(key.split(":")) for key in before if key not in after]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(clusterings, st.sets(st.sampled_from("pqrs"))), min_size=1, max_size=5))
def test_a_delta_gives_what_a_full_build_gives(tmp_path_factory, history):
    full = Builds(tmp_path_factory.mktemp("full"), CON)
    CON.execute("CREATE SCHEMA IF NOT EXISTS state")
    tables = load_ids(CON, Ids(), "state")
    before: dict[str, str] = {}
    for clusters, more in history:
        full.build(clusters)
        changed, gone = _delta(before, clusters, more)
        counts = assign_changed(
            CON,
            tables,
            changed=_relation(changed, ("source", "record_id", "cluster")),
            gone=_relation(gone, ("source", "record_id")),
            authority="Smallmere",
            as_of=FIRST_DAY + dt.timedelta(weeks=full.number - 1),
        )
        apply_changes(CON, tables)
        drop_changes(CON)
        assert counts.items() <= full.counts.items()
        for name in PERSON_TABLES:
            CON.execute(f"SELECT * FROM read_parquet('{full.previous}/{name}.parquet') ORDER BY ALL")
            expected = CON.fetchall()
            CON.execute(f'SELECT * FROM state."{name}" ORDER BY ALL')
            assert CON.fetchall() == expected, name
        before = clusters


def test_a_delta_that_leaves_out_records_of_a_person_is_refused(builds):
    builds.build({"a:1": "x", "a:2": "x"})
    with pytest.raises(AssertionError, match="only some records"):
        assign_changed(
            CON,
            Ids.of_folder(builds.previous),
            changed="SELECT 'a' AS source, '1' AS record_id, 'x' AS cluster",
            gone="SELECT '' AS source, '' AS record_id WHERE false",
            authority="Smallmere",
            as_of=None,
        )
    drop_changes(CON)


def test_a_snapshot_of_before_the_ledger_is_gone_on_from(builds):
    first = builds.build({"a:1": "x", "a:2": "y"})
    CON.execute(f"COPY (FROM '{builds.previous}/index.parquet') TO '{builds.previous}/registry.parquet'")
    (builds.previous / "id_ledger.parquet").unlink()
    (builds.previous / "gone_records.parquet").unlink()
    assert builds.build({"a:1": "x", "a:2": "x"})["a:1"] in first.values()
    assert [row["event"] for row in builds.rows("id_ledger")] == ["minted", "minted", "merged"]
