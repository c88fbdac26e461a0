"""The evidence between any tuples of a snapshot, compared anew, also where no blocking rule brought them together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.average import LEAST, MOST, UNINFORMED
from plainview.linkage.classes import CLASSES, MATCH
from plainview.linkage.comparisons import compared
from plainview.linkage.features import FEATURES, make_features, numbered
from plainview.linkage.fields import table
from plainview.linkage.mixture import to_weights, unpack
from plainview.linkage.model import Model
from plainview.linkage.score import to_probability
from plainview.project.specs import Project


@dataclass(frozen=True)
class FieldWeight:
    """What one comparison found, and its match weight: log2 of how much likelier one person makes it."""

    comparison: str
    finding: str
    weight: float


@dataclass(frozen=True)
class Evidence:
    """Two tuples weighed.

    `match_weight` is the sum of `starting_weight`, the weights of the fields and `other_readings`. The first two
    hold one person against `instead`, the likeliest kind of two people; the last is what the other kinds take off.
    `candidate` says that there is a link between them: a blocking rule had brought them together, and one person
    was not next to impossible.
    """

    tuple_l: str
    tuple_r: str
    match_weight: float
    match_probability: float
    candidate: bool
    instead: str
    starting_weight: float
    fields: tuple[FieldWeight, ...]
    other_readings: float

    @property
    def counted(self) -> float:
        """The weight as clustering counts it; see `average` and `cluster`."""
        weight = self.match_weight if self.candidate else min(self.match_weight, 0.0)
        unborn = any(field.finding == "birth date not known" for field in self.fields)
        if weight < 0 and unborn:
            weight *= UNINFORMED
        return min(max(weight, LEAST), MOST)


def weigh(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, model: Model, tuples: Sequence[str]
) -> list[Evidence]:
    """All pairs among `tuples` (ids, any order), in order of the ids."""
    listed = ", ".join(literal(tuple_id) for tuple_id in tuples) or "NULL"
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE weighed_nodes AS SELECT node, tuple_id FROM ({numbered(folder)}) "
        f"WHERE tuple_id IN ({listed})"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE weighed_pairs AS SELECT a.node AS l, b.node AS r "
        "FROM weighed_nodes a JOIN weighed_nodes b ON a.node < b.node"
    )
    make_features(con, project, folder, model.statistics, "weighed_nodes")
    con.execute(
        f"SELECT l.tuple_id, r.tuple_id, p.pattern, k.node_l IS NOT NULL "
        f"FROM ({compared('weighed_pairs', FEATURES, model.mixture.made)}) p "
        f"JOIN weighed_nodes l ON l.node = p.node_l JOIN weighed_nodes r ON r.node = p.node_r "
        f"LEFT JOIN {read_table(table(folder, 'links'))} k ON k.node_l = p.node_l AND k.node_r = p.node_r "
        f"ORDER BY p.node_l, p.node_r"
    )
    rows = con.fetchall()
    con.execute(f"DROP TABLE weighed_nodes; DROP TABLE weighed_pairs; DROP TABLE {FEATURES}")
    return [read_pattern(model, *row) for row in rows]


def read_pattern(model: Model, tuple_l: str, tuple_r: str, pattern: int, candidate: bool) -> Evidence:
    """What a pattern says, level by level."""
    mixture = model.mixture
    likelihoods = mixture.log_likelihoods(np.array([pattern], dtype=np.int64))
    (weight,) = np.round(to_weights(likelihoods), 6)
    rival = MATCH + 1 + int(np.argmax(likelihoods[0, MATCH + 1 :]))
    levels = [int(found[0]) for found in unpack(mixture.made, np.array([pattern], dtype=np.int64))]
    fields = []
    for comparison, level in zip(mixture.made, levels, strict=True):
        probabilities = np.maximum(mixture.levels[comparison.name], 1e-9)
        own = float(np.log2(probabilities[MATCH, level] / probabilities[rival, level]))
        fields.append(FieldWeight(comparison.name, comparison.levels[level].label, round(own, 6)))
    start = round(float(np.log2(mixture.shares[MATCH] / mixture.shares[rival])), 6)
    rest = float(weight) - start - sum(field.weight for field in fields)
    return Evidence(
        tuple_l=tuple_l,
        tuple_r=tuple_r,
        match_weight=float(weight),
        match_probability=float(to_probability(np.array([weight]))[0]),
        candidate=candidate,
        instead=CLASSES[rival].meaning,
        starting_weight=start,
        fields=tuple(fields),
        other_readings=round(rest, 6),
    )
