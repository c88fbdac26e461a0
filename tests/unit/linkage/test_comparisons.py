"""Each level of each comparison is reached, whichever side is which; where one side does not know, nothing is said."""

import datetime as dt

import pytest
from compared_people import find_levels

from plainview.linkage.comparisons import comparisons, shifts
from plainview.linkage.statistics import SOURCES, Statistics

KNOWN_SOURCES = ("housing", "libraries")
STATISTICS = Statistics(
    tuples=1000,
    bands={
        "first_name": {"ada": 1, "nia": 2, "mohammed": 3, "elizabeth": 1},
        "last_name": {"abara": 1, "khan": 2, "smith": 3},
    },
    sources=KNOWN_SOURCES,
)
MADE = comparisons(KNOWN_SOURCES)


def first(name, last="hollis", **more):
    return {"first_name": name, "last_name": last, **more}


def last(name, **more):
    return {"first_name": "ines", "last_name": name, **more}


def born(text):
    return {"birth_date": dt.date.fromisoformat(text)}


def lives(number=None, street=None, postcode=None, town=None, **more):
    place = f"{postcode} {number}" if number and postcode else None
    return {
        "house_number": number,
        "street": street,
        "postcode": postcode,
        "town": town,
        "place": place,
    } | more


def identifiers(name, title, number, other):
    slip = number[:-1] + ("x" if number[-1] != "x" else "y")
    return {
        f"{title} not known": ({name: number}, {}),
        f"same {title}": ({name: number}, {name: number}),
        f"{title}s nearly the same": ({name: number}, {name: slip}),
        f"{title}s differ": ({name: number}, {name: other}),
    }


EXAMPLES = {
    "first_name": {
        "first name not known": (first("wilf"), first(None)),
        "same first name, rare": (first("wilf"), first("wilf")),
        "same first name, uncommon": (first("ada"), first("ada")),
        "same first name, common": (first("nia"), first("nia")),
        "same first name, very common": (first("mohammed"), first("mohammed")),
        "first and last name swapped": (first("wilf", "hollis"), first("hollis", "wilf")),
        "a short form of the same first name": (first("elizabeth"), first("betty")),
        "first names nearly the same": (first("wilfred"), first("wilfed")),
        "initial agrees": (first("w"), first("wilfred")),
        "first name of one is another name of the other": (
            first("wilf", middle_names="george"),
            first("george"),
        ),
        "first names similar": (first("marianne"), first("marisa")),
        "first names differ": (first("wilf"), first("oona")),
    },
    "last_name": {
        "last name not known": (last("hollis"), last(None)),
        "same last name, rare": (last("hollis"), last("hollis")),
        "same last name, uncommon": (last("abara"), last("abara")),
        "same last name, common": (last("khan"), last("khan")),
        "same last name, very common": (last("smith"), last("smith")),
        "a former last name the same": (last("hollis"), last("abara", former_last_name="hollis")),
        "last names nearly the same": (last("fenwick"), last("fenwik")),
        "one of several last names the same": (last("garcia lopez"), last("lopez")),
        "last names similar": (last("morrison"), last("morton")),
        "last names differ": (last("hollis"), last("dunmore")),
    },
    "middle_names": {
        "middle names not known": ({"middle_names": "rose"}, {}),
        "same middle names": ({"middle_names": "rose ann"}, {"middle_names": "rose"}),
        "middle initial agrees": ({"middle_names": "rose"}, {"middle_names": "r"}),
        "middle names differ": ({"middle_names": "rose"}, {"middle_names": "ann"}),
    },
    "birth_date": {
        "birth date not known": (born("1980-05-16"), {}),
        "same birth date, a first of January": (born("1980-01-01"), born("1980-01-01")),
        "same birth date": (born("1980-05-16"), born("1980-05-16")),
        "day and month swapped": (born("1980-05-06"), born("1980-06-05")),
        "same year, one says the first of January": (born("1980-05-16"), born("1980-01-01")),
        "birth dates one slip apart": (born("1980-05-16"), born("1980-05-17")),
        "two parts of the birth date agree": (born("1980-05-16"), born("1980-05-29")),
        "birth dates two slips apart": (born("1980-05-16"), born("1981-05-17")),
        "same year of birth": (born("1980-05-16"), born("1980-11-29")),
        "born within twelve years": (born("1980-05-16"), born("1992-11-29")),
        "born more than twelve years apart": (born("1980-05-16"), born("1993-11-29")),
    },
    "sex": {
        "sex not known": ({"sex": "F"}, {}),
        "same sex": ({"sex": "F"}, {"sex": "F"}),
        "sex differs": ({"sex": "F"}, {"sex": "M"}),
    },
    "place": {
        "address not known": (lives("1", "alder lane", "zq11ab"), lives()),
        "same address": (lives("1", "alder lane", "zq11ab"), lives("1", "alder ln", "zq11ab")),
        "nearly the same address": (lives("12", "alder lane", "zq11ab"), lives("12", "alder lane", "zq11ax")),
        "same postcode": (lives("12", "alder lane", "zq11ab"), lives("47", "alder lane", "zq11ab")),
        "same street": (lives("12", "alder lane", "zq11ab"), lives("47", "alder lane", "zq22cd")),
        "same town or postcode district": (
            lives("12", "alder lane", "zq11ab", "smallmere"),
            lives("47", "birch road", "zq22cd", "smallmere"),
        ),
        "nothing about the address agrees": (
            lives("12", "alder lane", "zq11ab", "smallmere"),
            lives("47", "birch road", "zx22cd", "townhall"),
        ),
    },
    "contact": {
        "no contact detail to compare": ({"email": "a@example.org"}, {"phone": "06770900001"}),
        "same e-mail": ({"email": "a@example.org"}, {"email": "a@example.org"}),
        "same telephone": ({"mobile": "06770900001"}, {"mobile": "06770900001"}),
        "contact details differ": ({"mobile": "06770900001"}, {"mobile": "06770999992"}),
    },
    "nhs_number": identifiers("nhs_number", "NHS number", "9990000018", "9993456781"),
    "upn": identifiers("upn", "pupil number", "a123456789012", "z998877665544"),
    "nino": identifiers("nino", "National Insurance number", "qq123456c", "zz998877a"),
    "national_id": identifiers("national_id", "national number", "ab1234567", "zz9988776"),
    "shared_source": {
        "sources not told apart": ({"sources": ["housing"]}, {"sources": ["a new one"]}),
        "from different sources": ({"sources": ["housing"]}, {"sources": ["libraries"]}),
        "both in housing": ({"sources": ["housing", "libraries"]}, {"sources": ["housing", "libraries"]}),
        "both in libraries": ({"sources": ["libraries"]}, {"sources": ["housing", "libraries"]}),
    },
}

