"""A file that puts records in groups, to ask whether all groups are served alike."""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.duck import identifier, literal
from plainview.project.errors import Problem, UserError

_KEYS = ("source", "record_id")
_NOT_GROUPS = (*_KEYS, "truth_id")


def read_groups(con: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Load `path` into the temporary table `groups` (source, record_id, the first group column); that name.

    CSV with a header or Parquet, such as a truth file. UserError if it is not there, cannot be read or has
    no such columns.
    """
    if not path.is_file():
        raise UserError(_problem(path, "no such file", "Check the path."))
    reader = "read_parquet" if path.suffix.lower() in (".parquet", ".pq") else "read_csv"
    options = ", header = true, all_varchar = true" if reader == "read_csv" else ""
    try:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE groups_raw AS SELECT * FROM {reader}({literal(str(path))}{options})"
        )
    except duckdb.Error:
        # DuckDB quotes the line it stumbled on, which may hold a name: its text is not passed on.
        raise UserError(_problem(path, "not readable", "Save it again as CSV in UTF-8.")) from None
    con.execute("DESCRIBE groups_raw")
    columns = [str(row[0]) for row in con.fetchall()]
    groups = [column for column in columns if column not in _NOT_GROUPS]
    if not groups or any(key not in columns for key in _KEYS):
        raise UserError(_problem(path, "other columns", "Name them in the first line."))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE groups AS SELECT source::VARCHAR AS source, record_id::VARCHAR AS record_id, "
        f"min(nullif(trim({identifier(groups[0])}::VARCHAR), '')) AS {identifier(groups[0])} "
        "FROM groups_raw GROUP BY ALL; DROP TABLE groups_raw"
    )
    return groups[0]


def _problem(path: Path, found: str, step: str) -> Problem:
    return Problem(str(path), 0, "", found, "a table with source, record_id and a column of groups", step)
