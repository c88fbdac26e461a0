"""Build an invented authority from nothing, training included, and evaluate it against its truth.

python bench/building.py --residents 200000
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from measured import last_json, measure


def bench_building(residents: int, seed: int = 1) -> dict[str, Any]:
    """Seconds, peak memory, records, people and accuracy of a first build."""
    with tempfile.TemporaryDirectory() as folder:
        project = str(Path(folder) / "authority")
        plainview = ["-m", "plainview"]
        made = ["demo", "new", project, "--residents", str(residents), "--seed", str(seed), "--weeks", "1"]
        measure([*plainview, *made, "--json"])
        built = measure([*plainview, "build", project, "--json"])
        again = measure([*plainview, "build", project, "--json"])
        truth = str(Path(project) / "truth" / "truth.parquet")
        judged = measure([*plainview, "evaluate", project, "--truth", truth, "--json"])
    summary, accuracy = last_json(built["printed"]), last_json(judged["printed"])
    return {
        "residents": residents,
        "records": sum(source["loaded"] for source in summary["sources"]),
        "wall_s": built["wall_s"],
        "cpu_s": built["cpu_s"],
        "peak_mb": built["peak_mb"],
        "no_change_wall_s": again["wall_s"],
        "evaluate_wall_s": judged["wall_s"],
        "people": summary["people"],
        "pairwise": accuracy["pairwise"],
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--residents", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    print(json.dumps(bench_building(arguments.residents, arguments.seed)))
