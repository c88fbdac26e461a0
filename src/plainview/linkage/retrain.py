"""Train a project's model anew on the data of a snapshot, names and sources counted anew."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from plainview.linkage.compare import STATISTICS, compare
from plainview.linkage.kept_model import write_model
from plainview.linkage.labels import Judgement, match_labels
from plainview.linkage.model import PROJECT_MODEL, Model, read_model
from plainview.linkage.model_weights import changed_weights
from plainview.linkage.statistics import take_statistics
from plainview.linkage.train import fit_model
from plainview.project.errors import Problem, UserError
from plainview.project.specs import Project

Change = tuple[str, str, float, float]


@dataclass(frozen=True)
class Retrained:
    """What came of it: `changes` (comparison, level, old and new weight), the largest first; none without an old
    model. `labels` took part, and `left_out` judgements did not, see `Labels`.
    """

    tuples: int
    pairs: int
    rounds: int
    labels: int
    left_out: int
    first: bool
    changes: tuple[Change, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        names = ("comparison", "level", "before", "after")
        plain = [dict(zip(names, change, strict=True)) for change in self.changes]
        return self.__dict__ | {"changes": plain}


def retrain(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    judgements: Iterable[Judgement] = (),
    tell: Callable[[float], None] = lambda share: None,
) -> Retrained:
    """Train on the tuples of a snapshot folder and write the project's model.

    The old model, if there is one, stays until the new one is whole. UserError where there is too little to
    train on. The scratch folder holds personal data and is gone at the end; it lies among the
    snapshots, where a build clears it away should this die.
    """
    old = _old_model(project)
    with tempfile.TemporaryDirectory(prefix=".building-train-", dir=project.root / "snapshots") as made:
        scratch = Path(made)
        for name in ("tuples.parquet", "identities.parquet"):
            (scratch / name).symlink_to((folder / name).resolve())
        text = json.dumps(take_statistics(con, project, scratch).as_dict(), ensure_ascii=False)
        (scratch / STATISTICS).write_text(text, "utf-8")
        compare(con, project, scratch)
        labels = match_labels(con, scratch, judgements)
        model = fit_model(con, project, scratch, tell, labels)
    _need_rounds(model)
    write_model(project, model)
    return Retrained(
        tuples=model.statistics.tuples,
        pairs=model.trained["on"]["pairs"],
        rounds=model.trained["rounds"],
        labels=model.trained["labels"],
        left_out=labels.left_out,
        first=old is None,
        changes=tuple(changed_weights(old, model)) if old else (),
    )


def _old_model(project: Project) -> Model | None:
    """None also for a file that cannot be used, such as that of an earlier release: it is what training mends."""
    try:
        return read_model(project.root / PROJECT_MODEL)
    except (OSError, UserError):
        return None


def _need_rounds(model: Model) -> None:
    if not model.trained["rounds"]:
        found = f"{model.trained['on']['pairs']} pairs to compare"
        step = "Build with more records first; the model that is there stays."
        raise UserError(Problem(str(PROJECT_MODEL), 0, "", found, "at least 300", step))
