"""Which person every record ever seen belongs to, remembered across snapshots.

Each snapshot's registry holds all that was known when it was built, so two of them say everything: that of
the snapshot that serves, and that of the newest, if somebody went back to an older one.
"""

from __future__ import annotations

from pathlib import Path

from plainview.build.snapshots import Snapshot, current_snapshot, list_snapshots
from plainview.build.stages import SCRATCH, Counts, Work
from plainview.engine.tables import read_table, write_table
from plainview.linkage.persons import assign_persons


def why_assign_again(root: Path) -> str:
    """A reason to give ids anew although nothing changed: a newer snapshot knows more than the one that serves."""
    return "a newer snapshot knows of more people" if len(_remembering(root)) > 1 else ""


def assign_from_registries(work: Work) -> Counts:
    """The stage `persons`.

    The registries are read but are no input: with all else equal to the serving snapshot they change nothing.
    """
    snapshots = _remembering(work.project.root)
    registry = _merge(work, snapshots) if snapshots else None
    return dict(assign_persons(work.con, work.project, work.folder, registry))


def _remembering(root: Path) -> list[Snapshot]:
    """The snapshot that serves, then the newest if it is another."""
    serving, every = current_snapshot(root), list_snapshots(root)
    found = {snapshot.id: snapshot for snapshot in (serving, *every[-1:]) if snapshot is not None}
    return list(found.values())


def _merge(work: Work, snapshots: list[Snapshot]) -> Path:
    """One registry of all; where two differ the serving one is right. No id in either is forgotten."""
    if len(snapshots) == 1:
        return snapshots[0].table("registry")
    folder = work.folder / SCRATCH
    tables = list(enumerate(snapshots))
    records = " UNION ALL ".join(
        f"SELECT {p} AS place, * FROM {read_table(s.table('registry'))}" for p, s in tables
    )
    ids = " UNION ALL ".join(f"SELECT * FROM {read_table(s.table('person_ids'))}" for _, s in tables)
    write_table(
        work.con,
        f"SELECT source, record_id, arg_min(person_id, place) AS person_id FROM ({records}) "
        "GROUP BY source, record_id ORDER BY source, record_id",
        folder / "registry.parquet",
    )
    write_table(
        work.con,
        f"SELECT person_id, min(generation) AS generation FROM ({ids}) GROUP BY person_id ORDER BY person_id",
        folder / "person_ids.parquet",
    )
    return folder / "registry.parquet"
