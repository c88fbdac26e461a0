"""A snapshot of a few invented people and the records that say how they are related, made without linking."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from invented import make_source

from plainview.linkage.families import find_families
from plainview.linkage.fields import DATES, IDENTITY
from plainview.linkage.relationships import find_relationships
from plainview.project.meanings import MEANINGS
from plainview.project.specs import AuthoritySpec, ColumnSpec, Project, ProjectSpec, SourceSpec

Row = dict[str, Any]
DAY = dt.date(2026, 1, 1)
TABLES = (
    "relationships",
    "relationships_unmatched",
    "families",
    "family_members",
    "family_differences",
)


class Snapshot:
    """What was found: `counts`, and the rows of each table."""

    def __init__(self, folder: Path, counts: dict[str, int]) -> None:
        self.folder, self.counts = folder, counts

    def rows(self, name: str) -> list[Row]:
        rows: list[Row] = pq.read_table(self.folder / f"{name}.parquet").to_pylist()
        return rows

    def bytes(self) -> dict[str, bytes]:
        return {name: (self.folder / f"{name}.parquet").read_bytes() for name in TABLES}

    def families(self, kind: str = "care") -> set[frozenset[str]]:
        """The members of each family of a kind."""
        ids = {row["family_id"] for row in self.rows("families") if row["kind"] == kind}
        members = self.rows("family_members")
        return {frozenset(m["person_id"] for m in members if m["family_id"] == id) for id in ids}


def find(
    con: duckdb.DuckDBPyConnection,
    folder: Path,
    people: list[Row],
    records: dict[str, list[Row]],
) -> Snapshot:
    """Run both stages over `people` (id, born, and what their records say: first_name, last_name, mobile,
    home) and `records` by source, each with record_id, `of` (a person's id, or None) and what it says of others.
    """
    _write_people(folder, people)
    index = []
    for source, rows in records.items():
        _write_records(folder / "records" / f"{source}.parquet", rows)
        index += [
            {"source": source, "record_id": row["record_id"], "person_id": row["of"]}
            for row in rows
            if row["of"] is not None
        ]
    index += [{"source": "register", "record_id": p["id"], "person_id": p["id"]} for p in people]
    _table(folder / "index.parquet", index, ["source", "record_id", "person_id"])
    project = _project(folder, list(records))
    counts = find_relationships(con, project, folder)
    families = find_families(con, project, folder)
    return Snapshot(folder, {f"relationships: {k}": v for k, v in counts.items()} | families)


def _write_people(folder: Path, people: list[Row]) -> None:
    standard = [
        {"source": "register", "record_id": p["id"], "birth_date": p.get("born"), "place": p.get("home")}
        | {name: p.get(name) for name in IDENTITY if name not in ("birth_date", "place")}
        for p in people
    ]
    _table(folder / "standardised.parquet", standard, ["source", "record_id", *IDENTITY, *DATES])
    golden = [
        {"person_id": p["id"], "field": "birth_date", "value": p["born"].isoformat()}
        for p in people
        if p.get("born")
    ]
    _table(folder / "golden.parquet", golden, ["person_id", "field", "value"])
    homes = sorted({p["home"] for p in people if p.get("home")})
    households = [{"household_id": home, "communal": home.startswith("care home")} for home in homes]
    pq.write_table(
        pa.table(
            {"household_id": pa.array(homes, pa.string()),
             "communal": pa.array([row["communal"] for row in households], pa.bool_())}
        ),
        folder / "households.parquet",
    )  # fmt: skip
    living = [p for p in people if p.get("home")]
    pq.write_table(
        pa.table(
            {"household_id": pa.array([p["home"] for p in living], pa.string()),
             "person_id": pa.array([p["id"] for p in living], pa.string()),
             "current": pa.array([True for _ in living], pa.bool_())}
        ),
        folder / "household_members.parquet",
    )  # fmt: skip


def _write_records(path: Path, rows: list[Row]) -> None:
    names = sorted({name for row in rows for name in row} - {"record_id", "of"})
    _table(path, rows, ["record_id", *names])


def _table(path: Path, rows: list[Row], names: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds = {
        name: pa.date32() if name in MEANINGS and MEANINGS[name].type == "date" else pa.string()
        for name in names
    }
    pq.write_table(
        pa.table({name: pa.array([row.get(name) for row in rows], kinds[name]) for name in names}), path
    )


def _project(root: Path, sources: list[str]) -> Project:
    spec = ProjectSpec(
        authority=AuthoritySpec(name="Smallmere", controller="Smallmere"), as_of=DAY.isoformat()
    )
    return Project(root=root, spec=spec, sources=tuple(_source(id) for id in sources))


def _source(id: str) -> SourceSpec:
    return make_source(id, {"id": ColumnSpec(meaning="record_id")}, rows=("person", "relationship"))
