"""Link again on Spark what DuckDB has linked, and compare: the trial run of a cluster, and a measurement."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from plainview.engine.duck import connect
from plainview.engine.engines import open_engine
from plainview.engine.spark import SparkEngine
from plainview.engine.spark_connection import SparkConnection, as_connection
from plainview.engine.tables import read_table
from plainview.linkage.cluster import cluster
from plainview.linkage.compare import STATISTICS, compare
from plainview.linkage.fields import table
from plainview.linkage.model import MODEL
from plainview.linkage.score import score
from plainview.project.specs import Project

TABLES = ("pairs", "links", "clusters")


def compare_partitions(project: Project, folder: Path) -> int:
    """How many tuples DuckDB and Spark put in different clusters; 0 where they agree, as they must.

    `folder` is a snapshot, or holds as much of one: tuples, identities, statistics, model and clusters. Spark is
    that of the project, or local mode. Raises UserError where Java or PySpark is missing.
    """
    settings = project.spec.engine
    with TemporaryDirectory(prefix="plainview-spark-", dir=folder.parent) as scratch:
        made = Path(scratch) / "made"
        with open_engine(
            "spark",
            master=settings.master,
            memory=settings.memory,
            threads=settings.threads,
            scratch=Path(scratch) / "work",
        ) as engine:
            link_on_spark(cast(SparkEngine, engine), project, folder, made)
        return count_differences(folder, made, ("clusters",))["clusters"]


def link_on_spark(engine: SparkEngine, project: Project, folder: Path, made: Path) -> dict[str, str]:
    """Compare, score and cluster the tuples of `folder` on Spark, into the new folder `made`.

    Gives where each table was made, "here" or "spark".
    """
    made.mkdir(parents=True)
    for path in (table(folder, "tuples"), table(folder, "identities"), folder / STATISTICS, folder / MODEL):
        shutil.copyfile(path, made / path.name)
    with connect(memory=project.spec.engine.memory, temp=made / "spill") as con:
        over = SparkConnection(con, engine)
        for stage in (compare, score, cluster):
            stage(as_connection(over), project, made)
    return over.made


def count_differences(one: Path, other: Path, tables: Sequence[str] = TABLES) -> dict[str, int]:
    """For each table the number of rows that are in one folder and not in the other."""
    found = {}
    with connect() as con:
        for name in tables:
            left, right = (f"(SELECT * FROM {read_table(table(folder, name))})" for folder in (one, other))
            con.execute(
                f"SELECT (SELECT count(*) FROM ({left} EXCEPT ALL {right})), "
                f"(SELECT count(*) FROM ({right} EXCEPT ALL {left}))"
            )
            found[name] = max(con.fetchall()[0])
    return found
