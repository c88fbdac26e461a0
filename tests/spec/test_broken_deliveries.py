"""Broken deliveries, one by one: what was delivered, and what the data officer is told.

Each case is a folder of files and the exact outcome. A refused delivery gives
`file:line key: found; expected. next step`; one that is loaded gives its counts,
what was quarantined, and notes.
"""

from __future__ import annotations

import gzip
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from plainview.engine.duck import connect
from plainview.project.errors import UserError
from plainview.project.specs import SourceSpec
from plainview.sources.ingest import ingest

HEADER = b"Ref,Name,Born,Rent,Benefit\n"
GOOD = HEADER + b"1,Ash,01/02/1990,80,Y\n2,Birch,03/04/1985,95.50,N\n"
HALF = {"tolerance": {"bad_rows": 0.5}}
CSV = "d/rent_2026-11-02.csv"


@dataclass(frozen=True)
class Case:
    """One broken delivery: its files, the changed keys of the declaration, and the outcome."""

    name: str
    files: dict[str, bytes]
    outcome: list[str]
    spec: dict[str, Any] = field(default_factory=dict)


def source(changes: dict[str, Any]) -> SourceSpec:
    base: dict[str, Any] = {
        "id": "rent",
        "title": "Rents",
        "service": "Housing",
        "contact_role": "the rents steward",
        "controller": "Sallowmere",
        "gateways": ["Housing Act 1985"],
        "rows": ["person"],
        "cadence": "weekly",
        "retention": "6 years",
        "file": {"pattern": "d/rent_{date}.csv"} | changes.get("file", {}),
        "columns": {
            "Ref": {"meaning": "record_id", "required": True},
            "Name": {"meaning": "last_name", "required": True},
            "Born": {"meaning": "birth_date", "formats": ["%d/%m/%Y"]},
            "Rent": {"meaning": "attribute.rent", "type": "number"},
            "Benefit": {"meaning": "attribute.benefit", "allowed": ["Y", "N"]},
        },
    }
    return SourceSpec.model_validate(base | {k: v for k, v in changes.items() if k != "file"})


