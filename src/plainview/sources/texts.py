"""Delimited text: checked, its malformed rows set apart, and handed to the database's own reader."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plainview.project.specs import FileSpec
from plainview.sources.layouts import Irregular, Layout, scan_layout
from plainview.sources.raws import RawTable, csv_select
from plainview.sources.stragglers import parse_rows, rewrite_rows
from plainview.sources.streams import BrokenFile, TextFile, read_text

_HEADER_BYTES = 1 << 18
_COPY_BYTES = 1 << 22


@dataclass(frozen=True)
class _Text:
    """A delivery's checked text, its header, and the byte where its rows start."""

    file: TextFile
    name: str
    header: tuple[str, ...]
    start: int
    line_end: str


def read_delimited(path: Path, name: str, spec: FileSpec, spool: Path, *, careful: bool = False) -> RawTable:
    """Check the text and give the SQL that reads its well-formed rows; raises BrokenFile.

    `careful` parses every row in Python: ten times slower, for when the fast way did not add up.
    """
    file = read_text(path, name, spec.encoding, spool)
    text = _read_header(file, name, spec)
    if careful or text.line_end == "\r":
        return _read_carefully(text, spec, spool)
    crlf = text.line_end == "\r\n"
    try:
        layout = scan_layout(file.path, text.start, len(text.header), spec.delimiter, spec.quote, crlf=crlf)
    except Irregular:
        return _read_carefully(text, spec, spool)
    return _read_scanned(text, layout, spec, spool)


def _read_header(file: TextFile, name: str, spec: FileSpec) -> _Text:
    """The header's names, the byte after it, and how its line ends."""
    with file.path.open("rb") as handle:
        handle.seek(file.start)
        head = handle.read(_HEADER_BYTES).decode(errors="ignore")
    taken: list[str] = []
    rows = parse_rows(io.StringIO(head, newline=""), spec.delimiter, spec.quote, taken)
    header = next(rows, None)
    if header is None:
        raise BrokenFile(name, "an empty file", "a header and rows", "Ask the service to deliver it again.")
    if not isinstance(header, list):
        raise BrokenFile(
            name, "a header whose quotes do not close", "a header row", "Correct the first line.", 1
        )
    if not any(value.strip() for value in header):
        raise BrokenFile(
            name, "an empty first line", "a header row", "Remove what stands before the header.", 1
        )
    if len(header) == 1:
        _check_delimiter(header[0], name, spec)
    line = "".join(taken)
    names = tuple(value.strip() for value in header)
    line_end = line[len(line.rstrip("\r\n")) :]
    return _Text(file, name, names, file.start + len(line.encode()), line_end)


def _check_delimiter(header: str, name: str, spec: FileSpec) -> None:
    """A header of one column that holds another usual delimiter is most likely split at that one."""
    for other in (",", ";", "\t", "|"):
        columns = len(header.split(other))
        if other != spec.delimiter and columns > 1:
            shown, wanted = (delimiter.replace("\t", "\\t") for delimiter in (other, spec.delimiter))
            raise BrokenFile(
                name,
                f'one column, or {columns} if split at "{shown}"',
                f'columns split at "{wanted}"',
                f'Set file.delimiter = "{shown}" if that is how the service writes.',
                1,
            )


def _read_scanned(text: _Text, layout: Layout, spec: FileSpec, spool: Path) -> RawTable:
    if layout.ends_early:
        raise _ends_early(text.name, layout.rows, "row")
    path, header = text.file.path, True
    if len(layout.cuts):
        path, header = spool / "rows.csv", False
        _copy_without(text.file.path, text.start, layout, path)
    select = csv_select(
        str(path),
        len(text.header),
        delimiter=spec.delimiter,
        quote=spec.quote,
        newline="\\r\\n" if layout.crlf else "\\n",
        header=header,
        # A reader that starts in the middle of a quoted line break can take it for the end of a row.
        parallel=not layout.quoted_breaks,
    )
    return RawTable(
        select,
        text.header,
        layout.rows,
        layout.cut_rows,
        ("wrong_number_of_columns",) * len(layout.cut_rows),
        layout.blank,
        text.file.odd_blanks or layout.quoted_breaks,
    )


def _read_carefully(text: _Text, spec: FileSpec, spool: Path) -> RawTable:
    target = spool / "rows.csv"
    run = rewrite_rows(text.file.path, text.start, len(text.header), spec.delimiter, spec.quote, target)
    if run.ends_early:
        raise _ends_early(text.name, run.rows, run.ends_inside)
    select = csv_select(
        str(target),
        len(text.header),
        delimiter=",",
        quote='"',
        newline="\\n",
        header=False,
        parallel=False,
    )
    numbers = np.array([number for number, _ in run.cut], np.int64)
    return RawTable(
        select, text.header, run.rows, numbers, tuple(rule for _, rule in run.cut), run.blank, True
    )


def _ends_early(name: str, row: int, inside: str) -> BrokenFile:
    return BrokenFile(
        name,
        f"the file ends inside a {inside}, in data row {row}",
        "a whole file",
        "Transfer the delivery again, or ask the service to extract it again.",
    )


def _copy_without(source: Path, start: int, layout: Layout, target: Path) -> None:
    """Copy the rows' bytes without the cuts."""
    with source.open("rb") as handle, target.open("wb") as out:
        position = start
        for cut_start, cut_stop in [*layout.cuts.tolist(), (source.stat().st_size,) * 2]:
            handle.seek(position)
            left = cut_start - position
            while left > 0:
                chunk = handle.read(min(left, _COPY_BYTES))
                out.write(chunk)
                left -= len(chunk)
            position = cut_stop
