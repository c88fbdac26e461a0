"""The model that stands where nothing can be fitted already keeps apart who is apart, and joins who is one person."""

import datetime as dt

import numpy as np
import pytest
from compared_people import find_levels

from plainview.linkage.comparisons import comparisons, shifts
from plainview.linkage.model import usual_mixture
from plainview.linkage.statistics import Statistics

SOURCES = ("housing", "libraries")
MADE = comparisons(SOURCES)
NAMES = {"first_name": {"nia": 2, "ada": 1, "mohammed": 3}, "last_name": {"hollis": 1, "khan": 3}}

HOME = {
    "house_number": "1",
    "street": "alder lane",
    "town": "smallmere",
    "postcode": "zq11ab",
    "place": "zq11ab 1",
}
AWAY = {
    "house_number": "70",
    "street": "dove street",
    "town": "townhall",
    "postcode": "zx33cd",
    "place": "zx33cd 70",
}
NIA = {
    "first_name": "nia", "last_name": "hollis", "birth_date": dt.date(2015, 3, 14), "sex": "F", "mobile": "06770900123",
    "sources": ["housing"],
} | HOME  # fmt: skip
ELSEWHERE = {"sources": ["libraries"]}

TWO_PEOPLE = {
    "twins": NIA | {"first_name": "carys"},
    "a twin brother": NIA | {"first_name": "owen", "sex": "M"},
    "mother and daughter of one name": NIA | {"birth_date": dt.date(1985, 11, 23)},
    "grandmother of one name": NIA | {"birth_date": dt.date(1951, 11, 23)},
    "sisters": NIA | {"first_name": "carys", "birth_date": dt.date(2012, 7, 1)},
    "a lodger": NIA
    | {"first_name": "omar", "last_name": "khan", "birth_date": dt.date(1980, 7, 1), "sex": "M"},
    "namesakes of two towns": NIA | AWAY | {"birth_date": dt.date(1985, 11, 23), "mobile": "06770900777"},
    "strangers": AWAY
    | {"first_name": "omar", "last_name": "khan", "birth_date": dt.date(1980, 7, 1), "mobile": "06770900777"},
}
ONE_PERSON = {
    "all the same": NIA,
    "moved, with the telephone": NIA | AWAY,
    "a new telephone": NIA | {"mobile": "06770900777"},
    "a slip in the name": NIA | {"last_name": "holis"},
    "a slip in the birth date": NIA | {"birth_date": dt.date(2015, 3, 15)},
    "another last name": NIA | {"last_name": "khan", "former_last_name": "hollis"},
    "names the other way round": NIA | {"first_name": "hollis", "last_name": "nia"},
    "no birth date": NIA | {"birth_date": None},
    "moved, without a telephone": NIA | AWAY | {"mobile": None},
}


@pytest.fixture
def weights(con, make_project):
    """Of Nia with each of the others, in another source."""

    def weigh(others):
        project, folder = make_project({})
        pairs = [(NIA, other | ELSEWHERE) for other in others.values()]
        levels = find_levels(con, project, folder, Statistics(1000, NAMES, SOURCES), pairs)
        patterns = [
            sum(at[made.name] << shift for made, shift in zip(MADE, shifts(MADE), strict=True))
            for at in levels
        ]
        found = usual_mixture(MADE).match_weights(np.array(patterns, dtype=np.int64))
        return dict(zip(others, found.tolist(), strict=True))

    return weigh


def test_two_people_who_are_much_alike(weights):
    assert {who: weight for who, weight in weights(TWO_PEOPLE).items() if weight > 0} == {}


def test_one_person_who_is_not_quite_the_same(weights):
    assert {who: weight for who, weight in weights(ONE_PERSON).items() if weight <= 0} == {}
