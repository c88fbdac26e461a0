"""Where SQL runs: one small interface over DuckDB, on this machine, and Spark, beyond it.

SQL is written once, in DuckDB's dialect, and within what both understand (docs/beyond-one-machine.md lists
it). Files are read as `read_parquet('...')`, see :func:`plainview.engine.tables.read_table`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import duckdb
import pyarrow as pa

from plainview.engine.duck import connect
from plainview.engine.tables import write_table


class Engine(Protocol):
    """Runs SQL in DuckDB's dialect. Temporary tables live until they are dropped or the engine is closed."""

    name: str

    def run(self, script: str) -> None:
        """Run `CREATE [OR REPLACE] TEMP TABLE x AS SELECT` and `DROP TABLE x`, parted by semicolons."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """All rows of a query, in its order."""

    def arrow(self, query: str) -> pa.Table:
        """All rows of a query, in its order, as a table in memory."""

    def write(self, query: str, path: Path) -> int:
        """Write a query to one Parquet file in the order it asks for; give the number of rows."""

    def close(self) -> None:
        """Let go of memory, files and processes."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class DuckEngine:
    """The engine on this machine, over a connection that may hold other tables and macros as well."""

    name = "duckdb"

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con

    def run(self, script: str) -> None:
        """See :class:`Engine`."""
        self.con.execute(script)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See :class:`Engine`."""
        return self.con.execute(query).fetchall()

    def arrow(self, query: str) -> pa.Table:
        """See :class:`Engine`."""
        found: pa.Table = self.con.sql(query).to_arrow_table()
        return found

    def write(self, query: str, path: Path) -> int:
        """See :class:`Engine`."""
        return write_table(self.con, query, path)

    def close(self) -> None:
        """See :class:`Engine`."""
        self.con.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_engine(
    name: str = "duckdb", *, master: str = "local[*]", memory: str = "3GB", threads: int = 0, scratch: Path
) -> Engine:
    """The engine called `name`, "duckdb" or "spark".

    `scratch` is an empty folder for what does not fit in memory; with Spark on a cluster, one that every
    machine of it sees under the same path. Raises UserError where Java or PySpark is missing.
    """
    if name == "duckdb":
        return DuckEngine(connect(memory=memory, threads=threads, temp=scratch))
    from plainview.engine.spark import SparkEngine  # PySpark is an optional part

    return SparkEngine(master=_with_threads(master, threads), memory=memory, scratch=scratch)


def heavy_connection(
    con: duckdb.DuckDBPyConnection,
    name: str,
    *,
    master: str,
    memory: str,
    threads: int,
    scratch: Path,
    closing: ExitStack,
) -> Callable[[], duckdb.DuckDBPyConnection]:
    """Gives the connection for the heavy stages: `con` itself, or one over Spark, begun when first asked for.

    Spark ends when `closing` does.
    """
    if name == "duckdb":
        return lambda: con

    @cache
    def begin() -> duckdb.DuckDBPyConnection:
        from plainview.engine.spark import SparkEngine
        from plainview.engine.spark_connection import SparkConnection, as_connection

        spark = SparkEngine(master=_with_threads(master, threads), memory=memory, scratch=scratch)
        return as_connection(SparkConnection(con, closing.enter_context(spark)))

    return begin


def need_engine(name: str) -> None:
    """Raise UserError if what the engine called `name` needs is not installed: sooner than after an hour."""
    if name == "spark":
        from plainview.engine.spark import need_spark

        need_spark()


def _with_threads(master: str, threads: int) -> str:
    return f"local[{threads}]" if threads and master == "local[*]" else master
