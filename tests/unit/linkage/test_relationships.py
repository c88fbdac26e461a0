"""Who is related to whom: by record id, by name where that is telling, and what becomes of everything else."""

import datetime as dt

import pytest
from related_people import find

BORN = {"mother": dt.date(1985, 4, 5), "child": dt.date(2015, 6, 7), "sister": dt.date(2010, 1, 9)}
CHILD = {"id": "child", "first_name": "ben", "last_name": "hollis", "born": BORN["child"], "home": "1"}
MOTHER = {"id": "mother", "first_name": "ada", "last_name": "hollis", "born": BORN["mother"], "home": "1",
          "mobile": "06770900001"}  # fmt: skip


@pytest.fixture
def say(con, tmp_path):
    """`say(people, {...})`: the snapshot of one school record of the child that says so much of another."""

    def run(people, *said, of="child"):
        rows = [{"record_id": f"s{place}", "of": of, **row} for place, row in enumerate(said)]
        return find(con, tmp_path / "snapshot", people, {"school": rows})

    return run


def mother_named(name, **more):
    return {"related_name": name, "related_relationship": "Mother", **more}


@pytest.mark.parametrize(
    ("word", "person", "other", "relationship"),
    [
        ("Mother", "related", "self", "parent"),
        ("BIRTH MOTHER", "related", "self", "parent"),
        ("Foster-carer", "related", "self", "carer"),
        ("step father", "related", "self", "carer"),
        ("Son", "self", "related", "parent"),
        ("Grand-daughter", "related", "self", "other"),
        ("granddaughter", "self", "related", "grandparent"),
        ("Nan", "related", "self", "grandparent"),
        ("brother", "related", "self", "sibling"),
        ("Husband", "related", "self", "partner"),
        ("Next of Kin", "related", "self", "emergency contact"),
        ("First contact", "related", "self", "school contact"),
        ("Significant other", "related", "self", "other"),
        (None, "related", "self", "case file member"),
    ],
)
def test_a_word_becomes_one_of_few_relationships_in_one_direction(
    con, tmp_path, word, person, other, relationship
):
    people = [{"id": "related"}, {"id": "self"}]
    records = [{"record_id": "1", "of": "self", "related_record_id": "2", "related_relationship": word},
               {"record_id": "2", "of": "related"}]  # fmt: skip
    (row,) = find(con, tmp_path / "s", people, {"csc": records}).rows("relationships")
    assert (row["person_id"], row["relationship"], row["other_person_id"]) == (person, relationship, other)
    assert (row["source"], row["record_id"], row["found"]) == ("csc", "1", "record")


def test_a_word_nobody_knows_is_kept_and_counted(con, tmp_path):
    people = [{"id": "a"}, {"id": "b"}]
    records = [{"record_id": "1", "of": "a", "related_record_id": "2", "related_relationship": "Bezzie"},
               {"record_id": "2", "of": "b"}]  # fmt: skip
    found = find(con, tmp_path / "s", people, {"csc": records})
    assert [(row["relationship"], row["understood"]) for row in found.rows("relationships")] == [
        ("other", False)
    ]
    assert found.counts["relationships: words_unknown"] == 1


@pytest.mark.parametrize(
    ("name", "more", "mother", "confirmed_by"),
    [
        ("Ada Hollis", {}, {}, "address"),
        ("HOLLIS, Ada", {}, {}, "address"),
        ("Mrs Ada Mary Hollis", {}, {}, "address"),
        ("Hollis Ada", {}, {}, "address"),
        ("A Hollis", {}, {}, "address"),
        ("Ada Hollis-Brook", {}, {}, "address"),
        ("Ada Hollys", {}, {}, "address"),
        ("Ada Hollis", {"related_phone": "+44 6770 900001"}, {"home": "9"}, "telephone"),
        ("Ada Hollis", {"related_birth_date": BORN["mother"]}, {"home": "9"}, "birth date"),
        ("Ada Brook", {"related_phone": "06770 900001"}, {"home": "9"}, "telephone"),
        ("Ada Hollis", {"related_birth_date": BORN["mother"], "related_phone": "06770900001"}, {},
         "birth date, telephone, address"),
        ("Ada Brook", {}, {"former_last_name": "brook"}, "address"),
        ("Sandy Hollis", {}, {"first_name": "alexandra"}, "address"),
    ],
)  # fmt: skip
def test_a_named_contact_is_found_where_something_confirms_the_name(say, name, more, mother, confirmed_by):
    found = say([CHILD, MOTHER | mother], mother_named(name, **more))
    (row,) = found.rows("relationships")
    assert (row["person_id"], row["other_person_id"], row["found"]) == ("mother", "child", "name")
    assert row["confirmed_by"] == confirmed_by


ELSEWHERE = MOTHER | {"home": "9"}
NAMESAKE = MOTHER | {"id": "namesake"}


