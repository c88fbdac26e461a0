"""What reviewers decided about records: the same person, not the same person, or taken away from a person.

Decisions stand in `decisions/identity.csv` of the project folder, one a line, and lines are only ever added. They
are about source records, so they survive every rebuild and retrain. **A later line counts more**: of two
about one pair the later is obeyed; `withdraw` takes back what was decided about a pair (or an unlinked record);
`unlink` takes back every earlier `same` about its record, and a later `same` about that record takes back the
`unlink`. A decision about a record that is in no delivery today waits until it is in one again.

Linkage is about tuples, in which records that say the same are one. Where decisions part records that say the
same, those records get tuples of their own (`records_apart`); then `constraints` says it all in tuples.
"""

from __future__ import annotations

import csv
import datetime as dt
import fcntl
import hashlib
import io
import os
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from plainview.engine.tables import read_table
from plainview.linkage.fields import table
from plainview.project.errors import Problem, UserError, did_you_mean
from plainview.project.specs import Project

FILE = "decisions/identity.csv"
COLUMNS = (
    "decided_at",
    "decided_by",
    "kind",
    "one_source",
    "one_record_id",
    "other_source",
    "other_record_id",
    "reason",
)
KINDS = ("same", "not_same", "unlink", "withdraw")
REASONS = {
    "documents_seen": "an official document was seen",
    "person_confirmed": "the person said so",
    "service_confirmed": "the service that holds the record said so",
    "identifiers_agree": "an identifier that can be relied on is the same",
    "identifiers_differ": "identifiers that can be relied on differ",
    "birth_dates_differ": "birth dates that can be relied on differ",
    "name_changed": "the name was changed",
    "moved": "they moved",
    "typing_error": "a slip of the keyboard",
    "twins": "twins",
    "relatives": "relatives of one name, such as parent and child",
    "namesakes": "strangers of one name",
    "records_mixed": "the record holds the data of two people",
    "evidence_reviewed": "all there is was weighed up",
    "decided_in_error": "an earlier decision was wrong",
}
"""Codes instead of free text, which would sooner or later hold a name."""

_ROLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")

Key = tuple[str, str]
Pair = tuple[Key, Key]


class Decision(NamedTuple):
    """One line. `other` is None where the decision is about one record."""

    line: int
    decided_at: str
    decided_by: str
    kind: str
    one: Key
    other: Key | None
    reason: str

    @property
    def pair(self) -> Pair | None:
        """The two records in order."""
        return None if self.other is None else (min(self.one, self.other), max(self.one, self.other))


@dataclass(frozen=True)
class Decisions:
    """All lines, and those that are in force: by pair `same` and `not_same`, by record `unlinked`."""

    lines: tuple[Decision, ...] = ()
    same: dict[Pair, Decision] = field(default_factory=dict)
    not_same: dict[Pair, Decision] = field(default_factory=dict)
    unlinked: dict[Key, Decision] = field(default_factory=dict)

    @property
    def in_force(self) -> list[Decision]:
        """In the order of the file."""
        found = [*self.same.values(), *self.not_same.values(), *self.unlinked.values()]
        return sorted(found, key=lambda decision: decision.line)

    @property
    def records(self) -> list[Key]:
        """Every record that a decision in force is about."""
        keys = {key for d in self.in_force for key in (d.one, d.other) if key is not None}
        return sorted(keys)


@dataclass(frozen=True)
class Constraints:
    """Decisions in tuples: SQL that can stand after FROM.

    `must` and `cannot` (tuple_l, tuple_r), tuple_l < tuple_r. `apart` (tuple_id): tuples of unlinked
    records, which join nobody. Contract the pairs of `must` first and then carry `cannot` over to
    what was contracted: it is never within. `waiting`: lines about records that are not there.
    """

    must: str
    cannot: str
    apart: str
    waiting: tuple[int, ...]


def decisions_declared(project: Project) -> dict[str, str]:
    """What a stage that obeys decisions depends on: the file's name and the hash of its bytes.

    Raises as `read_decisions` does, so that neither a plan nor a build goes on with a file that is not sound.
    """
    read_decisions(project)
    path = project.root / FILE
    content = path.read_bytes() if path.is_file() else b""
    return {FILE: hashlib.sha256(content).hexdigest() if content else "none"}


