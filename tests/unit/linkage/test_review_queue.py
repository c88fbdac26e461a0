"""The queue asks first what changes most, in fair turns, and never what was decided; samples are repeatable."""

import csv
import datetime as dt
import itertools

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.linkage.decisions import append_decision
from plainview.linkage.estimates import estimate
from plainview.linkage.review import make_queue, order_queue, read_queue
from plainview.linkage.samples import allocate, draw_sample, read_verdicts, strata_file, write_sample
from plainview.linkage.trees import Edge, split_sides
from plainview.project.errors import UserError
from plainview.project.specs import (
    AuthoritySpec,
    ColumnSpec,
    FileSpec,
    Project,
    ProjectSpec,
    SourceSpec,
)

CON = connect(memory="500MB", threads=1)
TEXTS = ("first_name", "last_name", "nhs_number", "upn", "nino", "mobile", "phone", "email")


def make_source(id, trust):
    return SourceSpec(
        id=id, title=id, service=id, contact_role="steward", controller="Smallmere", gateways=("a statute",),
        rows=("person",), cadence="weekly", retention="6 years", file=FileSpec(pattern=f"deliveries/{id}_{{date}}.csv"),
        columns={"Ref": ColumnSpec(meaning="record_id"), "DOB": ColumnSpec(meaning="birth_date", trust=trust)},
    )  # fmt: skip


class World:
    """A snapshot written by hand: tuples by id, records "source:id" to tuple, links and clusters."""

    def __init__(self, root, tuples, records, links, clusters=None):
        self.folder = root
        spec = ProjectSpec(
            authority=AuthoritySpec(name="Smallmere", controller="Smallmere"), as_of="2026-01-01"
        )
        self.project = Project(root=root, spec=spec, sources=(make_source("a", 2), make_source("b", 5)))
        clusters = clusters or {name: name for name in tuples}
        sizes = {name: list(records.values()).count(name) for name in tuples}
        self.write(
            "tuples",
            tuple_id=list(tuples),
            birth_date=pa.array([one.get("birth_date") for one in tuples.values()], pa.date32()),
            records=pa.array(sizes.values(), pa.int64()),
            **{field: pa.array([one.get(field) for one in tuples.values()], pa.string()) for field in TEXTS},
        )
        keys = [key.split(":") for key in records]
        self.write("identities", source=[k[0] for k in keys], record_id=[k[1] for k in keys],
                   tuple_id=list(records.values()))  # fmt: skip
        self.write("clusters", tuple_id=list(tuples), cluster=[clusters[name] for name in tuples])
        self.write(
            "links",
            tuple_l=pa.array([link[0] for link in links], pa.string()),
            tuple_r=pa.array([link[1] for link in links], pa.string()),
            match_weight=pa.array([link[2] * 10 for link in links], pa.float64()),
            match_probability=pa.array([link[2] for link in links], pa.float64()),
        )

    def write(self, name, **columns):
        pq.write_table(pa.table(columns), self.folder / f"{name}.parquet")

    def queue(self):
        self.counts = make_queue(CON, self.project, self.folder)
        return read_queue(CON, self.folder, 100)

    def decide(self, kind, one, other):
        append_decision(
            self.project, kind, tuple(one.split(":")), tuple(other.split(":")), by="r", reason="twins"
        )


def shown(cases):
    return [
        (c["kind"], f"{c['one_source']}:{c['one_record_id']}", f"{c['other_source']}:{c['other_record_id']}")
        for c in cases
    ]


def test_doubt_and_what_hangs_on_it_decide_the_order(tmp_path):
    tuples = {name: {} for name in "pqrstu"}
    records = {"a:1": "p", "a:2": "p", "a:3": "p", "a:4": "q", "a:5": "r", "a:6": "s", "a:7": "t", "a:8": "u"}
    world = World(tmp_path, tuples, records, [("p", "q", 0.5), ("r", "s", 0.6), ("t", "u", 0.995)])
    cases = world.queue()
    assert shown(cases) == [("pair", "a:1", "a:4"), ("pair", "a:5", "a:6")]
    assert cases[0]["gain"] == pytest.approx(0.25 * 3 * 1)
    assert cases[1]["gain"] == pytest.approx(0.24)
    assert [case["case_number"] for case in cases] == [1, 2]


def test_two_people_are_asked_about_once(tmp_path):
    records = {"a:1": "p", "a:2": "q", "a:3": "r"}
    links = [("p", "q", 0.999), ("p", "r", 0.2), ("q", "r", 0.4)]
    world = World(tmp_path, {name: {} for name in "pqr"}, records, links, {"p": "p", "q": "p", "r": "r"})
    assert shown(world.queue()) == [("pair", "a:2", "a:3")]


