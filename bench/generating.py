"""Write an invented authority and say what it cost.

python bench/generating.py --residents 200000
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from measured import last_json, measure
from plainview.demo.authority import write_authority


def bench_generating(residents: int, seed: int = 1, weeks: int = 1) -> dict[str, Any]:
    """Seconds, peak memory, records and megabytes written, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "authority"
        sizes = ["--residents", str(residents), "--seed", str(seed), "--weeks", str(weeks)]
        made = measure([__file__, *sizes, "--into", str(target)])
        size = sum(path.stat().st_size for path in target.rglob("*") if path.is_file())
    return {
        "residents": residents,
        "records": last_json(made["printed"])["records"],
        "written_mb": round(size / 1e6),
        "wall_s": made["wall_s"],
        "cpu_s": made["cpu_s"],
        "peak_mb": made["peak_mb"],
    }


def _write(residents: int, seed: int, weeks: int, target: Path) -> dict[str, Any]:
    run = write_authority(target, residents=residents, seed=seed, weeks=weeks)
    return {"records": sum(run.records.values())}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--residents", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weeks", type=int, default=1)
    parser.add_argument("--into", type=Path)
    asked = parser.parse_args()
    if asked.into:
        print(json.dumps(_write(asked.residents, asked.seed, asked.weeks, asked.into)))
    else:
        print(json.dumps(bench_generating(asked.residents, asked.seed, asked.weeks)))
