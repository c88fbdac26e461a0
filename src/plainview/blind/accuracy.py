"""How well encodings are linked, measured on the authority's own people, since nobody holds the truth.

Three samples are drawn, repeatably. *Members*: people of whom the authority has at least two different rows; one of
the rows is encoded as if the partner had sent it, and linked against all others. *Known twice*: people whom at least
two sources know; the row of one source is sent, which may agree with another's. *Strangers*: people all of whose
rows are taken away first, so that any link is wrong. Fields are blanked until as many are missing as at the partner's.

Recall is the share of members who are found, the harder half of the truth, and `recall_known` that of those known
twice. Precision is the share of right links in a mix of members and strangers that holds as many strangers as
the partner's file seems to. Intervals are Wilson's, of 95 %.

What it cannot see: people whom linkage itself did not bring together are in no sample (too good a figure).
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plainview.blind.filters import Encoder
from plainview.blind.matches import Ints, Matches, OwnRows

THRESHOLDS = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
_Z = 1.959963984540054
_FEWEST_MEMBERS = 0.05
Share = tuple[float | None, float | None, float | None]
"""A share, and the two ends of its interval."""


@dataclass(frozen=True)
class Sample:
    """Some people of ours, by number, and the row of each that is sent; whether it, or all of them, is taken away."""

    people: Ints
    rows: Ints
    without_row: NDArray[np.bool_]
    without_person: bool


@dataclass(frozen=True)
class Trial:
    """What came of linking a sample: the matches, and which of them are right."""

    matches: Matches
    right: NDArray[np.bool_]

    @property
    def size(self) -> int:
        """How many people it was tried on."""
        return len(self.right)

    def counts(self, threshold: float, margin: float, most: int | None = None) -> tuple[int, int]:
        """How many of the first `most` were linked, and how many of them rightly."""
        linked = self.matches.linked(threshold, margin)[:most]
        return int(linked.sum()), int((linked & self.right[:most]).sum())


@dataclass(frozen=True)
class Trials:
    """The three samples."""

    members: Trial
    known: Trial
    strangers: Trial


@dataclass(frozen=True)
class Accuracy:
    """Precision and recall at one threshold, with what they were counted from; None where nothing was."""

    threshold: float
    overlap: float | None
    members: int
    strangers: int
    right: int
    wrong: int
    strangers_linked: int
    precision: Share
    recall: Share
    recall_known: Share


@dataclass(frozen=True)
class OwnPeople:
    """The authority's rows, those of a person together.

    `rows` has the schema's fields, `persons` the number of each row's person, `sources` how many sources say so;
    `names` is the id of each person.
    """

    rows: pa.Table
    persons: Ints
    sources: Ints
    names: list[str]


def try_out(
    people: OwnPeople,
    own: OwnRows,
    encoder: Encoder,
    *,
    missing: Mapping[str, float],
    sample: int,
    seed: int,
) -> Trials:
    """Link samples of our own rows, of `sample` people each, as if a partner had sent them.

    `missing` is the partner's share of missing values for each field.
    """
    samples = draw_samples(people, sample, seed)
    return Trials(*(_try(one, people, own, encoder, missing, seed) for one in samples))


def draw_samples(people: OwnPeople, sample: int, seed: int) -> tuple[Sample, Sample, Sample]:
    """Members, people known twice, and strangers, who are no members; the same ones on any order of rows."""
    sizes = np.bincount(people.persons, minlength=len(people.names))
    known = np.bincount(people.persons, people.sources, minlength=len(people.names)).astype(np.int64)
    starts = np.cumsum(sizes) - sizes
    draws = [_draw(seed, name) for name in people.names]
    order = sorted(range(len(draws)), key=lambda person: draws[person])
    members = [person for person in order if sizes[person] > 1][:sample]
    twice = [person for person in order if known[person] > 1][:sample]
    chosen = {*members}
    strangers = [person for person in order if person not in chosen][:sample]
    any_row = {
        person: int(starts[person]) + draws[person] % int(sizes[person]) for person in (*members, *strangers)
    }
    places = np.repeat(np.arange(len(people.persons)), people.sources)  # a row once for each source
    first = np.cumsum(known) - known
    sources_row = {
        person: int(places[first[person] + draws[person] % int(known[person])]) for person in twice
    }
    rows = [
        np.array([place[person] for person in group], np.int64)
        for place, group in ((any_row, members), (sources_row, twice), (any_row, strangers))
    ]
    return (
        Sample(np.array(members, np.int64), rows[0], np.ones(len(members), np.bool_), False),
        Sample(np.array(twice, np.int64), rows[1], np.asarray(people.sources[rows[1]] == 1), False),
        Sample(np.array(strangers, np.int64), rows[2], np.ones(len(strangers), np.bool_), True),
    )


def _try(
    one: Sample, people: OwnPeople, own: OwnRows, encoder: Encoder, missing: Mapping[str, float], seed: int
) -> Trial:
    names = [people.names[person] for person in one.people]
    filters = encoder.encode(_blanked(people.rows.take(one.rows), names, missing, seed))

    def unwanted(record: Ints, row: Ints) -> NDArray[np.bool_]:
        if one.without_person:
            return np.asarray(people.persons[row] == one.people[record], np.bool_)
        return np.asarray((one.rows[record] == row) & one.without_row[record], np.bool_)

    matches = own.match(filters, unwanted)
    return Trial(matches, np.asarray((matches.person == one.people) & (not one.without_person), np.bool_))


def _draw(seed: int, *words: str) -> int:
    text = "\x1f".join((str(seed), *words))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def _blanked(rows: pa.Table, names: list[str], missing: Mapping[str, float], seed: int) -> dict[str, Any]:
    """The rows with values taken out until the share of missing ones is as given."""
    columns: dict[str, Any] = {}
    for field in rows.column_names:
        values = rows[field].to_pylist()
        ours = sum(value is None for value in values) / max(len(values), 1)
        more = max(missing.get(field, 0.0) - ours, 0.0) / (1 - ours) if ours < 1 else 0.0
        kept = [
            None if _draw(seed, "blank", field, name) < more * 2**64 else value
            for name, value in zip(names, values, strict=True)
        ]
        columns[field] = pa.array(kept, pa.string())
    return columns


def find_overlap(trials: Trials, threshold: float, margin: float, linked_share: float) -> float | None:
    """The share of the partner's people who seem to be ours: the mix that would be linked as often; None if unknown."""
    if not trials.known.size or not trials.strangers.size:
        return None
    ours = trials.known.counts(threshold, margin)[0] / trials.known.size
    strange = trials.strangers.counts(threshold, margin)[0] / trials.strangers.size
    if ours <= strange:
        return None
    return float(min(max((linked_share - strange) / (ours - strange), _FEWEST_MEMBERS), 1.0))


