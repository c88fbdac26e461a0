"""Family names and patronymics: how a name is passed on in each naming culture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plainview.demo.population import stock
from plainview.demo.population.casts import Cast, F, M
from plainview.demo.population.dice import Bools, Floats, Ints, happens
from plainview.demo.population.given_names import GivenNames, NameTable, make_table, table_groups
from plainview.demo.population.spellings import NOBODY, Spellings
from plainview.demo.population.stock import CULTURES

CODE = {name: code for code, name in enumerate(CULTURES)}
_PATRONYMIC = tuple(CODE[name] for name in ("south_indian", "somali", "horn_of_africa"))

_ONE_NAME = {"south_indian": 0.09, "horn_of_africa": 0.015, "arabic": 0.02, "south_asian_muslim": 0.012}


@dataclass
class FamilyNames:
    """Names by person as numbers of spellings: `family` is what is passed on, `second` the other half of a
    double name (or -1), `shown` the last name as written (or -1 for people with one name only), `feminine`
    the women's form by spelling, `absent` the family name of a partner who is not among the people made."""

    family: Ints
    second: Ints
    shown: Ints
    feminine: Ints
    absent: Ints


class FamilyTables:
    """Tables of family names by culture, and the women's form of each name that has one."""

    def __init__(self, spellings: Spellings) -> None:
        self.spellings = spellings
        self.forms: dict[int, int] = {}
        self.tables = [self._general(spellings)]
        for code, culture in enumerate(CULTURES[1:], 1):
            gendered = stock.read_culture(culture, "last_gendered")
            groups = self._split_gendered(code, gendered) if gendered else stock.read_culture(culture, "last")
            self.tables.append(
                table_groups(spellings, code, groups or stock.read_culture(culture, "first_M"))
            )
        self.own_women = table_groups(
            spellings, CODE["south_asian_muslim"], stock.read_culture("south_asian_muslim", "last_F_own")
        )
        self.singh, self.kaur = spellings.number("Singh"), spellings.number("Kaur")

    def _general(self, spellings: Spellings) -> NameTable:
        """The general stock, with one in fourteen a rare name made of two old parts of place names."""
        rows = stock.read_rows("last_names.csv")
        weights = [float(row["weight"]) for row in rows]
        first, second = stock.read_words("british_tail_first"), stock.read_words("british_tail_second")
        rare = [a + b for a in first for b in second if a[-1].lower() != b[0]]
        weights += [sum(weights) / 13 / len(rare)] * len(rare)
        return make_table(spellings.numbers([row["name"] for row in rows] + rare), np.array(weights))

    def _split_gendered(self, culture: int, groups: list[list[str]]) -> list[list[str]]:
        """Men's forms; remembers the women's. A group reads man/man:woman/woman."""
        found = []
        for group in groups:
            men, _, women = "/".join(group).partition(":")
            found.append(men.split("/"))
            if women:
                numbers = self.spellings.group(culture, women.split("/"))
                for i, man in enumerate(men.split("/")):
                    self.forms[self.spellings.number(man)] = int(numbers[min(i, len(numbers) - 1)])
        return found

    def feminine(self) -> Ints:
        """By spelling, the form a woman bears."""
        forms = np.arange(len(self.spellings.texts))
        for man, woman in self.forms.items():
            forms[man] = woman
        return forms

    def draw(self, culture: Ints, rng: np.random.Generator) -> Ints:
        """A family name of each culture."""
        found = np.empty(len(culture), np.int64)
        for code, table in enumerate(self.tables):
            rows = np.flatnonzero(culture == code)
            found[rows] = table.draw(rng, len(rows))
        return found


def pass_names(
    cast: Cast, first: Ints, given: GivenNames, tables: FamilyTables, rng: np.random.Generator
) -> FamilyNames:
    """The name everybody was born with, parents before children.

    One draw `mood` a person decides the custom of that person's children, so brothers and sisters agree.
    """
    count = len(cast)
    family = tables.draw(cast.culture, rng)
    unknown_father = tables.draw(cast.culture, rng)
    mood = rng.random(count)
    second = np.where(cast.culture == CODE["iberian"], tables.draw(cast.culture, rng), NOBODY)
    depth = find_depths(cast)
    for level in range(1, int(depth.max(initial=0)) + 1):
        who = np.flatnonzero(depth == level)
        inherit(cast, who, family, second, unknown_father, mood)
    names = FamilyNames(family, second, family.copy(), tables.feminine(), unknown_father)
    show_families(cast, names, mood, tables, rng)
    show_patronymics(cast, names, first, given, rng)
    return names


def find_depths(cast: Cast) -> Ints:
    """Generations of known forebears above each person."""
    depth = np.zeros(len(cast), np.int64)
    for _ in range(8):
        above = np.zeros(len(cast), np.int64)
        for parent in (cast.mother, cast.father):
            known = parent >= 0
            above[known] = np.maximum(above[known], depth[parent[known]] + 1)
        if np.array_equal(above, depth):
            break
        depth = above
    return depth


