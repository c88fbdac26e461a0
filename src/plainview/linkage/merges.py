"""Joining link by link, within the limit of one record of a source to a person."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def merge_within_limits(
    left: Ints, right: Ints, holdings: tuple[Ints, Ints], members: Ints
) -> tuple[Ints, int]:
    """Join `members` along the edges in the order given, refusing those that would bring two records of a
    single-record source together.

    `left` and `right` are node numbers, `holdings` pairs of node and source. Returns one member of each
    member's part, as a label, and the number of edges refused. This is Splink's best-links idea
    for more than two lists: the strongest link of a record is tried before all its others.
    """
    parent = {int(node): int(node) for node in members}
    held: dict[int, set[int]] = defaultdict(set)
    for node, source in zip(*holdings, strict=True):
        if int(node) in parent:
            held[int(node)].add(int(source))
    refused = 0
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        top_a, top_b = _top(parent, a), _top(parent, b)
        if top_a == top_b:
            continue
        if held[top_a] & held[top_b]:
            refused += 1
            continue
        kept, joined = min(top_a, top_b), max(top_a, top_b)
        parent[joined] = kept
        held[kept] |= held.pop(joined)
    return np.array([_top(parent, int(node)) for node in members], dtype=np.int64), refused


def _top(parent: dict[int, int], node: int) -> int:
    while parent[node] != node:
        parent[node] = parent[parent[node]]
        node = parent[node]
    return node
