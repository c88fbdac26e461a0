"""Groups join while the mean between them speaks for one person; what was decided outweighs all evidence."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.linkage.average import CANNOT, LEAST, MOST, MUST, clip, merges, split_components


def pairs_of(nodes):
    return list(itertools.combinations(range(nodes), 2))


def cluster_slowly(nodes, weights, cut):
    """Greedily join the two groups of the highest mean, while it is above the cut."""
    groups = [frozenset([node]) for node in range(nodes)]
    clipped = dict(zip(pairs_of(nodes), clip(np.array(weights, dtype=float)).tolist(), strict=True))

    def mean(one, other):
        return sum(clipped[min(a, b), max(a, b)] for a in one for b in other) / (len(one) * len(other))

    while len(groups) > 1:
        highest, one, other = max(
            ((mean(one, other), one, other) for one, other in itertools.combinations(groups, 2)),
            key=lambda found: found[0],
        )
        if highest <= cut:
            break
        groups = [group for group in groups if group not in (one, other)] + [one | other]
    return set(groups)


def cluster_fast(nodes, weights, cut):
    """The same by the code, of the component that all nodes are."""
    left, right = (np.array(side, dtype=np.int64) for side in zip(*pairs_of(nodes), strict=True))
    component = np.zeros(len(left), dtype=np.int64)
    members, firsts = split_components(component, left, right, np.array(weights, dtype=float), cut)
    if not len(members):
        return {frozenset(range(nodes))}
    assert sorted(members.tolist()) == list(range(nodes))
    found = {frozenset(members[firsts == first].tolist()) for first in set(firsts.tolist())}
    assert {min(group) for group in found} == set(firsts.tolist())
    return found


@st.composite
def components(draw):
    """Evidence of every pair of up to eight nodes, and some pairs decided.

    Decisions fit each other, as those of a project do: must joins groups, cannot is between them.
    """
    nodes = draw(st.integers(2, 8))
    pairs = pairs_of(nodes)
    seed = draw(st.integers(0, 2**32 - 1))
    dice = np.random.default_rng(seed)
    weights = dict(zip(pairs, (dice.uniform(LEAST, MOST, len(pairs))).tolist(), strict=True))
    group = draw(st.lists(st.integers(0, 20), min_size=nodes, max_size=nodes))
    apart = draw(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=4))
    for a, b in pairs:  # groups 0 to 4 are decided ones, all others are single nodes
        one, other = sorted((group[a], group[b]))
        if one == other <= 4:
            weights[a, b] = MUST
        elif (one, other) in apart:
            weights[a, b] = CANNOT
    return nodes, [weights[pair] for pair in pairs]


@settings(max_examples=300)
@given(components(), st.sampled_from([-3.0, 0.0, 4.25]))
def test_as_joining_the_nearest_groups_one_by_one(component, cut):
    nodes, weights = component
    assert cluster_fast(nodes, weights, cut) == cluster_slowly(nodes, weights, cut)


@given(components())
def test_what_must_be_is_together_and_what_cannot_be_is_apart(component):
    nodes, weights = component
    together = {node: group for group in cluster_fast(nodes, weights, 0.0) for node in group}
    for (a, b), weight in zip(pairs_of(nodes), weights, strict=True):
        assert weight != MUST or together[a] == together[b]
        assert weight != CANNOT or together[a] != together[b]


@given(components())
def test_the_order_of_merges_has_one_merge_fewer_than_nodes_and_cut_it_is_the_clusters(component):
    nodes, weights = component
    order = merges(clip(np.array(weights, dtype=float)))
    assert len(order) == nodes - 1
    assert all(later.weight <= earlier.weight + 1e-6 for earlier, later in itertools.pairwise(order))
    groups = {node: {node} for node in range(nodes)}
    for merge in order:
        assert merge.left < merge.right
        if merge.weight > 0:
            groups[merge.left] |= groups.pop(merge.right)
    assert {frozenset(group) for group in groups.values()} == cluster_fast(nodes, weights, 0.0)


@pytest.mark.parametrize("likeness", [0.5, 5.0, 12.0, 40.0])
def test_a_sparse_tuple_never_joins_two_groups_that_speak_against_each_other(likeness):
    """A namesake's bare name fits both people: it goes with one of them, or with nobody."""
    groups = {0: "ada", 1: "ada", 2: "ada the younger", 3: "ada the younger", 4: "bare"}
    weights = []
    for a, b in pairs_of(5):
        sides = {groups[a], groups[b]}
        weights.append(likeness if "bare" in sides else 15.0 if len(sides) == 1 else -12.0)
    found = cluster_fast(5, weights, 0.0)
    assert {frozenset({0, 1}), frozenset({2, 3})} == {group - {4} for group in found if group != {4}}


def split(component, left, right, weight):
    columns = (np.array(column, dtype=np.int64) for column in (component, left, right))
    nodes, firsts = split_components(*columns, np.array(weight, dtype=float), 0.0)
    return dict(zip(nodes.tolist(), firsts.tolist(), strict=True))


def test_a_component_that_is_one_cluster_is_left_as_it_is():
    assert split([0, 0, 0], [0, 0, 1], [1, 2, 2], [9, 9, 9]) == {}


def test_each_component_is_looked_at_by_itself():
    two = [(3, 10, 11, 5), (7, 20, 21, 5), (7, 20, 22, -20), (7, 21, 22, 3), (9, 30, 31, -2)]
    assert split(*zip(*two, strict=True)) == {20: 20, 21: 20, 22: 22, 30: 30, 31: 31}


def test_of_equal_means_the_smallest_nodes_join_first():
    assert split([0, 0, 0], [0, 0, 1], [1, 2, 2], [-9, 5, 5]) == {0: 0, 1: 1, 2: 0}


def test_nothing_at_all():
    assert split([], [], [], []) == {}


def test_evidence_counts_up_to_its_bounds_and_decisions_in_full():
    assert clip(np.array([100.0, -100.0, 1.0, MUST, CANNOT])).tolist() == [MOST, LEAST, 1.0, MUST, CANNOT]
