"""Compare the candidate pairs of tuples and weigh the evidence."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import duckdb

from plainview.engine.tables import read_table, write_table
from plainview.linkage.blocking import PREPARED, add_keys, prepare, rule_name
from plainview.linkage.fields import table
from plainview.linkage.train import MODEL, splink_linker
from plainview.project.specs import Project

_KEPT = 0.01  # links less probable than this are of no use to anybody, reviewers included
_EMPTY = (
    "SELECT ''::VARCHAR AS tuple_l, ''::VARCHAR AS tuple_r, 0.0::DOUBLE AS match_weight, "
    "0.0::DOUBLE AS match_probability WHERE false"
)


def score(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`tuples`, `identities` and `model.json` to `links`.

    A row a pair of tuples with a match probability of at least .01: tuple_l < tuple_r, match_weight (log2
    of the odds, prior included), match_probability, and per comparison `mw_<name>` (its match weight, the
    rarity of the value included) and `level_<name>` (from 0, all differs, upwards; -1 not known).
    Counts: `candidates`, `links`, `matches` (links at or above the project's threshold).
    """
    settings = json.loads((folder / MODEL).read_text("utf-8"))
    path = table(folder, "links")
    if not settings["comparisons"] or not settings["blocking_rules_to_generate_predictions"]:
        return {"candidates": 0, "links": write_table(con, _EMPTY, path), "matches": 0}
    prepare(con, project, folder)
    add_keys(con, [rule_name(rule) for rule in settings["blocking_rules_to_generate_predictions"]])
    with splink_linker(con, PREPARED, settings) as linker:
        candidates = linker.inference.compute_blocked_pairs_for_predict()
        compared = _rows(con, candidates.physical_name)
        scored = linker.inference.predict(threshold_match_probability=_KEPT, warning_mode="never")
        links = write_table(con, _links(scored.physical_name, settings), path)
    con.execute(f"DROP TABLE {PREPARED}")
    matches = _rows(con, f"{read_table(path)} WHERE match_probability >= {project.spec.linkage.threshold}")
    return {"candidates": compared, "links": links, "matches": matches}


def _rows(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    con.execute(f"SELECT count(*) FROM {relation}")
    return int(con.fetchall()[0][0])


def _links(scored: str, settings: dict[str, Any]) -> str:
    """Pairs the right way round, weights rounded: sums of the same weights may differ in the last bit."""
    columns = []
    for comparison in settings["comparisons"]:
        name = comparison["output_column_name"]
        rarity = any(level.get("tf_adjustment_column") for level in comparison["comparison_levels"])
        weight = f"mw_{name} + mw_tf_adj_{name}" if rarity else f"mw_{name}"
        columns.append(f"round({weight}, 6) AS mw_{name}, {_level(comparison)} AS level_{name}")
    return f"""
        SELECT l.tuple_id AS tuple_l, r.tuple_id AS tuple_r, round(s.match_weight, 6) AS match_weight,
               round(s.match_probability, 9) AS match_probability, {", ".join(columns)}
        FROM {scored} s
        JOIN {PREPARED} l ON l.unique_id = least(s.unique_id_l, s.unique_id_r)
        JOIN {PREPARED} r ON r.unique_id = greatest(s.unique_id_l, s.unique_id_r)
        ORDER BY tuple_l, tuple_r
    """


def _level(comparison: dict[str, Any]) -> str:
    """The level, found by its weight: Splink gives levels only along with every compared column."""
    levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    weights = [math.log2(level["m_probability"] / level["u_probability"]) for level in levels]
    mw = f"mw_{comparison['output_column_name']}"
    cases = " ".join(
        f"WHEN abs({mw} - {weight!r}) < 1e-9 THEN {len(levels) - 1 - place}"
        for place, weight in enumerate(weights)
    )
    return f"(CASE WHEN {mw} = 0 THEN -1 {cases} ELSE -1 END)::TINYINT"
