"""Members of households: sexes, birth days, partners, children, grandparents, sharers."""

from __future__ import annotations

import numpy as np

from plainview.demo.population import houses as h
from plainview.demo.population.areas import Borough
from plainview.demo.population.calendars import EVER, Calendar, to_days
from plainview.demo.population.casts import (
    ADULT,
    CHILD,
    CHILDREN_HOME,
    FOSTER_CHILD,
    GRANDPARENT,
    LODGER,
    NONE,
    PARTNER,
    SHARER,
    Cast,
    F,
    M,
)
from plainview.demo.population.casts import CARE_HOME as IN_CARE
from plainview.demo.population.dice import Dice, Floats, Ints, happens, pick_rows
from plainview.demo.population.houses import Houses
from plainview.demo.population.stock import CULTURES


class Couples:
    """Two people together: `a` and `b`, the days from and to (or NEVER), whether and when they married."""

    def __init__(self) -> None:
        self.parts: list[tuple[Ints, Ints, Ints, Ints]] = []

    def add(self, a: Ints, b: Ints, since: Ints, until: Ints) -> None:
        """More couples."""
        self.parts.append((a, b, since, until))

    def columns(self) -> tuple[Ints, Ints, Ints, Ints]:
        """All couples: a, b, since, until."""
        a, b, since, until = (np.concatenate(part) for part in zip(*self.parts, strict=True))
        return a, b, since, until


def people_houses(
    cast: Cast,
    couples: Couples,
    found: Houses,
    first: int,
    borough: Borough,
    calendar: Calendar,
    dice: Dice,
    topic: str,
) -> None:
    """Add the members of `found`, whose first household has the number `first`, to the cast."""
    rng = dice.about(topic)
    last = np.minimum(found.ended, calendar.end)
    family = Family(found, rng, borough)
    numbers = np.arange(first, first + len(found))
    heads = cast.add(
        len(found), sex=family.head_sex, birth=last - to_days(family.head_age),
        culture=found.culture, house=numbers,
        role=np.select([found.kind == h.SHARED, found.kind == h.CARE_HOME, found.kind == h.CHILDREN_HOME,
                        found.kind == h.HOSTEL], [SHARER, IN_CARE, CHILDREN_HOME, SHARER], ADULT),
    )  # fmt: skip
    at = np.flatnonzero(found.partners)
    since = (last - to_days(family.together))[at]
    partners = cast.add(
        len(at), sex=family.partner_sex[at], birth=(last - to_days(family.partner_age))[at],
        culture=family.partner_culture[at], house=numbers[at], role=PARTNER, joined=since,
    )  # fmt: skip
    couples.add(heads[at], partners, since, found.ended[at])
    partner_of = np.full(len(found), NONE)
    partner_of[at] = partners
    add_children(cast, found, family, heads, partner_of, last, rng)
    add_grandparents(cast, found, heads, partner_of, numbers, rng)
    add_others(cast, found, numbers, last, borough, rng)


class Family:
    """Ages in years, on the household's last day, that fit each other within each household."""

    def __init__(self, found: Houses, rng: np.random.Generator, borough: Borough) -> None:
        count = len(found)
        self.child_house = np.repeat(np.arange(count), found.children)
        self.child_age, self.is_twin = age_children(found, self.child_house, rng)
        self.eldest = np.zeros(count)
        np.maximum.at(self.eldest, self.child_house, self.child_age)
        self.youngest = np.full(count, 99.0)
        np.minimum.at(self.youngest, self.child_house, self.child_age)
        alone = found.partners == 0
        self.head_sex = draw_sexes(found.kind, alone, rng)
        same = happens(rng, np.where(found.children > 0, 0.01, 0.03), count)
        self.partner_sex = np.where(same, self.head_sex, 1 - self.head_sex)
        younger = age_younger(found, self.eldest, self.youngest, borough, rng)
        older = np.maximum(younger + rng.normal(2.3, 4.0, count), np.maximum(self.eldest + 16.5, 18.5))
        older = np.where(found.kind == h.COUPLE_OLD, np.clip(older, 66, 98), older)
        single_father = alone & (found.children > 0) & (self.head_sex == M)
        woman_heads = (self.head_sex == F) & ~single_father
        self.head_age = np.where(woman_heads | (alone & ~single_father), younger, older)
        self.partner_age = np.where(woman_heads, older, younger)
        self.together = draw_years_together(found, self, rng)
        self.partner_culture = draw_partner_cultures(found, borough, rng)


