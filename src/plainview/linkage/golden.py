"""The golden record: the best-trusted value of each field of a person, with the record it came from.

A value's points are summed over the sources that agree on it, each once, with its best record:

    2 ** (trust - 1) * 0.5 ** (age in years / half-life of the field)

so one step of trust doubles a source, and one half-life halves it. The most points win; what is shown is
the writing most of the agreeing records use. Values agree when they are equal standardised.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import IDENTIFIERS, as_of_day, read_records, recorded_day, table
from plainview.linkage.golden_fields import (
    ADDRESS_LINES,
    ADDRESS_PARTS,
    NAMES,
    GoldenField,
    columns_needed,
    golden_fields,
    trust_of,
)
from plainview.linkage.places import JOIN_PLACES, KNOWN_UPRN, ONE_PLACE, PLACE_UPRNS, gather_places
from plainview.linkage.standardise import load_macros
from plainview.project.specs import Project

_ENDED = 0.01  # an address that its own record says was left stands only where there is no other


def choose_golden(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    *,
    as_of: dt.date | None = None,
    delivered: Mapping[str, dt.date] | None = None,
) -> dict[str, int]:
    """`records/*`, `standardised` and `index` to `golden` and `golden_alternatives`.

    `golden`: person_id, field, value, source, record_id, agreeing (sources), trust, recorded, score; one row
    a person and field. The parts of an address, its postcode and uprn, are rows too, all of the one record.
    `golden_alternatives`: where a person's records differ, who says what: person_id, field, value,
    source, record_id, points, recorded, golden (whether it is the value that won).

    A value's age runs from the record's `updated_date`, else from its source's `delivered` day, to `as_of`
    (the project's, else the last of those days). Counts: `golden`, `alternatives`, `people`.
    """
    load_macros(con)
    _gather(con, project, folder, delivered or {})
    day = _last_day(con, as_of_day(project, as_of))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE winners (person INTEGER, field VARCHAR, value VARCHAR, n INTEGER, "
        "agreeing INTEGER, trust TINYINT, score DOUBLE)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE says (person INTEGER, field VARCHAR, value VARCHAR, n INTEGER, "
        "points DOUBLE, golden BOOLEAN)"
    )
    for field in golden_fields(project):
        _choose(con, project, field, day)
    _add_address_parts(con)
    return _write(con, folder)


def _gather(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, delivered: Mapping[str, dt.date]
) -> None:
    """All records beside their person, both as integers: grouping texts costs three times as much.

    `n` is the place of the record in `index`, in order of (source, record_id), by which ties are settled.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE people AS "
        f"SELECT person_id, row_number() OVER (ORDER BY person_id)::INTEGER AS person "
        f"FROM {read_table(table(folder, 'persons'))}"
    )
    gather_places(con, table(folder, "standardised"))
    standard = ", ".join(
        f"s.{name} AS std_{name}" for name in (*NAMES, *IDENTIFIERS, "birth_date", "postcode")
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE said AS
        SELECT i.file_row_number::INTEGER AS n, p.person, {standard},
               {ONE_PLACE} AS std_place, {KNOWN_UPRN} AS std_uprn,
               r.* EXCLUDE (updated_date), {recorded_day("r", delivered)} AS recorded
        FROM ({read_records(con, project, folder, columns_needed(project))}) r
        JOIN read_parquet({literal(str(table(folder, "index")))}, file_row_number = true) i
            USING (source, record_id)
        JOIN people p USING (person_id)
        JOIN {read_table(table(folder, "standardised"))} s USING (source, record_id)
        {JOIN_PLACES}
        """
    )


def _last_day(con: duckdb.DuckDBPyConnection, as_of: dt.date | None) -> str:
    if as_of is not None:
        return f"DATE '{as_of}'"
    con.execute("SELECT max(recorded) FROM said")
    (day,) = con.fetchall()[0]
    return f"DATE '{day}'" if day else "NULL::DATE"


def _points(project: Project, field: GoldenField, day: str) -> tuple[str, str]:
    """SQL of the trust of a record's source in the field, and of the record's points."""
    trusts = {source.id: trust_of(source, field) for source in project.sources}
    cases = " ".join(f"WHEN {literal(id)} THEN {trust}" for id, trust in sorted(trusts.items()) if trust)
    trust = f"(CASE source {cases} END)::TINYINT"
    points = f"2.0 ** ({trust} - 1)"
    if field.half_life is not None:
        age = f"greatest(coalesce(date_diff('day', recorded, {day}), 0), 0) / 365.25"
        points += f" * 0.5 ** ({age} / {field.half_life})"
    if field.name == "address":
        points += f" * CASE WHEN address_to < {day} THEN {_ENDED} ELSE 1 END"
    return trust, f"round({points}, 9)"


def _choose(con: duckdb.DuckDBPyConnection, project: Project, field: GoldenField, day: str) -> None:
    """Everything by hash aggregates: window functions over the same rows take four times as long.

    Ties go to the value that comes first in its standardised form, and to the first record.
    """
    trust, points = _points(project, field, day)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE claims AS
        SELECT person, n, source, {field.written} AS value, {field.standard} AS standard,
               {trust} AS trust, {points} AS points
        FROM said
        WHERE ({field.standard}) IS NOT NULL AND ({field.written}) IS NOT NULL AND {trust} IS NOT NULL
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE tallies AS
        SELECT person, standard, count(*) AS agreeing, round(sum(points), 6) AS score
        FROM (SELECT person, standard, source, max(points) AS points FROM claims GROUP BY ALL)
        GROUP BY ALL
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE best AS
        SELECT person, count(*) AS values, min((-score, standard))[2] AS standard,
               arg_min(agreeing, (-score, standard)) AS agreeing, max(score) AS score
        FROM tallies GROUP BY person
        """
    )
    _record_winners(con, field.name)
    _record_says(con, field.name)
    con.execute("DROP TABLE claims; DROP TABLE tallies; DROP TABLE best")


