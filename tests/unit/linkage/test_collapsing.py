"""Records that say the same are taken once; those that say too little, or must be two people, are not."""

import random

import pytest

from plainview.linkage.collapse import collapse
from plainview.linkage.standardise import standardise


@pytest.fixture
def collapsed(con, make_project, read_rows):
    def run(records, **options):
        project, folder = make_project(records, **options)
        standardise(con, project, folder)
        counts = collapse(con, project, folder)
        return counts, {
            (r["source"], r["record_id"]): r["tuple_id"] for r in read_rows(folder / "identities.parquet")
        }

    return run


FRED = {"first_name": "Fred", "last_name": "Bloggs", "mobile": "07700900123"}


def test_equal_records_of_any_source_are_one_tuple(collapsed):
    counts, ids = collapsed(
        {"a": [FRED | {"record_id": "1"}], "b": [{"record_id": "x", **FRED, "first_name": "MR FRED"}]}
    )
    assert counts == {"tuples": 1, "identities": 2, "unlinkable": 0}
    assert ids["a", "1"] == ids["b", "x"]


def test_a_name_alone_is_nobody_else(collapsed):
    name = {"first_name": "Fred", "last_name": "Bloggs"}
    counts, _ = collapsed({"a": [name | {"record_id": "1"}, name | {"record_id": "2"}]})
    assert counts["tuples"] == 2


def test_equal_records_of_a_source_with_one_record_a_person_stay_apart(collapsed):
    records = {"a": [FRED | {"record_id": "1"}, FRED | {"record_id": "2"}], "b": [FRED | {"record_id": "3"}]}
    _, ids = collapsed(records, single=("a",))
    assert ids["a", "1"] == ids["b", "3"] != ids["a", "2"]


def test_records_with_neither_name_nor_identifier_are_counted_and_left(collapsed):
    counts, ids = collapsed({"a": [{"record_id": "1", "address": "10 The Grange"}]})
    assert counts == {"tuples": 0, "identities": 0, "unlinkable": 1}
    assert ids == {}


def test_the_order_of_rows_does_not_show(collapsed, people):
    straight = collapsed({"a": people})[1]
    shuffled = people.copy()
    random.Random(3).shuffle(shuffled)
    assert collapsed({"a": shuffled})[1] == straight