def age_children(found: Houses, house: Ints, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Ages of children by household, youngest first, and whether each is twin of the one before.

    Gaps between births are 1.0 year and more, 3 on average; 3 in 100 gaps are twins', which makes 2 to 3
    in 100 children one of a pair.
    """
    count = len(house)
    first = np.ones(count, np.bool_)
    first[1:] = house[1:] != house[:-1]
    twin = ~first & happens(rng, 0.03, count)
    gap = np.where(first | twin, 0.0, 1.0 + rng.gamma(2.0, 0.95, count))
    sums = np.cumsum(gap)
    after = sums - np.repeat(sums[first], found.children[found.children > 0])
    span = np.zeros(len(found))
    np.maximum.at(span, house, after)
    after = after * np.minimum(1.0, 24.0 / np.maximum(span, 1.0))[house]
    span = np.minimum(span, 24.0)
    grown = np.isin(found.kind, h.WITH_GROWN)
    young = 18.0 * rng.random(len(found)) ** 1.2
    lone_grown = 19 + rng.gamma(1.4, np.where(found.kind == h.LONE_GROWN, 8.0, 4.0))
    start = np.where(grown, lone_grown, np.minimum(young, np.maximum(21.0 - span, 0.05)))
    return start[house] + after, twin.astype(np.int64)


def draw_sexes(kind: Ints, alone: np.ndarray, rng: np.random.Generator) -> Ints:
    """Sex of heads: most old people alone and nine in ten single parents are women."""
    women = h.chance_by_kind(
        kind,
        {h.SINGLE_OLD: 0.62, h.SINGLE: 0.43, h.LONE_CHILDREN: 0.89, h.LONE_GROWN: 0.84, h.SHARED: 0.5,
         h.CARE_HOME: 0.68, h.CHILDREN_HOME: 0.45, h.HOSTEL: 0.28, h.THREE_GENERATIONS: 0.5},
    )  # fmt: skip
    women = np.where(alone, np.where(kind == h.THREE_GENERATIONS, 0.85, women), 0.45)
    return np.where(happens(rng, women, len(kind)), F, M)


def age_younger(
    found: Houses, eldest: Floats, youngest: Floats, borough: Borough, rng: np.random.Generator
) -> Floats:
    """Age of the head, or of the younger of two: of the mother where there are children."""
    count = len(found)
    poor = borough.deprivation[found.area]
    first_birth = np.clip(rng.normal(27.2 + 0.35 * (poor - 5), 5.2, count), 16.2, 43)
    first_birth = np.minimum(first_birth, np.maximum(45.5 - (eldest - np.minimum(youngest, eldest)), 16.2))
    early = 22.5 + rng.gamma(2.4, 2.6, count)
    late = 66 - 21 * rng.random(count) ** 1.3
    couple = np.where(happens(rng, 0.57, count), np.minimum(early, 62), late)
    alone = 22.0 + 43.5 * rng.beta(0.8, 0.85, count)
    old = 66 + rng.gamma(2.3, 5.3, count)
    ages = np.select(
        [found.children > 0, found.kind == h.SINGLE_OLD, found.kind == h.SINGLE, found.kind == h.COUPLE_OLD],
        [first_birth + eldest, np.minimum(old, 99), alone, np.minimum(66 + rng.gamma(2.0, 4.8, count), 95)],
        couple,
    )
    return np.where(found.kind >= h.SHARED, age_others(found.kind, rng), ages)


def age_others(kind: Ints, rng: np.random.Generator) -> Floats:
    """Ages of people in shared houses and homes."""
    count = len(kind)
    students = 18.4 + rng.gamma(2.0, 1.35, count)
    workers = np.minimum(21 + rng.gamma(2.0, 4.2, count), 60)
    shared = np.where(happens(rng, 0.68, count), students, workers)
    care = np.clip(70 + rng.gamma(5.0, 3.2, count), 66, 102)
    children = 9.0 + 8.8 * rng.random(count)
    return np.select(
        [kind == h.CARE_HOME, kind == h.CHILDREN_HOME, kind == h.HOSTEL],
        [care, children, 18.5 + rng.gamma(2.0, 8.0, count)],
        shared,
    )


def draw_years_together(found: Houses, family: Family, rng: np.random.Generator) -> Floats:
    """Years that couples have lived together: before the first child, but for one in eleven step-families."""
    count = len(found)
    adult = np.maximum(np.minimum(family.head_age, family.partner_age) - 18.0, 0.05)
    before = family.eldest + 0.8 + rng.exponential(3.0, count)
    step = happens(rng, 0.09, count)
    years = np.where(step & (family.eldest > 1.5), family.eldest * rng.random(count), before)
    years = np.where(found.children > 0, years, 0.05 + adult * rng.random(count) ** 1.2)
    return np.where(found.children > 0, years, np.minimum(years, adult))


def draw_partner_cultures(found: Houses, borough: Borough, rng: np.random.Generator) -> Ints:
    """Cultures of partners: mostly the same, else as the area has them."""
    count = len(found)
    british = found.culture == CULTURES.index("british")
    mixed = happens(rng, np.where(british, 0.06, 0.2), count)
    return np.where(mixed, pick_rows(rng, borough.cultures, found.area), found.culture)


def add_children(
    cast: Cast,
    found: Houses,
    family: Family,
    heads: Ints,
    partner_of: Ints,
    last: Ints,
    rng: np.random.Generator,
) -> None:
    """Children of the household, with the parents they have: a step-parent is none of them."""
    house = family.child_house
    birth = last[house] - to_days(family.child_age)
    head, partner = heads[house], partner_of[house]
    since = np.where(partner >= 0, cast_joined(cast, partner), EVER)
    own = (partner >= 0) & (since <= birth - 250)
    woman_heads = family.head_sex[house] == F
    mother = np.where(woman_heads, head, np.where(own, partner, NONE))
    father = np.where(woman_heads, np.where(own, partner, NONE), head)
    culture = np.where(
        own & happens(rng, 0.5, len(house)), family.partner_culture[house], found.culture[house]
    )
    numbers = cast.add(
        len(house), sex=np.where(happens(rng, 0.487, len(house)), F, M), birth=birth, culture=culture,
        house=cast_house(cast, head), role=CHILD, mother=mother, father=father,
    )  # fmt: skip
    cast.seal()
    second = np.flatnonzero(family.is_twin)
    cast.twin[numbers[second]] = numbers[second - 1]
    cast.twin[numbers[second - 1]] = numbers[second]


def cast_joined(cast: Cast, numbers: Ints) -> Ints:
    """The day each of `numbers` joined their household; any day for those who are nobody."""
    cast.seal()
    found: Ints = cast.joined[np.maximum(numbers, 0)]
    return found


def cast_house(cast: Cast, numbers: Ints) -> Ints:
    """The household of each of `numbers`."""
    found: Ints = cast.house[numbers]
    return found


def add_grandparents(
    cast: Cast, found: Houses, heads: Ints, partner_of: Ints, numbers: Ints, rng: np.random.Generator
) -> None:
    """One grandparent or two, parents of the head or the partner."""
    cast.seal()
    at = np.flatnonzero(found.grandparents)
    child = np.where((partner_of[at] >= 0) & happens(rng, 0.4, len(at)), partner_of[at], heads[at])
    birth = cast.birth[child] - to_days(np.clip(rng.normal(26, 4.5, len(at)), 17, 40))
    first_sex = np.where(happens(rng, 0.76, len(at)), F, M)
    culture = cast.culture[child]
    first = cast.add(
        len(at), sex=first_sex, birth=birth, culture=culture, house=numbers[at], role=GRANDPARENT
    )
    two = found.grandparents[at] == 2
    older = birth[two] - to_days(np.clip(rng.normal(1, 3, int(two.sum())), -1, 12))
    second = cast.add(
        int(two.sum()), sex=1 - first_sex[two], birth=older, culture=culture[two], house=numbers[at][two],
        role=GRANDPARENT,
    )  # fmt: skip
    cast.seal()
    for parent, who in ((first, child), (second, child[two])):
        woman = cast.sex[parent] == F
        cast.mother[who[woman]] = parent[woman]
        cast.father[who[~woman]] = parent[~woman]


def add_others(
    cast: Cast, found: Houses, numbers: Ints, last: Ints, borough: Borough, rng: np.random.Generator
) -> None:
    """Sharers, people in homes, and foster children."""
    house = np.repeat(np.arange(len(found)), found.others)
    kind = found.kind[house]
    role = np.select([kind == h.CARE_HOME, kind == h.CHILDREN_HOME], [IN_CARE, CHILDREN_HOME], SHARER)
    pair = (kind == h.SHARED) & (found.others[house] == 1) & happens(rng, 0.5, len(house))
    cast.add(
        len(house), sex=draw_sexes(kind, np.ones(len(house), np.bool_), rng),
        birth=last[house] - to_days(age_others(kind, rng)),
        culture=pick_rows(rng, borough.cultures, found.area[house]), house=numbers[house],
        role=np.where(pair, LODGER, role),
    )  # fmt: skip
    house = np.repeat(np.arange(len(found)), found.fostered)
    cast.add(
        len(house), sex=np.where(happens(rng, 0.46, len(house)), F, M),
        birth=last[house] - to_days(0.3 + 17.4 * rng.random(len(house)) ** 0.8),
        culture=pick_rows(rng, borough.cultures, found.area[house]), house=numbers[house], role=FOSTER_CHILD,
    )  # fmt: skip
    cast.seal()
