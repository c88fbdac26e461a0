"""Households: the people at one address over a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import as_of_day, recorded_day, table
from plainview.linkage.persons import crockford
from plainview.linkage.places import JOIN_PLACES, KNOWN_UPRN, ONE_PLACE, PLACE_UPRNS, gather_places
from plainview.project.specs import Project

_COMMUNAL = 15
"""People at one address in one period from which it is a care home, a hostel or an undivided building. In the
2021 census of England and Wales one household in a thousand had more than nine people."""

_YEARS_SEEN = 2  # an address that no record has confirmed for longer is taken as left


def find_households(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    *,
    as_of: dt.date | None = None,
    delivered: Mapping[str, dt.date] | None = None,
) -> dict[str, int]:
    """`standardised` and `index` to `households` and `household_members`.

    `households`: household_id, place ("u" and the uprn, or the standardised address), uprn, postcode,
    house_number, flat, street, people (ever), current (people there as of the day), communal. The id is
    "H" and 13 base-32 characters of a hash of the project and the place: an address keeps it.
    `household_members`: household_id, person_id, from_date, to_date, last_seen, records, current; one row a
    person and address. A stay runs from the first day any record gives to the last; to_date is set only
    where a record says so and none is newer. Somebody current at several addresses is current only
    at the one seen last. Counts: `households`, `members`, `communal`.
    """
    _gather(con, folder, delivered or {})
    day = as_of_day(project, as_of)
    _find_stays(con, day)
    _describe_places(con, project.spec.authority.name)
    counts = _write(con, folder)
    for name in ("stays_seen", "stays", "places", PLACE_UPRNS):
        con.execute(f"DROP TABLE {name}")
    return counts


def _gather(con: duckdb.DuckDBPyConnection, folder: Path, delivered: Mapping[str, dt.date]) -> None:
    gather_places(con, table(folder, "standardised"))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE stays_seen AS
        SELECT i.person_id, {ONE_PLACE} AS place, {KNOWN_UPRN} AS uprn, s.postcode, s.house_number, s.flat, s.street,
               s.address_from, s.address_to, {recorded_day("s", delivered)} AS seen
        FROM {read_table(table(folder, "standardised"))} s
        JOIN {read_table(table(folder, "index"))} i USING (source, record_id)
        {JOIN_PLACES} WHERE s.place IS NOT NULL
        """
    )


def _find_stays(con: duckdb.DuckDBPyConnection, as_of: dt.date | None) -> None:
    day = f"DATE '{as_of}'" if as_of else "(SELECT max(greatest(seen, address_from)) FROM stays_seen)"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE stays AS
        WITH together AS (
            SELECT person_id, place, least(min(address_from), min(seen)) AS from_date,
                   greatest(max(seen), max(address_from)) AS last_seen, max(address_to) AS left_on,
                   bool_or(address_to IS NULL) AS open, count(*) AS records, {day} AS day
            FROM stays_seen GROUP BY person_id, place
        ), ended AS (
            SELECT *, CASE WHEN left_on IS NOT NULL AND (NOT open OR left_on >= last_seen)
                           THEN left_on END AS to_date
            FROM together
        ), here AS (
            SELECT *, coalesce(to_date >= day, true)
                      AND coalesce(last_seen >= day - INTERVAL {_YEARS_SEEN} YEAR, true) AS possible
            FROM ended
        )
        SELECT * EXCLUDE (possible, day, open, left_on),
               possible AND row_number() OVER (PARTITION BY person_id, possible
                   ORDER BY last_seen DESC NULLS LAST, from_date DESC NULLS LAST, records DESC, place
               ) = 1 AS current
        FROM here
        """
    )


def _describe_places(con: duckdb.DuckDBPyConnection, authority: str) -> None:
    id = crockford(f"concat_ws(chr(31), {literal(authority)}, 'household', place)")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE places AS
        WITH described AS (
            SELECT place, min(uprn) AS uprn, min(postcode) AS postcode, min(house_number) AS house_number,
                   min(flat) AS flat, min(street) AS street
            FROM stays_seen GROUP BY place
        ), counted AS (
            SELECT place, count(*) AS people, count(*) FILTER (current) AS current FROM stays GROUP BY place
        )
        SELECT 'H' || {id} AS household_id, *, current >= {_COMMUNAL} AS communal
        FROM described JOIN counted USING (place)
        """
    )


def _write(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    households = write_table(
        con,
        "SELECT household_id, place, uprn, postcode, house_number, flat, street, people, current, communal "
        "FROM places ORDER BY household_id",
        table(folder, "households"),
    )
    members = write_table(
        con,
        "SELECT household_id, person_id, from_date, to_date, last_seen, records, stays.current "
        "FROM stays JOIN places USING (place) ORDER BY household_id, person_id",
        table(folder, "household_members"),
    )
    con.execute("SELECT count(*) FROM places WHERE communal")
    (communal,) = con.fetchall()[0]
    return {"households": households, "members": members, "communal": int(communal)}
