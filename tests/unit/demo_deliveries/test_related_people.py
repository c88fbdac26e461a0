"""What services write down about who belongs to whom."""

from collections import defaultdict

import pyarrow.parquet as pq
import pytest

from plainview.demo.authority import write_authority
from plainview.demo.deliveries.sources.early_help import SOURCE as EARLY_HELP


def test_schools_and_social_care_name_parents_and_foster_carers(rows_of):
    words = {row["Parent1Relationship"] for row in rows_of("schools")} - {None, ""}
    assert {"Mother", "Father", "First contact"} <= words
    said = {row["Carer Relationship"] for row in rows_of("childrens_social_care")} - {None, ""}
    assert {"Mum", "Dad"} <= said
    assert {bool(row["Carer DOB"]) for row in rows_of("childrens_social_care") if row["Carer Name"]} == {
        True,
        False,
    }


def test_a_child_known_to_social_care_may_have_both_parents_named(rows_of):
    named = defaultdict(set)
    for row in rows_of("childrens_social_care"):
        named[row["Case Number"]].add(row["Carer Name"])
    assert max(len(names) for case, names in named.items() if case) == 2


@pytest.fixture
def plans(rows_of):
    found = defaultdict(list)
    for row in rows_of("early_help"):
        found[row["Family No"]].append(row)
    return found


def test_a_family_plan_has_a_number_and_lists_several_people(plans):
    assert "" not in plans
    people = [len({(row["Name"], row["Date of Birth"]) for row in rows}) for rows in plans.values()]
    assert max(people) >= 3
    assert sum(people) / len(people) > 1.5


def test_who_is_only_named_in_a_plan_has_no_event_of_their_own(rows_of):
    rows = [row for row in rows_of("early_help") if row["Activity"] == "Named in a family plan"]
    assert rows
    assert {row["Outcome"] for row in rows} == {""}
    assert len({row["EH Ref"] for row in rows_of("early_help")}) == len(rows_of("early_help"))


def test_a_reference_means_the_same_person_in_every_delivery(tmp_path, monkeypatch):
    monkeypatch.setattr("plainview.demo.authority.find_sources", lambda: [EARLY_HELP])
    run = write_authority(tmp_path / "authority", residents=1000, seed=5, weeks=12)
    assert len(run.deliveries["early_help"]) > 3
    truth = pq.read_table(run.directory / "truth" / "truth.parquet").to_pylist()
    refs = [row["record_id"] for row in truth if row["source"] == "early_help"]
    assert len(refs) == len(set(refs))
