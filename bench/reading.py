"""Reading: a CSV of 10 million rows from its bytes to checked, typed, sorted Parquet, in a child process.

Prints one JSON line: rows, megabytes, wall and CPU seconds, peak memory of the child, and what was found.
The file has ten columns, about 100 bytes a row, quoted commas in one row of ten, and a few bad rows of each
kind: malformed, with a bad date, without a name, with a repeated id.

    python bench/reading.py --rows 1000000
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from plainview.engine.duck import connect, literal
from plainview.project.specs import EngineSpec, SourceSpec
from plainview.sources.ingest import ingest

TARGET = {"wall_s": 60.0, "peak_mb": 4096.0}


def source() -> SourceSpec:
    return SourceSpec.model_validate(
        {
            "id": "bench",
            "title": "Bench",
            "service": "Bench",
            "contact_role": "the bench",
            "controller": "Bench",
            "gateways": ["none"],
            "rows": ["person"],
            "cadence": "monthly",
            "retention": "1 year",
            "file": {"pattern": "bench_{date}.csv"},
            "tolerance": {"duplicate_ids": 0.01},
            "columns": {
                "Ref": {"meaning": "record_id", "required": True},
                "Forename": {"meaning": "first_name"},
                "Surname": {"meaning": "last_name", "required": True},
                "D.O.B.": {"meaning": "birth_date", "formats": ["%d/%m/%Y"]},
                "Sex": {"meaning": "sex", "allowed": ["F", "M"]},
                "Address": {"meaning": "address"},
                "Postcode": {"meaning": "postcode"},
                "Mobile": {"meaning": "mobile"},
                "Arrears": {"meaning": "attribute.rent_arrears", "type": "number"},
                "Updated": {"meaning": "updated_date"},
            },
        }
    )


def write_delivery(path: Path, rows: int) -> None:
    """The same bytes every time; ids in an order that is not theirs, so that sorting has work to do."""
    step = 7919 if rows % 7919 else 7907
    con = connect()
    con.execute(
        f"""COPY (
            SELECT 'R' || lpad(((i * {step}) % {rows})::VARCHAR, 9, '0') AS "Ref",
                ['Anna', 'Bob', 'Caroline', 'Dev', 'Zoë'][1 + i % 5] AS "Forename",
                CASE WHEN i % 100000 = 7 THEN '' ELSE 'Surname' || (i * 31 % 50000) END AS "Surname",
                CASE WHEN i % 100000 = 8 THEN '31/02/1990'
                    ELSE strftime(DATE '1930-01-01' + (i * 37 % 30000)::INT, '%d/%m/%Y') END AS "D.O.B.",
                ['F', 'M'][1 + i % 2] AS "Sex",
                (i * 17 % 300) || CASE WHEN i % 10 = 0 THEN ', ' ELSE ' ' END || 'Long Street' AS "Address",
                'SW' || (i % 20) || ' ' || (i % 10) || 'AB' AS "Postcode",
                '07' || lpad((i * 7654321 % 1000000000)::VARCHAR, 9, '0') AS "Mobile",
                round((i * 13 % 100000) / 100.0, 2) AS "Arrears",
                strftime(DATE '2020-01-01' + (i * 3 % 2000)::INT, '%Y-%m-%d') AS "Updated"
            FROM range({rows}) t(i)
        ) TO {literal(str(path))} (HEADER, DELIMITER ',')"""
    )
    con.close()
    with path.open("a", encoding="utf-8") as out:
        out.write("too,short\n" * 5)
        out.write('R000000001,Bob,Surname1,01/01/1930,M,"1, Long Street",SW1 1AB,,,\n')


def measure(folder: Path) -> None:
    """The child's part: take in the delivery and print what became of its rows."""
    run = ingest(folder, source(), folder / "out", memory=EngineSpec().memory)
    print(json.dumps({"read": run.read, "loaded": run.loaded, "quarantined": run.quarantined}))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="where the files go for the time being")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        path = folder / "bench_2026-01-01.csv"
        write_delivery(path, options.rows)
        started = time.perf_counter()
        command = [sys.executable, __file__, "--measure", str(folder)]
        child = subprocess.run(command, check=True, capture_output=True, text=True)
        wall = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        figures = {
            "bench": "reading",
            "rows": options.rows,
            "megabytes": round(path.stat().st_size / 1e6, 1),
            "wall_s": round(wall, 1),
            "cpu_s": round(used.ru_utime + used.ru_stime, 1),
            "peak_mb": round(used.ru_maxrss / 1024),
            **json.loads(child.stdout),
            "target": TARGET,
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "duckdb": duckdb.__version__,
        }
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
