"""Invented authorities to measure on, read once and kept: the deliveries, their truth, and `read/records`.

    python bench/worlds.py FOLDER --residents 20000 --seed 1 [--rates-seed 77]

With `--rates-seed` every error rate of the demo is multiplied by a factor of its own between one half and two,
drawn from that seed: people and mistakes that nobody had before them when the linkage was made. The product's
own rates are left as they are.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import random
import shutil
from pathlib import Path

from measured import measure
from plainview.build.pipeline import find_as_of, make_stages
from plainview.build.stages import Work
from plainview.demo.authority import write_authority
from plainview.demo.deliveries import rates
from plainview.engine.duck import connect
from plainview.project.read import read_project

EXAMPLES = Path(__file__).parents[1] / "examples"


def make_world(scratch: Path, residents: int, seed: int = 1, rates_seed: int | None = None) -> Path:
    """The world's folder; made in a process of its own unless it is there."""
    name = f"world-{residents}-{seed}" + (f"-rates-{rates_seed}" if rates_seed is not None else "")
    folder = scratch / name
    if not (folder / "read" / "records").exists():
        shutil.rmtree(folder, ignore_errors=True)
        asked = ["--residents", str(residents), "--seed", str(seed)]
        asked += ["--rates-seed", str(rates_seed)] if rates_seed is not None else []
        measure([__file__, str(folder), *asked])
    return folder


def make_febrl(scratch: Path) -> Path:
    """FEBRL 4 as the examples have it, read."""
    folder = scratch / "world-febrl4"
    if not (folder / "read" / "records").exists():
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(EXAMPLES / "febrl4", folder, ignore=shutil.ignore_patterns("snapshots"))
        measure([__file__, str(folder), "--read"])
    return folder


def truth_of(world: Path) -> Path:
    """The truth file of a world."""
    inside = world / "truth" / "truth.parquet"
    return inside if inside.exists() else world / "truth.csv"


def scale_rates(seed: int) -> None:
    """Multiply every rate of every source by a factor of 0.5 to 2, in this process only.

    Factors are even on a log scale and one per source and kind of mistake. Nothing becomes certain that was
    not: a rate stops at .95; what is always missing stays so, and what never happens stays away.
    """
    draw = random.Random(seed)
    for source in sorted(rates.RATES):
        care = rates.RATES[source]
        changed: dict[str, float] = {}
        for field in dataclasses.fields(care):
            factor = math.exp(draw.uniform(math.log(0.5), math.log(2)))
            value = getattr(care, field.name)
            if field.name == "lag_days":
                changed[field.name] = max(1, round(value * factor))
            elif 0 < value < 1:
                changed[field.name] = min(0.95, value * factor)
        rates.RATES[source] = dataclasses.replace(care, **changed)  # type: ignore[arg-type]


def read_deliveries(world: Path) -> None:
    """Take in every source of a world as a build does, into `read`."""
    project = read_project(world)
    part = world / "read.part"
    shutil.rmtree(part, ignore_errors=True)
    (part / ".scratch").mkdir(parents=True)
    con = connect(memory="3GB", temp=part / ".scratch")
    work = Work(project, con, part, None)
    for stage in make_stages(project):
        if stage.name.startswith("ingest:"):
            stage.run(work)
    con.close()
    (part / "as_of").write_text(str(find_as_of(project) or ""), encoding="utf-8")
    shutil.rmtree(part / ".scratch", ignore_errors=True)
    part.replace(world / "read")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rates-seed", type=int)
    parser.add_argument("--read", action="store_true", help="read what is there; make nothing")
    asked = parser.parse_args()
    if not asked.read:
        if asked.rates_seed is not None:
            scale_rates(asked.rates_seed)
        write_authority(asked.folder, residents=asked.residents, seed=asked.seed, weeks=1)
    read_deliveries(asked.folder)


if __name__ == "__main__":
    main()
