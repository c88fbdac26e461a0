"""What is known of ids, remembered across snapshots.

Each snapshot holds all that was known when it was built, so two of them say everything: that which serves, and
the newest, if somebody went back to an older one.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from plainview.build.snapshots import Snapshot, current_snapshot, list_snapshots
from plainview.build.stages import SCRATCH, Counts, Work
from plainview.engine.tables import write_table
from plainview.linkage import ledger
from plainview.linkage.person_changes import Ids
from plainview.linkage.persons import assign_persons


def why_assign_again(root: Path) -> str:
    """A reason to give ids anew although nothing changed: a newer snapshot knows more than the one that serves."""
    return "a newer snapshot knows of more people" if len(_remembering(root)) > 1 else ""


def assign_from_registries(work: Work, as_of: dt.date | None = None) -> Counts:
    """The stage `persons`. `as_of` is the day the snapshot speaks of, for the ledger.

    What is known of ids is read but is no input: with all else equal to the serving snapshot it changes nothing.
    """
    snapshots = _remembering(work.project.root)
    known = _merge(work, snapshots, as_of) if snapshots else None
    return assign_persons(work.con, work.project, work.folder, known, as_of)


def _remembering(root: Path) -> list[Snapshot]:
    """The snapshot that serves, then the newest if it is another."""
    serving, every = current_snapshot(root), list_snapshots(root)
    found = {snapshot.id: snapshot for snapshot in (serving, *every[-1:]) if snapshot is not None}
    return list(found.values())


def _merge(work: Work, snapshots: list[Snapshot], as_of: dt.date | None) -> Path:
    """A folder with all that is known; where two differ the serving one is right. No id in either is forgotten."""
    if len(snapshots) == 1:
        return snapshots[0].folder
    serving, newest = (Ids.of_folder(snapshot.folder) for snapshot in snapshots)
    folder = work.folder / SCRATCH / "ids"
    _write(work, f"SELECT * FROM {serving.index}", "source, record_id", folder / "index.parquet")
    _write(work, f"SELECT * FROM {serving.persons}", "person_id", folder / "persons.parquet")
    records = " UNION ALL ".join(
        f"SELECT {place} AS place, source, record_id, person_id FROM {relation}"
        for place, relation in enumerate((serving.gone, newest.index, newest.gone))
    )
    _write(
        work,
        f"SELECT g.source, g.record_id, arg_min(g.person_id, g.place) AS person_id FROM ({records}) g "
        f"ANTI JOIN {serving.index} i USING (source, record_id) GROUP BY g.source, g.record_id",
        "source, record_id",
        folder / "gone_records.parquet",
    )
    ids = f"SELECT * FROM {serving.person_ids} UNION ALL SELECT * FROM {newest.person_ids}"
    _write(
        work,
        f"SELECT person_id, min(generation) AS generation FROM ({ids}) GROUP BY person_id",
        "person_id",
        folder / "person_ids.parquet",
    )
    _tell_going_back(work, serving, newest, as_of)
    _write(
        work,
        f"SELECT * FROM {newest.ledger} UNION ALL SELECT * FROM ledger_events",
        ledger.ORDER,
        folder / "id_ledger.parquet",
    )
    return folder


def _tell_going_back(work: Work, serving: Ids, newest: Ids, as_of: dt.date | None) -> None:
    """`ledger_events` of going from the newest snapshot back to the one that serves: a build like any other."""
    con = work.con
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE moves AS
        SELECT n.person_id, s.person_id AS other_person_id, count(*) AS records
        FROM (SELECT source, record_id, person_id FROM {newest.index}
              UNION ALL SELECT source, record_id, person_id FROM {newest.gone}) n
        JOIN {serving.index} s USING (source, record_id) WHERE n.person_id <> s.person_id GROUP BY ALL
        """
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE before AS SELECT person_id, records FROM {newest.persons}; "
        f"CREATE OR REPLACE TEMP TABLE after AS SELECT person_id, records, false AS minted FROM {serving.persons}"
    )
    con.execute(f"SELECT coalesce(max(generation), 0) + 1 FROM {newest.ledger}")
    ledger.collect_events(con, int(con.fetchall()[0][0]), as_of)


def _write(work: Work, query: str, order: str, path: Path) -> None:
    write_table(work.con, f"SELECT * FROM ({query}) ORDER BY {order}", path)
