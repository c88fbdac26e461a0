"""A delivery worked into what is known gives just what a full run gives."""

import contextlib
import datetime as dt
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from invented import make_source

from plainview.engine.duck import connect
from plainview.linkage import blocking, delta_clusters
from plainview.linkage.blocks import Blocks, touched_pairs
from plainview.linkage.cluster import cluster
from plainview.linkage.collapse import collapse
from plainview.linkage.compare import compare, count_statistics
from plainview.linkage.comparisons import comparisons
from plainview.linkage.decisions import append_decision
from plainview.linkage.delta import apply, find_changes, relink
from plainview.linkage.fields import DATES, IDENTITY
from plainview.linkage.model import PROJECT_MODEL, Model, usual_mixture
from plainview.linkage.persons import PERSON_TABLES, assign_persons
from plainview.linkage.score import score
from plainview.linkage.state import State
from plainview.linkage.statistics import Statistics
from plainview.linkage.train import train
from plainview.project.errors import UserError
from plainview.project.specs import (
    AuthoritySpec,
    ColumnSpec,
    LinkageSpec,
    Project,
    ProjectSpec,
)

TABLES = ("tuples", "identities", "links", "clusters", *PERSON_TABLES)
KEYS = [(source, f"r{number}") for source in ("births", "housing", "schools") for number in range(7)]
AS_OF = dt.date(2026, 1, 1)


def choice(*values):
    return st.sampled_from(values)


PEOPLE = st.fixed_dictionaries(
    {
        "first_name": choice("ada", "adah", "bilal", "bill", None),
        "middle_names": choice(None, None, "may"),
        "last_name": choice("smith", "smyth", "okafor", None),
        "birth_date": choice(dt.date(1980, 2, 3), dt.date(1980, 2, 3), dt.date(1990, 6, 30), None),
        "sex": choice("f", "m", None),
        "nhs_number": choice(None, None, "9434765919", "9434765870"),
        "mobile": choice(None, "07700900123", "07700900456"),
        "house_number": choice("1", "22"),
        "street": choice("mill lane", "high street"),
        "postcode": choice("ZZ11AA", "ZZ12BB"),
        "place": choice("1 mill lane zz11aa", "22 high street zz12bb", None),
    }
)
CHANGES = st.dictionaries(st.sampled_from(KEYS), st.one_of(PEOPLE, PEOPLE, st.none()), max_size=6)
DECISIONS = st.lists(
    st.tuples(choice("same", "not_same", "unlink", "withdraw"), choice(*KEYS), choice(*KEYS)), max_size=2
)


CARYS = {"first_name": "carys", "last_name": "sandwick", "sex": "f", "mobile": "07700900456"}
BORN = dt.date(1980, 2, 3)
SEEN = {
    ("births", "r0"): CARYS
    | {
        "first_name": "carysh",
        "sex": "m",
        "mobile": "07700900123",
        "birth_date": BORN,
        "postcode": "ZZ13ADE",
    },
    ("housing", "r2"): CARYS | {"birth_date": BORN, "postcode": "ZZ13ADE", "place": "1 mill lane zz13ade"},
}
UNBORN = {("housing", "r1"): CARYS | {"middle_names": "may", "postcode": "ZZ23BRO"}}
"""One of no known birth date: evidence against it counts half."""


def source_spec(id, trust, single):
    columns = {
        "record_id": ColumnSpec(meaning="record_id"),
        "birth_date": ColumnSpec(meaning="birth_date", trust=trust),
    }
    return make_source(id, columns, one_record_per_person=single)


def make_project(root):
    """Three sources: one that saw papers, one with one record a person. The usual model is kept."""
    spec = ProjectSpec(
        authority=AuthoritySpec(name="Smallmere", controller="Smallmere"),
        as_of=str(AS_OF),
        linkage=LinkageSpec(threshold=0.6),
    )
    sources = (
        source_spec("births", 5, False),
        source_spec("housing", 2, False),
        source_spec("schools", 2, True),
    )
    statistics = Statistics(
        100, {"first_name": {"ada": 2}, "last_name": {"smith": 3}}, ("births", "housing", "schools")
    )
    model = Model(
        usual_mixture(comparisons(statistics.sources)), statistics, {"rounds": 1, "blocking": "normal"}
    )
    path = root / PROJECT_MODEL
    path.parent.mkdir(parents=True)
    path.write_text(model.as_json(), "utf-8")
    return Project(root=root, spec=spec, sources=sources)


