"""How two tuples are compared: fields to levels, levels to one number, the agreement pattern.

Each comparison has levels; the first whose condition holds is the one, and level 0 says that one side does not
know. A pattern packs the levels of all comparisons into one integer: a million pairs have some ten
thousand patterns, so a model is fitted on their counts and a pair is weighed by looking its pattern up.

Conditions are SQL over two rows, `l` and `r`, of the table `features`, and their likenesses, `c`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import combinations

from plainview.linkage.fields import IDENTIFIERS
from plainview.linkage.statistics import SOURCES


@dataclass(frozen=True)
class Level:
    """One degree of likeness: what people read, and when it holds."""

    label: str
    sql: str


@dataclass(frozen=True)
class Comparison:
    """One comparison. `levels[0]` is "not known", the last one holds when no other does (`else`)."""

    name: str
    title: str
    levels: tuple[Level, ...]
    size: int = 0  # levels that a pattern has room for, where more may come

    @property
    def bits(self) -> int:
        """Bits of a pattern that this comparison takes."""
        return (
            max(len(self.levels), self.size).bit_length()
            if self.size
            else (len(self.levels) - 1).bit_length()
        )

    def case(self) -> str:
        """SQL of the level's number."""
        whens = " ".join(f"WHEN {level.sql} THEN {place}" for place, level in self._ordered())
        return f"CASE {whens} ELSE {len(self.levels) - 1} END"

    def _ordered(self) -> list[tuple[int, Level]]:
        return list(enumerate(self.levels))[:-1]


def _either(field: str) -> str:
    return f"l.{field} IS NULL OR r.{field} IS NULL"


def _both(field: str) -> str:
    return f"(l.{field} IS NOT NULL AND r.{field} IS NOT NULL)"


def _equal(field: str) -> str:
    return f"l.{field} = r.{field}"


def _gated(gate: str, test: str) -> str:
    """A dear test behind a cheap one: DuckDB runs both sides of an AND, one branch of a CASE."""
    return f"CASE WHEN {gate} THEN {test} ELSE false END"


def _slips(field: str, most: int) -> str:
    """At most so many slips apart. One slip leaves the first two or the last two letters as they are."""
    ends = (f"{end}(l.{field}, {3 - most}) = {end}(r.{field}, {3 - most})" for end in ("left", "right"))
    gate = f"abs(length(l.{field}) - length(r.{field})) <= {most} AND ({' OR '.join(ends)})"
    return _gated(gate, f"damerau_levenshtein(l.{field}, r.{field}) <= {most}")


def _alike(field: str, gate: str) -> str:
    return f"CASE WHEN {_equal(field)} THEN 1 WHEN {gate} THEN jaro_winkler_similarity(l.{field}, r.{field}) ELSE 0 END"


LIKENESS = {
    "first_like": _alike("first_name", f"{_equal('first_start')} OR {_equal('first_end')}"),
    "last_like": _alike("last_name", f"{_equal('last_start')} OR {_equal('last_end')}"),
    "street_like": f"CASE WHEN {_equal('place')} THEN 1 ELSE {_alike('street', _equal('street_start'))} END",
    "crossed_like": _gated(
        "l.first_start = r.last_start AND l.last_start = r.first_start AND l.first_start <> r.first_start",
        "least(jaro_winkler_similarity(l.first_name, r.last_name), jaro_winkler_similarity(l.last_name, r.first_name))",
    ).replace("false", "0"),
}
"""Jaro-Winkler similarities, each worked out once a pair, of words that begin or end alike; others are 0."""


_BANDS = ("rare", "uncommon", "common", "very common")

_SHORT_FORM = _gated(
    "l.formal_1 IS NOT NULL AND r.formal_1 IS NOT NULL",
    " OR ".join(f"l.formal_{a} = r.formal_{b}" for a in range(1, 5) for b in range(1, 5)),
)

_SWAPPED = "c.crossed_like > 0.8"


def _bands(field: str, label: str, band: str) -> list[Level]:
    return [
        Level(f"{label}, {words}", f"{_equal(field)} AND l.{band} = {place}")
        for place, words in enumerate(_BANDS)
    ]


def _slip(name: str) -> str:
    """One slip in a first or last name; a slip in a word of four letters or more leaves this much likeness."""
    gate = f"c.{name}_like BETWEEN 0.7 AND 0.92 AND abs(length(l.{name}_name) - length(r.{name}_name)) <= 1"
    return _gated(gate, f"damerau_levenshtein(l.{name}_name, r.{name}_name) <= 1")


