"""What a family is, what it is not, and where a professional's family differs from it."""

import datetime as dt
import itertools
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from related_people import DAY, find

from plainview.engine.duck import connect

GROWN, YOUNG = dt.date(1980, 1, 1), dt.date(2015, 1, 1)


def people_of(words):
    """Capitals are adults, small letters children, t is a teenager and i an infant."""
    days = {"t": dt.date(2009, 1, 1), "i": dt.date(2025, 1, 1)}
    return [{"id": word, "born": days.get(word, YOUNG if word.islower() else GROWN)}
            for word in sorted(set(words))]  # fmt: skip


def said_of(*said):
    """("A", "parent", "b"): A is b's parent, as a record of b says, by record id."""
    rows = [{"record_id": f"r{place}", "of": child, "related_record_id": person, "related_relationship": word}
            for place, (person, word, child) in enumerate(said)]  # fmt: skip
    return [
        *rows,
        *({"record_id": id, "of": id} for id in sorted({p for one, _, two in said for p in (one, two)})),
    ]


@pytest.fixture
def families(con, tmp_path):
    def run(*said, people=None):
        who = people or people_of([p for one, _, two in said for p in (one, two)])
        return find(con, tmp_path / "snapshot", who, {"csc": said_of(*said)})

    return run


def sets(*families):
    return {frozenset(family.split()) for family in families}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("A parent c, B parent c, A parent d, B parent d", ["A B c d"], id="a couple"),
        pytest.param("M parent a, F parent a", ["M F a"], id="separated parents"),
        pytest.param("M parent a, F parent a, M parent b, G parent b", ["M F G a b"], id="half-siblings"),
        pytest.param(
            "M parent a, F parent a, M parent b, G parent b, F parent c, N parent c",
            ["M F G a b", "F M N a c"],
            id="both parents have others: the child is in both",
        ),
        pytest.param(
            "M parent a, F parent a, F parent b, N parent b, N parent c, O parent c, O parent d, P parent d",
            ["F M N a b", "N F O b c", "O N P c d"],
            id="a chain of new partners does not become one family",
        ),
        pytest.param(
            "M parent a, N parent b, C carer a, C carer b", ["M C a", "N C b", "C a b"], id="a foster carer's children"
        ),
        pytest.param("G carer a, M parent a, G parent M", ["G M a"], id="a grandparent who has the care"),
        pytest.param("G grandparent a, M parent a", ["M a"], id="a grandparent who does not"),
        pytest.param("M parent a, S carer a, S parent b, M parent b", ["M S a b"], id="a step-parent"),
        pytest.param("M parent A, M parent b", ["M b"], id="a grown-up child has left"),
        pytest.param("G parent t, t parent i", ["G t", "t i"], id="a young mother is in two"),
        pytest.param("A emergency_contact b, A school_contact b, A sibling b", [], id="contacts are no family"),
    ],
)  # fmt: skip
def test_who_is_in_a_care_family(families, said, expected):
    parts = [tuple(one.split()) for one in said.split(", ")]
    found = families(*((person, word.replace("_", " "), child) for person, word, child in parts))
    assert found.families() == sets(*expected)


def test_roles_days_and_evidence_of_members(con, tmp_path):
    first, last = dt.date(2024, 1, 2), dt.date(2025, 6, 7)
    records = said_of(("M", "mother", "a"), ("M", "foster carer", "a"), ("C", "foster carer", "a"))
    records[0] |= {"event_date": first}
    records[1] |= {"event_date": last}
    found = find(con, tmp_path / "s", people_of("MCa"), {"csc": records})
    members = {m["person_id"]: m for m in found.rows("family_members")}
    assert {id: m["role"] for id, m in members.items()} == {"M": "parent", "C": "carer", "a": "child"}
    assert (members["M"]["since"], members["M"]["until"], members["M"]["evidence"]) == (first, last, 2)
    assert (members["a"]["evidence"], members["C"]["since"]) == (3, None)
    (family,) = found.rows("families")
    assert (family["people"], family["children"], family["disputed"]) == (3, 1, False)


def test_a_child_whose_age_is_not_known_and_one_with_too_many_carers_children_are_counted(families):
    many = [("H", "carer", f"k{place:02}") for place in range(21)]
    people = [*people_of(["H", "M", *(child for _, _, child in many)]), {"id": "x"}]
    found = families(*many, ("M", "mother", "x"), people=people)
    assert found.families() == set()
    assert found.counts["cares for too many"] == 21
    assert found.counts["age not known"] == 1
    assert found.counts["relationships"] == 22


def test_an_id_stays_while_the_family_is_round_the_same_person(families):
    before = families(("M", "mother", "a")).rows("families")
    after = families(("M", "mother", "a"), ("M", "mother", "b"), ("F", "father", "b")).rows("families")
    assert [row["family_id"] for row in before] == [row["family_id"] for row in after]
    assert before[0]["family_id"].startswith("F")
    assert len(before[0]["family_id"]) == 14


def numbered(*rows):
    return [{"record_id": f"e{place}", "of": of, "family_number": number}
            for place, (of, number) in enumerate(rows)]  # fmt: skip


def both(con, tmp_path, care, *numbers):
    people = people_of([*(p for one, _, two in care for p in (one, two)), *(of for of, _ in numbers if of)])
    return find(
        con, tmp_path / "s", people, {"csc": said_of(*care), "early_help": numbered(*numbers)}
    )  # fmt: skip


CARE = [("M", "mother", "a"), ("M", "mother", "b")]


