"""Records that say exactly the same about who somebody is, taken once."""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import CONTACTS, IDENTIFIERS, IDENTITY, table
from plainview.project.specs import Project

_NAMED = "coalesce(first_name, last_name, other_name) IS NOT NULL"
_IDENTIFIED = f"coalesce({', '.join(IDENTIFIERS)}) IS NOT NULL"
_TELLING = (
    f"{_IDENTIFIED} OR (first_name IS NOT NULL AND last_name IS NOT NULL AND "
    f"coalesce(birth_date::VARCHAR, place, {', '.join(CONTACTS)}) IS NOT NULL)"
)


def collapse(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`standardised` to `identities` (source, record_id, tuple_id) and `tuples`.

    A tuple is one distinct set of identity fields; `tuple_id` is the first 80 bits of the MD5 of those
    fields in hex, so it depends on nothing else. Two exceptions keep different people apart: a record that
    tells too little (a name alone) is a tuple of its own, and so is the second of two equal records of a
    source that has one record a person. Records with neither a name nor an identifier are not linked.
    """
    _hash_records(con, project, table(folder, "standardised"))
    identities = write_table(
        con,
        "SELECT source, record_id, tuple_id FROM hashed ORDER BY source, record_id",
        table(folder, "identities"),
    )
    fields = ", ".join(f"any_value({field}) AS {field}" for field in IDENTITY)
    tuples = write_table(
        con,
        f"SELECT tuple_id, {fields}, count(*) AS records FROM hashed GROUP BY tuple_id ORDER BY tuple_id",
        table(folder, "tuples"),
    )
    con.execute(f"SELECT count(*) FROM {read_table(table(folder, 'standardised'))}")
    (records,) = con.fetchall()[0]
    con.execute("DROP TABLE hashed")
    return {"tuples": tuples, "identities": identities, "unlinkable": int(records) - identities}


def _hash_records(con: duckdb.DuckDBPyConnection, project: Project, standardised: Path) -> None:
    single = ", ".join(literal(s.id) for s in project.sources if s.one_record_per_person) or "NULL"
    fields = " || chr(31) || ".join(f"coalesce({field}::VARCHAR, '')" for field in IDENTITY)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE hashed AS
        WITH said AS (
            SELECT *, {fields} AS words, coalesce({_TELLING}, false) AS telling
            FROM {read_table(standardised)} WHERE {_NAMED} OR {_IDENTIFIED}
        ), ranked AS (
            SELECT *, CASE WHEN NOT telling THEN source || chr(30) || record_id
                           WHEN source IN ({single}) AND occurrence > 1 THEN chr(30) || occurrence
                           ELSE '' END AS apart
            FROM (SELECT *, row_number() OVER (PARTITION BY source, words ORDER BY record_id) AS occurrence
                  FROM said)
        )
        SELECT source, record_id, {", ".join(IDENTITY)}, left(md5(words || apart), 20) AS tuple_id FROM ranked
        """
    )