def _first_name() -> Comparison:
    near = f"c.first_like >= 0.92 OR {_slip('first')} OR {_equal('first_sounds')}"
    initial = "least(length(l.first_name), length(r.first_name)) = 1 AND l.first_start = r.first_start"
    elsewhere = (
        "l.first_name = r.first_middle OR r.first_name = l.first_middle "
        "OR l.first_name = r.last_name OR l.last_name = r.first_name"
    )
    levels = (
        Level("first name not known", _either("first_name")),
        *_bands("first_name", "same first name", "first_band"),
        Level("first and last name swapped", _SWAPPED),
        Level("a short form of the same first name", _SHORT_FORM),
        Level("first names nearly the same", near),
        Level("initial agrees", initial),
        Level("first name of one is another name of the other", elsewhere),
        Level("first names similar", "c.first_like >= 0.82"),
        Level("first names differ", "else"),
    )
    return Comparison("first_name", "First name", levels)


def _last_name() -> Comparison:
    near = f"c.last_like >= 0.92 OR {_slip('last')} OR {_equal('last_sounds')}"
    shared = _gated(
        "l.several_parts OR r.several_parts",
        " OR ".join(f"l.part_{a} = r.part_{b}" for a in (1, 2, 3) for b in (1, 2, 3)),
    )
    former = "l.last_name = r.former_last_name OR l.former_last_name = r.last_name"
    levels = (
        Level("last name not known", f"{_either('last_name')} OR {_SWAPPED}"),
        *_bands("last_name", "same last name", "last_band"),
        Level("a former last name the same", former),
        Level("last names nearly the same", near),
        Level("one of several last names the same", shared),
        Level("last names similar", "c.last_like >= 0.82"),
        Level("last names differ", "else"),
    )
    return Comparison("last_name", "Last name", levels)


def _middle_names() -> Comparison:
    levels = (
        Level("middle names not known", _either("middle_names")),
        Level("same middle names", f"{_equal('middle_names')} OR {_equal('first_middle')}"),
        Level("middle initial agrees", "left(l.first_middle, 1) = left(r.first_middle, 1)"),
        Level("middle names differ", "else"),
    )
    return Comparison("middle_names", "Middle names", levels)


def _birth_date() -> Comparison:
    parts = ("birth_year", "birth_month", "birth_day")
    one = " OR ".join(_equal(part) for part in parts)
    two = " OR ".join(f"({_equal(a)} AND {_equal(b)})" for a, b in combinations(parts, 2))
    swapped = "l.birth_year = r.birth_year AND l.birth_month = r.birth_day AND l.birth_day = r.birth_month"
    january = "{0}.birth_month = 1 AND {0}.birth_day = 1"
    either_first = f"({january.format('l')} OR {january.format('r')})"

    def slips(gate: str, edits: int) -> str:
        return _gated(gate, f"damerau_levenshtein(l.birth_date, r.birth_date) <= {edits}")

    levels = (
        Level("birth date not known", _either("birth_date")),
        Level("same birth date, a first of January", f"{_equal('birth_date')} AND {january.format('l')}"),
        Level("same birth date", _equal("birth_date")),
        Level("day and month swapped", swapped),
        Level("same year, one says the first of January", f"{_equal('birth_year')} AND {either_first}"),
        Level("birth dates one slip apart", slips(two, 1)),
        Level("two parts of the birth date agree", two),
        Level("birth dates two slips apart", slips(one, 2)),
        Level("same year of birth", _equal("birth_year")),
        Level("born within twelve years", "abs(l.birth_year - r.birth_year) <= 12"),
        Level("born more than twelve years apart", "else"),
    )  # fmt: skip
    return Comparison("birth_date", "Birth date", levels)


def _sex() -> Comparison:
    levels = (
        Level("sex not known", _either("sex")),
        Level("same sex", _equal("sex")),
        Level("sex differs", "else"),
    )
    return Comparison("sex", "Sex", levels)


