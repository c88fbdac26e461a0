"""The golden record, first of all Camden's own table.

"Data Scores as Governance" (2018) prints five systems' views of one resident and the "most trusted view"
that Camden's index made of them. The trusts below are ours, chosen as such services verify: housing
benefit (HB) sees a passport and proof of a mobile it texts; customer relations (CRM) are told things on
the telephone but reply by e-mail, so know the e-mail to work; housing (HSD) visits; the electoral register
(ER) confirms every dwelling, flats included, by yearly canvass; ADULTS types names in from referrals.
"""

import datetime as dt

import pytest
from linkage_stages import run_to_persons

from plainview.linkage.collapse import collapse
from plainview.linkage.golden import choose_golden
from plainview.linkage.persons import assign_persons
from plainview.linkage.standardise import standardise

BORN = dt.date(1965, 1, 10)
CAMDEN = {
    "hb": {
        "full_name": "Fred Bloggs",
        "birth_date": BORN,
        "sex": "M",
        "address": "10 The Grange Camden NW1 0AA",
        "mobile": "07988674707",
        "attribute.income_support": "Y",
    },
    "crm": {
        "full_name": "Freddie Bloggs",
        "birth_date": dt.date(1900, 1, 1),
        "sex": "M",
        "address": "Flat A 10 The Grange Camden NW1 0AA",
        "phone": "0231-987-7866",
        "mobile": "077134563",
        "email": "fblogg@v.com",
    },
    "hsd": {
        "full_name": "Frederick Blogges",
        "birth_date": BORN,
        "sex": "M",
        "address": "10 The Grange Camden NW1 0AA",
        "phone": "0205-937-996",
        "email": "bloggy@bt.com",
    },
    "er": {"full_name": "Fred Bloggs", "address": "Flat A 10 The Grange Camden NW1 0AA"},
    "adults": {
        "full_name": "Fried Bloggs",
        "birth_date": BORN,
        "sex": "M",
        "address": "10 Grange Camden NW1 0AA",
        "attribute.customer_care": "Do not visit address alone",
    },
}
TRUSTS = {
    "hb": {"full_name": 5, "birth_date": 5, "address": 3, "mobile": 4},
    "crm": {"full_name": 2, "birth_date": 2, "address": 3, "phone": 2, "mobile": 2, "email": 4},
    "hsd": {"full_name": 4, "birth_date": 4, "address": 3, "phone": 4, "email": 2},
    "er": {"full_name": 4, "address": 5},
    "adults": {"full_name": 2, "birth_date": 3, "address": 3},
}
GOLDEN = {
    "full_name": "Fred Bloggs",
    "birth_date": "1965-01-10",
    "sex": "M",
    "address": "Flat A 10 The Grange Camden NW1 0AA",
    "phone": "0205-937-996",
    "mobile": "07988674707",
    "email": "fblogg@v.com",
    "attribute.income_support": "Y",
    "attribute.customer_care": "Do not visit address alone",
}


@pytest.fixture
def golden_of(con, make_project, read_rows):
    """Records, all of one person, to that person's golden record."""

    def run(records, trusts=None, **options):
        project, folder = make_project(records, trusts=trusts)
        standardise(con, project, folder)
        collapse(con, project, folder)
        con.execute(
            f"COPY (SELECT tuple_id, 'one' AS cluster FROM '{folder}/tuples.parquet' ORDER BY 1) "
            f"TO '{folder}/clusters.parquet' (FORMAT parquet)"
        )
        assign_persons(con, project, folder, None)
        choose_golden(con, project, folder, **options)
        golden = {row["field"]: row for row in read_rows(folder / "golden.parquet")}
        return golden, read_rows(folder / "golden_alternatives.parquet")

    return run


def values(golden):
    return {field: row["value"] for field, row in golden.items()}


def test_camdens_table(golden_of):
    golden, _ = golden_of({id: [row | {"record_id": "1"}] for id, row in CAMDEN.items()}, TRUSTS)
    assert {field: golden[field]["value"] for field in GOLDEN} == GOLDEN
    assert golden["full_name"]["source"] == "hb"
    assert golden["full_name"]["agreeing"] == 2
    assert golden["full_name"]["score"] == 2**4 + 2**3
    assert golden["postcode"]["value"] == "NW1 0AA"
    assert golden["postcode"]["source"] == golden["address"]["source"] == "er"


