"""Areas and wards of the fictional borough: how many, what they are called, who lives there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from plainview.demo.population import schemas, stock
from plainview.demo.population.dice import Dice, Floats, Ints
from plainview.demo.population.schemas import make_table

RESIDENTS_PER_AREA = 1750
AREAS_PER_WARD = 6

HOMES = (
    "single_old", "single", "couple_old", "couple", "couple_children", "couple_grown", "lone_children",
    "lone_grown", "three_generations", "shared",
)  # fmt: skip
"""Kinds of household, in the order of the codes used inside this package."""

# Shares of households in the whole borough, in the order of HOMES: near Census 2021 for a young English
# city (30 % of one person, 7 % of single parents with dependent children), tilted for each area below.
_USUAL = np.array([10.0, 20.2, 6.6, 21.0, 18.5, 4.8, 7.6, 3.4, 2.6, 5.8])
TENURES = ("owner", "private_rent", "council", "housing_association")


@dataclass(frozen=True)
class Borough:
    """Areas in use: row of the stock, weight, deprivation decile (1 = most deprived), shares, names."""

    base: Ints
    weight: Floats
    deprivation: Ints
    homes: Floats
    cultures: Floats
    tenures: Floats
    flats: Floats
    codes: list[str]
    names: list[str]
    wards: Ints
    ward_codes: list[str]
    ward_names: list[str]

    def as_table(self) -> pa.Table:
        """The areas, as given out."""
        return make_table(
            schemas.AREAS,
            {
                "area": self.codes,
                "name": self.names,
                "ward": [self.ward_codes[ward] for ward in self.wards],
                "ward_name": [self.ward_names[ward] for ward in self.wards],
                "deprivation": self.deprivation,
                "population_share": np.round(self.weight, 6),
            },
        )


def lay_out_borough(residents: int, dice: Dice) -> Borough:
    """As many areas as `residents` fill, spread evenly over the deprivation of the base areas."""
    base = choose_areas(max(8, round(residents / RESIDENTS_PER_AREA)), dice)
    figures = {name: values[base] for name, values in stock.read_areas().items()}
    wards = np.arange(len(base)) // AREAS_PER_WARD
    names = invent_names(len(base) + int(wards[-1]) + 1, dice)
    return Borough(
        base=base,
        weight=figures["population"] / figures["population"].sum(),
        deprivation=figures["deprivation"].astype(np.int64),
        homes=rake_homes(share_homes(figures), figures["population"]),
        cultures=np.stack([figures[name] for name in stock.CULTURES], axis=1),
        tenures=np.stack([figures[name] for name in TENURES], axis=1),
        flats=figures["flat"] + 0.7 * figures["part_house"],
        codes=[f"Q01{i:06d}" for i in range(1, len(base) + 1)],
        names=names[: len(base)],
        wards=wards,
        ward_codes=[f"Q05{i:06d}" for i in range(1, int(wards[-1]) + 2)],
        ward_names=names[len(base) :],
    )


def choose_areas(count: int, dice: Dice) -> Ints:
    """`count` rows of the base areas, each used as often as another, kept in the order of their wards."""
    base = stock.read_areas()
    order = np.lexsort((dice.about("areas").random(len(base["ward"])), base["deprivation"]))
    whole, rest = divmod(count, len(order))
    evenly = order[(np.arange(rest) * len(order) + len(order) // 2) // max(rest, 1) % len(order)]
    return np.concatenate([np.sort(order)] * whole + [np.sort(evenly)]).astype(np.int64)


def share_homes(figures: dict[str, Floats]) -> Floats:
    """Shares of household kinds by area: the usual ones, tilted by what the census says of the area.

    Two parents or one goes with deprivation: single parents are near 45 % of families with dependent
    children in the most deprived tenth and near 15 % in the least.
    """
    old = np.clip(figures["widowed"] / 0.042, 0.2, 2.5)
    wed = np.clip(figures["married"] / 0.34, 0.3, 1.6)
    poor = np.exp(0.5 - 0.145 * (figures["deprivation"] - 1))
    students = np.clip((figures["student"] - 0.15) / 0.08, 0.15, 6)
    large = np.clip(figures["large"] / 0.075, 0.3, 3)
    even = np.ones(len(old))
    tilt = np.stack([old, even, old, even, wed, wed, poor, np.sqrt(poor), large, students], axis=1)
    shares: Floats = _USUAL * tilt
    single = shares[:, :2].sum(axis=1)
    others = shares[:, 2:].sum(axis=1)
    shares[:, :2] *= (figures["single"] / single)[:, None]
    shares[:, 2:] *= ((1 - figures["single"]) / others)[:, None]
    return shares


def rake_homes(shares: Floats, weight: Floats) -> Floats:
    """The shares scaled until the areas together have the usual ones, however few areas there are."""
    for _ in range(6):
        shares = shares / shares.sum(axis=1, keepdims=True)
        shares = shares * (_USUAL / _USUAL.sum() / ((weight[:, None] * shares).sum(axis=0) / weight.sum()))
    return shares


def invent_names(count: int, dice: Dice) -> list[str]:
    """`count` different names of places, none taken from a map."""
    first, second = stock.read_words("area_first"), stock.read_words("area_second")
    places = [a + b for a in first for b in second if a[-1].lower() != b[0] and a.lower() != b]
    order = dice.about("area names").permutation(len(places))
    before = ("", "Upper ", "Nether ", "New ", "Great ", "Little ", "Long ", "Far ")
    return [before[i // len(places) % 8] + places[order[i % len(places)]] for i in range(count)]
