"""The clusters that a delivery changes: components that it reached are clustered anew, as `cluster` does it.

A component that is one cluster beyond doubt is told by its links alone. Those with a decision, and large
ones, are given to the stage itself; all others are clustered by the functions and the SQL of the stage, on what is held
in memory. What tells pairs' weights apart must be what `cluster` says: a rule that stands in one of them alone
makes clusters that a full run does not make.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plainview.engine.duck import literal
from plainview.engine.tables import write_table
from plainview.linkage.average import clip
from plainview.linkage.blocks import Flags, Ints, flags, spread
from plainview.linkage.cluster import FORBIDDEN, LARGEST, cluster, counted_sql, split_labels
from plainview.linkage.components import connected
from plainview.linkage.conflicts import find_conflicts
from plainview.linkage.delta_links import weigh
from plainview.linkage.delta_records import Touched
from plainview.linkage.feature_rows import identity_of
from plainview.linkage.fields import IDENTITY, table
from plainview.linkage.model import MODEL
from plainview.linkage.state import (
    RECORDS,
    TUPLES,
    Floats,
    State,
    decided_nodes,
    first_of_each,
    register,
)

_MOST_HERE = min(100, LARGEST)
"""Tuples in a component that is clustered here: larger ones may have to be taken apart first."""


@dataclass(frozen=True)
class Part:
    """Some components: their nodes in order of tuple_id, and the links between them by place in `members`.

    Of equal means the groups with the first members join first, so that places must be in order of tuple_id.
    """

    members: Ints
    left: Ints
    right: Ints
    weight: Floats
    pattern: Ints


def seeds_of(state: State, touched: Touched) -> Ints:
    """The touched nodes that can change a cluster: there it matters who holds a tuple, not how often."""
    told_apart = {source.id for source in state.project.sources} <= set(state.model.statistics.sources)
    if not told_apart:  # sources without a bit: no telling which tuples are held by others now
        return touched.nodes
    return np.concatenate([touched.new, touched.gone, touched.changed])


def recluster(state: State, seeds: Ints, scratch: Path) -> int:
    """Cluster the components of `seeds` anew; gives the number of tuples in them."""
    nodes, links = state.nodes, state.links
    decided = decided_nodes(state.con, state.project)
    every = np.concatenate([seeds, decided, state.decided])
    state.decided = decided
    reached = flags(len(nodes), nodes.component[every])[nodes.component]
    members = nodes.in_order(np.flatnonzero(reached & nodes.alive))
    place = np.full(len(nodes), -1, np.int32)
    place[members] = np.arange(len(members), dtype=np.int32)
    left, right = place[links.left], place[links.right]
    inside = np.flatnonzero((left >= 0) & (right >= 0))
    between = left[inside].astype(np.int64), right[inside].astype(np.int64)
    part = Part(members, *between, links.weight[inside], links.pattern[inside])
    bound = place[decided].astype(np.int64)
    strong = part.weight > 0
    # all that decisions are about is one component, so that what they bind stays together
    ends = np.r_[part.left[strong], bound[:-1]], np.r_[part.right[strong], bound[1:]]
    labels = first_of_each(connected(len(members), *ends))
    nodes.component[members] = members[labels]
    plain = _plain(state, part, labels)
    staged = np.bincount(labels, minlength=len(members)) > _MOST_HERE
    staged[labels[bound]] = True
    clusters = labels.copy()
    _cluster_here(state, part, clusters, ~plain & ~staged[labels], scratch / "conflicts")
    nodes.cluster[members] = members[clusters]
    _cluster_as_stage(state, members[staged[labels]], scratch / "decided")
    return len(members)


def _plain(state: State, part: Part, labels: Ints) -> Flags:
    """Which members are in components that are one cluster beyond doubt: all their pairs are links above
    the threshold, and nothing in them may be a conflict.
    """
    size = len(part.members)
    above = clip(part.weight) > _cut(state)
    held = np.bincount(labels, minlength=size)
    pairs = np.bincount(labels[part.left[above]], minlength=size)
    found: Flags = ((pairs == held * (held - 1) // 2) & ~_differing(state, part.members, labels))[labels]
    return found


def _differing(state: State, members: Ints, labels: Ints) -> Flags:
    """Of each label: do two members have different NHS numbers or birth dates? Without it there is no conflict."""
    nodes, size = state.nodes, len(members)
    differing = np.zeros(size, dtype=bool)
    for facts in (nodes.nhs_number[members], nodes.birth_date[members]):
        known = facts != 0
        least = np.full(size, np.iinfo(facts.dtype).max, facts.dtype)
        most = np.zeros(size, facts.dtype)
        np.minimum.at(least, labels[known], facts[known])
        np.maximum.at(most, labels[known], facts[known])
        differing |= (most != 0) & (least != most)
    return differing


def _cut(state: State) -> float:
    threshold = state.project.spec.linkage.threshold
    return math.log2(threshold / (1 - threshold))


def _cluster_here(state: State, part: Part, labels: Ints, chosen: Flags, small: Path) -> None:
    """What the stage `cluster` does, for components without decisions; `labels` are changed in place."""
    component, left, right = _pairs_within(labels, np.flatnonzero(chosen))
    if not len(left):
        return
    con, threshold = state.con, state.project.spec.linkage.threshold
    _make_within(state, part, component, left, right)
    split_labels(con, "SELECT component, l, r, weight FROM within", labels, threshold)
    labels[:] = first_of_each(labels)
    doubtful = np.flatnonzero(_differing(state, part.members, labels)[labels] & chosen)
    if len(doubtful) and _find_conflicts(state, part.members, labels, doubtful, small):
        split_labels(con, FORBIDDEN, labels, threshold)
        labels[:] = first_of_each(labels)
    for name in ("within", "labelled", "conflicts"):
        con.execute(f"DROP TABLE IF EXISTS {name}")


def _pairs_within(labels: Ints, chosen: Ints) -> tuple[Ints, Ints, Ints]:
    """component, left, right: all pairs of the chosen places that have one label, in this order."""
    chosen = chosen[np.argsort(labels[chosen], kind="stable")]
    own = labels[chosen]
    ends = np.searchsorted(own, own, "right")
    after = ends - np.arange(len(chosen)) - 1
    right = chosen[spread(np.arange(len(chosen)) + 1, after)]
    return np.repeat(own, after), np.repeat(chosen, after), right


def _make_within(state: State, part: Part, component: Ints, left: Ints, right: Ints) -> None:
    """The temporary table `within`, as the stage makes it: component, l, r, weight, a row for each of these pairs.

    A pair that is no link is compared here.
    """
    con, nodes, members = state.con, state.nodes, part.members
    codes = (part.left << 32) | part.right
    order = np.argsort(codes)
    asked = (left << 32) | right
    at = order[np.minimum(np.searchsorted(codes[order], asked), len(codes) - 1)]
    known = codes[at] == asked
    weight, pattern = part.weight[at], part.pattern[at]
    unknown = np.flatnonzero(~known)
    forbidden = np.zeros(len(left), dtype=bool)
    if len(unknown):
        one, other = members[left[unknown]], members[right[unknown]]
        forbidden[unknown] = (nodes.singles[one] & nodes.singles[other]) != 0
        weight[unknown], pattern[unknown] = weigh(state, one, other)
    register(
        con,
        "asked_within",
        component=component,
        l=left,
        r=right,
        known=known,
        weight=weight,
        pattern=pattern,
        forbidden=forbidden,
    )
    made = state.model.mixture.made
    counted = counted_sql(made, weight="weight", pattern="pattern", linked="known", forbidden="forbidden")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE within AS SELECT component, l, r, {counted} AS weight FROM asked_within"
    )
    con.unregister("asked_within")


def _find_conflicts(state: State, members: Ints, labels: Ints, doubtful: Ints, small: Path) -> int:
    """The temporary tables `labelled` and `conflicts` of these places; gives the number of clusters with a conflict."""
    con = state.con
    _write_tuples(state, members[doubtful], small, ("nhs_number", "birth_date"))
    register(
        con, "doubtful_nodes", node=members[doubtful].astype(np.int32), place=doubtful, label=labels[doubtful]
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE labelled AS SELECT d.place AS node, f.tuple_id, d.label "
        f"FROM doubtful_nodes d JOIN {TUPLES} f USING (node)"
    )
    con.unregister("doubtful_nodes")
    return find_conflicts(con, state.project, small, "labelled")


def _write_tuples(state: State, members: Ints, small: Path, fields: Iterable[str] = IDENTITY) -> None:
    """`tuples`, with these fields, and `identities` of these nodes alone."""
    con = state.con
    con.register("reached_features", state.rows.take(members))
    write_table(
        con,
        f"SELECT tuple_id, {identity_of('f', fields)}, 1::BIGINT AS records FROM reached_features f ORDER BY tuple_id",
        table(small, "tuples"),
    )
    con.unregister("reached_features")
    register(con, "reached", node=members.astype(np.int32))
    write_table(
        con,
        f"SELECT r.source, r.record_id, f.tuple_id FROM {RECORDS} r SEMI JOIN reached USING (node) "
        f"JOIN {TUPLES} f USING (node) ORDER BY r.source, r.record_id",
        table(small, "identities"),
    )
    con.unregister("reached")


def _cluster_as_stage(state: State, members: Ints, small: Path) -> None:
    """Large components, and those with decisions, go through the stage itself, as a small snapshot of their own."""
    if not len(members):
        return
    con, nodes, links = state.con, state.nodes, state.links
    _write_tuples(state, members, small)
    place = np.full(len(nodes), -1, np.int32)
    place[members] = np.arange(len(members), dtype=np.int32)
    left, right = place[links.left], place[links.right]
    kept = (left >= 0) & (right >= 0)
    register(
        con,
        "reached_links",
        node_l=left[kept],
        node_r=right[kept],
        match_weight=links.weight[kept],
        pattern=links.pattern[kept],
    )
    write_table(con, "SELECT * FROM reached_links ORDER BY node_l, node_r", table(small, "links"))
    con.unregister("reached_links")
    (small / MODEL).write_text(state.model_text, "utf-8")
    cluster(con, state.project, small)
    read = f"read_parquet({literal(str(table(small, 'clusters')))}, file_row_number = true)"
    found = con.execute(
        f"SELECT c.file_row_number AS first FROM {read} t JOIN {read} c ON c.tuple_id = t.cluster ORDER BY t.tuple_id"
    ).fetchnumpy()
    nodes.cluster[members] = members[found["first"]]
