"""The same fact is written the same way everywhere, and what cannot be true is missing."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.linkage.standardise import load_macros, standardise


@pytest.fixture
def many(con, make_project, read_rows):
    """Records through the whole of standardise, in the order given; all cases of a test in one run."""

    def run(rows):
        project, folder = make_project({"s": [{"record_id": f"{n:03}"} | row for n, row in enumerate(rows)]})
        standardise(con, project, folder)
        return read_rows(folder / "standardised.parquet")

    return run


@pytest.fixture(scope="module")
def rules():
    """A connection that knows the macros."""
    con = connect(memory="1GB", threads=1)
    load_macros(con)
    yield con
    con.close()


FULL_NAMES = [
    ("Fred Bloggs", "fred", None, "bloggs"),
    ("BLOGGS, Fred Arthur", "fred", "arthur", "bloggs"),
    ("Mr. Fred A. Bloggs", "fred", "a", "bloggs"),
    ("Dr Zoë O'Brien-Núñez", "zoe", None, "obrien nunez"),
    ("O'Brien-Núñez, Dr. Zoë", "zoe", None, "obrien nunez"),
    ("Jan van der Berg", "jan", None, "van der berg"),
    ("Łukasz Øst", "lukasz", None, "ost"),
    ("Suharto", "suharto", None, None),
    ("Mrs Unknown", None, None, None),
    ("Smith, ", None, None, "smith"),
]


def test_full_names(many):
    rows = many([{"full_name": case[0]} for case in FULL_NAMES])
    assert [(r["first_name"], r["middle_names"], r["last_name"]) for r in rows] == [c[1:] for c in FULL_NAMES]


def test_names_in_parts_keep_all_words(many):
    parts = {
        "first_name": "Mary Jane",
        "middle_names": "Ann",
        "last_name": "Garcia-Lopez",
        "other_name": "MJ",
    }
    (row,) = many([parts])
    assert [row[f] for f in parts] == ["mary", "jane ann", "garcia lopez", "mj"]


ADDRESSES = [
    ("10 The Grange, Camden, NW1 0AA", None, "10", "nw10aa"),
    ("Flat A 10 The Grange Camden NW1 0AA", "a", "10", "nw10aa"),
    ("10a The Grange, Camden, nw10aa", "a", "10", "nw10aa"),
    ("Apt 3, The Willows, 12-14 High St, Camden NW1 OAA", "3", "12", None),
    ("The Old Vicarage\nChurch Lane\nCamden\nNW1 0AA", None, None, "nw10aa"),
]


def test_one_line_addresses(many):
    rows = many([{"address": case[0]} for case in ADDRESSES])
    assert [(r["flat"], r["house_number"], r["postcode"]) for r in rows] == [case[1:] for case in ADDRESSES]


def test_the_same_address_in_one_line_and_in_parts_is_one_place(con, make_project, read_rows):
    records = [
        {"record_id": "1", "address": "10 Grange Rd, Camden, NW1 0AA"},
        {"record_id": "2", "house_number": "10", "street": "Grange Road", "postcode": "NW1 OAA"},
        {
            "record_id": "3",
            "address_line_1": "10 GRANGE ROAD",
            "address_line_2": "Camden",
            "postcode": "nw1 0aa",
        },
        {"record_id": "4", "address": "10 Grange Road", "postcode": "NW10AA", "uprn": "00100012.0"},
    ]
    project, folder = make_project({"s": records})
    standardise(con, project, folder)
    rows = read_rows(folder / "standardised.parquet")
    assert {row["place"] for row in rows} == {"nw10aa|10|"}
    assert {row["street"] for row in rows} == {"grange road"}
    assert [row["uprn"] for row in rows] == [None, None, None, "100012"]


def test_a_record_that_gives_the_uprn_only(many):
    (row,) = many([{"uprn": "00100012.0"}])
    assert (row["place"], row["uprn"]) == ("u100012", "100012")


TELEPHONES = [
    ("020 7946 0000", None, "02079460000", None),
    ("+44 (0)20 7946 0000", "07700 900123", "02079460000", "07700900123"),
    ("07700900123", None, None, "07700900123"),
    (None, "+447700900123", None, "07700900123"),
    ("7700900123", "0000000000", None, "07700900123"),
    ("00000", "n/a", None, None),
]


def test_telephones(many):
    rows = many([{"phone": phone, "mobile": mobile} for phone, mobile, *_ in TELEPHONES])
    assert [(r["phone"], r["mobile"]) for r in rows] == [case[2:] for case in TELEPHONES]


VALUES = [
    ("nhs_number", "943 476 5919", "9434765919"),
    ("nhs_number", "943 476 5918", None),
    ("nhs_number", "0000000000", None),
    ("upn", "B 123456789012", None),
    ("nino", "qq 12 34 56 c", None),
    ("nino", "AB 12 34 56 C", "ab123456"),
    ("nino", "ab123456", "ab123456"),
    ("national_id", " 530-4218 ", "5304218"),
    ("national_id", "1111111", None),
    ("email", " Fred@Example.ORG ", "fred@example.org"),
    ("email", "noemail@council.gov.uk", None),
    ("email", "fred at example", None),
    ("sex", "Female", "f"),
    ("sex", "unknown", None),
    ("postcode", "ZZ99 3VZ", None),
    ("birth_date", dt.date(1965, 1, 10), dt.date(1965, 1, 10)),
    ("birth_date", dt.date(1900, 1, 1), None),
    ("birth_date", dt.date(1899, 12, 30), None),
    ("birth_date", dt.date(2026, 1, 2), None),
]


def test_values_that_cannot_be_true_are_missing(many):
    rows = many([{field: written} for field, written, _ in VALUES])
    got = [(field, written, row[field]) for (field, written, _), row in zip(VALUES, rows, strict=True)]
    assert got == VALUES


def test_the_check_letter_of_a_pupil_number(con):
    """By hand for 123456789012: 2*1+3*2+4*3+5*4+6*5+7*6+8*7+9*8+10*9+11*0+12*1+13*2 = 368 = 16 * 23."""
    load_macros(con)
    con.execute("SELECT upn_text('A123456789012'), upn_text('B123456789012')")
    assert con.fetchall() == [("a123456789012", None)]


def test_a_project_without_records_gives_an_empty_table(con, make_project, read_rows):
    project, folder = make_project({})
    assert standardise(con, project, folder) == {"records": 0, "places": 0}
    assert read_rows(folder / "standardised.parquet") == []


MIXED = [
    {"full_name": "O'Brien-Núñez, Dr. Zoë", "address": "10a Grange Rd, Camden", "postcode": "NW1 OAA"},
    {"first_name": "Fred", "last_name": "Bloggs", "mobile": "+447700900123", "uprn": "100012"},
    {"full_name": "Jan van der Berg", "address": "10a Grange Rd, Camden, NW1 0AA", "uprn": "100012"},
    {"first_name": "Fred", "last_name": "Bloggs", "email": "Fred@Example.ORG", "sex": "M"},
    {"address_line_1": "Flat 2", "address_line_2": "12 St Johns St", "town": "Camden"},
    {},
]


def test_a_record_is_standardised_the_same_alone_and_among_others(many):
    assert [row | {"record_id": ""} for row in many(MIXED)] == [
        row | {"record_id": ""} for record in MIXED for row in many([record])
    ]


ADDRESS_WORDS = st.sampled_from(
    [
        "10",
        "12-14",
        "10a",
        "3 ",
        "flat",
        "Apt 2",
        "St",
        "High",
        "Rd,",
        "O'Neil",
        "nw1 0aa",
        "NW10AA",
        ",",
        "é",
        "\n",
    ]
)


@given(st.lists(ADDRESS_WORDS, max_size=9).map(" ".join))
def test_the_short_ways_of_the_address_rules_lead_where_the_long_ones_do(rules, text):
    """The rules look for plain texts first; the slow rule that reads any text is the oracle."""
    rules.execute(
        """
        SELECT address_text(x) IS NOT DISTINCT FROM any_address_text(x), name_text(x) IS NOT DISTINCT FROM any_name_text(x),
               usual.number = '' OR (usual.number = number_in(line) AND usual.street = street_in(line))
        FROM (SELECT x, line, usual_start(line) AS usual FROM (SELECT x, any_address_text(x) AS line FROM (SELECT ?::VARCHAR AS x)))
        """,
        [text],
    )
    assert rules.fetchall() == [(True, True, True)]
