"""Every pair that a rule means is compared, once; a missing part is no key; one record a person holds."""

import datetime as dt
import itertools
from collections import Counter, defaultdict

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.linkage.blocking import LOOSENESS, RULES, find_candidates, rules_for

CON = connect(memory="500MB", threads=2)

TEXTS = (
    "first_name", "last_name", "first_sounds", "last_sounds", "nhs_number", "upn", "nino", "national_id",
    "email", "mobile", "phone", "place", "postcode", "house_number", "street",
)  # fmt: skip

NUMBERS = {
    "birth_year": pa.int16(),
    "singles": pa.int64(),
    "first_start": pa.int32(),
    "last_start": pa.int32(),
}


def of_two(person, pick, *fields):
    """One of two values, where both or one are known: as SQL's least and greatest have it."""
    values = [person[field] for field in fields if person[field] is not None]
    return pick(values) if values else None


READ = {
    f"{word}(first_{field}, last_{field})": lambda person, pick=pick, field=field: of_two(
        person, pick, f"first_{field}", f"last_{field}"
    )
    for word, pick in (("least", min), ("greatest", max))
    for field in ("name", "start")
}
"""The parts of rules that are more than the name of a field."""


def key_of(rule, person):
    parts = [READ[part](person) if part in READ else person[part] for part in rule.parts]
    return None if None in parts else tuple(parts)


def blocks_of(rule, people):
    blocks = defaultdict(list)
    for node, person in enumerate(people):
        key = key_of(rule, person)
        if key is not None:
            blocks[key].append(node)
    return [nodes for nodes in blocks.values() if len(nodes) <= rule.block]


def find_slowly(rules, people):
    pairs = {
        pair
        for rule in rules
        for nodes in blocks_of(rule, people)
        for pair in itertools.combinations(nodes, 2)
    }
    return {(l, r) for l, r in pairs if not people[l]["singles"] & people[r]["singles"]}  # noqa: E741


def find(rules, people):
    columns = {name: pa.array([person[name] for person in people], pa.string()) for name in TEXTS}
    columns["node"] = pa.array(range(len(people)), pa.int32())
    columns["birth_date"] = pa.array([person["birth_date"] for person in people], pa.string())
    for name, kind in NUMBERS.items():
        columns[name] = pa.array([person[name] for person in people], kind)
    CON.register("given_features", pa.table(columns))
    CON.execute("CREATE OR REPLACE TEMP TABLE features AS SELECT * FROM given_features")
    CON.unregister("given_features")
    count = find_candidates(CON, rules)
    CON.execute("SELECT l, r FROM candidates")
    found = CON.fetchall()
    assert count == len(found)
    return found


@st.composite
def persons(draw):
    """Someone of whom any field may be missing, of so few values that keys are often shared."""
    person = {name: draw(st.sampled_from([None, "aa", "ab", "b"])) for name in TEXTS}
    day = draw(st.sampled_from([None, dt.date(1980, 1, 2), dt.date(1980, 3, 4), dt.date(1981, 1, 2)]))
    person["birth_date"] = day and day.isoformat()
    person["birth_year"] = day and day.year
    person["singles"] = draw(st.sampled_from([0, 0, 0, 1, 2, 3]))
    return with_starts(person)


def with_starts(person):
    """First letters of the names as code points."""
    starts = {f"{name}_start": person[f"{name}_name"] for name in ("first", "last")}
    return person | {start: name and ord(name[0]) for start, name in starts.items()}


@settings(max_examples=60)
@given(st.lists(persons(), min_size=2, max_size=9), st.sampled_from(LOOSENESS))
def test_as_comparing_everybody_with_everybody(people, looseness):
    rules = rules_for(looseness)
    assert Counter(find(rules, people)) == Counter(find_slowly(rules, people))


@settings(max_examples=100)
@given(st.sampled_from(RULES), st.lists(persons(), min_size=2, max_size=8))
def test_each_rule_by_itself(rule, people):
    assert Counter(find([rule], people)) == Counter(find_slowly([rule], people))


NOBODY = dict.fromkeys((*TEXTS, *NUMBERS, "birth_date")) | {"singles": 0}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_block_at_its_limit_is_compared_and_one_beyond_it_is_not(rule):
    dated = {"birth_date": "1980-01-02", "birth_year": 1980, "singles": 0}
    full = with_starts(dict.fromkeys(TEXTS, "aa") | dated)
    most = [dict(full) for _ in range(rule.block)]
    assert len(find([rule], most)) == rule.block * (rule.block - 1) // 2
    assert find([rule], [*most, full]) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_people_of_whom_nothing_is_known_are_never_compared(rule):
    assert find([rule], [NOBODY, NOBODY, NOBODY]) == []


def test_two_tuples_with_records_of_one_source_with_one_record_a_person_are_no_candidates():
    person = NOBODY | {"email": "aa"}
    people = [person | {"singles": bits} for bits in (1, 1, 2, 3, 0)]
    assert sorted(find(rules_for("loose"), people)) == [(0, 2), (0, 4), (1, 2), (1, 4), (2, 4), (3, 4)]


def test_looser_rules_are_added_to_tighter_ones():
    tight, normal, loose = (set(rules_for(looseness)) for looseness in LOOSENESS)
    assert tight < normal < loose == set(RULES)
