"""Decisions of people as weights of pairs that no evidence outweighs."""

from __future__ import annotations

from itertools import combinations, product
from pathlib import Path

import duckdb
import pyarrow as pa

from plainview.linkage.average import CANNOT, MUST
from plainview.linkage.decisions import constraints
from plainview.linkage.features import numbered
from plainview.project.specs import Project

Pairs = list[tuple[int, int]]


def gather_decisions(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> int:
    """Make the temporary tables `decided` (l, r, weight) and `apart` (node), and give the number that wait.

    What follows from decisions is there too: all pairs of a group that must be together, and all pairs of
    two groups of which one pair must not.
    """
    found = constraints(con, project, folder)
    must = _nodes(con, folder, found.must)
    cannot = _nodes(con, folder, found.cannot)
    groups = _groups(must)
    weights: dict[tuple[int, int], float] = {}
    for one, other in cannot:
        for pair in product(groups.get(one, {one}), groups.get(other, {other})):
            weights[min(pair), max(pair)] = CANNOT
    for group in groups.values():
        for pair in combinations(sorted(group), 2):
            weights[pair] = MUST
    rows = sorted((*pair, weight) for pair, weight in weights.items())
    left, right, weight = zip(*rows, strict=True) if rows else ((), (), ())
    decided = pa.table(
        {
            "l": pa.array(left, pa.int32()),
            "r": pa.array(right, pa.int32()),
            "weight": pa.array(weight, pa.float64()),
        }
    )
    con.register("decided_pairs", decided)
    con.execute("CREATE OR REPLACE TEMP TABLE decided AS SELECT * FROM decided_pairs")
    con.unregister("decided_pairs")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE apart AS SELECT node FROM ({numbered(folder)}) "
        f"WHERE tuple_id IN (SELECT tuple_id FROM {found.apart})"
    )
    return len(found.waiting)


def _nodes(con: duckdb.DuckDBPyConnection, folder: Path, pairs: str) -> Pairs:
    con.execute(
        f"SELECT l.node, r.node FROM {pairs} p JOIN ({numbered(folder)}) l ON l.tuple_id = p.tuple_l "
        f"JOIN ({numbered(folder)}) r ON r.tuple_id = p.tuple_r ORDER BY ALL"
    )
    return [(int(l), int(r)) for l, r in con.fetchall()]  # noqa: E741


def _groups(must: Pairs) -> dict[int, set[int]]:
    """Node to all nodes it must be with, itself included."""
    groups: dict[int, set[int]] = {}
    for one, other in must:
        joined = groups.get(one, {one}) | groups.get(other, {other})
        for node in joined:
            groups[node] = joined
    return groups
