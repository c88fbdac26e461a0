"""Addresses matched to the authority's own gazetteer: the properties it knows, each with its UPRN.

An address takes a UPRN only where exactly one property fits it best. The Ministry of Justice's
uk-address-matcher would be the better judge, but its version 1.5.3 does not run with DuckDB 2 and Splink 5.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.linkage.fields import RAW, read_rows, table_files
from plainview.project.specs import Project

_ADDRESS = ("place", "flat", "house_number", "street", "town", "postcode")
_ALIKE = 0.92  # two writings of one street or house, by Jaro-Winkler: a letter or two of difference
_RELATED = 0.8  # below it one of postcode and number is wrong, since the key alone says two streets are one

_RANKS = (
    ("g.place = a.place", "g.street = a.street"),
    ("g.place = a.place", f"coalesce(jaro_winkler_similarity(g.street, a.street), 1) >= {_RELATED}"),
    (
        "g.street = a.street AND g.house_number = a.house_number",
        "coalesce(g.flat, '') = coalesce(a.flat, '') "
        "AND (g.town = a.town OR left(g.postcode, -3) = left(a.postcode, -3))",
    ),
    (
        "g.postcode = a.postcode",
        "g.house_number IS NULL AND a.house_number IS NULL AND coalesce(g.flat, '') = coalesce(a.flat, '') "
        f"AND jaro_winkler_similarity(g.street, a.street) >= {_ALIKE}",
    ),
)
"""Best first: what is joined on, and what is asked besides. The same address; the same but for the street's
spelling; another postcode of the same district or town; a house without a number, spelt a little otherwise."""


def read_gazetteer(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> str | None:
    """SQL of the rows of the project's gazetteers with the columns of `RAW`, or None where there are none."""
    files = {id: path for id, path in table_files(project, folder).items() if project.source(id).gazetteer}
    return read_rows(con, files, RAW) if files else None


def address_of(row: str) -> str:
    """SQL of one number for the address of `row`, by which `match_addresses` calls it."""
    return f"hash({', '.join(f'{row}.{part}' for part in _ADDRESS)})"


def match_addresses(con: duckdb.DuckDBPyConnection, addresses: str, gazetteer: str) -> str:
    """SQL of `address`, `property`: the UPRN of each address of the table `addresses` that fits one property.

    The table `gazetteer` has the same columns, the parts of an address and its `place`, and `uprn`. Each
    distinct address is matched once. Only the best rank at which anything fits counts, and only if all that
    fits there has one UPRN.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE asked AS SELECT {address_of('a')} AS address, {', '.join(_ADDRESS)} "
        f"FROM (SELECT DISTINCT {', '.join(_ADDRESS)} FROM {addresses}) a"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE fitting (address UBIGINT, property VARCHAR)")
    for joined, besides in _RANKS:
        con.execute(
            f"INSERT INTO fitting SELECT DISTINCT a.address, g.uprn FROM asked a "
            f"JOIN {gazetteer} g ON {joined} WHERE {besides} "
            f"AND a.address NOT IN (SELECT address FROM fitting)"
        )
    return "SELECT address, min(property) AS property FROM fitting GROUP BY address HAVING count(*) = 1"
