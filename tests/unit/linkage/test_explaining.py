"""Why two records are held to be one person, or not, and how a person was formed: sums that add up, and no value."""

import datetime as dt
import itertools
import math
import re

import pytest
from linkage_stages import run_to_persons

from plainview.engine.duck import connect
from plainview.linkage.decisions import append_decision
from plainview.linkage.explain import explain, explain_person
from plainview.linkage.fields import IDENTITY
from plainview.project.errors import UserError

BORN = dt.date(1980, 5, 16)
INES = {
    "record_id": "1", "first_name": "Ines", "last_name": "Marlowe", "birth_date": BORN, "sex": "F",
    "address": "1 Alder Lane", "postcode": "ZQ1 1AB", "mobile": "06770900001",
}  # fmt: skip
FULL = INES | {
    "first_name": "Inez", "middle_names": "Rosamund", "former_last_name": "Fenwick", "other_name": "Nessie",
    "nhs_number": "9434765919", "upn": "A123456789012", "nino": "QQ123456C", "national_id": "GH7766551",
    "phone": "01632960123", "email": "inez.marlowe@example.org", "address": "Flat 3, 44 Birch Road, Smallmere",
    "postcode": "ZQ2 7CD", "uprn": "100012345678",
}  # fmt: skip
RECORDS = {
    "a": [INES, INES | {"record_id": "2", "birth_date": dt.date(2012, 3, 4), "first_name": "Zach", "sex": "M"}],
    "b": [INES | {"record_id": "3", "middle_names": "Rose"}, INES | {"record_id": "4"}],
    "c": [FULL | {"record_id": "5"}],
    "d": [
        {"record_id": "6", "first_name": "Omar", "last_name": "Dunmore", "birth_date": dt.date(1951, 1, 2),
         "address": "70 Dove Street", "postcode": "ZX3 3CD", "mobile": "06770900777"},
        {"record_id": "7", "first_name": "Ines", "last_name": "Marlowe", "mobile": "06770900001"},
    ],
}  # fmt: skip
KEYS = {row["record_id"]: (source, row["record_id"]) for source, rows in RECORDS.items() for row in rows}
PAIRS = list(itertools.combinations(KEYS, 2))


@pytest.fixture(scope="module")
def snapshot(module_project):
    """A project and folder with everybody linked, for tests that only read."""
    project, folder = module_project(RECORDS)
    con = connect(memory="1GB", threads=2)
    run_to_persons(con, project, folder)
    yield con, project, folder
    con.close()


@pytest.fixture(scope="module")
def explained(snapshot):
    """Every two records, both ways round."""
    return {
        pair: explain(*snapshot, KEYS[pair[0]], KEYS[pair[1]]) for pair in itertools.permutations(KEYS, 2)
    }


@pytest.fixture
def why(explained):
    return lambda one, other: explained[one, other]


@pytest.fixture
def index(snapshot, read_rows):
    return {row["record_id"]: row["person_id"] for row in read_rows(snapshot[2] / "index.parquet")}


def test_two_records_of_one_person(why):
    found = why("1", "3")
    assert found.same_person
    assert not found.identical
    (step,) = found.steps
    findings = {field.comparison: field.finding for field in step.fields}
    assert findings["first_name"] == "same first name, rare"
    assert findings["place"] == "same address"
    assert findings["middle_names"] == "middle names not known"
    assert step.candidate
    assert "a:1 and b:3 are one person." in found.text()
    assert found.as_dict()["steps"][0]["match_weight"] == step.match_weight


def test_records_that_say_the_same(why):
    assert why("1", "4").text() == "a:1 and b:4 are one person: identical in every identity field."


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_the_parts_sum_to_the_match_weight(why, one, other):
    for step in why(one, other).steps:
        parts = step.starting_weight + sum(field.weight for field in step.fields) + step.other_readings
        assert parts == pytest.approx(step.match_weight, abs=1e-5)
        assert step.other_readings <= 0
        assert step.match_probability == pytest.approx(1 / (1 + 2**-step.match_weight), abs=1e-8)
        assert [
            field.weight for field in step.fields if field.finding.endswith("not known")
        ] == pytest.approx([0.0] * sum(field.finding.endswith("not known") for field in step.fields))


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_it_is_the_same_from_both_sides(why, one, other):
    there, back = why(one, other), why(other, one)
    assert there.same_person == back.same_person
    assert sorted(step.match_weight for step in there.steps) == sorted(
        step.match_weight for step in back.steps
    )
    assert there.mean_weight == pytest.approx(back.mean_weight)


def values_of(record_ids, snapshot):
    """Every standardised value of the records' tuples, and as they were written; what is too short to tell apart
    from words of the explanation is left out."""
    con, _, folder = snapshot
    con.execute(
        f"SELECT {', '.join(f't.{field}::VARCHAR' for field in IDENTITY)} FROM '{folder}/tuples.parquet' t "
        f"JOIN '{folder}/identities.parquet' i USING (tuple_id) WHERE i.record_id IN {tuple(record_ids)}"
    )
    found = {value for row in con.fetchall() for value in row if value}
    found |= {str(v) for rows in RECORDS.values() for r in rows if r["record_id"] in record_ids
              for k, v in r.items() if k != "record_id"}  # fmt: skip
    return {value for value in found if len(value) > 2}


