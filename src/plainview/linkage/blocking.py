"""Which pairs of tuples are worth comparing.

Each rule has a key; tuples with an equal key are compared, unless so many have it (a placeholder, a hostel)
that it tells too little. Rules are offered at three degrees of looseness, each with those before it: looser
ones cost time and find more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from plainview.linkage.features import FEATURES

CANDIDATES = "candidates"

LOOSENESS = ("tight", "normal", "loose")

_BLOCK = 60
_RARE = 20  # names on so few tuples are worth comparing alone


@dataclass(frozen=True)
class Rule:
    """One way to find candidates: tuples that agree in all `parts`, in blocks of at most `block` tuples."""

    name: str
    parts: tuple[str, ...]
    looseness: str = "tight"
    block: int = _BLOCK


_INITIAL = "first_start"
_FIRST_WORD = "least(first_name, last_name)"  # both names, whichever way round
_LAST_WORD = "greatest(first_name, last_name)"
_FIRST_INITIAL = "least(first_start, last_start)"
_LAST_INITIAL = "greatest(first_start, last_start)"

RULES = (
    *(Rule(name, (name,)) for name in ("nhs_number", "upn", "nino", "national_id", "email")),
    Rule("mobile", ("mobile", _INITIAL)),
    Rule("phone", ("phone", _INITIAL)),
    Rule("rare_name", (_FIRST_WORD, _LAST_WORD), block=_RARE),
    Rule("birth_last", ("birth_date", "last_name")),
    Rule("birth_first", ("birth_date", "first_name")),
    Rule("birth_postcode", ("birth_date", "postcode")),
    Rule("name_postcode", (_FIRST_WORD, _LAST_WORD, "postcode")),
    Rule("name_year", (_FIRST_WORD, _LAST_WORD, "birth_year")),
    Rule("first_place", ("first_name", "place")),
    Rule("initial_last_place", (_INITIAL, "last_name", "place")),
    Rule("first_postcode", ("first_name", "postcode")),
    Rule("last_place", ("last_name", "place"), "normal"),
    Rule("initial_last_year", (_INITIAL, "last_name", "birth_year"), "normal"),
    Rule("mobile_alone", ("mobile",), "normal", block=20),
    Rule("phone_alone", ("phone",), "normal", block=20),
    Rule("last_number_postcode", ("last_name", "house_number", "postcode"), "normal"),
    Rule("birth_street", ("birth_date", "street"), "normal"),
    Rule("initials_number_street", (_FIRST_INITIAL, _LAST_INITIAL, "house_number", "street"), "normal"),
    Rule("birth_initial", ("birth_date", _INITIAL), "loose"),
    Rule("number_street", ("house_number", "street"), "loose", block=20),
    Rule("rare_sounds", ("first_sounds", "last_sounds"), "loose", block=_RARE),
    Rule("rare_first_sounds", ("first_name", "last_sounds"), "loose", block=_RARE),
    Rule("rare_last_sounds", ("last_name", "first_sounds"), "loose", block=_RARE),
    Rule("sounds_year", ("first_sounds", "last_sounds", "birth_year"), "loose"),
    Rule("sounds_place", ("first_sounds", "place"), "loose"),
    Rule("sounds_postcode", ("first_sounds", "last_sounds", "postcode"), "loose"),
    Rule("birth_last_sounds", ("birth_date", "last_sounds"), "loose"),
    Rule("birth_first_sounds", ("birth_date", "first_sounds"), "loose"),
    Rule("place", ("place",), "loose", block=30),
)


def rules_for(looseness: str) -> tuple[Rule, ...]:
    """The rules of a degree of looseness and of all tighter ones."""
    offered = LOOSENESS[: LOOSENESS.index(looseness) + 1]
    return tuple(rule for rule in RULES if rule.looseness in offered)


def find_candidates(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule]) -> int:
    """Make the temporary table `candidates` of `features`: l, r, node numbers with l < r, each pair once.

    Two tuples that hold records of one source with one record a person are no candidates. Gives the number.
    """
    make_keys(con, rules)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE useful AS SELECT k FROM keys GROUP BY k "
        "HAVING count(*) BETWEEN 2 AND any_value(block)"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE blocks AS SELECT k, node FROM keys SEMI JOIN useful USING (k)")
    con.execute("DROP TABLE keys; DROP TABLE useful")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {CANDIDATES} AS "
        f"SELECT DISTINCT a.node AS l, b.node AS r FROM blocks a JOIN blocks b ON a.k = b.k AND a.node < b.node"
    )
    con.execute("DROP TABLE blocks")
    _drop_impossible(con)
    con.execute(f"SELECT count(*) FROM {CANDIDATES}")
    return int(con.fetchall()[0][0])


def make_keys(con: duckdb.DuckDBPyConnection, rules: Sequence[Rule], features: str = FEATURES) -> None:
    """Make the temporary table `keys`: k (64-bit hash of rule and values), node, block (the rule's limit).

    A part is hashed once and used in every rule. Keys whose hashes clash only add a candidate.
    """
    parts = sorted({part for rule in rules for part in rule.parts})
    columns = {part: f"h{place}" for place, part in enumerate(parts)}
    hashed = ", ".join(
        f"CASE WHEN ({part}) IS NOT NULL THEN hash({part}) END AS {name}" for part, name in columns.items()
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE hashed_parts AS SELECT node, {hashed} FROM {features}")
    selects = " UNION ALL ".join(
        f"SELECT node, {_key(place, [columns[part] for part in rule.parts])} AS k, {rule.block} AS block "
        f"FROM hashed_parts"
        for place, rule in enumerate(RULES)
        if rule in rules
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE keys AS SELECT k, node, block FROM ({selects}) WHERE k IS NOT NULL"
    )
    con.execute("DROP TABLE hashed_parts")


def _key(place: int, columns: list[str]) -> str:
    """One number of a rule and its values, NULL where one is missing.

    Mixed one after the other: DuckDB's hash of several is nearly a sum. Its hash of NULL is a number.
    """
    key = f"hash({place + 1})"
    for column in columns:
        key = f"hash(xor({key}, {column}))"
    present = " AND ".join(f"{column} IS NOT NULL" for column in columns)
    return f"CASE WHEN {present} THEN {key} END"


def _drop_impossible(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"SELECT count(*) FROM {FEATURES} WHERE singles <> 0")
    if con.fetchall()[0][0]:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {CANDIDATES} AS SELECT c.l, c.r FROM {CANDIDATES} c "
            f"JOIN {FEATURES} l ON l.node = c.l JOIN {FEATURES} r ON r.node = c.r WHERE l.singles & r.singles = 0"
        )
