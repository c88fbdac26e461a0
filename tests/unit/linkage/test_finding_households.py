"""Who lives with whom, from when to when."""

import datetime as dt

import pytest
from linkage_stages import run_to_persons

from plainview.linkage.households import find_households


@pytest.fixture
def households(con, make_project, read_rows):
    def run(records, **options):
        project, folder = make_project(records)
        run_to_persons(con, project, folder)
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
