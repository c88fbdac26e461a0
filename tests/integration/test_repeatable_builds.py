"""The same inputs give the same snapshot; a rebuild and the order of rows change nothing."""

import shutil
from pathlib import Path

import duckdb
import pytest
from shuffled_deliveries import shuffle_delivery

from plainview import api

pytestmark = pytest.mark.slow

# The place of a row in its file and the hash of a file's bytes do depend on the order of its rows.
_OF_THE_FILE = {"quarantine": "row_number", "profiles": "sha256"}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built authority with enough people for the model to be trained."""
    project = tmp_path_factory.mktemp("repeatable") / "authority"
    api.make_demo(project, residents=700, seed=5, weeks=2)
    api.build(project)
    return project


def unbuilt_copy(project: Path, target: Path) -> Path:
    shutil.copytree(project, target, ignore=shutil.ignore_patterns("snapshots"))
    return target


def tables(project: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table of the serving snapshot, without what depends on the layout of a file."""
    folder = project / "snapshots" / "current"
    found = {}
    for path in sorted(folder.rglob("*.parquet")):
        name = str(path.relative_to(folder))
        left_out = _OF_THE_FILE.get(name.split("/")[0])
        columns = f"* EXCLUDE ({left_out})" if left_out else "*"
        order = "ORDER BY ALL" if left_out else ""
        found[name] = duckdb.sql(f"SELECT {columns} FROM '{path}' {order}").fetchall()
    return found


def test_a_forced_rebuild_gives_the_same_bytes_and_ids(authority: Path) -> None:
    first = api.serving(authority).manifest
    second = api.build(authority, force=True).snapshot.manifest
    assert second["content"] == first["content"]
    assert second["stages"]["persons"]["counts"]["minted"] == 0
    assert second["stages"]["persons"]["counts"]["retired"] == 0


def test_another_machine_gets_the_same_bytes(authority: Path, tmp_path: Path) -> None:
    other = unbuilt_copy(authority, tmp_path / "other")
    toml = other / "plainview.toml"
    text = toml.read_text(encoding="utf-8")
    assert "threads" not in text.replace("# threads", "")
    toml.write_text(text + '\n[engine]\nthreads = 1\nmemory = "1GB"\n', encoding="utf-8")
    assert api.build(other).snapshot.manifest["content"] == api.serving(authority).manifest["content"]


def test_shuffling_every_file_changes_neither_ids_nor_tables(authority: Path, tmp_path: Path) -> None:
    other = unbuilt_copy(authority, tmp_path / "shuffled")
    checked = api.check(other)
    shuffled = 0
    for source in checked.sources:
        for delivery in (other / source.file.pattern).parent.iterdir():
            if not delivery.name.endswith(".control"):
                before = delivery.read_bytes()
                shuffle_delivery(delivery, source, seed=shuffled)
                shuffled += delivery.read_bytes() != before
    assert shuffled >= 16
    api.build(other)
    expected, found = tables(authority), tables(other)
    assert found.keys() == expected.keys()
    assert [name for name in expected if found[name] != expected[name]] == []


def test_a_shuffled_delivery_is_read_again_and_the_linkage_kept(authority: Path, tmp_path: Path) -> None:
    other = tmp_path / "rebuilt"
    shutil.copytree(authority, other, symlinks=True)
    source = api.check(other).source("libraries")
    newest = sorted((other / source.file.pattern).parent.iterdir())[-1]
    shuffle_delivery(newest, source, seed=9)
    stages = api.build(other).snapshot.manifest["stages"]
    assert not stages["ingest:libraries"]["kept"]
    assert all(stages[name]["kept"] for name in ("standardise", "train", "score", "cluster", "persons"))
