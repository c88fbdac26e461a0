"""Plainview from Python: the same verbs as on the command line.

    from plainview import api

    run = api.build("my-authority")
    print(run.snapshot.id)

Every function takes the project folder's path and raises :class:`plainview.project.errors.UserError` for
what the user can mend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plainview.build.pipeline import make_stages
from plainview.build.plan import StagePlan, make_plan
from plainview.build.run import BuildRun, Watcher, run_build
from plainview.build.snapshots import (
    Snapshot,
    current_snapshot,
    list_snapshots,
    need_snapshot,
    prune_snapshots,
    use_snapshot,
)
from plainview.build.summaries import Summary, summarise
from plainview.demo.authority import AuthorityRun, write_authority
from plainview.engine.duck import connect
from plainview.engine.tables import read_table
from plainview.linkage import evaluate as evaluations
from plainview.linkage import explain as explanations
from plainview.project.errors import Problem, UserError, did_you_mean
from plainview.project.new import new_project
from plainview.project.read import read_project
from plainview.project.specs import Project
from plainview.sources.matrices import Matrix, quality_history, quality_matrix

__all__ = [
    "QualityReport",
    "build",
    "check",
    "evaluate",
    "explain",
    "make_demo",
    "new",
    "plan",
    "prune",
    "quality",
    "serving",
    "snapshots",
    "summary",
    "use",
]


def new(directory: Path | str) -> list[Path]:
    """Write a commented project folder; the files written."""
    return new_project(Path(directory))


def check(project: Path | str) -> Project:
    """Read and check the declarations; raises UserError with every problem at once."""
    return read_project(Path(project))


def plan(project: Path | str, *, force: bool = False) -> list[StagePlan]:
    """What a build would do now, and why."""
    checked = check(project)
    snapshot = current_snapshot(checked.root)
    return make_plan(make_stages(checked), snapshot.manifest if snapshot else None, force=force)


def build(project: Path | str, *, force: bool = False, watcher: Watcher | None = None) -> BuildRun:
    """Build a new snapshot and let it serve; the old one serves on if nothing has changed."""
    checked = check(project)
    return run_build(checked, make_stages(checked), force=force, watcher=watcher)


def serving(project: Path | str) -> Snapshot:
    """The snapshot that serves."""
    return need_snapshot(Path(project))


def summary(project: Path | str) -> Summary:
    """The figures of the snapshot that serves."""
    return summarise(serving(project))


def snapshots(project: Path | str) -> list[Summary]:
    """The figures of every snapshot, oldest first."""
    return [summarise(snapshot) for snapshot in list_snapshots(Path(project))]


def use(project: Path | str, id: str) -> Snapshot:
    """Let the snapshot called `id`, or the only one whose id starts so, serve."""
    return use_snapshot(Path(project), id)


def prune(project: Path | str, *, keep: int = 3) -> list[str]:
    """Delete all but the newest `keep` snapshots and the one that serves; the ids deleted."""
    return prune_snapshots(Path(project), keep)


@dataclass(frozen=True)
class QualityReport:
    """The five checks of the serving snapshot: `matrix` by source, `rules` one by one.

    `history` maps a check to source to snapshot to cell, for every snapshot on disk.
    """

    matrix: Matrix
    rules: list[dict[str, Any]]
    history: dict[str, Matrix]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return {
            "matrix": _plain(self.matrix),
            "rules": self.rules,
            "history": {check: _plain(matrix) for check, matrix in self.history.items()},
        }


def _plain(matrix: Matrix) -> dict[str, dict[str, Any]]:
    return {row: {column: cell.as_dict() for column, cell in cells.items()} for row, cells in matrix.items()}


def quality(project: Path | str, *, source: str = "") -> QualityReport:
    """The five checks per source and delivery; `source` narrows them to one."""
    folder = serving(project).folder
    matrix = quality_matrix(folder)
    if source and source not in matrix:
        next_step = did_you_mean(source, list(matrix))
        raise UserError(
            Problem("--source", 0, "", f'no source "{source}"', "one of the snapshot's", next_step)
        )
    wanted = {name: cells for name, cells in matrix.items() if source in ("", name)}
    folders = {one.id: one.folder for one in list_snapshots(Path(project))}
    checks = dict.fromkeys(check for cells in matrix.values() for check in cells)
    history = {check: quality_history(folders, check) for check in checks}
    return QualityReport(wanted, _quality_rules(folder, list(wanted)), history)


def _quality_rules(folder: Path, sources: list[str]) -> list[dict[str, Any]]:
    con = connect()
    con.execute(
        f"SELECT * FROM {read_table(folder / 'quality.parquet')} WHERE list_contains(?, source) "
        'ORDER BY source, "check", "column", rule',
        [sources],
    )
    names = [column[0] for column in con.description or ()]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]


def evaluate(project: Path | str, truth: Path | str) -> dict[str, Any]:
    """Pairwise precision, recall and F1, cluster measures, and the same per group, against a truth file."""
    return evaluations.evaluate(connect(), serving(project).table("index"), Path(truth))


def explain(project: Path | str, one: str, other: str) -> explanations.Explanation:
    """Why the records `one` and `other`, each "source:record_id", are held to be one person or not."""
    checked = check(project)
    folder = serving(project).folder
    return explanations.explain(connect(), checked, folder, _key(one), _key(other))


def _key(text: str) -> tuple[str, str]:
    source, colon, record_id = text.partition(":")
    if not colon:
        raise UserError(
            Problem(text, 0, "", "a word without a colon", "SOURCE:RECORD_ID", "For example: library:L1")
        )
    return source, record_id


def make_demo(
    directory: Path | str,
    *,
    residents: int = 20_000,
    seed: int = 1,
    weeks: int = 1,
    progress: Callable[[str, float], None] | None = None,
) -> AuthorityRun:
    """Write the project folder of an invented authority, with deliveries and the truth beside them."""
    return write_authority(Path(directory), residents=residents, seed=seed, weeks=weeks, progress=progress)
