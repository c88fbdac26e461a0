"""Write a table as the file that a service would send: format, encoding, packing, control file."""

from __future__ import annotations

import codecs
import datetime
import gzip
import io
import shutil
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import xlsxwriter

from plainview.demo.deliveries.declared import DemoSource
from plainview.engine.duck import identifier, literal

_CHUNK = 1 << 22
# Excel holds 1,048,576 rows; a workbook this long is already more than a service would send.
WORKBOOK_ROWS = 100_000
# Nothing that is written may hold the hour it was written at.
_FIXED_TIME = (2026, 11, 2, 6, 0, 0)
# Letters that have no accent to leave out.
_PLAIN_LETTERS = str.maketrans("łŁıđĐ", "lLidD")
_BYTE_ORDER_MARKS = {"utf-8": codecs.BOM_UTF8, "utf-16": codecs.BOM_UTF16_LE}


def _fold(error: UnicodeError) -> tuple[str, int]:
    """What an old system does with a letter it does not know: it leaves out the accent, or writes "?"."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = unicodedata.normalize("NFKD", error.object[error.start : error.end].translate(_PLAIN_LETTERS))
    folded = "".join(c if ord(c) < 128 else "?" for c in text if not unicodedata.combining(c))
    return folded, error.end


codecs.register_error("plainview-fold", _fold)


def write_delivery(
    con: duckdb.DuckDBPyConnection, source: DemoSource, day: datetime.date, root: Path
) -> Path:
    """Write the table `delivery` as the file of `source` for `day` under `root`, and its control file."""
    pattern: str = source.toml["file"]["pattern"]
    path = root / pattern.replace("{date}", day.isoformat())
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(map(identifier, source.headers))
    query = f"SELECT {columns} FROM delivery ORDER BY {identifier(source.record_header)}"
    match source.toml["file"]["format"]:
        case "parquet":
            con.execute(f"COPY ({query}) TO {literal(str(path))} (FORMAT parquet, COMPRESSION zstd)")
        case "excel":
            _write_workbook(con, query, source, path)
        case _:
            _write_text(con, query, source, path)
    if source.toml.get("control", {}).get("sidecar"):
        _write_control(con, source, path)
    return path


def _write_text(con: duckdb.DuckDBPyConnection, query: str, source: DemoSource, path: Path) -> None:
    spec = source.toml["file"]
    plain = path.with_name(path.name + ".plain")
    delimiter = literal(spec["delimiter"])
    con.execute(f"COPY ({query}) TO {literal(str(plain))} (FORMAT csv, HEADER, DELIMITER {delimiter})")
    encoding = spec["encoding"]
    if (
        encoding == "utf-8"
        and not (source.byte_order_mark or source.windows_lines)
        and path.suffix not in (".gz", ".zip")
    ):
        plain.replace(path)
        return
    _pack(_encode(plain, source, encoding), path)
    plain.unlink()


def _encode(plain: Path, source: DemoSource, encoding: str) -> Iterator[bytes]:
    """The bytes of a UTF-8 file in another encoding, a few megabytes at a time."""
    if encoding == "utf-16" or source.byte_order_mark:
        yield _BYTE_ORDER_MARKS[encoding]
    codec = {"utf-16": "utf-16-le", "windows-1252": "cp1252"}.get(encoding, encoding)
    with plain.open(encoding="utf-8", newline="") as text:
        while chunk := text.read(_CHUNK):
            lines = chunk.replace("\n", "\r\n") if source.windows_lines else chunk
            yield lines.encode(codec, "plainview-fold")


def _pack(chunks: Iterator[bytes], path: Path) -> None:
    with path.open("wb") as raw:
        if path.suffix == ".gz":
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=4) as packed:
                packed.writelines(chunks)
        elif path.suffix == ".zip":
            _pack_zip(chunks, raw, path.stem)
        else:
            raw.writelines(chunks)


def _pack_zip(chunks: Iterator[bytes], raw: io.BufferedWriter, name: str) -> None:
    member = zipfile.ZipInfo(name, date_time=_FIXED_TIME)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o644 << 16
    with (
        zipfile.ZipFile(raw, "w", compresslevel=4) as archive,
        archive.open(member, "w", force_zip64=True) as inside,
    ):
        for chunk in chunks:
            inside.write(chunk)


def _write_workbook(con: duckdb.DuckDBPyConnection, query: str, source: DemoSource, path: Path) -> None:
    """One sheet, all cells text but dates as the service types them; opened with a fixed creation time."""
    scratch = path.with_name(path.name + ".sheets")
    scratch.mkdir()
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "tmpdir": str(scratch), "strings_to_numbers": False}
    )
    book.set_properties({"created": datetime.datetime(*_FIXED_TIME)})
    sheet = book.add_worksheet(source.toml["file"]["sheet"])
    sheet.write_row(0, 0, source.headers)
    for number, row in enumerate(con.execute(query).fetchall(), start=1):
        for place, value in enumerate(row):
            if value is not None:
                sheet.write_string(number, place, value)
    book.close()
    shutil.rmtree(scratch)


def _write_control(con: duckdb.DuckDBPyConnection, source: DemoSource, path: Path) -> None:
    sums = [f"sum(TRY_CAST({identifier(h)} AS DECIMAL(18, 2)))" for h in source.sums]
    (rows, *totals) = con.execute(f"SELECT {', '.join(['count(*)', *sums])} FROM delivery").fetchall()[0]
    lines = [f"rows = {rows}"]
    if source.sums:
        lines += ["", "[sum]", *(f'"{h}" = {total}' for h, total in zip(source.sums, totals, strict=True))]
    path.with_name(path.name + ".control").write_text("\n".join(lines) + "\n", encoding="utf-8")
