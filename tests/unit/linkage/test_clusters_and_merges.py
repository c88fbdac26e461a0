"""Clusters never hold two records of a source with one record a person, and are otherwise components."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from plainview.linkage.cluster import _label

NODES = 8


@st.composite
def graphs(draw):
    """Edges in order of weight, and the sources of each node that have one record a person."""
    pairs = list(itertools.combinations(range(NODES), 2))
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=12))
    sources = draw(st.lists(st.sets(st.integers(0, 2), max_size=2), min_size=NODES, max_size=NODES))
    return edges, sources


def join_slowly(edges, sources):
    """One list of sets: join the sets of each edge in turn unless a source would be in there twice."""
    parts = [{node} for node in range(NODES)]
    for a, b in edges:
        one = next(part for part in parts if a in part)
        other = next(part for part in parts if b in part)
        held = [source for node in one | other for source in sources[node]]
        if one is not other and len(held) == len(set(held)):
            parts.remove(other)
            one |= other
    return {frozenset(part) for part in parts}


def parts_of(labels):
    return {frozenset(np.flatnonzero(labels == label).tolist()) for label in np.unique(labels)}


def label(edges, sources):
    left = np.array([a for a, _ in edges], dtype=np.int64)
    right = np.array([b for _, b in edges], dtype=np.int64)
    held = [(node, source) for node in range(NODES) for source in sorted(sources[node])]
    node = np.array([n for n, _ in held], dtype=np.int64)
    source = np.array([s for _, s in held], dtype=np.int64)
    return _label(NODES, left, right, (node, source))


@given(graphs())
def test_as_joining_link_by_link(graph):
    edges, sources = graph
    labels, refused = label(edges, sources)
    assert parts_of(labels) == join_slowly(edges, sources)
    assert (refused == 0) == (join_slowly(edges, sources) == join_slowly(edges, [set()] * NODES))


def test_the_strongest_link_of_a_record_wins():
    labels, refused = label([(0, 2), (1, 2)], [{0}, {0}, {1}, *[set()] * 5])
    assert labels[0] == labels[2] != labels[1]
    assert refused == 1


def test_nothing_at_all():
    empty = np.zeros(0, dtype=np.int64)
    labels, refused = _label(0, empty, empty, (empty, empty))
    assert (len(labels), refused) == (0, 0)
