"""Tables on disk: one Parquet file each, written whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import duckdb

from plainview.engine.duck import literal

_ROW_GROUP = 122_880


class Writer(Protocol):
    """A connection over an engine other than DuckDB, which writes in its own way."""

    def write(self, query: str, path: Path) -> int:
        """What `write_table` does."""


def write_table(con: duckdb.DuckDBPyConnection | Writer, query: str, path: Path) -> int:
    """Write what `query` returns to `path` as Parquet and give the number of rows.

    The query must order its rows by a key, so that the same content gives the same bytes. The file
    appears under its own name only when it is complete.
    """
    if not isinstance(con, duckdb.DuckDBPyConnection):
        return con.write(query, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    con.execute(
        f"COPY ({query}) TO {literal(str(part))} "
        f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {_ROW_GROUP})"
    )
    (rows,) = con.fetchall()[0]
    part.replace(path)
    return int(rows)


def read_table(path: Path) -> str:
    """The SQL that reads the table at `path`, to stand after FROM."""
    return f"read_parquet({literal(str(path))})"
