"""Excel deliveries: one sheet, every cell as text; dates and times in ISO form."""

from __future__ import annotations

from pathlib import Path

import fastexcel
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from plainview.engine.tables import read_table
from plainview.project.errors import did_you_mean
from plainview.sources.raws import RawTable
from plainview.sources.streams import BrokenFile


def read_workbook(path: Path, name: str, sheet: str, spool: Path) -> RawTable:
    """Read the sheet called `sheet`, or the first; its first row is the header. Raises BrokenFile."""
    cells = _load(path, name, sheet)
    if cells.num_rows == 0 or cells.num_columns == 0:
        raise BrokenFile(name, "an empty sheet", "a header and rows", "Ask the service to deliver it again.")
    header = [(column[0].as_py() or "").strip() for column in cells.columns]
    rows = cells.slice(1)
    used = [i for i in range(len(header)) if header[i] or rows.column(i).null_count < rows.num_rows]
    rows = rows.select(used).rename_columns([f"c{index}" for index in range(len(used))])
    filled = _without_blank_rows(rows)
    target = spool / "sheet.parquet"
    pq.write_table(filled, target)
    select = f"SELECT * FROM {read_table(target)}"
    names = tuple(header[i] for i in used)
    blank = rows.num_rows - filled.num_rows
    return RawTable(select, names, filled.num_rows, blank=blank, typed=True)


def _load(path: Path, name: str, sheet: str) -> pa.Table:
    try:
        workbook = fastexcel.read_excel(path)
    except fastexcel.FastExcelError:
        raise _not_excel(path, name) from None
    sheets = workbook.sheet_names
    if sheet and sheet not in sheets:
        raise BrokenFile(
            name, f'no sheet "{sheet}"', "the sheet that file.sheet names", did_you_mean(sheet, sheets)
        )
    loaded = workbook.load_sheet(sheet or 0, header_row=None, dtypes="string", eager=False)
    return pa.Table.from_batches([loaded.to_arrow()])


def _without_blank_rows(rows: pa.Table) -> pa.Table:
    filled = np.zeros(rows.num_rows, bool)
    for column in rows.columns:
        filled |= column.is_valid().to_numpy()
    return rows.filter(filled)


def _not_excel(path: Path, name: str) -> BrokenFile:
    with path.open("rb") as handle:
        head = handle.read(4096)
    if not head:
        return BrokenFile(name, "an empty file", "an Excel file", "Ask the service to deliver it again.")
    try:
        is_text = b"\0" not in head and bool(head.decode("cp1252", errors="strict"))
    except UnicodeDecodeError:
        is_text = False
    if is_text and not head.startswith(b"PK"):
        return BrokenFile(
            name, "text, not Excel", "an Excel file", 'Set file.format = "csv" if the service delivers text.'
        )
    return BrokenFile(name, "a damaged Excel file", "an Excel file", "Transfer the delivery again.")
