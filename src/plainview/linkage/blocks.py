"""The blocking keys of all tuples, held so that a delivery looks up only the blocks it touches.

Plain NumPy arrays: a block is found by bisection, whatever the number of tuples. What a delivery adds is a
segment of its own; nothing is ever moved, and tuples that are gone are left out when blocks are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_MOST_SEGMENTS = 12


@dataclass(frozen=True)
class Segment:
    """The keys of the nodes from `first` on. Twice: in order of node (`starts` says where each begins, `keys`,
    and `limits`, the most tuples that make a block worth comparing), and in order of key (`by_key`, `nodes`).
    """

    first: int
    starts: Ints
    keys: Keys
    limits: NDArray[np.uint8]
    by_key: Keys
    nodes: NDArray[np.int32]

    @classmethod
    def of(cls, first: int, size: int, nodes: Ints, keys: Keys, limits: NDArray[np.uint8]) -> Segment:
        """Of a row a key, in order of node; `nodes` are first .. first + size - 1."""
        starts = np.r_[0, np.cumsum(np.bincount(nodes - first, minlength=size))].astype(np.int64)
        order = np.argsort(keys, kind="stable")
        return cls(first, starts, keys, limits, keys[order], nodes[order].astype(np.int32))

    @property
    def end(self) -> int:
        """One more than the last node."""
        return self.first + len(self.starts) - 1


@dataclass
class Blocks:
    """All segments, in order of node."""

    segments: list[Segment] = field(default_factory=list)

    def add(self, first: int, size: int, nodes: Ints, keys: Keys, limits: NDArray[np.uint8]) -> None:
        """Take in the keys of new nodes, in order of node."""
        self.segments.append(Segment.of(first, size, nodes, keys, limits))
        if len(self.segments) > _MOST_SEGMENTS:
            self.segments = [self.segments[0], _joined(self.segments[1:])]

    def of_nodes(self, nodes: Ints) -> tuple[Ints, Keys, NDArray[np.uint8]]:
        """node, key, limit: a row each key of `nodes`, which are in order."""
        found = []
        for segment in self.segments:
            here = nodes[(nodes >= segment.first) & (nodes < segment.end)]
            at = here - segment.first
            counts = segment.starts[at + 1] - segment.starts[at]
            rows = spread(segment.starts[at], counts)
            found.append((np.repeat(here, counts), segment.keys[rows], segment.limits[rows]))
        none = (np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.uint8))
        nodes, keys, limits = (np.concatenate(parts) for parts in zip(none, *found, strict=True))
        return nodes, keys, limits

    def members(self, keys: Keys) -> tuple[Ints, Ints]:
        """place (in `keys`, which are in order and distinct) and node: a row a tuple in a block of `keys`, by place."""
        places, nodes = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for segment in self.segments:
            low = np.searchsorted(segment.by_key, keys, "left")
            counts = np.searchsorted(segment.by_key, keys, "right") - low
            places.append(np.repeat(np.arange(len(keys)), counts))
            nodes.append(segment.nodes[spread(low, counts)].astype(np.int64))
        place, node = np.concatenate(places), np.concatenate(nodes)
        order = np.argsort(place, kind="stable")
        return place[order], node[order]


def spread(starts: Ints, counts: Ints) -> Ints:
    """starts[0], starts[0] + 1, .. (counts[0] of them), starts[1], .."""
    before = np.cumsum(counts) - counts
    return np.repeat(starts - before, counts) + np.arange(int(counts.sum()))


def _joined(segments: list[Segment]) -> Segment:
    first, end = segments[0].first, segments[-1].end
    counts = np.concatenate([np.diff(segment.starts) for segment in segments])
    keys = np.concatenate([segment.keys for segment in segments])
    limits = np.concatenate([segment.limits for segment in segments])
    return Segment.of(first, end - first, np.repeat(np.arange(first, end), counts), keys, limits)


def touched_pairs(
    blocks: Blocks, alive: Flags, gone: Ints, new: Ints, changed: Ints
) -> tuple[tuple[Ints, Ints], Ints]:
    """What a delivery does to the candidates: pairs to compare, and tuples of which pairs may be none any more.

    `alive` says of each node if it is there after the delivery. Pairs have l <> r in no order, and may repeat.
    The first hold all pairs of a new or changed tuple and those of blocks that have shrunk to be worth
    comparing; the tuples are those of blocks that have grown too large.
    """
    touched = np.sort(np.concatenate([gone, new, changed]))
    _, keys, limits = blocks.of_nodes(touched)
    keys, at = np.unique(keys, return_index=True)
    most = limits[at].astype(np.int64)
    place, node = blocks.members(keys)
    is_new, is_gone = flags(len(alive), new), flags(len(alive), gone)
    kept = alive[node] | is_gone[node]
    place, node = place[kept], node[kept]
    before = np.bincount(place[~is_new[node]], minlength=len(keys))
    after_rows = ~is_gone[node]
    place, node = place[after_rows], node[after_rows]
    after = np.bincount(place, minlength=len(keys))
    useful = (after >= 2) & (after <= most)
    gained = useful & (before > most)
    lost = (after > most) & (before >= 2) & (before <= most)
    active = flags(len(alive), new) | flags(len(alive), changed)
    outgrown = np.unique(node[lost[place]])
    starts = np.cumsum(after) - after
    asking = np.flatnonzero((useful[place] & active[node]) | gained[place])
    counts = after[place[asking]]
    left = np.repeat(node[asking], counts)
    right = node[spread(starts[place[asking]], counts)]
    apart = left != right
    return (left[apart], right[apart]), outgrown


def sharing(blocks: Blocks, alive: Flags, left: Ints, right: Ints) -> Flags:
    """Of each pair: does a block worth comparing hold both?"""
    nodes, keys, limits = blocks.of_nodes(np.unique(np.concatenate([left, right])))
    known, at, place_of = np.unique(keys, return_index=True, return_inverse=True)
    place, member = blocks.members(known)
    sizes = np.bincount(place[alive[member]], minlength=len(known))
    good = (sizes >= 2) & (sizes <= limits[at])
    useful = good[place_of]
    held: dict[int, set[int]] = {}
    for node, key in zip(nodes[useful].tolist(), place_of[useful].tolist(), strict=True):
        held.setdefault(node, set()).add(key)
    nothing: set[int] = set()
    pairs = zip(left.tolist(), right.tolist(), strict=True)
    return np.array([not held.get(l, nothing).isdisjoint(held.get(r, nothing)) for l, r in pairs], dtype=bool)  # noqa: E741


def flags(size: int, nodes: Ints) -> Flags:
    """`size` of them, true at `nodes`."""
    found = np.zeros(size, dtype=bool)
    found[nodes] = True
    return found
