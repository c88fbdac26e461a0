"""Names over a life: as born, after marriage and separation, as used by friends, as others spell them."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa

from plainview.demo.population import schemas, stock
from plainview.demo.population.calendars import NEVER, YEAR, to_dates, to_days, years_of
from plainview.demo.population.casts import ADULT, CHILD, GRANDPARENT, F, M
from plainview.demo.population.casts import CARE_HOME as IN_CARE
from plainview.demo.population.dice import Bools, Floats, Ints, happens
from plainview.demo.population.families import Story
from plainview.demo.population.family_names import (
    CODE,
    FamilyNames,
    FamilyTables,
    draw_forebears,
    find_father_names,
    pass_names,
)
from plainview.demo.population.given_names import (
    GivenNames,
    find_namesakes,
    name_sons_after_fathers,
    table_groups,
)
from plainview.demo.population.schemas import make_table
from plainview.demo.population.spellings import NOBODY, Spellings, words_of
from plainview.demo.population.stock import CULTURES

REASONS = ["birth", "marriage", "separation", "other"]

# Share of wives who take the husband's name, and who join both names, by culture.
_TAKES = {
    "british": 0.80, "irish": 0.72, "slavic": 0.85, "romanian": 0.85, "iberian": 0.06, "turkish": 0.9,
    "south_asian_muslim": 0.2, "sikh": 0.0, "gujarati": 0.8, "south_indian": 0.45, "chinese": 0.06,
    "somali": 0.0, "horn_of_africa": 0.0, "west_african": 0.62, "caribbean": 0.66, "arabic": 0.1,
}  # fmt: skip
_JOINS = {"british": 0.05, "irish": 0.05, "caribbean": 0.06, "west_african": 0.10, "iberian": 0.02}
# Share of couples who marry, of those together long enough.
_MARRIES = {
    "british": 0.66,
    "irish": 0.68,
    "caribbean": 0.45,
    "iberian": 0.6,
    "romanian": 0.75,
    "slavic": 0.72,
}
# Share of people with a middle name, by culture; what it is comes from `draw_middles`.
_MIDDLE = {
    "british": 0.78, "irish": 0.7, "caribbean": 0.75, "west_african": 0.7, "slavic": 0.4, "romanian": 0.45,
    "iberian": 0.45, "turkish": 0.12, "south_asian_muslim": 0.3, "sikh": 0.0, "gujarati": 0.6,
    "south_indian": 0.15, "chinese": 0.12, "somali": 1.0, "horn_of_africa": 0.1, "arabic": 0.35,
}  # fmt: skip


def by_culture(shares: dict[str, float], usual: float, culture: Ints) -> Floats:
    """The share for each person's culture."""
    found: Floats = np.array([shares.get(name, usual) for name in CULTURES])[culture]
    return found


@dataclass
class Named:
    """Names of everybody as numbers of spellings, and the rows of the history of last names."""

    spellings: Spellings
    first: Ints
    middle: Ints
    families: FamilyNames
    person: Ints
    since: Ints
    until: Ints
    last: Ints
    reason: Ints

    def as_table(self) -> pa.Table:
        """The names, as given out."""
        return make_table(
            schemas.NAMES,
            {
                "person": self.person,
                "from_date": to_dates(self.since),
                "to_date": to_dates(self.until),
                "first_name": self.spellings.as_words(self.first[self.person]),
                "middle_names": self.spellings.as_words(self.middle[self.person]),
                "last_name": self.spellings.as_words(self.last),
                "reason": words_of(REASONS, self.reason),
            },
        )


def name_people(story: Story) -> Named:
    """Give everybody names, as born and as changed since."""
    spellings = Spellings()
    given = GivenNames(spellings)
    tables = FamilyTables(spellings)
    dice = story.dice
    first = draw_first_names(story, given)
    families = pass_names(story.cast, first, given, tables, dice.about("family names"))
    middle = draw_middles(story, given, tables, families, first)
    changes = list_changes(story, spellings, families)
    return write_history(story, spellings, first, middle, families, changes)


