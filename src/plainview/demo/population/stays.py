"""Stays: who belonged to which household from when to when; with the homes of each they give residences."""

from __future__ import annotations

import numpy as np

from plainview.demo.population import houses as h
from plainview.demo.population.calendars import EVER, NEVER, YEAR, to_days
from plainview.demo.population.casts import (
    ADULT,
    CHILD,
    CHILDREN_HOME,
    FOSTER_CHILD,
    LODGER,
    PARTNER,
    SHARER,
)  # fmt: skip
from plainview.demo.population.casts import CARE_HOME as IN_CARE
from plainview.demo.population.chains import Chains, Spells, find_heads
from plainview.demo.population.dice import Ints, happens
from plainview.demo.population.families import Story
from plainview.demo.population.houses import Houses, fill_houses


class Stays:
    """Rows of person, house, since, until, role; added in batches."""

    def __init__(self) -> None:
        self._parts: list[tuple[Ints, ...]] = []

    def add(self, person: Ints, house: Ints, since: Ints | int, until: Ints | int, role: Ints | int) -> None:
        """More stays."""
        columns = (person, house, since, until, role)
        self._parts.append(tuple(np.broadcast_to(np.asarray(c, np.int64), person.shape) for c in columns))

    def columns(self) -> tuple[Ints, ...]:
        """All stays: person, house, since, until, role."""
        return tuple(np.concatenate(part) for part in zip(*self._parts, strict=True))


def join_late(story: Story) -> Houses:
    """Set the day that sharers, people in homes and foster children joined; give the homes they left.

    Half of those who came into care homes and hostels, and a third of partners, had a home of their own in
    the borough: those past households come back, one for each, with `partners` set to the person.
    """
    cast, calendar, rng = story.cast, story.calendar, story.dice.about("joining")
    mean = np.select(
        [cast.role == SHARER, cast.role == LODGER, cast.role == IN_CARE, cast.role == FOSTER_CHILD,
         cast.role == CHILDREN_HOME],
        [1.9, 1.5, 2.4, 2.0, 0.9], 0.0,
    )  # fmt: skip
    late = np.flatnonzero((mean > 0) & (cast.joined == EVER))
    last = np.minimum(np.minimum(story.houses.ended[cast.house[late]], cast.gone[late]), calendar.end)
    joined = last - 8 - to_days(rng.exponential(mean[late]))
    minor = np.isin(cast.role[late], (FOSTER_CHILD, CHILDREN_HOME))
    earliest = cast.birth[late] + np.where(minor, 25, to_days(17.9))
    cast.joined[late] = np.minimum(np.maximum(joined, earliest), last - 3)
    own = h.chance_by_kind(story.kind_of(np.arange(len(cast))), {h.CARE_HOME: 0.68, h.HOSTEL: 0.5})
    own = np.where(cast.role == PARTNER, 0.33, own)
    adult = cast.birth + to_days(19.0) < cast.joined
    at = np.flatnonzero((cast.joined > calendar.start) & happens(rng, own, len(cast)) & adult)
    kind = np.where(cast.role[at] == IN_CARE, h.SINGLE_OLD, h.SINGLE)
    area = np.where(
        happens(rng, 0.5, len(at)), story.houses.area[cast.house[at]],
        rng.integers(0, len(story.borough.weight), len(at)),
    )  # fmt: skip
    past = fill_houses(kind, area, cast.culture[at], rng)
    past.ended = cast.joined[at].copy()
    past.partners = at
    return past


def list_stays(story: Story, chains: Chains, past: Ints, movers: Ints) -> Stays:
    """Every stay of every person; household `past[i]` was the earlier home of person `movers[i]` alone."""
    cast, rng = story.cast, story.dice.about("stays")
    stays = Stays()
    everyone = np.arange(len(cast))
    away = add_care_episodes(story, chains, stays, rng)
    grown = np.minimum(cast.birth + to_days(17.5), story.calendar.start - 1)
    since = np.maximum(cast.joined, np.where(cast.role == ADULT, grown, cast.birth))
    at_home = np.setdiff1d(everyone, away, assume_unique=True)
    stays.add(at_home, cast.house[at_home], since[at_home], cast.gone[at_home], cast.role[at_home])
    follow_heads(story, chains, stays)
    stays.add(movers, past, cast.birth[movers] + to_days(18.0), cast.joined[movers], ADULT)
    come_from_parents(story, stays, movers, rng)
    add_past_sharers(story, stays, rng)
    return stays


def follow_heads(story: Story, chains: Chains, stays: Stays) -> None:
    """The stay in the household they came from, for heads and those who came with them."""
    cast = story.cast
    origin = chains.origin[cast.house]
    began = chains.start[cast.house]
    with_head = (origin >= 0) & (cast.joined < began) & (cast.birth < began)
    heads = find_heads(story, len(story.houses))
    head = heads[cast.house] == np.arange(len(cast))
    child_of_head = (cast.mother == heads[cast.house]) | (cast.father == heads[cast.house])
    at = np.flatnonzero(with_head & (head | (child_of_head & (cast.role == CHILD))))
    since = np.maximum(chains.since[cast.house[at]], cast.birth[at])
    kind = story.houses.kind[origin[at]]
    parent = cast.house[np.maximum(cast.mother[at], 0)] == origin[at]
    role = np.where(kind == h.SHARED, SHARER, np.where(parent & head[at] | ~head[at], CHILD, PARTNER))
    stays.add(at, origin[at], since, began[at], role)


