"""Spark, for more people than one machine can link: a session that fetches nothing, and an engine over it.

Three decisions. **A temporary table is Parquet in the scratch folder**, written once: a table used three
times is computed once, may be larger than memory, outlives a lost executor, and can be replaced by a query
over itself. **Files are put in order and written by DuckDB on the driver**, from Spark's parts: one writer
gives the same order, types and layout on both engines. **String similarity is asked of DuckDB itself**, in
Spark's Python workers: the functions of the jar in Splink's wheel give other Jaro-Winkler similarities (by
up to 0.14; see docs/beyond-one-machine.md), which is enough to make other people of the same records.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from plainview.engine.duck import connect, literal
from plainview.engine.tables import write_table
from plainview.engine.transpile import ASKED_OF_DUCKDB, statements, transpile
from plainview.project.errors import Problem, UserError


class SparkFault(Exception):  # noqa: N818  (a fault of ours or of the cluster, not a mistake of the user)
    """Spark did not run a statement. Says which kind of fault and keeps the values, which may name people."""


class SparkEngine:
    """See :class:`plainview.engine.engines.Engine`. There can be one at a time in a process."""

    name = "spark"

    def __init__(self, *, master: str, memory: str, scratch: Path) -> None:
        need_spark()
        self._scratch = scratch / "spark"
        self._memory = memory
        self._made = 0
        self._tables: dict[str, Path] = {}
        self._session = _start(master, memory, self._scratch)
        for function, returned in ASKED_OF_DUCKDB.items():
            self._session.udf.register(f"duckdb_{function}", _ask_duckdb(function, returned))

    def run(self, script: str) -> None:
        """See :class:`Engine`."""
        for statement in statements(script):
            if statement.kind == "create":
                self._create(statement.table, statement.query)
            elif statement.kind == "view":
                self._show_query(statement.table, statement.query)
            elif statement.kind == "drop":
                self._drop(statement.table)
            else:
                raise SparkFault(
                    "a SELECT in a script gives its rows to nobody; use rows(), arrow() or write()"
                )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """See :class:`Engine`."""
        return [tuple(row.values()) for row in self.arrow(query).to_pylist()]

    def arrow(self, query: str) -> pa.Table:
        """See :class:`Engine`."""
        found: pa.Table = self._guard(lambda: self._session.sql(transpile(query)).toArrow())
        return found

    def write(self, query: str, path: Path) -> int:
        """See :class:`Engine`."""
        (statement,) = statements(query)
        parts = self._write_parts(statement.query)
        with connect(memory=self._memory, temp=self._scratch / "spill") as con:
            columns = f"* EXCLUDE ({', '.join(statement.hidden)})" if statement.hidden else "*"
            rows = write_table(con, f"SELECT {columns} FROM {_parts_of(parts)} {statement.order}", path)
        shutil.rmtree(parts)
        return rows

    def parts(self, table: str) -> str:
        """The SQL by which DuckDB reads a temporary table, to stand after FROM."""
        return _parts_of(self._tables[table])

    def place(self, table: str) -> Path:
        """Where to write the Parquet file of a table that is not Spark's, for :meth:`take`."""
        folder = self._next_folder()
        folder.mkdir(parents=True)
        return folder / f"{table}.parquet"

    def take(self, table: str, path: Path) -> None:
        """Make the file at `path`, one of :meth:`place`, a temporary table; it is deleted with it."""
        self._show(table, path.parent)

    def close(self) -> None:
        """See :class:`Engine`."""
        self._session.stop()
        _end_gateway()
        shutil.rmtree(self._scratch, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _create(self, table: str, query: str) -> None:
        self._show(table, self._write_parts(query))

    def _show_query(self, view: str, query: str) -> None:
        self._guard(lambda: self._session.sql(query).createOrReplaceTempView(view))

    def _show(self, table: str, parts: Path) -> None:
        self._guard(lambda: self._session.read.parquet(str(parts)).createOrReplaceTempView(table))
        if before := self._tables.get(table):
            shutil.rmtree(before)
        self._tables[table] = parts

    def _drop(self, table: str) -> None:
        self._session.catalog.dropTempView(table)
        if parts := self._tables.pop(table, None):
            shutil.rmtree(parts)

    def _write_parts(self, query: str) -> Path:
        parts = self._next_folder()
        self._guard(lambda: self._session.sql(query).write.parquet(str(parts)))
        return parts

    def _next_folder(self) -> Path:
        self._made += 1
        return self._scratch / "tables" / str(self._made)

    def _guard(self, act: Callable[[], Any]) -> Any:
        """Do `act`; a fault is told by its kind: Spark's own messages quote values, such as somebody's name."""
        from pyspark.errors import PySparkException

        try:
            return act()
        except PySparkException as fault:
            kind = fault.getCondition() or type(fault).__name__
        raise SparkFault(f"Spark did not run a statement: {kind}")


def _parts_of(folder: Path) -> str:
    return f"read_parquet({literal(str(folder / '*.parquet'))})"


def need_spark() -> None:
    """Raise UserError where PySpark or Java is missing."""
    if find_spec("pyspark") is None:
        raise UserError(_missing("PySpark is not installed", 'Run: pip install "plainview[spark]"'))
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=f"{home}/bin" if home else None):
        step = "Install it (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME."
        raise UserError(_missing("Java is not installed", step))


