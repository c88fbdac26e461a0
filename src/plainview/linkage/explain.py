"""Why two records are held to be one person, or why not: the match weight of each field."""

from __future__ import annotations

import heapq
import json
import math
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.fields import table
from plainview.linkage.train import MODEL
from plainview.project.errors import Problem, UserError
from plainview.project.specs import Project

Key = tuple[str, str]


@dataclass(frozen=True)
class FieldWeight:
    """What one comparison found, and its match weight: log2 of how much likelier a match makes it."""

    comparison: str
    finding: str
    weight: float


@dataclass(frozen=True)
class Step:
    """One link on the way: two records, the weight of it all and of each field."""

    one: Key
    other: Key
    match_weight: float
    match_probability: float
    fields: tuple[FieldWeight, ...]


@dataclass(frozen=True)
class Explanation:
    """Why, in data. `steps` is the strongest path of links between the records; see `text`."""

    one: Key
    other: Key
    same_person: bool
    identical: bool
    starting_weight: float
    threshold: float
    steps: tuple[Step, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`."""
        return asdict(self)

    def text(self) -> str:
        """The same in plain words. Never a name, a number or a date: only what was found about them."""
        return "\n".join([self._verdict(), *(line for step in self.steps for line in self._lines(step))])

    def _verdict(self) -> str:
        pair = f"{_name(self.one)} and {_name(self.other)}"
        if self.identical and self.same_person:
            return f"{pair} are one person: identical in every identity field."
        if self.same_person:
            via = "" if len(self.steps) == 1 else f", by way of {len(self.steps) - 1} other records"
            return f"{pair} are one person{via}."
        if self.identical:
            return f"{pair} are identical in every identity field, but their source has one record a person."
        if self.steps:
            return f"{pair} are not held to be one person."
        return (
            f"{pair} are not held to be one person: they were not compared, or so little agrees that the "
            f"probability of a match is under 1 %."
        )

    def _lines(self, step: Step) -> list[str]:
        head = (
            f"{_name(step.one)} with {_name(step.other)}: match weight {step.match_weight:+.1f}, "
            f"probability {step.match_probability:.4f} (held to match from {self.threshold:g})"
        )
        start = f"  {self.starting_weight:+6.1f}  before anything is compared"
        return [head, start, *(f"  {field.weight:+6.1f}  {field.finding}" for field in step.fields)]


def _name(key: Key) -> str:
    return f"{key[0]}:{key[1]}"


def explain(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, one: Key, other: Key
) -> Explanation:
    """Explain two records, each (source, record_id), of a built snapshot.

    For one person: the path of links between them whose weakest link is strongest. For two: their own
    link, if they were compared and it is worth keeping. UserError if a record is not in the index.
    """
    found = [_find(con, folder, key) for key in (one, other)]
    (tuple_one, person_one), (tuple_other, person_other) = found
    model = json.loads((folder / MODEL).read_text("utf-8"))
    same = person_one == person_other
    threshold = project.spec.linkage.threshold
    steps: tuple[Step, ...] = ()
    if tuple_one != tuple_other:
        links = _links_of(con, folder, person_one if same else None, threshold, (tuple_one, tuple_other))
        path = _strongest_path(links, tuple_one, tuple_other)
        names = _records_of(con, folder, path) | {tuple_one: one, tuple_other: other}
        steps = tuple(_step(links[frozenset(pair)], model, names, pair) for pair in pairwise(path))
    prior = model["probability_two_random_records_match"]
    return Explanation(
        one=one,
        other=other,
        same_person=same,
        identical=_identical(con, folder, tuple_one, tuple_other),
        starting_weight=round(math.log2(prior / (1 - prior)), 6),
        threshold=threshold,
        steps=steps,
    )


def _find(con: duckdb.DuckDBPyConnection, folder: Path, key: Key) -> tuple[str, str]:
    con.execute(
        f"SELECT i.tuple_id, x.person_id FROM {read_table(table(folder, 'identities'))} i "
        f"JOIN {read_table(table(folder, 'index'))} x USING (source, record_id) "
        f"WHERE i.source = {literal(key[0])} AND i.record_id = {literal(key[1])}"
    )
    rows = con.fetchall()
    if not rows:
        step = "Write SOURCE:RECORD_ID as in the index; a record with no name and no identifier is not in it."
        raise UserError(
            Problem(_name(key), 0, "", "no such record in the snapshot", "a record that was linked", step)
        )
    return rows[0][0], rows[0][1]


def _identical(con: duckdb.DuckDBPyConnection, folder: Path, one: str, other: str) -> bool:
    if one == other:
        return True
    con.execute(
        f"SELECT count(*) FROM (SELECT DISTINCT * EXCLUDE (tuple_id, records) FROM "
        f"{read_table(table(folder, 'tuples'))} WHERE tuple_id IN ({literal(one)}, {literal(other)}))"
    )
    return bool(con.fetchall()[0][0] == 1)


def _links_of(
    con: duckdb.DuckDBPyConnection, folder: Path, person: str | None, threshold: float, pair: tuple[str, str]
) -> dict[frozenset[str], dict[str, Any]]:
    """The links within a person, or the one between two tuples."""
    one, other = sorted(pair)
    condition = f"tuple_l = {literal(one)} AND tuple_r = {literal(other)}"
    if person is not None:
        members = (
            f"SELECT i.tuple_id FROM {read_table(table(folder, 'identities'))} i "
            f"JOIN {read_table(table(folder, 'index'))} x USING (source, record_id) "
            f"WHERE x.person_id = {literal(person)}"
        )
        condition = f"match_probability >= {threshold} AND tuple_l IN ({members}) AND tuple_r IN ({members})"
    con.execute(
        f"SELECT * FROM {read_table(table(folder, 'links'))} WHERE {condition} ORDER BY tuple_l, tuple_r"
    )
    names = [column[0] for column in con.description or []]
    rows = [dict(zip(names, row, strict=True)) for row in con.fetchall()]
    return {frozenset((row["tuple_l"], row["tuple_r"])): row for row in rows}


def _strongest_path(links: dict[frozenset[str], dict[str, Any]], start: str, goal: str) -> list[str]:
    """The path whose weakest link is strongest, then the shortest; empty if there is none."""
    neighbours: dict[str, list[tuple[str, float]]] = {}
    for pair, link in links.items():
        left, right = sorted(pair)
        neighbours.setdefault(left, []).append((right, link["match_weight"]))
        neighbours.setdefault(right, []).append((left, link["match_weight"]))
    queue: list[tuple[float, int, list[str]]] = [(-math.inf, 0, [start])]
    done = set()
    while queue:
        weakest, length, path = heapq.heappop(queue)
        here = path[-1]
        if here == goal:
            return path
        if here in done:
            continue
        done.add(here)
        for there, weight in neighbours.get(here, []):
            if there not in done:
                heapq.heappush(queue, (max(weakest, -weight), length + 1, [*path, there]))
    return []


def _records_of(con: duckdb.DuckDBPyConnection, folder: Path, tuples: list[str]) -> dict[str, Key]:
    """The first record of each tuple."""
    if not tuples:
        return {}
    wanted = ", ".join(literal(tuple_id) for tuple_id in tuples)
    con.execute(
        f"SELECT tuple_id, min((source, record_id)) FROM {read_table(table(folder, 'identities'))} "
        f"WHERE tuple_id IN ({wanted}) GROUP BY tuple_id"
    )
    return {tuple_id: (key[0], key[1]) for tuple_id, key in con.fetchall()}


def _step(link: dict[str, Any], model: dict[str, Any], names: dict[str, Key], pair: tuple[str, str]) -> Step:
    fields = [_field(comparison, link) for comparison in model["comparisons"]]
    return Step(
        one=names[pair[0]],
        other=names[pair[1]],
        match_weight=link["match_weight"],
        match_probability=link["match_probability"],
        fields=tuple(field for field in fields if field is not None),
    )


def _field(comparison: dict[str, Any], link: dict[str, Any]) -> FieldWeight | None:
    name = comparison["output_column_name"]
    level, weight = link[f"level_{name}"], link[f"mw_{name}"]
    if level < 0:
        return (
            None if name == "household" else FieldWeight(name, f"{name.replace('_', ' ')} not known", weight)
        )
    levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
    return FieldWeight(name, levels[len(levels) - 1 - level]["label_for_charts"], weight)
