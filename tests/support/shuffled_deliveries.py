"""Rewrite a delivery with its rows in another order, in whatever format it is."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from pathlib import Path

import fastexcel
import numpy as np
import pyarrow.parquet as pq
import xlsxwriter

from plainview.project.specs import SourceSpec

_CODECS = {"utf-8": "utf-8-sig", "windows-1252": "cp1252", "utf-16": "utf-16"}


def shuffle_delivery(path: Path, source: SourceSpec, seed: int) -> None:
    """Shuffle the rows of one delivery in place."""
    if source.file.format == "parquet":
        table = pq.read_table(path)
        pq.write_table(table.take(np.random.default_rng(seed).permutation(len(table))), path)
    elif source.file.format == "excel":
        _shuffle_workbook(path, source, seed)
    else:
        _write(path, _shuffle_text(_read(path), source, seed))


def _read(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.namelist()[0])
    return path.read_bytes()


def _write(path: Path, data: bytes) -> None:
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(data, mtime=0))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            name = archive.namelist()[0]
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, data)
    else:
        path.write_bytes(data)


def _shuffle_text(data: bytes, source: SourceSpec, seed: int) -> bytes:
    text = data.decode(_CODECS[source.file.encoding])
    form = {"delimiter": source.file.delimiter, "quotechar": source.file.quote}
    header, *rows = csv.reader(io.StringIO(text, newline=""), **form)  # type: ignore[arg-type]
    random.Random(seed).shuffle(rows)
    out = io.StringIO(newline="")
    csv.writer(out, **form).writerows([header, *rows])  # type: ignore[arg-type]
    codec = _CODECS[source.file.encoding] if data.startswith((b"\xef\xbb\xbf", b"\xff", b"\xfe")) else None
    return out.getvalue().encode(codec or _CODECS[source.file.encoding].removesuffix("-sig"))


def _shuffle_workbook(path: Path, source: SourceSpec, seed: int) -> None:
    reader = fastexcel.read_excel(path)
    sheet = reader.load_sheet(source.file.sheet or 0, header_row=None, dtypes="string")
    columns = [column.to_pylist() for column in sheet.to_arrow().columns]
    header, *rows = list(zip(*columns, strict=True))
    random.Random(seed).shuffle(rows)
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet(source.file.sheet or None)
    for place, row in enumerate([header, *rows]):
        page.write_row(place, 0, ["" if value is None else value for value in row])
    book.close()
