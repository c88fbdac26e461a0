"""Chance: one independent stream of random numbers for each topic, all from one seed."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Dice:
    """Streams by topic, so that drawing more in one topic leaves the others as they were."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def about(self, topic: str) -> np.random.Generator:
        """The stream of `topic`, from its beginning."""
        return np.random.default_rng(np.random.SeedSequence([self.seed, zlib.crc32(topic.encode())]))


def pick(rng: np.random.Generator, weights: Floats | list[float], count: int) -> Ints:
    """`count` positions in `weights`, each drawn with its weight; weights need not sum to one."""
    steps = np.cumsum(np.asarray(weights, dtype=np.float64))
    found: Ints = np.searchsorted(steps, rng.random(count) * steps[-1], side="right")
    return found


def pick_rows(rng: np.random.Generator, weights: Floats, rows: Ints) -> Ints:
    """One position for each of `rows`, drawn with the weights of that row of a matrix."""
    steps = np.cumsum(weights, axis=1)
    steps /= steps[:, -1:]
    draws = rng.random(len(rows))
    found = np.zeros(len(rows), dtype=np.int64)
    for column in range(weights.shape[1] - 1):
        found += draws >= steps[rows, column]
    return found


def happens(rng: np.random.Generator, chance: NDArray[np.floating] | float, count: int) -> Bools:
    """Whether each of `count` things happens, with a chance of 0 to 1 (one for all, or each its own)."""
    return np.asarray(rng.random(count) < chance, dtype=np.bool_)
