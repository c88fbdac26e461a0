"""Learn the linkage model, without labels, from how often each agreement pattern occurs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from plainview.linkage.compare import count_patterns, read_statistics
from plainview.linkage.comparisons import Comparison, comparisons
from plainview.linkage.labels import Labels, weigh_labels
from plainview.linkage.mixture import Ints, fit, unpack
from plainview.linkage.model import MODEL, Model, read_kept_model, usual_mixture
from plainview.project.specs import Project

_FEWEST_PAIRS = 300  # below this the usual parameters are better than anything that could be fitted


def train(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    tell: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """`pairs` and `statistics.json` to `model.json`.

    Where the project keeps a model, that one is taken. With fewer than 300 compared pairs the usual model
    stands. Counts: `patterns`, `rounds` (0 where nothing was fitted), `fitted`, `kept` (1 where the project's
    model is used), `trained_tuples` (how many the model was trained on).
    """
    model = read_kept_model(project)
    if model:
        found = {"patterns": 0, "rounds": 0, "fitted": 0, "kept": 1}
    else:
        model = fit_model(con, project, folder, tell)
        rounds = model.trained["rounds"]
        patterns = model.trained["on"]["patterns"]
        found = {"patterns": patterns, "rounds": rounds, "fitted": int(rounds > 0), "kept": 0}
    (folder / MODEL).write_text(model.as_json(), "utf-8")
    return found | {"trained_tuples": model.statistics.tuples}


def fit_model(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    tell: Callable[[float], None] = lambda share: None,
    labels: Labels | None = None,
) -> Model:
    """Fit a model to `pairs` and `statistics.json`, whatever the project keeps; the usual one to few pairs.

    `labels` are weighed as `weigh_labels` says; without any, the model is that of the pairs alone.
    """
    statistics = read_statistics(folder)
    made = comparisons(statistics.sources)
    mixture = usual_mixture(made)
    patterns, counts = count_patterns(con, folder)
    rounds = 0
    if counts.sum() >= _FEWEST_PAIRS:
        mixture, rounds = fit(made, patterns, counts, mixture, tell)
        if labels is not None and len(labels.patterns):
            left, known = weigh_labels(mixture, patterns, counts, labels)
            mixture, rounds = fit(made, patterns, left, usual_mixture(made), tell, known)
    trained = {
        "on": {"tuples": statistics.tuples, "pairs": int(counts.sum()), "patterns": len(patterns)},
        "blocking": project.spec.linkage.blocking,
        "rounds": rounds,
        "labels": 0 if labels is None or not rounds else len(labels.patterns),
        "unseen": find_unseen(made, patterns) if rounds else {},
    }
    return Model(mixture, statistics, trained)


def find_unseen(made: tuple[Comparison, ...], patterns: Ints) -> dict[str, list[str]]:
    """Comparison to the labels of the levels that no pattern is at: what the model says of them is the usual."""
    unseen = {}
    for comparison, found in zip(made, unpack(made, patterns), strict=True):
        present = set(np.unique(found).tolist())
        absent = [
            level.label for place, level in enumerate(comparison.levels) if place and place not in present
        ]
        if absent:
            unseen[comparison.name] = absent
    return unseen
