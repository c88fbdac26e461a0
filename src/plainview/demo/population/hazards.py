"""When things begin: a constant hazard, raised while causes last."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plainview.demo.population.calendars import NEVER, YEAR
from plainview.demo.population.dice import Floats, Ints


@dataclass
class Times:
    """From when to when something lasts, for each person or household; NEVER and NEVER where it does not."""

    since: Ints
    until: Ints

    def of(self, members: Ints) -> Times:
        """The same by another numbering: of each person's household or mother; -1 is never."""
        known = members >= 0
        place = np.maximum(members, 0)
        return Times(np.where(known, self.since[place], NEVER), np.where(known, self.until[place], NEVER))

    def during(self, day: Ints, lag: int = 0) -> np.ndarray:
        """Whether it lasts on `day`, or ended up to `lag` days before."""
        found: np.ndarray = (self.since <= day) & (day < self.until + lag)
        return found


@dataclass
class Cause:
    """Something that multiplies a hazard by `factor` while it lasts and for `lag` days after."""

    times: Times
    factor: float
    lag: int = 180


def strike(rng: np.random.Generator, hazard: Floats, low: Ints, high: Ints, causes: list[Cause]) -> Ints:
    """The first day something begins, between the days `low` and `high`, or NEVER.

    `hazard` is per year. A hazard times f during a cause is the sum of the hazard and (f - 1) times it,
    and the first of several independent Poisson processes is the first of all of them: so one draw for the
    plain hazard and one for each cause is exact, with no steps of time.
    """
    first = low + wait(rng, hazard)
    for cause in causes:
        begins = np.maximum(cause.times.since, low)
        day = begins + wait(rng, hazard * (cause.factor - 1))
        ends = np.minimum(cause.times.until, NEVER - cause.lag) + cause.lag
        first = np.where((cause.times.since < NEVER) & (day < ends), np.minimum(first, day), first)
    return np.where(first < high, first, NEVER)


def wait(rng: np.random.Generator, hazard: Floats) -> Ints:
    """Days until the first event of a Poisson process of `hazard` a year, 2,000 years at most."""
    years = rng.standard_exponential(len(hazard), dtype=np.float64) / np.maximum(hazard, 1e-9)
    found: Ints = (np.minimum(years, 2000.0) * YEAR).astype(np.int64)
    return found


def last_for(rng: np.random.Generator, since: Ints, median: float, spread: float = 0.8) -> Ints:
    """The day after which it is over: log-normal durations with this median in years; NEVER stays NEVER."""
    days = np.minimum(np.exp(np.log(median) + spread * rng.standard_normal(len(since))), 60.0) * YEAR
    return np.where(since < NEVER, since + 14 + days.astype(np.int64), NEVER)