def test_alternatives_say_who_says_what(golden_of):
    _, alternatives = golden_of({id: [row | {"record_id": "1"}] for id, row in CAMDEN.items()}, TRUSTS)
    names = {(r["source"], r["value"], r["golden"]) for r in alternatives if r["field"] == "full_name"}
    assert names == {
        ("hb", "Fred Bloggs", True),
        ("er", "Fred Bloggs", True),
        ("hsd", "Frederick Blogges", False),
        ("crm", "Freddie Bloggs", False),
        ("adults", "Fried Bloggs", False),
    }
    assert not any(r["field"] == "birth_date" for r in alternatives)  # a default date is nobody's claim


def record(n, value, updated=None, **more):
    return {"record_id": str(n), "first_name": "Ada", "updated_date": updated, "mobile": value, **more}


def test_recency_halves_a_value_with_its_half_life(golden_of):
    old, new = dt.date(2022, 12, 31), dt.date(2025, 12, 31)
    golden, rows = golden_of(
        {"a": [record(1, "07700900001", old)], "b": [record(1, "07700900002", new)]},
        {"a": {"mobile": 4}, "b": {"mobile": 3}},
    )
    points = {row["value"]: row["points"] for row in rows if row["field"] == "mobile"}
    assert points["07700900001"] == pytest.approx(8 * 0.5 ** (1097 / 365.25 / 3))
    assert points["07700900002"] == pytest.approx(4 * 0.5 ** (1 / 365.25 / 3))
    assert golden["mobile"]["value"] == "07700900001" if points["07700900001"] > 4 else "07700900002"


def test_a_source_counts_once_however_often_it_repeats_itself(golden_of):
    golden, _ = golden_of(
        {"a": [record(n, "07700 900001") for n in range(5)], "b": [record(1, "07700900002")],
         "c": [record(1, "+447700900002")]}
    )  # fmt: skip
    assert golden["mobile"]["value"] in {"07700900002", "+447700900002"}
    assert (golden["mobile"]["agreeing"], golden["mobile"]["score"]) == (2, 8.0)


def test_without_an_updated_date_the_day_of_delivery_counts(golden_of):
    golden, _ = golden_of({"a": [record(1, "07700900001")]}, delivered={"a": dt.date(2023, 1, 1)})
    assert golden["mobile"]["recorded"] == dt.date(2023, 1, 1)
    assert golden["mobile"]["score"] == pytest.approx(4 * 0.5 ** (1096 / 365.25 / 3))


def test_the_writing_most_records_use_is_shown(golden_of):
    golden, _ = golden_of(
        {
            id: [record(1, m)]
            for id, m in zip("abc", ["07700 900001", "07700900001", "07700 900001"], strict=True)
        }
    )
    assert (golden["mobile"]["value"], golden["mobile"]["agreeing"]) == ("07700 900001", 3)


def test_a_default_birth_date_does_not_stand_even_alone(golden_of):
    golden, _ = golden_of({"a": [record(1, "07700900001", birth_date=dt.date(1900, 1, 1))]})
    assert "birth_date" not in golden


def test_the_parts_of_an_address_are_of_one_record(golden_of):
    golden, _ = golden_of(
        {
            "a": [record(1, None, house_number="3", street="Alder Lane", postcode="ZQ1 1AB", uprn="12")],
            "b": [record(1, None, house_number="9", street="Birch Road", town="Sallow")],
        },
        {"a": {"house_number": 4}, "b": {"house_number": 3}},
    )
    assert golden["address"]["value"] == "3 Alder Lane, ZQ1 1AB"
    assert golden["uprn"]["value"] == "12"
    assert "town" not in golden


def test_an_address_that_was_left_stands_only_alone(golden_of):
    left = record(1, None, address="3 Alder Lane", postcode="ZQ1 1AB", address_to=dt.date(2020, 1, 1))
    here = record(1, None, address="9 Birch Road", postcode="ZQ2 1AB")
    golden, _ = golden_of({"a": [left], "b": [here]}, {"a": {"address": 5}, "b": {"address": 1}})
    assert golden["address"]["value"] == "9 Birch Road, ZQ2 1AB"
    assert golden_of({"a": [left], "b": []})[0]["address"]["value"] == "3 Alder Lane, ZQ1 1AB"


def test_nothing_in_nothing_out(con, make_project, read_rows):
    project, folder = make_project({"a": []})
    run_to_persons(con, project, folder)
    assert choose_golden(con, project, folder) == {"golden": 0, "alternatives": 0, "people": 0}
