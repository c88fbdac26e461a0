"""All that linkage knows of a snapshot, held so that a delivery can be worked into it.

Tuples have numbers of their own here, `node`, which are given once and never again: their place in `tuples` shifts
with every delivery. What is asked for by node is a NumPy array, what is asked for by value a table in the
schema `linkage_state` of the connection:

| table | row | columns |
|---|---|---|
| `records` | a linked record | source, record_id, node; base, plain and h: see below |
| `tuples` | a tuple | node, tuple_id |
| gone_records, persons, person_ids, id_ledger | | as in a snapshot |
`base` is the tuple_id that a record would have if it were not repeated, kept for sources with one record a person;
`plain` the one it would have without decisions; `h` a hash of source and record_id, by which records are found at
a third of the cost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage import ledger
from plainview.linkage.blocking import make_keys, rules_for
from plainview.linkage.blocks import Blocks, Flags, Ints
from plainview.linkage.collapse import LINKABLE, TUPLE_HASH
from plainview.linkage.components import connected
from plainview.linkage.decisions import read_decisions, records_apart
from plainview.linkage.feature_rows import FeatureRows, identity_of
from plainview.linkage.features import FEATURES, make_features, numbered
from plainview.linkage.fields import table
from plainview.linkage.model import MODEL, Model, read_model
from plainview.linkage.person_changes import NOBODY, Ids, load_ids
from plainview.linkage.score import to_probability
from plainview.project.specs import Project

SCHEMA = "linkage_state"
RECORDS = f"{SCHEMA}.records"
TUPLES = f"{SCHEMA}.tuples"

Floats = NDArray[np.float64]

_PERSON = "S14"  # what a person_id takes


@dataclass
class Links:
    """Pairs of tuples with a match probability of 1 % or more; `left` is the one whose tuple_id comes first."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    weight: Floats
    pattern: Ints

    def keep(self, kept: Flags) -> None:
        """Only these."""
        self.left, self.right = self.left[kept], self.right[kept]
        self.weight, self.pattern = self.weight[kept], self.pattern[kept]

    def add(self, left: Ints, right: Ints, weight: Floats, pattern: Ints) -> None:
        """And these."""
        self.left = np.r_[self.left, left.astype(np.int32)]
        self.right = np.r_[self.right, right.astype(np.int32)]
        self.weight, self.pattern = np.r_[self.weight, weight], np.r_[self.pattern, pattern]


@dataclass
class Nodes:
    """A row a node: is it there; its tuple_id as a number of 64 bits and one of 16; its sources and singles, as bits;
    its NHS number and birth date as numbers (0 for none); its component and its cluster, each as the
    number of one node in it; and, at the node that a cluster is named by, whose records they are.
    """

    alive: Flags
    high: NDArray[np.uint64]
    low: NDArray[np.uint16]
    sources: Ints
    singles: Ints
    nhs_number: NDArray[np.uint64]
    birth_date: NDArray[np.int32]
    component: NDArray[np.int32]
    cluster: NDArray[np.int32]
    person: NDArray[np.bytes_]

    def __len__(self) -> int:
        return len(self.alive)

    @classmethod
    def of(cls, con: duckdb.DuckDBPyConnection, features: str, first: int) -> Nodes:
        """Of the rows of the table `features`, numbered from `first` on; each alone, in a cluster of nobody's."""
        found = con.execute(
            f"SELECT ('0x' || left(tuple_id, 16))::UBIGINT AS high, ('0x' || right(tuple_id, 4))::USMALLINT AS low, "
            f"sources, singles, CASE WHEN nhs_number IS NULL THEN 0::UBIGINT ELSE hash(nhs_number) END AS nhs_number, "
            f"coalesce(datediff('day', DATE '0001-01-01', birth_date::DATE) + 1, 0)::INTEGER AS birth_date "
            f"FROM {features} ORDER BY node"
        ).fetchnumpy()
        size = len(found["high"])
        own = np.arange(first, first + size, dtype=np.int32)
        return cls(
            alive=np.ones(size, bool),
            component=own,
            cluster=own.copy(),
            person=np.zeros(size, _PERSON),
            **found,
        )

    def grow(self, others: Nodes) -> None:
        """Take in new nodes."""
        for name in self.__dataclass_fields__:
            setattr(self, name, np.concatenate([getattr(self, name), getattr(others, name)]))

    def ordered(self, left: Ints, right: Ints) -> tuple[Ints, Ints]:
        """The two of each pair in the order of their tuple_id."""
        turned = (self.high[left] > self.high[right]) | (
            (self.high[left] == self.high[right]) & (self.low[left] > self.low[right])
        )
        return np.where(turned, right, left), np.where(turned, left, right)

    def in_order(self, nodes: Ints) -> Ints:
        """`nodes` in order of tuple_id."""
        return nodes[np.lexsort((self.low[nodes], self.high[nodes]))]


