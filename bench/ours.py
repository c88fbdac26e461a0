"""Plainview's linkage stage by stage on a world of `bench/worlds.py`: the one place that knows its functions.

    python bench/ours.py WORLD FOLDER [--settings JSON] [--model MODEL_FOLDER] [--previous FOLDER] [--withhold 100]

FOLDER is filled from `standardised.parquet` to `index.parquet`. Prints each stage to stderr as it ends
and one JSON line at the end: CPU and wall seconds of each stage, counts, and the evaluation.

    --settings   values for `[linkage]` of plainview.toml, such as {"blocking": "loose"}
    --model      take the model from this folder and do not train
    --withhold   leave out one record in so many: the state before a delivery of 1 %
    --previous   relink from this folder's tables, touching only what changed
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import json
import resource
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import duckdb

from plainview.engine.duck import connect
from plainview.engine.tables import read_table, write_table
from plainview.linkage import cluster, collapse, compare, evaluate, persons, score, standardise, train
from plainview.linkage.fields import table
from plainview.project.read import read_project
from plainview.project.specs import LinkageSpec, Project
from worlds import truth_of

# Where the parts of issue 3 that are still to come will be found: (module, function, what it is called with).
INCREMENTAL = ("plainview.linkage.delta", "relink")
"""relink(con, project, folder, previous): `folder` has standardised.parquet and the model, `previous` the tables
of the run before; writes tuples, identities, links, clusters and what `assign_persons` writes. Its count `phases` has
the seconds of each part: `apply` is the delta itself, when what was known is in memory."""
SPARK = ("plainview.linkage.on_spark", "compare_partitions")
"""compare_partitions(project, folder): the number of tuples that DuckDB and Spark put in different clusters."""
LOOSENESS_SETTING, FAST_SETTINGS = "blocking", ({"blocking": "tight"},)
"""The field of `[linkage]` whose choices are the looseness of blocking; ways in which a fast mode may be asked for."""
MODELS = ("model.json", "statistics.json")


def find(where: tuple[str, str]) -> Callable[..., Any] | None:
    """The function, or None where it has not been written yet."""
    try:
        return getattr(importlib.import_module(where[0]), where[1], None)
    except ModuleNotFoundError:
        return None


def loosenesses() -> list[str]:
    """The choices of blocking that a project may declare; none before there is a choice."""
    field = LinkageSpec.model_fields.get(LOOSENESS_SETTING)
    return [str(choice) for choice in get_args(field.annotation)] if field else []


def fast_settings() -> dict[str, Any] | None:
    """How a project asks for the fast mode, or None if it cannot."""
    for settings in FAST_SETTINGS:
        if set(settings) <= set(LinkageSpec.model_fields):
            return settings
    return None


def _project(world: Path, settings: Mapping[str, Any]) -> Project:
    project = read_project(world)
    changed = LinkageSpec.model_validate(project.spec.linkage.model_dump() | dict(settings))
    spec = project.spec.model_copy(update={"linkage": changed})
    return project.model_copy(update={"spec": spec})


class Stopwatch:
    """CPU and wall seconds, and counts, of each stage; said as they end."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, Any]] = {}

    def time(self, name: str, step: Callable[[], Mapping[str, Any] | None]) -> None:
        """Run one stage."""
        cpu, wall = _cpu(), time.perf_counter()
        counts = step() or {}
        took = {"cpu_s": round(_cpu() - cpu, 2), "wall_s": round(time.perf_counter() - wall, 2)}
        peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        self.stages[name] = took | {"peak_mb_so_far": peak, "counts": dict(counts)}
        print(
            f"    {name}: {took['cpu_s']} CPU s, {took['wall_s']} s, {dict(counts)}",
            file=sys.stderr,
            flush=True,
        )


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def run(
    world: Path,
    folder: Path,
    *,
    settings: Mapping[str, Any],
    model: Path | None,
    previous: Path | None,
    withhold: int,
    judge: bool = True,
) -> dict[str, Any]:
    """Link a world; see the head of this file."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "spill").mkdir(parents=True)
    (folder / "records").symlink_to((world / "read" / "records").absolute())
    project = _project(world, settings)
    engine = project.spec.engine
    con = connect(folder / "work.duckdb", memory=engine.memory, threads=engine.threads, temp=folder / "spill")
    watch = Stopwatch()
    day = (world / "read" / "as_of").read_text(encoding="utf-8")
    as_of = dt.date.fromisoformat(day) if day else None
    watch.time("standardise", lambda: standardise.standardise(con, project, folder, as_of))
    if withhold:
        _withhold(con, folder, withhold)
    if model:
        _copy_model(model, folder)
    if previous:
        relink = find(INCREMENTAL)
        if relink is None:
            raise SystemExit(f"there is no {'.'.join(INCREMENTAL)} yet")
        watch.time("delta with reading and writing", lambda: relink(con, project, folder, previous))
        phases = watch.stages["delta with reading and writing"]["counts"]["phases"]
        watch.stages["delta"] = phases["apply"]
    else:
        watch.time("collapse", lambda: collapse.collapse(con, project, folder))
        if not model:
            watch.time("statistics", lambda: compare.count_statistics(con, project, folder))
        watch.time("compare", lambda: compare.compare(con, project, folder))
        if not model:
            watch.time("train", lambda: train.train(con, project, folder))
        watch.time("score", lambda: score.score(con, project, folder))
        watch.time("cluster", lambda: cluster.cluster(con, project, folder))
        watch.time("persons", lambda: persons.assign_persons(con, project, folder, None))
    result: dict[str, Any] = {
        "stages": watch.stages,
        "linked_records": watch.stages["standardise"]["counts"]["records"],
    }
    result["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    result["partition"] = partition_hash(con, folder)
    if judge:
        result |= evaluate.evaluate(con, table(folder, "index"), truth_of(world))
    con.close()
    for name in ("work.duckdb", "spill"):
        path = folder / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    return result


def _withhold(con: duckdb.DuckDBPyConnection, folder: Path, one_in: int) -> None:
    """Take one record in so many out of the standardised table, by a hash of its key."""
    whole = table(folder, "standardised")
    aside = folder / "whole.parquet"
    whole.replace(aside)
    write_table(
        con,
        f"SELECT * FROM {read_table(aside)} "
        f"WHERE ('0x' || left(md5(source || record_id), 8))::UBIGINT % {one_in} <> 0 ORDER BY source, record_id",
        whole,
    )
    aside.unlink()


def _copy_model(source: Path, target: Path) -> None:
    for name in MODELS:
        path = source / name
        if path.is_dir():
            shutil.copytree(path, target / name)
        elif path.exists():
            shutil.copyfile(path, target / name)


def partition_hash(con: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """One hash of who is with whom, whatever the ids: equal for equal partitions."""
    con.execute(
        f"SELECT md5(string_agg(people, ';' ORDER BY people)) FROM (SELECT md5(string_agg("
        f"source || chr(31) || record_id, ',' ORDER BY source, record_id)) AS people "
        f"FROM {read_table(table(folder, 'index'))} GROUP BY person_id)"
    )
    return str(con.fetchall()[0][0])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("world", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--settings", type=json.loads, default={})
    parser.add_argument("--model", type=Path)
    parser.add_argument("--previous", type=Path)
    parser.add_argument("--withhold", type=int, default=0)
    parser.add_argument("--no-truth", action="store_true", help="do not evaluate")
    parser.add_argument("--spark", action="store_true", help="compare FOLDER's clusters with Spark's")
    asked = parser.parse_args()
    if asked.spark:
        compare = find(SPARK)
        if compare is None:
            raise SystemExit(f"there is no {'.'.join(SPARK)} yet")
        print(json.dumps({"differing": compare(_project(asked.world, asked.settings), asked.folder)}))
        return
    result = run(
        asked.world,
        asked.folder,
        settings=asked.settings,
        model=asked.model,
        previous=asked.previous,
        withhold=asked.withhold,
        judge=not asked.no_truth,
    )
    print(json.dumps(result))


if __name__ == "__main__":
    main()