def _place() -> Comparison:
    """Address, postcode and town in one: who shares the first shares the others, and they must not count thrice."""
    known = ("place", "postcode", "street", "town")
    missing = " OR ".join(
        f"coalesce({', '.join(f'{side}.{field}' for field in known)}) IS NULL" for side in ("l", "r")
    )
    number = f"l.house_number IS NULL OR r.house_number IS NULL OR {_slips('house_number', 1)}"
    road = _gated("c.street_like >= 0.92", number)
    near = (
        f"CASE WHEN {_equal('postcode')} THEN {_equal('house_number')} OR {road} "
        f"WHEN {_equal('house_number')} THEN c.street_like >= 0.88 ELSE false END"
    )
    levels = (
        Level("address not known", missing),
        Level("same address", f"{_equal('place')} OR {_equal('uprn')}"),
        Level("nearly the same address", near),
        Level("same postcode", _equal("postcode")),
        Level("same street", "c.street_like >= 0.95"),
        Level("same town or postcode district", f"{_equal('town')} OR {_equal('district')}"),
        Level("nothing about the address agrees", "else"),
    )
    return Comparison("place", "Address", levels)


def _contact() -> Comparison:
    contacts = ("email", "phone", "mobile")
    known = " OR ".join(_both(field) for field in contacts)
    levels = (
        Level("no contact detail to compare", f"NOT ({known})"),
        Level("same e-mail", _equal("email")),
        Level("same telephone", f"{_equal('phone')} OR {_equal('mobile')}"),
        Level("contact details differ", "else"),
    )
    return Comparison("contact", "Telephone and e-mail", levels)


_IDENTIFIER_TITLES = {
    "nhs_number": "NHS number",
    "upn": "pupil number",
    "nino": "National Insurance number",
    "national_id": "national number",
}


def _identifier(name: str) -> Comparison:
    title = _IDENTIFIER_TITLES[name]
    levels = (
        Level(f"{title} not known", _either(name)),
        Level(f"same {title}", _equal(name)),
        Level(f"{title}s nearly the same", _slips(name, 2)),
        Level(f"{title}s differ", "else"),
    )
    return Comparison(name, title[0].upper() + title[1:], levels)


def _shared_source(sources: tuple[str, ...]) -> Comparison:
    """Which source has both. A service seldom enters a person twice under two identities, and each is its own.

    Where several sources have both tuples, the first in the order of bits stands for all.
    """
    lowest = "((l.sources & r.sources) & -(l.sources & r.sources))"
    levels = [Level("sources not told apart", "l.sources = 0 OR r.sources = 0")]
    levels.append(Level("from different sources", "(l.sources & r.sources) = 0"))
    levels += [Level(f"both in {source}", f"{lowest} = {1 << place}") for place, source in enumerate(sources)]
    levels.append(Level("both in another source", "else"))
    return Comparison("shared_source", "Sources", tuple(levels), size=SOURCES + 2)


@cache
def comparisons(sources: tuple[str, ...]) -> tuple[Comparison, ...]:
    """All comparisons, in the order of their bits. `sources` are those that the model tells apart."""
    return (
        _first_name(),
        _last_name(),
        _middle_names(),
        _birth_date(),
        _sex(),
        _place(),
        _contact(),
        *(_identifier(name) for name in IDENTIFIERS),
        _shared_source(sources),
    )


def shifts(made: tuple[Comparison, ...]) -> list[int]:
    """For each comparison the lowest bit of a pattern that is its own."""
    places, shift = [], 0
    for comparison in made:
        places.append(shift)
        shift += comparison.bits
    return places


def compared(pairs: str, features: str, made: tuple[Comparison, ...]) -> str:
    """SQL of node_l, node_r, pattern of the pairs (l, r), nodes of `features`, in the relation `pairs`.

    The likenesses are worked out first and kept: DuckDB would work them out anew at every mention.
    """
    sides = f"JOIN {features} l ON l.node = c.l JOIN {features} r ON r.node = c.r"
    likeness = ", ".join(f"{sql} AS {name}" for name, sql in LIKENESS.items())
    return (
        f"WITH likened AS MATERIALIZED (SELECT c.l, c.r, {likeness} FROM {pairs} c {sides}) "
        f"SELECT c.l AS node_l, c.r AS node_r, {_pattern(made)} AS pattern FROM likened c {sides}"
    )


def _pattern(made: tuple[Comparison, ...]) -> str:
    return " + ".join(
        f"(({comparison.case()})::BIGINT << {shift})"
        for comparison, shift in zip(made, shifts(made), strict=True)
    )
