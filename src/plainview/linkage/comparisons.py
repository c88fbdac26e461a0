"""How two tuples are compared, field by field: Splink comparisons with documented starting values.

Each level carries the m and u that hold until training finds better ones: rounded figures that fit the
Splink documentation's examples of person data. Order matters: the first level that holds is the one.

Three things are particular to residents. Address, telephone and e-mail are shared by a household, so
they are **one** comparison: living together must not count three times. Somebody at the same address
whose first name or year of birth clashes is another member of the household (a twin, a parent of the
same name), which independent fields cannot say: `household` says it with fixed values. And `caps`
keep expectation maximisation from calling household members matches.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from plainview.linkage.fields import IDENTIFIERS


@dataclass(frozen=True)
class Level:
    """One degree of likeness. `m` and `u` are starting values, `m_cap` and `u_cap` bounds on trained ones."""

    label: str
    sql: str
    m: float
    u: float
    frequency_of: str = ""
    m_cap: float = 1.0
    u_cap: float = 1.0


@dataclass(frozen=True)
class Comparison:
    """One comparison: pairs for which `missing` holds weigh nothing; `fixed` ones are not trained."""

    name: str
    missing: str
    levels: tuple[Level, ...]
    fixed: bool = False


def compare(fields: set[str], *, rarity: bool = True) -> list[Comparison]:
    """The comparisons for a project that has these fields, in a fixed order.

    Without `rarity` all values weigh the same: in a few hundred records every name looks common.
    """
    makers: tuple[Callable[[set[str]], Comparison | None], ...] = (
        _first_name, _last_name, _middle_names, _birth_date, _sex, _reach, _household,
    )  # fmt: skip
    made = [make(fields) for make in makers]
    made += [_identifier(name, fields) for name in IDENTIFIERS]
    found = [comparison for comparison in made if comparison is not None]
    return found if rarity else [_without_rarity(comparison) for comparison in found]


def _without_rarity(comparison: Comparison) -> Comparison:
    return replace(comparison, levels=tuple(replace(level, frequency_of="") for level in comparison.levels))


_CROSSED = "(first_name_l = last_name_r OR last_name_l = first_name_r)"
_SWAPPED = (
    "(CASE WHEN left(first_name_l, 1) = left(last_name_r, 1) "
    "AND left(last_name_l, 1) = left(first_name_r, 1) "
    "AND left(first_name_l, 1) <> left(first_name_r, 1) "
    "THEN least(jaro_winkler_similarity(first_name_l, last_name_r), "
    "jaro_winkler_similarity(last_name_l, first_name_r)) > 0.8 ELSE false END)"
)


def _both(field: str) -> str:
    return f"({field}_l IS NOT NULL AND {field}_r IS NOT NULL)"


def _either(field: str) -> str:
    return f"({field}_l IS NULL OR {field}_r IS NULL)"


def _equal(field: str) -> str:
    return f"{field}_l = {field}_r"


def _gated(gate: str, test: str) -> str:
    """A dear test behind a cheap one: DuckDB runs both sides of an AND, one branch of a CASE."""
    return f"CASE WHEN {gate} THEN {test} ELSE false END"


def _ends_agree(field: str, letters: int) -> str:
    ends = (f"{end}({field}_l, {letters}) = {end}({field}_r, {letters})" for end in ("left", "right"))
    return f"({' OR '.join(ends)})"


def _like(field: str, similarity: float) -> str:
    """Likeness of words that begin or end alike; others never reach these similarities but by chance."""
    return _gated(_ends_agree(field, 1), f"jaro_winkler_similarity({field}_l, {field}_r) >= {similarity}")


def _within(field: str, edits: int) -> str:
    """So many slips apart. One slip leaves the first two or the last two letters as they are."""
    gate = f"abs(length({field}_l) - length({field}_r)) <= {edits} AND {_ends_agree(field, 3 - edits)}"
    return _gated(gate, f"damerau_levenshtein({field}_l, {field}_r) <= {edits}")


def _first_name(fields: set[str]) -> Comparison | None:
    if "first_name" not in fields:
        return None
    initial = (
        "(least(length(first_name_l), length(first_name_r)) = 1 "
        "AND left(first_name_l, 1) = left(first_name_r, 1))"
    )
    levels = [
        Level("same first name", _equal("first_name"), 0.80, 0.005, "first_name"),
        Level(
            "a short form of the same first name", "list_has_any(formal_names_l, formal_names_r)", 0.05, 0.004
        ),
        Level(
            "first names nearly the same",
            f"{_like('first_name', 0.92)} OR {_within('first_name', 1)}",
            0.07,
            0.004,
        ),
        Level("initial agrees", initial, 0.03, 0.005),
        Level("first names similar", _like("first_name", 0.82), 0.015, 0.01),
        Level("first names differ", "ELSE", 0.01, 0.97, m_cap=0.03),
    ]
    if "last_name" in fields:
        levels.insert(1, Level("first and last name swapped", _SWAPPED, 0.01, 0.00001, m_cap=0.05))
        levels.insert(-1, Level("first name of one is last name of the other", _CROSSED, 0.002, 0.0005))
    if "middle_names" in fields:
        used = (
            "first_name_l = split_part(middle_names_r, ' ', 1) "
            "OR first_name_r = split_part(middle_names_l, ' ', 1)"
        )
        levels.insert(-2, Level("middle name used as first", used, 0.01, 0.003))
    return Comparison("first_name", _either("first_name"), tuple(levels))


def _last_name(fields: set[str]) -> Comparison | None:
    if "last_name" not in fields:
        return None
    missing = _either("last_name")
    if "first_name" in fields:  # a swapped name is counted once, at the first name
        missing += f" OR {_SWAPPED}"
    shared = (
        "(contains(last_name_l, ' ') OR contains(last_name_r, ' ')) AND "
        "list_has_any(string_split(last_name_l, ' '), string_split(last_name_r, ' '))"
    )
    levels = [
        Level("same last name", _equal("last_name"), 0.82, 0.002, "last_name"),
        Level(
            "last names nearly the same",
            f"{_like('last_name', 0.92)} OR {_within('last_name', 1)}",
            0.08,
            0.002,
        ),
        Level("one of several last names the same", shared, 0.02, 0.0005),
        Level("last names similar", _like("last_name", 0.82), 0.02, 0.01),
        Level("last names differ", "ELSE", 0.06, 0.985, m_cap=0.15),
    ]
    if "former_last_name" in fields:
        former = "last_name_l = former_last_name_r OR former_last_name_l = last_name_r"
        levels.insert(1, Level("a former last name the same", former, 0.02, 0.0005))
    return Comparison("last_name", missing, tuple(levels))


def _middle_names(fields: set[str]) -> Comparison | None:
    if "middle_names" not in fields:
        return None
    levels = (
        Level("same middle names", _equal("middle_names"), 0.70, 0.01),
        Level("middle initial agrees", "left(middle_names_l, 1) = left(middle_names_r, 1)", 0.25, 0.08),
        Level("middle names differ", "ELSE", 0.05, 0.91),
    )
    return Comparison("middle_names", _either("middle_names"), levels)


def _birth_date(fields: set[str]) -> Comparison | None:
    if "birth_date" not in fields:
        return None
    swapped = "birth_year_l = birth_year_r AND birth_month_l = birth_day_r AND birth_day_l = birth_month_r"
    parts = ("birth_year", "birth_month", "birth_day")
    one = " OR ".join(_equal(part) for part in parts)
    two = " OR ".join(f"({_equal(a)} AND {_equal(b)})" for a, b in combinations(parts, 2))

    def slips(gate: str, edits: int) -> str:
        return _gated(gate, f"damerau_levenshtein(birth_date_l, birth_date_r) <= {edits}")

    levels = (
        Level("same birth date", _equal("birth_date"), 0.92, 0.00005, "birth_date"),
        Level("day and month swapped", swapped, 0.01, 0.00004),
        Level("birth dates one slip apart", slips(two, 1), 0.04, 0.0006),
        Level("two parts of the birth date agree", two, 0.015, 0.004),
        Level("birth dates two slips apart", slips(one, 2), 0.005, 0.01),
        Level("same year of birth", _equal("birth_year"), 0.006, 0.012),
        Level("birth dates differ", "ELSE", 0.004, 0.973, m_cap=0.01),
    )
    return Comparison("birth_date", _either("birth_date"), levels)


def _sex(fields: set[str]) -> Comparison | None:
    if "sex" not in fields:
        return None
    levels = (
        Level("same sex", _equal("sex"), 0.99, 0.5),
        Level("sex differs", "ELSE", 0.01, 0.5, m_cap=0.01),
    )
    return Comparison("sex", _either("sex"), levels)


def _identifier(name: str, fields: set[str]) -> Comparison | None:
    if name not in fields:
        return None
    title = {"nhs_number": "NHS number", "upn": "pupil number", "nino": "National Insurance number"}.get(
        name, "national number"
    )
    levels = (
        Level(f"same {title}", _equal(name), 0.93, 0.000001, u_cap=0.00001),
        Level(f"{title}s nearly the same", _within(name, 2), 0.05, 0.0005),
        Level(f"{title}s differ", "ELSE", 0.02, 0.9995),
    )
    return Comparison(name, _either(name), levels)


def _contact_equal(fields: set[str]) -> str:
    return " OR ".join(_equal(name) for name in ("email", "mobile", "phone") if name in fields)


def _reach(fields: set[str]) -> Comparison | None:
    """Where and how somebody is reached: one comparison, since a household shares all of it."""
    usable = [name for name in ("place", "postcode", "street", "email", "mobile", "phone") if name in fields]
    if not usable:
        return None
    levels = []
    if "place" in fields:
        levels.append(Level("same address", _equal("place"), 0.55, 0.00002))
    if contact := _contact_equal(fields):
        levels.append(Level("same telephone or e-mail", contact, 0.12, 0.00001, u_cap=0.00005))
    levels += _near_levels(fields)
    levels.append(Level("nothing about address or contact agrees", "ELSE", 0.15, 0.92))
    return Comparison("reach", f"NOT ({' OR '.join(map(_both, usable))})", tuple(levels))


def _near_levels(fields: set[str]) -> list[Level]:
    levels = []
    if {"street", "house_number"} <= fields:
        near = f"({_equal('house_number')} AND {_like('street', 0.88)})"
        if "postcode" in fields:
            either = f"({_equal('house_number')} OR {_like('street', 0.92)})"
            levels += [
                Level("nearly the same address", f"{_equal('postcode')} AND {near}", 0.06, 0.00001),
                Level(
                    "same postcode, and number or street", f"{_equal('postcode')} AND {either}", 0.04, 0.00003
                ),
            ]
        levels.append(Level("nearly the same number and street", near, 0.03, 0.00002))
    if "postcode" in fields:
        levels.append(Level("same postcode", _equal("postcode"), 0.03, 0.0002))
    if "street" in fields:
        levels.append(Level("same street", _like("street", 0.95), 0.02, 0.0005))
    areas = []
    if "town" in fields:
        areas.append(_equal("town"))
    if "postcode" in fields:
        areas.append("(left(postcode_l, -3) = left(postcode_r, -3) AND length(postcode_l) > 4)")
    if areas:
        levels.append(Level("same town or postcode district", " OR ".join(areas), 0.10, 0.08))
    return levels


def _household(fields: set[str]) -> Comparison | None:
    together = [_equal("place")] if "place" in fields else []
    if "postcode" in fields:
        # A school may know the postcode only. Codes of four signs (Australia) are towns, not a dozen homes.
        together.append(f"({_equal('postcode')} AND length(postcode_l) > 4)")
    together += [contact] if (contact := _contact_equal(fields)) else []
    clashes = []
    if "first_name" in fields:
        swapped = f" AND NOT {_SWAPPED}" if "last_name" in fields else ""
        clashes.append(
            "(length(first_name_l) > 1 AND length(first_name_r) > 1 AND "
            "jaro_winkler_similarity(first_name_l, first_name_r) < 0.75 "
            f"AND NOT coalesce(list_has_any(formal_names_l, formal_names_r), false)"
            f"{_middle(fields)}{swapped})"
        )
    if "birth_date" in fields:
        clashes.append(
            "(abs(birth_year_l - birth_year_r) > 12 "
            "AND (birth_month_l <> birth_month_r OR birth_day_l <> birth_day_r))"
        )
    if not together or not clashes:
        return None
    other = " OR ".join(f"coalesce({clash}, false)" for clash in clashes)
    at = " OR ".join(f"coalesce({same}, false)" for same in together)
    return Comparison(
        "household",
        f"NOT ({at}){_identified(fields)}",
        (
            Level("nothing speaks of another member of the household", f"NOT ({other})", 1.0, 1.0),
            Level("another member of the household", "ELSE", 0.0001, 1.0),
        ),
        fixed=True,
    )


def _identified(fields: set[str]) -> str:
    """An identifier in common speaks for one person under two names, so the household says nothing."""
    return "".join(f" OR coalesce({_equal(name)}, false)" for name in IDENTIFIERS if name in fields)


def _middle(fields: set[str]) -> str:
    if "middle_names" not in fields:
        return ""
    return (
        " AND NOT coalesce(first_name_l = split_part(middle_names_r, ' ', 1), false)"
        " AND NOT coalesce(first_name_r = split_part(middle_names_l, ' ', 1), false)"
    )


def as_splink(comparison: Comparison) -> dict[str, Any]:
    """A comparison in the form of Splink's settings."""
    missing = {
        "sql_condition": comparison.missing,
        "label_for_charts": "does not apply" if comparison.fixed else "not known on one side",
        "is_null_level": True,
    }
    levels = [_as_splink_level(level, fixed=comparison.fixed) for level in comparison.levels]
    return {"output_column_name": comparison.name, "comparison_levels": [missing, *levels]}


def _as_splink_level(level: Level, *, fixed: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "sql_condition": level.sql,
        "label_for_charts": level.label,
        "m_probability": level.m,
        "u_probability": level.u,
        "fix_m_probability": fixed,
        "fix_u_probability": fixed,
    }
    if level.frequency_of:
        # A value seen once may be a slip: no value counts as rarer than one in 20,000.
        made |= {
            "tf_adjustment_column": level.frequency_of,
            "tf_adjustment_weight": 1.0,
            "tf_minimum_u_value": 0.00005,
        }
    return made