@dataclass
class State:
    """See the head of this file. `folder` holds the model that all was weighed with."""

    con: duckdb.DuckDBPyConnection
    project: Project
    model: Model
    model_text: str
    ids: Ids
    nodes: Nodes
    rows: FeatureRows
    blocks: Blocks
    links: Links
    apart: set[tuple[str, str]] = field(default_factory=set)  # records with a tuple of their own by decision
    decided: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # nodes that decisions were about

    @classmethod
    def load(cls, con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> State:
        """From a snapshot's tables, `standardised` among them. One pass over all of them."""
        model = read_model(folder / MODEL)
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        make_features(con, project, folder, model.statistics)
        blocks = Blocks()
        load_keys(con, project, blocks, FEATURES, 0)
        nodes = Nodes.of(con, FEATURES, 0)
        rows = _load_tuples(con, folder)
        _load_records(con, project, folder)
        ids = load_ids(con, replace(Ids.of_folder(folder), index=NOBODY), SCHEMA)
        state = cls(con, project, model, model.as_json(), ids, nodes, rows, blocks, _load_links(con, folder))
        state.decided = _ever_decided(con, project)
        state.apart = _apart_then(con, state.decided)
        _load_clusters(state, folder)
        _load_persons(state, folder)
        return state

    def write(self, folder: Path) -> dict[str, int]:
        """`tuples`, `identities`, `links`, `clusters` and the tables of ids, as the stages would write them."""
        con, nodes = self.con, self.nodes
        there = nodes.in_order(np.flatnonzero(nodes.alive))
        rank = np.full(len(nodes), -1, np.int32)
        rank[there] = np.arange(len(there), dtype=np.int32)
        register(
            con,
            "placed",
            node=there.astype(np.int32),
            cluster=there[first_of_each(nodes.cluster[there].astype(np.int64))].astype(np.int32),
            person_id=as_texts(nodes.person[nodes.cluster[there]]),
        )
        con.register("all_features", self.rows.all())
        counts = {
            "tuples": _write(
                con,
                f"SELECT t.tuple_id, {identity_of('f')}, n.records FROM {TUPLES} t JOIN all_features f USING (node) "
                f"JOIN (SELECT node, count(*) AS records FROM {RECORDS} GROUP BY node) n USING (node)",
                "tuple_id",
                table(folder, "tuples"),
            ),
            "identities": _write(
                con,
                f"SELECT r.source, r.record_id, f.tuple_id FROM {RECORDS} r JOIN {TUPLES} f USING (node)",
                "source, record_id",
                table(folder, "identities"),
            ),
            "clusters": _write(
                con,
                f"SELECT f.tuple_id, c.tuple_id AS cluster FROM placed p JOIN {TUPLES} f ON f.node = p.node "
                f"JOIN {TUPLES} c ON c.node = p.cluster",
                "tuple_id",
                table(folder, "clusters"),
            ),
            "links": self._write_links(folder, rank),
        }
        counts["index"] = _write(
            con,
            f"SELECT r.source, r.record_id, p.person_id FROM {RECORDS} r JOIN placed p USING (node)",
            "source, record_id",
            table(folder, "index"),
        )
        for name, order in _ID_TABLES.items():
            counts[name] = _write(con, f'SELECT * FROM {SCHEMA}."{name}"', order, table(folder, name))
        con.unregister("placed")
        con.unregister("all_features")
        (folder / MODEL).write_text(self.model_text, "utf-8")
        return counts

    def _write_links(self, folder: Path, rank: NDArray[np.int32]) -> int:
        links = self.links
        register(
            self.con,
            "all_links",
            l=links.left,
            r=links.right,
            match_weight=links.weight,
            match_probability=to_probability(links.weight),
            pattern=links.pattern,
            node_l=rank[links.left],
            node_r=rank[links.right],
        )
        rows = _write(
            self.con,
            f"SELECT l.tuple_id AS tuple_l, r.tuple_id AS tuple_r, match_weight, match_probability, pattern, "
            f"node_l, node_r FROM all_links k JOIN {TUPLES} l ON l.node = k.l JOIN {TUPLES} r ON r.node = k.r",
            "node_l, node_r",
            table(folder, "links"),
        )
        self.con.unregister("all_links")
        return rows


_ID_TABLES = {
    "gone_records": "source, record_id",
    "persons": "person_id",
    "person_ids": "person_id",
    "id_ledger": ledger.ORDER,
}


def load_keys(
    con: duckdb.DuckDBPyConnection, project: Project, blocks: Blocks, features: str, first: int
) -> None:
    """Add the blocking keys of the table `features`, whose nodes are `first` and those after it."""
    make_keys(con, rules_for(project.spec.linkage.blocking), features)
    con.execute(f"SELECT count(*) FROM {features}")
    (size,) = con.fetchall()[0]
    found = con.execute("SELECT node, k, block::UTINYINT AS block FROM keys ORDER BY node").fetchnumpy()
    con.execute("DROP TABLE keys")
    blocks.add(first, int(size), found["node"].astype(np.int64), found["k"], found["block"])


def first_of_each(labels: Ints) -> Ints:
    """For each row the first row with its label."""
    _, at, back = np.unique(labels, return_index=True, return_inverse=True)
    return at[back]


def read_apart(con: duckdb.DuckDBPyConnection, project: Project, records: str) -> set[tuple[str, str]]:
    """The records that decisions give a tuple of their own; `records` is a relation like `RECORDS`."""
    if not read_decisions(project).records:
        return set()
    con.execute(
        f"FROM {records_apart(con, project, f'(SELECT source, record_id, plain AS tuple_id FROM {records})')}"
    )
    return {(source, record_id) for source, record_id in con.fetchall()}


def decided_nodes(con: duckdb.DuckDBPyConnection, project: Project) -> Ints:
    """The nodes of all records that decisions are about."""
    return _nodes_of(con, read_decisions(project).records)


def _ever_decided(con: duckdb.DuckDBPyConnection, project: Project) -> Ints:
    """The nodes of all records that decisions were ever about: some may be withdrawn since the snapshot was made."""
    lines = read_decisions(project).lines
    return _nodes_of(
        con, sorted({key for line in lines for key in (line.one, line.other) if key is not None})
    )


def _apart_then(con: duckdb.DuckDBPyConnection, decided: Ints) -> set[tuple[str, str]]:
    """The records that had a tuple of their own by decision when the snapshot was made; `decided` are nodes."""
    if not len(decided):
        return set()
    register(con, "ever_decided", node=decided.astype(np.int32))
    con.execute(
        f"SELECT r.source, r.record_id FROM {RECORDS} r SEMI JOIN ever_decided USING (node) "
        f"JOIN {TUPLES} t USING (node) WHERE r.plain <> t.tuple_id"
    )
    found = {(source, record_id) for source, record_id in con.fetchall()}
    con.unregister("ever_decided")
    return found


def _nodes_of(con: duckdb.DuckDBPyConnection, keys: Sequence[tuple[str, str]]) -> Ints:
    if not keys:
        return np.zeros(0, np.int64)
    con.register(
        "decided_keys", pa.table({"source": [k[0] for k in keys], "record_id": [k[1] for k in keys]})
    )
    found = con.execute(
        f"SELECT DISTINCT node FROM {RECORDS} JOIN decided_keys USING (source, record_id)"
    ).fetchnumpy()
    con.unregister("decided_keys")
    return np.sort(found["node"].astype(np.int64))


def _load_tuples(con: duckdb.DuckDBPyConnection, folder: Path) -> FeatureRows:
    rows = FeatureRows()
    rows.add(con, FEATURES, f"({numbered(folder)})")
    con.execute(f"CREATE OR REPLACE TABLE {TUPLES} AS SELECT node, tuple_id FROM {FEATURES}")
    con.execute(f"DROP TABLE {FEATURES}")
    return rows


def singles_of(project: Project) -> str:
    """SQL list of the sources with one record a person."""
    return ", ".join(literal(s.id) for s in project.sources if s.one_record_per_person) or "NULL"


def _load_records(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> None:
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE loaded AS
        SELECT source, record_id, CASE WHEN source IN ({singles_of(project)}) THEN {TUPLE_HASH} END AS base,
               {TUPLE_HASH} AS hash
        FROM {read_table(table(folder, "standardised"))} WHERE {LINKABLE}
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TABLE {RECORDS} AS
        SELECT l.source, l.record_id, l.base, {plain_of("hash")} AS plain, t.node,
               hash(l.source, l.record_id) AS h
        FROM (SELECT *, CASE WHEN base IS NULL THEN 1 ELSE
                  row_number() OVER (PARTITION BY source, base ORDER BY record_id) END AS occurrence FROM loaded) l
        JOIN {read_table(table(folder, "identities"))} i USING (source, record_id)
        JOIN {TUPLES} t ON t.tuple_id = i.tuple_id
        """
    )
    con.execute("DROP TABLE loaded")


def plain_of(base: str) -> str:
    """SQL of a record's tuple_id before decisions, of `base` and `occurrence`; see `collapse`."""
    return f"CASE WHEN occurrence > 1 THEN left(md5({base} || chr(30) || occurrence), 20) ELSE {base} END"


def _load_links(con: duckdb.DuckDBPyConnection, folder: Path) -> Links:
    found = con.execute(
        f"SELECT node_l, node_r, match_weight, pattern FROM {read_table(table(folder, 'links'))}"
    ).fetchnumpy()
    return Links(found["node_l"], found["node_r"], found["match_weight"], found["pattern"])


def _load_clusters(state: State, folder: Path) -> None:
    nodes, links = state.nodes, state.links
    strong = links.weight > 0
    bound = state.decided
    left, right = np.r_[links.left[strong], bound[:-1]], np.r_[links.right[strong], bound[1:]]
    nodes.component = first_of_each(connected(len(nodes), left, right)).astype(np.int32)
    found = state.con.execute(
        f"SELECT t.node, c.node AS cluster FROM {read_table(table(folder, 'clusters'))} k "
        f"JOIN {TUPLES} t ON t.tuple_id = k.tuple_id JOIN {TUPLES} c ON c.tuple_id = k.cluster"
    ).fetchnumpy()
    nodes.cluster[found["node"]] = found["cluster"]


def _load_persons(state: State, folder: Path) -> None:
    found = state.con.execute(
        f"SELECT DISTINCT r.node, i.person_id FROM {read_table(table(folder, 'index'))} i "
        f"JOIN {RECORDS} r USING (source, record_id)"
    ).fetchnumpy()
    state.nodes.person[state.nodes.cluster[found["node"]]] = found["person_id"].astype(_PERSON)


def as_texts(values: NDArray[np.bytes_]) -> Any:
    """Fixed-width bytes as text."""
    return pa.array(values.astype("U"), pa.string())


def register(con: duckdb.DuckDBPyConnection, name: str, **columns: Any) -> None:
    """Show columns to SQL as the relation `name`, until it is unregistered."""
    con.register(name, pa.table(columns))


def _write(con: duckdb.DuckDBPyConnection, query: str, order: str, path: Path) -> int:
    """By way of a table, as `persons` does: a plan must not decide which columns are required."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE to_write AS {query}")
    rows = write_table(con, f"SELECT * FROM to_write ORDER BY {order}", path)
    con.execute("DROP TABLE to_write")
    return rows