def read_decisions(project: Project) -> Decisions:
    """The decisions of a project; none if there is no file.

    UserError, with every problem and its line, for a file that cannot be obeyed as it is, contradictions
    included: two records held to be one person by a chain of decisions, and not by another.
    """
    path = project.root / FILE
    if not path.is_file():
        return Decisions()
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(_problem(0, "", "not UTF-8", "text in UTF-8", "Save it again as UTF-8.")) from None
    return parse_decisions(text) if text else Decisions()


def parse_decisions(text: str) -> Decisions:
    """As `read_decisions`, from the file's text."""
    rows = csv.reader(io.StringIO(text, newline=""))
    header = next(rows, [])
    if tuple(header) != COLUMNS:
        step = "Let `plainview decide` write the file."
        raise UserError(_problem(1, "", "other columns", ",".join(COLUMNS), step))
    problems: list[Problem] = []
    lines: list[Decision] = []
    for row in rows:
        found = _check_row(rows.line_num, row)
        problems += found
        if row and not found:
            lines.append(_decision(rows.line_num, row))
    if problems:
        raise UserError(problems)
    decisions = _in_force(lines)
    contradictions = find_contradictions(decisions)
    if contradictions:
        raise UserError(contradictions)
    return decisions


def _problem(line: int, key: str, found: str, expected: str, step: str) -> Problem:
    return Problem(FILE, line, key, found, expected, step)


def _decision(line: int, row: list[str]) -> Decision:
    at, by, kind, one_source, one_id, other_source, other_id, reason = row
    other = (other_source, other_id) if other_source else None
    return Decision(line, at, by, kind, (one_source, one_id), other, reason)


def _check_row(line: int, row: list[str]) -> list[Problem]:
    """What is wrong with one line. Nothing that stands in it is quoted but the words of its own kind."""
    if not row:
        return []
    if len(row) != len(COLUMNS):
        step = "Fill every column, or leave it empty between two commas."
        return [_problem(line, "", f"{len(row)} columns", f"{len(COLUMNS)}", step)]
    at, by, kind, one_source, one_id, other_source, other_id, reason = row
    problems = []
    if not _is_timestamp(at):
        step = "Write it as 2026-01-31T09:30:00Z."
        problems.append(_problem(line, "decided_at", "not a time", "an ISO 8601 timestamp", step))
    if not _ROLE.fullmatch(by):
        step = "Use letters, digits, dot, dash and underscore: never a name or an e-mail address."
        problems.append(_problem(line, "decided_by", "not a role", "a role or an opaque id", step))
    if kind not in KINDS:
        problems.append(_problem(line, "kind", "no such kind", "a kind", did_you_mean(kind, KINDS)))
    if reason not in REASONS:
        step = did_you_mean(reason, list(REASONS))
        problems.append(_problem(line, "reason", "no such code", "a reason's code, never free text", step))
    return [*problems, *_check_sides(line, kind, (one_source, one_id), (other_source, other_id))]


def _check_sides(line: int, kind: str, one: Key, other: Key) -> list[Problem]:
    if not all(one):
        step = "Name the record by its source and record id."
        return [_problem(line, "one_record_id", "no record", "a source and a record id", step)]
    if kind == "unlink" and any(other):
        step = "Leave other_source and other_record_id empty, or write not_same."
        return [_problem(line, "other_record_id", "two records", "one record to take away", step)]
    if (kind in ("same", "not_same") and not all(other)) or (any(other) and not all(other)):
        step = "Name the other record by its source and record id."
        return [_problem(line, "other_record_id", "no second record", "two records", step)]
    if one == other:
        step = "Name two different records."
        return [_problem(line, "other_record_id", "the same record twice", "two records", step)]
    return []


def _is_timestamp(text: str) -> bool:
    try:
        return dt.datetime.fromisoformat(text) is not None and "T" in text
    except ValueError:
        return False