def _record_winners(con: duckdb.DuckDBPyConnection, field: str) -> None:
    con.execute(
        f"""
        INSERT INTO winners
        WITH writings AS (
            SELECT c.person, c.value, count(*) AS times, min((-c.points, c.n)) AS first
            FROM claims c JOIN best b ON b.person = c.person AND b.standard = c.standard
            GROUP BY c.person, c.value
        ), shown AS (SELECT person, min((-times, first))[2][2] AS n FROM writings GROUP BY person)
        SELECT c.person, {literal(field)}, c.value, c.n, b.agreeing, c.trust, b.score
        FROM shown s JOIN claims c USING (n) JOIN best b ON b.person = c.person
        """
    )


def _record_says(con: duckdb.DuckDBPyConnection, field: str) -> None:
    """Only where there is something to choose, or this table would repeat the golden one and all records."""
    con.execute(
        f"""
        INSERT INTO says
        WITH said_best AS (
            SELECT c.standard = any_value(b.standard) AS golden, min((-c.points, c.n))[2] AS n
            FROM claims c JOIN best b USING (person) WHERE b.values > 1
            GROUP BY c.person, c.standard, c.source
        )
        SELECT c.person, {literal(field)}, c.value, c.n, c.points, s.golden
        FROM said_best s JOIN claims c USING (n)
        """
    )


def _add_address_parts(con: duckdb.DuckDBPyConnection) -> None:
    plain = {name: name for name in (*ADDRESS_LINES[1:], *ADDRESS_PARTS)}
    code = (
        "CASE WHEN is_uk_postcode(std_postcode) "
        "THEN upper(left(std_postcode, -3) || ' ' || right(std_postcode, 3)) END"
    )
    plain |= {"postcode": f"coalesce({code}, postcode)", "uprn": "coalesce(uprn, std_uprn)"}
    columns = ", ".join(f"s.{name}" for name in (*plain, "std_postcode", "std_uprn"))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE homes AS "
        f"SELECT w.person, w.n, w.agreeing, w.trust, w.score, {columns} "
        "FROM winners w JOIN said s ON s.n = w.n AND s.person = w.person WHERE w.field = 'address'"
    )
    # One INSERT a part: DuckDB 2.0 fails with an internal error on an UNNEST over such a join.
    for name, value in plain.items():
        con.execute(
            f"INSERT INTO winners SELECT person, {literal(name)}, {value}, n, agreeing, trust, score "
            f"FROM homes WHERE ({value}) IS NOT NULL"
        )
    con.execute("DROP TABLE homes")


def _write(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    golden = write_table(
        con,
        "SELECT person_id, field, value, source, record_id, agreeing, trust, recorded, score "
        "FROM winners JOIN (SELECT n, source, record_id, recorded FROM said) USING (n) "
        "JOIN people USING (person) ORDER BY person, field",
        table(folder, "golden"),
    )
    alternatives = write_table(
        con,
        "SELECT person_id, field, value, source, record_id, points, recorded, golden "
        "FROM says JOIN (SELECT n, source, record_id, recorded FROM said) USING (n) "
        "JOIN people USING (person) ORDER BY person, field, points DESC, n",
        table(folder, "golden_alternatives"),
    )
    con.execute("SELECT count(*) FROM people")
    (people,) = con.fetchall()[0]
    for name in ("people", "said", "winners", "says", PLACE_UPRNS):
        con.execute(f"DROP TABLE {name}")
    return {"golden": golden, "alternatives": alternatives, "people": int(people)}