def write_standardised(folder, records):
    days = {"birth_date", *DATES}
    names = ("source", "record_id", *IDENTITY, *DATES)
    rows = [{"source": s, "record_id": r, **person} for (s, r), person in sorted(records.items())]
    columns = {
        name: pa.array([row.get(name) for row in rows], pa.date32() if name in days else pa.string())
        for name in names
    }
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), folder / "standardised.parquet")


def run_fully(con, project, folder, previous):
    for stage in (collapse, count_statistics, compare, train, score, cluster):
        stage(con, project, folder)
    assign_persons(con, project, folder, previous, AS_OF)


def assert_same_tables(one, other):
    for name in TABLES:
        left, right = (pq.read_table(folder / f"{name}.parquet") for folder in (one, other))
        assert left.schema.names == right.schema.names
        assert left.schema.types == right.schema.types
        assert left.to_pylist() == right.to_pylist(), name


def deliver(records, changes):
    merged = {**records, **changes}
    return {key: person for key, person in merged.items() if person is not None}


def decide(project, kind, one, other):
    """As reviewers do; what contradicts earlier decisions is refused."""
    with contextlib.suppress(UserError):
        append_decision(
            project, kind, one, None if kind == "unlink" else other, by="reviewer", reason="twins"
        )


@pytest.fixture(scope="module")
def con():
    connection = connect(memory="1GB", threads=1)
    yield connection
    connection.close()


@pytest.fixture(params=[(60, 300), (2, 300), (60, 4)], ids=["usual", "small blocks", "small components"])
def _limits(request, monkeypatch):
    """With blocks of two at most, a handful of records makes some too large and lets others shrink. Components of more
    than four are taken apart first.
    """
    block, largest = request.param
    rules = tuple(replace(rule, block=min(rule.block, block)) for rule in blocking.RULES)
    monkeypatch.setattr(blocking, "RULES", rules)
    monkeypatch.setattr("plainview.linkage.cluster.LARGEST", largest)
    monkeypatch.setattr(delta_clusters, "_MOST_HERE", min(100, largest))
    for held in ("blocks", "feature_rows"):
        monkeypatch.setattr(f"plainview.linkage.{held}._MOST_SEGMENTS", 2)


