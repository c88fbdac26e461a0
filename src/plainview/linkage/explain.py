"""Why two records are held to be one person, or why not, and how a person was formed."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.average import MUST, clip, merges
from plainview.linkage.decided import gather_decisions
from plainview.linkage.decisions import Decision, read_decisions
from plainview.linkage.evidence import Evidence, FieldWeight, weigh
from plainview.linkage.features import numbered
from plainview.linkage.fields import table
from plainview.linkage.model import MODEL, read_model
from plainview.project.errors import Problem, UserError
from plainview.project.specs import Project

Key = tuple[str, str]

__all__ = ["Explanation", "FieldWeight", "Formation", "Join", "Step", "explain", "explain_person"]

_SHOWN = 40  # joins of a person that are written out


@dataclass(frozen=True)
class Step:
    """Two records on the way from one to the other, and the evidence between them; see `Evidence`."""

    one: Key
    other: Key
    match_weight: float
    match_probability: float
    candidate: bool
    instead: str
    starting_weight: float
    fields: tuple[FieldWeight, ...]
    other_readings: float

    def lines(self) -> list[str]:
        """In plain words."""
        head = (
            f"{name_of(self.one)} with {name_of(self.other)}: match weight {self.match_weight:+.1f}, "
            f"probability {self.match_probability:.4f}"
        )
        if not self.candidate:
            head += " (no link was kept between these two; compared for this answer)"
        known = [field for field in self.fields if not field.finding.endswith(("not known", "to compare"))]
        unknown = [field.finding for field in self.fields if field not in known]
        return [
            head,
            f"  {self.starting_weight:+6.1f}  before anything is compared: one person against {self.instead}",
            *(f"  {field.weight:+6.1f}  {field.finding}" for field in known),
            f"  {self.other_readings:+6.1f}  other ways in which they could be two people",
            *([f"          {'; '.join(unknown)}"] if unknown else []),
        ]


@dataclass(frozen=True)
class Explanation:
    """Why, in data. `steps` is the strongest path of evidence between the records; see `text`.

    `pairs` and `mean_weight` are those between all tuples of the one person and all of the other, where
    there are two; groups join while that mean is above `threshold` (as a probability). `decision` is the
    line of the decision about it, or None; `obeyed` whether the snapshot is as it says.
    """

    one: Key
    other: Key
    same_person: bool
    identical: bool
    threshold: float
    steps: tuple[Step, ...]
    pairs: int
    mean_weight: float | None
    decision: int | None
    obeyed: bool

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`."""
        return asdict(self)

    def text(self) -> str:
        """The same in plain words. Never a name, a number or a date: only what was found about them."""
        lines = [self._verdict()]
        if self.decision is not None:
            line = f"decisions/identity.csv, line {self.decision}"
            told = (
                "A person decided so"
                if self.obeyed
                else "A person decided otherwise, and the next build obeys"
            )
            lines.append(f"{told}: {line}.")
        lines += [line for step in self.steps for line in step.lines()]
        if self.mean_weight is not None and self.pairs > 1:
            lines.append(
                f"All records of the one person with all of the other: mean match weight {self.mean_weight:+.1f} "
                f"over {self.pairs} pairs; they would join above {_weight(self.threshold):+.1f}."
            )
        return "\n".join(lines)

    def _verdict(self) -> str:
        pair = f"{name_of(self.one)} and {name_of(self.other)}"
        if self.identical and self.same_person:
            return f"{pair} are one person: identical in every identity field."
        if self.same_person:
            between = len(self.steps) - 1
            via = f", by way of {between} other record{'s' if between > 1 else ''}" if between > 0 else ""
            return f"{pair} are one person{via}."
        if self.identical:
            return f"{pair} are identical in every identity field, but are kept apart."
        return f"{pair} are not held to be one person."


@dataclass(frozen=True)
class Join:
    """One merge: the records (the first of each tuple) of the two groups, and the mean weight between them."""

    left: tuple[Key, ...]
    right: tuple[Key, ...]
    mean_weight: float


