"""A project keeps its model, with a chart and a page, until it is trained anew; a failure leaves the old one."""

import json
import shutil
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from small_projects import make_people, make_small_project, write_delivery

from plainview import api
from plainview.cli.main import cli
from plainview.linkage import kept_model
from plainview.linkage.model import MODEL, PROJECT_MODEL
from plainview.linkage.samples import SHEET
from plainview.project.errors import UserError

SHOWN = ("linkage.json", "linkage.md", "linkage.svg")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A project with its first snapshot and the model of it."""
    project = make_small_project(tmp_path_factory.mktemp("model") / "project", people=600)
    api.build(project)
    return project


@pytest.fixture
def project(built, tmp_path):
    """One of the same that a test may change."""
    return shutil.copytree(built, tmp_path / "project", symlinks=True)


def files_of(project):
    return {name: (project / "model" / name).read_bytes() for name in SHOWN}


def test_the_first_build_writes_the_model_its_chart_and_its_page(built):
    assert sorted(path.name for path in (built / "model").iterdir()) == list(SHOWN)
    snapshot = api.serving(built).folder
    assert (built / PROJECT_MODEL).read_bytes() == (snapshot / MODEL).read_bytes()
    ElementTree.parse(built / "model" / "linkage.svg")
    assert any("a linkage model was trained on 600" in note for note in api.summary(built).notes)


def test_the_same_records_give_the_same_files(built, tmp_path):
    project = make_small_project(tmp_path / "project", people=600)
    api.build(project)
    assert files_of(project) == files_of(built)


def test_training_again_on_the_same_snapshot_changes_nothing(project):
    before = files_of(project)
    done = api.train(project)
    assert done.changes == ()
    assert not done.first
    assert files_of(project) == before
    assert not api.build(project).new
    assert not list((project / "snapshots").glob(".building-*"))


def test_a_build_keeps_the_model_and_writes_its_chart_again_where_it_is_gone(project):
    before = files_of(project)
    (project / "model" / "linkage.svg").unlink()
    (project / "model" / "linkage.md").write_text("edited")
    write_delivery(
        project, "school", "2026-11-02", [[f"s{n:04}", *row] for n, row in enumerate(make_people(900)[200:])]
    )
    api.build(project)
    assert files_of(project) == before
    (note,) = (one for one in api.summary(project).notes if "model" in one)
    assert "trained on 600 distinct identities; there are 900 now" in note
    assert "plainview train" in note


def test_training_anew_counts_anew_and_the_next_build_links_with_it(project):
    write_delivery(
        project, "school", "2026-11-02", [[f"s{n:04}", *row] for n, row in enumerate(make_people(900)[200:])]
    )
    api.build(project)
    ids = api.serving(project).table("index").read_bytes()
    done = api.train(project)
    assert done.tuples == 900
    assert done.changes
    assert api.build(project).new
    serving = api.serving(project)
    assert (project / PROJECT_MODEL).read_bytes() == (serving.folder / MODEL).read_bytes()
    assert (
        serving.table("index").read_bytes() == ids
    )  # nobody is in doubt here, so nobody is linked otherwise
    (note,) = (one for one in api.summary(project).notes if "model" in one)
    assert "trained on 900 distinct identities" in note
    assert "plainview train" not in note


def test_training_anew_is_the_way_to_another_blocking(project):
    declaration = project / "plainview.toml"
    declaration.write_text(declaration.read_text() + '\n[linkage]\nblocking = "loose"\n')
    with pytest.raises(UserError, match="trained with blocking 'normal'"):
        api.build(project)
    api.train(project)
    assert json.loads((project / PROJECT_MODEL).read_text())["trained"]["blocking"] == "loose"
    assert api.build(project).new


def test_labels_take_part(project, tmp_path):
    rows = [f"{n},s01,library,l{n + 200:04},school,s{n:04},same" for n in range(150)]
    sheet = tmp_path / "sheet.csv"
    sheet.write_text("\n".join([",".join(SHEET), *rows]) + "\n")
    done = api.train(project, labels=[sheet])
    assert done.labels + done.left_out == 150
    assert json.loads((project / PROJECT_MODEL).read_text())["trained"]["labels"] == done.labels


def test_a_failure_leaves_the_old_model(project, monkeypatch):
    before = files_of(project)
    write_delivery(
        project, "school", "2026-11-02", [[f"s{n:04}", *row] for n, row in enumerate(make_people(900)[200:])]
    )
    api.build(project)

    def fail(model):
        raise OSError("no")

    monkeypatch.setattr(kept_model, "draw_model", fail)
    with pytest.raises(OSError, match="no"):
        api.train(project)
    assert files_of(project) == before
    assert not list((project / "snapshots").glob(".building-*"))


def test_a_model_that_cannot_be_read_is_mended_by_training(project):
    before = files_of(project)
    (project / PROJECT_MODEL).write_text("{}")
    with pytest.raises(UserError):
        api.model(project)
    assert api.train(project).first
    assert files_of(project) == before


def test_too_few_pairs_are_refused_and_a_project_without_a_model_has_the_usual_one(tmp_path):
    project = make_small_project(tmp_path / "project", people=20)
    api.build(project)
    assert not (project / PROJECT_MODEL).exists()
    assert api.model(project).trained["rounds"] == 0
    with pytest.raises(UserError, match="pairs to compare; expected at least 300"):
        api.train(project)
    assert not (project / PROJECT_MODEL).exists()


def run(*words):
    result = CliRunner().invoke(cli, [str(word) for word in words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_model_in_words_and_as_data(built, tmp_path):
    text = run("model", built, "--splink", tmp_path / "splink.json")
    assert "two people of one home" in text
    assert "same birth date" in text
    assert "comparison_levels" in (tmp_path / "splink.json").read_text()
    data = json.loads(run("model", built, "--json"))
    assert set(data) == {"trained", "classes", "levels"}
    assert {row["comparison"] for row in data["levels"]} >= {"first_name", "place", "shared_source"}


def test_training_is_told(project, tmp_path):
    assert "No weight has changed." in run("train", project)
    data = json.loads(run("train", project, "--json"))
    assert data["tuples"] == 600
    (project / PROJECT_MODEL).unlink()
    assert "no model before" in run("train", project)
