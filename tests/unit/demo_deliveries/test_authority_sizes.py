from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from plainview.demo.authority import AuthorityRun, write_authority
from plainview.demo.deliveries.declared import DemoSource, find_sources
from plainview.engine.duck import connect
from plainview.linkage.collapse import collapse
from plainview.linkage.standardise import standardise
from plainview.project.meanings import find_meaning
from plainview.project.read import read_project
from plainview.sources.ingest import ingest


def said_of_identity(source: DemoSource, row: dict[str, object]) -> tuple[object, ...]:
    """What a row says of who it is about, as it stands there."""
    columns = source.toml["columns"].items()
    linked = [h for h, column in columns if (m := find_meaning(column["meaning"])) and m.linked]
    return tuple(row[h] for h in linked)


def test_about_half_of_all_records_repeat_another_as_written(
    rows_of: Callable[[str], list[dict[str, object]]],
) -> None:
    records, distinct = 0, 0
    for source in find_sources():
        rows = rows_of(source.id)
        records += len(rows)
        distinct += len({said_of_identity(source, row) for row in rows})
    assert 0.42 < 1 - distinct / records < 0.55


def test_there_are_about_four_records_a_resident(authority: AuthorityRun) -> None:
    assert 3.4 < sum(authority.records.values()) / authority.residents < 4.6


def hash_tree(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    one = write_authority(tmp_path / "one", residents=30_000, seed=5, weeks=2, threads=1)
    two = write_authority(tmp_path / "two", residents=30_000, seed=5, weeks=2, threads=4, memory="1GB")
    other = write_authority(tmp_path / "other", residents=1000, seed=6, weeks=1)
    assert hash_tree(one.directory) == hash_tree(two.directory)
    assert one.records == two.records
    assert other.records != one.records


@pytest.mark.slow
def test_the_reader_takes_all_of_it_and_half_collapses(tmp_path: Path) -> None:
    run = write_authority(tmp_path / "authority", residents=10_000, seed=2, weeks=1)
    project = read_project(run.directory)
    for source in project.sources:
        taken = ingest(run.directory, source, tmp_path / "snapshot")
        assert taken.refused == ()
        assert taken.read == taken.loaded + taken.quarantined + sum(taken.excluded.values())
        assert taken.quarantined <= 0.01 * taken.read
    with connect() as con:
        assert isinstance(con, duckdb.DuckDBPyConnection)
        standardise(con, project, tmp_path / "snapshot")
        counts = collapse(con, project, tmp_path / "snapshot")
    assert 0.45 < 1 - counts["tuples"] / counts["identities"] < 0.55
    assert 3.6 < sum(run.records.values()) / run.residents < 4.4
