"""Families across households: grown children, former partners, foster children, the dead."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plainview.demo.population import houses as h
from plainview.demo.population.areas import Borough
from plainview.demo.population.calendars import EVER, NEVER, YEAR, Calendar, to_days
from plainview.demo.population.casts import (
    ADULT,
    CHILD,
    FOSTER_CHILD,
    GRANDPARENT,
    NONE,
    PARTNER,
    SHARER,
    Cast,
    F,
    M,
)  # fmt: skip
from plainview.demo.population.casts import CARE_HOME as IN_CARE
from plainview.demo.population.dice import Bools, Dice, Ints, happens, pick_rows
from plainview.demo.population.founders import Couples
from plainview.demo.population.houses import Houses
from plainview.demo.population.matches import drop_crowded, match_mothers, match_pairs


@dataclass
class Story:
    """What is known so far: the people, the households, the couples, the borough, the years, the dice."""

    cast: Cast
    houses: Houses
    couples: Couples
    borough: Borough
    calendar: Calendar
    dice: Dice

    def kind_of(self, who: Ints) -> Ints:
        """The kind of household of each of `who`."""
        kinds: Ints = self.houses.kind[self.cast.house[who]]
        return kinds

    def still_here(self, who: Ints) -> Bools:
        """Whether the household of each of `who` is there at the end."""
        here: Bools = self.houses.ended[self.cast.house[who]] == NEVER
        return here


def link_mothers(story: Story) -> None:
    """Give three in ten adults, and three in four foster children, a mother elsewhere in the borough."""
    cast, rng = story.cast, story.dice.about("mothers")
    everyone = np.arange(len(cast))
    age = (story.calendar.end - cast.birth) / YEAR
    grown = np.isin(cast.role, (ADULT, PARTNER, SHARER)) & (age > 18) & (age < 55) & (cast.mother < 0)
    chance = np.where(cast.role == SHARER, 0.14, 0.36) * np.where(cast.culture == 0, 1.0, 0.6)
    children = everyone[grown & happens(rng, chance, len(cast)) & story.still_here(everyone)]
    homes = np.isin(
        story.kind_of(everyone), (h.SINGLE_OLD, h.SINGLE, *h.PAIRED, h.LONE_GROWN, h.LONE_CHILDREN)
    )
    woman = (cast.sex == F) & np.isin(cast.role, (ADULT, PARTNER)) & homes & story.still_here(everyone)
    bind_mothers(cast, children, match_mothers(cast, children, everyone[woman], rng))
    foster = everyone[(cast.role == FOSTER_CHILD) & happens(rng, 0.8, len(cast))]
    birth_homes = np.isin(story.kind_of(everyone), (h.SINGLE, h.LONE_CHILDREN))
    bind_mothers(cast, foster, match_mothers(cast, foster, everyone[woman & birth_homes], rng))


def bind_mothers(cast: Cast, children: Ints, mothers: Ints) -> None:
    """Write the mothers found, but for births that would come too close."""
    kept = drop_crowded(cast, children, mothers)
    same_house = cast.house[children] == cast.house[np.maximum(mothers, 0)]
    kept &= ~same_house
    cast.mother[children[kept]] = mothers[kept]


def add_departed_children(story: Story) -> None:
    """Children grown up and gone from the borough, mostly at 18 or 19."""
    cast, calendar, rng = story.cast, story.calendar, story.dice.about("departed")
    everyone = np.arange(len(cast))
    age = (calendar.end - cast.birth) / YEAR
    woman = (cast.sex == F) & np.isin(cast.role, (ADULT, PARTNER)) & (age > 38) & (age < 64)
    mothers = everyone[woman & story.still_here(everyone) & happens(rng, 0.026 * calendar.years, len(cast))]
    own_age = 18.2 + rng.random(len(mothers)) * (calendar.years + 1.8)
    birth = calendar.end - to_days(own_age)
    gone = np.minimum(birth + to_days(18.1 + rng.gamma(1.3, 0.8, len(mothers))), calendar.end - 10)
    fits = (birth - cast.birth[mothers] > 16.5 * YEAR) & (gone > calendar.start + 30)
    fits &= birth - cast.birth[mothers] < 43 * YEAR
    mothers, birth, gone = mothers[fits], birth[fits], gone[fits]
    numbers = np.arange(len(cast), len(cast) + len(mothers))
    cast.add(
        len(mothers), sex=np.where(happens(rng, 0.5, len(mothers)), F, M), birth=birth, gone=gone,
        culture=cast.culture[mothers], house=cast.house[mothers], role=CHILD,
    )  # fmt: skip
    cast.seal()
    kept = drop_crowded(cast, numbers, mothers)
    cast.mother[numbers[kept]] = mothers[kept]


def part_couples(story: Story) -> tuple[Ints, Ints, Ints]:
    """Find former partners who both live in the borough now: who moved out, from whose household, and when.

    Two thirds of single parents have a known former partner nearby; for over half of those they parted in
    these years. Some people without children parted too. Writes the couples.
    """
    cast, calendar, rng = story.cast, story.calendar, story.dice.about("separations")
    everyone = np.arange(len(cast))
    kind, here = story.kind_of(everyone), story.still_here(everyone)
    head = (cast.role == ADULT) & here
    lone = head & (kind == h.LONE_CHILDREN) & happens(rng, 0.68, len(cast))
    childless = head & (kind == h.SINGLE) & (cast.sex == F) & happens(rng, 0.07, len(cast))
    seekers = everyone[lone | childless]
    pool = everyone[head & (kind == h.SINGLE) & ~childless]
    found = np.full(len(seekers), NONE)
    for sex in (F, M):
        of_sex = cast.sex[seekers] == sex
        found[of_sex] = match_pairs(cast, seekers[of_sex], pool[cast.sex[pool] != sex], rng)
    stayed, left = seekers[found >= 0], found[found >= 0]
    youngest, eldest = births_of_children(cast, stayed)
    together = np.where(eldest < NEVER, eldest - to_days(0.8 + rng.exponential(2.5, len(stayed))), NEVER)
    earliest = np.where(youngest > EVER, np.maximum(youngest - 150, calendar.start + 20), calendar.start + 20)
    parted = earliest + (rng.random(len(stayed)) * np.maximum(calendar.end - 15 - earliest, 1)).astype(
        np.int64
    )
    long_ago = (youngest > EVER) & (youngest < calendar.start - 200) & happens(rng, 0.45, len(stayed))
    parted = np.where(long_ago, np.maximum(youngest, calendar.start - 3000), parted)
    adult = np.maximum(cast.birth[stayed], cast.birth[left]) + to_days(16.3)
    together = np.minimum(together, parted - to_days(0.4 + rng.exponential(3.0, len(stayed))))
    together = np.maximum(together, adult)
    sound = (together < parted - 30) & (parted > adult + 400)
    story.couples.add(stayed[sound], left[sound], together[sound], parted[sound])
    now = sound & (parted > calendar.start) & (parted < calendar.end)
    return left[now], stayed[now], parted[now]


def births_of_children(cast: Cast, parents: Ints) -> tuple[Ints, Ints]:
    """The last and the first birth among the children of each, or EVER and NEVER."""
    latest = np.full(len(cast), EVER)
    first = np.full(len(cast), NEVER)
    for column in (cast.mother, cast.father):
        known = np.flatnonzero(column >= 0)
        np.maximum.at(latest, column[known], cast.birth[known])
        np.minimum.at(first, column[known], cast.birth[known])
    return latest[parents], first[parents]


def bury(story: Story) -> None:
    """Add the people who died in these years and whose household lives on, or who died in a care home."""
    calendar, rng = story.calendar, story.dice.about("deaths")
    everyone = np.arange(len(story.cast))
    kind, here = story.kind_of(everyone), story.still_here(everyone) & (story.cast.role == ADULT)
    yearly = h.chance_by_kind(kind, {h.SINGLE_OLD: 0.066, h.SINGLE: 0.0015, h.LONE_GROWN: 0.018})
    widowed = everyone[here & happens(rng, yearly * calendar.years, len(everyone))]
    bury_partners(story, widowed, rng)
    three = everyone[
        here & (kind == h.THREE_GENERATIONS) & happens(rng, 0.02 * calendar.years, len(everyone))
    ]
    bury_grandparents(story, everyone[three], rng)
    homes = np.flatnonzero(story.houses.kind == h.CARE_HOME)
    if len(homes):
        beds = int(story.houses.size[homes].sum())
        bury_in_care(story, rng.choice(homes, round(beds * 0.31 * calendar.years)), rng)


def draw_days(story: Story, count: int, rng: np.random.Generator) -> Ints:
    """Days spread over the years told."""
    return rng.integers(story.calendar.start + 5, story.calendar.end - 4, count)


def bury_partners(story: Story, widowed: Ints, rng: np.random.Generator) -> None:
    """Partners of `widowed`, who died while they lived together."""
    cast = story.cast
    older = np.where(
        cast.sex[widowed] == F, rng.normal(3.0, 4, len(widowed)), rng.normal(-1, 4, len(widowed))
    )
    birth = cast.birth[widowed] - to_days(np.clip(older, -9, 14))
    birth = np.minimum(birth, story.calendar.end - to_days(30.0))
    gone = draw_days(story, len(widowed), rng)
    dead = cast.add(
        len(widowed), sex=1 - cast.sex[widowed], birth=birth, culture=cast.culture[widowed],
        house=cast.house[widowed], role=PARTNER, gone=gone, died=1,
    )  # fmt: skip
    _, first = births_of_children(cast, widowed)
    adult = np.maximum(birth, cast.birth[widowed]) + to_days(18.2)
    since = np.minimum(adult + to_days(rng.gamma(2.0, 4.0, len(widowed))), first - 400)
    story.couples.add(widowed, dead, np.clip(since, adult - 600, gone - 400), gone)
    cast.seal()


def bury_grandparents(story: Story, heads: Ints, rng: np.random.Generator) -> None:
    """A grandparent of the family of each of `heads`, who lived and died with them."""
    cast = story.cast
    birth = cast.birth[heads] - to_days(np.clip(rng.normal(27, 5, len(heads)), 18, 42))
    sex = np.where(cast.mother[heads] < 0, F, M)
    free = (cast.mother[heads] < 0) | (cast.father[heads] < 0)
    numbers = cast.add(
        len(heads), sex=sex, birth=birth, culture=cast.culture[heads], house=cast.house[heads],
        role=GRANDPARENT, gone=draw_days(story, len(heads), rng), died=1,
    )  # fmt: skip
    cast.seal()
    woman = free & (sex == F)
    cast.mother[heads[woman]] = numbers[woman]
    man = free & (sex == M)
    cast.father[heads[man]] = numbers[man]


def bury_in_care(story: Story, homes: Ints, rng: np.random.Generator) -> None:
    """People who came into a care home and died there."""
    cast, calendar = story.cast, story.calendar
    gone = draw_days(story, len(homes), rng)
    joined = gone - to_days(0.1 + rng.exponential(1.7, len(homes)))
    cast.add(
        len(homes), sex=np.where(happens(rng, 0.64, len(homes)), F, M),
        birth=gone - to_days(np.clip(70 + rng.gamma(5.5, 3.2, len(homes)), 66, 104)),
        culture=pick_rows(rng, story.borough.cultures, story.houses.area[homes]), house=homes, role=IN_CARE,
        joined=np.maximum(joined, calendar.start - 2000), gone=gone, died=1,
    )  # fmt: skip
    cast.seal()


def fill_parents(story: Story) -> None:
    """Give children with one parent known the other one, where a couple was together around the birth."""
    cast = story.cast
    a, b, since, until = story.couples.columns()
    for one, other in ((a, b), (b, a)) if len(a) else ():
        for column, missing in ((cast.mother, cast.father), (cast.father, cast.mother)):
            children = np.flatnonzero((column >= 0) & (missing < 0))
            order = np.argsort(one, kind="stable")
            for step in (0, 1):  # nobody has more than a former and a present partner in most lives
                place = np.searchsorted(one[order], column[children]) + step
                place = order[np.minimum(place, len(order) - 1)]
                fits = (one[place] == column[children]) & (since[place] <= cast.birth[children] - 250)
                fits &= (until[place] >= cast.birth[children] - 200) & (missing[children] < 0)
                fits &= cast.birth[children] - cast.birth[other[place]] > 15.5 * YEAR
                proposed = np.where(fits, other[place], NONE)
                if missing is cast.mother:
                    fits &= drop_crowded(cast, children, proposed)
                missing[children[fits]] = proposed[fits]


def lengthen_couples(story: Story) -> None:
    """Let five in six couples with grown children have been together since before the birth."""
    cast, rng = story.cast, story.dice.about("long couples")
    parts = []
    for a, b, since, until in story.couples.parts:
        _, first = births_of_children(cast, np.where(cast.sex[a] == F, a, b))
        adult = np.maximum(cast.birth[a], cast.birth[b]) + to_days(16.0)
        earlier = np.maximum(np.minimum(since, first - 400), adult)
        moved = np.where(happens(rng, 0.84, len(a)), np.minimum(earlier, since), since)
        lived = cast.joined[b] > EVER
        cast.joined[b[lived]] = moved[lived]
        parts.append((a, b, moved, until))
    story.couples.parts = parts
