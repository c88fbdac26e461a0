"""A mixture of classes over agreement patterns: its parameters, its weights, and fitting it without labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from plainview.linkage.classes import CLASSES, MATCH, NAMES, Cap, seeds
from plainview.linkage.comparisons import Comparison, shifts

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_START = 0.98  # of a pattern's pairs, those that start in the class of its seed
_PRIOR_PAIRS = 25.0  # a class starts as if so many pairs had been seen at the usual levels
LEAST = 1e-9
"""No probability counts as less than this."""
_ROUNDS = 60
_STILL = 1e-6  # change of the mean log-likelihood at which fitting stops
_DIGITS = 6  # sums over threads differ after the fourteenth digit


@dataclass(frozen=True)
class Mixture:
    """`shares[k]` of compared pairs are of class k; of those, `levels[comparison][k, level]` are at a level.

    Level 0, not known, is no evidence: its entry is 1 for all classes. No probability counts as less than `least`.
    """

    classes: tuple[str, ...]
    made: tuple[Comparison, ...]
    shares: Floats
    levels: Mapping[str, Floats]
    least: float = LEAST

    def log_likelihoods(self, patterns: Ints) -> Floats:
        """Natural log of share and evidence: a row a pattern, a column a class."""
        total = np.repeat(np.log(self.shares)[None, :], len(patterns), axis=0)
        for comparison, found in zip(self.made, unpack(self.made, patterns), strict=True):
            total += np.log(np.maximum(self.levels[comparison.name], self.least)).T[found]
        return total

    def match_weights(self, patterns: Ints) -> Floats:
        """log2 of the odds that a pair with the pattern is one person, shares included."""
        return to_weights(self.log_likelihoods(patterns))


def to_weights(likelihoods: Floats) -> Floats:
    """log2 odds of the first column against all others together."""
    others = np.logaddexp.reduce(likelihoods[:, MATCH + 1 :], axis=1)
    weights: Floats = (likelihoods[:, MATCH] - others) / np.log(2)
    return weights


def unpack(made: tuple[Comparison, ...], patterns: Ints) -> list[Ints]:
    """The level of each comparison in each pattern."""
    return [
        (patterns >> shift) & ((1 << comparison.bits) - 1)
        for comparison, shift in zip(made, shifts(made), strict=True)
    ]


@dataclass(frozen=True)
class Known:
    """Pairs of which people said what they are: for each its pattern, whether it is one person, and its weight."""

    patterns: Ints
    same: NDArray[np.bool_]
    weights: Floats


def fit(
    made: tuple[Comparison, ...],
    patterns: Ints,
    counts: Ints | Floats,
    usual: Mixture,
    tell: Callable[[float], None],
    known: Known | None = None,
) -> tuple[Mixture, int]:
    """Expectation maximisation on pattern counts, as in Dempster, Laird and Rubin 1977; also the rounds taken.

    `usual` stands in for pairs that were not seen: a level no pair is at keeps the probability it has there.
    Caps of the classes hold in every round. Parameters are rounded, so that the last bits of sums never show.

    `known` pairs take part with their weights, as in Nigam et al. 2000: one person is of the class match and of
    no other; two people are of any other, and which is left to the rounds. A cap stands in for knowledge, so one
    that known pairs alone go beyond is lifted.
    """
    weights = counts.astype(np.float64)
    unlabelled = len(patterns)
    possible = None
    if known is not None and len(known.patterns):
        possible = _possible(unlabelled, known.same)
        patterns = np.concatenate([patterns, known.patterns])
        weights = np.concatenate([weights, known.weights])
    levels = unpack(made, patterns)
    columns, starts = _columns(made, levels)
    share = _started(made, levels)
    if possible is not None:
        share = share * possible
        share /= share.sum(axis=1, keepdims=True)
    previous, rounds = -np.inf, 0
    mixture = usual
    for rounds in range(1, _ROUNDS + 1):
        pairs = share * weights[:, None]
        said = columns[unlabelled:].T @ pairs[unlabelled:] if possible is not None else None
        mixture = _maximise(made, columns, starts, pairs, usual, said)
        likelihoods = _likelihoods(mixture, columns)
        if possible is not None:
            likelihoods = np.where(possible, likelihoods, -np.inf)
        top = likelihoods.max(axis=1, keepdims=True)
        odds = np.exp(likelihoods - top)
        sums = odds.sum(axis=1, keepdims=True)
        share = odds / sums
        mean = float((np.log(sums[:, 0]) + top[:, 0]) @ weights / weights.sum())
        tell(rounds / _ROUNDS)
        if abs(mean - previous) < _STILL:
            break
        previous = mean
    return _rounded(mixture), rounds


def _possible(unlabelled: int, same: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which classes each row can be of: first the pairs of which nothing is known, then the known ones."""
    known = np.repeat(~same[:, None], len(CLASSES), axis=1)
    known[:, MATCH] = same
    return np.concatenate([np.ones((unlabelled, len(CLASSES)), dtype=bool), known])


