"""The features of all tuples, held so that those of a few can be taken without a look at the rest."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plainview.linkage.blocks import Ints
from plainview.linkage.fields import IDENTITY

_MOST_SEGMENTS = 12


class FeatureRows:
    """A row a node, in order of node; each delivery adds a segment. Columns: those of `features.make_features`, and
    the identity fields that it leaves out.
    """

    def __init__(self) -> None:
        self._segments: list[pa.Table] = []

    def add(self, con: duckdb.DuckDBPyConnection, features: str, tuples: str) -> None:
        """Take in the table `features`, of new nodes; `tuples` is a relation of tuple_id and the identity fields."""
        con.execute(f"DESCRIBE {features}")
        there = {row[0] for row in con.fetchall()}
        others = "".join(f", t.{name}" for name in IDENTITY if name not in there)
        joined = f"{features} f JOIN {tuples} t USING (tuple_id)" if others else f"{features} f"
        rows = con.sql(f"SELECT f.* {others} FROM {joined} ORDER BY f.node").to_arrow_table()
        self._segments.append(rows.combine_chunks())
        if len(self._segments) > _MOST_SEGMENTS:
            later = pa.concat_tables(self._segments[1:]).combine_chunks()
            self._segments = [self._segments[0], later]

    def take(self, nodes: Ints) -> pa.Table:
        """The rows of `nodes`, in order of node."""
        wanted, start, found = np.sort(nodes), 0, []
        for segment in self._segments:
            end = start + len(segment)
            here = wanted[np.searchsorted(wanted, start) : np.searchsorted(wanted, end)]
            found.append(pc.take(segment, pa.array(here - start, pa.int64())))
            start = end
        return pa.concat_tables(found)

    def all(self) -> pa.Table:
        """All rows, those of tuples that are gone too."""
        return pa.concat_tables(self._segments)


def identity_of(alias: str, fields: Iterable[str] = IDENTITY) -> str:
    """SQL of the identity fields of a row of features, as `tuples` has them."""
    return ", ".join(
        f"{alias}.{name}::DATE AS {name}" if name == "birth_date" else f"{alias}.{name}" for name in fields
    )
