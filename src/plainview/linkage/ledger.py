"""The ledger of person ids: what became of each id, build by build, so that an old one still resolves.

Rows are only ever added. A build that moves nobody adds none.

| event | person_id | other_person_id | records |
|---|---|---|---|
| minted | the new id | | how many records it was given |
| split | an id that lives on | who some of its records went to | how many went |
| merged | an id that is no longer used | who its records went to, a row for each | how many went |
| retired | an id none of whose records is in the deliveries any more | | how many it had |
| revived | an id that is used again | | how many records it has now |
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.fields import table
from plainview.project.errors import Problem, UserError

EVENTS = ("minted", "split", "merged", "retired", "revived")

EMPTY = (
    "(SELECT 1::INTEGER AS generation, NULL::DATE AS as_of, ''::VARCHAR AS event, ''::VARCHAR AS person_id, "
    "NULL::VARCHAR AS other_person_id, 0::BIGINT AS records WHERE false)"
)
"""A ledger without a row, to stand after FROM."""

ORDER = "generation, event, person_id, other_person_id NULLS FIRST"
"""The order in which a ledger is written."""


@dataclass(frozen=True)
class Event:
    """One row of the ledger. `as_of` is the day the build speaks of, where it had one."""

    generation: int
    as_of: dt.date | None
    event: str
    person_id: str
    other_person_id: str | None
    records: int

    def text(self) -> str:
        """The row in plain words."""
        day = f" ({self.as_of})" if self.as_of else ""
        return f"build {self.generation}{day}: {self._what()}"

    def _what(self) -> str:
        records = f"{self.records:,} record{'s' if self.records != 1 else ''}"
        if self.event == "split":
            return f"{records} of {self.person_id} went to {self.other_person_id}"
        if self.event == "merged":
            return f"{self.person_id} is no longer used; {records} of it went to {self.other_person_id}"
        if self.event == "retired":
            return f"{self.person_id} retired: none of its {records} is in the deliveries any more"
        if self.event == "revived":
            return f"{self.person_id} is used again, for {records}"
        return f"{self.person_id} given to {records}"


@dataclass(frozen=True)
class Resolution:
    """What became of an id: the ids in use that its records may now be under, and every event on the way.

    `current` is empty for a retired id, and `reason` then says so in a sentence.
    """

    person_id: str
    current: tuple[str, ...]
    reason: str
    events: tuple[Event, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return asdict(self)

    def text(self) -> str:
        """The same in plain words; it names nobody."""
        return "\n".join([self.reason, *(f"  {event.text()}" for event in self.events)])


def collect_events(con: duckdb.DuckDBPyConnection, generation: int, as_of: dt.date | None) -> None:
    """Fill the temporary table `ledger_events` with what one build did to ids.

    Read from temporary tables: `moves` (person_id, other_person_id, records), which records changed their
    person; `before` (person_id, records), the ids in use until now; `after` (person_id, records,
    minted), those in use from now on. Ids that nothing happened to may be in both or in neither.
    """
    day = f"DATE '{as_of}'" if as_of else "NULL::DATE"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ledger_events AS
        SELECT {generation}::INTEGER AS generation, {day} AS as_of, event::VARCHAR AS event, person_id,
               other_person_id::VARCHAR AS other_person_id, records::BIGINT AS records
        FROM (
            SELECT 'minted' AS event, person_id, NULL AS other_person_id, records FROM after WHERE minted
            UNION ALL
            SELECT 'revived', person_id, NULL, records FROM after ANTI JOIN before USING (person_id)
            WHERE NOT minted
            UNION ALL
            SELECT CASE WHEN a.person_id IS NULL THEN 'merged' ELSE 'split' END,
                   m.person_id, m.other_person_id, m.records
            FROM moves m LEFT JOIN after a USING (person_id)
            UNION ALL
            SELECT 'retired', person_id, NULL, records FROM before ANTI JOIN after USING (person_id)
            ANTI JOIN moves USING (person_id)
        ) ORDER BY {ORDER}
        """
    )


