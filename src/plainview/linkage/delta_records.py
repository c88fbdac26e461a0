"""The records of a delivery: the tuples they leave and the tuples they come to, new ones among them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from plainview.engine.tables import write_table
from plainview.linkage.blocks import Ints
from plainview.linkage.collapse import LINKABLE, TUPLE_HASH
from plainview.linkage.feature_rows import identity_of
from plainview.linkage.features import FEATURES, make_features, source_bits
from plainview.linkage.fields import IDENTITY, table
from plainview.linkage.state import (
    RECORDS,
    TUPLES,
    Nodes,
    State,
    load_keys,
    plain_of,
    read_apart,
    register,
    singles_of,
)

_FIELDS = ", ".join(IDENTITY)

_TOLD = "(FROM told UNION SELECT source, record_id FROM next_records)"


@dataclass
class Touched:
    """Nodes that a delivery touches, each list in order: all whose records came or went; of those the ones that are
    `new`, the ones that are `gone`, and the others whose sources are now others.
    """

    nodes: Ints
    new: Ints
    gone: Ints
    changed: Ints


def move_records(state: State, changed: str, gone: str, scratch: Path) -> tuple[int, Touched]:
    """Records to their tuples, old and new."""
    con = state.con
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE incoming AS SELECT source, record_id, {_FIELDS}, {TUPLE_HASH} AS hash "
        f"FROM ({changed}) WHERE {LINKABLE}"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE told AS SELECT source, record_id FROM ({changed}) "
        f"UNION SELECT source, record_id FROM ({gone})"
    )
    _next_records(state)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE told_hashes AS SELECT DISTINCT hash(source, record_id) AS h FROM {_TOLD}"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE near AS SELECT r.source, r.record_id, r.node, r.rowid AS row "
        f"FROM {RECORDS} r SEMI JOIN told_hashes USING (h)"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE leaving_tuples AS SELECT r.* FROM near r "
        f"SEMI JOIN {_TOLD} t USING (source, record_id)"
    )
    first = len(state.nodes)
    _name_new_tuples(con, first)
    con.execute(f"DELETE FROM {RECORDS} WHERE rowid IN (SELECT row FROM leaving_tuples)")
    con.execute(
        f"INSERT INTO {RECORDS} SELECT source, record_id, base, plain, node, hash(source, record_id) "
        f"FROM next_records "
        f"JOIN named_tuples USING (tuple_id)"
    )
    _take_in_tuples(state, first, scratch)
    touched = _touched(state, first)
    con.execute("DROP TABLE named_tuples; DROP TABLE told_hashes; DROP TABLE near")
    con.execute("SELECT count(*) FROM told")
    return int(con.fetchall()[0][0]), touched


def _next_records(state: State) -> None:
    """The temporary table `next_records`: source, record_id, base, plain, tuple_id of all records that came or changed,
    and of others whose tuple changes with them: repeated records of a source with one record a person, and
    records that decisions give a tuple of their own.
    """
    con, single = state.con, singles_of(state.project)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE next_records AS SELECT source, record_id, NULL::VARCHAR AS base, hash AS plain, "
        f"hash AS tuple_id FROM incoming WHERE coalesce(source NOT IN ({single}), true)"
    )
    if single != "NULL":
        _number_repeats(con, single)
    apart = _apart_next(state)
    if apart or state.apart:
        _set_apart(state, apart)


def _number_repeats(con: duckdb.DuckDBPyConnection, single: str) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE repeating AS "
        f"SELECT r.source, r.base FROM {RECORDS} r SEMI JOIN told USING (source, record_id) WHERE r.base IS NOT NULL "
        f"UNION SELECT source, hash FROM incoming WHERE source IN ({single})"
    )
    con.execute(
        f"""
        INSERT INTO next_records
        SELECT source, record_id, base, {plain_of("base")} AS now, now FROM (
            SELECT *, row_number() OVER (PARTITION BY source, base ORDER BY record_id) AS occurrence FROM (
                SELECT r.source, r.record_id, r.base, r.plain FROM {RECORDS} r
                SEMI JOIN repeating USING (source, base)
                ANTI JOIN told t ON t.source = r.source AND t.record_id = r.record_id
                UNION ALL
                SELECT source, record_id, hash, NULL FROM incoming WHERE source IN ({single})
            )
        ) WHERE plain IS DISTINCT FROM {plain_of("base")}
        """
    )
    con.execute("DROP TABLE repeating")


def _apart_next(state: State) -> set[tuple[str, str]]:
    after = (
        f"(SELECT source, record_id, plain FROM {RECORDS} ANTI JOIN "
        f"{_TOLD} USING (source, record_id) "
        f"UNION ALL SELECT source, record_id, plain FROM next_records)"
    )
    return read_apart(state.con, state.project, after)


def _set_apart(state: State, apart: set[tuple[str, str]]) -> None:
    """Records that decisions now set apart, or no longer do, change their tuples too."""
    con, other = state.con, sorted(apart ^ state.apart)
    register(con, "flipping", source=_texts(other, 0), record_id=_texts(other, 1))
    con.execute(
        f"INSERT INTO next_records SELECT r.source, r.record_id, r.base, r.plain, r.plain FROM {RECORDS} r "
        f"SEMI JOIN flipping USING (source, record_id) ANTI JOIN "
        f"{_TOLD} t ON t.source = r.source AND t.record_id = r.record_id"
    )
    con.unregister("flipping")
    register(con, "now_apart", source=_texts(sorted(apart), 0), record_id=_texts(sorted(apart), 1))
    con.execute(
        "UPDATE next_records n SET tuple_id = "
        "left(md5(plain || chr(29) || n.source || chr(29) || n.record_id), 20) "
        "FROM now_apart a WHERE a.source = n.source AND a.record_id = n.record_id"
    )
    con.unregister("now_apart")
    state.apart = apart


def _texts(keys: list[tuple[str, str]], place: int) -> Any:
    return pa.array([key[place] for key in keys], pa.string())


def _name_new_tuples(con: duckdb.DuckDBPyConnection, first: int) -> None:
    """The temporary table `named_tuples`: tuple_id and node of the tuples of `next_records`; new ones from `first` on,
    in order of tuple_id."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE named_tuples AS
        SELECT n.tuple_id, coalesce(f.node, {first} - 1
                   + row_number() OVER (PARTITION BY f.node IS NULL ORDER BY n.tuple_id))::INTEGER AS node
        FROM (SELECT DISTINCT tuple_id FROM next_records) n LEFT JOIN {TUPLES} f USING (tuple_id)
        """
    )


def _take_in_tuples(state: State, first: int, scratch: Path) -> None:
    """Features and blocking keys of the new tuples of `named_tuples`."""
    con = state.con
    con.execute(f"SELECT count(*) FROM named_tuples WHERE node >= {first}")
    if not con.fetchall()[0][0]:
        return
    small = scratch / "new"
    fields = ", ".join(f"i.{name}" for name in IDENTITY)
    con.register("leaving_features", state.rows.take(_leaving(con)))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE new_tuples AS SELECT DISTINCT ON (tuple_id) * FROM (
            SELECT w.tuple_id, {fields} FROM named_tuples w JOIN next_records n USING (tuple_id)
            JOIN incoming i ON i.source = n.source AND i.record_id = n.record_id WHERE w.node >= {first}
            UNION ALL
            SELECT w.tuple_id, {identity_of("f")} FROM named_tuples w JOIN next_records n USING (tuple_id)
            JOIN leaving_tuples l ON l.source = n.source AND l.record_id = n.record_id
            ANTI JOIN told i ON i.source = n.source AND i.record_id = n.record_id
            JOIN leaving_features f ON f.node = l.node WHERE w.node >= {first}
        )
        """
    )
    con.unregister("leaving_features")
    write_table(
        con, "SELECT *, 1::BIGINT AS records FROM new_tuples ORDER BY tuple_id", table(small, "tuples")
    )
    write_table(
        con,
        f"SELECT n.source, n.record_id, n.tuple_id FROM next_records n JOIN named_tuples w USING (tuple_id) "
        f"WHERE w.node >= {first} ORDER BY n.source, n.record_id",
        table(small, "identities"),
    )
    make_features(con, state.project, small, state.model.statistics)
    con.execute(f"UPDATE {FEATURES} SET node = node + {first}")
    con.execute(f"INSERT INTO {TUPLES} SELECT node, tuple_id FROM {FEATURES}")
    state.rows.add(con, FEATURES, "new_tuples")
    state.nodes.grow(Nodes.of(con, FEATURES, first))
    load_keys(con, state.project, state.blocks, FEATURES, first)
    con.execute(f"DROP TABLE {FEATURES}; DROP TABLE new_tuples")


