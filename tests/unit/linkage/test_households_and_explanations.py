"""Who lives with whom, and why two records are held to be one person."""

import datetime as dt

import pytest

from plainview.linkage.cluster import cluster
from plainview.linkage.collapse import collapse
from plainview.linkage.explain import explain
from plainview.linkage.households import find_households
from plainview.linkage.persons import assign_persons
from plainview.linkage.score import score
from plainview.linkage.standardise import standardise
from plainview.linkage.train import train
from plainview.project.errors import UserError


@pytest.fixture
def linked(con, make_project):
    def run(records, **options):
        project, folder = make_project(records, **options)
        for stage in (standardise, collapse, train, score, cluster):
            stage(con, project, folder)
        assign_persons(con, project, folder, None)
        return project, folder

    return run


@pytest.fixture
def households(con, linked, read_rows):
    def run(records, **options):
        project, folder = linked(records)
        counts = find_households(con, project, folder, **options)
        persons = {row["person_id"]: row["first_record_id"] for row in read_rows(folder / "persons.parquet")}
        homes = {row["household_id"]: row for row in read_rows(folder / "households.parquet")}
        members = [row | {"who": persons[row["person_id"]], "home": homes[row["household_id"]]}
                   for row in read_rows(folder / "household_members.parquet")]  # fmt: skip
        return counts, homes, members

    return run


def person(id, first, address, **more):
    return {"record_id": id, "first_name": first, "last_name": "Hollis", "birth_date": more.pop("born", None),
            "address": address, "postcode": "ZQ1 1AB", **more}  # fmt: skip


ADA, NIA = dt.date(1980, 5, 6), dt.date(2011, 2, 3)


def test_people_at_one_address_and_a_move(households):
    moved = dt.date(2024, 6, 1)
    records = {
        "a": [
            person("ada", "Ada", "1 Alder Lane", born=ADA, updated_date=dt.date(2025, 1, 1)),
            person(
                "nia", "Nia", "1 Alder Lane", born=NIA, address_from=dt.date(2011, 2, 3), address_to=moved
            ),
        ],
        "b": [person("nia2", "Nia", "5 Birch Road", born=NIA, updated_date=dt.date(2025, 6, 1))],
    }
    _, homes, members = households(records)
    stays = {
        (m["who"], m["home"]["house_number"]): (m["from_date"], m["to_date"], m["current"]) for m in members
    }
    assert stays == {
        ("ada", "1"): (dt.date(2025, 1, 1), None, True),
        ("nia", "1"): (dt.date(2011, 2, 3), moved, False),
        ("nia", "5"): (dt.date(2025, 6, 1), None, True),
    }
    assert {(h["house_number"], h["people"], h["current"]) for h in homes.values()} == {
        ("1", 2, 1),
        ("5", 1, 1),
    }


def test_a_care_home_is_communal_and_not_one_family(households):
    born = dt.date(1935, 1, 2)
    records = {
        "a": [
            person(f"r{n:02}", chr(65 + n) * 4, "The Willows", born=born + dt.timedelta(days=400 * n))
            for n in range(16)
        ]
    }
    counts, homes, _ = households(records)
    assert counts == {"households": 1, "members": 16, "communal": 1}
    assert [home["communal"] for home in homes.values()] == [True]


def test_a_stay_nobody_confirmed_for_years_is_not_current(households):
    records = {"a": [person("ada", "Ada", "1 Alder Lane", born=ADA, updated_date=dt.date(2019, 1, 1))]}
    _, _, (member,) = households(records)
    assert member["current"] is False


def test_explaining_a_pair(con, linked):
    records = {
        "a": [person("1", "Ada", "1 Alder Lane", born=ADA, mobile="07700900001")],
        "b": [person("2", "Adaa", "1 Alder Lane", born=ADA, mobile="07700900001"),
              person("3", "Ada", "1 Alder Lane", born=ADA, mobile="07700900001")],
        "c": [person("4", "Omar", "7 Dove Street", born=NIA)],
    }  # fmt: skip
    project, folder = linked(records)

    why = explain(con, project, folder, ("a", "1"), ("b", "2"))
    assert why.same_person
    assert not why.identical
    (step,) = why.steps
    found = {field.comparison: field.finding for field in step.fields}
    assert found["first_name"] == "first names nearly the same"
    assert found["reach"] == "same address"
    assert step.match_weight == pytest.approx(
        why.starting_weight + sum(f.weight for f in step.fields), abs=1e-4
    )
    assert "a:1 and b:2 are one person." in why.text()
    assert "Adaa" not in why.text()
    assert why.as_dict()["steps"][0]["match_weight"] == step.match_weight

    same = explain(con, project, folder, ("a", "1"), ("b", "3"))
    assert same.text() == "a:1 and b:3 are one person: identical in every identity field."
    other = explain(con, project, folder, ("a", "1"), ("c", "4"))
    assert not other.same_person
    assert "not held to be one person" in other.text()


def test_explaining_by_way_of_a_third_record(con, linked):
    born = dt.date(1980, 5, 6)
    records = {
        "a": [person("1", "Ada", "1 Alder Lane", born=born)],
        "b": [person("2", "Ada", "1 Alder Lane", born=born, mobile="07700900001")],
        "c": [{"record_id": "3", "first_name": "Ada", "last_name": "Hollis", "mobile": "07700900001"}],
    }
    project, folder = linked(records)
    why = explain(con, project, folder, ("a", "1"), ("c", "3"))
    assert why.same_person
    assert [step.other for step in why.steps][-1] == ("c", "3")
    assert why.steps[0].one == ("a", "1")


def test_a_record_that_is_not_there(con, linked):
    project, folder = linked({"a": [person("1", "Ada", "1 Alder Lane")]})
    with pytest.raises(UserError) as error:
        explain(con, project, folder, ("a", "1"), ("a", "9"))
    assert str(error.value) == (
        "a:9: no such record in the snapshot; expected a record that was linked. Write SOURCE:RECORD_ID as in "
        "the index; a record with no name and no identifier is not in it."
    )
