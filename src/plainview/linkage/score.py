"""Weigh the compared pairs with the model."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from plainview.engine.tables import read_table, write_table
from plainview.linkage.compare import count_patterns
from plainview.linkage.features import numbered
from plainview.linkage.fields import table
from plainview.linkage.mixture import Floats
from plainview.linkage.model import MODEL, read_model
from plainview.project.specs import Project

KEPT = 0.01
"""Links less probable than this are of no use to anybody, reviewers included."""


def score(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`tuples`, `pairs` and `model.json` to `links`.

    A row a pair of tuples with a match probability of at least .01: tuple_l < tuple_r, match_weight (log2
    of the odds, prior included), match_probability, pattern, and node_l and node_r, the places of the two
    in `tuples`. Counts: `links`, `matches` (links at or
    above the project's threshold).
    """
    model = read_model(folder / MODEL)
    patterns, _ = count_patterns(con, folder)
    weights = np.round(model.mixture.match_weights(patterns), 6)
    con.register(
        "weights",
        pa.table(
            {"pattern": patterns, "match_weight": weights, "match_probability": to_probability(weights)}
        ),
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE weighed AS SELECT * FROM weights WHERE match_probability >= {KEPT}"
    )
    con.unregister("weights")
    con.execute(f"CREATE OR REPLACE TEMP TABLE named AS SELECT tuple_id, node FROM ({numbered(folder)})")
    path = table(folder, "links")
    links = write_table(
        con,
        f"""
        SELECT l.tuple_id AS tuple_l, r.tuple_id AS tuple_r, match_weight, match_probability, pattern,
               p.node_l, p.node_r
        FROM {read_table(table(folder, "pairs"))} p JOIN weighed USING (pattern)
        JOIN named l ON l.node = p.node_l JOIN named r ON r.node = p.node_r
        ORDER BY node_l, node_r
        """,
        path,
    )
    con.execute("DROP TABLE weighed; DROP TABLE named")
    threshold = project.spec.linkage.threshold
    con.execute(f"SELECT count(*) FROM {read_table(path)} WHERE match_probability >= {threshold}")
    return {"links": links, "matches": int(con.fetchall()[0][0])}


def to_probability(weights: Floats) -> Floats:
    """Match weights to probabilities, rounded to nine digits."""
    return np.round(1 / (1 + np.exp2(-np.clip(weights, -1000, 1000))), 9)
