"""A person_id is minted once, kept while it can be, and never given to somebody else."""

import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.linkage.persons import assign_persons
from plainview.project.specs import AuthoritySpec, Project, ProjectSpec

NAME = AuthoritySpec(name="Smallmere", controller="Smallmere")


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
        self.counts = assign_persons(self.con, self.project, folder, self.previous)
        self.previous = folder / "registry.parquet"
        rows = pq.read_table(folder / "index.parquet").to_pylist()
        return {f"{row['source']}:{row['record_id']}": row["person_id"] for row in rows}

    def _write(self, path, **columns):
        pq.write_table(
            pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}), path
        )

    def registry(self):
        return pq.read_table(self.previous).to_pylist()


CON = connect(memory="500MB", threads=1)  # opening one an example would cost more than the building


@pytest.fixture
def builds(tmp_path):
    return Builds(tmp_path, CON)


def test_ids_are_opaque_and_kept(builds):
    first = builds.build({"a:1": "x", "a:2": "y", "b:1": "x"})
    assert first["a:1"] == first["b:1"] != first["a:2"]
    assert all(re.fullmatch(r"P[0-9A-HJKMNP-TV-Z]{13}", id) for id in first.values())
    bytes_before = builds.previous.read_bytes()
    assert builds.build({"b:1": "other label", "a:2": "q", "a:1": "other label"}) == first
    assert builds.previous.read_bytes() == bytes_before
    assert builds.counts == {"persons": 2, "kept": 2, "minted": 0, "retired": 0}


def test_the_larger_share_keeps_the_id_when_a_person_splits(builds):
    before = builds.build({f"a:{n}": "x" for n in range(5)})
    after = builds.build({"a:0": "p", "a:1": "p", "a:2": "q", "a:3": "q", "a:4": "q"})
    assert after["a:4"] == before["a:4"]
    assert after["a:0"] not in before.values()


def test_the_oldest_id_wins_a_tie_when_two_merge(builds):
    old = builds.build({"b:1": "x"})["b:1"]
    new = builds.build({"b:1": "x", "a:1": "y"})["a:1"]
    assert new != old
    merged = builds.build({"b:1": "z", "a:1": "z"})
    assert set(merged.values()) == {old}
    assert builds.counts["retired"] == 1


def test_an_id_whose_records_all_moved_is_not_minted_again(builds):
    builds.build({"a:1": "x", "b:1": "y", "b:2": "y"})
    first = builds.build({"a:1": "x", "b:1": "y", "b:2": "y"})
    builds.build({"a:1": "m", "b:1": "m", "b:2": "m"})
    split = builds.build({"a:1": "x", "b:1": "y", "b:2": "y"})
    assert split["b:1"] == first["b:1"]
    assert split["a:1"] not in first.values()


def test_gone_records_are_remembered_and_take_their_id_again(builds):
    first = builds.build({"a:1": "x", "a:2": "y"})
    builds.build({"a:2": "y"})
    assert {row["record_id"] for row in builds.registry()} == {"1", "2"}
    assert builds.build({"a:1": "x", "a:2": "y"}) == first


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
    """Ids part people as clusters do, are never reused by strangers, and do not depend on row order."""
    straight, turned = (Builds(tmp_path_factory.mktemp(name), CON) for name in "st")
    ever: dict[str, set[str]] = {}
    for clusters in history:
        ids = straight.build(clusters)
        assert turned.build(dict(reversed(clusters.items()))) == ids
        for one in clusters:
            for other in clusters:
                assert (ids[one] == ids[other]) == (clusters[one] == clusters[other])
        for id in set(ids.values()):
            holders = {key for key in ids if ids[key] == id}
            assert id not in ever or ever[id] & holders
            ever[id] = ever.get(id, set()) | holders
