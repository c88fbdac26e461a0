"""The best person for each encoding: candidates by bands, Dice coefficients, best and second best."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plainview.blind.bands import Banding
from plainview.blind.filters import Filters

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Unwanted = Callable[[Ints, Ints], NDArray[np.bool_]]
"""Of (record, own row) pairs, those that are not to be compared."""

MOST_IN_A_BLOCK = 2000
"""A band whose bits so many own rows share tells nobody apart, and is passed over for them."""
_RECORDS_AT_ONCE = 500
_PAIRS_AT_ONCE = 1 << 18


@dataclass(frozen=True)
class Matches:
    """For each encoding the best person (-1 for none), their Dice coefficient, and how far the next is behind."""

    person: Ints
    dice: Floats
    margin: Floats

    def linked(self, threshold: float, margin: float) -> NDArray[np.bool_]:
        """Which encodings are linked: the best is good enough, and clearly better than anybody else."""
        return (self.person >= 0) & (self.dice >= threshold) & (self.margin >= margin)


class OwnRows:
    """The authority's own encodings, sorted by what each band reads.

    `persons` holds the number of the person, from 0, for each row.
    """

    def __init__(self, filters: Filters, persons: Ints, banding: Banding) -> None:
        self.persons = persons
        self._words = as_words(filters)
        self._set = np.bitwise_count(self._words).sum(axis=1, dtype=np.int64)
        self._banding = banding
        keys = banding.keys(filters)
        self._orders = [
            np.argsort(keys[:, band], kind="stable").astype(np.int32) for band in range(banding.bands)
        ]
        self._sorted = [keys[order, band] for band, order in enumerate(self._orders)]

    def match(
        self,
        filters: Filters,
        unwanted: Unwanted | None = None,
        tell: Callable[[float], None] = lambda share: None,
    ) -> Matches:
        """The best person for each of `filters`, compared with all own rows but the `unwanted` pairs."""
        person = np.full(len(filters), -1, np.int64)
        dice, margin = np.zeros(len(filters)), np.zeros(len(filters))
        for start in range(0, len(filters), _RECORDS_AT_ONCE):
            chunk = filters[start : start + _RECORDS_AT_ONCE]
            records, rows = self._candidates(chunk)
            if unwanted is not None:
                keep = ~unwanted(records + start, rows)
                records, rows = records[keep], rows[keep]
            scores = self._dice(chunk, records, rows)
            at, best, score, ahead = best_persons(records, self.persons[rows], scores)
            person[at + start], dice[at + start], margin[at + start] = best, score, ahead
            tell((start + len(chunk)) / len(filters))
        return Matches(person, dice, margin)

    def _candidates(self, filters: Filters) -> tuple[Ints, Ints]:
        """Pairs of a record and an own row that agree in some band, each once. An empty filter has none."""
        keys = self._banding.keys(filters)
        full = np.asarray(filters.any(axis=1))
        found = [self._agreeing(band, keys[:, band], full) for band in range(self._banding.bands)]
        records, rows = np.divmod(np.unique(np.concatenate(found)), max(len(self.persons), 1))
        return records, rows

    def _agreeing(self, band: int, keys: NDArray[np.uint32], full: NDArray[np.bool_]) -> Ints:
        first = np.searchsorted(self._sorted[band], keys, "left")
        sizes = np.searchsorted(self._sorted[band], keys, "right") - first
        sizes[~full | (sizes > MOST_IN_A_BLOCK)] = 0
        records = np.repeat(np.arange(len(keys)), sizes)
        within = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        rows = self._orders[band][np.repeat(first, sizes) + within]
        return np.asarray(records * len(self.persons) + rows, np.int64)

    def _dice(self, filters: Filters, records: Ints, rows: Ints) -> Floats:
        words = as_words(filters)
        size = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
        parts = [
            2
            * np.bitwise_count(words[one] & self._words[other]).sum(axis=1, dtype=np.int64)
            / np.maximum(size[one] + self._set[other], 1)
            for one, other in _pieces(records, rows)
        ]
        return np.concatenate(parts) if parts else np.empty(0)


def _pieces(records: Ints, rows: Ints) -> Iterator[tuple[Ints, Ints]]:
    for start in range(0, len(records), _PAIRS_AT_ONCE):
        yield records[start : start + _PAIRS_AT_ONCE], rows[start : start + _PAIRS_AT_ONCE]


def as_words(filters: Filters) -> NDArray[np.uint64]:
    """The same bits 64 at a time."""
    return np.ascontiguousarray(filters).view(np.uint64)


def best_persons(records: Ints, persons: Ints, scores: Floats) -> tuple[Ints, Ints, Floats, Floats]:
    """For each record that has a candidate: the record, its best person, the score, and the lead.

    A person is as good as their best row. The lead is over the best other person, or the score itself where
    there is none. Of two who are equal the lower number is named; its lead is 0.
    """
    order = np.lexsort((persons, -scores, records))
    records, persons, scores = records[order], persons[order], scores[order]
    first = np.ones(len(records), np.bool_)
    first[1:] = records[1:] != records[:-1]
    starts = np.flatnonzero(first)
    group = np.cumsum(first) - 1
    other = persons != persons[starts][group]
    seconds = np.zeros(len(starts))
    np.maximum.at(seconds, group[other], scores[other])
    return records[starts], persons[starts], scores[starts], scores[starts] - seconds
