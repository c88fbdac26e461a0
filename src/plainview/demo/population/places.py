"""Homes: which household lived where and when, and one home never held by two households at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plainview.demo.population import houses as h
from plainview.demo.population.calendars import NEVER
from plainview.demo.population.chains import COUNCIL, INSTITUTION, OWNER, Chains, Spells
from plainview.demo.population.dice import Ints, happens, pick_rows
from plainview.demo.population.families import Story
from plainview.demo.population.matches import take_next

_DAYS = 1 << 18


@dataclass
class Places:
    """Homes by column: area, kind of first household, tenure, bedrooms; and the home of every spell."""

    area: Ints
    house_kind: Ints
    tenure: Ints
    bedrooms: Ints
    of_spell: Ints


def place_spells(story: Story, chains: Chains, spells: Spells) -> Places:
    """Give each household's last home its own address, and earlier ones homes that others moved into later.

    Going back one move at a time: the homes that fell free before each move in are lined up by market
    (neighbourhood, tenure, size) and day, and each earlier spell takes the next one free on its last day.
    What finds none takes a home that stands empty now.
    """
    rng = story.dice.about("places")
    houses = story.houses
    here = np.flatnonzero(houses.ended == NEVER)
    own = np.full(len(houses), -1)
    own[here] = np.arange(len(here))
    depth = spells.level + (houses.ended[spells.house] != NEVER)
    home = np.where(depth == 0, own[spells.house], -1)
    block = story.borough.wards[houses.area] // 2
    away = happens(rng, 0.3, len(spells.house))
    wanted = np.where(away, rng.integers(0, block.max() + 1, len(away)), block[spells.house])
    tenure = np.minimum(chains.tenure, COUNCIL)
    tenure = np.where((spells.level > 0) & happens(rng, 0.3, len(away)), 1, tenure[spells.house])
    market = (wanted * 3 + tenure) * 2 + (houses.size[spells.house] > 2)
    extra: list[Ints] = []
    total = len(here)
    open_home, open_day, open_market = (np.empty(0, np.int64),) * 3
    for level in range(1, int(depth.max(initial=0)) + 1):
        freed = np.flatnonzero((depth == level - 1) & (spells.since > story.calendar.start))
        open_home = np.concatenate([open_home, home[freed]])
        open_day = np.concatenate([open_day, spells.since[freed]])
        open_market = np.concatenate([open_market, market[freed]])
        seekers = np.flatnonzero(depth == level)
        found = take_open(open_market * _DAYS + open_day, market[seekers] * _DAYS + spells.until[seekers])
        home[seekers[found >= 0]] = open_home[found[found >= 0]]
        lost = seekers[found < 0]
        home[lost] = total + np.arange(len(lost))
        total += len(lost)
        extra.append(spells.house[lost])
        rest = np.setdiff1d(np.arange(len(open_home)), found[found >= 0], assume_unique=True)
        open_home, open_day, open_market = open_home[rest], open_day[rest], open_market[rest]
    first = np.concatenate([here, *extra])
    return Places(
        area=houses.area[first],
        house_kind=houses.kind[first],
        tenure=chains.tenure[first],
        bedrooms=count_bedrooms(houses.size[first], houses.kind[first], chains.tenure[first], rng),
        of_spell=home,
    )


def take_open(opened: Ints, wanted: Ints) -> Ints:
    """For each of `wanted` the position of an opening later in the same market, none twice, or -1."""
    if len(opened) == 0 or len(wanted) == 0:
        return np.full(len(wanted), -1)
    slots = np.argsort(opened, kind="stable")
    line = opened[slots]
    order = np.argsort(wanted, kind="stable")
    market = wanted[order] // _DAYS
    limit = np.searchsorted(line, (market + 1) * _DAYS)
    place = np.searchsorted(line, wanted[order], side="right")
    # each market is pushed along on its own: offset by market so that one's overflow never moves another's
    shift = market * (len(wanted) + len(opened) + 1)
    place = take_next(place + shift) - shift
    found = np.full(len(wanted), -1)
    fits = place < limit
    found[order[fits]] = slots[place[fits]]
    return found


# Chances of 1, 2, 3, 4 or more bedrooms by people in the household, near Census 2021 (16, 28, 39 and 17 %).
_BEDROOMS = np.array([
    [0.36, 0.34, 0.25, 0.05], [0.12, 0.31, 0.41, 0.16], [0.03, 0.28, 0.49, 0.20], [0.01, 0.16, 0.52, 0.31],
    [0.0, 0.08, 0.50, 0.42],
])  # fmt: skip


def count_bedrooms(size: Ints, kind: Ints, tenure: Ints, rng: np.random.Generator) -> Ints:
    """Bedrooms for a household of this size; owners have one more in one home of six, sharers one each."""
    rooms = 1 + pick_rows(rng, _BEDROOMS, np.minimum(size, 5) - 1)
    rooms += (tenure == OWNER) & happens(rng, 0.17, len(size))
    rooms = np.where(kind == h.SHARED, np.maximum(rooms, np.minimum(size, 7)), rooms)
    return np.where(tenure == INSTITUTION, np.maximum(size, 4), rooms)