@pytest.mark.parametrize(
    ("people", "said", "reason"),
    [
        ([CHILD], mother_named("Ada Hollis"), "nobody of that name"),
        ([CHILD, ELSEWHERE], mother_named("Ada Hollis"), "name alone"),
        ([CHILD, MOTHER, NAMESAKE], mother_named("Ada Hollis"), "several found"),
        ([CHILD, MOTHER | {"home": "care home"}], mother_named("Ada Hollis"), "name alone"),
        ([CHILD, MOTHER | {"last_name": "brook"}], mother_named("Ada Hollis"), "nobody of that name"),
        ([CHILD, MOTHER | {"born": BORN["sister"]}], mother_named("Ada Hollis"), "name alone"),
        ([CHILD, ELSEWHERE], mother_named("Ada Hollis", related_birth_date=dt.date(1950, 1, 2),
                                          related_phone="06770900001"), "name alone"),
        ([CHILD], {"related_record_id": "gone"}, "record not found"),
        ([CHILD], {"related_relationship": "Mother", "related_phone": "06770900001"}, "nothing to go by"),
        ([CHILD], {"related_name": "Unknown", "related_relationship": "Father"}, "nothing to go by"),
        ([CHILD], {"related_record_id": "s0", "related_relationship": "Mother"}, "oneself"),
    ],
)  # fmt: skip
def test_what_is_not_found_is_kept_with_its_reason(say, people, said, reason):
    found = say(people, said)
    assert found.rows("relationships") == []
    (row,) = found.rows("relationships_unmatched")
    assert (row["reason"], row["record_id"], row["person_id"]) == (reason, "s0", "child")
    assert found.counts[f"relationships: {reason}"] == found.counts["relationships: statements"] == 1


def test_a_father_and_son_of_one_name_are_not_taken_for_each_other(say):
    father = MOTHER | {"id": "father", "first_name": "ben"}
    (row,) = say([CHILD, father], mother_named("Ben Hollis")).rows("relationships")
    assert (row["person_id"], row["other_person_id"]) == ("father", "child")


def test_a_parent_by_record_who_is_not_older_is_left_out_by_name_of_the_rule(con, tmp_path):
    people = [CHILD, {"id": "sister", "born": BORN["sister"]}]
    records = [{"record_id": "1", "of": "child", "related_record_id": "2", "related_relationship": "Mother"},
               {"record_id": "2", "of": "sister"}]  # fmt: skip
    found = find(con, tmp_path / "s", people, {"csc": records})
    assert [row["reason"] for row in found.rows("relationships_unmatched")] == ["parent not older"]


def test_a_record_that_names_nobody_relates_nobody(say):
    found = say([CHILD, MOTHER], mother_named("Ada Hollis"), of=None)
    assert [row["reason"] for row in found.rows("relationships_unmatched")] == ["record names nobody"]


def test_a_contact_confirmed_by_one_record_is_the_same_in_another(say):
    told = mother_named("Ada Hollis", related_phone="06770900001")
    found = say([CHILD, ELSEWHERE], told, {"related_name": "HOLLIS, Ada"})
    assert [(row["relationship"], row["confirmed_by"]) for row in found.rows("relationships")] == [
        ("case file member", "another record"),
        ("parent", "telephone"),
    ]


def test_agreement_counts_sources_and_contradiction_is_told(con, tmp_path):
    people = [{"id": "a"}, {"id": "b"}, {"id": "c"}]

    def source(*said):
        rows = [{"record_id": f"{one}{other}", "of": one, "related_record_id": other, "related_relationship": word}
                for one, word, other in said]  # fmt: skip
        return [*rows, *({"record_id": id, "of": id} for id in "abc")]

    records = {
        "school": source(("a", "mother", "b"), ("a", "carer", "c")),
        "csc": source(("a", "Mum", "b"), ("a", "sister", "c"), ("b", "emergency contact", "c")),
        "police": source(("b", "mother", "a")),
    }
    rows = find(con, tmp_path / "s", people, records).rows("relationships")
    told = {
        (r["person_id"], r["relationship"], r["other_person_id"]): (r["sources"], r["disputed"]) for r in rows
    }
    assert told == {
        ("b", "parent", "a"): (2, True),  # two say b is a's mother, one that a is b's
        ("a", "parent", "b"): (1, True),
        ("c", "carer", "a"): (1, False),  # a sister may care
        ("a", "sibling", "c"): (1, False),
        ("c", "emergency contact", "b"): (1, False),
    }


def test_days_are_those_of_the_record(say):
    day = dt.date(2025, 3, 4)
    (row,) = say([CHILD, MOTHER], mother_named("Ada Hollis", event_date=day, known_date=day.replace(day=9))).rows(
        "relationships"
    )  # fmt: skip
    assert (row["first_seen"], row["last_seen"]) == (day, day.replace(day=9))
