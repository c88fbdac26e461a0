"""The same build on either engine: of the demo authority the same pairs, links and people, row by row."""

import shutil
import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from plainview.build.pipeline import make_stages
from plainview.build.run import run_build
from plainview.build.snapshots import current_snapshot
from plainview.demo.authority import write_authority
from plainview.linkage.on_spark import TABLES, count_differences, link_on_spark
from plainview.project.read import read_project

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

SPARK = '\n[engine]\nname = "spark"\nmaster = "local[2]"\nmemory = "1GB"\n'
HEAVY = {"source_bits", "features", "keys", "blocks", "candidates", "known", "unknown", "looked", "within"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A project of 2,000 invented residents and its snapshot, built with DuckDB."""
    folder = tmp_path_factory.mktemp("demo") / "duckdb"
    write_authority(folder, residents=2000, seed=5, weeks=1)
    project = read_project(folder)
    return project, run_build(project, make_stages(project)).snapshot.folder


def _rows(path):
    return pq.read_table(path).to_pydict()


def test_the_heavy_stages_give_the_same_rows_on_spark(spark, demo, tmp_path):
    project, snapshot = demo
    made = link_on_spark(spark, project, snapshot, tmp_path / "made")
    assert {name for name, where in made.items() if where == "spark"} >= HEAVY
    assert count_differences(snapshot, tmp_path / "made") == dict.fromkeys(TABLES, 0)
    assert len(_rows(snapshot / "links.parquet")["pattern"]) > 3000
    for name in TABLES:
        assert _rows(tmp_path / "made" / f"{name}.parquet") == _rows(snapshot / f"{name}.parquet")


def test_a_project_that_declares_spark_gets_the_same_snapshot(demo):
    """In a process of its own, as the command runs: there can be one Spark in each."""
    project, snapshot = demo
    folder = project.root.with_name("spark")
    shutil.copytree(project.root, folder, ignore=shutil.ignore_patterns("snapshots", "model"))
    toml = folder / "plainview.toml"
    toml.write_text(toml.read_text("utf-8") + SPARK, "utf-8")
    command = [sys.executable, "-m", "plainview", "build", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    built = current_snapshot(folder)
    assert built is not None
    tables = sorted(path.relative_to(snapshot) for path in snapshot.rglob("*.parquet"))
    assert len(tables) > 20
    for path in tables:
        assert (path, _rows(built.folder / path)) == (path, _rows(snapshot / path))
    assert list(folder.rglob("*.scratch*")) == []
