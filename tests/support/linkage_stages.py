"""The linkage stages of a build in their order, to run on a snapshot folder without the rest of a build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from plainview.linkage.cluster import cluster
from plainview.linkage.collapse import collapse
from plainview.linkage.compare import compare, count_statistics
from plainview.linkage.persons import assign_persons
from plainview.linkage.score import score
from plainview.linkage.standardise import standardise
from plainview.linkage.train import train
from plainview.project.specs import Project

Step = Callable[[duckdb.DuckDBPyConnection, Project, Path], Mapping[str, Any]]

STEPS: tuple[Step, ...] = (standardise, collapse, count_statistics, compare, train, score, cluster)


def run_linkage(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, Any]:
    """`records` to `clusters`; the counts of all stages together."""
    counts: dict[str, Any] = {}
    for step in STEPS:
        counts |= step(con, project, folder)
    return counts


def run_to_persons(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, Any]:
    """`records` to `index`, with new ids."""
    return run_linkage(con, project, folder) | assign_persons(con, project, folder, None)
