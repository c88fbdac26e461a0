"""Pairs that people judged, as labels to train with: where they are read from, and what they weigh."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plainview.engine.tables import read_table
from plainview.linkage.decisions import COLUMNS, Key, parse_decisions
from plainview.linkage.fields import table
from plainview.linkage.mixture import Floats, Ints, Known, Mixture
from plainview.linkage.samples import SHEET, read_judgements
from plainview.linkage.score import to_probability
from plainview.project.errors import Problem, UserError

Judgement = tuple[Key, Key, bool]
"""Two records, and whether they are one person."""

_EDGES = (0.01, 0.1, 0.5, 0.9, 0.99)  # of the match probability: labels speak for the pairs of their own band
_MOST_A_LABEL = 20.0  # pairs that one label stands for, at most
_MOST_A_BAND = 0.5  # of the pairs of a band, those that its labels may stand for


@dataclass(frozen=True)
class Labels:
    """Compared pairs of tuples that people judged, in order of their tuples. `left_out` are those of no use here.

    Of no use are pairs of records that say the same, pairs that no blocking rule brings together (the
    model speaks of those that it does), pairs about records that are not there, and pairs judged both ways.
    """

    patterns: Ints
    same: NDArray[np.bool_]
    left_out: int


def read_labels(paths: Sequence[Path]) -> list[Judgement]:
    """The judgements of files, each `decisions/identity.csv` or a sheet of `plainview sample`, by its first line.

    Of decisions those in force count; "unlink" says nothing of a pair. UserError if a file is neither or not sound.
    """
    found: list[Judgement] = []
    for path in paths:
        found += _read_file(path)
    return found


def _read_file(path: Path) -> list[Judgement]:
    step = "Give decisions/identity.csv, or a sheet written by: plainview sample PROJECT --pairs N --out FILE.csv"
    if not path.is_file():
        raise UserError(Problem(str(path), 0, "--labels", "no such file", "a file of judged pairs", step))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(
            Problem(str(path), 0, "", "not UTF-8", "text in UTF-8", "Save it again as UTF-8.")
        ) from None
    head = tuple(next(csv.reader(text.splitlines()), []))
    if head == SHEET:
        return read_judgements(path)
    if head == COLUMNS:
        decisions = parse_decisions(text)
        return [
            *((one, other, True) for one, other in decisions.same),
            *((one, other, False) for one, other in decisions.not_same),
        ]
    raise UserError(Problem(str(path), 1, "", "other columns", "those of judged pairs", step))


def match_labels(con: duckdb.DuckDBPyConnection, folder: Path, judgements: Iterable[Judgement]) -> Labels:
    """Judgements about records as labels of the compared pairs of `identities`, `tuples` and `pairs` in a folder."""
    given = list(judgements)
    columns = {
        "one_source": pa.array([one[0] for one, _, _ in given], pa.string()),
        "one_id": pa.array([one[1] for one, _, _ in given], pa.string()),
        "other_source": pa.array([other[0] for _, other, _ in given], pa.string()),
        "other_id": pa.array([other[1] for _, other, _ in given], pa.string()),
        "same": pa.array([same for _, _, same in given], pa.bool_()),
    }
    identities, tuples, pairs = (
        read_table(table(folder, name)) for name in ("identities", "tuples", "pairs")
    )
    con.register("judged", pa.table(columns))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE judged_nodes AS
        WITH nodes AS MATERIALIZED (
            SELECT i.source, i.record_id, t.node FROM {identities} i JOIN
            (SELECT tuple_id, row_number() OVER (ORDER BY tuple_id) - 1 AS node FROM {tuples}) t USING (tuple_id)
        )
        SELECT least(a.node, b.node) AS l, greatest(a.node, b.node) AS r, same
        FROM judged j JOIN nodes a ON a.source = j.one_source AND a.record_id = j.one_id
        JOIN nodes b ON b.source = j.other_source AND b.record_id = j.other_id
        """
    )
    con.unregister("judged")
    found = con.execute(
        f"""
        SELECT p.pattern, bool_or(n.same) AS same, count(*) AS given
        FROM judged_nodes n JOIN {pairs} p ON p.node_l = n.l AND p.node_r = n.r
        GROUP BY n.l, n.r, p.pattern HAVING count(DISTINCT n.same) = 1 ORDER BY n.l, n.r
        """
    ).fetchnumpy()
    con.execute("DROP TABLE judged_nodes")
    return Labels(
        found["pattern"].astype(np.int64), found["same"].astype(bool), len(given) - int(found["given"].sum())
    )


def weigh_labels(mixture: Mixture, patterns: Ints, counts: Ints, labels: Labels) -> tuple[Floats, Known]:
    """What is left of the counts beside the labels, and the labels with their weights.

    Reviewers see pairs in doubt far more often than others, so a label must not count as if it had been
    drawn from all pairs. It speaks for its own band of match probability, that of `mixture`, fitted
    without labels. Of a band of N pairs with n labels each label stands for min(20, N / 2n) pairs, and
    the other pairs of the band are weighed down by as much. So the bands keep their sizes; labels that say
    what the model says of their band hardly move it; a few hundred count as some thousands of pairs, and
    never as more than half of a band.
    """
    bands = np.digitize(to_probability(mixture.match_weights(patterns)), _EDGES)
    own = np.digitize(to_probability(mixture.match_weights(labels.patterns)), _EDGES)
    left = counts.astype(np.float64)
    weights = np.zeros(len(labels.patterns))
    for band in np.unique(own):
        here, mine = bands == band, own == band
        size, judged = float(left[here].sum()), int(mine.sum())
        each = min(_MOST_A_LABEL, _MOST_A_BAND * size / judged)
        weights[mine] = each
        left[here] *= 1 - each * judged / size
    return left, Known(labels.patterns, labels.same, weights)
