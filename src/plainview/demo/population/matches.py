"""Finding two who could belong together: by naming culture and by the day they were born."""

from __future__ import annotations

import numpy as np

from plainview.demo.population.calendars import YEAR
from plainview.demo.population.casts import NONE, Cast
from plainview.demo.population.dice import Bools, Ints

_SPAN = 1 << 20  # more days than any two births are apart: keeps cultures from meeting in one sorted line


def match_mothers(cast: Cast, children: Ints, women: Ints, rng: np.random.Generator) -> Ints:
    """A possible mother among `women` for each of `children`, or -1.

    She is of the same culture and was 16 to 44 at the birth, near 27 where the choice is wide. One woman
    may be chosen for several; `drop_crowded` then takes back births too close to each other.
    """
    if len(women) == 0 or len(children) == 0:
        return np.full(len(children), NONE)
    line = np.sort(cast.culture[women] * _SPAN + cast.birth[women] + _SPAN // 2)
    order = women[np.argsort(cast.culture[women] * _SPAN + cast.birth[women], kind="stable")]
    age = np.clip(rng.normal(27, 4.8, len(children)), 17, 42) * YEAR
    wanted = cast.culture[children] * _SPAN + cast.birth[children] - age.astype(np.int64) + _SPAN // 2
    near = np.searchsorted(line, wanted) + rng.integers(-3, 4, len(children))
    found = order[np.clip(near, 0, len(order) - 1)]
    gap = (cast.birth[children] - cast.birth[found]) / YEAR
    fits = (cast.culture[found] == cast.culture[children]) & (gap > 16) & (gap < 44)
    return np.where(fits, found, NONE)


def drop_crowded(cast: Cast, children: Ints, mothers: Ints) -> Bools:
    """Which of `children` can stay with the mother proposed: births 300 days or more from their siblings'."""
    known = np.flatnonzero(cast.mother >= 0)
    proposed = np.flatnonzero(mothers >= 0)
    who = np.concatenate([known, children[proposed]])
    mother = np.concatenate([cast.mother[known], mothers[proposed]])
    new = np.concatenate([np.full(len(known), NONE), proposed])
    order = np.lexsort((new, cast.birth[who], mother))
    mother, birth, new = mother[order], cast.birth[who][order], new[order]
    close = (mother[1:] == mother[:-1]) & (np.diff(birth) < 300)
    crowded = np.zeros(len(order), np.bool_)
    crowded[1:] |= close
    crowded[:-1] |= close
    kept = mothers >= 0
    kept[new[crowded & (new >= 0)]] = False
    return kept


def match_pairs(cast: Cast, seekers: Ints, pool: Ints, rng: np.random.Generator) -> Ints:
    """For each of `seekers` another one of `pool`, of the same culture and near in age, or -1."""
    if len(pool) == 0 or len(seekers) == 0:
        return np.full(len(seekers), NONE)
    pool = pool[np.lexsort((pool, cast.birth[pool], cast.culture[pool]))]
    line = cast.culture[pool] * _SPAN + cast.birth[pool]
    wanted = (
        cast.culture[seekers] * _SPAN
        + cast.birth[seekers]
        - (rng.normal(1.5, 3, len(seekers)) * YEAR).astype(np.int64)
    )
    order = np.argsort(wanted, kind="stable")
    place = take_next(np.searchsorted(line, wanted[order]))
    found = pool[np.minimum(place, len(pool) - 1)]
    near = np.abs(cast.birth[found] - cast.birth[seekers[order]]) < 14 * YEAR
    fits = (place < len(pool)) & near & (cast.culture[found] == cast.culture[seekers[order]])
    result = np.full(len(seekers), NONE)
    result[order] = np.where(fits, found, NONE)
    return result


def take_next(places: Ints) -> Ints:
    """Rising `places` moved up just so far that no place is taken twice."""
    steps = np.arange(len(places))
    found: Ints = np.maximum.accumulate(places - steps) + steps
    return found
