"""Rows of one delivery with the same record id: one is kept, chosen by what it says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from plainview.engine.duck import identifier, literal


def find_duplicates(con: duckdb.DuckDBPyConnection, staged: Path, names: Sequence[str]) -> int:
    """Fill the table `duplicates` (position: the staged row, from 0) with the rows to leave out; how many.

    Of rows that share a record id the one updated last is kept, then the first by the order of its values:
    the order of rows in the file decides only between rows that say exactly the same.
    """
    rows = f"read_parquet({literal(str(staged))}, file_row_number=true)"
    good = '"#excluded" = 0 AND "#failed" = 0'
    con.execute(
        "CREATE OR REPLACE TEMP TABLE repeated AS "
        f"SELECT record_id FROM {rows} WHERE {good} GROUP BY record_id HAVING count(*) > 1"
    )
    newest = ['"updated_date" DESC NULLS LAST'] if "updated_date" in names else []
    order = ", ".join([*newest, *(identifier(name) for name in names), "file_row_number"])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE duplicates AS "
        f"SELECT file_row_number AS position FROM {rows} SEMI JOIN repeated USING (record_id) WHERE {good} "
        f"QUALIFY row_number() OVER (PARTITION BY record_id ORDER BY {order}) > 1"
    )
    return int(con.execute("SELECT count(*) FROM duplicates").fetchall()[0][0])