def come_from_parents(story: Story, stays: Stays, movers: Ints, rng: np.random.Generator) -> None:
    """Stays with the mother before joining, for the young who have one here and no other earlier home."""
    cast, start = story.cast, story.calendar.start
    free = np.ones(len(cast), np.bool_)
    free[movers] = False
    free &= (cast.mother >= 0) & (cast.joined > start)
    home = cast.house[np.maximum(cast.mother, 0)]
    age = (cast.joined - cast.birth) / YEAR
    young = np.isin(cast.role, (PARTNER, SHARER, LODGER)) & (age < 29)
    free &= (young | (cast.role == FOSTER_CHILD)) & (home != cast.house)
    at = np.flatnonzero(free)
    stays.add(at, home[at], cast.birth[at], cast.joined[at], CHILD)


def add_past_sharers(story: Story, stays: Stays, rng: np.random.Generator) -> None:
    """Write where one in four of those who came to share lived before: another shared house."""
    cast, start = story.cast, story.calendar.start
    shared = np.flatnonzero((story.houses.kind == h.SHARED) & (story.houses.ended == NEVER))
    came = (
        (cast.role == SHARER)
        & (cast.joined > start)
        & (cast.mother < 0)
        & (story.kind_of(np.arange(len(cast))) == h.SHARED)
    )
    at = np.flatnonzero(came & happens(rng, 0.28, len(cast)))
    if not len(shared) or not len(at):
        return
    before = cast.joined[at] - 30 - to_days(rng.exponential(1.1, len(at)))
    adult = cast.birth[at] + to_days(17.9)
    house = rng.choice(shared, len(at))
    fits = (np.maximum(before, adult) < cast.joined[at]) & (house != cast.house[at])
    stays.add(at[fits], house[fits], np.maximum(before, adult)[fits], cast.joined[at][fits], SHARER)


def add_care_episodes(story: Story, chains: Chains, stays: Stays, rng: np.random.Generator) -> Ints:
    """Stays of children who were looked after for a time and came home; gives those children.

    More in more deprived areas, rare in all (3 to 12 children in a thousand over five years).
    """
    cast, calendar, houses = story.cast, story.calendar, story.houses
    carers = np.flatnonzero((houses.fostered > 0) & (houses.ended == NEVER))
    homes = np.flatnonzero((houses.kind == h.CHILDREN_HOME) & (houses.ended == NEVER))
    places = np.concatenate([carers, carers, carers, carers, homes])
    poor = 11.0 - story.borough.deprivation[houses.area[cast.house]]
    child = (cast.role == CHILD) & np.isin(houses.kind[cast.house], (h.LONE_CHILDREN, h.COUPLE_CHILDREN))
    child &= (
        (cast.birth > calendar.end - to_days(18.0))
        & (cast.gone == NEVER)
        & (houses.ended[cast.house] == NEVER)
    )
    at: Ints = np.flatnonzero(child & happens(rng, 0.0004 * poor * calendar.years, len(cast)))
    low = np.maximum(np.maximum(cast.birth[at] + 60, calendar.start + 10), chains.start[cast.house[at]] + 30)
    taken = low + (rng.random(len(at)) * (np.maximum(calendar.end - 40 - low, 0))).astype(np.int64)
    back = taken + 15 + to_days(rng.exponential(0.6, len(at)))
    fits = (low < calendar.end - 60) & (back < calendar.end - 5) & (len(places) > 0)
    at, taken, back = at[fits], taken[fits], back[fits]
    if len(at) == 0:
        return np.empty(0, np.int64)
    place = rng.choice(places, len(at))
    role = np.where(houses.kind[place] == h.CHILDREN_HOME, CHILDREN_HOME, FOSTER_CHILD)
    stays.add(at, cast.house[at], cast.birth[at], taken, CHILD)
    stays.add(at, place, taken, back, role)
    stays.add(at, cast.house[at], back, NEVER, CHILD)
    return at


def spread_stays(stays: Stays, spells: Spells, homes: Ints, count: int, start: int) -> tuple[Ints, ...]:
    """Residences: each stay cut at the moves of its household.

    `homes` is the address of each spell, `count` the number of households. Gives person, address, since,
    until, role, sorted by person and since; what ended before `start` is left out.
    """
    person, house, since, until, role = stays.columns()
    first = np.searchsorted(spells.house, np.arange(count + 1))
    number = first[house + 1] - first[house]
    row = np.repeat(np.arange(len(person)), number)
    begin = np.cumsum(number) - number
    spell = first[house][row] + np.arange(len(row)) - begin[row]
    low = np.maximum(since[row], spells.since[spell])
    high = np.minimum(until[row], spells.until[spell])
    keep = (low < high) & (high > start)
    row, spell, low, high = row[keep], spell[keep], low[keep], high[keep]
    order = np.lexsort((low, person[row]))
    row, spell = row[order], spell[order]
    return person[row], homes[spell], low[order], high[order], role[row]
