"""Plainview from Python: the same verbs as on the command line.

    from plainview import api

    run = api.build("my-authority")
    print(run.snapshot.id)

Every function takes the project folder's path and raises :class:`plainview.project.errors.UserError` for
what the user can mend.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plainview.build.pipeline import make_stages
from plainview.build.plan import StagePlan, make_plan
from plainview.build.run import BuildRun, Watcher, run_build
from plainview.build.snapshots import (
    Snapshot,
    build_lock,
    current_snapshot,
    list_snapshots,
    need_snapshot,
    prune_snapshots,
    use_snapshot,
)
from plainview.build.summaries import Summary, summarise
from plainview.demo.authority import AuthorityRun, write_authority
from plainview.engine.duck import connect, literal
from plainview.engine.tables import read_table
from plainview.linkage import evaluate as evaluations
from plainview.linkage import explain as explanations
from plainview.linkage import review as queues
from plainview.linkage.decisions import Decision, append_decision
from plainview.linkage.estimates import Estimate, estimate_groups
from plainview.linkage.estimates import estimate as estimate_measures
from plainview.linkage.kept_model import keep_model
from plainview.linkage.labels import read_labels
from plainview.linkage.ledger import Resolution, look_up
from plainview.linkage.model import MODEL, PROJECT_MODEL, Model, read_model
from plainview.linkage.retrain import Retrained, retrain
from plainview.linkage.samples import draw_sample, read_verdicts, write_sample
from plainview.linkage.splink_json import write_splink_model
from plainview.project.errors import Problem, UserError, did_you_mean
from plainview.project.new import new_project
from plainview.project.read import read_project
from plainview.project.specs import Project
from plainview.sources.matrices import Matrix, quality_history, quality_matrix

__all__ = [
    "QualityReport",
    "build",
    "check",
    "decide",
    "estimate",
    "evaluate",
    "explain",
    "explain_person",
    "make_demo",
    "model",
    "new",
    "person",
    "plan",
    "prune",
    "quality",
    "review",
    "sample",
    "serving",
    "snapshots",
    "summary",
    "train",
    "use",
    "write_splink",
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
    """Build a new snapshot and let it serve; the old one serves on if nothing has changed.

    A project without a linkage model keeps to the one that was trained for this snapshot from then on.
    """
    checked = check(project)
    run = run_build(checked, make_stages(checked), force=force, watcher=watcher)
    keep_model(checked, run.snapshot.folder)
    return run


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


def explain_person(project: Path | str, person_id: str) -> explanations.Formation:
    """How a person of the serving snapshot was formed: the order in which its records were joined."""
    checked = check(project)
    return explanations.explain_person(connect(), checked, serving(project).folder, person_id)


def _key(text: str) -> tuple[str, str]:
    source, colon, record_id = text.partition(":")
    if not colon:
        raise UserError(
            Problem(text, 0, "", "a word without a colon", "SOURCE:RECORD_ID", "For example: library:L1")
        )
    return source, record_id


def person(project: Path | str, person_id: str) -> Resolution:
    """What became of a person_id: the ids in use that its records are now under, and its ledger."""
    return look_up(connect(), serving(project).folder, person_id)


def review(project: Path | str, *, limit: int = 20, groups: Path | str | None = None) -> list[dict[str, Any]]:
    """The first cases of the review queue, each with what `agrees` and `differs`; by turns of `groups` if given."""
    checked, folder, con = check(project), serving(project).folder, connect()
    if groups is None:
        cases = queues.read_queue(con, folder, limit)
    else:
        cases = queues.order_queue(con, checked, folder, Path(groups), limit)
    return [case | queues.describe(con, checked, folder, case) for case in cases]


def decide(
    project: Path | str, kind: str, one: str, other: str | None = None, *, by: str, reason: str
) -> tuple[Decision, bool]:
    """Note a decision (`same`, `not_same`, `unlink`, `withdraw`) for the next build to obey; records are written
    "source:record_id". Also gives whether it has to wait for a record that is in no delivery.
    """
    checked = check(project)
    keys = [_key(text) for text in (one, other) if text is not None]
    for source, _ in keys:
        known = [each.id for each in checked.sources]
        if source not in known:
            step = did_you_mean(source, known)
            raise UserError(Problem("SOURCE:RECORD_ID", 0, "", "no such source", "a declared source", step))
    decision = append_decision(checked, kind, keys[0], keys[1] if other else None, by=by, reason=reason)
    return decision, not _all_linked(checked.root, keys)


def _all_linked(root: Path, keys: list[tuple[str, str]]) -> bool:
    snapshot = current_snapshot(root)
    if snapshot is None:
        return True
    con = connect()
    wanted = ", ".join(f"({literal(source)}, {literal(record_id)})" for source, record_id in keys)
    con.execute(
        f"SELECT count(*) FROM {read_table(snapshot.table('index'))} WHERE (source, record_id) IN ({wanted})"
    )
    return bool(con.fetchall()[0][0] == len(keys))


def sample(
    project: Path | str, out: Path | str, *, pairs: int, groups: Path | str | None = None, seed: int = 0
) -> int:
    """Write a sheet of pairs of records for reviewers to judge; how many there are."""
    snapshot = serving(project)
    if Path(out).exists():
        step = "Name another file, or move this one away: somebody may have judged it."
        raise UserError(Problem(str(out), 0, "", "a file that is there already", "a new file", step))
    drawn = draw_sample(connect(), snapshot.folder, pairs, groups=Path(groups) if groups else None, seed=seed)
    return write_sample(drawn, snapshot.id, Path(out))


def estimate(sheet: Path | str) -> list[Estimate]:
    """Precision and recall from a judged sheet: of all, then of each group."""
    strata = read_verdicts(Path(sheet))
    return [estimate_measures(strata), *estimate_groups(strata)]


def model(project: Path | str) -> Model:
    """The model that the project keeps to; before it keeps one, that of the serving snapshot."""
    checked = check(project)
    path = checked.root / PROJECT_MODEL
    return (
        read_model(path, str(PROJECT_MODEL)) if path.exists() else read_model(serving(project).folder / MODEL)
    )


def write_splink(project: Path | str, out: Path | str) -> None:
    """Write the project's model as a two-class model in Splink 5's settings JSON."""
    write_splink_model(model(project), Path(out))


def train(project: Path | str, *, labels: Sequence[Path | str] = ()) -> Retrained:
    """Train the project's model anew on the serving snapshot; the next build links with it.

    `labels` are files of judged pairs: `decisions/identity.csv`, or sheets of :func:`sample`.
    """
    checked = check(project)
    folder = serving(project).folder
    judgements = read_labels([Path(path) for path in labels])
    engine = checked.spec.engine
    with (
        build_lock(checked.root),
        tempfile.TemporaryDirectory(dir=checked.root / "snapshots", prefix=".building-") as spill,
    ):
        con = connect(
            Path(spill) / "work.duckdb",
            memory=engine.memory,
            threads=engine.threads,
            temp=Path(spill) / "spill",
        )
        try:
            return retrain(con, checked, folder, judgements)
        finally:
            con.close()


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