def draw_first_names(story: Story, given: GivenNames) -> Ints:
    """First names; brothers and sisters have different ones, but for several sons called Mohammed."""
    cast, rng = story.cast, story.dice.about("first names")
    tables = given.choose_tables(cast.culture, cast.sex, years_of(cast.birth), rng)
    first = given.draw(tables, rng)
    allowed = given.spellings.numbers(["Mohammed", "Muhammad", "Mohammad", "Mohamed", "Md", "Abdul", "Maria"])
    for _ in range(4):
        again = find_namesakes(first, cast.sex, cast.mother, allowed)
        first[again] = given.draw(tables[again], rng)
    name_sons_after_fathers(first, cast.sex, cast.father, cast.culture, rng)
    return first


def draw_middles(
    story: Story, given: GivenNames, tables: FamilyTables, families: FamilyNames, first: Ints
) -> Ints:
    """Middle names, or -1: a second given name, the father's name, or Singh and Kaur."""
    cast, rng = story.cast, story.dice.about("middle names")
    count, culture = len(cast), cast.culture
    older = years_of(cast.birth) - rng.integers(0, 45, count)
    pool = np.where(culture == 0, given.general(older, cast.sex), given.own(np.maximum(culture, 1), cast.sex))
    middle = given.draw(pool, rng)
    two = (culture == 0) & happens(rng, 0.12, count)
    after = given.draw(pool, rng)
    two &= after != middle
    middle[two] = given.spellings.pair(middle[two], after[two], " ")
    calls = table_groups(
        given.spellings, CODE["south_asian_muslim"], stock.read_culture("south_asian_muslim", "call_M")
    )
    called = is_mohammed(given.spellings, first) & (culture == CODE["south_asian_muslim"])
    middle[called] = calls.draw(rng, int(called.sum()))
    fathers = np.isin(culture, [CODE[name] for name in ("somali", "gujarati", "arabic")])
    by_father = find_father_names(cast, first, draw_forebears(culture, given, rng))
    middle = np.where(fathers, by_father, middle)
    has = happens(rng, by_culture(_MIDDLE, 0.3, culture), count) | (called & happens(rng, 0.85, count))
    middle = np.where(has & (middle != first), middle, NOBODY)
    sikh = (culture == CODE["sikh"]) & ~np.isin(families.shown, (tables.singh, tables.kaur))
    return np.where(sikh, np.where(cast.sex == F, tables.kaur, tables.singh), middle)


def is_mohammed(spellings: Spellings, first: Ints) -> Bools:
    """Who bears the name that so many share that another one is used to call them."""
    names = ["Mohammed", "Muhammad", "Mohammad", "Mohamed", "Md", "Abdul", "Syed"]
    return np.asarray(np.isin(first, spellings.numbers(names)), np.bool_)


@dataclass
class Changes:
    """One change of last name a person at most: who, from when, until when (or NEVER), the name, why."""

    person: Ints
    since: Ints
    until: Ints
    last: Ints
    reason: Ints

    def join(self, other: Changes) -> Changes:
        """These changes and the others."""
        pairs = ((getattr(self, f.name), getattr(other, f.name)) for f in fields(self))
        return Changes(*(np.concatenate(pair) for pair in pairs))


def list_changes(story: Story, spellings: Spellings, families: FamilyNames) -> Changes:
    """Changes by marriage, some undone after a separation; and few by deed or adoption."""
    rng = story.dice.about("name changes")
    wife, husband, day, parted = list_weddings(story, rng)
    custom = story.cast.culture[wife]
    take = happens(rng, by_culture(_TAKES, 0.7, custom), len(wife))
    join = ~take & happens(rng, by_culture(_JOINS, 0.0, custom) / 0.3, len(wife))
    his = families.shown[husband]
    form = np.where(
        his >= 0, families.feminine[np.minimum(np.maximum(his, 0), len(families.feminine) - 1)], NOBODY
    )
    plain = (his >= 0) & (his < len(families.feminine))
    last = np.where(plain, form, his)
    join &= (families.shown[wife] >= 0) & (his >= 0)
    last[join] = spellings.pair(families.shown[wife[join]], last[join], "-")
    fits = (take | join) & (last >= 0) & (last != families.shown[wife])
    back = fits & (parted < NEVER) & happens(rng, 0.45, len(wife))
    until = np.where(back, np.minimum(parted + rng.integers(60, 500, len(wife)), NEVER), NEVER)
    until = np.where(until < story.calendar.end, until, NEVER)
    married = Changes(wife[fits], day[fits], until[fits], last[fits], np.full(int(fits.sum()), 1))
    return add_other_changes(story, families, add_past_marriages(story, families, married, rng), rng)


