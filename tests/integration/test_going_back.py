"""People keep their ids when somebody goes back to an older snapshot, or when the link to it is lost."""

from pathlib import Path

import duckdb
import pytest
from small_projects import change_a_delivery, make_people, make_small_project, write_delivery

from plainview import api
from plainview.build.snapshots import list_snapshots
from plainview.project.errors import UserError


def ids(project: Path) -> dict[tuple[str, str], str]:
    index = project / "snapshots/current/index.parquet"
    rows = duckdb.sql(f"SELECT source, record_id, person_id FROM '{index}'").fetchall()
    return {(source, record_id): person_id for source, record_id, person_id in rows}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two snapshots; people of the second were never in the first, and one of them was found in another's place."""
    folder = make_small_project(tmp_path / "project")
    api.build(folder)
    change_a_delivery(folder)
    api.build(folder)
    # An equal record with a smaller key joins a known person: their id must not be derived from it anew.
    rows = [[f"s{place:04}", *person] for place, person in enumerate(make_people(70)[20:])]
    write_delivery(folder, "school", "2026-11-09", [*rows, ["a0000", *make_people(70)[-1]]])
    api.build(folder)
    return folder


def test_ids_survive_going_back_and_building(project: Path) -> None:
    before = ids(project)
    api.use(project, list_snapshots(project)[0].id)
    assert ids(project) != before
    plan = {stage.name: stage.reason for stage in api.plan(project)}
    assert plan["persons"] == "a newer snapshot knows of more people"
    api.build(project)
    assert ids(project) == before
    assert not api.build(project).new


def test_every_id_ever_given_resolves_after_going_back(project: Path) -> None:
    ever = {
        row[0]
        for snapshot in list_snapshots(project)
        for row in duckdb.sql(f"SELECT person_id FROM '{snapshot.table('persons')}'").fetchall()
    }
    api.use(project, list_snapshots(project)[0].id)
    api.build(project)
    used = set(ids(project).values())
    for person_id in sorted(ever):
        found = api.person(project, person_id)
        assert set(found.current) <= used
        assert (person_id in found.current) == (person_id in used)
        assert found.current or "is retired" in found.reason


def test_ids_survive_a_lost_link(project: Path) -> None:
    before = ids(project)
    link = project / "snapshots/current"
    link.unlink()
    link.symlink_to("gone")
    api.build(project)
    assert ids(project) == before


def test_a_link_that_became_a_folder_is_told(project: Path) -> None:
    link = project / "snapshots/current"
    link.unlink()
    link.mkdir()
    with pytest.raises(UserError, match="It is a copy of a snapshot: delete it, then build again"):
        api.build(project)


def test_a_damaged_manifest_makes_no_snapshot(project: Path) -> None:
    before = ids(project)
    newest = list_snapshots(project)[-1]
    (newest.folder / "manifest.json").chmod(0o644)
    (newest.folder / "manifest.json").write_text("{", encoding="utf-8")
    assert len(list_snapshots(project)) == 2
    api.build(project)
    assert len(ids(project)) == len(before)