def inherit(cast: Cast, who: Ints, family: Ints, second: Ints, unknown_father: Ints, mood: Floats) -> None:
    """The family name of children: the father's, or the mother's where he is not known or not given."""
    mother, father = cast.mother[who], cast.father[who]
    of_mother = (mother >= 0) & ((father < 0) | (mood[mother] < 0.07))
    hers = np.where((father < 0) & (mood[mother] > 0.6), unknown_father[mother], family[mother])
    both = (mother >= 0) & (father >= 0)
    family[who] = np.where(of_mother, hers, np.where(father >= 0, family[father], family[who]))
    iberian = cast.culture[np.where(father >= 0, father, mother)] == CODE["iberian"]
    double = both & (iberian | ((mood[mother] > 0.07) & (mood[mother] < 0.105)))
    second[who] = np.where(double & (family[mother] != family[who]), family[mother], NOBODY)


def custom_of(cast: Cast) -> tuple[Ints, Ints]:
    """The culture whose naming custom holds for each person (the father's), and the parent it comes from."""
    parent = np.where(cast.father >= 0, cast.father, cast.mother)
    parent = np.where(parent >= 0, parent, np.arange(len(cast)))
    return cast.culture[parent], parent


def show_families(
    cast: Cast, names: FamilyNames, mood: Floats, tables: FamilyTables, rng: np.random.Generator
) -> None:
    """Write out women's forms, double names, Singh and Kaur, and names of women's own, in place."""
    custom, parent = custom_of(cast)
    woman = cast.sex == F
    names.shown = np.where(woman, names.feminine[names.family], names.family)
    double = np.flatnonzero(names.second >= 0)
    spaced = custom[double] == CODE["iberian"]
    for rows, between in ((double[spaced], " "), (double[~spaced], "-")):
        shown = names.shown[rows]
        names.shown[rows] = tables.spellings.pair(shown, names.second[rows], between)
    sikh = (custom == CODE["sikh"]) & (mood[parent] < 0.55)
    names.shown = np.where(sikh, np.where(woman, tables.kaur, tables.singh), names.shown)
    names.second[sikh] = NOBODY
    muslim = custom == CODE["south_asian_muslim"]
    own = tables.own_women.draw(rng, len(cast))
    mothers_line = woman & muslim & ((parent == np.arange(len(cast))) | (mood[parent] < 0.6))
    names.shown = np.where(mothers_line & happens(rng, 0.55, len(cast)), own, names.shown)
    another = tables.draw(np.where(muslim, custom, 0), rng)
    without = muslim & ~woman & (parent != np.arange(len(cast))) & (mood[parent] < 0.35)
    names.shown = np.where(without, another, names.shown)


def show_patronymics(
    cast: Cast, names: FamilyNames, first: Ints, given: GivenNames, rng: np.random.Generator
) -> None:
    """Last names that are the father's own name, or a grandfather's; people with one name only."""
    custom, _ = custom_of(cast)
    forebears = draw_forebears(cast.culture, given, rng)
    father = find_father_names(cast, first, forebears)
    elders = draw_forebears(cast.culture, given, rng)
    grandfather = np.where(cast.mother >= 0, elders[np.maximum(cast.mother, 0)], elders)
    grandfather = np.where(cast.father >= 0, father[np.maximum(cast.father, 0)], grandfather)
    somali = custom == CODE["somali"]
    named = np.isin(custom, _PATRONYMIC)
    names.shown = np.where(somali, grandfather, np.where(named, father, names.shown))
    names.second[named] = NOBODY
    single = choose_one_name(custom, rng)
    names.shown = np.where(single, NOBODY, names.shown)


def choose_one_name(custom: Ints, rng: np.random.Generator) -> Bools:
    """Who has one name only: some people of southern India, few of other cultures."""
    chance = np.zeros(len(CULTURES))
    for name, value in _ONE_NAME.items():
        chance[CODE[name]] = value
    return happens(rng, chance[custom], len(custom))


def draw_forebears(culture: Ints, given: GivenNames, rng: np.random.Generator) -> Ints:
    """A man's name of each culture: the father of those whose father is not among the people made."""
    tables = np.where(culture == 0, given.general(np.full(len(culture), 1964), np.full(len(culture), M)),
                      given.own(np.maximum(culture, 1), np.full(len(culture), M)))  # fmt: skip
    return given.draw(tables, rng)


def find_father_names(cast: Cast, first: Ints, forebears: Ints) -> Ints:
    """The first name of each person's father; one for all children of a mother whose father is not known."""
    found = np.where(cast.mother >= 0, forebears[np.maximum(cast.mother, 0)], forebears)
    return np.where(cast.father >= 0, first[np.maximum(cast.father, 0)], found)
