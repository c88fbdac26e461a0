"""A truth file: which record is of which human being, with any columns to group by."""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.duck import identifier, literal
from plainview.project.errors import Problem, UserError, did_you_mean

_KEYS = ("source", "record_id", "truth_id")


def read_truth(con: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Load `path` into the temporary table `truth`, all columns as text, and give its group columns.

    CSV with a header or Parquet, with columns source, record_id and truth_id. A file that is not there,
    not readable, lacks a column, is empty, has an empty key or says of a record twice is a UserError.
    """
    _load(con, path)
    con.execute("DESCRIBE truth_raw")
    columns = [row[0] for row in con.fetchall()]
    missing = [key for key in _KEYS if key not in columns]
    if missing:
        if len(missing) == len(_KEYS):
            columns = []  # no header, it seems: what stands in the first line may be somebody's data
        raise UserError([_missing_column(path, key, columns) for key in missing])
    groups = [column for column in columns if column not in _KEYS]
    texts = ", ".join(f"nullif(trim({identifier(c)}::VARCHAR), '') AS {identifier(c)}" for c in columns)
    con.execute(f"CREATE OR REPLACE TEMP TABLE truth AS SELECT {texts} FROM truth_raw")
    con.execute("DROP TABLE truth_raw")
    _check_rows(con, path)
    return groups


def _problem(path: Path, key: str, found: str, expected: str, next_step: str) -> Problem:
    return Problem(str(path), 0, key, found, expected, next_step)


def _load(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    if not path.is_file():
        raise UserError(
            _problem(path, "", "no such file", "a CSV or Parquet file with the truth", "Check the path.")
        )
    if path.suffix.lower() in (".parquet", ".pq"):
        reader = f"read_parquet({literal(str(path))})"
    else:
        reader = f"read_csv({literal(str(path))}, header = true, all_varchar = true)"
    try:
        con.execute(f"CREATE OR REPLACE TEMP TABLE truth_raw AS SELECT * FROM {reader}")
    except duckdb.Error:
        # DuckDB quotes the line it stumbled on, which may hold a name: its text is not passed on.
        step = "Save it again as CSV in UTF-8, with commas and a header, or as Parquet."
        raise UserError(_problem(path, "", "not readable", "CSV with a header, or Parquet", step)) from None


def _missing_column(path: Path, key: str, columns: list[str]) -> Problem:
    return _problem(
        path,
        key,
        "no such column",
        f"columns {', '.join(_KEYS)}",
        did_you_mean(key, columns) if columns else f"The first line must name {', '.join(_KEYS)}.",
    )


def _check_rows(con: duckdb.DuckDBPyConnection, path: Path) -> None:
    empty = " OR ".join(f"{key} IS NULL" for key in _KEYS)
    con.execute(
        f"SELECT count(*), count(*) FILTER ({empty}), count(*) - count(DISTINCT (source, record_id)) "
        f"FROM truth"
    )
    rows, blank, repeated = con.fetchall()[0]
    problems = []
    if not rows:
        problems.append(_problem(path, "", "no rows", "one row a record", "Write the truth into it."))
    if blank:
        found = f"{blank} rows with an empty source, record_id or truth_id"
        problems.append(_problem(path, "", found, "all three filled", "Fill them or leave the rows out."))
    elif repeated:
        found = f"{repeated} rows that repeat a source and record_id"
        problems.append(_problem(path, "record_id", found, "each record once", "Leave one row a record."))
    if problems:
        raise UserError(problems)