def _leaving(con: duckdb.DuckDBPyConnection) -> Ints:
    """The nodes until now of records of which nothing was told, but that change their tuple with others."""
    found = con.execute(
        "SELECT DISTINCT node FROM leaving_tuples ANTI JOIN told USING (source, record_id)"
    ).fetchnumpy()
    nodes: Ints = found["node"].astype(np.int64)
    return nodes


def _touched(state: State, first: int) -> Touched:
    """And bring the sources of the touched tuples up to date, in the bits that `features` gives them."""
    con, nodes = state.con, state.nodes
    bits, alone = source_bits(state.project, state.model.statistics)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE touched_nodes AS "
        "SELECT node FROM leaving_tuples UNION SELECT node FROM named_tuples"
    )
    found = con.execute(
        f"""
        SELECT t.node, r.node IS NOT NULL AS there,
               coalesce(r.sources, 0) AS sources, coalesce(r.singles, 0) AS singles
        FROM touched_nodes t LEFT JOIN (
            SELECT node, bit_or({bits}) AS sources, bit_or({alone}) AS singles
            FROM {RECORDS} SEMI JOIN touched_nodes USING (node) GROUP BY node
        ) r USING (node) ORDER BY t.node
        """
    ).fetchnumpy()
    node, there = found["node"].astype(np.int64), found["there"]
    other = (nodes.sources[node] != found["sources"]) | (nodes.singles[node] != found["singles"])
    nodes.sources[node], nodes.singles[node] = found["sources"], found["singles"]
    nodes.alive[node] = there
    gone = node[~there]
    if len(gone):
        register(con, "dead", node=gone.astype(np.int32))
        con.execute(f"DELETE FROM {TUPLES} WHERE node IN (SELECT node FROM dead)")
        con.unregister("dead")
    con.execute("DROP TABLE touched_nodes")
    return Touched(node, node[node >= first], gone, node[there & other & (node < first)])