def test_a_weak_link_that_holds_a_person_together_is_asked_about(tmp_path):
    records = {"a:1": "p", "a:2": "q", "a:3": "r", "a:4": "s"}
    links = [("p", "q", 0.999), ("q", "r", 0.7), ("p", "r", 0.6), ("r", "s", 0.999)]
    world = World(tmp_path, {name: {} for name in "pqrs"}, records, links, dict.fromkeys("pqrs", "p"))
    (case,) = world.queue()
    assert shown([case]) == [("pair", "a:2", "a:3")]
    assert case["gain"] == pytest.approx(0.21 * 2 * 2)
    world.decide("same", "a:2", "a:3")
    assert world.queue() == []


def test_what_was_decided_is_not_asked_again(tmp_path):
    records = {"a:1": "p", "a:2": "p", "b:1": "q"}
    world = World(tmp_path, {"p": {}, "q": {}}, records, [("p", "q", 0.5)])
    assert len(world.queue()) == 1
    world.decide("not_same", "a:2", "b:1")
    world.decide("same", "a:9", "b:1")
    assert world.queue() == []
    assert world.counts["decisions_waiting"] == [3]


def test_two_verified_birth_dates_are_a_conflict(tmp_path):
    one, two = {"birth_date": dt.date(1980, 1, 2)}, {"birth_date": dt.date(1980, 2, 1)}
    together = {"p": "p", "q": "p"}
    for source, cases in (("a", []), ("b", [("cluster", "b:1", "b:2")])):
        records = {f"{source}:1": "p", f"{source}:2": "q"}
        world = World(tmp_path, {"p": one, "q": two}, records, [("p", "q", 0.999)], together)
        assert shown(world.queue()) == cases
    assert world.queue()[0]["conflict"] == "birth_date"
    world.decide("same", "b:1", "b:2")
    assert world.queue() == []


def test_two_sources_verify_a_birth_date_that_neither_does_alone(tmp_path):
    one, two = {"birth_date": dt.date(1980, 1, 2)}, {"birth_date": dt.date(1980, 2, 1)}
    records = {"a:1": "p", "c:1": "p", "a:2": "q", "c:2": "q"}
    world = World(tmp_path, {"p": one, "q": two}, records, [("p", "q", 0.999)], {"p": "p", "q": "p"})
    assert shown(world.queue()) == [("cluster", "a:1", "a:2")]
    assert world.counts["clusters_in_conflict"] == 1


def test_two_nhs_numbers_are_a_conflict(tmp_path):
    tuples = {"p": {"nhs_number": "9990000018"}, "q": {"nhs_number": "9990000026"}}
    world = World(tmp_path, tuples, {"a:1": "p", "a:2": "q"}, [("p", "q", 0.999)], {"p": "p", "q": "p"})
    assert [case["conflict"] for case in world.queue()] == ["nhs_number"]


def test_groups_take_turns(tmp_path):
    tuples = {f"t{n:02}": {"birth_date": dt.date(2015 if n < 4 else 1950, 1, 2)} for n in range(16)}
    records = {f"a:{n:02}": f"t{n:02}" for n in range(16)}
    links = [(f"t{n:02}", f"t{n + 1:02}", 0.3 if n < 4 else 0.5) for n in range(0, 16, 2)]
    world = World(tmp_path, tuples, records, links)
    ages = [case["group_name"].rpartition(", ")[2] for case in world.queue()]
    assert sorted(ages[:2]) == sorted(ages[2:4]) == ["65 and over", "under 18"]
    assert ages[4:] == ["65 and over"] * 4


def test_groups_of_a_file_take_turns(tmp_path):
    records = {f"a:{n}": f"t{n}" for n in range(6)}
    links = [("t0", "t1", 0.5), ("t2", "t3", 0.5), ("t4", "t5", 0.1)]
    world = World(tmp_path, {f"t{n}": {} for n in range(6)}, records, links)
    rows = "".join(f"a,{n},{'north' if n < 4 else 'south'}\n" for n in range(6))
    (tmp_path / "groups.csv").write_text("source,record_id,district\n" + rows)
    cases = order_queue(CON, world.project, world.folder, tmp_path / "groups.csv", 2)
    assert [case["group_name"] for case in cases] == ["north", "south"]
    (tmp_path / "groups.csv").write_text("record,district\n1,north\n")
    with pytest.raises(UserError, match="other columns"):
        order_queue(CON, world.project, world.folder, tmp_path / "groups.csv", 2)


edges = st.lists(
    st.tuples(st.sampled_from("pqrstu"), st.sampled_from("pqrstu")).filter(lambda pair: pair[0] < pair[1]),
    min_size=1,
    max_size=12,
    unique=True,
)


