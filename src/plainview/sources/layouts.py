"""The layout of a delimited text: where its rows begin and end, and which of them are malformed.

The database's reader is fast, and exact on well-formed text; on anything else it guesses, drops or stops,
and cannot say which row it was. So the text is scanned here first, once, as an array of bytes: rows of the
wrong shape are cut out by number, and only well-formed rows are handed on. Text whose quoting does not
follow RFC 4180 throughout is not scanned but parsed row by row (see `stragglers`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

_CHUNK = 1 << 18
_LONGEST = 131_072  # bytes in a row; Python's own limit for one field, so both ways of reading agree
_LF, _CR, _END = 10, 13, -1

Positions = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


class Irregular(Exception):  # noqa: N818 - not an error: the other way of reading takes over
    """The text cannot be scanned as bytes: its quoting or its line ends are not regular."""


@dataclass(frozen=True)
class Layout:
    """The rows of a text after its header.

    `rows` counts them, malformed ones included, blank lines not. `cut_rows` are the numbers (from 1) of
    rows with the wrong number of columns; `cuts` are the byte ranges to leave out, blank lines included.
    """

    rows: int
    cut_rows: Positions
    cuts: npt.NDArray[np.int64]
    blank: int
    crlf: bool
    quoted_breaks: bool
    ends_early: bool


@dataclass
class _Scan:
    """What is carried from one chunk to the next."""

    columns: int
    delimiter: int
    quote: int
    row_start: int
    plain_ends: int
    crlf_ends: int
    inside: int = 0
    fields: int = 0
    rows: int = 0
    blank: int = 0
    quoted_breaks: bool = False
    ends_early: bool = False
    cut_rows: list[Positions] = field(default_factory=list)
    cuts: list[Positions] = field(default_factory=list)


def scan_layout(
    path: Path, start: int, columns: int, delimiter: str, quote: str, *, crlf: bool = False
) -> Layout:
    """Scan the text from byte `start`, the first after the header; raises Irregular.

    `columns` is the header's width, and `crlf` how its line ends: all rows must end alike.
    Memory: a few chunks, and 16 bytes for each row cut out.
    """
    if len(delimiter.encode()) != 1 or len(quote.encode()) != 1:
        raise Irregular
    scan = _Scan(columns, ord(delimiter), ord(quote), start, plain_ends=not crlf, crlf_ends=int(crlf))
    position = start
    for before, chunk, after in _chunks(path, start):
        _scan_chunk(scan, position, before, chunk, after)
        position += len(chunk)
    if scan.inside or (scan.plain_ends and scan.crlf_ends):
        raise Irregular
    _finish(scan, position)
    return Layout(
        scan.rows,
        np.concatenate([*scan.cut_rows, np.empty(0, np.int64)]),
        np.concatenate([*scan.cuts, np.empty((0, 2), np.int64)]),
        scan.blank,
        scan.crlf_ends > 0,
        scan.quoted_breaks,
        scan.ends_early,
    )


def _chunks(path: Path, start: int) -> Iterator[tuple[int, bytes, int]]:
    """Each chunk with the byte before it (a line feed at first) and the byte after it (`_END` at last)."""
    with path.open("rb") as handle:
        handle.seek(start)
        before, chunk = _LF, handle.read(_CHUNK)
        while chunk:
            following = handle.read(_CHUNK)
            yield before, chunk, following[0] if following else _END
            before, chunk = chunk[-1], following


def _scan_chunk(scan: _Scan, position: int, before: int, raw: bytes, after: int) -> None:
    _check_returns(raw, after)
    chunk = np.frombuffer(raw, np.uint8)
    special = np.flatnonzero((chunk == scan.delimiter) | (chunk == _LF))
    if scan.inside or bytes((scan.quote,)) in raw:
        special = _outside_quotes(scan, chunk, special, before, after)
    is_end = chunk[special] == _LF
    ends = np.flatnonzero(is_end)
    if len(ends) == 0:
        scan.fields += len(special)
        return
    fields = np.diff(ends, prepend=-1)
    fields[0] += scan.fields
    stops = special[ends]
    _count_line_ends(scan, raw, chunk, stops, before)
    _take_rows(scan, fields, stops + position + 1, 2 if scan.crlf_ends else 1)
    scan.fields = len(special) - 1 - int(ends[-1])


def _check_returns(raw: bytes, after: int) -> None:
    """A carriage return must be followed by a line feed: alone it ends rows for some readers only."""
    returns = raw.count(b"\r")
    if returns and returns != raw.count(b"\r\n") + (raw[-1] == _CR and after == _LF):
        raise Irregular


def _outside_quotes(scan: _Scan, chunk: Bytes, special: Positions, before: int, after: int) -> Positions:
    """The special bytes that are not inside quotes; raises Irregular where a quote stands oddly."""
    quotes = np.flatnonzero(chunk == scan.quote)
    opens = (np.arange(len(quotes)) + scan.inside) % 2 == 0
    previous = np.where(quotes > 0, chunk[quotes - 1], before)[opens]
    following = np.where(quotes < len(chunk) - 1, chunk[np.minimum(quotes + 1, len(chunk) - 1)], after)[
        ~opens
    ]
    neighbours = (scan.delimiter, _LF, scan.quote)
    if not np.isin(previous, neighbours).all() or not np.isin(following, (*neighbours, _CR, _END)).all():
        raise Irregular
    # How many quotes stand before each special byte; counted from the quotes, which are the fewer.
    counts = np.bincount(np.searchsorted(special, quotes), minlength=len(special) + 1)
    hidden = (np.cumsum(counts[: len(special)]) + scan.inside) % 2 == 1
    scan.inside = (scan.inside + len(quotes)) % 2
    scan.quoted_breaks = scan.quoted_breaks or bool((chunk[special[hidden]] == _LF).any())
    outside: Positions = special[~hidden]
    return outside


def _count_line_ends(scan: _Scan, raw: bytes, chunk: Bytes, stops: Positions, before: int) -> None:
    if b"\r" not in raw and before != _CR:
        scan.plain_ends += len(stops)
        return
    previous = np.where(stops > 0, chunk[stops - 1], before)
    crlf = int((previous == _CR).sum())
    scan.crlf_ends += crlf
    scan.plain_ends += len(stops) - crlf


def _take_rows(scan: _Scan, fields: Positions, stops: Positions, terminator: int) -> None:
    """Count the rows that end before `stops`, `terminator` bytes included; cut those of the wrong width."""
    starts = np.concatenate(([scan.row_start], stops[:-1]))
    lengths = stops - starts
    if int(lengths.max()) > _LONGEST:
        raise Irregular
    is_blank = (fields == 1) & (lengths <= terminator)
    is_ragged = (fields != scan.columns) & ~is_blank
    if is_blank.any() or is_ragged.any():
        _cut(scan, np.stack((starts, stops), axis=1), np.flatnonzero(is_blank), np.flatnonzero(is_ragged))
    scan.rows += len(stops)
    scan.row_start = int(stops[-1])


def _cut(scan: _Scan, ranges: Positions, blank: Positions, ragged: Positions) -> None:
    """Leave out the rows at these indexes of `ranges`; blank lines are not counted as rows."""
    scan.cut_rows.append(scan.rows + ragged + 1 - np.searchsorted(blank, ragged))
    scan.cuts.append(ranges[np.union1d(blank, ragged)])
    scan.blank += len(blank)
    scan.rows -= len(blank)


def _finish(scan: _Scan, size: int) -> None:
    """The last row, where no line end follows it."""
    if scan.row_start >= size:
        return
    fields = np.array([scan.fields + 1])
    scan.ends_early = int(fields[0]) < scan.columns
    _take_rows(scan, fields, np.array([size]), 0)
