"""Read a delivery, whatever its format, packing and encoding, as rows of text."""

from __future__ import annotations

from pathlib import Path

from plainview.project.specs import FileSpec
from plainview.sources.deliveries import Delivery
from plainview.sources.parquets import read_parquet
from plainview.sources.raws import RawTable
from plainview.sources.streams import unpack
from plainview.sources.texts import read_delimited
from plainview.sources.workbooks import read_workbook


def read_delivery(delivery: Delivery, spec: FileSpec, spool: Path, *, careful: bool = False) -> RawTable:
    """The delivery's rows as text; `spool` is a folder for what must be copied. Raises BrokenFile."""
    path = unpack(delivery.path, delivery.name, spool)
    match spec.format:
        case "excel":
            return read_workbook(path, delivery.name, spec.sheet, spool)
        case "parquet":
            return read_parquet(path, delivery.name)
        case _:
            return read_delimited(path, delivery.name, spec, spool, careful=careful)
