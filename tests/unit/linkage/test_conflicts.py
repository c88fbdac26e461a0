"""What one person cannot have two of parts a cluster, however alike its records; slips and hearsay do not."""

import datetime as dt

import pytest
from compared_people import write_people

from plainview.linkage.conflicts import find_conflicts

BORN, OTHER = dt.date(1980, 5, 16), dt.date(1983, 11, 2)


@pytest.fixture
def conflicts(con, make_project):
    """The conflicting pairs, by place, among people that are all of one cluster."""

    def find(people, trusts=None, labels=None):
        ids = sorted({id for person in people for id in person["sources"]})
        rows = {id: [{"record_id": "1", "birth_date": BORN}] for id in ids}
        project, folder = make_project(
            rows, trusts={id: {"birth_date": trust} for id, trust in (trusts or {}).items()}
        )
        write_people(folder, people)
        listed = ", ".join(f"({place}, {label})" for place, label in enumerate(labels or [0] * len(people)))
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE labelled AS SELECT v.node, t.tuple_id, v.label "
            f"FROM (VALUES {listed}) v (node, label) JOIN (SELECT *, file_row_number AS node FROM "
            f"read_parquet('{folder}/tuples.parquet', file_row_number = true)) t USING (node)"
        )
        clusters = find_conflicts(con, project, folder, "labelled")
        con.execute("SELECT label, l, r FROM conflicts ORDER BY ALL")
        found = con.fetchall()
        assert clusters == len({label for label, _, _ in found})
        return [(left, right) for _, left, right in found]

    return find


def numbered(number, *sources):
    return {"nhs_number": number, "sources": sources or ("a",)}


def born(day, *sources):
    return {"birth_date": day, "sources": sources}


def test_two_nhs_numbers(conflicts):
    people = [numbered("9990000018"), numbered("9993456781"), numbered(None), numbered("9990000018", "b")]
    assert conflicts(people) == [(0, 1), (1, 3)]


@pytest.mark.parametrize("slip", ["9990000081", "9990000019", "9990000118", "9990001118"])
def test_nhs_numbers_at_most_two_slips_apart_are_none(conflicts, slip):
    assert conflicts([numbered("9990000018"), numbered(slip)]) == []


def test_birth_dates_that_two_sources_hold(conflicts):
    assert conflicts([born(BORN, "a", "b"), born(OTHER, "c", "d")]) == [(0, 1)]
    assert conflicts([born(BORN, "a"), born(BORN, "b"), born(OTHER, "c", "d")]) == [(0, 2), (1, 2)]


def test_a_birth_date_that_one_source_has_alone_is_hearsay(conflicts):
    assert conflicts([born(BORN, "a", "b"), born(OTHER, "c")]) == []


@pytest.mark.parametrize(("trust", "found"), [(3, []), (4, [(0, 1)]), (5, [(0, 1)])])
def test_a_source_that_sees_documents_is_enough(conflicts, trust, found):
    assert conflicts([born(BORN, "a", "b"), born(OTHER, "c")], trusts={"c": trust}) == found


@pytest.mark.parametrize(
    "slip",
    [
        dt.date(1980, 5, 17),  # one slip
        dt.date(1980, 1, 1),  # a placeholder of the same year
    ],
)
def test_slips_and_placeholders_of_birth_dates_are_none(conflicts, slip):
    assert conflicts([born(BORN, "a", "b"), born(slip, "c", "d")]) == []


def test_day_and_month_swapped_is_none(conflicts):
    day, swapped = dt.date(1980, 5, 11), dt.date(1980, 11, 5)
    assert conflicts([born(day, "a", "b"), born(swapped, "c", "d")]) == []


def test_people_of_different_clusters_may_differ(conflicts):
    assert conflicts([born(BORN, "a", "b"), born(OTHER, "c", "d")], labels=[0, 1]) == []
    assert conflicts([numbered("9990000018"), numbered("9993456781")], labels=[0, 1]) == []


INES = {
    "first_name": "Ines", "last_name": "Marlowe", "birth_date": BORN, "sex": "F", "address": "1 Alder Lane",
    "postcode": "ZQ1 1AB", "mobile": "06770900001", "email": "ines@example.org",
}  # fmt: skip


def rows(**by_source):
    return {id: [{**INES, **more, "record_id": "1"}] for id, more in by_source.items()}


def test_a_cluster_with_two_nhs_numbers_is_parted_along_its_evidence(groups):
    moved = {"address": "7 Dove Street", "postcode": "ZQ3 3CD"}
    records = rows(
        a={"nhs_number": "9434765919"},
        b={"middle_names": "Rose"},
        c={"nhs_number": "9876543210"} | moved,
        d=moved | {"middle_names": "Ann"},
    )
    counts, found = groups(records)
    assert counts["conflicts"] == 1
    assert found == {frozenset({"a:1", "b:1"}), frozenset({"c:1", "d:1"})}


def test_verified_birth_dates_part_and_unverified_ones_do_not(groups):
    older = {"birth_date": dt.date(1980, 5, 29)}
    records = rows(a={}, b={"middle_names": "Rose"}, c=older, d=older | {"middle_names": "Rose"})
    counts, found = groups(records)
    assert counts["conflicts"] == 1
    assert found == {frozenset({"a:1", "b:1"}), frozenset({"c:1", "d:1"})}
    counts, found = groups({id: records[id] for id in "abc"}, folder=None)
    assert counts["conflicts"] == 0
    assert found == {frozenset({"a:1", "b:1", "c:1"})}
