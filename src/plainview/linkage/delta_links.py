"""The links that a delivery changes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from plainview.linkage.blocks import Ints, flags, sharing, touched_pairs
from plainview.linkage.comparisons import compared
from plainview.linkage.delta_records import Touched
from plainview.linkage.features import FEATURES
from plainview.linkage.score import KEPT, to_probability
from plainview.linkage.state import Floats, State, register


def replace_links(state: State, touched: Touched) -> tuple[int, Ints]:
    """Bring the links up to date: the number of pairs compared, and the nodes of which strong links changed."""
    nodes, links = state.nodes, state.links
    (left, right), outgrown = touched_pairs(
        state.blocks, nodes.alive, touched.gone, touched.new, touched.changed
    )
    left, right = nodes.ordered(left, right)
    possible = (nodes.singles[left] & nodes.singles[right]) == 0
    codes = np.unique((left[possible] << 32) | right[possible])
    left, right = codes >> 32, codes & 0xFFFFFFFF
    weight, pattern = weigh(state, left, right)
    seeds = _drop_links(state, touched, outgrown, left, right, codes)
    kept = to_probability(weight) >= KEPT
    links.add(left[kept], right[kept], weight[kept], pattern[kept])
    strong = weight > 0
    return len(left), np.concatenate([seeds, left[strong], right[strong]])


def weigh(state: State, left: Ints, right: Ints) -> tuple[Floats, Ints]:
    """Match weight and pattern of each pair, in the order given."""
    con, nodes = state.con, state.nodes
    wanted = np.flatnonzero(flags(len(nodes), left) | flags(len(nodes), right))
    rows = state.rows.take(wanted)
    for name, bits in (("sources", nodes.sources), ("singles", nodes.singles)):
        rows = rows.set_column(rows.column_names.index(name), name, pa.array(bits[wanted]))
    con.register("asked_features", rows)
    # a table of its own: the comparison reads it four times, and Arrow data would be converted each time
    con.execute(f"CREATE OR REPLACE TEMP TABLE {FEATURES} AS SELECT * FROM asked_features")
    con.unregister("asked_features")
    register(con, "asked_pairs", l=left.astype(np.int32), r=right.astype(np.int32))
    found = con.execute(compared("asked_pairs", FEATURES, state.model.mixture.made)).fetchnumpy()
    con.unregister("asked_pairs")
    con.execute(f"DROP TABLE {FEATURES}")
    given = np.argsort((left.astype(np.int64) << 32) | right)
    came = np.argsort((found["node_l"].astype(np.int64) << 32) | found["node_r"])
    pattern = np.empty(len(left), np.int64)
    pattern[given] = found["pattern"][came]
    patterns, back = np.unique(pattern, return_inverse=True)
    return np.round(state.model.mixture.match_weights(patterns), 6)[back], pattern


def _drop_links(state: State, touched: Touched, outgrown: Ints, left: Ints, right: Ints, codes: Ints) -> Ints:
    """Drop the links of pairs that were compared anew or are no candidates any more; gives the nodes of strong ones."""
    links, size = state.links, len(state.nodes)
    stale = flags(size, touched.gone) | flags(size, touched.changed)
    drop = stale[links.left] | stale[links.right]
    asked = flags(size, left) | flags(size, right)
    again = np.flatnonzero(~drop & asked[links.left] & asked[links.right])
    known = (links.left[again].astype(np.int64) << 32) | links.right[again]
    drop[again[np.isin(known, codes)]] = True
    large = flags(size, outgrown)
    doubtful = np.flatnonzero(~drop & large[links.left] & large[links.right])
    if len(doubtful):
        one, other = links.left[doubtful].astype(np.int64), links.right[doubtful].astype(np.int64)
        drop[doubtful[~sharing(state.blocks, state.nodes.alive, one, other)]] = True
    strong = drop & (links.weight > 0)
    seeds: Ints = np.r_[links.left[strong], links.right[strong]].astype(np.int64)
    links.keep(~drop)
    return seeds
