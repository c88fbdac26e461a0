"""One source from beginning to end: its people and events, then every delivery that is due."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import duckdb

from plainview.demo.deliveries.declared import SPOILT_FROM, SPOILT_SHARE, DemoSource
from plainview.demo.deliveries.entries import make_clients, make_entries
from plainview.demo.deliveries.events import make_events
from plainview.demo.deliveries.files import WORKBOOK_ROWS, write_delivery
from plainview.engine.duck import identifier, literal

_TOLD_OF = """
SELECT person, any_value(luck) AS luck, min(known_date) AS entered
FROM (SELECT e.person, p.luck, e.known_date FROM events e JOIN people p USING (person)) GROUP BY person
"""

# Somebody entered twice is told of under either entry.
_TOLD = """
CREATE OR REPLACE TEMP TABLE told AS
WITH now AS (
    SELECT e.*, CASE WHEN c.entered <= e.known_date AND dice(e.luck, 'which entry') < 0.5 THEN 1
        ELSE 0 END AS copy
    FROM events e LEFT JOIN clients c ON c.person = e.person AND c.copy = 1
    WHERE e.known_date <= DATE {today}
)
SELECT c.*, e.kind, e.luck AS event_luck, e.event_date, e.known_date, e.number AS event_number
FROM now e JOIN entries c USING (person, copy)
"""


def write_extracts(
    con: duckdb.DuckDBPyConnection, source: DemoSource, days: Sequence[datetime.date], root: Path
) -> dict[datetime.date, int]:
    """Write every delivery of `source` that is due on `days` (oldest first); gives the rows of each.

    Adds to the table `whose` the person of each record id ever written.
    """
    con.execute("CREATE OR REPLACE TEMP TABLE own (record_id VARCHAR, person BIGINT)")
    _make_everybody(con, source, days[-1])
    rows = {day: _write_extract(con, source, day, root) for day in days}
    con.execute(f"INSERT INTO whose SELECT DISTINCT {literal(source.id)}, record_id, person FROM own")
    return rows


def _make_everybody(con: duckdb.DuckDBPyConnection, source: DemoSource, end: datetime.date) -> None:
    if source.events:
        make_events(con, source.id, source.events, end)
    make_clients(con, source.id, (source.people or _TOLD_OF).replace("{end}", end.isoformat()), end)


def _write_extract(con: duckdb.DuckDBPyConnection, source: DemoSource, day: datetime.date, root: Path) -> int:
    make_entries(con, source.id, day)
    if source.events:
        con.execute(_TOLD.format(today=literal(day.isoformat())))
    _lay_out(con, source, day)
    write_delivery(con, source, day, root)
    con.execute(f"INSERT INTO own SELECT {identifier(source.record_header)}, person FROM delivery")
    con.execute("SELECT count(*) FROM delivery")
    return int(con.fetchall()[0][0])


def _lay_out(con: duckdb.DuckDBPyConnection, source: DemoSource, day: datetime.date) -> None:
    """Make the table `delivery`: the source's columns, its test records and what is spoilt, and `person`."""
    rows = source.rows.replace("{today}", day.isoformat())
    excel = source.toml["file"]["format"] == "excel"
    cap = f"ORDER BY {identifier(source.record_header)} LIMIT {WORKBOOK_ROWS}" if excel else ""
    columns = ", ".join(map(identifier, source.headers))
    con.execute(f"CREATE OR REPLACE TEMP TABLE delivery AS SELECT person, {columns} FROM ({rows}) {cap}")
    _spoil(con, source)
    for test_row in source.test_rows:
        cells = ", ".join(f"{literal(text)} AS {identifier(header)}" for header, text in test_row.items())
        con.execute(f"INSERT INTO delivery BY NAME SELECT {cells}")


def _spoil(con: duckdb.DuckDBPyConnection, source: DemoSource) -> None:
    """Put in a few impossible values where the source declares one, but not into a handful of rows."""
    con.execute("SELECT count(*) FROM delivery")
    if con.fetchall()[0][0] < SPOILT_FROM:
        return
    for header, text in source.spoilt.items():
        chance = f"dice(hash({identifier(source.record_header)}), {literal('spoilt ' + header)})"
        con.execute(
            f"UPDATE delivery SET {identifier(header)} = {literal(text)} WHERE {chance} < {SPOILT_SHARE}"
        )