@given(edges)
def test_sides_of_a_tree_are_what_is_left_when_it_is_cut(pairs):
    """Against walking from one end of each link after cutting it."""
    records = {name: place + 1 for place, name in enumerate("pqrstu")}
    found = split_sides([Edge(a, b, 0.5, records[a], records[b]) for a, b in pairs])
    tree = [(edge.left, edge.right) for edge, _ in found]
    for edge, side in found:
        rest = [pair for pair in tree if pair != (edge.left, edge.right)]
        sides = []
        for start in (edge.left, edge.right):
            reached = {start}
            while True:
                more = {x for pair in rest for x in pair if reached & set(pair)} - reached
                if not more:
                    break
                reached |= more
            sides.append(sum(records[name] for name in reached))
        assert side in sides


def sampled_world(tmp_path):
    """Twenty people of two tuples of two records each, in a chain of doubtful links; every name is one of two."""
    tuples = {f"t{n:02}": {"first_name": "ada", "last_name": f"eze{n % 4}"} for n in range(40)}
    records = {f"{'ab'[k]}:{n:02}": f"t{n:02}" for n in range(40) for k in range(2)}
    links = [(f"t{n:02}", f"t{n + 1:02}", 0.95 if n % 2 == 0 else 0.3) for n in range(39)]
    clusters = {f"t{n:02}": f"t{n // 2 * 2:02}" for n in range(40)}
    return World(tmp_path, tuples, records, links, clusters)


def test_strata_hold_every_pair_once(tmp_path):
    """Against all pairs of records, enumerated."""
    world = sampled_world(tmp_path)
    drawn = draw_sample(CON, world.folder, 10_000)
    records = [(source, f"{n:02}", n) for n in range(40) for source in "ab"]
    expected = {}
    for (_, _, n), (_, _, m) in itertools.combinations(records, 2):
        linked = n // 2 == m // 2
        if n == m:
            kind = "identical"
        elif abs(n - m) == 1:
            kind = "probability .9 to .99" if linked else "probability .1 to .5"
        elif n % 4 == m % 4:
            kind = "never compared"
        else:
            continue
        expected[linked, kind] = expected.get((linked, kind), 0) + 1
    assert {(one.linked, one.evidence): one.pairs for one in drawn} == expected
    assert all(len(one.drawn) == len(set(one.drawn)) == one.pairs for one in drawn)


def test_a_sample_is_repeatable_and_can_be_drawn_anew(tmp_path):
    world = sampled_world(tmp_path)
    first = draw_sample(CON, world.folder, 100)
    assert sum(len(one.drawn) for one in first) == 100
    assert draw_sample(CON, world.folder, 100) == first
    assert draw_sample(CON, world.folder, 100, seed=1) != first
    with pytest.raises(UserError, match="at least 4 of each kind"):
        draw_sample(CON, world.folder, 10)


def test_a_judged_sheet_gives_the_estimate(tmp_path):
    """A reviewer who holds every two neighbours for one person: half of the true links were missed."""
    world = sampled_world(tmp_path)
    sheet = tmp_path / "sheet.csv"
    write_sample(draw_sample(CON, world.folder, 10_000), "snapshot", sheet)
    assert "probability" not in sheet.read_text()
    with sheet.open() as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        same = abs(int(row["one_record_id"]) - int(row["other_record_id"])) <= 1
        row["verdict"] = "Same" if same else "not same"
    write(sheet, rows)
    found = estimate(read_verdicts(sheet))
    assert found.precision.value == 1
    linked, missed = 40 + 20 * 4, 19 * 4
    assert found.recall.value == pytest.approx(linked / (linked + missed))
    rows[0]["verdict"] = "perhaps"
    write(sheet, rows)
    with pytest.raises(UserError, match=r"sheet\.csv:2 verdict: no such verdict"):
        read_verdicts(sheet)


def write(sheet, rows):
    with sheet.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_sheet_without_verdicts_or_its_strata_is_something_to_mend(tmp_path):
    world = sampled_world(tmp_path)
    sheet = tmp_path / "sheet.csv"
    write_sample(draw_sample(CON, world.folder, 100), "snapshot", sheet)
    with pytest.raises(UserError, match="strata have no same and no not_same yet"):
        read_verdicts(sheet)
    strata_file(sheet).unlink()
    with pytest.raises(UserError, match="no such file"):
        read_verdicts(sheet)


@given(
    st.lists(st.tuples(st.integers(1, 500), st.floats(0.001, 0.999)), min_size=1, max_size=6),
    st.integers(24, 900),
)
def test_what_is_allocated_is_there_and_adds_up(strata, total):
    takes = allocate(strata, total)
    assert all(min(size, 4) <= take <= size for take, (size, _) in zip(takes, strata, strict=True))
    assert sum(takes) == min(total, sum(size for size, _ in strata))
