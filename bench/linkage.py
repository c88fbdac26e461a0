"""Issue 3's goals, all in one run: Plainview's linkage beside plain Splink 5 and a supervised oracle.

    python bench/linkage.py                       everything, about two hours
    python bench/linkage.py --quick               tiny worlds, to see that it runs; RESULTS.md stays
    python bench/linkage.py --only accuracy,delta part by part; what is measured is kept in linkage.json
    python bench/linkage.py --again               measure again what is there already
    python bench/linkage.py --render              only write the section of RESULTS.md anew

Each measured thing is a process of its own; its CPU seconds are those of all its threads and children. Worlds
(the invented authorities) are made once in --scratch. Results go to `bench/linkage.json` as they come. Leave the
machine alone meanwhile.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import ours
from measured import last_json, measure
from plainview.build.fingerprints import code_hash
from worlds import make_febrl, make_world, truth_of

HERE = Path(__file__).parent
# The goals, in the words of the table. Every one gets its line, whatever fails.
PRECISION = "precision at least .998"
RECALL = "recall at least .993"
ERRORS = "errors (1 - F1) at most 1/7 of Splink's"
ORACLE = "F1 within .0015 of the oracle"
CULTURES = "largest gap in recall between cultures at most half of Splink's"
FEBRL = "FEBRL 4: F1 at least .9995"
LOOSENESS = "F1 at any looseness of blocking within .002 of the best"
STRANGER = "another seed and other error rates: F1 within .002"
STRANGER_ERRORS = "there too: errors at most 1/7 of Splink's"
FIRST = "first run with training: at most 1/6 of Splink's CPU"
RELINK = "full relink without training: at most 1/2 of Splink's CPU"
FAST = "fast mode: at most 1/4 of Splink's CPU"
FAST_F1 = "fast mode: F1 above Splink's"
DELTA = "1 % delta with clusters and ids: at most 1/40 of Splink's full rerun"
DELTA_SAME = "the delta gives what a full run gives"
GROWTH = "CPU microseconds a record at 10 million at most 1.3 of those at 1 million"
LARGEST = "at the largest size: full run within 90 s after reading"
LARGEST_MEMORY = "the same within 8 GB"
LARGEST_DELTA = "the same: a 1 % delta within 5 s"
SPARK = "Spark in local mode: the same partition as DuckDB"

GOALS = {
    "accuracy": (
        PRECISION,
        RECALL,
        ERRORS,
        ORACLE,
        CULTURES,
    ),
    "febrl": (FEBRL,),
    "looseness": (LOOSENESS,),
    "stranger": (
        STRANGER,
        STRANGER_ERRORS,
    ),
    "speed": (
        FIRST,
        RELINK,
        FAST,
        FAST_F1,
    ),
    "delta": (
        DELTA,
        DELTA_SAME,
    ),
    "growth": (
        GROWTH,
        LARGEST,
        LARGEST_MEMORY,
        LARGEST_DELTA,
    ),
    "spark": (SPARK,),
}
PARTS = tuple(GOALS)
_PACKAGES = ("duckdb", "splink", "numpy", "scipy", "lightgbm", "pyspark")
_BEGIN, _END = "<!-- linkage: written by bench/linkage.py -->", "<!-- end of linkage -->"
_FEWEST = 100  # people of a culture, below which its recall says little
_LINKED = ("collapse", "statistics", "compare", "train", "score", "cluster")
"""What Splink does too: its own preparing of the input is not counted, nor is our standardising; it gives no ids."""
_STAGES = ("standardise", *_LINKED, "persons")
"""All from records that are read to people with ids: what growth and the 90 seconds are about."""
_RELINKED = tuple(name for name in _STAGES if name not in ("statistics", "train"))
_SPLINK = ("predict", "cluster")

Run = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A goal and what came of it. `met` is None where it cannot be said."""

    part: str
    goal: str
    ours: str
    splink: str
    ratio: str
    met: bool | None
    short: str = ""

    def cells(self) -> list[str]:
        """As they stand in the table."""
        verdict = "not measured" if self.met is None else "met" if self.met else f"**short by {self.short}**"
        return [self.goal, self.ours, self.splink, self.ratio, verdict]


