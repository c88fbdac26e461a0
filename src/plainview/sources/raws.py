"""What reading a delivery gives, whatever its format: rows of text, not yet held to their contract."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from plainview.engine.duck import literal


@dataclass(frozen=True)
class RawTable:
    """A delivery's rows as text.

    `select` is SQL that gives columns c0, c1, ... (VARCHAR, one for each of `header`) in the file's order,
    without the rows that were cut out for their shape: `cut_rows` are those rows' numbers (from 1, rising)
    and `cut_rules` the rule each broke. `rows` counts all. `odd_blanks`: values may begin or end with blanks
    other than spaces. `typed`: dates and times come in ISO form, whatever the declared formats.
    """

    select: str
    header: tuple[str, ...]
    rows: int
    cut_rows: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    cut_rules: tuple[str, ...] = ()
    blank: int = 0
    odd_blanks: bool = True
    typed: bool = False

    @property
    def good_rows(self) -> int:
        """How many rows `select` must give."""
        return self.rows - len(self.cut_rows)


def csv_select(
    path: str, columns: int, *, delimiter: str, quote: str, newline: str, header: bool, parallel: bool
) -> str:
    """SQL that reads regular delimited text: everything said, nothing guessed."""
    names = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(columns))
    return (
        f"SELECT * FROM read_csv({literal(path)}, columns={{{names}}}, auto_detect=false, "
        f"header={str(header).lower()}, delim={literal(delimiter)}, quote={literal(quote)}, "
        f"escape={literal(quote)}, new_line={literal(newline)}, nullstr='', "
        f"parallel={str(parallel).lower()})"
    )
