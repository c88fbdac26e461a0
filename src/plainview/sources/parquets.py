"""Parquet deliveries: every column as text, in the file's order."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from plainview.engine.duck import identifier
from plainview.engine.tables import read_table
from plainview.sources.raws import RawTable
from plainview.sources.streams import BrokenFile


def read_parquet(path: Path, name: str) -> RawTable:
    """Read a Parquet file's columns as text; raises BrokenFile."""
    if path.stat().st_size == 0:
        raise BrokenFile(name, "an empty file", "a Parquet file", "Ask the service to deliver it again.")
    try:
        with pq.ParquetFile(path) as file:
            header, rows = file.schema_arrow.names, file.metadata.num_rows
    except (pa.ArrowInvalid, OSError):
        raise BrokenFile(
            name, "a damaged file, or not Parquet", "a Parquet file", "Transfer the delivery again."
        ) from None
    columns = ", ".join(f"{identifier(column)}::VARCHAR AS c{i}" for i, column in enumerate(header))
    return RawTable(f"SELECT {columns} FROM {read_table(path)}", tuple(header), rows, typed=True)
