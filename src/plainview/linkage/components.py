"""Which nodes hang together by links."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]


def connected(size: int, left: Ints, right: Ints) -> Ints:
    """A label of its component for each of `size` nodes, joined where `left` and `right` say so."""
    if not size:
        return np.zeros(0, np.int64)
    graph = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(size, size))
    labels: Ints = np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
    return labels
