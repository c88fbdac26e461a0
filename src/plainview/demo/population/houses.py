"""Households: which kind, where, of which naming culture, and how many people of each role."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from plainview.demo.population.areas import Borough
from plainview.demo.population.calendars import NEVER
from plainview.demo.population.dice import Dice, Floats, Ints, happens, pick, pick_rows
from plainview.demo.population.stock import CULTURES

(SINGLE_OLD, SINGLE, COUPLE_OLD, COUPLE, COUPLE_CHILDREN, COUPLE_GROWN, LONE_CHILDREN, LONE_GROWN,
 THREE_GENERATIONS, SHARED) = range(10)  # fmt: skip
CARE_HOME, CHILDREN_HOME, HOSTEL = 10, 11, 12
WITH_CHILDREN = (COUPLE_CHILDREN, LONE_CHILDREN, THREE_GENERATIONS)
WITH_GROWN = (COUPLE_GROWN, LONE_GROWN)
PAIRED = (COUPLE_OLD, COUPLE, COUPLE_CHILDREN, COUPLE_GROWN)

# Families with four and more children are commoner in some cultures (Census 2021, household size by
# ethnic group); the multiplier is on the chance of each further child.
_LARGER = {
    "somali": 1.9,
    "south_asian_muslim": 1.6,
    "horn_of_africa": 1.3,
    "arabic": 1.4,
    "west_african": 1.25,
}
_YOUNGER = ("slavic", "romanian", "iberian", "chinese", "south_indian", "horn_of_africa", "arabic")

# Shares of residents who do not live in a household, near Census 2021 without halls of residence.
CARE_HOME_SHARE, CHILDREN_HOME_SHARE, HOSTEL_SHARE = 0.0042, 0.0002, 0.0015
_PLACES = {CARE_HOME: 36, CHILDREN_HOME: 4, HOSTEL: 22}
_FOSTER_SHARE = 0.0011


@dataclass
class Houses:
    """Households by column: kind, area, culture (codes), people by role, the day it ended or NEVER."""

    kind: Ints
    area: Ints
    culture: Ints
    partners: Ints
    children: Ints
    grandparents: Ints
    others: Ints
    fostered: Ints
    ended: Ints

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def size(self) -> Ints:
        """People in each."""
        return 1 + self.partners + self.children + self.grandparents + self.others + self.fostered

    def take(self, keep: Ints | slice) -> Houses:
        """Only the households at `keep`."""
        return Houses(*(getattr(self, field.name)[keep] for field in fields(self)))

    def join(self, other: Houses) -> Houses:
        """These households, then the others."""
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return Houses(*(np.concatenate(pair) for pair in pairs))


def draw_houses(count: int, borough: Borough, dice: Dice, topic: str) -> Houses:
    """`count` households as the areas' shares have them, still there at the end."""
    rng = dice.about(topic)
    area = pick(rng, borough.weight, count)
    kind = pick_rows(rng, borough.homes, area)
    culture = pick_rows(rng, borough.cultures, area)
    move_cultures(rng, kind, culture)
    return fill_houses(kind, area, culture, rng)


def move_cultures(rng: np.random.Generator, kind: Ints, culture: Ints) -> None:
    """Turn old single people of cultures that came lately into younger households, in place."""
    lately = np.isin(culture, [CULTURES.index(name) for name in _YOUNGER])
    turned = np.isin(kind, (SINGLE_OLD, COUPLE_OLD)) & lately & happens(rng, 0.8, len(kind))
    kind[turned] = rng.choice([SINGLE, COUPLE, COUPLE_CHILDREN], int(turned.sum()), p=[0.3, 0.3, 0.4])


