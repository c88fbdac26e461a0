"""Every measurement, one after the other, written as a table to bench/RESULTS.md.

Leave the machine alone meanwhile.

python bench/run.py            all of it, about half an hour
python bench/run.py --small    a tenth of every size, to see that it runs; writes nothing
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from building import bench_building
from linkage import kept_section
from measured import last_json, measure

HERE = Path(__file__).parent
ROOT = HERE.parent
_PACKAGES = ("duckdb", "splink", "pyarrow", "numpy")


def reading(small: bool) -> Iterator[list[object]]:
    """Ten million rows of CSV to checked, typed, sorted Parquet."""
    rows = 1_000_000 if small else 10_000_000
    result = last_json(measure([str(HERE / "reading.py"), "--rows", str(rows)])["printed"])
    yield [f"read {rows:,} CSV rows", "60 s, 4 GB", *_cost(result)]


def generating(small: bool) -> Iterator[list[object]]:
    """The invented authority, at the two sizes that were promised."""
    for residents, goal in ((20_000, "10 s"), (2_000_000, "10 min, 8 GB")):
        size = residents // 10 if small else residents
        program = [str(HERE / "generating.py"), "--residents", str(size)]
        result = last_json(measure(program)["printed"])
        yield [f"invent {size:,} residents, {result['records']:,} records", goal, *_cost(result)]


def building(small: bool) -> Iterator[list[object]]:
    """A first build with training, and what came of it."""
    residents = 20_000 if small else 200_000
    result = bench_building(residents)
    what = f"build {residents:,} residents, {result['records']:,} records, training included"
    yield [what, "3 min, 4 GB", *_cost(result)]
    yield ["the same again, nothing changed", "", f"{result['no_change_wall_s']} s", "", ""]
    pairwise = result["pairwise"]
    measures = ", ".join(f"{name} {pairwise[name]:.4f}" for name in ("precision", "recall", "f1"))
    yield [f"its linkage: {measures}", "", "", "", ""]


def linking(small: bool) -> Iterator[list[object]]:
    """FEBRL 4, people nobody here invented; and Splink's own recipe on the demo, to show how hard it is."""
    plainview = ["-m", "plainview"]
    with tempfile.TemporaryDirectory() as folder:
        febrl = Path(folder) / "febrl4"
        _copy(ROOT / "examples" / "febrl4", febrl)
        built = measure([*plainview, "build", str(febrl), "--json"])
        truth = str(febrl / "truth.csv")
        judged = measure([*plainview, "evaluate", str(febrl), "--truth", truth, "--json"])
        f1 = last_json(judged["printed"])["pairwise"]["f1"]
        yield [f"FEBRL 4: F1 {f1:.4f}", "F1 0.999", *_cost(built)]

        demo = str(Path(folder) / "demo")
        residents = "5000" if small else "50000"
        measure([*plainview, "demo", "new", demo, "--residents", residents, "--json"])
        measure([*plainview, "build", demo, "--json"])
        truth = str(Path(demo) / "truth" / "truth.parquet")
        recipe = measure([str(HERE / "splink_recipe.py"), demo, truth, "--json"])
        pairwise = last_json(recipe["printed"])["pairwise"]
        measures = ", ".join(f"{name} {pairwise[name]:.4f}" for name in ("precision", "recall", "f1"))
        what = f"Splink's documented recipe on the demo, {int(residents):,} residents: {measures}"
        yield [what, "F1 .94 to .97", *_cost(recipe)]


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("snapshots"))


def _cost(result: dict[str, Any]) -> list[object]:
    return [f"{result['wall_s']} s", f"{result['cpu_s']} s", f"{result['peak_mb']:,} MB"]


def render(rows: list[list[object]]) -> str:
    """The page, with the machine and the versions that the figures belong to."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    head = [
        "# Measurements",
        "",
        "<!-- written by bench/run.py; do not edit -->",
        "",
        f"{dt.datetime.now(dt.UTC):%d %B %Y}; {os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}, {versions}.",
        "",
        "Each row is one run of a process of its own, nothing else running; peak memory is that process's.",
        "",
        "| what | goal | wall | CPU | peak memory |",
        "|---|---|---|---|---|",
    ]
    return "\n".join([*head, *("| " + " | ".join(map(str, row)) + " |" for row in rows)]) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", action="store_true", help="a tenth of every size; writes nothing")
    small = parser.parse_args().small
    rows: list[list[object]] = []
    for part in (reading, generating, building, linking):
        for row in part(small):
            print(" | ".join(map(str, row)), file=sys.stderr, flush=True)
            rows.append(row)
    if small:
        print(render(rows))
    else:
        page = HERE / "RESULTS.md"
        section = kept_section(page)  # bench/linkage.py writes that part
        page.write_text(render(rows) + (f"\n{section}" if section else ""), encoding="utf-8")


if __name__ == "__main__":
    main()
