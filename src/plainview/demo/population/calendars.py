"""Days as whole numbers since 1970-01-01: quick to add and compare; turned into dates at the very end."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from plainview.demo.population.dice import Floats, Ints

NEVER = 1 << 30
EVER = -(1 << 30)
YEAR = 365.25


@dataclass(frozen=True)
class Calendar:
    """The years a population is told over: from day `start` up to and including day `end`."""

    start: int
    end: int

    @classmethod
    def ending(cls, end: datetime.date, years: int) -> Calendar:
        """The `years` years up to `end`."""
        last = (end - datetime.date(1970, 1, 1)).days
        return cls(last - round(years * YEAR), last)

    @property
    def years(self) -> float:
        """How many years it covers."""
        return (self.end - self.start) / YEAR


def to_days(years: Floats | float) -> Ints:
    """Years as whole days."""
    return np.rint(np.asarray(years) * YEAR).astype(np.int64)


def years_of(days: Ints) -> Ints:
    """The calendar year of each day."""
    dates: Ints = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return dates


def to_dates(days: Ints) -> pa.Array[Any]:
    """Days as arrow dates; `NEVER` and `EVER` become null."""
    known = (days < NEVER) & (days > EVER)
    return pa.array(np.where(known, days, 0).astype(np.int32), pa.int32(), mask=~known).cast(pa.date32())
