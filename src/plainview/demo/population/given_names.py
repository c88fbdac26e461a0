"""Given names: drawn with their real frequencies by sex, year of birth and naming culture."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

import numpy as np

from plainview.demo.population import stock
from plainview.demo.population.casts import M
from plainview.demo.population.dice import Floats, Ints, happens
from plainview.demo.population.spellings import Spellings
from plainview.demo.population.stock import CULTURES

# Share of people who have a name of the general English-speaking stock, by culture: before 1990, and after.
_GENERAL = {
    "british": (1.0, 1.0), "irish": (0.45, 0.65), "caribbean": (0.45, 0.4), "west_african": (0.2, 0.3),
    "slavic": (0.03, 0.15), "romanian": (0.02, 0.12), "iberian": (0.03, 0.15), "turkish": (0.01, 0.05),
    "chinese": (0.08, 0.35), "south_indian": (0.1, 0.12), "gujarati": (0.01, 0.05), "sikh": (0.01, 0.06),
    "horn_of_africa": (0.02, 0.06), "arabic": (0.01, 0.02), "south_asian_muslim": (0.0, 0.01),
    "somali": (0.0, 0.0),
}  # fmt: skip


@dataclass
class NameTable:
    """Names by number with the running sum of their weights."""

    names: Ints
    steps: Floats

    def draw(self, rng: np.random.Generator, count: int) -> Ints:
        """`count` names."""
        place = np.searchsorted(self.steps, rng.random(count) * self.steps[-1], side="right")
        found: Ints = self.names[np.minimum(place, len(self.names) - 1)]
        return found


def make_table(names: Ints, weights: Floats) -> NameTable:
    """A table of `names` with these weights."""
    return NameTable(names, np.cumsum(weights))


def table_groups(spellings: Spellings, culture: int, groups: list[list[str]]) -> NameTable:
    """Names in falling frequency (near 1 over rank), each split over its spellings, the usual one first."""
    names: list[int] = []
    weights: list[float] = []
    for rank, group in enumerate(groups):
        share = 1 / (rank + 3.0) ** 0.9
        parts = 0.45 ** np.arange(len(group))
        names += spellings.group(culture, group).tolist()
        weights += (share * parts / parts.sum()).tolist()
    return make_table(np.array(names, np.int64), np.array(weights))


class GivenNames:
    """Tables of given names: by period and sex for the general stock, by sex for each other culture."""

    def __init__(self, spellings: Spellings) -> None:
        self.spellings = spellings
        for part in ("spellings", "spellings_last"):
            for group in stock.read_culture("british", part):
                spellings.group(0, group)
        rows = stock.read_rows("first_names.csv")
        self.periods = np.array(sorted({int(row["period"]) for row in rows}))
        self.tables: list[NameTable] = []
        grouped = groupby(rows, key=lambda row: (int(row["period"]), row["sex"]))  # sorted so in the file
        for _, kept in grouped:
            names, weights = zip(*((row["name"], float(row["weight"])) for row in kept), strict=True)
            self.tables.append(make_table(spellings.numbers(list(names)), np.array(weights)))
        for code, culture in enumerate(CULTURES[1:], 1):
            for sex in "FM":
                self.tables.append(table_groups(spellings, code, stock.read_culture(culture, f"first_{sex}")))

    def general(self, year: Ints, sex: Ints) -> Ints:
        """The number of the general stock's table for a year of birth."""
        middle = (self.periods[1:] + self.periods[:-1] + 1) // 2
        return np.searchsorted(middle, year, side="right") * 2 + sex

    def own(self, culture: Ints, sex: Ints) -> Ints:
        """The number of the culture's own table."""
        return 2 * len(self.periods) + (culture - 1) * 2 + sex

    def choose_tables(self, culture: Ints, sex: Ints, year: Ints, rng: np.random.Generator) -> Ints:
        """The table each person's name comes from."""
        chances = np.array([_GENERAL[name] for name in CULTURES])
        chance = chances[culture, (year >= 1990).astype(np.int64)]
        general = happens(rng, chance, len(culture)) | (culture == 0)
        return np.where(general, self.general(year, sex), self.own(culture, sex))

    def draw(self, tables: Ints, rng: np.random.Generator) -> Ints:
        """One name for each, from the table with that number."""
        found = np.empty(len(tables), np.int64)
        if len(tables) == 0:
            return found
        order = np.argsort(tables, kind="stable")
        kinds, begin = np.unique(tables[order], return_index=True)
        for kind, rows in zip(kinds.tolist(), np.split(order, begin[1:]), strict=True):
            found[rows] = self.tables[kind].draw(rng, len(rows))
        return found


def name_sons_after_fathers(
    first: Ints, sex: Ints, father: Ints, culture: Ints, rng: np.random.Generator
) -> None:
    """Give one son in 120 his father's name, in place; about as many more get it by chance."""
    sons = (father >= 0) & (sex == M) & happens(rng, 0.008, len(first))
    named = np.flatnonzero(sons & (sex[np.maximum(father, 0)] == M))
    first[named] = first[father[named]]


def find_namesakes(first: Ints, sex: Ints, mother: Ints, allowed: Ints) -> Ints:
    """People who have the name of a brother or sister, all but the first; names in `allowed` do not count."""
    known = np.flatnonzero((mother >= 0) & ~np.isin(first, allowed))
    order = known[np.lexsort((known, first[known], sex[known], mother[known]))]
    same = (mother[order][1:] == mother[order][:-1]) & (first[order][1:] == first[order][:-1])
    found: Ints = order[1:][same & (sex[order][1:] == sex[order][:-1])]
    return found
