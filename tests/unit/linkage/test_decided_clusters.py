"""Decisions are obeyed against any evidence; and a source with one record a person never has two in one."""

import datetime as dt

import pytest

INES = {
    "record_id": "1", "first_name": "Ines", "last_name": "Marlowe", "birth_date": dt.date(1980, 5, 16), "sex": "F",
    "address": "1 Alder Lane", "postcode": "ZQ1 1AB", "mobile": "06770900001", "email": "ines@example.org",
}  # fmt: skip
OMAR = {
    "record_id": "1", "first_name": "Omar", "last_name": "Dunmore", "birth_date": dt.date(2001, 11, 2), "sex": "M",
    "address": "70 Dove Street", "postcode": "ZX3 3CD", "mobile": "06770900777",
}  # fmt: skip
A, B, C, D = (("a", "1"), ("b", "1"), ("c", "1"), ("d", "1"))


def all_ines():
    """Three services that know Ines, each a little otherwise, so that each record is a tuple of its own."""
    return {"a": [INES], "b": [INES | {"middle_names": "Rose"}], "c": [INES | {"first_name": "Inez"}]}


def together(*keys):
    return frozenset(keys)


def test_without_decisions_the_evidence_holds(groups):
    counts, found = groups(all_ines() | {"d": [OMAR]})
    assert found == {together("a:1", "b:1", "c:1"), together("d:1")}
    assert counts["decisions"] == counts["waiting"] == 0


def test_the_same_person_though_nothing_agrees(groups):
    counts, found = groups({"a": [INES], "d": [OMAR]}, [("same", A, D)])
    assert found == {together("a:1", "d:1")}
    assert counts["decisions"] == 1


def test_whom_a_decision_joins_brings_those_that_are_like_them(groups):
    _, found = groups({"a": [INES], "b": [INES | {"middle_names": "Rose"}], "d": [OMAR]}, [("same", A, D)])
    assert together("a:1", "d:1") <= next(group for group in found if "a:1" in group)


def test_not_the_same_person_though_everything_agrees(groups):
    for records in (all_ines(), {"a": [INES], "b": [INES], "c": [INES]}):
        _, found = groups(records, [("not_same", A, B), ("withdraw", A, B), ("not_same", A, C)])
        assert next(group for group in found if "a:1" in group).isdisjoint({"c:1"})
        assert any("b:1" in group and len(group) == 2 for group in found)


def test_what_follows_from_decisions_is_obeyed_too(groups):
    """Who must be with somebody must not be with whom that one must not be."""
    records = all_ines() | {"d": [OMAR]}
    _, found = groups(records, [("same", A, D), ("not_same", D, B), ("not_same", D, C)])
    assert found == {together("a:1", "d:1"), together("b:1", "c:1")}


@pytest.mark.parametrize("key", [A, B, C])
def test_an_unlinked_record_is_alone_and_the_rest_stay(groups, key):
    name = ":".join(key)
    for records in (all_ines(), {"a": [INES], "b": [INES], "c": [INES]}):
        _, found = groups(records, [("unlink", key, None), ("withdraw", key, None), ("unlink", key, None)])
        assert found == {together(name), together("a:1", "b:1", "c:1") - {name}}


def test_a_decision_outweighs_a_conflict(groups):
    records = {"a": [INES | {"nhs_number": "9434765919"}], "b": [INES | {"nhs_number": "9876543210"}]}
    assert groups(records)[1] == {together("a:1"), together("b:1")}
    assert groups(records, [("same", A, B)])[1] == {together("a:1", "b:1")}


def test_a_decision_about_an_absent_record_waits(groups):
    counts, found = groups({"a": [INES]}, [("same", A, ("b", "7"))])
    assert found == {together("a:1")}
    assert counts["waiting"] == 1


def test_two_records_of_a_source_with_one_record_a_person_are_never_one_person(groups):
    twice = [INES, INES | {"record_id": "2", "middle_names": "Rose"}, INES | {"record_id": "3"}]
    counts, found = groups({"a": twice, "b": all_ines()["c"]}, single=("a",))
    assert counts["identities"] == 4
    assert all(sum(key.startswith("a:") for key in group) == 1 for group in found if group != {"b:1"})
    assert groups({"a": twice, "b": all_ines()["c"]})[1] == {together("a:1", "a:2", "a:3", "b:1")}


def test_with_decisions_of_every_kind_at_once_everybody_is_in_one_cluster(groups):
    records = all_ines() | {"d": [OMAR, OMAR | {"record_id": "2", "first_name": "Omer"}]}
    decisions = [("unlink", A, None), ("same", B, D), ("not_same", B, ("d", "2")), ("not_same", B, C)]
    _, found = groups(records, decisions)
    assert found == {together("a:1"), together("b:1", "d:1"), together("c:1"), together("d:2")}