class Bench:
    """The runs, kept in a file: each has a key and is measured once."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self.asked = asked
        self.path: Path = asked.json
        self.kept: dict[str, Any] = json.loads(self.path.read_text("utf-8")) if self.path.exists() else {}
        self.kept.setdefault("runs", {})
        self.fresh: set[str] = set()

    def get(self, key: str) -> Run | None:
        """A run's result, or None where it has not been measured, or was with other code of the product."""
        run: Run | None = self.kept["runs"].get(key)
        if run is None or "failed" in run:
            return None
        mine = key.startswith(("ours ", "spark "))
        return None if mine and run["code"] != code_hash() else run

    def run(self, key: str, program: list[str], note: str = "") -> Run | None:
        """Measure a program that prints JSON, unless that has been done; a failure is kept as such."""
        known = self.get(key)
        if known is not None and (not self.asked.again or key in self.fresh):
            return known
        print(f"{key}{': ' + note if note else ''}", file=sys.stderr, flush=True)
        started = time.strftime("%Y-%m-%d %H:%M")
        try:
            taken = measure(program)
        except SystemExit as error:
            self._keep(key, {"failed": str(error), "started": started})
            print(f"    failed: {error}", file=sys.stderr, flush=True)
            return None
        found = last_json(taken.pop("printed")) | {f"process_{name}": value for name, value in taken.items()}
        self._keep(key, found | {"started": started, "code": code_hash(), "commit": _commit()})
        return self.get(key)

    def _keep(self, key: str, run: Run) -> None:
        self.fresh.add(key)
        self.kept["runs"][key] = run
        self.kept["machine"] = _machine()
        self.kept["command"] = "python bench/linkage.py " + " ".join(sys.argv[1:])
        self.path.write_text(json.dumps(self.kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")

    # --- what is run ---

    @property
    def main(self) -> Path:
        """The world that most goals are about."""
        return self.world(self.asked.residents)

    def world(self, residents: int, seed: int = 1, rates_seed: int | None = None) -> Path:
        """A world, made if need be."""
        scratch: Path = self.asked.scratch
        scratch.mkdir(parents=True, exist_ok=True)
        return make_world(scratch, residents, seed, rates_seed)

    def ours(self, name: str, world: Path, *extra: str) -> Run | None:
        """Plainview on a world, into a folder named after the run."""
        key = f"ours {name} {world.name}"
        return self.run(key, [str(HERE / "ours.py"), str(world), str(self.folder(name, world)), *extra])

    def splink(self, world: Path) -> Run | None:
        """Splink's documented recipe on the same records."""
        program = [str(HERE / "splink_recipe.py"), str(world), str(truth_of(world))]
        return self.run(f"splink {world.name}", [*program, "--folder", str(world / "read"), "--json"])

    def oracle(self, world: Path) -> Run | None:
        """The oracle on the tuples of our full run on that world."""
        folder = self._full(world)
        program = [str(HERE / "oracle.py"), str(folder), str(truth_of(world)), "--json"]
        return self.run(f"oracle {world.name}", program, "a quarter of an hour at a million records")

    def folder(self, name: str, world: Path) -> Path:
        """Where a run of ours leaves its tables."""
        scratch: Path = self.asked.scratch
        return scratch / "runs" / f"{world.name}-{name.replace(' ', '-').replace('/', '-')}"

    def _full(self, world: Path) -> Path:
        """The folder of a full run with the code as it is; run again if its tables are gone."""
        key, folder = f"ours full {world.name}", self.folder("full", world)
        if not (folder / "tuples.parquet").exists():
            self.kept["runs"].pop(key, None)
        if self.get(key) is None:
            self.ours("full", world)
        return folder

    def model(self, world: Path) -> list[str]:
        """To run without training, with the model of the full run (made anew if its folder is gone)."""
        folder = self._full(world)
        return ["--model", str(folder)]

    @property
    def stranger(self) -> Path:
        """A world with people and rates never used in development."""
        return self.world(self.asked.residents, self.asked.seed, self.asked.seed)

    @property
    def sizes(self) -> list[int]:
        """Residents at which growth is measured: about 1, 4 and 10 million records."""
        return [self.asked.residents * factor for factor in ((1, 2, 4) if self.asked.quick else (1, 4, 10))]


# --- the parts: each measures what it needs and gives its lines ---


def accuracy(bench: Bench) -> Iterator[Line]:
    """Precision, recall and F1 on the demo, beside Splink and the oracle; recall per culture."""
    mine, theirs = bench.ours("full", bench.main), bench.splink(bench.main)
    best = bench.oracle(bench.main)
    if not mine or not theirs:
        return
    yield _least("accuracy", PRECISION, mine, theirs, "precision", 0.998)
    yield _least("accuracy", RECALL, mine, theirs, "recall", 0.993)
    one, two = 1 - _f1(mine), 1 - _f1(theirs)
    yield _most("accuracy", ERRORS, one, two, 1 / 7, ".5f")
    if best:
        oracle = max(_f1(best), best["first_round"]["f1"])
        gap = oracle - _f1(mine)
        words = f"F1 {_f1(mine):.5f}, the oracle {oracle:.5f}"
        yield Line(
            "accuracy", ORACLE, words, f"F1 {_f1(theirs):.5f}",
            f"{gap:+.5f}", gap <= 0.0015, f"{gap - 0.0015:.5f}",
        )  # fmt: skip
    gap, other = culture_gap(mine), culture_gap(theirs)
    if len(cultures(theirs)) > 1:
        yield _most("accuracy", CULTURES, gap, other, 0.5, ".5f")
    else:
        yield Line("accuracy", CULTURES, "too few people", "", "", None)


def febrl(bench: Bench) -> Iterator[Line]:
    """FEBRL 4, people nobody here invented."""
    world = make_febrl(bench.asked.scratch)
    mine = bench.ours("full", world)  # the recipe knows nothing of this data's social security numbers
    if mine:
        yield _least("febrl", FEBRL, mine, None, "f1", 0.9995)


def looseness(bench: Bench) -> Iterator[Line]:
    """F1 at every looseness of blocking that a project may declare."""
    choices, found = ours.loosenesses(), {}
    if not choices:
        yield Line("looseness", LOOSENESS, "one blocking only", "", "", None)
        return
    for choice in choices:
        asked = ["--settings", json.dumps({ours.LOOSENESS_SETTING: choice})]
        run = bench.ours(f"blocking {choice}", bench.main, *asked)
        if run:
            found[choice] = run
    if len(found) < len(choices):
        return
    worst, best = min(map(_f1, found.values())), max(map(_f1, found.values()))
    words = ", ".join(f"{choice} {_f1(run):.5f} ({_cpu(run):.0f} CPU s)" for choice, run in found.items())
    gap = best - worst
    yield Line("looseness", LOOSENESS, words, "", f"{gap:.5f}", gap <= 0.002, f"{gap - 0.002:.5f}")


def stranger(bench: Bench) -> Iterator[Line]:
    """People and error rates never used in development."""
    mine, theirs = bench.ours("full", bench.stranger), bench.splink(bench.stranger)
    home = bench.ours("full", bench.main)
    if not mine or not home:
        return
    gap = _f1(home) - _f1(mine)
    splink = f"F1 {_f1(theirs):.5f}" if theirs else ""
    yield Line(
        "stranger", STRANGER,
        f"seed {bench.asked.seed}: F1 {_f1(mine):.5f}, at home {_f1(home):.5f}",
        splink, f"{gap:+.5f}", gap <= 0.002, f"{gap - 0.002:.5f}",
    )  # fmt: skip
    if theirs:
        one, two = 1 - _f1(mine), 1 - _f1(theirs)
        yield _most("stranger", STRANGER_ERRORS, one, two, 1 / 7, ".5f")


def speed(bench: Bench) -> Iterator[Line]:
    """CPU seconds of a first run, a relink and the fast mode, of the stages that Splink has too."""
    world = bench.main
    theirs, full = bench.splink(world), bench.ours("full", world)
    relinked = bench.ours("relink", world, *bench.model(world), "--no-truth")
    if theirs and full:
        first = _splink_cpu(theirs) + theirs["stages"]["train"]["cpu_s"]
        yield _most(
            "speed",
            FIRST,
            _cpu(full, _LINKED),
            first,
            1 / 6,
            ".1f",
            " s",
        )
    if theirs and relinked:
        yield _most("speed", RELINK, _cpu(relinked, _LINKED), _splink_cpu(theirs), 1 / 2, ".1f", " s")
    settings = ours.fast_settings()
    if settings is None:
        for goal in (FAST, FAST_F1):
            yield Line("speed", goal, "no fast mode", "", "", None)
        return
    fast = bench.ours("fast", world, "--settings", json.dumps(settings))
    if fast and theirs:
        names = tuple(name for name in _LINKED if name not in ("statistics", "train"))
        yield _most("speed", FAST, _cpu(fast, names), _splink_cpu(theirs), 1 / 4, ".1f", " s")
        yield _least("speed", FAST_F1, fast, theirs, "f1", _f1(theirs))


def delta(bench: Bench) -> Iterator[Line]:
    """One per cent of new records, clusters and ids included, and the same people as by a full run."""
    if ours.find(ours.INCREMENTAL) is None:
        for goal in GOALS["delta"]:
            yield Line("delta", goal, "no incremental run", "", "", None)
        return
    theirs, (took, same) = bench.splink(bench.main), _delta(bench, bench.main)
    if took and theirs:
        cpu = took["stages"]["delta"]["cpu_s"]
        yield _most("delta", DELTA, cpu, _splink_cpu(theirs), 1 / 40, ".2f", " s")
    if took and same is not None:
        words = "the same people" if same else "other people"
        yield Line("delta", DELTA_SAME, words, "", "", same, "the difference")


def _delta(bench: Bench, world: Path) -> tuple[Run | None, bool | None]:
    if ours.find(ours.INCREMENTAL) is None:
        return None, None
    model = bench.model(world)
    before = bench.folder("before", world)
    bench.ours("before", world, *model, "--withhold", "100", "--no-truth")
    took = bench.ours("delta", world, *model, "--previous", str(before), "--no-truth")
    whole = bench.ours("relink", world, *model, "--no-truth")
    return took, took["partition"] == whole["partition"] if took and whole else None


def growth(bench: Bench) -> Iterator[Line]:
    """CPU per record at three sizes, without training; wall seconds, memory and delta at the largest."""
    runs = {}
    for residents in bench.sizes:
        world = bench.world(residents)
        run = bench.ours("full", world, *(["--no-truth"] if residents != bench.asked.residents else []))
        if run:
            runs[residents] = run
    if len(runs) < len(bench.sizes):
        return
    each = [1e6 * _cpu(run, _RELINKED) / run["linked_records"] for run in runs.values()]
    words = ", ".join(
        f"{run['linked_records'] / 1e6:.1f} M: {cpu:.1f}"
        for run, cpu in zip(runs.values(), each, strict=True)
    )
    ratio = each[-1] / each[0]
    yield Line("growth", GROWTH, words, "", f"{ratio:.2f}", ratio <= 1.3, f"{ratio - 1.3:.2f}")
    world = bench.world(bench.sizes[-1])
    full = bench.ours("full", world, "--no-truth")
    if full:
        wall = sum(stage["wall_s"] for stage in full["stages"].values())
        yield _under(
            "growth",
            LARGEST,
            wall,
            90,
            " s",
        )
        yield _under("growth", LARGEST_MEMORY, full["peak_mb"] / 1024, 8, " GB")
    took, _ = _delta(bench, world)
    if ours.find(ours.INCREMENTAL) is None:
        yield Line("growth", LARGEST_DELTA, "no incremental run", "", "", None)
    elif took:
        yield _under("growth", LARGEST_DELTA, took["stages"]["delta"]["wall_s"], 5, " s")


def spark(bench: Bench) -> Iterator[Line]:
    """The same partition with Spark in local mode."""
    if ours.find(ours.SPARK) is None:
        yield Line("spark", SPARK, "no Spark engine", "", "", None)
        return
    world = bench.world(min(bench.asked.residents, 20_000))
    bench.model(world)
    folder = bench.folder("full", world)
    run = bench.run(f"spark {world.name}", [str(HERE / "ours.py"), str(world), str(folder), "--spark"])
    if run:
        differing = run["differing"]
        yield Line(
            "spark", SPARK, f"{differing} tuples differ", "", "", differing == 0, f"{differing} tuples"
        )


# --- figures ---


def _f1(run: Run) -> float:
    return float(run["pairwise"]["f1"])


def _cpu(run: Run, names: tuple[str, ...] = _STAGES) -> float:
    return float(sum(run["stages"][name]["cpu_s"] for name in names if name in run["stages"]))


def _splink_cpu(run: Run) -> float:
    return float(sum(run["stages"][name]["cpu_s"] for name in _SPLINK))


def cultures(run: Run) -> dict[str, float]:
    """Recall of each culture with enough people."""
    return {
        row["value"]: row["recall"]
        for row in run.get("groups", [])
        if row["group"] == "culture" and row["people"] >= _FEWEST and row["recall"] is not None
        and row["value"] != "not known"
    }  # fmt: skip


def culture_gap(run: Run) -> float:
    """The recall of the culture that fares best less that of the one that fares worst."""
    recalls = cultures(run).values()
    return max(recalls) - min(recalls) if recalls else 0.0


def _least(part: str, goal: str, mine: Run, theirs: Run | None, name: str, bound: float) -> Line:
    value = mine["pairwise"][name]
    other = theirs["pairwise"][name] if theirs else None
    ratio = f"errors {(1 - value) / (1 - other):.3f}" if other is not None and other < 1 else ""
    splink = f"{other:.5f}" if other is not None else ""
    return Line(part, goal, f"{value:.5f}", splink, ratio, value >= bound, f"{bound - value:.5f}")


def _most(part: str, goal: str, mine: float, theirs: float, share: float, form: str, unit: str = "") -> Line:
    """Ours at most this share of Splink's."""
    ratio = mine / theirs if theirs else float("inf")
    over = mine - share * theirs
    share_of = f"1/{1 / ratio:.1f}" if 0 < ratio <= 1 else f"{ratio:.1f}"
    return Line(
        part, goal, f"{mine:{form}}{unit}", f"{theirs:{form}}{unit}", share_of,
        ratio <= share, f"{over:{form}}{unit}",
    )  # fmt: skip


def _under(part: str, goal: str, value: float, bound: float, unit: str) -> Line:
    return Line(part, goal, f"{value:.1f}{unit}", "", "", value <= bound, f"{value - bound:.1f}{unit}")


def _commit() -> str:
    """Which state of the repository was measured."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True
    )
    return found.stdout.strip()


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = []
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, {', '.join(versions)}"
    )


# --- the page ---


def render(kept: dict[str, Any]) -> str:
    """The linkage section of RESULTS.md from `linkage.json`."""
    lines = [line for part in PARTS for line in kept.get("lines", {}).get(part, [])]
    page = [
        _BEGIN,
        "",
        "## Linkage",
        "",
        f"{dt.datetime.now(dt.UTC):%d %B %Y}; {kept.get('machine', '')}; `{kept.get('command', '')}`. "
        "Splink 5 by its own documented recipe (`bench/splink_recipe.py`) on the same records; the oracle "
        "(`bench/oracle.py`) knew the truth while it was trained, on other people than those it judged. CPU is ours "
        "from standardising to ids, Splink's blocking, comparing and clustering, its training apart.",
        "",
        _rows(["goal", "ours", "Splink", "ratio", "met"], lines),
        "",
        "### Each run",
        "",
        _rows(
            ["run", "records", "P", "R", "F1", "CPU by stage, s", "CPU, s", "peak MB"],
            _run_rows(kept["runs"]),
        ),
        "",
        *_culture_page(kept["runs"]),
        _END,
    ]
    return "\n".join(page) + "\n"


def _rows(head: list[str], rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows])


def _run_rows(runs: dict[str, Run]) -> list[list[str]]:
    rows = []
    for key in sorted(runs):
        run = runs[key]
        if "failed" in run:
            rows.append([key, "", "", "", "", "failed", "", ""])
            continue
        measures = [
            f"{run['pairwise'][m]:.5f}" if "pairwise" in run else "" for m in ("precision", "recall", "f1")
        ]
        stages = ", ".join(f"{name} {stage['cpu_s']}" for name, stage in run.get("stages", {}).items())
        records = run.get("linked_records")
        rows.append([
            key, f"{records:,}" if records else "", *measures, stages, str(run.get("process_cpu_s", "")),
            f"{run.get('peak_mb') or run.get('process_peak_mb', ''):,}",
        ])  # fmt: skip
    return rows


def _culture_page(runs: dict[str, Run]) -> list[str]:
    """Recall per culture on the world with the most residents that was judged, ours, Splink's, the oracle's."""
    worlds = sorted(
        {
            key.removeprefix("splink ")
            for key in runs
            if key.startswith("splink world-") and "groups" in runs[key]
        },
        key=lambda name: (int(name.split("-")[1]) if name.split("-")[1].isdigit() else 0, -len(name)),
    )
    if not worlds:
        return []
    world = worlds[-1]
    ways = {"ours": f"ours full {world}", "Splink": f"splink {world}", "the oracle": f"oracle {world}"}
    found = {way: cultures(runs[key]) for way, key in ways.items() if "groups" in runs.get(key, {})}
    names = sorted(
        set().union(*found.values()), key=lambda name: min(f.get(name, 1.0) for f in found.values())
    )
    rows = [
        [name, *(f"{recalls.get(name, float('nan')):.4f}" for recalls in found.values())] for name in names
    ]
    if not rows:
        return []
    return [
        f"### Recall by naming culture ({world}, {_FEWEST} people and more)",
        "",
        _rows(["culture", *found], rows),
        "",
    ]


def write_section(section: str, path: Path) -> None:
    """Put the section into RESULTS.md in place of the old one, or at its end."""
    text = path.read_text("utf-8") if path.exists() else "# Measurements\n"
    if _BEGIN in text:
        before, rest = text.split(_BEGIN, 1)
        after = rest.split(_END, 1)[1].lstrip("\n") if _END in rest else ""
        text = before + section + after
    else:
        text = text.rstrip("\n") + "\n\n" + section
    path.write_text(text, encoding="utf-8")


def kept_section(path: Path) -> str:
    """The linkage section as it stands in RESULTS.md, for `bench/run.py` to leave in place."""
    text = path.read_text("utf-8") if path.exists() else ""
    if _BEGIN not in text or _END not in text:
        return ""
    return _BEGIN + text.split(_BEGIN, 1)[1].split(_END, 1)[0] + _END + "\n"


_MEASURED: dict[str, Callable[[Bench], Iterator[Line]]] = {
    "accuracy": accuracy,
    "febrl": febrl,
    "looseness": looseness,
    "stranger": stranger,
    "speed": speed,
    "delta": delta,
    "growth": growth,
    "spark": spark,
}


def measure_part(bench: Bench, part: str) -> list[list[str]]:
    """The lines of a part; a goal whose runs failed says so."""
    found = [line.cells() for line in _MEASURED[part](bench)]
    said = {cells[0] for cells in found}
    return found + [
        [goal, "", "", "", "not measured: a run failed"] for goal in GOALS[part] if goal not in said
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=0, help="of the main world; 250000, quick 2000")
    parser.add_argument("--quick", action="store_true", help="tiny worlds; RESULTS.md stays as it is")
    parser.add_argument("--only", default=",".join(PARTS), help="some of: " + ", ".join(PARTS))
    parser.add_argument("--seed", type=int, default=860_413, help="of the world never used in development")
    parser.add_argument("--again", action="store_true", help="measure again what is there already")
    parser.add_argument("--render", action="store_true", help="measure nothing")
    parser.add_argument("--scratch", type=Path, default=Path("/tmp/plainview-linkage-bench"))
    parser.add_argument(
        "--json", type=Path, help="where results are kept; bench/linkage.json, quick in scratch"
    )
    asked = parser.parse_args()
    wanted = [part.strip() for part in asked.only.split(",")]
    if not set(wanted) <= set(PARTS):
        parser.error(f"--only takes some of {', '.join(PARTS)}")
    asked.residents = asked.residents or (2_000 if asked.quick else 250_000)
    asked.json = asked.json or (asked.scratch / "quick.json" if asked.quick else HERE / "linkage.json")
    bench = Bench(asked)
    if not asked.render:
        for part in wanted:
            found = measure_part(bench, part)
            for cells in found:
                print(" | ".join(cells), flush=True)
            bench.kept.setdefault("lines", {})[part] = found
            asked.json.write_text(json.dumps(bench.kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    section = render(bench.kept)
    if asked.quick:
        print(section)
    else:
        write_section(section, HERE / "RESULTS.md")


if __name__ == "__main__":
    main()