@dataclass(frozen=True)
class Formation:
    """How a person was formed: `identical` counts records that say the same as another; then join after join."""

    person_id: str
    records: int
    identical: int
    joins: tuple[Join, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`."""
        return asdict(self)

    def text(self) -> str:
        """The same in plain words."""
        lines = [
            f"{self.person_id} has {self.records} record{'s' if self.records > 1 else ''}; {self.identical} of them "
            "say exactly what another does and count once."
        ]
        for number, join in enumerate(self.joins[:_SHOWN], start=1):
            weight = (
                "a person's decision"
                if abs(join.mean_weight) > 1000
                else f"mean match weight {join.mean_weight:+.1f}"
            )
            lines.append(f"{number:3}. {_listed(join.left)} joins {_listed(join.right)}: {weight}")
        if len(self.joins) > _SHOWN:
            lines.append(f"     and {len(self.joins) - _SHOWN} more (all with --json)")
        return "\n".join(lines)


def name_of(key: Key) -> str:
    """A record as people write it: SOURCE:RECORD_ID."""
    return f"{key[0]}:{key[1]}"


def _listed(keys: Sequence[Key]) -> str:
    shown = ", ".join(name_of(key) for key in keys[:3])
    return f"{shown} and {len(keys) - 3} more" if len(keys) > 3 else shown


def _weight(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def explain(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, one: Key, other: Key
) -> Explanation:
    """Explain two records, each (source, record_id), of a built snapshot.

    For one person: their own evidence where it speaks for them, else the path of evidence between them whose
    weakest step is strongest. For two: their own, whatever it is. UserError if a record is not in the index.
    """
    found = [_find(con, folder, key) for key in (one, other)]
    (tuple_one, person_one), (tuple_other, person_other) = found
    model = read_model(folder / MODEL)
    same = person_one == person_other
    identical = _identical(con, folder, tuple_one, tuple_other)
    steps: tuple[Step, ...] = ()
    pairs, mean = 0, None
    if tuple_one != tuple_other:
        members = [_tuples_of(con, folder, person) for _, person in found]
        everyone = sorted({*members[0], *members[1]})
        evidence = weigh(con, project, folder, model, everyone)
        between = {(e.tuple_l, e.tuple_r): e for e in evidence}
        path = _path(between, tuple_one, tuple_other) if same else [tuple_one, tuple_other]
        names = _records_of(con, folder, path) | {tuple_one: one, tuple_other: other}
        steps = tuple(_step(between[min(pair), max(pair)], names, pair) for pair in pairwise(path))
        if not same:
            crossing = [between[min(a, b), max(a, b)].counted for a in members[0] for b in members[1]]
            pairs, mean = len(crossing), round(sum(crossing) / len(crossing), 6)
    decided = _decision(project, one, other)
    return Explanation(
        one=one,
        other=other,
        same_person=same,
        identical=identical,
        threshold=project.spec.linkage.threshold,
        steps=steps,
        pairs=pairs,
        mean_weight=mean,
        decision=decided.line if decided else None,
        obeyed=decided is None or (decided.kind == "same") == same,
    )


def explain_person(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, person_id: str
) -> Formation:
    """How a person of a built snapshot was formed. UserError if nobody has that id now."""
    tuples = _tuples_of(con, folder, person_id)
    if not tuples:
        step = "See what became of it: plainview person PROJECT ID."
        raise UserError(Problem(person_id, 0, "", "nobody has this id now", "an id of today", step))
    con.execute(
        f"SELECT count(*) FROM {read_table(table(folder, 'index'))} WHERE person_id = {literal(person_id)}"
    )
    records = int(con.fetchall()[0][0])
    joins = _joins(con, project, folder, tuples) if len(tuples) > 1 else ()
    return Formation(person_id, records, records - len(tuples), joins)


def _joins(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, tuples: list[str]
) -> tuple[Join, ...]:
    evidence = weigh(con, project, folder, read_model(folder / MODEL), tuples)
    decided = _decided_together(con, project, folder)
    weights = np.array([MUST if (e.tuple_l, e.tuple_r) in decided else e.counted for e in evidence])
    names = _records_of(con, folder, tuples)
    groups: list[tuple[Key, ...]] = [(names[tuple_id],) for tuple_id in tuples]
    joins = []
    for merge in merges(clip(weights)):
        joins.append(Join(groups[merge.left], groups[merge.right], round(merge.weight, 6)))
        groups[merge.left] = (*groups[merge.left], *groups[merge.right])
    return tuple(joins)


def _decided_together(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> set[tuple[str, str]]:
    """The pairs of tuples that people decided to be one person, and what follows from that."""
    gather_decisions(con, project, folder)
    con.execute(
        f"SELECT l.tuple_id, r.tuple_id FROM decided d JOIN ({numbered(folder)}) l ON l.node = d.l "
        f"JOIN ({numbered(folder)}) r ON r.node = d.r WHERE d.weight > 0"
    )
    pairs = {(left, right) for left, right in con.fetchall()}
    con.execute("DROP TABLE decided; DROP TABLE apart")
    return pairs


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
            Problem(name_of(key), 0, "", "no such record in the snapshot", "a record that was linked", step)
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


def _tuples_of(con: duckdb.DuckDBPyConnection, folder: Path, person: str) -> list[str]:
    con.execute(
        f"SELECT DISTINCT i.tuple_id FROM {read_table(table(folder, 'identities'))} i "
        f"JOIN {read_table(table(folder, 'index'))} x USING (source, record_id) "
        f"WHERE x.person_id = {literal(person)} ORDER BY i.tuple_id"
    )
    return [row[0] for row in con.fetchall()]


def _path(between: dict[tuple[str, str], Evidence], start: str, goal: str) -> list[str]:
    """The two themselves where their own evidence speaks for one person; else the path whose weakest step is
    strongest, then the shortest."""
    if between[min(start, goal), max(start, goal)].match_weight > 0:
        return [start, goal]
    neighbours: dict[str, list[tuple[str, float]]] = {}
    for (left, right), evidence in between.items():
        neighbours.setdefault(left, []).append((right, evidence.match_weight))
        neighbours.setdefault(right, []).append((left, evidence.match_weight))
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
    return [start, goal]


def _records_of(con: duckdb.DuckDBPyConnection, folder: Path, tuples: Sequence[str]) -> dict[str, Key]:
    """The first record of each tuple."""
    wanted = ", ".join(literal(tuple_id) for tuple_id in tuples) or "NULL"
    con.execute(
        f"SELECT tuple_id, min((source, record_id)) FROM {read_table(table(folder, 'identities'))} "
        f"WHERE tuple_id IN ({wanted}) GROUP BY tuple_id"
    )
    return {tuple_id: (key[0], key[1]) for tuple_id, key in con.fetchall()}


def _step(evidence: Evidence, names: dict[str, Key], pair: tuple[str, str]) -> Step:
    return Step(
        one=names[pair[0]],
        other=names[pair[1]],
        match_weight=evidence.match_weight,
        match_probability=evidence.match_probability,
        candidate=evidence.candidate,
        instead=evidence.instead,
        starting_weight=evidence.starting_weight,
        fields=evidence.fields,
        other_readings=evidence.other_readings,
    )


def _decision(project: Project, one: Key, other: Key) -> Decision | None:
    decisions = read_decisions(project)
    pair = (min(one, other), max(one, other))
    found = decisions.same.get(pair) or decisions.not_same.get(pair)
    return found or decisions.unlinked.get(one) or decisions.unlinked.get(other)
