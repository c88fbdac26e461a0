"""DuckDB connections: the one place that decides memory, threads and temporary files."""

from __future__ import annotations

from pathlib import Path

import duckdb


def connect(
    path: Path | None = None, *, memory: str = "3GB", threads: int = 0, temp: Path | None = None
) -> duckdb.DuckDBPyConnection:
    """A connection that fetches nothing from outside and keeps its insertion order.

    `memory` is DuckDB's own limit, such as "3GB"; 0 `threads` means one per core; what does not fit is
    spilled to `temp`.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if threads:
        config["threads"] = threads
    if temp is not None:
        config["temp_directory"] = str(temp)
    return duckdb.connect(str(path) if path else ":memory:", config=config)


def literal(text: str) -> str:
    """`text` as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """`name` as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
