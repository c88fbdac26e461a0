"""Chains of homes: when each household moved, where it came from, back from its last day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plainview.demo.population import houses as h
from plainview.demo.population.calendars import EVER, NEVER, YEAR, to_days
from plainview.demo.population.casts import ADULT, NONE, PARTNER
from plainview.demo.population.dice import Ints, happens, pick_rows
from plainview.demo.population.families import Story
from plainview.demo.population.houses import Houses

OWNER, PRIVATE, COUNCIL, ASSOCIATION, INSTITUTION = range(5)
_LEVELS = 4
# Moves a year by tenure: English Housing Survey puts owners near 4 in 100, social tenants 6, private 24.
_MOVES = np.array([0.038, 0.23, 0.055, 0.065, 0.0001])
_FROM_OUTSIDE = 0.30


@dataclass
class Chains:
    """Where each household lived, newest first.

    bounds (households x 5): the day it ended or NEVER, then the days of its moves going back. start: the day
    the household began here, or EVER; origin: the household its first members came from, or -1 for outside
    the borough; since: the day the head had joined that one, or EVER.
    """

    tenure: Ints
    bounds: Ints
    start: Ints
    origin: Ints
    since: Ints


def draw_tenures(houses: Houses, story: Story, topic: str) -> Ints:
    """Tenure by area, tilted by kind: single parents rent more, old couples own, sharers rent privately."""
    rng = story.dice.about(topic)
    drawn = pick_rows(rng, story.borough.tenures, houses.area)
    again = pick_rows(rng, story.borough.tenures, houses.area)
    rents = (
        np.isin(houses.kind, (h.LONE_CHILDREN, h.SINGLE)) & (drawn == OWNER) & happens(rng, 0.45, len(drawn))
    )
    owns = np.isin(houses.kind, (h.COUPLE_OLD, h.COUPLE_GROWN, h.SINGLE_OLD)) & (drawn == PRIVATE)
    drawn = np.where(rents, again, np.where(owns, np.where(again == PRIVATE, OWNER, again), drawn))
    drawn = np.where((houses.kind == h.SHARED) & happens(rng, 0.93, len(drawn)), PRIVATE, drawn)
    return np.where(houses.kind > h.SHARED, INSTITUTION, drawn)


def find_heads(story: Story, count: int) -> Ints:
    """The head of each household, or -1 for those that nobody belongs to any more."""
    heads = np.full(count, NONE)
    at = np.flatnonzero(story.cast.role == ADULT)[::-1]
    heads[story.cast.house[at]] = at
    return heads


def draw_chains(story: Story, parted: tuple[Ints, Ints, Ints]) -> Chains:
    """The moves of every household, where it came from, and the tenure of its last home."""
    houses, calendar, rng = story.houses, story.calendar, story.dice.about("moves")
    tenure = draw_tenures(houses, story, "tenures")
    last = np.minimum(houses.ended, calendar.end)
    rate = _MOVES[tenure] * np.where(houses.kind == h.SINGLE_OLD, 0.5, 1.0)
    fixed = houses.kind >= h.SHARED
    bounds = np.empty((len(houses), _LEVELS + 1), np.int64)
    bounds[:, 0] = houses.ended
    bounds[:, 1] = last - 3 - to_days(rng.exponential(1 / np.where(fixed, 1.0, rate)))
    for level in range(2, _LEVELS + 1):
        bounds[:, level] = bounds[:, level - 1] - 20 - to_days(rng.exponential(6.5, len(houses)))
    bounds[:, _LEVELS] = np.minimum(bounds[:, _LEVELS], calendar.start - 200)
    bounds[fixed, 1:] = calendar.start - 7000
    chains = Chains(
        tenure, bounds, np.full(len(houses), EVER), np.full(len(houses), NONE), np.full(len(houses), EVER)
    )
    come_from_outside(story, chains, rng)
    leave_parents(story, chains, rng)
    move_out(story, chains, parted)
    come_from_shared(story, chains, rng)
    begin_before_losses(story, chains)
    return chains


def begin_before_losses(story: Story, chains: Chains) -> None:
    """Let a household that lost a member here have been here before that day."""
    first = np.full(len(story.houses), NEVER)
    np.minimum.at(first, story.cast.house, story.cast.gone)
    late = chains.start > first - 60
    for column in (chains.start, chains.since):
        column[late] = EVER
    chains.origin[late] = NONE


def move_in_together(story: Story, chains: Chains, past: Ints, movers: Ints) -> None:
    """Let partners join on the day the household began here, where they would have joined before it.

    Household `past[i]`, the earlier home of person `movers[i]`, lasts until that day.
    """
    cast = story.cast
    began = chains.start[cast.house]
    together = (cast.role == PARTNER) & (cast.joined > story.calendar.start) & (cast.joined < began)
    cast.joined[together] = began[together]
    with_head = (cast.role == PARTNER) & (cast.joined < began) & (chains.origin[cast.house] >= 0)
    cast.joined[with_head] = began[with_head]
    chains.bounds[past, 0] = cast.joined[movers]


def come_from_outside(story: Story, chains: Chains, rng: np.random.Generator) -> None:
    """Begin three in ten chains, at each move, with an arrival from outside the borough."""
    start = story.calendar.start
    for level in range(_LEVELS - 1, 0, -1):
        day = chains.bounds[:, level]
        arrives = (day > start) & happens(rng, _FROM_OUTSIDE, len(day))
        chains.start[arrives] = day[arrives]


def leave_parents(story: Story, chains: Chains, rng: np.random.Generator) -> None:
    """Begin the chains of young heads when they left home: nobody has a home of their own before 18."""
    cast, start = story.cast, story.calendar.start
    heads = find_heads(story, len(story.houses))
    houses = np.flatnonzero(heads >= 0)
    houses = houses[story.houses.kind[houses] < h.SHARED]
    who = heads[houses]
    mother = cast.mother[who]
    home = np.where(mother >= 0, cast.house[np.maximum(mother, 0)], NONE)
    home = np.where(home == houses, NONE, home)
    last = np.minimum(story.houses.ended[houses], story.calendar.end)
    leaves = cast.birth[who] + to_days(18.0 + rng.gamma(2.0, 2.3, len(who)))
    leaves = np.minimum(
        leaves, np.maximum(last - rng.integers(10, 300, len(who)), cast.birth[who] + to_days(16.5))
    )
    leaves = np.minimum(leaves, last - 5)
    young = leaves > start
    early = young & (cast.birth[who] + to_days(18.0) <= start) & (home < 0)
    forced = young & ~early
    chains.start[houses[forced]] = leaves[forced]
    chains.origin[houses[forced]] = home[forced]


def move_out(story: Story, chains: Chains, parted: tuple[Ints, Ints, Ints]) -> None:
    """Begin the chains of those who moved out of a couple on the day they parted."""
    left, stayed, day = parted
    if len(left) == 0:
        return
    house = story.cast.house[left]
    chains.start[house] = day
    chains.origin[house] = story.cast.house[stayed]
    _, b, since, _ = story.couples.columns()
    order = np.argsort(b, kind="stable")
    place = order[np.minimum(np.searchsorted(b[order], left), len(b) - 1)]
    chains.since[house] = np.where(b[place] == left, since[place], EVER)


def come_from_shared(story: Story, chains: Chains, rng: np.random.Generator) -> None:
    """Let a third of young arrivals have come from a shared house in the borough, not from outside."""
    shared = np.flatnonzero((story.houses.kind == h.SHARED) & (story.houses.ended == NEVER))
    heads = find_heads(story, len(story.houses))
    age = (chains.start - story.cast.birth[np.maximum(heads, 0)]) / YEAR
    fits = (heads >= 0) & (chains.start > EVER) & (chains.origin < 0) & (age > 20) & (age < 36)
    fits &= np.isin(story.houses.kind, (h.SINGLE, h.COUPLE)) & happens(rng, 0.33, len(heads))
    at = np.flatnonzero(fits)
    if len(shared) and len(at):
        chains.origin[at] = rng.choice(shared, len(at))
        chains.since[at] = chains.start[at] - 20 - to_days(rng.exponential(1.6, len(at)))


@dataclass
class Spells:
    """Households in homes: house, level (0 = its last home), since and until; sorted by house and since."""

    house: Ints
    level: Ints
    since: Ints
    until: Ints


def list_spells(story: Story, chains: Chains) -> Spells:
    """Every home of every household within the years told."""
    lower = np.maximum(chains.start, story.calendar.start)
    parts = []
    for level in range(_LEVELS):
        until = chains.bounds[:, level]
        since = np.maximum(chains.bounds[:, level + 1], chains.start)
        at = np.flatnonzero((until > lower) & (since < until))
        parts.append((at, np.full(len(at), level), since[at], until[at]))
    house, level_of, since, until = (np.concatenate(part) for part in zip(*parts, strict=True))
    order = np.lexsort((since, house))
    return Spells(house[order], level_of[order], since[order], until[order])
