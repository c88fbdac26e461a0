"""Records that say exactly the same about who somebody is, taken once."""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.decisions import records_apart
from plainview.linkage.fields import CONTACTS, IDENTIFIERS, IDENTITY, table
from plainview.project.specs import Project

_NAMED = "coalesce(first_name, last_name, other_name) IS NOT NULL"
_IDENTIFIED = f"coalesce({', '.join(IDENTIFIERS)}) IS NOT NULL"
_TELLING = (
    f"coalesce({_IDENTIFIED} OR (first_name IS NOT NULL AND last_name IS NOT NULL AND "
    f"coalesce(birth_date::VARCHAR, place, {', '.join(CONTACTS)}) IS NOT NULL), false)"
)

LINKABLE = f"({_NAMED} OR {_IDENTIFIED})"
"""SQL: has a row of `standardised` a name or an identifier at all?"""

_FIELDS = " || chr(31) || ".join(f"coalesce({field}::VARCHAR, '')" for field in IDENTITY)

_OWN = "chr(30) || source || chr(30) || record_id"

TUPLE_HASH = f"left(md5({_FIELDS} || CASE WHEN {_TELLING} THEN '' ELSE {_OWN} END), 20)"
"""SQL of the tuple_id of a row of `standardised`, before repeated records and decisions are looked at."""


def collapse(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`standardised` to `identities` (source, record_id, tuple_id) and `tuples`.

    A tuple is one distinct set of identity fields; `tuple_id` is the first 80 bits of the MD5 of those
    fields in hex, so it depends on nothing else. Two exceptions keep different people apart: a record that
    tells too little (a name alone) is a tuple of its own, and so is the second of two equal records of a
    source that has one record a person. Records with neither a name nor an identifier are not linked.
    """
    _hash_records(con, project, table(folder, "standardised"))
    _set_apart(con, project)
    identities = write_table(
        con,
        "SELECT source, record_id, tuple_id FROM hashed ORDER BY source, record_id",
        table(folder, "identities"),
    )
    tuples = write_table(
        con,
        f"SELECT n.tuple_id, {', '.join(IDENTITY)}, n.records FROM "
        f"(SELECT tuple_id, min(row) AS row, count(*) AS records FROM hashed GROUP BY tuple_id) n "
        f"JOIN {_numbered(table(folder, 'standardised'))} s USING (row) ORDER BY n.tuple_id",
        table(folder, "tuples"),
    )
    con.execute(f"SELECT count(*) FROM {read_table(table(folder, 'standardised'))}")
    (records,) = con.fetchall()[0]
    con.execute("DROP TABLE hashed")
    return {"tuples": tuples, "identities": identities, "unlinkable": int(records) - identities}


def _numbered(standardised: Path) -> str:
    name = literal(str(standardised))
    return f"(SELECT *, file_row_number AS row FROM read_parquet({name}, file_row_number = true))"


def _hash_records(con: duckdb.DuckDBPyConnection, project: Project, standardised: Path) -> None:
    """The temporary table `hashed`: row (in `standardised`), source, record_id, tuple_id."""
    single = ", ".join(literal(s.id) for s in project.sources if s.one_record_per_person) or "NULL"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE hashed AS "
        f"SELECT row, source, record_id, {TUPLE_HASH} AS tuple_id FROM {_numbered(standardised)} WHERE {LINKABLE}"
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE repeated AS
        SELECT row, occurrence FROM (
            SELECT row, row_number() OVER (PARTITION BY source, tuple_id ORDER BY record_id) AS occurrence
            FROM hashed WHERE source IN ({single})
        ) WHERE occurrence > 1
        """
    )
    con.execute(
        "UPDATE hashed SET tuple_id = left(md5(tuple_id || chr(30) || occurrence), 20) "
        "FROM repeated WHERE hashed.row = repeated.row"
    )
    con.execute("DROP TABLE repeated")


def _set_apart(con: duckdb.DuckDBPyConnection, project: Project) -> None:
    """Give the records that decisions keep from others of their tuple a tuple of their own."""
    apart = records_apart(con, project, "hashed")
    con.execute(
        f"UPDATE hashed SET tuple_id = left(md5(tuple_id || chr(29) || a.source || chr(29) || a.record_id), 20) "
        f"FROM ({apart}) a WHERE hashed.source = a.source AND hashed.record_id = a.record_id"
    )
