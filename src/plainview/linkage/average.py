"""Average clustering: two groups of tuples join while the mean evidence between their members says one person.

Within a connected component all pairs count, also those that no blocking rule brought together. A single
sparse tuple that looks like two people joins one of them, and never joins the two: the pairs between them
speak against it. (UPGMA: Sokal and Michener 1958.)

Components are small and many, so those of one size are done together, as one array.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST = 17.0
LEAST = -23.0
"""Match weights beyond these count as these: one pair that is nearly certain must not outvote ten others."""

MUST = 1e7
CANNOT = -1e7
"""The weight of a pair that a person, or a rule, has decided: no mean of others outweighs it."""

UNINFORMED = 0.5
"""What a pair without two birth dates that speaks against one person counts of its weight.

Its weight is mostly what holds for any two of one name who live apart: how many namesakes there are. Every such pair of
two groups says so again, and would outvote the one pair that knows better.
"""

_AT_ONCE = 4_000_000  # numbers in one array


class Merge(NamedTuple):
    """Two groups joined, called by their smallest members' places, and the mean weight between them."""

    left: int
    right: int
    weight: float


def clip(weight: Floats) -> Floats:
    """Weights within bounds; what was decided stays as it is."""
    decided = np.abs(weight) >= MUST
    clipped: Floats = np.where(decided, weight, np.clip(weight, LEAST, MOST))
    return clipped


def split_components(
    component: Ints, left: Ints, right: Ints, weight: Floats, cut: float
) -> tuple[Ints, Ints]:
    """The nodes of components that are not one cluster as they are, and for each its cluster's smallest node.

    A row a pair, all pairs of a component there, in order of component, left, right; `weight` is the match
    weight. Groups join by the highest mean weight while it is above `cut`; of equal means the groups with the
    smallest nodes join first.
    """
    if not len(component):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    starts = np.flatnonzero(np.r_[True, component[1:] != component[:-1]])
    pairs = np.diff(np.r_[starts, len(component)])
    clipped = clip(weight)
    doubtful = np.minimum.reduceat(clipped, starts) <= cut
    nodes, clusters = [], []
    for count in np.unique(pairs[doubtful]).tolist():
        size = (1 + math.isqrt(1 + 8 * count)) // 2
        chosen = starts[doubtful & (pairs == count)]
        step = max(1, _AT_ONCE // (size * size))
        for begin in range(0, len(chosen), step):
            rows = chosen[begin : begin + step, None] + np.arange(count)
            members = np.concatenate([left[rows[:, :1]], right[rows[:, : size - 1]]], axis=1)
            groups = _join(_square(clipped[rows], size), cut)[0]
            several = groups.any(axis=1)  # one cluster alone is called by its first member, 0
            members, groups = members[several], groups[several]
            nodes.append(members.ravel())
            clusters.append(np.take_along_axis(members, groups, axis=1).ravel())
    if not nodes:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    return np.concatenate(nodes), np.concatenate(clusters)


def merges(weight: Floats) -> list[Merge]:
    """All merges of one component, in their order, down to the last however unlikely.

    `weight` is clipped, of all pairs (0, 1), (0, 2), .. (1, 2), ..
    """
    size = (1 + math.isqrt(1 + 8 * len(weight))) // 2
    return _join(_square(weight[None, :], size), -np.inf)[1]


def _square(weight: Floats, size: int) -> Floats:
    """Pairs in order as symmetric matrices, with nothing on the diagonal."""
    square = np.full((len(weight), size, size), -np.inf)
    upper = np.triu_indices(size, 1)
    square[:, upper[0], upper[1]] = weight
    square[:, upper[1], upper[0]] = weight
    return square


def _join(mean: Floats, cut: float) -> tuple[Ints, list[Merge]]:
    """Join groups in each of the matrices of mean weights `mean` (changed in place).

    Gives the place of the first member of each node's group; and the merges, where there is one matrix.
    """
    many, size, _ = mean.shape
    groups = np.tile(np.arange(size), (many, 1))
    sizes = np.ones((many, size))
    done: list[Merge] = []
    active = np.arange(many)
    for _ in range(size - 1):
        flat = mean[active].reshape(len(active), -1)
        best = flat.argmax(axis=1)
        top = flat[np.arange(len(active)), best]
        going = top > cut
        active, best, top = active[going], best[going], top[going]
        if not len(active):
            break
        kept, gone = best // size, best % size  # kept < gone: argmax finds the upper triangle first
        if many == 1:
            done.append(Merge(int(kept[0]), int(gone[0]), float(top[0])))
        n, m = sizes[active, kept][:, None], sizes[active, gone][:, None]
        row = (mean[active, kept] * n + mean[active, gone] * m) / (n + m)
        mean[active, kept] = row
        mean[active, :, kept] = row
        mean[active, gone] = -np.inf
        mean[active, :, gone] = -np.inf
        mean[active, kept, kept] = -np.inf
        sizes[active, kept] += m[:, 0]
        groups[active] = np.where(groups[active] == gone[:, None], kept[:, None], groups[active])
    return groups, done
