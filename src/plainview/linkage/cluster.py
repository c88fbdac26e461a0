"""Tuples that are one person: links joined into clusters.

Connected components of all links more likely than not, by SciPy; within them average clustering (see
`average`), with what people decided and what cannot be (two records of a source with one record a person) as pairs
that no evidence outweighs. Clusters that then hold a conflict are clustered again with the conflict forbidden.
"""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plainview.engine.tables import read_table, write_table
from plainview.linkage.average import CANNOT, MUST, UNINFORMED, split_components
from plainview.linkage.comparisons import Comparison, compared, shifts
from plainview.linkage.components import connected
from plainview.linkage.conflicts import find_conflicts
from plainview.linkage.decided import gather_decisions
from plainview.linkage.features import FEATURES, make_features, numbered
from plainview.linkage.fields import table
from plainview.linkage.mixture import Mixture
from plainview.linkage.model import MODEL, Model, read_model
from plainview.project.specs import Project

Ints = NDArray[np.int64]

_CERTAIN = 60.0  # no evidence weighs more; what decisions alone hold together stays together
LARGEST = 300
"""Tuples in a component; larger ones are taken apart at a higher weight first, since all their pairs count."""


def cluster(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`tuples`, `identities`, `links`, `model.json` and the decisions to `clusters`: tuple_id, cluster.

    `cluster` is the smallest tuple_id in it. Counts: `clusters`, `components`, `split` (components that
    became several clusters), `conflicts` (clusters parted because of a conflict), `largest` (tuples in the
    largest cluster), `decisions` (pairs of tuples that people decided), `waiting` (decisions on absent records).
    """
    model = read_model(folder / MODEL)
    nodes = _count(con, read_table(table(folder, "tuples")))
    waiting = gather_decisions(con, project, folder)
    decided = _count(con, "decided")
    threshold = project.spec.linkage.threshold
    labels, components = _components(con, folder, nodes)
    _pairs_within(con, project, folder, model, labels)
    split = split_labels(con, "SELECT component, l, r, weight FROM within", labels, threshold)
    _label(con, folder, labels)
    conflicts = find_conflicts(con, project, folder, "labelled")
    if conflicts:
        split_labels(con, FORBIDDEN, labels, threshold)
        _label(con, folder, labels)
    write_table(
        con,
        "SELECT t.tuple_id, first.tuple_id AS cluster FROM labelled t "
        "JOIN (SELECT label, min(node) AS node FROM labelled GROUP BY label) f USING (label) "
        "JOIN labelled first ON first.node = f.node ORDER BY t.node",
        table(folder, "clusters"),
    )
    for name in ("labelled", "decided", "apart", "conflicts", "within"):
        con.execute(f"DROP TABLE {name}")
    return {
        "clusters": len(np.unique(labels)),
        "components": components,
        "split": split,
        "conflicts": conflicts,
        "largest": int(np.unique(labels, return_counts=True)[1].max()) if nodes else 0,
        "decisions": decided,
        "waiting": waiting,
    }


def _label(con: duckdb.DuckDBPyConnection, folder: Path, labels: Ints) -> None:
    """The temporary table `labelled`: node, tuple_id, label."""
    con.register("labels", pa.table({"node": np.arange(len(labels), dtype=np.int32), "label": labels}))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE labelled AS "
        f"SELECT t.node, t.tuple_id, l.label FROM ({numbered(folder)}) t JOIN labels l USING (node)"
    )
    con.unregister("labels")


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    con.execute(f"SELECT count(*) FROM {relation}")
    return int(con.fetchall()[0][0])


def _components(con: duckdb.DuckDBPyConnection, folder: Path, nodes: int) -> tuple[Ints, int]:
    """A label a node: connected components of the links more likely than not, large ones taken apart."""
    found = con.execute(
        f"SELECT node_l AS l, node_r AS r, match_weight AS weight FROM {read_table(table(folder, 'links'))} "
        f"WHERE match_weight > 0 AND node_l NOT IN (FROM apart) AND node_r NOT IN (FROM apart) "
        f"UNION ALL SELECT l, r, weight FROM decided WHERE weight > 0"
    ).fetchnumpy()
    left, right = found["l"].astype(np.int64), found["r"].astype(np.int64)
    weight = found["weight"].astype(np.float64)
    labels = connected(nodes, left, right)
    least = 0.0
    while nodes and np.bincount(labels).max() > LARGEST and least < _CERTAIN:
        least += 2.0
        large = np.bincount(labels)[labels] > LARGEST
        kept = (weight > least) | ~large[left]
        left, right, weight = left[kept], right[kept], weight[kept]
        labels = connected(nodes, left, right)
    return labels, len(np.unique(labels))


FORBIDDEN = f"""
    SELECT a.label AS component, w.l, w.r,
           CASE WHEN abs(w.weight) >= {MUST} THEN w.weight WHEN c.l IS NOT NULL THEN {CANNOT} ELSE w.weight END
           AS weight
    FROM within w JOIN labelled a ON a.node = w.l JOIN labelled b ON b.node = w.r AND b.label = a.label
    LEFT JOIN conflicts c ON c.l = w.l AND c.r = w.r
    WHERE a.label IN (SELECT label FROM conflicts)
"""
"""The pairs of clusters that hold a conflict, with the conflict forbidden, unless a person decided otherwise."""


def split_labels(con: duckdb.DuckDBPyConnection, pairs: str, labels: Ints, threshold: float) -> int:
    """Split the components that average clustering does not hold to be one; labels are changed in place."""
    found = con.execute(f"{pairs} ORDER BY component, l, r").fetchnumpy()
    nodes, clusters = split_components(
        found["component"].astype(np.int64),
        found["l"].astype(np.int64),
        found["r"].astype(np.int64),
        found["weight"].astype(np.float64),
        math.log2(threshold / (1 - threshold)),
    )
    before = len(np.unique(labels[nodes]))
    labels[nodes] = len(labels) + clusters  # nodes are fewer, so that no label has two meanings
    return before


def _pairs_within(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, model: Model, labels: Ints
) -> None:
    """The temporary table `within`: component, l, r, weight of all pairs in components of two and more.

    A pair that no blocking rule brought together is compared here. It can speak against, and never for.
    """
    con.register("labels", pa.table({"node": np.arange(len(labels), dtype=np.int32), "component": labels}))
    con.execute(
        "CREATE OR REPLACE TEMP TABLE members AS SELECT node, component FROM labels WHERE component IN "
        "(SELECT component FROM labels GROUP BY component HAVING count(*) > 1)"
    )
    con.unregister("labels")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE inside AS SELECT a.component, a.node AS l, b.node AS r "
        "FROM members a JOIN members b ON a.component = b.component AND a.node < b.node"
    )
    links = read_table(table(folder, "links"))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE known AS SELECT i.component, i.l, i.r, k.match_weight AS weight, k.pattern "
        f"FROM inside i LEFT JOIN {links} k ON k.node_l = i.l AND k.node_r = i.r"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE unknown AS SELECT l, r FROM known WHERE weight IS NULL")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE wanted AS SELECT l AS node FROM unknown UNION SELECT r FROM unknown"
    )
    make_features(con, project, folder, model.statistics, "wanted")
    patterns = compared("unknown", FEATURES, model.mixture.made)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE looked AS SELECT p.*, x.forbidden FROM ({patterns}) p "
        f"JOIN (SELECT u.l, u.r, l.singles & r.singles <> 0 AS forbidden FROM unknown u "
        f"JOIN {FEATURES} l ON l.node = u.l JOIN {FEATURES} r ON r.node = u.r) x "
        f"ON x.l = p.node_l AND x.r = p.node_r"
    )
    _weigh(con, model.mixture)
    counted = counted_sql(
        model.mixture.made,
        weight="coalesce(k.weight, w.weight)",
        pattern="coalesce(k.pattern, p.pattern)",
        linked="k.weight IS NOT NULL",
        forbidden="p.forbidden",
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE within AS
        SELECT k.component, k.l, k.r,
               CASE WHEN d.weight IS NOT NULL THEN d.weight ELSE {counted} END AS weight
        FROM known k LEFT JOIN looked p ON p.node_l = k.l AND p.node_r = k.r
        LEFT JOIN pattern_weights w ON w.pattern = p.pattern
        LEFT JOIN decided d ON d.l = k.l AND d.r = k.r
        """
    )
    for name in ("members", "inside", "known", "unknown", "wanted", "looked", "pattern_weights", FEATURES):
        con.execute(f"DROP TABLE {name}")