def _missing(found: str, step: str) -> Problem:
    found = f'"spark" is declared but {found}'
    step = f'{step} Or write: name = "duckdb"'
    return Problem(
        "plainview.toml", 0, "engine.name", found, "Java 17 or newer and PySpark 4.1 or newer", step
    )


def _start(master: str, memory: str, scratch: Path) -> Any:
    """A session over a Java process whose log goes to a file in `scratch`, since it may quote values."""
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    scratch.mkdir(parents=True, exist_ok=True)
    _silence()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf().setMaster(master).setAll(list(_settings(master, memory, scratch).items()))
    try:
        with (scratch / "java.log").open("wb") as log:
            gateway = launch_gateway(conf, popen_kwargs={"stdout": log, "stderr": log})
        return SparkSession(SparkContext(conf=conf, gateway=gateway))
    except PySparkException as fault:
        kind = fault.getCondition() or type(fault).__name__
    found = f'Spark did not start at "{master}" ({kind})'
    expected = "Java 17 or newer, and the address of a running cluster or local[*]"
    raise UserError(
        Problem("plainview.toml", 0, "engine.master", found, expected, f"Look in {scratch / 'java.log'}.")
    )


def _silence() -> None:
    """PySpark prints every fault of a statement to the terminal, with the statement and with values."""
    from pyspark.logger import PySparkLogger

    for name in ("SQLQueryContextLogger", "DataFrameQueryContextLogger"):
        PySparkLogger.getLogger(name).disabled = True


def _settings(master: str, memory: str, scratch: Path) -> dict[str, str]:
    """What holds everywhere, and what keeps local mode on this machine. A cluster's own are left to it."""
    settings = {
        "spark.app.name": "plainview",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    }
    if master.startswith("local"):
        settings |= {
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": _java_memory(memory),
            "spark.local.dir": str(scratch / "local"),
            "spark.sql.shuffle.partitions": str(2 * (os.cpu_count() or 1)),
        }
    return settings


def _java_memory(memory: str) -> str:
    """ "3GB", as projects write it, as Java's "3000m". Java does not start with less than about 500."""
    size = float(memory[:-2]) * (1000 if memory.endswith("GB") else 1)
    return f"{max(int(size), 512)}m"


def _end_gateway() -> None:
    """End the Java process, so that the next engine of this process starts with its own settings."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    if gateway is None:
        return
    gateway.shutdown()
    gateway.proc.stdin.close()  # Java ends when this pipe does
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None


def _ask_duckdb(function: str, returned: str) -> Any:
    """A Spark function that has DuckDB work out `function`, batch by batch.

    It is sent to the workers as it stands, so it imports what it needs itself and they need DuckDB and
    PyArrow but not Plainview.
    """
    from pyspark.sql.pandas.functions import arrow_udf

    def ask(*arguments: pa.Array) -> pa.Array:  # type: ignore[type-arg]  # Spark reads these types when run
        import duckdb
        import pyarrow

        names = [f"a{place}" for place in range(len(arguments))]
        table = pyarrow.table(list(arguments), names=names)
        with duckdb.connect(config={"threads": 1}) as con:
            con.register("given", table)
            found = con.sql(f"SELECT {function}({', '.join(names)}) AS found FROM given").to_arrow_table()
        column: pa.Array[Any] = found["found"].combine_chunks()
        return column

    return arrow_udf(ask, returned)
