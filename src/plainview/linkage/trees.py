"""The strongest spanning tree of a cluster, and what each of its links holds together."""

from __future__ import annotations

from typing import NamedTuple


class Edge(NamedTuple):
    """A link between two tuples, with how many records each of them has."""

    left: str
    right: str
    probability: float
    records_l: int
    records_r: int


def split_sides(edges: list[Edge]) -> list[tuple[Edge, int]]:
    """Each link of the spanning tree (forest) with the number of records on one side if it were cut.

    `edges` come strongest first (Kruskal's order).
    """
    tree = _spanning(edges)
    records: dict[str, int] = {}
    near: dict[str, list[str]] = {}
    for edge in tree:
        records[edge.left], records[edge.right] = edge.records_l, edge.records_r
        near.setdefault(edge.left, []).append(edge.right)
        near.setdefault(edge.right, []).append(edge.left)
    parent, below = _hang(near, records)
    return [(edge, below[edge.right if parent[edge.right] == edge.left else edge.left]) for edge in tree]


def _spanning(edges: list[Edge]) -> list[Edge]:
    top: dict[str, str] = {}

    def find(node: str) -> str:
        top.setdefault(node, node)
        while top[node] != node:
            top[node] = top[top[node]]
            node = top[node]
        return node

    tree = []
    for edge in edges:
        left, right = find(edge.left), find(edge.right)
        if left != right:
            top[left] = right
            tree.append(edge)
    return tree


def _hang(near: dict[str, list[str]], records: dict[str, int]) -> tuple[dict[str, str], dict[str, int]]:
    """Every node's parent when each tree hangs from one of its nodes, and the records at and below it."""
    parent: dict[str, str] = {}
    order: list[str] = []
    for root in near:
        if root in parent:
            continue
        parent[root] = ""
        stack = [root]
        while stack:
            node = stack.pop()
            order.append(node)
            for other in near[node]:
                if other not in parent:
                    parent[other] = node
                    stack.append(other)
    below = dict(records)
    for node in reversed(order):
        if parent[node]:
            below[parent[node]] += below[node]
    return parent, below
