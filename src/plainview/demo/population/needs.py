"""Latent needs over time: the truth that services see only in part.

What is assumed:

- Each household has a disposition to hardship: nearly a third of its variance is the area's deprivation, its
  form and its tenure, the rest is its own. So most poor households have no need, and some in the best-off
  areas have.
- Needs follow each other: a need is a cause that multiplies the hazard of those after it in `causes.CHAIN`
  while it lasts and for half a year after. Financial hardship comes before housing insecurity, both before
  strain of mind and conflict, these before what happens to children.
- Separation of a couple is a cause of conflict; a death in the household one of loneliness.
- Protective circumstances take up to half of a hazard each and make what happens milder.
- Need depends on age and circumstance, never on naming culture; sex matters only where given below.
- Hazards are chosen to give plausible prevalence (a few percent a year for the commonest), not estimated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plainview.demo.population import houses as h
from plainview.demo.population.calendars import NEVER, YEAR, to_days
from plainview.demo.population.casts import ADULT, CHILD, NONE, PARTNER, M
from plainview.demo.population.causes import (
    ABUSE,
    CHAIN,
    CONFLICT,
    DISABILITY,
    EXPLOITATION,
    FRAILTY,
    HOUSING,
    LONELY,
    NEGLECT,
    OFFENDING,
    PARENT_MIND,
    SCHOOL,
    SPECIAL,
    YOUTH_MIND,
    Link,
)  # fmt: skip
from plainview.demo.population.chains import OWNER, PRIVATE
from plainview.demo.population.dice import Bools, Floats, Ints
from plainview.demo.population.hazards import Cause, Times, last_for, strike
from plainview.demo.population.protections import Protection, draw_protections, soften
from plainview.demo.population.stories import Lives, find_first_days


@dataclass
class Burdens:
    """Needs of everybody: for each kind the times by person, and how many causes were there at the start."""

    lives: Lives
    first: Ints
    last: Ints
    disposition: Floats
    protections: list[Protection]
    times: dict[int, Times]
    weight: dict[int, Floats]


def draw_burdens(lives: Lives) -> Burdens:
    """All needs of all people, in order of cause."""
    first, last = find_first_days(lives)
    first, last = np.maximum(first, lives.story.calendar.start), np.minimum(last, lives.story.calendar.end)
    disposition = draw_dispositions(lives)
    protections = draw_protections(lives, disposition, first, last)
    burdens = Burdens(lives, first, last, disposition, protections, {}, {})
    parents = find_parents(lives)
    for link in CHAIN:
        (draw_shared if link.shared else draw_own)(burdens, link, parents)
    return burdens


def draw_dispositions(lives: Lives) -> Floats:
    """Each household's leaning to hardship, mean near 0 and deviation near 1.1."""
    story = lives.story
    rng = story.dice.about("dispositions")
    poor = (5.5 - story.borough.deprivation[story.houses.area]) / 2.9
    form = h.chance_by_kind(
        story.houses.kind, {h.LONE_CHILDREN: 0.55, h.HOSTEL: 1.3, h.SINGLE: 0.1, h.COUPLE_OLD: -0.5}
    )
    rents = np.where(lives.chains.tenure == OWNER, -0.3, np.where(lives.chains.tenure == PRIVATE, 0.05, 0.4))
    found: Floats = 0.5 * poor + form + rents + rng.normal(0.0, 0.95, len(form))
    return np.round(found, 6)


def find_parents(lives: Lives) -> Bools:
    """Who is an adult at home with children."""
    cast = lives.story.cast
    children = np.zeros(len(lives.story.houses), np.bool_)
    young = (cast.role == CHILD) & (cast.birth > lives.story.calendar.start - to_days(18.0))
    children[cast.house[young]] = True
    return children[cast.house] & np.isin(cast.role, (ADULT, PARTNER))


def draw_shared(burdens: Burdens, link: Link, parents: Bools) -> None:
    """A need of a household, borne by its adults; conflict and abuse by its children too."""
    story = burdens.lives.story
    cast, rng = story.cast, story.dice.about(f"need {link.need}")
    family = link.need in (CONFLICT, ABUSE)
    adult = np.isin(cast.role, (ADULT, PARTNER))
    heads = np.flatnonzero(
        (cast.role == ADULT) & (~family | parents | (story.kind_of(np.arange(len(cast))) == h.COUPLE))
    )
    when = begin(burdens, link, heads, rng)
    of_house = Times(np.full(len(story.houses), NEVER), np.full(len(story.houses), NEVER))
    of_house.since[cast.house[heads]] = when.since
    of_house.until[cast.house[heads]] = when.until
    mine = of_house.of(cast.house)
    bears = adult | (family & (cast.role == CHILD))
    since = np.maximum(mine.since, burdens.first)
    there = bears & (mine.since < NEVER) & (since < np.minimum(mine.until, burdens.last) - 14)
    keep(burdens, link, np.where(there, since, NEVER), np.where(there, mine.until, NEVER))


