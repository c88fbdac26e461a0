"""The quarantine: which rows and values were left out, by what rule. Never the values themselves."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from plainview.engine.duck import literal
from plainview.engine.tables import write_table
from plainview.project.specs import SourceSpec
from plainview.sources.columns import NO_SUCH_DATE, NOT_ALLOWED, REQUIRED, WRONG_TYPE, rule_of
from plainview.sources.contracts import checked_columns, is_required
from plainview.sources.deliveries import Delivery
from plainview.sources.raws import RawTable

_CODES = (REQUIRED, WRONG_TYPE, NO_SUCH_DATE, NOT_ALLOWED)


def write_quarantine(
    con: duckdb.DuckDBPyConnection,
    staged: Path,
    raw: RawTable,
    delivery: Delivery,
    source: SourceSpec,
    folder: Path,
) -> int:
    """Write `quarantine/<source>.parquet` and give the number of values left out of loaded rows.

    Columns: source, delivery_date, row_number (1 = the first data row), column (its header; empty for the
    whole row), rule, outcome (`row`: not loaded; `value`: the row was loaded without it). A row that was not
    loaded stands once, with the first rule it broke.
    """
    _make_cuts(con, raw)
    parts = " UNION ALL ".join([*_column_parts(staged, source), _duplicate_part(source)])
    day = literal(delivery.date.isoformat())
    query = (
        f"SELECT {literal(source.id)} AS source, DATE {day} AS delivery_date, "
        'row_number, "column", rule, outcome FROM ('
        'SELECT q.position + 1 + coalesce(shift, 0) AS row_number, "column", rule, outcome '
        f"FROM ({parts}) q ASOF LEFT JOIN cut_shifts c ON q.position >= c.position "
        "UNION ALL SELECT row_number, '', rule, 'row' FROM cut_rows) "
        'ORDER BY row_number, "column", rule'
    )
    path = folder / "quarantine" / f"{source.id}.parquet"
    write_table(con, query, path)
    values = f"SELECT count(*) FROM read_parquet({literal(str(path))}) WHERE outcome = 'value'"
    return int(con.execute(values).fetchall()[0][0])


def _make_cuts(con: duckdb.DuckDBPyConnection, raw: RawTable) -> None:
    """`cut_rows` as found, and `cut_shifts`: from which staged position on, how many rows were cut before."""
    order = np.arange(1, len(raw.cut_rows) + 1)
    table = pa.table(
        {
            "row_number": pa.array(raw.cut_rows, pa.int64()),
            "rule": pa.array(raw.cut_rules, pa.string()),
            "position": pa.array(raw.cut_rows - order, pa.int64()),
            "shift": pa.array(order, pa.int64()),
        }
    )
    con.register("cuts", table)
    con.execute("CREATE OR REPLACE TEMP TABLE cut_rows AS SELECT row_number, rule FROM cuts")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE cut_shifts AS "
        "SELECT position, max(shift) AS shift FROM cuts GROUP BY position"
    )
    con.unregister("cuts")


def _column_parts(staged: Path, source: SourceSpec) -> list[str]:
    rows = f"read_parquet({literal(str(staged))}, file_row_number=true)"
    parts = []
    for n, (header, column) in enumerate(checked_columns(source).items()):
        rules = " ".join(f"WHEN {code} THEN {literal(rule_of(code, column))}" for code in _CODES)
        failed, outcome = (f"= {n + 1}", "row") if is_required(column) else ("= 0", "value")
        parts.append(
            f'SELECT file_row_number AS position, {literal(header)} AS "column", '
            f"CASE \"#k{n}\" {rules} END AS rule, '{outcome}' AS outcome FROM {rows} "
            f'WHERE "#k{n}" > 0 AND "#excluded" = 0 AND "#failed" {failed}'
        )
    return parts


def _duplicate_part(source: SourceSpec) -> str:
    header = literal(source.headers_of("record_id")[0])
    return f"SELECT position, {header}, 'duplicate_id', 'row' FROM duplicates"


def most_frequent_rule(
    con: duckdb.DuckDBPyConnection, staged: Path, raw: RawTable, source: SourceSpec
) -> tuple[str, str, int]:
    """Rule, column and count of what is wrong most often in a delivery; by name between equals."""
    counts = Counter({(rule, ""): count for rule, count in Counter(raw.cut_rules).items()})
    for n, (header, column) in enumerate(checked_columns(source).items()):
        query = (
            f'SELECT "#k{n}", count(*) FROM read_parquet({literal(str(staged))}) '
            f'WHERE "#k{n}" > 0 AND "#excluded" = 0 GROUP BY 1'
        )
        for code, count in con.execute(query).fetchall():
            counts[rule_of(code, column), header] += count
    (rule, header), count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return rule, header, count


def empty_quarantine() -> str:
    """SQL: a quarantine table without rows."""
    return (
        "SELECT NULL::VARCHAR AS source, NULL::DATE AS delivery_date, NULL::BIGINT AS row_number, "
        'NULL::VARCHAR AS "column", NULL::VARCHAR AS rule, NULL::VARCHAR AS outcome LIMIT 0'
    )