def add_past_marriages(
    story: Story, families: FamilyNames, married: Changes, rng: np.random.Generator
) -> Changes:
    """Names from marriages that ended before these years: of most older women alone."""
    cast = story.cast
    free = (cast.sex == F) & np.isin(cast.role, (ADULT, GRANDPARENT, IN_CARE))
    for people in (*story.couples.columns()[:2], married.person):
        free[people] = False
    age = (story.calendar.end - cast.birth) / YEAR
    chance = np.interp(age, [26, 40, 60, 75], [0.0, 0.28, 0.6, 0.9]) * by_culture(
        _MARRIES, 0.93, cast.culture
    )
    who = np.flatnonzero(free & happens(rng, chance * by_culture(_TAKES, 0.7, cast.culture), len(cast)))
    day = cast.birth[who] + to_days(19.0 + rng.gamma(2.5, 2.2, len(who)))
    last = families.feminine[families.absent[who]]
    fits = (day < story.calendar.start) & (last != families.shown[who]) & (families.shown[who] >= 0)
    who, day, last = who[fits], day[fits], last[fits]
    return married.join(Changes(who, day, np.full(len(who), NEVER), last, np.full(len(who), 1)))


def list_weddings(story: Story, rng: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Women married to men: wife, husband, wedding day, day they parted; the last wedding of each."""
    cast, end = story.cast, story.calendar.end
    a, b, since, until = story.couples.columns()
    parted = np.where(cast.died[b] + cast.died[a] > 0, NEVER, until)
    wife, husband = np.where(cast.sex[a] == F, a, b), np.where(cast.sex[a] == F, b, a)
    day = np.maximum(since + to_days(rng.gamma(2.0, 1.1, len(a))), cast.birth[wife] + to_days(18.1))
    older = np.clip((2005 - years_of(since)) * 0.012, -0.12, 0.3)
    chance = by_culture(_MARRIES, 0.93, cast.culture[wife]) + older
    fits = (cast.sex[a] != cast.sex[b]) & (day < np.minimum(until, end) - 30) & happens(rng, chance, len(a))
    at = np.flatnonzero(fits)
    at = at[np.lexsort((since[at], wife[at]))]
    last = np.ones(len(at), np.bool_)
    last[:-1] = wife[at][1:] != wife[at][:-1]
    at = at[last]
    return wife[at], husband[at], day[at], parted[at]


def add_other_changes(
    story: Story, families: FamilyNames, married: Changes, rng: np.random.Generator
) -> Changes:
    """One person in 500 changed name by deed in these years; one child in 90 took a step-parent's name."""
    cast, calendar = story.cast, story.calendar
    age = (calendar.end - cast.birth) / YEAR
    deed = (age > 18) & (age < 50) & happens(rng, 0.0004 * calendar.years, len(cast))
    child = (cast.role == CHILD) & (age > 4) & (age < 17) & (cast.father < 0) & happens(rng, 0.06, len(cast))
    free = np.ones(len(cast), np.bool_)
    free[married.person] = False
    who = np.flatnonzero((deed | child) & free)
    last = families.shown[rng.permutation(who)]
    day = np.maximum(cast.birth[who] + 400, rng.integers(calendar.start, calendar.end, len(who)))
    gone = np.minimum(cast.gone[who], calendar.end)
    fits = (last >= 0) & (last != families.shown[who]) & (day < gone - 10)
    who, day, last = who[fits], day[fits], last[fits]
    return married.join(Changes(who, day, np.full(len(who), NEVER), last, np.full(len(who), 3)))


def write_history(
    story: Story, spellings: Spellings, first: Ints, middle: Ints, families: FamilyNames, changes: Changes
) -> Named:
    """Rows of names: as born until the change, then changed, then as born again if it was undone."""
    count = len(story.cast)
    everyone = np.arange(count)
    until = np.full(count, NEVER)
    until[changes.person] = changes.since
    back = changes.until < NEVER
    again = changes.person[back]
    person = np.concatenate([everyone, changes.person, again])
    since = np.concatenate([story.cast.birth, changes.since, changes.until[back]])
    ends = np.concatenate([until, changes.until, np.full(len(again), NEVER)])
    last = np.concatenate([families.shown, changes.last, families.shown[again]])
    reason = np.concatenate([np.zeros(count, np.int64), changes.reason, np.full(len(again), 2)])
    order = np.lexsort((since, person))
    return Named(
        spellings,
        first,
        middle,
        families,
        person[order],
        since[order],
        ends[order],
        last[order],
        reason[order],
    )


def choose_known_as(story: Story, named: Named) -> Ints:
    """The name used by friends and informal services, or -1 for most people."""
    cast, rng = story.cast, story.dice.about("known as")
    count, spellings = len(cast), named.spellings
    short = draw_nicknames(spellings, named.first, rng)
    found = np.where((short >= 0) & happens(rng, 0.3, count), short, NOBODY)
    middle_used = happens(rng, 0.035, count)
    mohammed = is_mohammed(spellings, named.first) & happens(rng, 0.6, count)
    african = (cast.culture == CODE["west_african"]) & happens(rng, 0.3, count)
    found = np.where((middle_used | mohammed | african) & (named.middle >= 0), named.middle, found)
    for sex, letter in ((F, "F"), (M, "M")):
        table = table_groups(spellings, CODE["chinese"], stock.read_culture("chinese", f"english_{letter}"))
        at = np.flatnonzero((cast.culture == CODE["chinese"]) & (cast.sex == sex) & happens(rng, 0.6, count))
        found[at] = table.draw(rng, len(at))
    return np.where(found == named.first, NOBODY, found)


def draw_nicknames(spellings: Spellings, first: Ints, rng: np.random.Generator) -> Ints:
    """A nickname of each first name, or -1 where there is none."""
    rows = stock.read_rows("nicknames.csv")
    names = spellings.numbers([row["name"] for row in rows])
    shorts = spellings.numbers([row["nickname"] for row in rows])
    begin = np.searchsorted(names[np.argsort(names, kind="stable")], np.arange(len(spellings.texts) + 1))
    shorts = np.append(shorts[np.argsort(names, kind="stable")], NOBODY)
    size = begin[first + 1] - begin[first]
    # the first listed is the commonest: half of all
    place = np.minimum((rng.random(len(first)) ** 1.7 * size).astype(np.int64), np.maximum(size - 1, 0))
    return np.where(size > 0, shorts[np.minimum(begin[first] + place, len(shorts) - 1)], NOBODY)


def choose_other_spellings(story: Story, named: Named) -> tuple[Ints, Ints]:
    """First and last names as some services spell them, or -1: transliterated, halved, turned round."""
    cast, rng = story.cast, story.dice.about("spellings")
    count, spellings = len(cast), named.spellings
    often = np.where(cast.culture == 0, 0.12, 0.45)
    last = named.families.shown
    current = last.copy()
    current[named.person] = named.last  # rows are in order of time: the last one stands
    alt_first = np.where(
        happens(rng, often, count), spellings.other_spelling(cast.culture, named.first, rng), NOBODY
    )
    alt_last = np.where(
        happens(rng, often, count), spellings.other_spelling(cast.culture, current, rng), NOBODY
    )
    double = (named.families.second >= 0) & (current == last) & happens(rng, 0.5, count)
    half = np.where(happens(rng, 0.75, count), named.families.family, named.families.second)
    alt_last = np.where(double, half, alt_last)
    sikh = (cast.culture == CODE["sikh"]) & happens(rng, 0.35, count)
    alt_last = np.where(sikh & (current != named.families.family), named.families.family, alt_last)
    turned = (cast.culture == CODE["chinese"]) & happens(rng, 0.12, count) & (current >= 0)
    alt_first, alt_last = np.where(turned, current, alt_first), np.where(turned, named.first, alt_last)
    somali = (cast.culture == CODE["somali"]) & happens(rng, 0.25, count) & (named.middle >= 0)
    alt_last = np.where(somali, named.middle, alt_last)
    return alt_first, alt_last