def _in_force(lines: list[Decision]) -> Decisions:
    same: dict[Pair, Decision] = {}
    not_same: dict[Pair, Decision] = {}
    unlinked: dict[Key, Decision] = {}
    for line in lines:
        pair = line.pair
        if pair is None:
            unlinked.pop(line.one, None)
            if line.kind == "unlink":
                unlinked[line.one] = line
                same = {keys: one for keys, one in same.items() if line.one not in keys}
            continue
        same.pop(pair, None)
        not_same.pop(pair, None)
        if line.kind == "same":
            same[pair] = line
            for key in pair:
                unlinked.pop(key, None)
        elif line.kind == "not_same":
            not_same[pair] = line
    return Decisions(tuple(lines), same, not_same, unlinked)


def find_contradictions(decisions: Decisions) -> list[Problem]:
    """A problem for each `not_same` of two records that a chain of `same` makes one person."""
    neighbours: dict[Key, list[tuple[Key, int]]] = {}
    for (one, other), decision in decisions.same.items():
        neighbours.setdefault(one, []).append((other, decision.line))
        neighbours.setdefault(other, []).append((one, decision.line))
    problems = []
    for (one, other), decision in decisions.not_same.items():
        chain = _chain(neighbours, one, other)
        if chain:
            lines = ", ".join(str(line) for line in sorted(chain))
            say = "line {} says" if len(chain) == 1 else "lines {} together say"
            found = f"not the same person, but {say.format(lines)} that they are the same"
            step = "Withdraw one of these decisions: plainview decide PROJECT withdraw SRC:ID SRC:ID."
            problems.append(_problem(decision.line, "", found, "decisions that can all be true", step))
    return problems


def _chain(neighbours: dict[Key, list[tuple[Key, int]]], start: Key, goal: Key) -> list[int]:
    """The lines of a shortest chain of `same` from one record to another; empty if there is none."""
    came: dict[Key, tuple[Key, int] | None] = {start: None}
    queue = deque([start])
    while queue and goal not in came:
        here = queue.popleft()
        for there, line in neighbours.get(here, []):
            if there not in came:
                came[there] = (here, line)
                queue.append(there)
    lines = []
    step = came.get(goal)
    while step is not None:
        lines.append(step[1])
        step = came[step[0]]
    return lines


class _Groups:
    """Records that must be together, and which groups must not meet."""

    def __init__(self, decisions: Decisions) -> None:
        self.top: dict[Key, Key] = {key: key for key in decisions.records}
        self.enemies: dict[Key, set[Key]] = {key: set() for key in decisions.records}
        for one, other in decisions.not_same:
            self.enemies[one].add(other)
            self.enemies[other].add(one)
        for one, other in decisions.same:
            self.join(one, other)

    def find(self, key: Key) -> Key:
        while self.top[key] != key:
            self.top[key] = self.top[self.top[key]]
            key = self.top[key]
        return key

    def join(self, one: Key, other: Key) -> bool:
        """Put two groups together, unless a decision keeps them apart."""
        a, b = sorted((self.find(one), self.find(other)))
        if a == b:
            return True
        if any(self.find(enemy) == b for enemy in self.enemies[a]):
            return False
        self.top[b] = a
        self.enemies[a] |= self.enemies[b]
        return True


def records_apart(con: duckdb.DuckDBPyConnection, project: Project, hashed: str) -> str:
    """Records that decisions need to have a tuple of their own: the table (source, record_id) to stand after FROM.

    `hashed` is what can stand after FROM: (source, record_id, tuple_id), the tuples as they would be without
    decisions. Apart are unlinked records, and of records that share a tuple, in order of their keys, each
    that decisions keep from those before it, directly or by way of records in other tuples.
    """
    decisions = read_decisions(project)
    groups = _Groups(decisions)
    first: dict[str, list[Key]] = {}
    apart = set(decisions.unlinked)
    for key, tuple_id in sorted(_tuples_of(con, decisions, hashed).items()):
        if key in apart:
            continue
        together = first.setdefault(tuple_id, [])
        if together and not groups.join(together[0], key):
            apart.add(key)
        else:
            together.append(key)
    _make_table(con, "records_apart", ("source", "record_id"), sorted(apart))
    return "records_apart"


