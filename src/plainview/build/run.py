"""Running a build: stage after stage into a folder of its own, then one switch.

Nothing that anybody reads changes before the last line of :func:`run_build`. A build that dies at any
point leaves a folder `.building-*` that the next one clears away.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import duckdb

import plainview
from plainview.build.fingerprints import code_hash, hash_output, hash_value
from plainview.build.plan import why_run
from plainview.build.snapshots import Snapshot, begin, build_lock, current_snapshot, publish
from plainview.build.stages import SCRATCH, Counts, Stage, Work
from plainview.engine.duck import connect
from plainview.engine.engines import heavy_connection, need_engine
from plainview.project.errors import UserError
from plainview.project.specs import Project


class Watcher(Protocol):
    """Whoever shows the progress of a build."""

    def begin(self, stage: Stage, number: int, of: int) -> None:
        """A stage starts."""

    def tell(self, share: float) -> None:
        """This share, 0..1, of the stage is done."""

    def end(self, stage: Stage, kept: bool, seconds: float, counts: Counts) -> None:
        """The stage is done, or was kept."""


class Unwatched:
    """Shows nothing."""

    def begin(self, stage: Stage, number: int, of: int) -> None:
        """See Watcher."""

    def tell(self, share: float) -> None:
        """See Watcher."""

    def end(self, stage: Stage, kept: bool, seconds: float, counts: Counts) -> None:
        """See Watcher."""


@dataclass(frozen=True)
class BuildRun:
    """What a build did. `new` is False when nothing had changed and the old snapshot serves on."""

    snapshot: Snapshot
    new: bool
    seconds: float


@dataclass
class _Ledger:
    """What the stages of one build have done so far: the manifest in the making."""

    stages: dict[str, Any] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)


def run_build(
    project: Project, stages: Iterable[Stage], *, force: bool = False, watcher: Watcher | None = None
) -> BuildRun:
    """Build a new snapshot of `project` and let it serve.

    Raises UserError, with every source's problems together, if a source has no good delivery and none in
    the snapshot that serves, or if the declared engine is not installed.
    """
    started = time.monotonic()
    need_engine(project.spec.engine.name)
    with build_lock(project.root):
        previous = current_snapshot(project.root)
        folder = begin(project.root)
        try:
            ledger = _run_stages(project, list(stages), folder, previous, force, watcher or Unwatched())
            if previous and all(stage["kept"] for stage in ledger.stages.values()):
                return BuildRun(previous, False, time.monotonic() - started)
            manifest = _manifest(project, ledger, previous)
            snapshot = publish(folder, manifest["id"], manifest)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return BuildRun(snapshot, True, time.monotonic() - started)


def _run_stages(
    project: Project,
    stages: list[Stage],
    folder: Path,
    previous: Snapshot | None,
    force: bool,
    watcher: Watcher,
) -> _Ledger:
    ledger = _Ledger()
    problems: list[UserError] = []
    scratch = folder / SCRATCH
    scratch.mkdir()
    con = _connect(project, scratch)
    closing = ExitStack()
    work = Work(project, con, folder, previous, watcher.tell, _heavy(project, con, scratch, closing))
    try:
        for number, stage in enumerate(stages, start=1):
            if problems and stage.inputs:
                break  # every source is tried before the build gives up, so that all faults show at once
            watcher.begin(stage, number, len(stages))
            try:
                _do(stage, work, ledger, previous, force, watcher)
            except UserError as error:
                problems.append(error)
    finally:
        closing.close()
        con.close()
        shutil.rmtree(scratch)
    if problems:
        raise UserError(problem for error in problems for problem in error.problems)
    return ledger


def _connect(project: Project, scratch: Path) -> duckdb.DuckDBPyConnection:
    engine = project.spec.engine
    return connect(
        scratch / "work.duckdb", memory=engine.memory, threads=engine.threads, temp=scratch / "spill"
    )


def _heavy(
    project: Project, con: duckdb.DuckDBPyConnection, scratch: Path, closing: ExitStack
) -> Callable[[], duckdb.DuckDBPyConnection]:
    engine = project.spec.engine
    return heavy_connection(
        con,
        engine.name,
        master=engine.master,
        memory=engine.memory,
        threads=engine.threads,
        scratch=scratch,
        closing=closing,
    )


def _do(
    stage: Stage, work: Work, ledger: _Ledger, previous: Snapshot | None, force: bool, watcher: Watcher
) -> None:
    started = time.monotonic()
    before = previous.manifest["stages"].get(stage.name) if previous else None
    inputs = {name: ledger.hashes[name] for name in stage.inputs}
    reason = why_run(stage, previous.manifest if previous else None, force=force)
    kept = reason is None and before is not None and before["inputs"] == inputs
    if kept and before is not None and previous is not None:
        _keep(stage, previous.folder, work.folder)
        counts: Counts = before["counts"]
    else:
        counts = stage.run(work)
    outputs = {name: hash_output(work.folder, name) for name in stage.outputs}
    ledger.hashes.update(outputs)
    seconds = round(time.monotonic() - started, 3)
    ledger.stages[stage.name] = {
        "declared": dict(stage.declared),
        "inputs": inputs,
        "outputs": outputs,
        "counts": counts,
        "kept": kept,
        "seconds": seconds,
    }
    watcher.end(stage, kept, seconds, counts)


def _keep(stage: Stage, source: Path, target: Path) -> None:
    """Give the new snapshot the old one's files: immutable, so one copy on disk serves both."""
    for name in stage.outputs:
        whole = sorted((source / name).rglob("*")) if name.endswith("/") else [source / name]
        for path in whole:
            _share(path, target / path.relative_to(source))


def _share(path: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        target.hardlink_to(path)
    except OSError:  # some file systems of councils know no hard links
        shutil.copyfile(path, target)


def _manifest(project: Project, ledger: _Ledger, previous: Snapshot | None) -> dict[str, Any]:
    content = hash_value(ledger.hashes)
    made = dt.datetime.now(dt.UTC)
    return {
        "format": 1,
        "id": f"{made:%Y-%m-%dT%H%M%S}.{made.microsecond // 1000:03}Z-{content[:8]}",
        "made": made.isoformat(timespec="milliseconds"),
        "authority": project.spec.authority.name,
        "code": {"version": plainview.__version__, "hash": code_hash()},
        "content": content,
        "stages": ledger.stages,
        "previous": previous.id if previous else None,
    }