def assess(trials: Trials, threshold: float, margin: float, overlap: float | None) -> Accuracy:
    """Precision and recall at one threshold."""
    members, strangers = _mix(trials, overlap)
    linked, right = trials.members.counts(threshold, margin)
    mixed, mixed_right = trials.members.counts(threshold, margin, members)
    strange, _ = trials.strangers.counts(threshold, margin, strangers)
    _, known = trials.known.counts(threshold, margin)
    return Accuracy(
        threshold,
        None if overlap is None else round(overlap, 4),
        trials.members.size,
        trials.strangers.size,
        right,
        linked - right,
        trials.strangers.counts(threshold, margin)[0],
        share_of(mixed_right, mixed + strange),
        share_of(right, trials.members.size),
        share_of(known, trials.known.size),
    )


def _mix(trials: Trials, overlap: float | None) -> tuple[int, int]:
    """How many members and strangers to take so that their shares are as in the partner's file."""
    share = 0.5 if overlap is None else overlap
    members, strangers = trials.members.size, trials.strangers.size
    if share >= 1:
        return members, 0
    return min(members, round(strangers * share / (1 - share))), min(
        strangers, round(members * (1 - share) / share)
    )


def share_of(good: int, of: int) -> Share:
    """A share with its 95 % interval; all None out of nothing."""
    return (round(good / of, 6), *wilson(good, of)) if of else (None, None, None)


def wilson(good: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson 1927."""
    share, z2 = good / of, _Z * _Z / of
    middle = (share + z2 / 2) / (1 + z2)
    half = _Z * math.sqrt(share * (1 - share) / of + z2 / of / 4) / (1 + z2)
    low = 0.0 if good == 0 else max(middle - half, 0.0)
    high = 1.0 if good == of else min(middle + half, 1.0)
    return round(low, 6), round(high, 6)
