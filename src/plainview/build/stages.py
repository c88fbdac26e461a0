"""The stages of a build, as data: what each needs, what it writes, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from plainview.build.snapshots import Snapshot
from plainview.project.specs import Project

Counts = dict[str, Any]

SCRATCH = ".scratch"
"""A folder beside the outputs that is gone before the snapshot is published."""


@dataclass(frozen=True)
class Work:
    """What a running stage is given.

    `folder` is the snapshot being written; `previous` the one that serves, if any; `tell`
    takes a share 0..1 of the stage that is done. `heavy` gives the connection for stages that may run beyond
    this machine; without it they use `con`.
    """

    project: Project
    con: duckdb.DuckDBPyConnection
    folder: Path
    previous: Snapshot | None
    tell: Callable[[float], None] = lambda share: None
    heavy: Callable[[], duckdb.DuckDBPyConnection] | None = None


@dataclass(frozen=True)
class Stage:
    """One step. `outputs` are files of the snapshot, or folders where the name ends in a slash; `inputs` are
    outputs of earlier stages. `reads` is what it reads from outside the snapshot, for people; `must_run`
    is a reason, if there is one, not to keep it.

    `declared` is everything else that the result depends on (declarations, hashes of deliveries), as
    plain data. Two builds in which `declared`, the inputs' bytes and the code agree give the same outputs.
    """

    name: str
    title: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    declared: Mapping[str, Any]
    run: Callable[[Work], Counts] = field(repr=False)
    reads: str = ""
    must_run: str = ""
