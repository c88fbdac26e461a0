"""What reviewers decide is obeyed by the next build, and by every one after it."""

from pathlib import Path

import duckdb
import pytest
from small_projects import change_a_delivery, make_people, make_small_project, write_delivery

from plainview import api
from plainview.project.errors import UserError


def person_of(project: Path) -> dict[str, str]:
    index = project / "snapshots/current/index.parquet"
    rows = duckdb.sql(f"SELECT source, record_id, person_id FROM '{index}'").fetchall()
    return {f"{source}:{record_id}": person_id for source, record_id, person_id in rows}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = make_small_project(tmp_path / "project")
    api.build(folder)
    return folder


# The same human being in both services, so that their records are equal and share a tuple.
TWICE = ("library:l0025", "school:s0005")
# Two different people.
OTHERS = ("library:l0001", "library:l0002")


def test_not_the_same_parts_records_that_say_the_same(project: Path) -> None:
    before = person_of(project)
    assert before[TWICE[0]] == before[TWICE[1]]
    api.decide(project, "not_same", *TWICE, by="steward", reason="twins")
    plan = {stage.name: stage.reason for stage in api.plan(project)}
    assert plan["collapse"] == "changed: decisions/identity.csv"
    api.build(project)
    after = person_of(project)
    assert after[TWICE[0]] != after[TWICE[1]]
    change_a_delivery(project)
    api.build(project, force=True)
    later = person_of(project)
    assert {key: later[key] for key in after} == after
    assert all(later[key] == before[key] for key in before if key not in TWICE)


def test_the_same_joins_and_withdrawing_parts_again(project: Path) -> None:
    before = person_of(project)
    assert before[OTHERS[0]] != before[OTHERS[1]]
    api.decide(project, "same", *OTHERS, by="steward", reason="documents_seen")
    api.build(project)
    joined = person_of(project)
    assert joined[OTHERS[0]] == joined[OTHERS[1]]
    lost = next(before[key] for key in OTHERS if before[key] != joined[key])
    assert api.person(project, lost).current == (joined[OTHERS[0]],)
    api.decide(project, "withdraw", *OTHERS, by="steward", reason="decided_in_error")
    api.build(project)
    parted = person_of(project)
    assert parted[OTHERS[0]] != parted[OTHERS[1]]
    assert set(api.person(project, lost).current) == {parted[key] for key in OTHERS}


def test_an_unlinked_record_is_alone_and_the_rest_stay(project: Path) -> None:
    rows = [[f"s{place:04}", *person] for place, person in enumerate(make_people(60)[20:])]
    write_delivery(project, "school", "2026-11-02", [*rows, ["s0999", *make_people(60)[25]]])
    api.build(project)
    before = person_of(project)
    assert len({before[key] for key in (*TWICE, "school:s0999")}) == 1
    api.decide(project, "unlink", "school:s0999", by="steward", reason="records_mixed")
    api.build(project)
    after = person_of(project)
    assert list(after.values()).count(after["school:s0999"]) == 1
    assert {key: id for key, id in after.items() if key != "school:s0999"} == {
        key: id for key, id in before.items() if key != "school:s0999"
    }


def test_a_contradiction_stops_plan_and_build_and_nothing_changes(project: Path) -> None:
    before = api.serving(project).id
    api.decide(project, "same", *OTHERS, by="steward", reason="documents_seen")
    path = project / "decisions/identity.csv"
    line = path.read_text(encoding="utf-8").splitlines()[1]
    third = line.replace("l0002", "l0003")
    third_other = third.replace("l0001", "l0002").replace(",same,", ",not_same,")
    path.write_text(path.read_text(encoding="utf-8") + f"{third}\n{third_other}\n", encoding="utf-8")
    for verb in (api.plan, api.build):
        with pytest.raises(UserError, match="but lines 2, 3 together say that they are the same"):
            verb(project)
    assert api.serving(project).id == before
    api.decide(project, "withdraw", *OTHERS, by="steward", reason="decided_in_error")
    assert api.build(project).new


def test_a_decision_about_an_absent_record_waits_and_is_told(project: Path) -> None:
    _, waits = api.decide(project, "same", OTHERS[0], "school:s9999", by="steward", reason="moved")
    assert waits
    api.build(project)
    assert any("decisions/identity.csv, line 2" in note for note in api.summary(project).notes)
    with pytest.raises(UserError, match="no such source"):
        api.decide(project, "same", OTHERS[0], "gym:1", by="steward", reason="moved")
