"""Opaque person ids that stay: minted once, kept on rebuild, never given to anybody else.

`index` and `gone_records` together remember the person of every (source, record_id) ever linked; `person_ids`
every id ever minted with the generation it was minted in; `id_ledger` what became of each. Who gets
which id is decided in `person_changes`, for the clusters that changed alone.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from plainview.engine.tables import read_table, write_table
from plainview.linkage import ledger
from plainview.linkage.fields import table
from plainview.linkage.person_changes import (
    Ids,
    assign_changed,
    crockford,
    drop_changes,
    summarise_persons,
)
from plainview.project.specs import Project

__all__ = ["PERSON_TABLES", "assign_persons", "crockford"]

PERSON_TABLES = ("persons", "index", "gone_records", "person_ids", "id_ledger")
"""What this step writes, and reads of the snapshot before."""

# Two independent 64-bit hashes and the number of records: which record is in it, whatever their order. A
# chance agreement of two among ten million people has a probability below 1e-24.
_MEMBERS = (
    "count(*) AS n, bit_xor(hash(source, record_id)) AS h, bit_xor(hash(record_id, source, 'members')) AS g"
)


def assign_persons(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    previous: Path | None,
    as_of: dt.date | None = None,
) -> dict[str, Any]:
    """`identities` and `clusters` to `PERSON_TABLES`.

    `previous` is the folder of the snapshot before, or None; `as_of` the day this one speaks of, which the
    ledger notes. A new id is "P" and 13 Crockford base-32 characters of a SHA-256. Counts: as
    `assign_changed`, with `records` that have an id and `share_moved`, the share of them that
    changed their person.
    """
    known = Ids.of_folder(previous)
    _read(con, folder, known)
    churn = assign_changed(
        con,
        replace(known, index="prior_index"),
        changed="SELECT source, record_id, cluster FROM linked "
        "WHERE cluster NOT IN (SELECT cluster FROM unchanged)",
        gone="SELECT source, record_id FROM prior_index ANTI JOIN linked USING (source, record_id)",
        authority=project.spec.authority.name,
        as_of=as_of,
    )
    records = _write(con, folder, known)
    drop_changes(con)
    for name in ("linked", "unchanged", "prior_index"):
        con.execute(f"DROP TABLE {name}")
    return churn | {"records": records, "share_moved": round(churn["moved"] / max(records, 1), 6)}


def _read(con: duckdb.DuckDBPyConnection, folder: Path, known: Ids) -> None:
    """`linked`: record and cluster; `unchanged`: clusters that are just a person of before, by hashes of who
    is in them; `prior_index`: the index of before, but for those persons.
    """
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE linked AS SELECT i.source, i.record_id, c.cluster "
        f"FROM {read_table(table(folder, 'identities'))} i JOIN {read_table(table(folder, 'clusters'))} c "
        f"USING (tuple_id)"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE unchanged AS SELECT c.cluster, p.person_id "
        f"FROM (SELECT cluster, {_MEMBERS} FROM linked GROUP BY cluster) c "
        f"JOIN (SELECT person_id, {_MEMBERS} FROM {known.index} GROUP BY person_id) p USING (n, h, g)"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE prior_index AS SELECT source, record_id, person_id "
        f"FROM {known.index} WHERE person_id NOT IN (SELECT person_id FROM unchanged)"
    )


def _write(con: duckdb.DuckDBPyConnection, folder: Path, known: Ids) -> int:
    whole = "SELECT cluster, person_id FROM unchanged UNION ALL SELECT cluster, person_id FROM assigned"
    records = write_table(
        con,
        f"SELECT l.source, l.record_id, a.person_id FROM linked l JOIN ({whole}) a USING (cluster) "
        "ORDER BY source, record_id",
        table(folder, "index"),
    )
    _write_small(
        con,
        f"SELECT g.source, g.record_id, g.person_id FROM {known.gone} g "
        "ANTI JOIN changed_records USING (source, record_id) "
        "UNION ALL SELECT source, record_id, person_id FROM left_now",
        "source, record_id",
        table(folder, "gone_records"),
    )
    _write_small(
        con,
        f"SELECT * FROM {known.persons} WHERE person_id IN (SELECT person_id FROM unchanged) "
        f"UNION ALL {summarise_persons('changed_records')}",
        "person_id",
        table(folder, "persons"),
    )
    _write_small(
        con,
        f"SELECT person_id, generation FROM {known.person_ids} UNION ALL FROM minted_ids",
        "person_id",
        table(folder, "person_ids"),
    )
    _write_small(
        con,
        f"SELECT * FROM {known.ledger} UNION ALL FROM ledger_events",
        ledger.ORDER,
        table(folder, "id_ledger"),
    )
    return records


def _write_small(con: duckdb.DuckDBPyConnection, query: str, order: str, path: Path) -> None:
    """By way of a table: DuckDB 2.0 marks a Parquet column as required if it can prove from the *plan* that none
    of its values is missing, so that equal rows by two roads would have different bytes.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE to_write AS {query}")
    write_table(con, f"SELECT * FROM to_write ORDER BY {order}", path)
    con.execute("DROP TABLE to_write")
