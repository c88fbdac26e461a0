"""What a model knows of everybody: names that many have, never a rare one, and the sources with most records."""

import json

import pytest
from compared_people import write_people
from hypothesis import given
from hypothesis import strategies as st

from plainview.linkage.statistics import BANDS, FEWEST, SOURCES, Statistics, take_statistics


@pytest.fixture
def take(con, make_project):
    def take(people, sources=(), single=()):
        project, folder = make_project({id: [] for id in sources}, single=single)
        write_people(folder, people)
        return take_statistics(con, project, folder)

    return take


def named(name, number, field="last_name"):
    return [{field: name}] * number


def test_a_name_on_fewer_than_ten_tuples_is_never_listed(take):
    found = take([*named("rarely", FEWEST - 1), *named("often", FEWEST), *named("mostly", 30)])
    assert found.bands == {"first_name": {}, "last_name": {"mostly": 3, "often": 3}}
    assert "rarely" not in json.dumps(found.as_dict())


@pytest.mark.parametrize("field", BANDS)
def test_a_band_begins_at_its_share(take, field):
    """Of so many tuples that every edge is above ten of them."""
    tuples = 600_000
    statistics = {band: round(edge * tuples) for band, edge in enumerate(BANDS[field], start=1)}
    people = [
        person for band, number in statistics.items() for person in named(f"band {band}", number, field)
    ]
    people += [
        person for band, number in statistics.items() for person in named(f"below {band}", number - 1, field)
    ]
    rest = [{}] * (tuples - len(people))
    found = take([*people, *rest]).bands[field]
    assert found == {"band 1": 1, "band 2": 2, "band 3": 3, "below 2": 1, "below 3": 2}


def test_no_more_sources_than_a_number_has_bits_and_single_ones_first(take):
    ids = [f"s{number:02}" for number in range(SOURCES + 3)]
    people = [{"sources": [id]} for id in ids for _ in range(2)]
    people += [{"sources": [ids[5]]}, {"sources": [ids[0]]}]
    found = take(people, ids, single=(ids[-1],)).sources
    assert len(found) == SOURCES
    assert found == tuple(sorted(found))
    assert {ids[-1], ids[0], ids[5]} <= set(found)
    assert set(ids) - set(found) == set(ids[-4:-1])  # of sources with as many records the first ones stay


def test_nobody_at_all(take):
    assert take([]) == Statistics(0, {"first_name": {}, "last_name": {}}, ())


@given(st.dictionaries(st.text(max_size=5), st.integers(1, 3)), st.lists(st.text(max_size=4), unique=True))
def test_read_as_they_were_written(bands, sources):
    given = Statistics(7, {"first_name": bands, "last_name": {}}, tuple(sources))
    text = json.dumps(given.as_dict())
    assert Statistics.from_dict(json.loads(text)) == given
    assert list(json.loads(text)["bands"]["first_name"]) == sorted(bands)