def test_no_value_of_a_record_is_in_any_text(snapshot, why, index):
    assert len(values_of(("5", "5"), snapshot)) > 20
    texts = [explain_person(*snapshot, person).text() for person in sorted(set(index.values()))]
    for one, other in itertools.permutations(KEYS, 2):
        found = why(one, other)
        texts += [found.text(), str(found.as_dict())]
    said = "\n".join(texts).lower()
    for value in values_of((*KEYS,), snapshot):
        assert not re.search(rf"(?<![a-z0-9]){re.escape(value.lower())}(?![a-z0-9])", said), value


def test_why_not_for_a_pair_that_nothing_brought_together(why):
    found = why("1", "6")
    assert not found.same_person
    (step,) = found.steps
    assert not step.candidate
    assert step.match_weight < 0
    assert "a:1 and d:6 are not held to be one person." in found.text()
    assert "(no link was kept between these two; compared for this answer)" in found.text()
    assert {field.comparison for field in step.fields} >= {"first_name", "last_name", "birth_date", "place"}
    assert found.mean_weight is not None


def test_why_not_says_what_speaks_for_two_people(why):
    found = why("1", "2")
    assert not found.same_person
    assert "two people of one home" in found.text()
    assert "first names differ" in found.text()


def test_every_path_leads_from_one_to_the_other(why):
    for one, other in itertools.permutations(KEYS, 2):
        steps = why(one, other).steps
        if steps:
            assert steps[0].one == KEYS[one]
            assert steps[-1].other == KEYS[other]
            assert all(a.other == b.one for a, b in itertools.pairwise(steps))


def test_a_third_record_joins_two_that_have_nothing_in_common(con, make_project):
    records = {
        "a": [{key: INES[key] for key in ("record_id", "first_name", "last_name", "birth_date")}],
        "b": [INES | {"nhs_number": "9434765919"}],
        "c": [{"record_id": "1", "first_name": "Ines", "mobile": INES["mobile"], "nhs_number": "9434765919"}],
    }
    project, folder = make_project(records)
    run_to_persons(con, project, folder)
    found = explain(con, project, folder, ("a", "1"), ("c", "1"))
    assert found.same_person
    assert [(step.one[0], step.other[0]) for step in found.steps] in ([("a", "b"), ("b", "c")], [("a", "c")])
    if len(found.steps) == 2:
        assert "by way of 1 other record." in found.text()


def test_how_a_person_was_formed(con, make_project, read_rows):
    """One merge fewer than tuples; cut where the mean falls below the threshold, they are the clusters."""
    project, folder = make_project(RECORDS)
    run_to_persons(con, project, folder)
    persons = {}
    for row in read_rows(folder / "index.parquet"):
        persons.setdefault(row["person_id"], set()).add((row["source"], row["record_id"]))
    tuple_of = {
        (r["source"], r["record_id"]): r["tuple_id"] for r in read_rows(folder / "identities.parquet")
    }
    cut = math.log2(project.spec.linkage.threshold / (1 - project.spec.linkage.threshold))
    for person, keys in persons.items():
        formed = explain_person(con, project, folder, person)
        tuples = {tuple_of[key] for key in keys}
        assert formed.records == len(keys)
        assert formed.identical == len(keys) - len(tuples)
        assert len(formed.joins) == len(tuples) - 1
        assert all(join.mean_weight > cut for join in formed.joins)
        if formed.joins:
            last = formed.joins[-1]
            assert {tuple_of[key] for key in (*last.left, *last.right)} == tuples
    ines = next(person for person, keys in persons.items() if KEYS["1"] in keys)
    text = explain_person(con, project, folder, ines).text()
    assert re.search(r"\n  1\. \w:\d joins \w:\d: mean match weight \+\d", text)


def test_a_decision_is_told_with_its_line(con, make_project, read_rows):
    project, folder = make_project(RECORDS)
    append_decision(project, "not_same", KEYS["1"], KEYS["4"], by="steward", reason="twins")
    append_decision(project, "same", KEYS["1"], KEYS["6"], by="steward", reason="documents_seen")
    run_to_persons(con, project, folder)
    apart = explain(con, project, folder, KEYS["1"], KEYS["4"])
    assert apart.text().splitlines()[:2] == [
        "a:1 and b:4 are identical in every identity field, but are kept apart.",
        "A person decided so: decisions/identity.csv, line 2.",
    ]
    joined = explain(con, project, folder, KEYS["1"], KEYS["6"])
    assert joined.same_person
    assert joined.decision == 3
    (person,) = {
        row["person_id"] for row in read_rows(folder / "index.parquet") if row["record_id"] in ("1", "6")
    }
    assert "a:1 joins d:6: a person's decision" in explain_person(con, project, folder, person).text()


def test_a_record_that_is_not_there(snapshot):
    with pytest.raises(UserError) as error:
        explain(*snapshot, ("a", "1"), ("a", "9"))
    assert str(error.value) == (
        "a:9: no such record in the snapshot; expected a record that was linked. Write SOURCE:RECORD_ID as in "
        "the index; a record with no name and no identifier is not in it."
    )


def test_an_id_that_nobody_has(snapshot):
    with pytest.raises(UserError, match="nobody has this id now; expected an id of today"):
        explain_person(*snapshot, "PNOBODY")