def draw_own(burdens: Burdens, link: Link, parents: Bools) -> None:
    """A need of one person."""
    cast, rng = burdens.lives.story.cast, burdens.lives.story.dice.about(f"need {link.need}")
    who = np.arange(len(cast))
    if link.need == PARENT_MIND:
        who = who[parents]
    if link.need in (NEGLECT, SPECIAL, YOUTH_MIND, SCHOOL, EXPLOITATION):
        low, high = link.ages
        who = who[(burdens.last - cast.birth > low * YEAR) & (burdens.first - cast.birth < high * YEAR)]
    when = begin(burdens, link, who, rng)
    since, until = np.full(len(cast), NEVER), np.full(len(cast), NEVER)
    since[who], until[who] = when.since, when.until
    keep(burdens, link, since, until)


def begin(burdens: Burdens, link: Link, who: Ints, rng: np.random.Generator) -> Times:
    """When the need begins and ends for each of `who`.

    It may have begun before the years told, by twice its usual length at most.
    """
    cast = burdens.lives.story.cast
    ahead = to_days(min(2 * link.years, 12.0))
    low = np.maximum(burdens.first[who] - ahead, cast.birth[who] + to_days(link.ages[0]))
    high = np.minimum(burdens.last[who] - 20, cast.birth[who] + to_days(link.ages[1]))
    strain = np.exp(link.strain * burdens.disposition[cast.house[who]])
    hazard = (
        link.hazard * strain * soften(burdens.protections, link.softened)[who] * by_person(burdens, link, who)
    )
    causes = [Cause(times, factor) for times, factor in list_causes(burdens, link, who)]
    since = strike(rng, hazard, low, high, causes)
    until = last_for(rng, since, link.years)
    over = until <= burdens.first[who] + 30
    since = np.where(over, NEVER, np.maximum(since, burdens.first[who]))
    return Times(np.where(since < high, since, NEVER), np.where(since < high, until, NEVER))


def by_person(burdens: Burdens, link: Link, who: Ints) -> Floats:
    """What age, sex and circumstance make of the hazard of a few needs."""
    cast = burdens.lives.story.cast
    age = (burdens.last[who] - cast.birth[who]) / YEAR
    if link.need == DISABILITY:
        return np.interp(age, [0, 5, 18, 40, 60, 75, 90], [0.35, 0.45, 0.4, 0.7, 1.4, 2.4, 3.5])
    if link.need == FRAILTY:
        return np.interp(age, [72, 80, 88, 95], [0.35, 1.0, 2.3, 4.0])
    if link.need == OFFENDING:
        return np.interp(age, [10, 14, 18, 24, 35, 60], [0.4, 1.4, 2.6, 1.8, 0.9, 0.2]) * np.where(
            cast.sex[who] == M, 1.5, 0.45
        )
    if link.need == SPECIAL:
        return np.where(cast.sex[who] == M, 1.35, 0.65)
    if link.need == LONELY:
        alone = burdens.lives.story.houses.size[cast.house[who]] == 1
        return np.where(alone, 2.4, 0.35) * np.interp(age, [20, 45, 75, 90], [0.7, 0.7, 1.4, 2.2])
    if link.need == HOUSING:
        return np.where(burdens.lives.chains.tenure[cast.house[who]] == OWNER, 0.35, 1.4)
    return np.ones(len(who))


def list_causes(burdens: Burdens, link: Link, who: Ints) -> list[tuple[Times, float]]:
    """Times and factors of the causes, of the person or of the household's adults, as they bear on `who`."""
    cast = burdens.lives.story.cast
    found = []
    for cause, factor in link.causes.items():
        own = burdens.times[cause]
        found.append((Times(own.since[who], own.until[who]), factor))
        if link.ages[1] < 30:  # what troubles mother or father bears on the child
            mother, father = cast.mother[who], cast.father[who]
            together = np.where(cast.house[np.maximum(mother, 0)] == cast.house[who], mother, NONE)
            found.append((own.of(together), factor))
            living = np.where(cast.house[np.maximum(father, 0)] == cast.house[who], father, NONE)
            found.append((own.of(living), factor))
    if link.need == CONFLICT:
        found.append((find_partings(burdens).of(who), 7.0))
    if link.need == LONELY:
        found.append((find_losses(burdens).of(cast.house[who]), 6.0))
    return found


def find_partings(burdens: Burdens) -> Times:
    """By person, from a year before to a year after a couple parted."""
    story = burdens.lives.story
    a, b, _, until = story.couples.columns()
    parted = (until < story.calendar.end) & (story.cast.died[a] + story.cast.died[b] == 0)
    times = Times(np.full(len(story.cast), NEVER), np.full(len(story.cast), NEVER))
    for who in (a[parted], b[parted]):
        times.since[who] = until[parted] - 365
        times.until[who] = until[parted] + 365
    return times


def find_losses(burdens: Burdens) -> Times:
    """By household, the two years after a death in it."""
    story = burdens.lives.story
    dead = np.flatnonzero((story.cast.died == 1) & (story.houses.ended[story.cast.house] == NEVER))
    times = Times(np.full(len(story.houses), NEVER), np.full(len(story.houses), NEVER))
    times.since[story.cast.house[dead]] = story.cast.gone[dead]
    times.until[story.cast.house[dead]] = story.cast.gone[dead] + 730
    return times


def keep(burdens: Burdens, link: Link, since: Ints, until: Ints) -> None:
    """Keep the times of a need, and how many of its causes weighed when it began."""
    burdens.times[link.need] = Times(since, until)
    weight = np.zeros(len(since))
    for cause in link.causes:
        weight += burdens.times[cause].during(since, 180) & (since < NEVER)
    burdens.weight[link.need] = weight
