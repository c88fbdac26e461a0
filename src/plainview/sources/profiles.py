"""A delivery in brief: enough to compare the next one with it, and no identifying value.

Rows of a profile: source, delivery_date, sha256 (of the delivery), kind, column, key, count.

- `rows`: the number of records loaded.
- `value`: how many records have each value of a categorical column; an empty key counts those without.
- `id`: hashes of record ids, the `SAMPLE` smallest; count is 1.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

from plainview.engine.duck import identifier, literal
from plainview.engine.tables import read_table
from plainview.project.specs import ColumnSpec, SourceSpec
from plainview.sources.contracts import stored_names

SAMPLE = 4096
_SMALL = 50
_COLUMNS = 'source, delivery_date, sha256, kind, "column", key, count'


def id_hash(record_id: str) -> str:
    """SQL: a hash that is the same in every version of the database, as 16 hexadecimal digits."""
    return f"left(md5({record_id}), 16)"


def profile_query(
    con: duckdb.DuckDBPyConnection, records: Path, source: SourceSpec, day: date, sha256: str
) -> str:
    """SQL that gives the profile of the records table at `records`."""
    table = read_table(records)
    parts = [f"SELECT 'rows' AS kind, '' AS \"column\", '' AS key, count(*) AS count FROM {table}"]
    parts += [_value_part(name, table) for name in _categorical(con, source, table)]
    parts.append(
        f"SELECT 'id', '', key, 1 FROM (SELECT {id_hash('record_id')} AS key FROM {table} "
        f"ORDER BY key LIMIT {SAMPLE})"
    )
    head = f"{literal(source.id)} AS source, DATE '{day}' AS delivery_date, {literal(sha256)} AS sha256"
    return f"SELECT {head}, * FROM ({' UNION ALL '.join(parts)})"


def _value_part(name: str, table: str) -> str:
    key = f"coalesce({identifier(name)}::VARCHAR, '')"
    return f"SELECT 'value', {literal(name)}, {key}, count(*) FROM {table} GROUP BY {key}"


def _categorical(con: duckdb.DuckDBPyConnection, source: SourceSpec, table: str) -> list[str]:
    """Columns with few values: declared so, or facts and kinds of event with no more than `_SMALL`."""
    names = stored_names(source)
    declared = [name for header, name in names.items() if _is_categorical(source.stored[header])]
    maybe = [
        name
        for header, name in names.items()
        if name not in declared
        and (name.startswith("attribute.") or name in ("sex", "event_kind"))
        and source.stored[header].stored_type == "text"
    ]
    if not maybe:
        return declared
    counts = ", ".join(f"count(DISTINCT {identifier(name)})" for name in maybe)
    found = con.execute(f"SELECT {counts} FROM {table}").fetchall()[0]
    return declared + [name for name, count in zip(maybe, found, strict=True) if count <= _SMALL]


def _is_categorical(column: ColumnSpec) -> bool:
    return bool(column.allowed or column.map) or column.stored_type == "boolean"


def ordered(query: str) -> str:
    """A profile's rows in the order they are stored."""
    return f'SELECT {_COLUMNS} FROM ({query}) ORDER BY delivery_date, kind, "column", key'