def _columns(made: tuple[Comparison, ...], levels: list[Ints]) -> tuple[csr_array, list[int]]:
    """One row a pattern, one column a level of a comparison, 1 where it is: so a round is two products."""
    sizes = [len(comparison.levels) for comparison in made]
    starts = [0, *np.cumsum(sizes).tolist()]
    rows = len(levels[0])
    places = np.stack([found + start for found, start in zip(levels, starts, strict=False)], axis=1)
    ones = np.ones(places.size)
    pointers = np.arange(0, places.size + 1, len(made))
    return csr_array((ones, places.ravel(), pointers), shape=(rows, starts[-1])), starts


def _started(made: tuple[Comparison, ...], levels: list[Ints]) -> Floats:
    found = {comparison.name: level for comparison, level in zip(made, levels, strict=True)}
    by_name = {comparison.name: comparison for comparison in made}

    def at(name: str, labels: tuple[str, ...]) -> NDArray[np.bool_]:
        wanted = [p for p, level in enumerate(by_name[name].levels) if p and level.label.startswith(labels)]
        if labels[0].endswith("not known"):
            wanted = [0]
        return np.isin(found[name], wanted)

    started = seeds(at)
    share = np.full((len(started), len(CLASSES)), (1 - _START) / (len(CLASSES) - 1))
    share[np.arange(len(started)), started] = _START
    return share


def _maximise(
    made: tuple[Comparison, ...],
    columns: csr_array,
    starts: list[int],
    pairs: Floats,
    usual: Mixture,
    said: Floats | None,
) -> Mixture:
    shares = pairs.sum(axis=0) + _PRIOR_PAIRS * usual.shares
    counted = np.asarray(columns.T @ pairs)
    levels = {}
    for comparison, start in zip(made, starts, strict=False):
        seen = counted[start : start + len(comparison.levels)].T.copy()
        seen += _PRIOR_PAIRS * usual.levels[comparison.name]
        seen[:, 0] = 0.0
        sums = seen.sum(axis=1, keepdims=True)
        seen /= sums
        known = None if said is None else said[start : start + len(comparison.levels)].T / sums
        _cap(comparison, seen, known)
        seen[:, 0] = 1.0
        levels[comparison.name] = seen
    return Mixture(usual.classes, made, shares / shares.sum(), levels)


def _cap(comparison: Comparison, seen: Floats, known: Floats | None) -> None:
    """Hold the levels that caps name down to them; what is taken goes to the levels of no cap, in proportion.

    `known` is the part of `seen` that known pairs make up; a cap that they go beyond is lifted.
    """
    for row, kind in enumerate(CLASSES):
        caps = [
            (capped_levels(comparison, cap), cap.most)
            for cap in kind.caps
            if cap.comparison == comparison.name
        ]
        held = {place for places, _ in caps for place in places}
        free = [place for place in range(1, len(comparison.levels)) if place not in held]
        for places, most in caps:
            total = seen[row, places].sum()
            lifted = known is not None and known[row, places].sum() > most
            if total > most and not lifted:
                seen[row, places] *= most / total
                seen[row, free] *= 1 + (total - most) / max(seen[row, free].sum(), LEAST)


def capped_levels(comparison: Comparison, cap: Cap) -> list[int]:
    """The places of the levels that the cap is about."""
    return [p for p, level in enumerate(comparison.levels) if p and _named(level.label, cap.labels)]


def _named(label: str, labels: tuple[str, ...]) -> bool:
    return any(label.startswith(words) or label.endswith(words) or f" {words}" in label for words in labels)


def _likelihoods(mixture: Mixture, columns: csr_array) -> Floats:
    stacked = np.concatenate(
        [np.log(np.maximum(mixture.levels[comparison.name], LEAST)).T for comparison in mixture.made]
    )
    return np.asarray(columns @ stacked) + np.log(mixture.shares)[None, :]


def _rounded(mixture: Mixture) -> Mixture:
    levels = {name: round_digits(found) for name, found in mixture.levels.items()}
    return Mixture(mixture.classes, mixture.made, round_digits(mixture.shares), levels)


def round_digits(values: Floats) -> Floats:
    """To the digits that parameters are kept with."""
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(np.maximum(np.abs(values), 1e-300))))
    return np.where(values == 0, 0.0, np.round(values * scale) / scale)


def flat(made: tuple[Comparison, ...]) -> Mixture:
    """A mixture that knows nothing: all classes and levels equally likely."""
    levels = {}
    for comparison in made:
        even = np.full((len(NAMES), len(comparison.levels)), 1 / (len(comparison.levels) - 1))
        even[:, 0] = 1.0
        levels[comparison.name] = even
    return Mixture(NAMES, made, np.full(len(NAMES), 1 / len(NAMES)), levels)
