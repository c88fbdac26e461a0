"""Addresses take the UPRN of the one property of the authority's gazetteer that they fit, or none."""

import pytest

from plainview.linkage.standardise import standardise
from plainview.project.specs import Project

PROPERTIES = [
    ("100", "1 Alder Lane, Smallmere", "ZQ1 1AA"),
    ("101", "2 Alder Lane, Smallmere", "ZQ1 1AA"),
    ("102", "2 Birch Road, Smallmere", "ZQ1 1AA"),
    ("103", "Flat 1, 3 Alder Lane, Smallmere", "ZQ1 1AA"),
    ("104", "Flat 2, 3 Alder Lane, Smallmere", "ZQ1 1AA"),
    ("105", "The Old Vicarage, Church Walk, Smallmere", "ZQ1 1AB"),
    ("106", "7 Dove Street, Smallmere", "ZQ1 2CD"),
    ("107", "7 Dove Street, Smallmere", "ZQ1 2CD"),
    ("108", "9 Elm Grove, Smallmere", "ZQ1 3EF"),
    ("109", "9 Elm Grove, Overton", "ZQ2 3EF"),
]

FITS = [
    ("1 ALDER LN", "zq11aa", "100"),
    ("2 Alder Lane, Smallmere", "ZQ1 1AA", "101"),
    ("2 Aldr Lane, Smallmere", "ZQ1 1AA", "101"),
    ("2 Birch Rd", "ZQ1 1AA", "102"),
    ("2 Quarry Hill", "ZQ1 1AA", None),
    ("Flat 2 3 Alder Lane", "ZQ1 1AA", "104"),
    ("3 Alder Lane", "ZQ1 1AA", None),
    ("The Old Vicarrage", "ZQ1 1AB", "105"),
    ("7 Dove Street", "ZQ1 2CD", None),
    ("1 Alder Lane, Smallmere", "ZQ1 1AB", "100"),
    ("9 Elm Grove, Smallmere", None, "108"),
    ("9 Elm Grove", None, None),
    (None, "ZQ1 1AA", None),
]


@pytest.fixture
def with_gazetteer(con, make_project, read_rows):
    """Standardised rows of records beside the gazetteer above, in the order given."""

    def run(records, properties=PROPERTIES):
        rows = [{"record_id": f"{n:03}"} | row for n, row in enumerate(records)]
        llpg = [
            {"record_id": uprn, "uprn": uprn, "address": address, "postcode": code}
            for uprn, address, code in properties
        ]
        project, folder = make_project({"a": rows, "llpg": llpg})
        standardise(con, declared(project, "llpg"), folder)
        return read_rows(folder / "standardised.parquet")

    return run


def declared(project: Project, id: str) -> Project:
    """The project with that source declared as a gazetteer."""
    sources = [s.model_copy(update={"gazetteer": True}) if s.id == id else s for s in project.sources]
    return project.model_copy(update={"sources": tuple(sources)})


def test_an_address_takes_the_uprn_of_the_one_property_it_fits(with_gazetteer):
    rows = with_gazetteer([{"address": address, "postcode": code} for address, code, _ in FITS])
    assert [(row["record_id"], row["uprn"]) for row in rows] == [
        (f"{n:03}", case[2]) for n, case in enumerate(FITS)
    ]


def test_properties_are_no_records(with_gazetteer):
    assert {row["source"] for row in with_gazetteer([{"first_name": "Ada"}])} == {"a"}


def test_a_records_own_uprn_stays_and_so_does_the_key_of_its_address(with_gazetteer):
    home = {"address": "1 Alder Lane", "postcode": "ZQ1 1AA"}
    rows = with_gazetteer([home | {"uprn": "555"}, home, {"uprn": "100"}])
    assert [(row["place"], row["uprn"]) for row in rows] == [
        ("zq11aa|1|", "555"),
        ("zq11aa|1|", "100"),
        ("u100", "100"),
    ]


def test_the_order_of_the_properties_does_not_matter(with_gazetteer):
    records = [{"address": address, "postcode": code} for address, code, _ in FITS]
    assert with_gazetteer(records) == with_gazetteer(records, PROPERTIES[::-1])
