"""A connection for the heavy stages of linkage that runs them on Spark, so that they are written once, for DuckDB.

One rule decides where a table is made. **What reads a Parquet file or a table of Spark's is made on Spark;
what is made of things that are here already is made here**, and so is what needs a macro, which Spark has not.
Either side sees the other's tables: Spark's are Parquet in the scratch folder, which DuckDB reads as views, and
those of this machine are written there when a statement for Spark names them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Self, cast

import duckdb
import pyarrow as pa

from plainview.engine.duck import identifier, literal
from plainview.engine.spark import SparkEngine
from plainview.engine.tables import write_table

_CREATE = re.compile(r"\s*CREATE\s+OR\s+REPLACE\s+TEMP\s+(TABLE|VIEW|MACRO)\s+(\w+)", re.IGNORECASE)
_DROPS = re.compile(r"(\s*DROP\s+(TABLE|VIEW)\s+(temp\.)?\w+\s*;?)+\s*", re.IGNORECASE)
_DROPPED = re.compile(r"DROP\s+(?:TABLE|VIEW)\s+(?:temp\.)?(\w+)", re.IGNORECASE)


class SparkConnection:
    """As much of a DuckDB connection as linkage uses, over one of DuckDB and a Spark engine.

    Rows are read here, by DuckDB, whichever side made the table. Both are closed by whoever opened them.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, spark: SparkEngine) -> None:
        self._con = con
        self._spark = spark
        self._here: set[str] = set()
        self._there: set[str] = set()
        self._macros: set[str] = set()
        self.made: dict[str, str] = {}
        """Where each table was made that there has been, "here" or "spark"."""

    def execute(self, sql: str, parameters: Any = None) -> Self:
        """Run what `duckdb.DuckDBPyConnection.execute` would."""
        if _DROPS.fullmatch(sql):
            for name in _DROPPED.findall(sql):
                self._drop(name)
            return self
        created = _CREATE.match(sql)
        kind, name = created.groups() if created else ("", "")
        if kind.upper() == "MACRO":
            self._macros.add(name)
        elif kind.upper() == "VIEW":
            self._show_on_both(name, sql)
        elif name and self._is_for_spark(sql[created.end() :] if created else ""):
            self._create_there(name, sql)
            return self
        elif name:
            self._create_here(name)
        self._con.execute(sql, parameters)
        return self

    def fetchall(self) -> list[tuple[Any, ...]]:
        """The rows of the last SELECT."""
        return self._con.fetchall()

    def fetchnumpy(self) -> dict[str, Any]:
        """The columns of the last SELECT."""
        found: dict[str, Any] = self._con.fetchnumpy()
        return found

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table a relation."""
        self._con.register(name, table)
        self._here.add(name)

    def unregister(self, name: str) -> None:
        """Forget what was registered."""
        self._con.unregister(name)
        self._here.discard(name)

    def write(self, query: str, path: Path) -> int:
        """What `write_table` does; a query over tables of this machine alone needs no Spark."""
        if not self._is_for_spark(query):
            return write_table(self._con, query, path)
        self._send(query)
        return self._spark.write(query, path)

    def _is_for_spark(self, query: str) -> bool:
        words = _words(query)
        return not words & self._macros and bool("read_parquet" in words or words & self._there)

    def _create_there(self, name: str, sql: str) -> None:
        self._send(sql)
        self._spark.run(sql)
        self._forget_here(name)
        parts = self._spark.parts(name)
        self._con.execute(f"CREATE OR REPLACE TEMP VIEW {identifier(name)} AS SELECT * FROM {parts}")
        self._there.add(name)
        self.made[name] = "spark"

    def _show_on_both(self, name: str, sql: str) -> None:
        """A view is a query, so each side has its own."""
        self._send(sql)
        self._spark.run(sql)
        self._there.add(name)

    def _create_here(self, name: str) -> None:
        if name in self._there:
            self._drop(name)
        self._here.add(name)
        self.made[name] = "here"

    def _send(self, sql: str) -> None:
        """Give Spark the tables of this machine that a statement names. They may have changed since the last."""
        for name in sorted(_words(sql) & self._here):
            path = self._spark.place(name)
            self._con.execute(f"COPY ({_sent(self._con, name)}) TO {literal(str(path))} (FORMAT parquet)")
            self._spark.take(name, path)

    def _drop(self, name: str) -> None:
        if name in self._there:
            self._con.execute(f"DROP VIEW {identifier(name)}")
            self._there.discard(name)
        else:
            self._con.execute(f"DROP TABLE {identifier(name)}")
            self._here.discard(name)
        self._spark.run(f"DROP TABLE {name}")

    def _forget_here(self, name: str) -> None:
        if name in self._here:
            self._con.execute(f"DROP TABLE {identifier(name)}")
            self._here.discard(name)


def _sent(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """SQL of a table with hashes as Spark has them, signed; they are good to compare with each other only."""
    described = con.execute(f"DESCRIBE {identifier(name)}").fetchall()
    signed = [
        f"({column} - 9223372036854775808::HUGEINT)::BIGINT AS {column}" if kind == "UBIGINT" else column
        for column, kind in ((identifier(row[0]), row[1]) for row in described)
    ]
    return f"SELECT {', '.join(signed)} FROM {identifier(name)}"


def _words(sql: str) -> set[str]:
    """Names in a statement, those of columns and within texts too: too many only send a table in vain."""
    return set(re.findall(r"\w+", sql))


def as_connection(over: SparkConnection) -> duckdb.DuckDBPyConnection:
    """`over`, for functions that ask for DuckDB's: not one, but all of one that linkage uses."""
    return cast(duckdb.DuckDBPyConnection, over)
