"""Five checks of what was loaded, per source and delivery: the table `quality`.

Completeness, validity, uniqueness, timeliness, and consistency with the delivery before, as the Kent
Integrated Dataset did. Nothing is refused here: contracts refuse, quality tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from plainview.engine.duck import connect
from plainview.engine.tables import read_table, write_table
from plainview.project.specs import SourceSpec
from plainview.sources.consistency import compare_profiles
from plainview.sources.contracts import stored_names
from plainview.sources.deliveries import CADENCE_DAYS
from plainview.sources.findings import Finding, judge
from plainview.sources.loads import Progress
from plainview.sources.macros import make_macros
from plainview.sources.measures import find_measures
from plainview.sources.predecessors import Loaded, Place, make_profiles

QUALITY_COLUMNS: dict[str, pa.DataType] = {
    "source": pa.string(),
    "delivery_date": pa.date32(),
    "check": pa.string(),
    "column": pa.string(),
    "rule": pa.string(),
    "numerator": pa.float64(),
    "denominator": pa.float64(),
    "share": pa.float64(),
    "threshold": pa.float64(),
    "passed": pa.bool_(),
    "note": pa.string(),
}


def assess_quality(
    root: Path,
    sources: Iterable[SourceSpec],
    folder: Path,
    loaded: Mapping[str, Loaded],
    *,
    previous: Path | None = None,
    as_of: date | None = None,
    memory: str = "2GB",
    threads: int = 0,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Check every loaded source; write `quality.parquet` and `profiles/<source>.parquet` under `folder`.

    `loaded` says which delivery `folder`/records/<source>.parquet holds; a source without one is left out.
    `previous` is the previous snapshot's folder, whose profiles spare reading the delivery before again.
    Gives how many rules there are, and how many of them passed and failed.
    """
    place = Place(root, folder, previous, as_of, memory, threads)
    known = [source for source in sources if source.id in loaded]
    rows: list[dict[str, object]] = []
    for done, source in enumerate(known):
        if progress:
            progress(f"checking {source.id}", done / len(known))
        one = loaded[source.id]
        rows += [
            {"source": source.id, "delivery_date": one.delivery_date} | finding.as_dict()
            for finding in assess_source(place, source, one)
        ]
    _write_rows(rows, folder)
    passed = [row["passed"] for row in rows]
    return {"rules": len(rows), "passed": passed.count(True), "failed": passed.count(False)}


def _write_rows(rows: list[dict[str, object]], folder: Path) -> None:
    con = connect(threads=1)
    con.register("found", pa.Table.from_pylist(rows, schema=pa.schema(QUALITY_COLUMNS)))
    write_table(
        con, 'SELECT * FROM found ORDER BY source, "check", "column", rule', folder / "quality.parquet"
    )
    con.close()


def assess_source(place: Place, source: SourceSpec, loaded: Loaded) -> list[Finding]:
    """All findings of one source; writes its profile, the profile before beside it."""
    con = connect(memory=place.memory, threads=place.threads)
    try:
        make_macros(con)
        records = place.folder / "records" / f"{source.id}.parquet"
        findings = _measured(con, records, source, loaded.delivery_date)
        findings.append(_record_ids(con, place.folder, source))
        findings += _timeliness(con, records, source, loaded.delivery_date, place.as_of)
        before = make_profiles(con, place, source, loaded)
        if before:
            findings += compare_profiles(con, records, before)
        return findings
    finally:
        con.close()


def _measured(con: duckdb.DuckDBPyConnection, records: Path, source: SourceSpec, day: date) -> list[Finding]:
    measures = find_measures(source, day)
    columns = ", ".join(f"{measure.numerator}, {measure.denominator}" for measure in measures)
    counts = con.execute(f"SELECT {columns} FROM {read_table(records)}").fetchall()[0]
    findings = []
    for i, measure in enumerate(measures):
        numerator, denominator = counts[2 * i], counts[2 * i + 1]
        findings.append(
            judge(
                measure.check,
                measure.column,
                measure.rule,
                numerator,
                denominator,
                measure.threshold,
                measure.note,
            )
        )
    return findings


def _record_ids(con: duckdb.DuckDBPyConnection, folder: Path, source: SourceSpec) -> Finding:
    records, quarantine = (folder / table / f"{source.id}.parquet" for table in ("records", "quarantine"))
    query = (
        f"SELECT (SELECT count(*) FROM {read_table(records)}), "
        f"(SELECT count(*) FROM {read_table(quarantine)} WHERE rule = 'duplicate_id')"
    )
    unique, repeated = con.execute(query).fetchall()[0]
    threshold = round(1 - source.tolerance.duplicate_ids, 6)
    return judge("uniqueness", "record_id", "record_id", unique, unique + repeated, threshold)


def _timeliness(
    con: duckdb.DuckDBPyConnection, records: Path, source: SourceSpec, day: date, as_of: date | None
) -> list[Finding]:
    findings = []
    days = CADENCE_DAYS[source.cadence]
    if days is not None:
        age, allowed = ((as_of or day) - day).days, days + source.tolerance.missing_days
        share = round(min(1.0, allowed / max(age, 1)), 6)
        note = f"{age} days old; {allowed} days allowed"
        findings.append(
            Finding("timeliness", "", "delivery_age", age, allowed, share, 1.0, age <= allowed, note)
        )
    if "updated_date" in stored_names(source).values():
        query = (
            f"SELECT median(date_diff('day', updated_date::DATE, DATE '{day}')) FROM {read_table(records)}"
        )
        (median,) = con.execute(query).fetchall()[0]
        if median is not None:
            note = f"half of the records were last updated {median:g} days or more before the delivery"
            findings.append(
                Finding("timeliness", "updated_date", "median_age", median, 1, None, None, None, note)
            )
    return findings
