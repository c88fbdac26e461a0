"""The fifth check: a delivery against the one before it, by their profiles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from plainview.engine.tables import read_table
from plainview.sources.findings import Finding
from plainview.sources.profiles import id_hash

ROWS_CHANGE = 0.2
IDS_KEPT = 0.8
# Below 0.1 a distribution is stable, above 0.25 it has shifted (Siddiqi, Credit Risk Scorecards, 2006).
SHIFTED = 0.25


def compare_profiles(con: duckdb.DuckDBPyConnection, records: Path, before: str) -> Iterator[Finding]:
    """Findings of the tables `profile_now` and `profile_before`; `before` is the earlier date, for notes."""
    note = f"against the delivery of {before}"
    yield _rows(con, note)
    yield _ids(con, records, note)
    yield from _distributions(con, note)


def _rows(con: duckdb.DuckDBPyConnection, note: str) -> Finding:
    query = "SELECT (SELECT count FROM profile_{} WHERE kind = 'rows')"
    now, before = (con.execute(query.format(when)).fetchall()[0][0] for when in ("now", "before"))
    low, high = sorted((now, before))
    share = round(low / high, 6) if high else 1.0
    return Finding(
        "consistency", "", "rows", now, before, share, 1 - ROWS_CHANGE, share >= 1 - ROWS_CHANGE, note
    )


def _ids(con: duckdb.DuckDBPyConnection, records: Path, note: str) -> Finding:
    query = (
        "SELECT count(*) FILTER (now.key IS NOT NULL), count(*) FROM "
        "(SELECT key FROM profile_before WHERE kind = 'id') before LEFT JOIN "
        f"(SELECT DISTINCT {id_hash('record_id')} AS key FROM {read_table(records)}) now USING (key)"
    )
    kept, all_before = con.execute(query).fetchall()[0]
    share = round(kept / all_before, 6) if all_before else 1.0
    return Finding(
        "consistency", "record_id", "ids_kept", kept, all_before, share, IDS_KEPT, share >= IDS_KEPT, note
    )


def _distributions(con: duckdb.DuckDBPyConnection, note: str) -> Iterator[Finding]:
    """Population stability index of each categorical column that both deliveries have.

    Sum over values of (p - q) ln(p / q), p and q being the value's shares now and before (Siddiqi 2006).
    Half a record is added to every count, so that a value that came or went gives a finite index.
    """
    query = """
        WITH counts AS (
            SELECT "column", key, coalesce(n.count, 0) + 0.5 AS now, coalesce(b.count, 0) + 0.5 AS before
            FROM (SELECT * FROM profile_now WHERE kind = 'value') n
            FULL JOIN (SELECT * FROM profile_before WHERE kind = 'value') b USING ("column", key)
            WHERE "column" IN (SELECT "column" FROM profile_now)
                AND "column" IN (SELECT "column" FROM profile_before)
        ),
        shares AS (
            SELECT "column", now / sum(now) OVER w AS p, before / sum(before) OVER w AS q
            FROM counts WINDOW w AS (PARTITION BY "column")
        )
        SELECT "column", round(sum((p - q) * ln(p / q)), 6) FROM shares GROUP BY 1 ORDER BY 1
    """
    for column, index in con.execute(query).fetchall():
        told = f"population stability index {index:.3f}, {note}"
        share = round(max(0.0, 1 - index), 6)
        yield Finding(
            "consistency", column, "distribution", index, 1, share, 1 - SHIFTED, index <= SHIFTED, told
        )
