"""Tuples that are one person: links joined into clusters.

Connected components of the links at or above the threshold, by SciPy: a million links in half a
second, where Splink's iteration in SQL takes dozens of joins. Components that would put two records of a
source with one record a person together are taken apart again and joined link by link, the strongest
first, leaving out each link that would break the rule.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import table
from plainview.linkage.merges import merge_within_limits
from plainview.project.specs import Project

Ints = NDArray[np.int64]


def cluster(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`tuples`, `identities` and `links` to `clusters`: tuple_id, cluster.

    `cluster` is the smallest tuple_id in it. Equal weights are taken in order of the tuple ids. Counts:
    `clusters`, `refused` (links left out because of one record a person).
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE nodes AS "
        f"SELECT tuple_id, (row_number() OVER (ORDER BY tuple_id) - 1)::BIGINT AS node "
        f"FROM {read_table(table(folder, 'tuples'))}"
    )
    left, right = _edges(con, project.spec.linkage.threshold, table(folder, "links"))
    con.execute("SELECT count(*) FROM nodes")
    nodes = int(con.fetchall()[0][0])
    labels, refused = _label(nodes, left, right, _holdings(con, project, table(folder, "identities")))
    con.register("labels", pa.table({"node": np.arange(nodes), "label": labels}))
    con.execute("CREATE OR REPLACE TEMP TABLE labelled AS SELECT * FROM labels")
    con.unregister("labels")
    write_table(
        con,
        "SELECT tuple_id, min(tuple_id) OVER (PARTITION BY label) AS cluster "
        "FROM nodes JOIN labelled USING (node) ORDER BY tuple_id",
        table(folder, "clusters"),
    )
    con.execute("DROP TABLE nodes; DROP TABLE labelled")
    return {"clusters": len(np.unique(labels)), "refused": refused}


def _edges(con: duckdb.DuckDBPyConnection, threshold: float, links: Path) -> tuple[Ints, Ints]:
    """Links to join, the strongest first, ties in order of the tuple ids."""
    found = con.execute(
        f"SELECT l.node AS l, r.node AS r FROM {read_table(links)} k JOIN nodes l ON l.tuple_id = k.tuple_l "
        f"JOIN nodes r ON r.tuple_id = k.tuple_r WHERE k.match_probability >= {threshold} "
        f"ORDER BY k.match_weight DESC, l.node, r.node"
    ).fetchnumpy()
    return found["l"].astype(np.int64), found["r"].astype(np.int64)


def _holdings(con: duckdb.DuckDBPyConnection, project: Project, identities: Path) -> tuple[Ints, Ints]:
    """Node and number of each source with one record a person that has a record in the node."""
    single = ", ".join(literal(s.id) for s in project.sources if s.one_record_per_person) or "NULL"
    found = con.execute(
        f"SELECT DISTINCT n.node, dense_rank() OVER (ORDER BY i.source) - 1 AS source "
        f"FROM {read_table(identities)} i JOIN nodes n USING (tuple_id) "
        f"WHERE i.source IN ({single}) ORDER BY ALL"
    ).fetchnumpy()
    return found["node"].astype(np.int64), found["source"].astype(np.int64)


def _label(nodes: int, left: Ints, right: Ints, holdings: tuple[Ints, Ints]) -> tuple[Ints, int]:
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(nodes, nodes))
    found = connected_components(graph, directed=False)[1] if nodes else np.zeros(0)
    labels: Ints = np.asarray(found, dtype=np.int64)
    crowded = _crowded(labels, *holdings)
    if not len(crowded):
        return labels, 0
    inside = np.isin(labels, crowded)
    loose = inside[left]
    parts, refused = merge_within_limits(left[loose], right[loose], holdings, np.flatnonzero(inside))
    labels[inside] = parts + nodes
    return labels, refused


def _crowded(labels: Ints, node: Ints, source: Ints) -> Ints:
    """Labels of components that hold two records of one single-record source."""
    if not len(node):
        return np.zeros(0, dtype=np.int64)
    pairs = np.stack([labels[node], source])
    unique, counts = np.unique(pairs, axis=1, return_counts=True)
    crowded: Ints = np.unique(unique[0][counts > 1])
    return crowded
