"""An address given by its UPRN and the same address written out are one place, and one household."""

import pytest

from plainview.linkage.households import find_households
from plainview.linkage.standardise import standardise

HOME = {"address": "1 Alder Lane", "postcode": "ZQ1 1AB"}


@pytest.fixture
def places(con, make_project, read_rows):
    """record id -> (uprn, place) of its household, where each record is of a person of its own."""

    def run(records):
        project, folder = make_project({"s": [{"record_id": str(n)} | row for n, row in enumerate(records)]})
        standardise(con, project, folder)
        con.execute(
            f"COPY (SELECT source, record_id, 'P' || record_id AS person_id "
            f"FROM '{folder}/standardised.parquet') TO '{folder}/index.parquet'"
        )
        find_households(con, project, folder)
        homes = {row["household_id"]: row for row in read_rows(folder / "households.parquet")}
        members = read_rows(folder / "household_members.parquet")
        return {
            int(m["person_id"][1:]): (homes[m["household_id"]]["uprn"], homes[m["household_id"]]["place"])
            for m in members
        }

    return run


def test_written_out_or_by_uprn_is_one_place(places):
    got = places(
        [HOME | {"uprn": "100"}, HOME, {"uprn": "100"}, {"address": "2 Alder Lane", "postcode": "ZQ1 1AB"}]
    )
    assert got == {0: ("100", "u100"), 1: ("100", "u100"), 2: ("100", "u100"), 3: (None, "zq11ab|2|")}


def test_an_address_with_two_uprns_stays_as_each_record_says(places):
    got = places([HOME | {"uprn": "100"}, HOME | {"uprn": "200"}, HOME])
    assert got == {0: ("100", "u100"), 1: ("200", "u200"), 2: (None, "zq11ab|1|")}
