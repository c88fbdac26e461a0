"""Excel and Parquet deliveries give the same records as the CSV that says the same."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from plainview.engine.duck import connect
from plainview.project.specs import SourceSpec
from plainview.sources.ingest import ingest
from plainview.sources.runs import IngestRun

EXPECTED = [
    ("12", "Ash", date(1990, 2, 3), 12.5, True, datetime(2026, 1, 2, 3, 4, 5)),
    ("7", "Oak", date(1985, 4, 1), None, False, None),
]


def source(format: str, extension: str) -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "id": "rent",
            "title": "Rents",
            "service": "Housing",
            "contact_role": "the steward",
            "controller": "Sallowmere",
            "gateways": ["Housing Act 1985"],
            "rows": ["person"],
            "cadence": "weekly",
            "retention": "6 years",
            "file": {"pattern": "rent_{date}" + extension, "format": format},
            "columns": {
                "Ref": {"meaning": "record_id"},
                "Name": {"meaning": "last_name"},
                "Born": {"meaning": "birth_date", "formats": ["%d/%m/%Y"]},
                "Rent": {"meaning": "attribute.rent", "type": "number"},
                "Pet": {"meaning": "attribute.pet", "type": "boolean"},
                "When": {"meaning": "attribute.seen", "type": "datetime"},
            },
        }
    )


def records(root: Path, spec: SourceSpec) -> tuple[IngestRun, list[tuple[Any, ...]]]:
    run = ingest(root, spec, root / "out", threads=1)
    con = connect(threads=1)
    rows = con.execute(f"SELECT * FROM read_parquet('{root / 'out/records/rent.parquet'}')").fetchall()
    con.close()
    return run, rows


def test_excel_cells_of_every_kind(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "rent_2026-11-02.xlsx"))
    page = book.add_worksheet("Any")
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    page.write_row(0, 0, ["Ref", "Name", "Born", "Rent", "Pet", "When"])
    page.write_row(1, 0, [12, " Ash "])
    page.write_datetime(1, 2, datetime(1990, 2, 3), day)
    page.write_number(1, 3, 12.5)
    page.write_boolean(1, 4, True)
    page.write_datetime(1, 5, datetime(2026, 1, 2, 3, 4, 5), day)
    page.write_row(3, 0, ["7", "Oak", "01/04/1985", "", "N"])
    book.close()
    run, rows = records(tmp_path, source("excel", ".xlsx"))
    assert rows == EXPECTED
    assert run.read == 2
    assert run.notes == ("rent_2026-11-02.xlsx has 1 blank line; they are not counted as rows",)


def test_parquet_columns_of_every_type(tmp_path: Path) -> None:
    table = pa.table(
        {
            "Pet": [True, False],
            "Ref": [12, 7],
            "Name": [" Ash ", "Oak"],
            "Born": [date(1990, 2, 3), date(1985, 4, 1)],
            "Rent": [12.5, None],
            "When": [datetime(2026, 1, 2, 3, 4, 5), None],
        }
    )
    pq.write_table(table, tmp_path / "rent_2026-11-02.parquet")
    assert records(tmp_path, source("parquet", ".parquet"))[1] == EXPECTED
