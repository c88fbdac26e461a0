"""Load one delivery: read it, hold it to its contract, and write what is good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from plainview.engine.duck import identifier, literal
from plainview.engine.tables import read_table, write_table
from plainview.project.errors import Problem, UserError
from plainview.project.specs import SourceSpec
from plainview.sources.contracts import check_header, staging_query, stored_names
from plainview.sources.controls import Control, check_bounds, check_control, read_control
from plainview.sources.deliveries import Delivery, hash_file
from plainview.sources.duplicates import find_duplicates
from plainview.sources.quarantines import most_frequent_rule, write_quarantine
from plainview.sources.raws import RawTable
from plainview.sources.reading import read_delivery

Progress = Callable[[str, float], None]


class DoesNotAddUp(RuntimeError):  # noqa: N818 - it says what happened
    """Rows were lost or invented between two steps: a fault of ours, never of the user."""


@dataclass(frozen=True)
class LoadRun:
    """One delivery loaded, and where every row of it went."""

    delivery: Delivery
    sha256: str
    read: int
    loaded: int
    quarantined: int
    excluded: dict[str, int]
    values_left_out: int
    notes: tuple[str, ...] = ()

    def assert_adds_up(self) -> None:
        """Raise DoesNotAddUp unless read = loaded + quarantined + excluded."""
        excluded = sum(self.excluded.values())
        if self.read != self.loaded + self.quarantined + excluded:
            raise DoesNotAddUp(
                f"{self.delivery.name}: {self.read} rows read, but {self.loaded} loaded, "
                f"{self.quarantined} quarantined and {excluded} excluded"
            )


@dataclass(frozen=True)
class _Staged:
    """A delivery's rows on disk as `staging_query` gives them, and how many of each outcome."""

    path: Path
    raw: RawTable
    failed: int
    bad: int
    excluded: dict[str, int]
    sums: dict[str, Decimal]


def load_delivery(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    source: SourceSpec,
    folder: Path,
    spool: Path,
    progress: Progress | None = None,
) -> LoadRun:
    """Write the delivery's records and quarantine under `folder`; `spool` is for files on the way.

    Raises UserError, with all that is wrong, where the delivery is not good enough; then nothing is written.
    """
    tell = progress or (lambda _label, _share: None)
    tell(f"reading {delivery.name}", 0.0)
    control = read_control(delivery, source)
    staged = _stage(con, delivery, source, control, spool)
    tell(f"checking {delivery.name}", 0.5)
    duplicates = find_duplicates(con, staged.path, list(stored_names(source).values()))
    problems = _judge(con, staged, duplicates, control, delivery, source)
    if problems:
        raise UserError(problems)
    tell(f"writing {delivery.name}", 0.6)
    loaded = _write_records(con, staged.path, source, folder)
    values = write_quarantine(con, staged.path, staged.raw, delivery, source, folder)
    run = LoadRun(
        delivery,
        hash_file(delivery.path),
        staged.raw.rows,
        loaded,
        len(staged.raw.cut_rows) + staged.failed + duplicates,
        staged.excluded,
        values,
        _notes(staged.raw, delivery),
    )
    run.assert_adds_up()
    tell(f"loaded {delivery.name}", 1.0)
    return run


def _stage(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, source: SourceSpec, control: Control, spool: Path
) -> _Staged:
    """Read, check the header, and stage; once more with care where the fast reading did not add up."""
    sums = list(control.sums)
    con.execute(f"SET VARIABLE delivery_day = DATE '{delivery.date}'")
    for careful in (False, True):
        raw = read_delivery(delivery, source.file, spool, careful=careful)
        problems = check_header(raw.header, source, delivery.name)
        if problems:
            raise UserError(problems)
        path = spool / "staged.parquet"
        if _copy_staged(con, staging_query(source, raw, sums), path) == raw.good_rows:
            return _counted(con, path, raw, source, sums)
    raise DoesNotAddUp(
        f"{delivery.name}: {raw.good_rows} well-formed rows, but the database read another number"
    )


