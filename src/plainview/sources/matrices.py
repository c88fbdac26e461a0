"""Quality at a glance: sources by checks, and one check of all sources build by build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from plainview.engine.duck import connect
from plainview.engine.tables import read_table
from plainview.sources.measures import CHECKS

Matrix = dict[str, dict[str, "Cell"]]


@dataclass(frozen=True)
class Cell:
    """One source and check: the share that is good, and how many rules passed and failed.

    Completeness, validity and uniqueness pool their rules' counts, uniqueness only of rules with a threshold:
    that a service meets the same person in many rows is no fault of its data. For timeliness and consistency
    the share is that of rules passed. `share` is None where there was nothing to measure.
    """

    share: float | None
    passed: int
    failed: int

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def quality_matrix(folder: Path) -> Matrix:
    """Source to check to cell, from a snapshot's `quality.parquet`; sources and checks in fixed order."""
    query = f"""
        SELECT source, "check",
            CASE WHEN "check" IN ('completeness', 'validity', 'uniqueness')
                THEN sum(numerator) FILTER (counts) / sum(denominator) FILTER (counts)
                ELSE count(*) FILTER (passed) / nullif(count(passed), 0) END,
            count(*) FILTER (passed), count(*) FILTER (NOT passed)
        FROM (
            SELECT *, denominator > 0 AND ("check" <> 'uniqueness' OR passed IS NOT NULL) AS counts
            FROM {read_table(folder / "quality.parquet")}
        )
        GROUP BY source, "check"
        ORDER BY source, list_position({list(CHECKS)}, "check")
    """
    con = connect(threads=1)
    try:
        rows = con.execute(query).fetchall()
    finally:
        con.close()
    matrix: Matrix = {}
    for source, check, share, passed, failed in rows:
        rounded = None if share is None else round(share, 6)
        matrix.setdefault(source, {})[check] = Cell(rounded, passed, failed)
    return matrix


def quality_history(folders: Mapping[str, Path], check: str) -> Matrix:
    """Source to build to cell of one check; `folders` maps a build's name to its snapshot folder."""
    history: Matrix = {}
    for build, folder in folders.items():
        for source, cells in quality_matrix(folder).items():
            if check in cells:
                history.setdefault(source, {})[build] = cells[check]
    return history
