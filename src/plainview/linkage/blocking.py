"""Which pairs of tuples are worth comparing.

Each rule has a key, made here from the fields; tuples with an equal key are compared. The keys are
columns of the table that Splink is given, so that its model says plainly `l.key_x = r.key_x`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.fields import IDENTITY, filled_fields, table
from plainview.project.specs import Project

PREPARED = "tuples_to_link"

_WORDS = "all_names"
_INITIAL = "left(first_name, 1)"
_YEAR = "birth_year"
_RARE = 12  # a full name on at most so many tuples is worth comparing alone
_BLOCK = 60  # a key on more tuples than this (a placeholder, a hostel) tells too little to compare them all
_PAIRS_PER_TUPLE = 12
_PAIRS_ALWAYS = 3_000_000


@dataclass(frozen=True)
class Rule:
    """One way to find candidates: `keys` are SQL, all of which must be present and equal.

    A loose rule is used only where its pairs stay within the budget, so on small projects.
    """

    name: str
    keys: tuple[str, ...]
    needs: tuple[str, ...]
    loose: bool = False
    block: int = _BLOCK


RULES = (
    *(Rule(name, (name,), (name,)) for name in ("nhs_number", "upn", "nino", "national_id", "email")),
    Rule("mobile", ("mobile", _INITIAL), ("mobile", "first_name")),
    Rule("phone", ("phone", _INITIAL), ("phone", "first_name")),
    Rule("rare_name", (_WORDS,), ("first_name", "last_name"), block=_RARE),
    Rule("birth_last", ("birth_date", "last_name"), ("birth_date", "last_name")),
    Rule("birth_first", ("birth_date", "first_name"), ("birth_date", "first_name")),
    Rule("birth_postcode", ("birth_date", "postcode"), ("birth_date", "postcode")),
    Rule("name_postcode", (_WORDS, "postcode"), ("first_name", "last_name", "postcode")),
    Rule("name_year", (_WORDS, _YEAR), ("first_name", "last_name", "birth_date")),
    Rule("first_place", ("first_name", "place"), ("first_name", "place")),
    Rule("initial_last_place", (_INITIAL, "last_name", "place"), ("first_name", "last_name", "place")),
    Rule(
        "initial_last_year",
        (_INITIAL, "last_name", _YEAR),
        ("first_name", "last_name", "birth_date"),
        loose=True,
    ),
    Rule("first_postcode", ("first_name", "postcode"), ("first_name", "postcode"), loose=True),
    Rule("birth_initial", ("birth_date", _INITIAL), ("birth_date", "first_name"), loose=True),
    Rule("full_name", (_WORDS,), ("first_name", "last_name"), loose=True, block=1000),
    Rule("birth", ("birth_date",), ("birth_date",), loose=True),
    Rule("last_postcode", ("last_name", "postcode"), ("last_name", "postcode"), loose=True),
    Rule("place", ("place",), ("place",), loose=True),
    Rule("street_number", ("street", "house_number"), ("street", "house_number"), loose=True, block=200),
    Rule("first_town", ("first_name", "town"), ("first_name", "town"), loose=True, block=200),
    Rule("last_town", ("last_name", "town"), ("last_name", "town"), loose=True, block=200),
    Rule("first_year", ("first_name", _YEAR), ("first_name", "birth_date"), loose=True, block=200),
    Rule("last_year", ("last_name", _YEAR), ("last_name", "birth_date"), loose=True, block=200),
    Rule("postcode", ("postcode",), ("postcode",), loose=True),
)


def prepare(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> set[str]:
    """Make the temporary table that Splink links, and give the fields it can compare.

    Columns: `unique_id` (the rank of the tuple_id: joins on integers cost half of joins on text), the
    identity fields with birth_date as ISO text and in parts, `formal_names` (of which the first name may be
    a short form; empty where the name has none), `all_names` (first and last, sorted) and `single_source`
    (where all records of the tuple are of one source with one record a person). `add_keys` adds the keys
    of the rules to use.
    """
    _gather(con, project, folder)
    return filled_fields(con, PREPARED)


def _gather(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> None:
    from plainview.linkage.standardise import load_macros

    load_macros(con)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {PREPARED} AS
        WITH formal AS (
            SELECT name, list_sort(list_distinct(list(formal))) AS formal_names
            FROM (SELECT short AS name, formal FROM ({_nicknames()})
                  UNION ALL SELECT unnest([short, formal]) AS name, name AS formal FROM ({_nicknames()}))
            GROUP BY name
        ), owners AS ({_owners(project, folder)})
        SELECT (row_number() OVER (ORDER BY t.tuple_id))::BIGINT AS unique_id, t.tuple_id,
               {", ".join(f"t.{field}" for field in IDENTITY if field != "birth_date")},
               t.birth_date::VARCHAR AS birth_date,
               year(t.birth_date)::SMALLINT AS birth_year, month(t.birth_date)::TINYINT AS birth_month,
               day(t.birth_date)::TINYINT AS birth_day, f.formal_names, o.single_source,
               CASE WHEN t.first_name IS NOT NULL AND t.last_name IS NOT NULL
                    THEN name_words(t.first_name, t.last_name) END AS all_names
        FROM {read_table(table(folder, "tuples"))} t
        LEFT JOIN formal f ON f.name = t.first_name LEFT JOIN owners o ON o.tuple_id = t.tuple_id
        ORDER BY unique_id
        """
    )


