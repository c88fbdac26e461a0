"""A delivery that is bad, late or gone leaves the last good one in place, and the build says so."""

from pathlib import Path

import pytest
from small_projects import HEADER, make_small_project, write_delivery

from plainview import api
from plainview.cli.main import DONE, run
from plainview.project.errors import UserError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = make_small_project(tmp_path / "project")
    api.build(folder)
    return folder


def loaded(project: Path, source: str) -> tuple[str, int]:
    found = next(one for one in api.summary(project).sources if one.source == source)
    return found.delivery, found.loaded


def test_a_bad_new_delivery_is_refused_and_the_one_before_is_used(project: Path) -> None:
    path = project / "deliveries" / "school_2026-11-02.csv"
    path.write_text(",".join(HEADER[1:]) + "\nAda,Abara\n", encoding="utf-8")
    api.build(project)
    assert loaded(project, "school") == ("2026-10-26", 40)
    notes = "\n".join(api.summary(project).notes)
    assert "deliveries/school_2026-11-02.csv is refused; the delivery of 2026-10-26 is used" in notes
    assert "deliveries/school_2026-11-02.csv:1 Ref: " in notes
    assert "Ada" not in notes


def test_deliveries_that_are_gone_leave_the_last_snapshots_table(project: Path) -> None:
    (project / "deliveries" / "school_2026-10-26.csv").unlink()
    write_delivery(project, "library", "2026-11-02", [["l9", "Nia", "Gill", "1980-05-05", "F", "", "", ""]])
    api.build(project)
    assert loaded(project, "school") == ("2026-10-26", 40)
    notes = "\n".join(api.summary(project).notes)
    assert "no good delivery of school: that of 2026-10-26 is kept from the last snapshot" in notes


def test_no_delivery_ever_is_told_with_every_other_fault(tmp_path: Path) -> None:
    folder = make_small_project(tmp_path / "project")
    for path in (folder / "deliveries").iterdir():
        path.unlink()
    with pytest.raises(UserError) as caught:
        api.build(folder)
    assert [problem.path for problem in caught.value.problems] == [
        "sources/library.toml",
        "sources/school.toml",
    ]


def test_a_source_may_be_declared_optional(tmp_path: Path) -> None:
    folder = make_small_project(tmp_path / "project")
    for id in ("library", "school"):
        toml = folder / "sources" / f"{id}.toml"
        text = toml.read_text(encoding="utf-8")
        toml.write_text(
            text.replace("[columns.Ref]", "[tolerance]\noptional = true\n\n[columns.Ref]"), encoding="utf-8"
        )
        (folder / "deliveries" / f"{id}_2026-10-26.csv").unlink()
    assert not api.build(folder).snapshot.manifest["stages"]["persons"]["counts"]["persons"]
    assert run(["quality", str(folder)]) == DONE


def test_a_source_taken_away_takes_its_records_and_not_the_ids_of_others(project: Path) -> None:
    people = api.summary(project).people
    (project / "sources" / "school.toml").unlink()
    counts = api.build(project).snapshot.manifest["stages"]["persons"]["counts"]
    assert counts["minted"] == 0
    assert counts["persons"] < people
