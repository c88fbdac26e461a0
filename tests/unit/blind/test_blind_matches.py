"""Candidates, Dice coefficients and the best person against slow and obvious ways; the measured accuracy."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.blind.accuracy import (
    OwnPeople,
    Trial,
    Trials,
    assess,
    draw_samples,
    find_overlap,
    try_out,
    wilson,
)
from plainview.blind.bands import Banding, width_for
from plainview.blind.filters import Encoder
from plainview.blind.matches import Matches, OwnRows, best_persons
from plainview.blind.recommended import RECOMMENDED
from plainview.blind.schemas import parse_schema

SECRET = b"00112233445566778899aabbccddeeff0123456789abcdef0fedcba987654321"
SCHEMA = parse_schema(RECOMMENDED, "schema.json")
FIELDS = SCHEMA.fields
FIRST = ["ada", "bilal", "carys", "dmitri", "efua", "farah", "gwen", "hamza", "ines", "jakub"]
LAST = ["abara", "brook", "costa", "dunmore", "eze", "fenwick", "gill", "hollis", "iqbal", "jarrett"]

candidates = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4), st.integers(0, 8)), max_size=40)


@given(candidates)
def test_the_best_person_and_the_lead_are_those_of_a_slow_search(rows: list[tuple[int, int, int]]) -> None:
    records, persons, scores = (np.array([row[place] for row in rows], np.int64) for place in range(3))
    found = best_persons(records, persons, scores / 8)
    slow = []
    for record in sorted({*records.tolist()}):
        best: dict[int, float] = {}
        for own, person, score in rows:
            if own == record:
                best[person] = max(best.get(person, 0), score / 8)
        (first, score), *others = sorted(best.items(), key=lambda each: (-each[1], each[0]))
        slow.append((record, first, score, score - max((each[1] for each in others), default=0)))
    assert list(zip(*(part.tolist() for part in found), strict=True)) == slow


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_matches_are_those_of_comparing_everybody(seed: int) -> None:
    dice = np.random.default_rng(seed)
    own = np.packbits(dice.random((40, 1024)) < 0.5, axis=1)
    persons = np.sort(dice.integers(0, 20, 40))
    sent = own[dice.permutation(40)[:10]].copy()
    sent ^= np.packbits(dice.random((10, 1024)) < 0.02, axis=1)
    matches = OwnRows(own, persons, Banding(SECRET, 1024)).match(sent)
    for place, filter in enumerate(sent):
        bits = np.unpackbits(filter)
        scores = [
            2 * (bits & np.unpackbits(row)).sum() / (bits.sum() + np.unpackbits(row).sum()) for row in own
        ]
        assert matches.person[place] == persons[int(np.argmax(scores))]
        assert matches.dice[place] == pytest.approx(max(scores))


def test_an_empty_encoding_is_linked_to_nobody() -> None:
    own = OwnRows(np.zeros((3, 128), np.uint8), np.arange(3), Banding(SECRET, 1024))
    assert own.match(np.zeros((2, 128), np.uint8)).person.tolist() == [-1, -1]


def test_two_equal_candidates_are_no_link() -> None:
    matches = Matches(np.array([0, 1, -1]), np.array([0.9, 0.9, 0.0]), np.array([0.0, 0.1, 0.0]))
    assert matches.linked(0.85, 0.05).tolist() == [False, True, False]


def test_bands_are_drawn_by_the_secret_and_widen_with_the_people() -> None:
    assert (Banding(SECRET, 1024).positions == Banding(SECRET, 1024).positions).all()
    assert (Banding(SECRET, 1024).positions != Banding(b"other", 1024).positions).any()
    assert all(len({*row}) == 16 for row in Banding(SECRET, 1024).positions.tolist())
    assert [width_for(rows) for rows in (0, 8_192, 16_384, 471_298)] == [16, 16, 17, 21]


def make_people(number: int = 60) -> OwnPeople:
    """Every person has two rows that differ in the postcode; every third has one more source for the first."""
    dice = np.random.default_rng(3)
    rows = []
    for person in range(number):
        first, last = FIRST[person % 10], LAST[person // 10 % 10]
        day = f"{dice.integers(1940, 2015)}-{dice.integers(1, 13):02}-{dice.integers(1, 29):02}"
        codes = [f"zq{dice.integers(low, low + 4)}{dice.integers(1, 9)}ab" for low in (1, 5)]
        rows += [[first, last, day, "f", code] for code in codes]
    table = pa.table({field: [row[place] for row in rows] for place, field in enumerate(FIELDS)})
    sources = np.array([2 if place % 6 == 0 else 1 for place in range(2 * number)], np.int64)
    names = [f"P{person:03}" for person in range(number)]
    return OwnPeople(table, np.repeat(np.arange(number), 2), sources, names)


def run_trials(missing: dict[str, float]) -> Trials:
    people, encoder = make_people(), Encoder(SCHEMA, SECRET)
    own = OwnRows(encoder.encode(people.rows), people.persons, Banding(SECRET, 1024))
    return try_out(people, own, encoder, missing=missing, sample=25, seed=1)


def test_members_are_found_without_the_row_that_was_sent_and_strangers_are_not() -> None:
    trials = run_trials({})
    measured = assess(trials, 0.85, 0.02, None)
    assert (measured.members, measured.strangers) == (25, 25)
    assert measured.right >= 20
    assert measured.strangers_linked == 0
    assert trials.members.matches.dice.max() < 1, "the row itself is not compared"
    assert trials.strangers.right.sum() == 0


def test_missing_fields_lower_the_recall() -> None:
    full, poor = (
        assess(run_trials(missing), 0.85, 0.02, None)
        for missing in ({}, {"birth_date": 0.9, "last_name": 0.9})
    )
    assert full.recall[0] is not None
    assert poor.recall[0] is not None
    assert poor.recall[0] < full.recall[0] - 0.3


def test_samples_are_the_same_on_every_draw_and_apart() -> None:
    members, twice, strangers = draw_samples(make_people(), 20, 7)
    again = draw_samples(make_people(), 20, 7)[0]
    assert members.people.tolist() == again.people.tolist()
    assert not {*members.people.tolist()} & {*strangers.people.tolist()}
    assert not twice.without_row.all(), "a row that another source has too stays"
    assert members.people.tolist() != draw_samples(make_people(), 20, 8)[0].people.tolist()


def trial(linked: int, right: int, size: int) -> Trial:
    person = np.array([1] * linked + [-1] * (size - linked))
    matches = Matches(person, np.where(person > 0, 0.9, 0.0), np.where(person > 0, 0.9, 0.0))
    return Trial(matches, np.arange(size) < right)


def test_precision_is_of_a_mix_with_as_many_strangers_as_the_file_seems_to_hold() -> None:
    trials = Trials(trial(80, 78, 100), trial(90, 90, 100), trial(10, 0, 100))
    overlap = find_overlap(trials, 0.85, 0.05, 0.5)
    assert overlap == pytest.approx(0.5)
    measured = assess(trials, 0.85, 0.05, overlap)
    assert measured.precision[0] == pytest.approx(78 / 90, abs=1e-6)
    assert measured.recall[0] == 0.78
    assert measured.recall_known[0] == 0.9
    assert find_overlap(trials, 0.85, 0.05, 0.0) == 0.05
    assert assess(Trials(*[trial(0, 0, 0)] * 3), 0.85, 0.05, None).precision == (None, None, None)


def test_intervals_are_wilsons() -> None:
    """Figures of Newcombe 1998, table I, method 3."""
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 20) == pytest.approx((0, 0.1611), abs=1e-4)
    assert wilson(29, 29) == pytest.approx((0.8830, 1), abs=1e-4)
