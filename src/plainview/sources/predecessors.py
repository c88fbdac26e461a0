"""The delivery before: its profile, from the previous snapshot or by reading that delivery again."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.project.errors import UserError
from plainview.project.specs import SourceSpec
from plainview.sources.deliveries import Delivery, find_deliveries, hash_file
from plainview.sources.ingest import ingest_delivery
from plainview.sources.profiles import ordered, profile_query

_NO_PROFILE = (
    "SELECT NULL::VARCHAR AS source, NULL::DATE AS delivery_date, NULL::VARCHAR AS sha256, "
    'NULL::VARCHAR AS kind, NULL::VARCHAR AS "column", NULL::VARCHAR AS key, NULL::BIGINT AS count LIMIT 0'
)


@dataclass(frozen=True)
class Loaded:
    """Which delivery of a source the records table holds: its date and SHA-256 (an IngestRun has both)."""

    delivery_date: date
    sha256: str


@dataclass(frozen=True)
class Place:
    """Where everything lies that one assessment reads and writes."""

    root: Path
    folder: Path
    previous: Path | None
    as_of: date | None
    memory: str
    threads: int


def make_profiles(con: duckdb.DuckDBPyConnection, place: Place, source: SourceSpec, loaded: Loaded) -> str:
    """Fill `profile_now` and `profile_before`, store both, and give the earlier date; empty without one."""
    records = place.folder / "records" / f"{source.id}.parquet"
    now = profile_query(con, records, source, loaded.delivery_date, loaded.sha256)
    con.execute(f"CREATE TEMP TABLE profile_now AS {now}")
    con.execute(f"CREATE TEMP TABLE profile_before AS {_NO_PROFILE}")
    _find_profile_before(con, place, source, loaded.delivery_date)
    both = ordered("SELECT * FROM profile_now UNION ALL SELECT * FROM profile_before")
    write_table(con, both, place.folder / "profiles" / f"{source.id}.parquet")
    found = con.execute("SELECT max(delivery_date)::VARCHAR FROM profile_before").fetchall()[0][0]
    return found or ""


def _find_profile_before(con: duckdb.DuckDBPyConnection, place: Place, source: SourceSpec, day: date) -> None:
    """The profile of the last good delivery before `day`.

    A delivery that still lies in the folder decides, so that the previous snapshot never changes what is
    found; its stored profile, if it has one, only spares reading the delivery again.
    """
    stored = place.previous / "profiles" / f"{source.id}.parquet" if place.previous else None
    if stored is not None and not stored.is_file():
        stored = None
    for delivery in find_deliveries(place.root, source, place.as_of).found:
        if delivery.date < day and (
            _copy_profile(con, stored, _is_profile_of(delivery))
            or _profile_delivery(con, place, source, delivery)
        ):
            return
    _copy_profile(
        con,
        stored,
        f"delivery_date = (SELECT max(delivery_date) FROM stored WHERE delivery_date < DATE '{day}')",
    )


def _is_profile_of(delivery: Delivery) -> str:
    """SQL: a service may send the same bytes twice, so the day is asked for too."""
    return f"sha256 = {literal(hash_file(delivery.path))} AND delivery_date = DATE '{delivery.date}'"


def _copy_profile(con: duckdb.DuckDBPyConnection, stored: Path | None, condition: str) -> bool:
    if stored is None:
        return False
    con.execute(
        f"INSERT INTO profile_before BY NAME WITH stored AS (FROM {read_table(stored)}) "
        f"SELECT * FROM stored WHERE {condition}"
    )
    return bool(con.execute("SELECT count(*) FROM profile_before").fetchall()[0][0])


def _profile_delivery(
    con: duckdb.DuckDBPyConnection, place: Place, source: SourceSpec, delivery: Delivery
) -> bool:
    with tempfile.TemporaryDirectory(prefix=".before-", dir=place.folder) as name:
        folder = Path(name)
        try:
            run = ingest_delivery(delivery, source, folder, memory=place.memory, threads=place.threads)
        except UserError:
            return False
        records = folder / "records" / f"{source.id}.parquet"
        profile = profile_query(con, records, source, delivery.date, run.sha256)
        con.execute(f"INSERT INTO profile_before BY NAME {profile}")
    return True