def _nicknames() -> str:
    path = Path(__file__).with_name("nicknames.csv")
    return f"SELECT formal, short FROM read_csv({literal(str(path))}, header = true, all_varchar = true)"


def _owners(project: Project, folder: Path) -> str:
    """The one source that all records of a tuple are of, where that source has one record a person."""
    single = ", ".join(literal(s.id) for s in project.sources if s.one_record_per_person) or "NULL"
    return (
        f"SELECT tuple_id, CASE WHEN count(DISTINCT source) = 1 THEN min(source) END AS only_source, "
        f"CASE WHEN only_source IN ({single}) THEN only_source END AS single_source "
        f"FROM {read_table(table(folder, 'identities'))} GROUP BY tuple_id"
    )


def _key(rule: Rule) -> str:
    """The key hashed, NULL where a part is missing: a clash only adds a candidate, and integers join fast."""
    present = " AND ".join(f"({part}) IS NOT NULL" for part in rule.keys)
    return f"CASE WHEN {present} THEN hash({', '.join(rule.keys)}) END"


def choose_rules(con: duckdb.DuckDBPyConnection, fields: Iterable[str]) -> list[str]:
    """The names of the rules to use, tight ones first: loose ones while the pairs stay within budget."""
    known = set(fields)
    con.execute(f"SELECT count(*) FROM {PREPARED}")
    budget = max(_PAIRS_ALWAYS, _PAIRS_PER_TUPLE * int(con.fetchall()[0][0]))
    chosen = []
    for rule in RULES:
        pairs = _pairs(con, rule) if set(rule.needs) <= known else 0
        if pairs and (not rule.loose or pairs <= budget):
            chosen.append(rule.name)
            budget -= pairs
    return chosen


def _pairs(con: duckdb.DuckDBPyConnection, rule: Rule) -> int:
    con.execute(
        f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM "
        f"(SELECT {_key(rule)} AS key FROM {PREPARED}) WHERE key IS NOT NULL GROUP BY key "
        f"HAVING n BETWEEN 2 AND {rule.block})"
    )
    return int(con.fetchall()[0][0])


def add_keys(con: duckdb.DuckDBPyConnection, names: Iterable[str]) -> None:
    """Add a `key_<rule>` column a rule, empty where the key is on one tuple only or on too many.

    Counts are taken from a narrow table: window functions over the whole one took twenty times as long.
    """
    rules = [rule for rule in RULES if rule.name in set(names)]
    keys = ", ".join(f"{_key(rule)} AS key_{rule.name}" for rule in rules)
    con.execute(f"CREATE OR REPLACE TEMP TABLE keys AS SELECT unique_id, {keys} FROM {PREPARED}")
    useful = ", ".join(
        f"CASE WHEN {_is_useful(rule)} THEN key_{rule.name} END AS key_{rule.name}" for rule in rules
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE useful_keys AS SELECT unique_id, {useful} FROM keys")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {PREPARED} AS "
        f"SELECT * FROM {PREPARED} JOIN useful_keys USING (unique_id) ORDER BY unique_id"
    )
    con.execute("DROP TABLE keys; DROP TABLE useful_keys")


def _is_useful(rule: Rule) -> str:
    key = f"key_{rule.name}"
    sizes = f"HAVING count(*) BETWEEN 2 AND {rule.block}"
    return f"{key} IN (SELECT {key} FROM keys WHERE {key} IS NOT NULL GROUP BY {key} {sizes})"


def rule_sql(name: str, *, single: bool) -> str:
    """A rule as Splink reads it. With `single`, two tuples of one single-record source are not compared."""
    apart = " AND coalesce(l.single_source <> r.single_source, true)" if single else ""
    return f"l.key_{name} = r.key_{name}{apart}"


def rule_name(written: dict[str, str]) -> str:
    """The name of a rule as it stands in a model."""
    return written["blocking_rule"].split(" ", 1)[0].removeprefix("l.key_")
