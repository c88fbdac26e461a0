"""One place for an address, however records give it: written out, by its UPRN, or both.

A standardised row knows its own record only. What is one place is seen over all records, so it is worked
out where people are brought together by address, never where records are standardised.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.tables import read_table

PLACE_UPRNS = "place_uprns"
KNOWN_UPRN = f"coalesce(s.uprn, {PLACE_UPRNS}.uprn)"
"""SQL: the record's own UPRN, or the one that all other records of its address agree on."""

ONE_PLACE = f"coalesce('u' || {KNOWN_UPRN}, s.place)"
"""SQL: "u" and that UPRN, or the key of the address as written."""

JOIN_PLACES = f"LEFT JOIN {PLACE_UPRNS} ON {PLACE_UPRNS}.place = s.place"
"""SQL: to stand after a FROM in which `s` is a standardised record."""


def gather_places(con: duckdb.DuckDBPyConnection, standardised: Path) -> None:
    """The temporary table `place_uprns`: place, uprn, for each written address with one UPRN in all records.

    An address that records give several UPRNs (flats of one number, a typing error) has none here: its
    records keep their own.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {PLACE_UPRNS} AS "
        f"SELECT place, min(uprn) AS uprn FROM {read_table(standardised)} "
        "WHERE place IS NOT NULL AND uprn IS NOT NULL AND place <> 'u' || uprn "
        "GROUP BY place HAVING min(uprn) = max(uprn)"
    )