def count_events(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many ids each kind of event of `ledger_events` befell, and `moved`: records that changed person."""
    con.execute(
        "SELECT event, count(DISTINCT person_id), "
        "sum(records) FILTER (event IN ('split', 'merged')) FROM ledger_events GROUP BY event"
    )
    rows = con.fetchall()
    found = {event: int(ids) for event, ids, _ in rows}
    counts = {event: found.get(event, 0) for event in EVENTS}
    return counts | {"moved": sum(int(moved or 0) for _, _, moved in rows)}


def resolve(con: duckdb.DuckDBPyConnection, folder: Path, person_id: str) -> list[str]:
    """The ids in use that the records of `person_id` may be under in the snapshot `folder`.

    One after a merge, several after a split (itself first if it is still used), none if it is retired.
    UserError if the id was never given to anybody.
    """
    return list(look_up(con, folder, person_id).current)


def look_up(con: duckdb.DuckDBPyConnection, folder: Path, person_id: str) -> Resolution:
    """As `resolve`, with the reason and the events that led there."""
    if not _select(con, folder, "person_ids", "person_id", [person_id]):
        step = "Copy the id as it stands in persons.parquet, or in an earlier snapshot's."
        raise UserError(
            Problem("id_ledger", 0, "", "this id was never given to anybody", "a person_id", step)
        )
    events = _reachable(con, folder, person_id)
    reached = _replay(events, person_id)
    used = {row[0] for row in _select(con, folder, "persons", "person_id", reached)}
    current = tuple(sorted(used, key=lambda id: (id != person_id, id)))
    return Resolution(person_id, current, _reason(person_id, current, events), tuple(events))


def _select(
    con: duckdb.DuckDBPyConnection, folder: Path, name: str, columns: str, ids: Iterable[str]
) -> list[tuple[Any, ...]]:
    wanted = ", ".join(literal(id) for id in ids) or "NULL"
    con.execute(f"SELECT {columns} FROM {read_table(table(folder, name))} WHERE person_id IN ({wanted})")
    return con.fetchall()


def _reachable(con: duckdb.DuckDBPyConnection, folder: Path, person_id: str) -> list[Event]:
    """The events of the id and of all that its records may have gone to, in the order of the ledger."""
    columns = "generation, as_of, event, person_id, other_person_id, records"
    known: set[str] = set()
    asked, found = {person_id}, []
    while asked:
        rows = [Event(*row) for row in _select(con, folder, "id_ledger", columns, asked)]
        found += rows
        known |= asked
        asked = {row.other_person_id for row in rows if row.other_person_id} - known
    return sorted(found, key=lambda e: (e.generation, e.event, e.person_id, e.other_person_id or ""))


def _replay(events: list[Event], person_id: str) -> set[str]:
    """Where the id leads, build after build; the events of one build happen at once."""
    reached, ever = {person_id}, {person_id}
    for generation in sorted({event.generation for event in events}):
        now = [event for event in events if event.generation == generation]
        into = {e.other_person_id for e in now if e.other_person_id and e.person_id in reached}
        gone = {e.person_id for e in now if e.event == "merged"}
        back = {e.person_id for e in now if e.event == "revived" and e.person_id in ever}
        reached = (reached - gone) | into | back
        ever |= reached
    return reached


def _reason(person_id: str, current: tuple[str, ...], events: list[Event]) -> str:
    if current == (person_id,):
        return f"{person_id} is in use."
    if person_id in current:
        others = ", ".join(current[1:])
        return f"{person_id} is in use; some records that were once its own are now under {others}."
    if current:
        return f"{person_id} is no longer used; its records are now under {', '.join(current)}."
    retired = [event for event in events if event.event == "retired"]
    last = f" since build {retired[-1].generation}" if retired else ""
    return f"{person_id} is retired: no record that was ever its own is in the deliveries{last}."