@settings(
    max_examples=5,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    first=st.dictionaries(st.sampled_from(KEYS), PEOPLE, min_size=3, max_size=18),
    deliveries=st.lists(st.tuples(CHANGES, DECISIONS), min_size=1, max_size=3),
    held=st.booleans(),
)
@example(first=SEEN, deliveries=[(UNBORN, [])], held=True)
@pytest.mark.usefixtures("_limits")
def test_any_deliveries_give_what_full_runs_give(con, first, deliveries, held):
    """What is known is held from one delivery to the next, or loaded for each."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project = make_project(root)
        records = first
        write_standardised(root / "full0", records)
        run_fully(con, project, root / "full0", None)
        state = State.load(con, project, root / "full0")
        for number, (changes, decisions) in enumerate(deliveries, start=1):
            before, after = root / f"full{number - 1}", root / f"full{number}"
            records = deliver(records, changes)
            for decision in decisions:
                decide(project, *decision)
            write_standardised(after, records)
            run_fully(con, project, after, before)
            if not held:
                state = State.load(con, project, before)
            changed, gone = find_changes(con, after, before)
            apply(state, changed, gone, scratch=root / "scratch", as_of=AS_OF)
            state.write(root / f"delta{number}")
            assert_same_tables(after, root / f"delta{number}")


def test_relinking_writes_the_tables_of_a_full_run(con, tmp_path):
    project = make_project(tmp_path)
    ada = {
        "nhs_number": "9434765919",
        "first_name": "ada",
        "last_name": "smith",
        "birth_date": dt.date(1980, 2, 3),
        "postcode": "ZZ11AA",
    }
    records = {("births", "r1"): ada, ("housing", "r1"): ada | {"mobile": "07700900123"}}
    write_standardised(tmp_path / "one", records)
    run_fully(con, project, tmp_path / "one", None)
    records[("schools", "r1")] = ada | {"middle_names": "may"}
    for name in ("whole", "two"):
        write_standardised(tmp_path / name, records)
    run_fully(con, project, tmp_path / "whole", tmp_path / "one")
    counts = relink(con, project, tmp_path / "two", tmp_path / "one", AS_OF)
    assert_same_tables(tmp_path / "whole", tmp_path / "two")
    assert (counts["records"], counts["tuples"]) == (1, 1)
    assert counts["phases"].keys() == {"load", "find", "apply", "write"}


@pytest.mark.parametrize("kind", ["same", "not_same", "unlink"])
def test_relinking_forgets_decisions_withdrawn_since(con, tmp_path, kind):
    project = make_project(tmp_path)
    one, other = ("births", "r1"), ("housing", "r1")
    about = (kind, one, None if kind == "unlink" else other)
    ada = {"first_name": "ada", "last_name": "smith", "birth_date": dt.date(1980, 2, 3), "postcode": "ZZ11AA"}
    bill = {"first_name": "bill", "last_name": "okafor", "birth_date": dt.date(1990, 6, 30)}
    records = {one: ada, other: bill if kind == "same" else ada}
    append_decision(project, *about, by="reviewer", reason="twins")
    write_standardised(tmp_path / "one", records)
    run_fully(con, project, tmp_path / "one", None)
    append_decision(project, "withdraw", *about[1:], by="reviewer", reason="decided_in_error")
    for name in ("whole", "two"):
        write_standardised(tmp_path / name, records)
    run_fully(con, project, tmp_path / "whole", tmp_path / "one")
    assert pq.read_table(tmp_path / "whole" / "clusters.parquet") != pq.read_table(
        tmp_path / "one" / "clusters.parquet"
    )
    relink(con, project, tmp_path / "two", tmp_path / "one", AS_OF)
    assert_same_tables(tmp_path / "whole", tmp_path / "two")


def test_a_delivery_of_nothing_changes_nothing(con, tmp_path):
    project = make_project(tmp_path)
    write_standardised(tmp_path / "one", {key: {"first_name": "ada", "last_name": "smith"} for key in KEYS})
    run_fully(con, project, tmp_path / "one", None)
    state = State.load(con, project, tmp_path / "one")
    nobody = f"SELECT * FROM read_parquet('{tmp_path}/one/standardised.parquet') WHERE false"
    counts = apply(state, nobody, nobody, scratch=tmp_path / "scratch")
    state.write(tmp_path / "two")
    assert_same_tables(tmp_path / "one", tmp_path / "two")
    assert (counts["pairs"], counts["reached"]) == (0, 0)


def pairs_slowly(keys, alive, limit):
    """All pairs of living nodes that share a block worth comparing."""
    blocks = {}
    for node, held in enumerate(keys):
        for key in held:
            if alive[node]:
                blocks.setdefault(key, []).append(node)
    good = [nodes for nodes in blocks.values() if 2 <= len(nodes) <= limit]
    return {(a, b) for nodes in good for a in nodes for b in nodes if a < b}


@given(
    st.lists(
        st.tuples(st.sets(st.integers(0, 5), max_size=4), st.sampled_from(["old", "new", "gone", "changed"])),
        max_size=12,
    )
)
def test_touched_pairs_are_all_that_can_differ(rows):
    rows.sort(key=lambda row: row[1] == "new")  # new nodes come after all others
    keys, kinds = [sorted(held) for held, _ in rows], [kind for _, kind in rows]
    old = sum(kind != "new" for kind in kinds)
    blocks, limit = Blocks(), 3
    for first, end in ((0, old), (old, len(rows))):
        nodes = [node for node in range(first, end) for _ in keys[node]]
        held = np.array([key for node in range(first, end) for key in keys[node]], dtype=np.uint64)
        blocks.add(first, end - first, np.array(nodes, np.int64), held, np.full(len(held), limit, np.uint8))

    def of(kind):
        return np.array([node for node, known in enumerate(kinds) if known == kind], dtype=np.int64)

    alive = np.array([kind != "gone" for kind in kinds], dtype=bool)
    (left, right), outgrown = touched_pairs(blocks, alive, of("gone"), of("new"), of("changed"))
    asked = {(min(pair), max(pair)) for pair in zip(left.tolist(), right.tolist(), strict=True)}
    before = pairs_slowly(keys, [kind != "new" for kind in kinds], limit)
    after = pairs_slowly(keys, alive, limit)
    active = {node for node, kind in enumerate(kinds) if kind in ("new", "changed")}
    assert asked <= after
    assert after - before <= asked
    assert {pair for pair in after if active & set(pair)} <= asked
    leaving = {pair for pair in before - after if alive[list(pair)].all()}
    assert all(set(pair) <= set(outgrown.tolist()) for pair in leaving)