def test_a_professionals_family_is_as_the_number_says(con, tmp_path):
    found = both(con, tmp_path, CARE, ("a", "F1"), ("M", " f1"), ("Z", "F1"), ("b", "F2"), (None, "F2"))
    assert found.families("professional") == sets("a M Z", "b")
    assert found.families() == sets("M a b")
    roles = {m["person_id"]: m["role"] for m in found.rows("family_members") if m["person_id"] in "Z"}
    assert roles == {"Z": "adult"}
    assert (found.counts["numbered"], found.counts["drawn"], found.counts["number_of_nobody"]) == (5, 4, 1)


def test_a_number_that_everybody_has_is_no_family(con, tmp_path):
    found = both(con, tmp_path, CARE, *((f"A{place}", "0000") for place in range(31)))
    assert found.families("professional") == set()
    assert found.counts["number_of_a_crowd"] == 31


def test_numbers_of_two_sources_are_two_families(con, tmp_path):
    records = {"early_help": numbered(("a", "1")), "youth": numbered(("a", "1"))}
    found = find(con, tmp_path / "s", people_of("a"), records)
    assert sorted(row["source"] for row in found.rows("families")) == ["early_help", "youth"]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([("a", "1"), ("b", "1"), ("M", "1")], set()),
        ([("a", "1"), ("M", "1"), ("b", "1"), ("Z", "1")], {("Z", "in no care family")}),
        ([("a", "1"), ("b", "1")], {("M", "not on the file")}),
        ([("a", "1"), ("b", "1"), ("M", "")], {("M", "under another number")}),
        ([("a", "1"), ("b", "1"), ("M", "1"), ("c", "1")],
         {("c", "in other care families"), ("N", "not on the file")}),
        ([("a", "1"), ("b", "1"), ("M", "1"), ("M", "2")],
         {("M", "in two professional families"), ("a", "under another number"),
          ("b", "under another number")}),
    ],
)  # fmt: skip
def test_differences_are_told_and_nothing_is_merged(con, tmp_path, numbers, expected):
    found = both(con, tmp_path, [*CARE, ("N", "mother", "c")], *numbers)
    differences = found.rows("family_differences")
    assert {(row["person_id"], row["kind"]) for row in differences} == expected
    assert found.families() == sets("M a b", "N c")
    assert found.counts["differences"] == len(differences)


# --- properties -----------------------------------------------------------------------------------

_WORDS = ["mother", "foster carer", "son", "brother", "grandmother", "emergency contact", "whatever", None]
_PEOPLE = [{"id": f"P{n}", "born": born} for n, born in enumerate([GROWN] * 4 + [YOUNG] * 4 + [None])]
_IDS = [person["id"] for person in _PEOPLE]
_SAID = st.lists(
    st.tuples(
        st.sampled_from([*_IDS, None]),
        st.sampled_from([*_IDS, None, "gone"]),
        st.sampled_from(_WORDS),
        st.sampled_from([None, "1", "2"]),
    ),
    max_size=14,
)


def circles(edges):
    """Care families the slow way, from {(carer, child): parent?}: round each adult, and then the largest."""
    found = []
    for hub in sorted({carer for carer, _ in edges}):
        circle = {hub}
        for (carer, child), parent in edges.items():
            if carer == hub:
                circle.add(child)
                circle |= {c for (c, k), p in edges.items() if k == child and (parent or not p)}
        found.append(frozenset(circle))
    return {one for one in found if not any(one < other for other in found)}


@pytest.fixture(scope="module")
def shared():
    with connect(memory="1GB", threads=2) as connection:
        yield connection


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=_SAID, seed=st.integers(0, 99))
def test_every_statement_is_accounted_for_in_any_order(shared, tmp_path_factory, said, seed):
    records = {"csc": [], "early_help": []}
    for place, (of, other, word, number) in enumerate(said):
        row = {"record_id": f"r{place}", "of": of, "related_relationship": word, "family_number": number}
        row["related_record_id"] = f"of {other}" if other else None
        records[("csc", "early_help")[place % 2]].append(row)
    for rows in records.values():
        rows += [{"record_id": f"of {id}", "of": id} for id in _IDS]
    one = find(shared, tmp_path_factory.mktemp("one"), _PEOPLE, records)
    dice = random.Random(seed)
    mixed = {source: dice.sample(rows, len(rows)) for source, rows in reversed(records.items())}
    other = find(
        shared, tmp_path_factory.mktemp("other"), dice.sample(_PEOPLE, len(_PEOPLE)), mixed
    )  # fmt: skip
    assert one.bytes() == other.bytes()

    asked = sum(1 for _, related, word, _ in said if related or word)
    related, rest = one.rows("relationships"), one.rows("relationships_unmatched")
    assert one.counts["relationships: statements"] == asked == len(related) + len(rest)
    born = {person["id"]: person["born"] for person in _PEOPLE}
    edges = {}
    for row in related:
        child = born[row["other_person_id"]]
        if row["relationship"] in ("parent", "carer") and child and child.year + 18 > DAY.year:
            key = (row["person_id"], row["other_person_id"])
            edges[key] = edges.get(key, False) or row["relationship"] == "parent"
    assert one.families() == circles(edges)
    for family in one.families():
        inside = [set(edge) for edge in edges if set(edge) <= family]
        reached = {min(family)}
        for _ in family:
            reached |= set(itertools.chain(*(edge for edge in inside if edge & reached)))
        assert reached == family, "somebody is in a family with no chain of care to the others"
    members = {(m["family_id"], m["person_id"]) for m in one.rows("family_members")}
    assert {m["family_id"] for m in one.rows("families")} == {id for id, _ in members}