def outcome_of(root: Path, spec: SourceSpec) -> list[str]:
    """The outcome as lines of text."""
    try:
        run = ingest(root, spec, root / "out", as_of=date(2026, 11, 3), threads=1)
    except UserError as error:
        return [str(problem) for problem in error.problems]
    excluded = sum(run.excluded.values())
    lines = [f"read {run.read}, loaded {run.loaded}, quarantined {run.quarantined}, excluded {excluded}"]
    con = connect(threads=1)
    rows = con.execute(
        'SELECT row_number, "column", rule, outcome FROM read_parquet(?)',
        [str(root / "out/quarantine/rent.parquet")],
    ).fetchall()
    con.close()
    lines += [" ".join(f"row {n} {column} {rule}: {outcome}".split()) for n, column, rule, outcome in rows]
    lines += [str(problem) for refused in run.refused for problem in refused.problems]
    return lines + list(run.notes)


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def workbook(sheet: str, *rows: list[Any]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def parquet(**columns: list[Any]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


EXCEL = {"file": {"pattern": "d/rent_{date}.xlsx", "format": "excel", "sheet": "Rents"}}
PARQUET = {"file": {"pattern": "d/rent_{date}.parquet", "format": "parquet"}}
UTF16 = {"file": {"encoding": "utf-16"}}
CP1252 = {"file": {"encoding": "windows-1252"}}
SIDECAR = {"control": {"sidecar": True}}

CASES = [
    # the file as a whole
    Case(
        "no delivery at all",
        {},
        [
            (
                "sources/rent.toml file.pattern: no delivery; expected a file d/rent_{date}.csv. Put one "
                "into the project folder, or set tolerance.optional = true."
            )
        ],
    ),
    Case(
        "an empty file",
        {CSV: b""},
        [
            (
                "d/rent_2026-11-02.csv: an empty file; expected a header and rows. Ask the service to "
                "deliver it again."
            )
        ],
    ),
    Case(
        "a header and no rows",
        {CSV: HEADER},
        [
            (
                "d/rent_2026-11-02.csv: a header and no rows; expected at least 1. Ask the rents steward "
                "whether the extract is whole, or change control.rows_min."
            )
        ],
    ),
    Case(
        "no header",
        {CSV: GOOD[len(HEADER) :]},
        [
            (
                "d/rent_2026-11-02.csv:1: a first line with 0 of the 5 declared columns; expected a "
                "header with Ref, Name, Born, Rent, Benefit. Ask the rents steward for an extract with "
                "this header, or correct sources/rent.toml."
            )
        ],
    ),
    Case(
        "a blank first line",
        {CSV: b"\n" + GOOD},
        [
            (
                "d/rent_2026-11-02.csv:1: an empty first line; expected a header row. Remove what stands "
                "before the header."
            )
        ],
    ),
    Case(
        "a directory in its place",
        {CSV + "/": b""},
        ["d/rent_2026-11-02.csv: not a file; expected a readable file. Deliver the extract again."],
    ),
    Case(
        "a truncated gzip",
        {CSV + ".gz": gzip.compress(GOOD * 50)[:-20]},
        [
            (
                "d/rent_2026-11-02.csv.gz: the gz ends too early; expected a whole gz file. Transfer the "
                "delivery again."
            )
        ],
    ),
    Case(
        "not a gzip",
        {CSV + ".gz": GOOD},
        [
            (
                "d/rent_2026-11-02.csv.gz: not a gz file, or one that ends too early; expected a whole gz"
                " file. Transfer the delivery again."
            )
        ],
    ),
    Case(
        "a truncated zip",
        {CSV + ".zip": zipped(a=GOOD * 50)[:-40]},
        [
            (
                "d/rent_2026-11-02.csv.zip: not a zip file, or one that ends too early; expected a whole "
                "zip file. Transfer the delivery again."
            )
        ],
    ),
    Case(
        "a damaged zip",
        {CSV + ".zip": zipped(a=GOOD).replace(b"Ash", b"Ask")},
        [
            (
                "d/rent_2026-11-02.csv.zip: the zip is damaged; expected a whole zip file. Transfer the "
                "delivery again."
            )
        ],
    ),
    Case(
        "not a zip",
        {CSV + ".zip": GOOD},
        [
            (
                "d/rent_2026-11-02.csv.zip: not a zip file, or one that ends too early; expected a whole "
                "zip file. Transfer the delivery again."
            )
        ],
    ),
    Case(
        "a zip of two files",
        {CSV + ".zip": zipped(a=GOOD, b=GOOD)},
        [
            (
                "d/rent_2026-11-02.csv.zip: 2 files in the zip; expected exactly one. Deliver one file in"
                " each zip."
            )
        ],
    ),
    Case(
        "an empty zip",
        {CSV + ".zip": zipped()},
        [
            (
                "d/rent_2026-11-02.csv.zip: 0 files in the zip; expected exactly one. Deliver one file in"
                " each zip."
            )
        ],
    ),
    Case(
        "a file cut off in a row",
        {CSV: GOOD[:-9]},
        [
            (
                "d/rent_2026-11-02.csv: the file ends inside a row, in data row 2; expected a whole file."
                " Transfer the delivery again, or ask the service to extract it again."
            )
        ],
    ),
    Case(
        "a file cut off in a quoted value",
        {CSV: GOOD + b'3,"Ced'},
        [
            (
                "d/rent_2026-11-02.csv: the file ends inside a quoted value, in data row 3; expected a "
                "whole file. Transfer the delivery again, or ask the service to extract it again."
            )
        ],
    ),
    # encodings
    Case(
        "Windows-1252 declared as UTF-8",
        {CSV: GOOD + "3,Zoë,,,\n".encode("cp1252")},
        [
            (
                "d/rent_2026-11-02.csv:4: a byte that is not utf-8; expected text in utf-8. Set "
                'file.encoding = "windows-1252" if that is how the service writes, or ask it to write '
                "utf-8."
            )
        ],
    ),
    Case(
        "UTF-8 declared as Windows-1252",
        {CSV: GOOD + "3,Zoë,,,\n".encode()},
        [
            (
                "d/rent_2026-11-02.csv: text in UTF-8; expected text in windows-1252. Set file.encoding ="
                ' "utf-8", or ask the service which encoding it writes.'
            )
        ],
        CP1252,
    ),
    Case(
        "UTF-8 with a mark declared as Windows-1252",
        {CSV: b"\xef\xbb\xbf" + GOOD},
        [
            (
                "d/rent_2026-11-02.csv: a UTF-8 byte order mark; expected text in windows-1252. Set "
                'file.encoding = "utf-8".'
            )
        ],
        CP1252,
    ),
    Case(
        "a byte that Windows-1252 does not have",
        {CSV: GOOD + b"3,Zo\x81,,,\n"},
        [
            (
                "d/rent_2026-11-02.csv:4: a byte that is not windows-1252; expected text in windows-1252."
                ' Set file.encoding = "utf-8" if that is how the service writes, or ask it to write '
                "windows-1252."
            )
        ],
        CP1252,
    ),
    Case(
        "UTF-16 declared as UTF-8",
        {CSV: GOOD.decode().encode("utf-16")},
        [
            (
                "d/rent_2026-11-02.csv: a UTF-16 byte order mark; expected text in utf-8. Set "
                'file.encoding = "utf-16", or ask the service to write UTF-8.'
            )
        ],
    ),
    Case(
        "UTF-16 without its mark declared as UTF-8",
        {CSV: GOOD.decode().encode("utf-16-le")},
        [
            (
                "d/rent_2026-11-02.csv:1: a NUL byte; expected text. Transfer the delivery again; or set "
                'file.encoding = "utf-16" if that is how the service writes.'
            )
        ],
    ),
    Case(
        "UTF-8 declared as UTF-16",
        {CSV: GOOD},
        [
            (
                "d/rent_2026-11-02.csv: no UTF-16 byte order mark; expected text in utf-16 with one. Set "
                'file.encoding to "utf-8" or "windows-1252", or ask for a byte order mark.'
            )
        ],
        UTF16,
    ),
    Case(
        "UTF-16 cut off in a character",
        {CSV: GOOD.decode().encode("utf-16")[:-1]},
        [
            (
                "d/rent_2026-11-02.csv:3: the file ends inside a character; expected a whole file. "
                "Transfer the delivery again."
            )
        ],
        UTF16,
    ),
    Case(
        "NUL bytes",
        {CSV: GOOD + b"3,A\0sh,,,\n"},
        [
            (
                "d/rent_2026-11-02.csv:4: a NUL byte; expected text. Transfer the delivery again; or set "
                'file.encoding = "utf-16" if that is how the service writes.'
            )
        ],
    ),
    # the header
    Case(
        "a missing column",
        {CSV: b"Ref,Name,Born,Rent\n1,Ash,,\n"},
        [
            (
                "d/rent_2026-11-02.csv:1 Benefit: no such column; expected it in the header. Ask the "
                "rents steward for it, or take it out of sources/rent.toml."
            )
        ],
    ),
    Case(
        "a renamed column",
        {CSV: GOOD.replace(b"Benefit", b"Benefits")},
        [
            (
                'd/rent_2026-11-02.csv:1 Benefit: no such column, but "Benefits"; expected it in the '
                'header. If it was renamed, call it "Benefits" in sources/rent.toml.'
            )
        ],
    ),
    Case(
        "a column in another case",
        {CSV: GOOD.replace(b"Name", b"NAME")},
        [
            (
                'd/rent_2026-11-02.csv:1 Name: no such column, but "NAME"; expected it in the header. If '
                'it was renamed, call it "NAME" in sources/rent.toml.'
            )
        ],
    ),
    Case(
        "an extra column",
        {CSV: b"Notes," + GOOD.replace(b"\n1", b"\nx,1").replace(b"\n2", b"\nx,2")},
        [
            (
                "d/rent_2026-11-02.csv:1 Notes: a column that is not declared; expected the declared "
                'columns only. Declare it in sources/rent.toml (meaning = "ignore" reads past it), or set'
                " tolerance.extra_columns = true."
            )
        ],
    ),
    Case(
        "a column twice",
        {CSV: b"Ref," + GOOD.replace(b"\n1", b"\nx,1").replace(b"\n2", b"\nx,2")},
        [
            (
                "d/rent_2026-11-02.csv:1 Ref: the column more than once; expected each column once. Ask "
                "the service to name them apart."
            )
        ],
    ),
    Case(
        "a column without a name",
        {CSV: GOOD.replace(b"\n", b",\n")},
        [
            (
                "d/rent_2026-11-02.csv:1: a column without a name; expected the declared columns only. "
                'Declare it in sources/rent.toml (meaning = "ignore" reads past it), or set '
                "tolerance.extra_columns = true."
            )
        ],
    ),
    Case(
        "another delimiter",
        {CSV: GOOD.replace(b",", b";")},
        [
            (
                'd/rent_2026-11-02.csv:1: one column, or 5 if split at ";"; expected columns split at '
                '",". Set file.delimiter = ";" if that is how the service writes.'
            )
        ],
    ),
    Case(
        "a header whose quotes do not close",
        {CSV: b'Ref,"Na"me\n' + GOOD},
        [
            (
                "d/rent_2026-11-02.csv:1: a header whose quotes do not close; expected a header row. "
                "Correct the first line."
            )
        ],
    ),
    # rows and values, within the tolerance
    Case(
        "columns in another order",
        {CSV: b"Name,Ref,Rent,Born,Benefit\nAsh,1,80,,Y\n"},
        ["read 1, loaded 1, quarantined 0, excluded 0"],
    ),
    Case(
        "rows too short and too long",
        {CSV: GOOD + b"3,Cedar\n4,D,,,,,\n"},
        [
            "read 4, loaded 2, quarantined 2, excluded 0",
            "row 3 wrong_number_of_columns: row",
            "row 4 wrong_number_of_columns: row",
        ],
        HALF,
    ),
    Case(
        "a stray quote",
        {CSV: GOOD + b'3,"Cedar"x,,,\n4,Elm,,,\n'},
        ["read 4, loaded 3, quarantined 1, excluded 0", "row 3 bad_quoting: row"],
        HALF,
    ),
    Case(
        "a date in another format",
        {CSV: GOOD + b"3,Cedar,1990-02-01,,\n"},
        ["read 3, loaded 3, quarantined 0, excluded 0", "row 3 Born not_a_date: value"],
        HALF,
    ),
    Case(
        "a day that never was",
        {CSV: GOOD + b"3,Cedar,31/02/1990,,\n"},
        ["read 3, loaded 3, quarantined 0, excluded 0", "row 3 Born no_such_date: value"],
        HALF,
    ),
    Case(
        "a year of two digits",
        {CSV: GOOD + b"3,Cedar,01/02/90,,\n"},
        ["read 3, loaded 3, quarantined 0, excluded 0", "row 3 Born not_a_date: value"],
        HALF,
    ),
    Case(
        "text where a number belongs",
        {CSV: GOOD + b"3,Cedar,,nil,\n"},
        ["read 3, loaded 3, quarantined 0, excluded 0", "row 3 Rent not_a_number: value"],
        HALF,
    ),
    Case(
        "a value that is not allowed",
        {CSV: GOOD + b"3,Cedar,,,maybe\n"},
        ["read 3, loaded 3, quarantined 0, excluded 0", "row 3 Benefit not_allowed: value"],
        HALF,
    ),
    Case(
        "a required value missing",
        {CSV: GOOD + b"3,  ,,,maybe\n"},
        ["read 3, loaded 2, quarantined 1, excluded 0", "row 3 Name required: row"],
        HALF,
    ),
    Case(
        "a record id missing",
        {CSV: GOOD + b",Cedar,,,\n"},
        ["read 3, loaded 2, quarantined 1, excluded 0", "row 3 Ref required: row"],
        HALF,
    ),
    Case(
        "bad rows beyond the tolerance",
        {CSV: GOOD + b"3,Cedar,soon,,\n4,Elm,late,,\n5,Fir,,nil,\n"},
        [
            (
                "d/rent_2026-11-02.csv Born: 3 of 5 rows (60.00%) break the contract, most often "
                "not_a_date (2); expected at most 50%. Correct the declaration in sources/rent.toml, ask "
                "the rents steward for a better extract, or raise tolerance.bad_rows."
            )
        ],
        HALF,
    ),
    Case(
        "a repeated record id, within the tolerance",
        {CSV: GOOD + b"2,Beech,,,\n"},
        ["read 3, loaded 2, quarantined 1, excluded 0", "row 2 Ref duplicate_id: row"],
        {"tolerance": {"duplicate_ids": 0.5}},
    ),
    Case(
        "a repeated record id, beyond the tolerance",
        {CSV: GOOD + b"2,Beech,,,\n"},
        [
            (
                "d/rent_2026-11-02.csv Ref: 1 of 3 rows (33.33%) repeat a record id; expected at most 0%."
                " Ask the rents steward for one row a record, or raise tolerance.duplicate_ids."
            )
        ],
    ),
    Case(
        "test records",
        {CSV: GOOD + b"3,ZZTEST,bad,bad,bad\n"},
        ["read 3, loaded 2, quarantined 0, excluded 1"],
        {"exclude": [{"name": "tests", "column": "Name", "values": ["ZZTEST"], "reason": "not people"}]},
    ),
    # control totals
    Case(
        "fewer rows than stated",
        {CSV: GOOD, CSV + ".control": b"rows = 3\n"},
        [
            (
                "d/rent_2026-11-02.csv: 2 rows; expected 3 as d/rent_2026-11-02.csv.control states. Ask "
                "the rents steward which is right; tolerance.control_total allows a share of difference."
            )
        ],
        SIDECAR,
    ),
    Case(
        "another sum than stated",
        {CSV: GOOD, CSV + ".control": b"rows = 2\n[sum]\nRent = 175.6\n"},
        [
            (
                "d/rent_2026-11-02.csv Rent: a sum of 175.5; expected 175.6 as "
                "d/rent_2026-11-02.csv.control states. Ask the rents steward which is right; "
                "tolerance.control_total allows a share of difference."
            )
        ],
        SIDECAR,
    ),
    Case(
        "a sum of a column that is not there",
        {CSV: GOOD, CSV + ".control": b"[sum]\nRents = 1\n"},
        [
            (
                "d/rent_2026-11-02.csv.control sum.Rents: no such column; expected a declared column. Did"
                ' you mean "Rent"?'
            )
        ],
        SIDECAR,
    ),
    Case(
        "no control file",
        {CSV: GOOD},
        [
            (
                "d/rent_2026-11-02.csv.control: no such file; expected the control file. Ask the rents "
                "steward for it, or set control.sidecar = false."
            )
        ],
        SIDECAR,
    ),
    Case(
        "a control file that is not TOML",
        {CSV: GOOD, CSV + ".control": b"rows: 2\n"},
        [
            (
                "d/rent_2026-11-02.csv.control: text that is not TOML; expected `rows = N` and `[sum]`. "
                "Ask the service to write the control file again."
            )
        ],
        SIDECAR,
    ),
    Case(
        "a control file without totals",
        {CSV: GOOD, CSV + ".control": b""},
        [
            (
                "d/rent_2026-11-02.csv.control: no totals; expected `rows = N` or `[sum]`. Ask the "
                "service to write the control file again."
            )
        ],
        SIDECAR,
    ),
    Case(
        "a control file with other keys",
        {CSV: GOOD, CSV + ".control": b'rows = "2"\ncount = 2\n'},
        [
            (
                "d/rent_2026-11-02.csv.control count: an unknown key; expected rows or sum. Ask the "
                "service to write the control file again."
            ),
            (
                "d/rent_2026-11-02.csv.control rows: something else; expected a whole number. Ask the "
                "service to write the control file again."
            ),
        ],
        SIDECAR,
    ),
    Case(
        "too few rows",
        {CSV: GOOD},
        [
            (
                "d/rent_2026-11-02.csv: 2 rows; expected at least 10. Ask the rents steward whether the "
                "extract is whole, or change control.rows_min."
            )
        ],
        {"control": {"rows_min": 10}},
    ),
    Case(
        "too many rows",
        {CSV: GOOD},
        [
            (
                "d/rent_2026-11-02.csv: 2 rows; expected at most 1. Ask the rents steward whether the "
                "extract is whole, or change control.rows_max."
            )
        ],
        {"control": {"rows_max": 1}},
    ),
    # Excel and Parquet
    Case(
        "an Excel file without the sheet",
        {"d/rent_2026-11-02.xlsx": workbook("Rent", ["Ref"])},
        [
            (
                'd/rent_2026-11-02.xlsx: no sheet "Rents"; expected the sheet that file.sheet names. Did '
                'you mean "Rent"?'
            )
        ],
        EXCEL,
    ),
    Case(
        "an Excel file with an empty sheet",
        {"d/rent_2026-11-02.xlsx": workbook("Rents")},
        [
            (
                "d/rent_2026-11-02.xlsx: an empty sheet; expected a header and rows. Ask the service to "
                "deliver it again."
            )
        ],
        EXCEL,
    ),
    Case(
        "an Excel file that is a CSV",
        {"d/rent_2026-11-02.xlsx": GOOD},
        [
            (
                'd/rent_2026-11-02.xlsx: text, not Excel; expected an Excel file. Set file.format = "csv"'
                " if the service delivers text."
            )
        ],
        EXCEL,
    ),
    Case(
        "a damaged Excel file",
        {"d/rent_2026-11-02.xlsx": workbook("Rents", ["Ref"])[:900]},
        [
            (
                "d/rent_2026-11-02.xlsx: a damaged Excel file; expected an Excel file. Transfer the "
                "delivery again."
            )
        ],
        EXCEL,
    ),
    Case(
        "a damaged Parquet file",
        {"d/rent_2026-11-02.parquet": parquet(Ref=["1"])[:-9]},
        [
            (
                "d/rent_2026-11-02.parquet: a damaged file, or not Parquet; expected a Parquet file. "
                "Transfer the delivery again."
            )
        ],
        PARQUET,
    ),
    Case(
        "a Parquet file without a column",
        {"d/rent_2026-11-02.parquet": parquet(Ref=["1"], Name=["A"], Born=["01/02/1990"], Rent=[1.5])},
        [
            (
                "d/rent_2026-11-02.parquet:1 Benefit: no such column; expected it in the header. Ask the "
                "rents steward for it, or take it out of sources/rent.toml."
            )
        ],
        PARQUET,
    ),
    # names, dates, and the delivery before
    Case(
        "a date in the name that cannot be read",
        {"d/rent_02-11-2026.csv": GOOD},
        [
            (
                "sources/rent.toml file.pattern: no delivery; expected a file d/rent_{date}.csv. Put one "
                "into the project folder (d/rent_02-11-2026.csv is not used: '02-11-2026' is not a date "
                "written %Y-%m-%d), or set tolerance.optional = true."
            )
        ],
    ),
    Case(
        "a name in another case",
        {"d/RENT_2026-11-02.csv": GOOD},
        [
            (
                "sources/rent.toml file.pattern: no delivery; expected a file d/rent_{date}.csv. Put one "
                "into the project folder (d/RENT_2026-11-02.csv is not used: its letters differ in case "
                "from d/rent_{date}.csv), or set tolerance.optional = true."
            )
        ],
    ),
    Case(
        "another extension",
        {"d/rent_2026-11-02.txt": GOOD},
        [
            (
                "sources/rent.toml file.pattern: no delivery; expected a file d/rent_{date}.csv. Put one "
                "into the project folder (d/rent_2026-11-02.txt is not used: its extension is not that of"
                " d/rent_{date}.csv), or set tolerance.optional = true."
            )
        ],
    ),
    Case(
        "a date in the future",
        {"d/rent_2027-11-02.csv": GOOD, CSV: GOOD},
        [
            "read 2, loaded 2, quarantined 0, excluded 0",
            "d/rent_2027-11-02.csv is dated after 2026-11-03 and is not used yet",
        ],
    ),
    Case(
        "two files of one date",
        {CSV: GOOD, CSV + ".gz": gzip.compress(GOOD)},
        [
            "read 2, loaded 2, quarantined 0, excluded 0",
            ("d/rent_2026-11-02.csv and d/rent_2026-11-02.csv.gz are of one date; the first is tried first"),
        ],
    ),
    Case(
        "a delivery that is late",
        {"d/rent_2026-10-01.csv": GOOD},
        [
            "read 2, loaded 2, quarantined 0, excluded 0",
            (
                "missing delivery: the newest of rent is 33 days old at 2026-11-03; it comes weekly, "
                "every 7 days, and may be 7 days late"
            ),
        ],
    ),
    Case(
        "no good delivery of an optional source",
        {CSV: b""},
        [
            "read 0, loaded 0, quarantined 0, excluded 0",
            (
                "d/rent_2026-11-02.csv: an empty file; expected a header and rows. Ask the service to "
                "deliver it again."
            ),
            "rent has no good delivery and is optional: its table is empty",
        ],
        {"tolerance": {"optional": True}},
    ),
    Case(
        "the delivery before is good",
        {CSV: GOOD[:-9], "d/rent_2026-10-26.csv": GOOD},
        [
            "read 2, loaded 2, quarantined 0, excluded 0",
            (
                "d/rent_2026-11-02.csv: the file ends inside a row, in data row 2; expected a whole file."
                " Transfer the delivery again, or ask the service to extract it again."
            ),
        ],
    ),
    Case(
        "no delivery is good",
        {CSV: b"", "d/rent_2026-10-26.csv": HEADER},
        [
            (
                "d/rent_2026-10-26.csv: a header and no rows; expected at least 1. Ask the rents steward "
                "whether the extract is whole, or change control.rows_min."
            ),
            (
                "d/rent_2026-11-02.csv: an empty file; expected a header and rows. Ask the service to "
                "deliver it again."
            ),
        ],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_a_broken_delivery_is_told(case: Case, tmp_path: Path) -> None:
    for name, content in case.files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir()
        else:
            path.write_bytes(content)
    assert outcome_of(tmp_path, source(case.spec)) == case.outcome


def test_no_message_shows_a_value_of_a_record() -> None:
    told = " ".join(line for case in CASES for line in case.outcome)
    values = ("Ash", "Birch", "Cedar", "Beech", "Zo", "ZZTEST", "1990", "1985", "maybe", "soon", "nil")
    assert [value for value in values if value in told] == []