UNREACHED = {"both in another source"}
"""There is room for it in a pattern; no tuple can be at it, since bits are those of the listed sources alone."""

CASES = [(name, label, pair) for name, levels in EXAMPLES.items() for label, pair in levels.items()]


@pytest.fixture
def levels(con, make_project):
    project, folder = make_project({})

    def find(pairs):
        return find_levels(con, project, folder, STATISTICS, pairs)

    return find


def test_every_level_has_an_example():
    assert {made.name for made in MADE} == set(EXAMPLES)
    for made in MADE:
        assert {level.label for level in made.levels} - UNREACHED == set(EXAMPLES[made.name]), made.name


def test_every_example_is_at_its_level_on_both_sides(levels):
    by_name = {made.name: made for made in MADE}
    for pairs in ([pair for _, _, pair in CASES], [pair[::-1] for _, _, pair in CASES]):
        found = [
            (name, by_name[name].levels[at[name]].label)
            for (name, _, _), at in zip(CASES, levels(pairs), strict=True)
        ]
        assert found == [(name, label) for name, label, _ in CASES]


def test_all_other_comparisons_too_are_the_same_from_both_sides(levels):
    pairs = [pair for _, _, pair in CASES]
    assert levels(pairs) == levels([pair[::-1] for pair in pairs])


def test_a_side_of_which_nothing_is_known_is_no_evidence(levels):
    sides = [side for _, _, pair in CASES for side in pair]
    for at in levels([(side, {}) for side in sides]):
        assert set(at.values()) == {0}


def test_the_first_level_is_not_known_and_the_last_whatever_no_other_is():
    for made in MADE:
        assert made.levels[-1].sql == "else"
        assert made.levels[0].label.endswith(("not known", "to compare", "not told apart"))


def test_a_pattern_has_room_for_every_level_of_as_many_sources_as_there_may_be():
    most = comparisons(tuple(f"s{number:02}" for number in range(SOURCES)))
    assert shifts(most) == shifts(MADE)
    assert all(len(made.levels) <= 1 << made.bits for made in most)
    assert sum(made.bits for made in most) < 63
