"""What the comparison of two tuples must know of all tuples: how common names are, and the list of sources.

These figures are taken once, when a model is trained, and kept in it. So what two tuples are worth depends on
those two and the model alone: a new delivery changes no other pair, and a part of the work gives what the whole
would.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.fields import table
from plainview.project.specs import Project

BANDS = {"first_name": (5e-5, 5e-4, 4e-3), "last_name": (3e-5, 2e-4, 1.5e-3)}
"""Per name field the shares of tuples from which a name is in band 1, 2 and 3; all others are in band 0, rare."""

FEWEST = 10
"""Names on fewer tuples, or with fewer birth dates (places where no birth date is known), are never listed: a list of
rare names would name people, and one person may have ten tuples."""

SOURCES = 62
"""So many sources at most are told apart, as bits of one number: those with one record a person first, then
those with the most records."""


@dataclass(frozen=True)
class Statistics:
    """`tuples` looked at; `bands` of common names, by field and name; `sources` in the order of their bits."""

    tuples: int
    bands: dict[str, dict[str, int]]
    sources: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As plain data, names in order, for the model file."""
        bands = {field: dict(sorted(names.items())) for field, names in self.bands.items()}
        return {"tuples": self.tuples, "sources": list(self.sources), "bands": bands}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Statistics:
        """Read what `as_dict` made."""
        bands = {field: {name: int(band) for name, band in data["bands"][field].items()} for field in BANDS}
        return cls(int(data["tuples"]), bands, tuple(data["sources"]))

    def table(self, field: str) -> pa.Table:
        """The bands of one field as a table: name, band."""
        names = self.bands.get(field, {})
        columns = {
            "name": pa.array(names.keys(), pa.string()),
            "band": pa.array(names.values(), pa.int8()),
        }
        return pa.table(columns)


def take_statistics(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> Statistics:
    """From `tuples` and `identities`."""
    con.execute(f"SELECT count(*) FROM {read_table(table(folder, 'tuples'))}")
    (tuples,) = con.fetchall()[0]
    return Statistics(
        tuples=int(tuples),
        bands={field: _bands(con, folder, field, int(tuples)) for field in BANDS},
        sources=_sources(con, project, folder),
    )


def _bands(con: duckdb.DuckDBPyConnection, folder: Path, field: str, tuples: int) -> dict[str, int]:
    con.execute(
        f"SELECT {field}, count(*) AS n FROM {read_table(table(folder, 'tuples'))} "
        f"WHERE {field} IS NOT NULL GROUP BY {field} HAVING n >= {FEWEST} "
        f"AND count(DISTINCT coalesce(birth_date::VARCHAR, place, tuple_id)) >= {FEWEST} ORDER BY {field}"
    )
    shares = [(name, n / tuples) for name, n in con.fetchall()]
    found = {name: sum(share >= edge for edge in BANDS[field]) for name, share in shares}
    return {name: band for name, band in found.items() if band}


def _sources(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> tuple[str, ...]:
    single = ", ".join(literal(s.id) for s in project.sources if s.one_record_per_person) or "NULL"
    con.execute(
        f"SELECT source FROM {read_table(table(folder, 'identities'))} GROUP BY source "
        f"ORDER BY coalesce(source IN ({single}), false) DESC, count(*) DESC, source LIMIT {SOURCES}"
    )
    return tuple(sorted(row[0] for row in con.fetchall()))
