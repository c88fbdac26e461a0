"""A project keeps to its model: builds train nothing and change no id, until the file is deleted."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from small_projects import make_people, make_small_project, write_delivery

from plainview import api
from plainview.linkage.model import MODEL, PROJECT_MODEL
from plainview.project.errors import UserError


def ids(project: Path) -> dict[tuple[str, str], str]:
    index = project / "snapshots/current/index.parquet"
    rows = duckdb.sql(f"SELECT source, record_id, person_id FROM '{index}'").fetchall()
    return {(source, record_id): person_id for source, record_id, person_id in rows}


def training(project: Path) -> dict[str, Any]:
    counts: dict[str, Any] = api.serving(project).manifest["stages"]["train"]["counts"]
    return counts


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_small_project(tmp_path_factory.mktemp("kept") / "project", people=600)
    api.build(folder)
    return folder


def test_a_project_keeps_to_its_model_until_it_is_deleted(project: Path) -> None:
    assert training(project)["fitted"] == 1
    kept = (project / PROJECT_MODEL).read_bytes()
    before = ids(project)

    assert not api.build(project).new  # nothing changed, so nothing is trained
    forced = api.build(project, force=True)
    assert training(project)["fitted"] == training(project)["rounds"] == 0
    assert forced.snapshot.manifest["stages"]["persons"]["counts"]["minted"] == 0
    assert ids(project) == before

    more = [[f"s{place:04}", *person] for place, person in enumerate(make_people(700)[200:])]
    write_delivery(project, "school", "2026-11-02", more)
    api.build(project)
    assert (project / PROJECT_MODEL).read_bytes() == kept
    assert (api.serving(project).folder / MODEL).read_bytes() == kept
    later = ids(project)
    assert {key: later[key] for key in before} == before

    (project / PROJECT_MODEL).unlink()
    plan = {stage.name: stage.reason for stage in api.plan(project)}
    assert plan["statistics"] == plan["train"] == "there is no model/linkage.json"
    api.build(project)
    assert training(project)["fitted"] == 1
    assert (project / PROJECT_MODEL).read_bytes() != kept
    assert ids(project) == later
    assert not api.build(project).new


def test_a_broken_model_stops_the_build_with_one_message_and_the_old_snapshot_serves(project: Path) -> None:
    sound, serving = (project / PROJECT_MODEL).read_bytes(), api.serving(project).id
    (project / PROJECT_MODEL).write_text("{}", encoding="utf-8")
    with pytest.raises(UserError) as caught:
        api.build(project)
    assert str(caught.value).startswith(
        "model/linkage.json: no 'format'; expected the file as it was written."
    )
    assert len(caught.value.problems) == 1
    assert api.serving(project).id == serving
    (project / PROJECT_MODEL).write_bytes(sound)
    assert not api.build(project).new
