"""A project and its records tables, made in a line or two."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from invented import make_source
from linkage_stages import run_linkage

from plainview.engine.duck import connect
from plainview.linkage.decisions import append_decision
from plainview.project.meanings import MEANINGS
from plainview.project.specs import (
    AuthoritySpec,
    ColumnSpec,
    LinkageSpec,
    Project,
    ProjectSpec,
    SourceSpec,
)

Rows = list[dict[str, Any]]


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect(memory="1GB", threads=2)
    yield connection
    connection.close()


def _source(id: str, rows: Rows, trusts: dict[str, int], single: bool) -> SourceSpec:
    meanings = ["record_id", *sorted({name for row in rows for name in row} - {"record_id"})]
    columns = {name: ColumnSpec(meaning=name, trust=trusts.get(name)) for name in meanings}
    return make_source(id, columns, one_record_per_person=single)


def _write(path: Path, rows: Rows) -> None:
    names = ["record_id", *sorted({name for row in rows for name in row} - {"record_id"})]
    dates = {name for name in names if name in MEANINGS and MEANINGS[name].type == "date"}
    columns = {
        name: pa.array([row.get(name) for row in rows], pa.date32() if name in dates else pa.string())
        for name in names
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), path)


def _maker(root: Path) -> Callable[..., tuple[Project, Path]]:
    def make(
        records: dict[str, Rows],
        *,
        trusts: dict[str, dict[str, int]] | None = None,
        single: tuple[str, ...] = (),
        as_of: str = "2026-01-01",
        threshold: float = 0.5,
        folder: Path | None = None,
    ) -> tuple[Project, Path]:
        snapshot = folder or root / "snapshot"
        for id, rows in records.items():
            _write(snapshot / "records" / f"{id}.parquet", rows)
        sources = [
            _source(id, rows, (trusts or {}).get(id, {}), id in single) for id, rows in records.items()
        ]
        spec = ProjectSpec(
            authority=AuthoritySpec(name="Smallmere", controller="Smallmere"),
            as_of=as_of,
            linkage=LinkageSpec(threshold=threshold),
        )
        return Project(root=root, spec=spec, sources=tuple(sources)), snapshot

    return make


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[..., tuple[Project, Path]]:
    """`make_project({"housing": [{...}, ...]})`: the project and a snapshot folder with its records."""
    return _maker(tmp_path)


@pytest.fixture(scope="module")
def module_project(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Project, Path]]:
    """As `make_project`, for a project that all tests of a module read."""
    return _maker(tmp_path_factory.mktemp("project"))


@pytest.fixture
def read_rows(con: duckdb.DuckDBPyConnection) -> Callable[[Path], Rows]:
    """The rows of a Parquet table as dictionaries."""

    def read(path: Path) -> Rows:
        rows: Rows = pq.read_table(path).to_pylist()
        return rows

    return read


@pytest.fixture
def groups(
    con: duckdb.DuckDBPyConnection,
    make_project: Callable[..., tuple[Project, Path]],
    read_rows: Callable[[Path], Rows],
) -> Callable[..., tuple[dict[str, Any], set[frozenset[str]]]]:
    """`groups({"housing": [{...}, ...]})`: the counts of linkage, and which records ("source:id") are one person.

    `decisions` are (kind, record key, other key or None), in their order.
    """

    def run(
        records: dict[str, Rows], decisions: Iterable[tuple[Any, ...]] = (), **options: Any
    ) -> tuple[dict[str, Any], set[frozenset[str]]]:
        project, folder = make_project(records, **options)
        for decision in decisions:
            append_decision(project, *decision, by="steward", reason="evidence_reviewed")
        counts = run_linkage(con, project, folder)
        tuples = {row["tuple_id"]: row["cluster"] for row in read_rows(folder / "clusters.parquet")}
        found: dict[str, set[str]] = {}
        for row in read_rows(folder / "identities.parquet"):
            found.setdefault(tuples[row["tuple_id"]], set()).add(f"{row['source']}:{row['record_id']}")
        return counts, {frozenset(keys) for keys in found.values()}

    return run


@pytest.fixture
def people() -> Rows:
    """Six hundred invented people, one row each: enough to train on."""
    firsts = [
        "Ada",
        "Bilal",
        "Carys",
        "Dmitri",
        "Efua",
        "Farah",
        "Gwen",
        "Hamza",
        "Ines",
        "Jakub",
        "Kwame",
        "Leila",
        "Mohsin",
        "Nia",
        "Omar",
        "Priya",
    ]
    lasts = [
        "Abara",
        "Brook",
        "Costa",
        "Dunmore",
        "Eze",
        "Fenwick",
        "Gill",
        "Hollis",
        "Iqbal",
        "Jarrett",
        "Kowalski",
        "Lund",
        "Mistry",
    ]
    start = dt.date(1940, 1, 1)
    return [
        {
            "record_id": f"r{n:04}",
            "first_name": firsts[n * 7 % 16] + ("" if n % 3 else "a"),
            "last_name": lasts[n * 5 % 13] + ("" if n % 4 else "son"),
            "birth_date": start + dt.timedelta(days=n * 2741 % 28000),
            "address": f"{n % 60 + 1} Alder Lane, Smallmere",
            "postcode": f"ZQ{n % 9 + 1} {n // 60}AB",
            "mobile": f"07700{n:06}",
        }
        for n in range(600)
    ]
