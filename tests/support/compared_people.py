"""People as tuples in a folder, and what the comparisons find of them, without a build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from plainview.linkage.comparisons import Comparison, compared, comparisons
from plainview.linkage.features import FEATURES, make_features
from plainview.linkage.fields import IDENTITY
from plainview.linkage.mixture import unpack
from plainview.linkage.statistics import Statistics
from plainview.project.specs import Project

Person = dict[str, Any]
"""Identity fields, and `sources`: the ids of those that know the person, one record each."""


def tuple_id_of(place: int) -> str:
    """Ids in the order of places."""
    return f"{place:020x}"


def write_people(folder: Path, people: list[Person]) -> None:
    """`tuples` and `identities` of people, in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    columns: dict[str, pa.Array] = {"tuple_id": pa.array(map(tuple_id_of, range(len(people))), pa.string())}
    for name in IDENTITY:
        kind = pa.date32() if name == "birth_date" else pa.string()
        columns[name] = pa.array([person.get(name) for person in people], kind)
    columns["records"] = pa.array([max(1, len(person.get("sources", ()))) for person in people], pa.int64())
    pq.write_table(pa.table(columns), folder / "tuples.parquet")
    keys = [
        (source, f"r{place}", tuple_id_of(place))
        for place, person in enumerate(people)
        for source in person.get("sources", ())
    ]
    names = ("source", "record_id", "tuple_id")
    pq.write_table(
        pa.table({name: pa.array([key[at] for key in keys], pa.string()) for at, name in enumerate(names)}),
        folder / "identities.parquet",
    )


def find_levels(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    statistics: Statistics,
    pairs: list[tuple[Person, Person]],
) -> list[dict[str, int]]:
    """The level of each comparison of each pair, the first person on the left side."""
    people = [person for pair in pairs for person in pair]
    write_people(folder, people)
    make_features(con, project, folder, statistics)
    con.execute("CREATE OR REPLACE TEMP TABLE asked (l INTEGER, r INTEGER)")
    for place in range(len(pairs)):
        con.execute(f"INSERT INTO asked VALUES ({2 * place}, {2 * place + 1})")
    made = comparisons(statistics.sources)
    con.execute(f"SELECT * FROM ({compared('asked', FEATURES, made)}) ORDER BY node_l")
    patterns = con.fetchnumpy()["pattern"]
    return levels_of(made, patterns)


def levels_of(made: tuple[Comparison, ...], patterns: Any) -> list[dict[str, int]]:
    """Patterns as levels by name of comparison."""
    found = unpack(made, patterns)
    return [
        {comparison.name: int(levels[row]) for comparison, levels in zip(made, found, strict=True)}
        for row in range(len(patterns))
    ]
