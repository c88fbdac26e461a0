"""Precision and recall without a truth, from a sample of pairs that people looked at.

The pairs of records are divided into strata h (see `samples`): linked or not, how probable, and any groups. Of
the N_h pairs of a stratum a simple random sample is judged: s_h the same person, d_h not, c_h cannot tell.
With the share p_h = s_h / (s_h + d_h), L the strata of linked and U those of unlinked pairs,

    precision = sum_L N_h p_h / sum_L N_h
    recall    = sum_L N_h p_h / sum_(L and U) N_h p_h

which are the stratified estimator of a proportion, unbiased, and the combined ratio of two of them, whose bias is
of the order of one over the sample (Cochran 1977, Sampling Techniques, sections 5.3 and 6.11).

**Intervals.** Nearly all pairs of a stratum are of one kind, and where a sample holds no error the textbook
variance is nought. So each stratum's unseen pairs are drawn instead: p from Beta(s + a, d + a), then their number
that are the same from Binomial(N - s - d, p), which includes the finite population correction; the middle 95 %
of the measure over such draws is the interval. For one stratum and a = 1/2 that is the Jeffreys interval, whose
coverage is near nominal also for rare errors (Brown, Cai and DasGupta 2001, Interval estimation for a
binomial proportion, Statistical Science 16, section 4). Over several strata each a adds errors that
nobody saw, and a = 1/3 (Kerman 2011, Neutral noninformative conjugate beta priors) adds fewer, but falls short
where a = 1/2 does well; the interval given spans both. Simulated coverage was 93 to 98 %, where either alone
fell to 86 or 89 %. Draws come from a fixed seed: the same verdicts give the same interval.

**Cannot tell.** The estimate leaves such pairs out, as if they were like the others of their stratum; `bounds`
says how low and how high it could be if all of them went one way.

**What it cannot see.** Recall counts the pairs that were compared, and those never compared that share one of the
looser keys of `samples`. A pair of records of one person that share not even those is missing from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_DRAWS = 4_000
_SEED = 20_260_101
_PRIORS = (1 / 2, 1 / 3)


@dataclass(frozen=True)
class Stratum:
    """The pairs of one stratum, and how those that were judged came out."""

    linked: bool
    pairs: int
    same: int
    not_same: int
    cannot_tell: int = 0
    group: str = ""

    @property
    def judged(self) -> int:
        """Pairs with an answer."""
        return self.same + self.not_same


@dataclass(frozen=True)
class Measure:
    """An estimate with its 95 % interval, and its `bounds` if all that could not be told went one way.

    None where there is nothing to measure.
    """

    value: float | None
    interval: tuple[float, float] | None
    bounds: tuple[float, float] | None


@dataclass(frozen=True)
class Estimate:
    """Both measures of one group, or of all (`group` is empty)."""

    group: str
    precision: Measure
    recall: Measure
    judged: int
    cannot_tell: int

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return asdict(self)


def estimate(strata: Sequence[Stratum], group: str = "") -> Estimate:
    """Precision and recall of all the strata together.

    ValueError for a stratum that has pairs of which none was judged: nothing could be said of them.
    """
    used = [stratum for stratum in strata if stratum.pairs]
    if any(not stratum.judged for stratum in used):
        raise ValueError("a stratum without a verdict")
    linked = [stratum for stratum in used if stratum.linked]
    return Estimate(
        group=group,
        precision=_measure(linked, _precision),
        recall=_measure(used, _recall),
        judged=sum(stratum.judged for stratum in used),
        cannot_tell=sum(stratum.cannot_tell for stratum in used),
    )


def estimate_groups(strata: Sequence[Stratum]) -> list[Estimate]:
    """The same for each group of which every stratum has a verdict."""
    names = sorted({stratum.group for stratum in strata if stratum.group})
    found = []
    for name in names:
        own = [stratum for stratum in strata if stratum.group == name]
        if all(stratum.judged or not stratum.pairs for stratum in own):
            found.append(estimate(own, name))
    return found


Ratio = Callable[[Floats, Floats, Floats], Floats]


def _precision(same: Floats, pairs: Floats, linked: Floats) -> Floats:
    """`same` are pairs of one person, by stratum (columns) and draw (rows)."""
    ratio: Floats = (same * linked).sum(axis=-1) / (pairs * linked).sum(axis=-1)
    return ratio


def _recall(same: Floats, pairs: Floats, linked: Floats) -> Floats:
    everybody = same.sum(axis=-1)
    ratio: Floats = np.divide(
        (same * linked).sum(axis=-1), everybody, out=np.full_like(everybody, np.nan), where=everybody > 0
    )
    return ratio


def _measure(strata: list[Stratum], ratio: Ratio) -> Measure:
    if not strata:
        return Measure(None, None, None)
    pairs = np.array([stratum.pairs for stratum in strata], dtype=np.float64)
    linked = np.array([stratum.linked for stratum in strata], dtype=np.float64)
    value = _value(strata, pairs, linked, ratio)
    if value is None:
        return Measure(None, None, None)
    drawn = [ratio(_draw(strata, prior), pairs, linked) for prior in _PRIORS]
    low, high = np.nanpercentile(drawn, [2.5, 97.5], axis=1)
    ends = [_value(_lean(strata, up), pairs, linked, ratio) for up in (False, True)]
    bounds = [value if end is None else end for end in ends]
    # Without an error in the sample the middle of the draws lies below the estimate itself.
    return Measure(
        value,
        (min(float(low.min()), value), max(float(high.max()), value)),
        (min(*bounds, value), max(*bounds, value)),
    )


def _value(strata: Sequence[Stratum], pairs: Floats, linked: Floats, ratio: Ratio) -> float | None:
    shares = np.array([stratum.same / stratum.judged for stratum in strata])
    value = float(ratio(pairs * shares, pairs, linked))
    return None if np.isnan(value) else value


def _lean(strata: list[Stratum], up: bool) -> list[Stratum]:
    """The verdicts if all that could not be told went the way that puts the measure up, or down."""
    return [
        Stratum(
            one.linked,
            one.pairs,
            one.same + one.cannot_tell * (one.linked == up),
            one.not_same + one.cannot_tell * (one.linked != up),
        )
        for one in strata
    ]


def _draw(strata: list[Stratum], prior: float) -> Floats:
    """How many pairs of each stratum are the same person, in each draw: rows are draws."""
    dice = np.random.default_rng(_SEED)
    columns = []
    for one in strata:
        share = dice.beta(one.same + prior, one.not_same + prior, size=_DRAWS)
        unseen = max(one.pairs - one.judged, 0)
        columns.append(one.same + dice.binomial(unseen, share))
    return np.stack(columns, axis=-1).astype(np.float64)
