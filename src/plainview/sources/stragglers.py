"""Text with irregular quoting or line ends: parsed row by row and written again in regular form.

Slower than the scan of `layouts` by a factor of about ten, and never wrong about a row number: Python's own
CSV parser decides. A row that it cannot parse costs its first line; the parse goes on with the next.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

_LONGEST = 1_000_000  # characters in a row, under the database's limit for a line
_SENTINEL = "\0"  # stands for a delimiter of several characters; no delivery that gets here holds a NUL


@dataclass
class Stragglers:
    """The rows after the header: how many, and each malformed one's number (from 1) and rule."""

    rows: int = 0
    blank: int = 0
    cut: list[tuple[int, str]] = field(default_factory=list)
    ends_early: bool = False
    ends_inside: str = "row"


class _Lines:
    """Lines that can be given back; remembers what was taken since the last `start`."""

    def __init__(self, source: TextIO, delimiter: str, taken: list[str]) -> None:
        self._source = source
        self._delimiter = delimiter if len(delimiter) > 1 else ""
        self._pending: deque[str] = deque()
        self.taken = taken
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._pending:
            line = self._pending.popleft()
        else:
            line = next(self._source, "")
            if not line:
                self.ended = True
                raise StopIteration
        self.taken.append(line)
        return line.replace(self._delimiter, _SENTINEL) if self._delimiter else line

    def start(self) -> None:
        self.taken.clear()
        self.ended = False

    def give_back(self) -> None:
        """Give back all lines taken but the first."""
        self._pending.extendleft(reversed(self.taken[1:]))


def parse_rows(
    text: TextIO, delimiter: str, quote: str, taken: list[str] | None = None
) -> Iterator[list[str] | str | None]:
    """Each row as its values, a rule's name where it is malformed, or None where the text ends early.

    `text` must be opened with `newline=""`. A blank line is an empty list. `taken` receives the lines of
    the row last given.
    """
    lines = _Lines(text, delimiter, [] if taken is None else taken)
    reader = csv.reader(
        lines,
        delimiter=_SENTINEL if len(delimiter) > 1 else delimiter,
        quotechar=quote,
        doublequote=True,
        strict=True,
    )
    while True:
        lines.start()
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            if lines.ended and _is_cut_off(lines.taken):
                yield None
                return
            lines.give_back()
            yield "bad_quoting"
            continue
        yield _checked_values(values, delimiter)


def _is_cut_off(taken: list[str]) -> bool:
    """Whether a quoted value that never ends is the mark of a cut-off file, not of a stray quote."""
    return len(taken) == 1 or not taken[-1].endswith(("\n", "\r"))


def _checked_values(values: list[str], delimiter: str) -> list[str] | str:
    if sum(map(len, values)) > _LONGEST:
        return "row_too_long"
    if len(delimiter) > 1:
        return [value.replace(_SENTINEL, delimiter) for value in values]
    return values


def rewrite_rows(
    path: Path, start: int, columns: int, delimiter: str, quote: str, target: Path
) -> Stragglers:
    """Write the well-formed rows from byte `start` to `target`: commas, all values quoted, no header."""
    run = Stragglers()
    with path.open("rb") as raw, target.open("w", encoding="utf-8", newline="") as out:
        raw.seek(start)
        text = io.TextIOWrapper(raw, encoding="utf-8", newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        last: list[str] | str = []
        for values in parse_rows(text, delimiter, quote):
            if values is None:
                run.rows += 1
                run.ends_early, run.ends_inside = True, "quoted value"
                return run
            last = values or last
            if not values:
                run.blank += 1
                continue
            run.rows += 1
            if isinstance(values, str):
                run.cut.append((run.rows, values))
            elif len(values) != columns:
                run.cut.append((run.rows, "wrong_number_of_columns"))
            else:
                writer.writerow(values)
        run.ends_early = isinstance(last, list) and 0 < len(last) < columns and not _ends_with_line(path)
    return run


def _ends_with_line(path: Path) -> bool:
    with path.open("rb") as handle:
        handle.seek(-1, 2)
        return handle.read(1) in (b"\n", b"\r")
