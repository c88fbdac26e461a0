"""Snapshots: immutable folders of tables with a manifest, one of which serves.

    snapshots/
      2026-11-02T070000.000Z-1a2b3c4d/   manifest.json, *.parquet, model.json
      current -> 2026-11-02T070000.000Z-1a2b3c4d
      .building-4711/                a build at work, or the remains of one that died
      .lock                          held by the build at work

A snapshot appears under its own name only when it is whole, by one rename; `current` moves by another.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from plainview.project.errors import Problem, UserError

MANIFEST = "manifest.json"
_PUBLISHING = ".publishing"
_BUILDING = ".building-"


@dataclass(frozen=True)
class Snapshot:
    """One complete snapshot on disk."""

    folder: Path

    @property
    def id(self) -> str:
        """Its name: when it was made, and the first figures of its content's hash."""
        return self.folder.name

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What was read, which code ran and what came out; see `docs/reference/snapshot.md`."""
        data: dict[str, Any] = json.loads((self.folder / MANIFEST).read_text(encoding="utf-8"))
        return data

    def table(self, name: str) -> Path:
        """The file of one table; KeyError if this snapshot has none of that name."""
        path = self.folder / f"{name}.parquet"
        if not path.is_file():
            raise KeyError(name)
        return path


def list_snapshots(root: Path) -> list[Snapshot]:
    """All complete snapshots of a project, oldest first."""
    folder = root / "snapshots"
    if not folder.is_dir():
        return []
    found = [p for p in sorted(folder.iterdir()) if not p.is_symlink() and not p.name.startswith(".")]
    return [Snapshot(p) for p in found if p.name != "current" and _is_whole(p)]


def current_snapshot(root: Path) -> Snapshot | None:
    """The snapshot that serves, or None before the first build."""
    link = root / "snapshots" / "current"
    target = link.resolve()
    return Snapshot(target) if link.is_symlink() and _is_whole(target) else None


def _is_whole(folder: Path) -> bool:
    """Whether the folder has a manifest that can be read; one that was damaged from outside is no snapshot."""
    try:
        return bool(Snapshot(folder).manifest["stages"])
    except (OSError, ValueError, KeyError):
        return False


def need_snapshot(root: Path) -> Snapshot:
    """The snapshot that serves; a UserError with the next step before the first build."""
    check_folder(root)
    snapshot = current_snapshot(root)
    if snapshot is None:
        raise UserError(
            Problem("snapshots", 0, "", "no snapshot yet", "a finished build", f"Run: plainview build {root}")
        )
    return snapshot


def use_snapshot(root: Path, id: str) -> Snapshot:
    """Make the snapshot called `id` (or the only one starting so) serve, by one rename."""
    with build_lock(root):
        return _use(root, id)


def _use(root: Path, id: str) -> Snapshot:
    matches = [s for s in list_snapshots(root) if s.id == id or s.id.startswith(id)]
    exact = [s for s in matches if s.id == id] or matches
    if len(exact) != 1:
        found = f'{len(exact)} snapshots called "{id}"'
        raise UserError(
            Problem("snapshots", 0, "", found, "exactly one", "List them: plainview snapshots PROJECT list")
        )
    _point_current(root / "snapshots", exact[0].id)
    return exact[0]


def prune_snapshots(root: Path, keep: int = 3) -> list[str]:
    """Delete all but the newest `keep` (at least 1) snapshots and the one that serves; the ids deleted."""
    if keep < 1:
        raise ValueError(f"keep is {keep}; at least one snapshot stays")
    with build_lock(root):
        serving = current_snapshot(root)
        old = list_snapshots(root)[:-keep]
        gone = [s for s in old if serving is None or s.id != serving.id]
        for snapshot in gone:
            # A first rename, so that a prune that is killed leaves no half snapshot under its name.
            doomed = snapshot.folder.with_name(f"{_BUILDING}pruned-{snapshot.id}")
            snapshot.folder.replace(doomed)
            shutil.rmtree(doomed)
        return [s.id for s in gone]


@contextmanager
def build_lock(root: Path) -> Iterator[None]:
    """Held by the one process that may change the snapshots of a project; freed on any death."""
    check_folder(root)
    folder = root / "snapshots"
    folder.mkdir(exist_ok=True)
    _check_link(folder)
    with (folder / ".lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(
                Problem(
                    "snapshots",
                    0,
                    "",
                    "another build of this project is at work",
                    "one at a time",
                    "Wait until it has ended, then run the command again.",
                )
            ) from None
        yield


def check_folder(root: Path) -> None:
    """Raise a UserError where there is no project folder."""
    if not (root / "plainview.toml").is_file():
        found, next_step = (
            "no plainview.toml here",
            "Give the project folder's path, or run: plainview new DIR",
        )
        raise UserError(Problem(str(root), 0, "", found, "a project folder", next_step))


def _check_link(folder: Path) -> None:
    """A copy that followed links leaves a folder called `current`, which no rename can replace."""
    if (folder / "current").exists() and not (folder / "current").is_symlink():
        found, next_step = "this is not a link", "It is a copy of a snapshot: delete it, then build again."
        raise UserError(
            Problem("snapshots/current", 0, "", found, "a link to the serving snapshot", next_step)
        )


def begin(root: Path) -> Path:
    """A new empty folder to build in, after clearing away what dead builds left. Needs the lock."""
    folder = root / "snapshots"
    _forget_unserved(folder)
    for remains in folder.glob(f"{_BUILDING}*"):
        shutil.rmtree(remains)
    (folder / ".current").unlink(missing_ok=True)
    building = folder / f"{_BUILDING}{os.getpid()}"
    building.mkdir()
    return building


def _forget_unserved(folder: Path) -> None:
    """Take away the snapshot of a build that died between naming it and letting it serve.

    Nobody has seen it; left there, the ids that it gave would count as known.
    """
    note = folder / _PUBLISHING
    if not note.is_file():
        return
    id = note.read_text(encoding="utf-8").strip()
    unserved = folder / id
    if id and unserved.is_dir() and (folder / "current").resolve() != unserved.resolve():
        unserved.replace(folder / f"{_BUILDING}unserved-{id}")
    note.unlink()


def publish(building: Path, id: str, manifest: dict[str, Any]) -> Snapshot:
    """Write the manifest, make all of it durable, name the snapshot and let it serve."""
    (building / MANIFEST).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for path in sorted(building.rglob("*")):
        if path.is_file():
            path.chmod(0o444)
        _sync(path)
    _sync(building)
    final = building.with_name(id)
    note = final.with_name(_PUBLISHING)
    note.write_text(id + "\n", encoding="utf-8")
    _sync(note)
    building.replace(final)
    _sync(final.parent)
    _point_current(final.parent, id)
    note.unlink()
    return Snapshot(final)


def _point_current(folder: Path, id: str) -> None:
    """Replace the link in one rename, so that a reader sees the old or the new and never nothing."""
    fresh = folder / ".current"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(id)
    fresh.replace(folder / "current")
    _sync(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