def _tuples_of(con: duckdb.DuckDBPyConnection, decisions: Decisions, identities: str) -> dict[Key, str]:
    if not decisions.records:
        return {}
    _make_table(con, "decided_records", ("source", "record_id"), decisions.records)
    con.execute(
        f"SELECT i.source, i.record_id, i.tuple_id FROM {identities} i JOIN decided_records w USING (source, record_id)"
    )
    found = {(source, record_id): tuple_id for source, record_id, tuple_id in con.fetchall()}
    con.execute("DROP TABLE temp.decided_records")
    return found


def _make_table(
    con: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> None:
    given = list(rows)
    data = pa.table(
        {column: pa.array([row[at] for row in given], pa.string()) for at, column in enumerate(columns)}
    )
    con.register("given_rows", data)
    con.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM given_rows")
    con.unregister("given_rows")


def constraints(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> Constraints:
    """Decisions in terms of the snapshot's tuples; `folder` needs `identities`, made with `records_apart`."""
    decisions = read_decisions(project)
    tuples = _tuples_of(con, decisions, read_table(table(folder, "identities")))
    must, cannot = (_in_tuples(pairs, tuples) for pairs in _follow(decisions, tuples))
    apart = sorted({tuples[key] for key in decisions.unlinked if key in tuples})
    columns = ("tuple_l", "tuple_r")
    _make_table(con, "must_pairs", columns, must)
    _make_table(con, "cannot_pairs", columns, cannot)
    _make_table(con, "apart_tuples", ("tuple_id",), [(one,) for one in apart])
    return Constraints("must_pairs", "cannot_pairs", "apart_tuples", find_waiting(decisions, tuples))


def _follow(decisions: Decisions, present: Iterable[Key]) -> tuple[list[Pair], list[Pair]]:
    """The pairs of records there are that must, and that must not, be together, by way of absent records too.

    If one and two are the same, and two and three, then so are one and three, also while two is in no delivery.
    """
    groups = _Groups(decisions)
    members: dict[Key, list[Key]] = {}
    for key in sorted(set(present) & set(decisions.records)):
        members.setdefault(groups.find(key), []).append(key)
    must = [(group[0], other) for group in members.values() for other in group[1:]]
    cannot = [
        (one, other)
        for left, right in decisions.not_same
        for one in members.get(groups.find(left), [])
        for other in members.get(groups.find(right), [])
    ]
    return must, cannot


def find_waiting(decisions: Decisions, present: Iterable[Key]) -> tuple[int, ...]:
    """The lines in force about a record that is not among those `present`."""
    there = set(present)
    return tuple(
        decision.line
        for decision in decisions.in_force
        if any(key is not None and key not in there for key in (decision.one, decision.other))
    )


def _in_tuples(pairs: Iterable[Pair], tuples: dict[Key, str]) -> list[tuple[str, str]]:
    found = {
        (min(tuples[one], tuples[other]), max(tuples[one], tuples[other]))
        for one, other in pairs
        if one in tuples and other in tuples
    }
    return sorted(pair for pair in found if pair[0] != pair[1])


def append_decision(
    project: Project, kind: str, one: Key, other: Key | None, *, by: str, reason: str
) -> Decision:
    """Add a line to the file, at once and for good, and give it back.

    UserError, and nothing is written, if it or the file is not sound, or if it contradicts what
    was decided before.
    """
    path = project.root / FILE
    path.parent.mkdir(exist_ok=True)
    row = [
        dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        by,
        kind,
        *one,
        *(other or ("", "")),
        reason,
    ]
    with path.open("a+b") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # two reviewers, one after the other
        handle.seek(0)
        before = handle.read().decode("utf-8-sig")
        addition = _csv_line(row) if before else _csv_line(list(COLUMNS)) + _csv_line(row)
        if before and not before.endswith("\n"):
            addition = "\n" + addition
        decisions = parse_decisions(before + addition)
        handle.write(addition.encode())  # one write to a file opened for appending
        handle.flush()
        os.fsync(handle.fileno())
    return decisions.lines[-1]


def _csv_line(row: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(row)
    return buffer.getvalue()
