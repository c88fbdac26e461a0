"""Linkage of a delivery: only what it changes is worked out anew, and the result is that of a full run.

With a model that is kept, what two tuples are worth depends on those two and the model. So a delivery
touches the pairs of tuples that came, went or are now held by other sources; the pairs of blocks that it made
too large, or small enough, to be worth comparing; and the components that these reach.

That the tables are those of a full run is tested on many invented deliveries (`test_delta.py`), and not proven. It
rests on rules that stand twice, here and in a stage: bits of sources (`features`), weights within a component
(`cluster`), repeated records (`collapse`). Who changes one changes both, and runs that test with more examples.
"""

from __future__ import annotations

import datetime as dt
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from plainview.engine.tables import read_table
from plainview.linkage.blocks import Ints, flags
from plainview.linkage.delta_clusters import recluster, seeds_of
from plainview.linkage.delta_links import replace_links
from plainview.linkage.delta_records import Touched, move_records
from plainview.linkage.fields import IDENTITY, table
from plainview.linkage.person_changes import apply_changes, assign_changed, drop_changes
from plainview.linkage.state import RECORDS, SCHEMA, State, as_texts, register
from plainview.project.specs import Project

_FIELDS = ", ".join(IDENTITY)


@dataclass
class Timer:
    """Seconds by phase: of the processors (`cpu_s`), and that passed (`wall_s`)."""

    phases: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Time what stands within."""
        cpu, wall = time.process_time(), time.monotonic()
        yield
        took = {"cpu_s": time.process_time() - cpu, "wall_s": time.monotonic() - wall}
        self.phases[name] = {unit: round(seconds, 3) for unit, seconds in took.items()}


def relink(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    previous: Path,
    as_of: dt.date | None = None,
) -> dict[str, Any]:
    """The tables of a snapshot from those of the one before, made with the same model, declarations and code.

    `folder` has `standardised`; `previous` has it too, and all that linkage made of it. Writes `tuples`, `identities`,
    `links`, `clusters`, `model.json` and the tables of ids. Counts: as `apply`, with `phases`: the seconds taken to
    `load` what was known, to `find` what changed, to `apply` it and to `write`.
    """
    timer = Timer()
    with timer.phase("load"):
        state = State.load(con, project, previous)
    with timer.phase("find"):
        changed, gone = find_changes(con, folder, previous)
    with timer.phase("apply"):
        counts = apply(state, changed, gone, scratch=folder / ".delta", as_of=as_of)
    with timer.phase("write"):
        state.write(folder)
    con.execute("DROP TABLE came; DROP TABLE went; DROP SCHEMA " + SCHEMA + " CASCADE")
    return counts | {"phases": timer.phases}


def find_changes(con: duckdb.DuckDBPyConnection, folder: Path, previous: Path) -> tuple[str, str]:
    """The records of `standardised` that are new or not as they were, and those that are gone, as queries.

    They stand on the temporary tables `came` and `went`.
    """
    now, then = (
        f"(SELECT source, record_id, hash({_FIELDS}) AS h FROM {read_table(table(place, 'standardised'))})"
        for place in (folder, previous)
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE differing AS SELECT source, record_id, a.h IS NOT NULL AS there "
        f"FROM {now} a FULL JOIN {then} b USING (source, record_id) WHERE a.h IS DISTINCT FROM b.h"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE came AS SELECT s.* FROM {read_table(table(folder, 'standardised'))} s "
        f"SEMI JOIN (FROM differing WHERE there) d USING (source, record_id)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE went AS SELECT source, record_id FROM differing WHERE NOT there"
    )
    con.execute("DROP TABLE differing")
    return "SELECT * FROM came", "SELECT * FROM went"


def apply(
    state: State,
    changed: str,
    gone: str,
    *,
    scratch: Path,
    as_of: dt.date | None = None,
    timer: Timer | None = None,
) -> dict[str, Any]:
    """Work a delivery into `state`.

    `changed` is SQL of rows of `standardised` that are new or were others before; `gone` of (source, record_id)
    of those that are no more. `scratch` is a folder for small tables, which is gone afterwards. Counts:
    `records` told of, `tuples` touched, `pairs` compared, `reached` tuples in components that were clustered
    anew, and those of `assign_changed`. If it fails, `state` is worth nothing any more and is to be loaded again.
    """
    timer = timer or Timer()
    try:
        with timer.phase("records"):
            told, touched = move_records(state, changed, gone, scratch)
        with timer.phase("links"):
            pairs, seeds = replace_links(state, touched)
        with timer.phase("clusters"):
            before = state.nodes.cluster.astype(np.int64)
            reached = recluster(state, np.concatenate([seeds, seeds_of(state, touched)]), scratch)
        with timer.phase("ids"):
            churn = _assign(state, before, touched, as_of)
    finally:  # the small tables hold personal data
        shutil.rmtree(scratch, ignore_errors=True)
    for name in ("told", "next_records", "incoming", "leaving_tuples"):
        state.con.execute(f"DROP TABLE IF EXISTS {name}")
    return {"records": told, "tuples": len(touched.nodes), "pairs": pairs, "reached": reached} | churn


def _altered(state: State, before: Ints, touched: Touched) -> Ints:
    """The nodes in clusters whose records are not what they were; `before` has the cluster of each node till now."""
    nodes, size = state.nodes, len(state.nodes)
    then = nodes.alive | flags(size, touched.gone)
    moved = np.flatnonzero(nodes.cluster != before)
    changed = flags(size, nodes.cluster[touched.nodes].astype(np.int64))
    changed[nodes.cluster[moved]] = True
    changed[nodes.cluster[np.flatnonzero(flags(size, before[moved])[before] & then)]] = True
    return np.flatnonzero(changed[nodes.cluster] & nodes.alive)


def _assign(state: State, before: Ints, touched: Touched, as_of: dt.date | None) -> dict[str, int]:
    """Ids for the clusters whose records changed.

    Who held a record is known by its tuple: `index_part` is the part of the index that is asked for.
    """
    con, nodes = state.con, state.nodes
    altered = _altered(state, before, touched)
    register(
        con,
        "altered",
        node=altered.astype(np.int32),
        cluster=nodes.cluster[altered],
        person_id=as_texts(nodes.person[before[altered]]),
    )
    register(
        con,
        "left_nodes",
        node=touched.nodes.astype(np.int32),
        person_id=as_texts(nodes.person[before[touched.nodes]]),
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE altered_records AS SELECT r.source, r.record_id, "
        f"a.cluster::VARCHAR AS cluster, a.person_id FROM {RECORDS} r JOIN altered a USING (node)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE index_part AS SELECT source, record_id, person_id FROM altered_records "
        "ANTI JOIN next_records USING (source, record_id) "
        "UNION ALL SELECT l.source, l.record_id, n.person_id FROM leaving_tuples l JOIN left_nodes n USING (node)"
    )
    ids = replace(state.ids, index="index_part")
    churn = assign_changed(
        con,
        ids,
        changed="SELECT source, record_id, cluster FROM altered_records",
        gone="SELECT source, record_id FROM told ANTI JOIN next_records USING (source, record_id)",
        authority=state.project.spec.authority.name,
        as_of=as_of,
    )
    found = con.execute("SELECT cluster::INTEGER AS cluster, person_id FROM assigned").fetchnumpy()
    nodes.person[found["cluster"]] = found["person_id"].astype(nodes.person.dtype)
    apply_changes(con, ids, index=False)
    drop_changes(con)
    con.unregister("altered")
    con.unregister("left_nodes")
    con.execute("DROP TABLE altered_records; DROP TABLE index_part")
    return churn