def _copy_staged(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Rows staged, in the file's order; -1 where the database's reader gave up."""
    try:
        con.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION snappy)")
    except duckdb.InvalidInputException:
        return -1
    return int(con.fetchall()[0][0])


def _counted(
    con: duckdb.DuckDBPyConnection, path: Path, raw: RawTable, source: SourceSpec, sums: list[str]
) -> _Staged:
    excluded = [f'count(*) FILTER ("#excluded" = {i + 1})' for i in range(len(source.exclude))]
    totals = [f'coalesce(sum("#s{i}"), 0)' for i in range(len(sums))]
    counts = [
        'count(*) FILTER ("#excluded" = 0 AND "#failed" > 0)',
        'count(*) FILTER ("#excluded" = 0 AND "#bad")',
    ]
    query = f"SELECT {', '.join(counts + excluded + totals)} FROM {read_table(path)}"
    failed, bad, *rest = con.execute(query).fetchall()[0]
    names = [rule.name for rule in source.exclude]
    return _Staged(
        path,
        raw,
        failed,
        bad,
        dict(zip(names, rest, strict=False)),
        dict(zip(sums, rest[len(names) :], strict=True)),
    )


def _judge(
    con: duckdb.DuckDBPyConnection,
    staged: _Staged,
    duplicates: int,
    control: Control,
    delivery: Delivery,
    source: SourceSpec,
) -> list[Problem]:
    """Everything about a well-read delivery that is beyond the declared tolerance."""
    raw, name = staged.raw, delivery.name
    problems = check_bounds(raw.rows, source, name)
    problems += check_control(control, raw.rows, staged.sums, source, name)
    bad = len(raw.cut_rows) + staged.bad
    if bad > raw.rows * source.tolerance.bad_rows:
        rule, column, count = most_frequent_rule(con, staged.path, raw, source)
        problems.append(
            Problem(
                name,
                0,
                column,
                f"{_share(bad, raw.rows)} break the contract, most often {rule} ({count})",
                f"at most {_percent(source.tolerance.bad_rows)}",
                f"Correct the declaration in sources/{source.id}.toml, ask {source.contact_role} "
                "for a better extract, or raise tolerance.bad_rows.",
            )
        )
    if duplicates > raw.rows * source.tolerance.duplicate_ids:
        problems.append(
            Problem(
                name,
                0,
                source.headers_of("record_id")[0],
                f"{_share(duplicates, raw.rows)} repeat a record id",
                f"at most {_percent(source.tolerance.duplicate_ids)}",
                f"Ask {source.contact_role} for one row a record, or raise tolerance.duplicate_ids.",
            )
        )
    return problems


def _percent(share: float) -> str:
    return f"{100 * share:.4f}".rstrip("0").rstrip(".") + "%"


def _share(count: int, rows: int) -> str:
    return f"{count} of {rows} rows ({100 * count / rows:.2f}%)"


def _write_records(con: duckdb.DuckDBPyConnection, staged: Path, source: SourceSpec, folder: Path) -> int:
    names = ", ".join(identifier(name) for name in stored_names(source).values())
    query = (
        f"SELECT {names} FROM read_parquet({literal(str(staged))}, file_row_number=true) "
        'WHERE "#excluded" = 0 AND "#failed" = 0 '
        "AND file_row_number NOT IN (SELECT position FROM duplicates) ORDER BY record_id"
    )
    return write_table(con, query, folder / "records" / f"{source.id}.parquet")


def _notes(raw: RawTable, delivery: Delivery) -> tuple[str, ...]:
    if not raw.blank:
        return ()
    lines = "1 blank line" if raw.blank == 1 else f"{raw.blank} blank lines"
    return (f"{delivery.name} has {lines}; they are not counted as rows",)