def fill_houses(kind: Ints, area: Ints, culture: Ints, rng: np.random.Generator) -> Houses:
    """How many people of each role live in households of these kinds."""
    count = len(kind)
    zero = np.zeros(count, np.int64)
    family = np.isin(kind, WITH_CHILDREN)
    grown = np.isin(kind, WITH_GROWN)
    partners = (np.isin(kind, PAIRED) | ((kind == THREE_GENERATIONS) & happens(rng, 0.65, count))).astype(
        np.int64
    )
    children = np.where(
        family, draw_children(rng, culture, kind), np.where(grown, 1 + happens(rng, 0.22, count), 0)
    )
    elders = np.where(kind == THREE_GENERATIONS, 1 + happens(rng, 0.35, count), 0)
    sharers = 1 + pick(rng, [0.2, 0.29, 0.25, 0.15, 0.08, 0.03], count)
    others = np.where(kind == SHARED, sharers, 0)
    foster = np.isin(kind, (COUPLE, COUPLE_CHILDREN)) & happens(
        rng, _FOSTER_SHARE * 2.35 / 1.45 / 0.39, count
    )
    fostered = np.where(foster, 1 + happens(rng, 0.45, count), 0)
    return Houses(
        kind,
        area,
        culture,
        partners,
        children,
        elders,
        others,
        fostered,
        np.full(count, NEVER, np.int64) + zero,
    )


def draw_children(rng: np.random.Generator, culture: Ints, kind: Ints) -> Ints:
    """Children at home in a family that has any: one or more, each further one less likely."""
    more = np.array([_LARGER.get(name, 1.0) for name in CULTURES])[culture]
    more = np.where(kind == LONE_CHILDREN, more * 0.82, more)
    found = np.ones(len(culture), np.int64)
    going = np.ones(len(culture), np.bool_)
    for chance in (0.56, 0.28, 0.26, 0.25, 0.25):
        going &= happens(rng, np.minimum(chance * more, 0.85), len(culture))
        found += going
    return found


def house_residents(residents: int, borough: Borough, dice: Dice) -> Houses:
    """Households and homes whose members together are exactly `residents` people."""
    homes = open_homes(residents, borough, dice)
    left = residents - int(homes.size.sum())
    drawn = draw_houses(max(20, round(left / 2.2)), borough, dice, "households")
    while int(drawn.size.sum()) < left:
        drawn = drawn.join(draw_houses(len(drawn) // 8 + 10, borough, dice, f"households {len(drawn)}"))
    fits = int(np.searchsorted(np.cumsum(drawn.size), left, side="right"))
    kept = drawn.take(slice(0, fits))
    spare = left - int(kept.size.sum())
    rng = dice.about("last households")
    area = pick(rng, borough.weight, spare)
    alone = fill_houses(np.full(spare, SINGLE), area, pick_rows(rng, borough.cultures, area), rng)
    return kept.join(alone).join(homes)


def open_homes(residents: int, borough: Borough, dice: Dice) -> Houses:
    """Care homes, children's homes and hostels with their people (the first resident counts as the head)."""
    rng = dice.about("homes")
    kinds: list[int] = []
    sizes: list[int] = []
    shares = {CARE_HOME: CARE_HOME_SHARE, CHILDREN_HOME: CHILDREN_HOME_SHARE, HOSTEL: HOSTEL_SHARE}
    for code, share in shares.items():
        people = round(residents * share)
        homes = -(-people // _PLACES[code])
        kinds += [code] * homes
        sizes += [people * (i + 1) // homes - people * i // homes for i in range(homes)]
    kind = np.array(kinds, np.int64)
    area = pick(rng, borough.weight, len(kind))
    homes_drawn = fill_houses(kind, area, np.zeros(len(kind), np.int64), rng)
    homes_drawn.others = np.array(sizes, np.int64) - 1
    return homes_drawn


def chance_by_kind(kind: Ints, chances: dict[int, float]) -> Floats:
    """A number for each household by its kind; 0 for kinds not named."""
    table = np.zeros(13)
    for code, value in chances.items():
        table[code] = value
    found: Floats = table[kind]
    return found