def counted_sql(
    made: tuple[Comparison, ...], *, weight: str, pattern: str, linked: str, forbidden: str
) -> str:
    """SQL of what a pair's `weight` counts among all pairs of two groups; the arguments are SQL.

    A pair that is no link can speak against, and never for; one without two birth dates speaks against with half
    its weight (see `average.UNINFORMED`); one that cannot be is outweighed by nothing.
    """
    shift, bits = next(
        (shift, comparison.bits)
        for comparison, shift in zip(made, shifts(made), strict=True)
        if comparison.name == "birth_date"
    )
    unborn = f"(({pattern}) >> {shift}) & {(1 << bits) - 1} = 0"
    return (
        f"CASE WHEN {forbidden} THEN {CANNOT} WHEN {weight} < 0 AND {unborn} THEN {weight} * {UNINFORMED} "
        f"WHEN {linked} THEN {weight} ELSE least({weight}, 0) END"
    )


def _weigh(con: duckdb.DuckDBPyConnection, mixture: Mixture) -> None:
    """The temporary table `pattern_weights` of the patterns in `looked`."""
    found = con.execute("SELECT DISTINCT pattern FROM looked ORDER BY pattern").fetchnumpy()
    patterns = found["pattern"].astype(np.int64)
    weights = np.round(mixture.match_weights(patterns), 6)
    con.register("weights", pa.table({"pattern": patterns, "weight": weights}))
    con.execute("CREATE OR REPLACE TEMP TABLE pattern_weights AS SELECT * FROM weights")
    con.unregister("weights")
