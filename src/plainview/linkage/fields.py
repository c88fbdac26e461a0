"""The fields that linkage reads, and the standardised fields it makes of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from plainview.engine.duck import identifier, literal
from plainview.engine.tables import read_table
from plainview.project.meanings import MEANINGS
from plainview.project.specs import Project

RAW = (
    *(name for name, meaning in MEANINGS.items() if meaning.linked),
    "updated_date",
    "address_from",
    "address_to",
)
"""What is read of a record, by meaning; absent columns count as empty."""

NAMES = ("first_name", "middle_names", "last_name", "former_last_name", "other_name")
IDENTIFIERS = ("nhs_number", "upn", "nino", "national_id")
CONTACTS = ("phone", "mobile", "email")
PLACE = ("flat", "house_number", "street", "locality", "town", "postcode", "uprn", "place")

IDENTITY = (*NAMES, "birth_date", "sex", *IDENTIFIERS, *CONTACTS, *PLACE)
"""The standardised fields: records equal in all of them carry the same evidence of who it is."""

DATES = ("updated_date", "address_from", "address_to")


def table(folder: Path, name: str) -> Path:
    """Where a snapshot folder keeps a table."""
    return folder / f"{name}.parquet"


def table_files(project: Project, folder: Path) -> dict[str, Path]:
    """Source id to its table, for the sources that have one, in order of id."""
    paths = {source.id: folder / "records" / f"{source.id}.parquet" for source in project.sources}
    return {id: paths[id] for id in sorted(paths) if paths[id].exists()}


def record_files(project: Project, folder: Path) -> dict[str, Path]:
    """The same for the sources whose rows are records of people: a gazetteer's are not."""
    gazetteers = {source.id for source in project.sources if source.gazetteer}
    return {id: path for id, path in table_files(project, folder).items() if id not in gazetteers}


def columns_of(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """The column names of a table on disk."""
    con.execute(f"DESCRIBE SELECT * FROM {read_table(path)}")
    return [row[0] for row in con.fetchall()]


def read_records(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, columns: Iterable[str]
) -> str:
    """SQL: the records of all sources under each other: source, record_id and `columns`.

    Columns are texts, but dates where the meaning is a date; NULL where a source does not have one.
    """
    return read_rows(con, record_files(project, folder), columns)


def read_rows(con: duckdb.DuckDBPyConnection, paths: Mapping[str, Path], columns: Iterable[str]) -> str:
    """SQL: the rows of the tables at `paths` under each other, as `read_records` gives them."""
    wanted = list(columns)
    selects = [f"SELECT ''::VARCHAR AS source, ''::VARCHAR AS record_id, {_select(wanted, ())} WHERE false"]
    for id, path in paths.items():
        fields = _select(wanted, columns_of(con, path))
        selects.append(
            f"SELECT {literal(id)} AS source, record_id::VARCHAR AS record_id, {fields} "
            f"FROM {read_table(path)}"
        )
    return " UNION ALL ".join(selects)


def _select(wanted: list[str], present: Iterable[str]) -> str:
    there = set(present)
    return ", ".join(
        f"TRY_CAST({identifier(name) if name in there else 'NULL'} AS {_type(name)}) AS {identifier(name)}"
        for name in wanted
    )


def _type(name: str) -> str:
    return "DATE" if name in MEANINGS and MEANINGS[name].type == "date" else "VARCHAR"


def as_of_day(project: Project, as_of: dt.date | None) -> dt.date | None:
    """The day given, or the one declared in `plainview.toml`, or None."""
    if as_of is not None:
        return as_of
    return dt.date.fromisoformat(project.spec.as_of) if project.spec.as_of else None


def recorded_day(record: str, delivered: Mapping[str, dt.date]) -> str:
    """SQL: the day the row `record` speaks of: when its service last touched it, else its source's delivery."""
    days = " ".join(f"WHEN {literal(id)} THEN DATE '{day}'" for id, day in sorted(delivered.items()))
    day = f"CASE {record}.source {days} END" if days else "NULL::DATE"
    return f"coalesce({record}.updated_date, {day})"
