"""A model is fitted, the same whatever the order of rows and the number of threads; small inputs never fail."""

import datetime as dt
import json
import random

import pytest

from plainview.engine.duck import connect
from plainview.linkage.blocking import RULES
from plainview.linkage.cluster import cluster
from plainview.linkage.collapse import collapse
from plainview.linkage.comparisons import compare
from plainview.linkage.fields import IDENTITY
from plainview.linkage.score import score
from plainview.linkage.standardise import standardise
from plainview.linkage.train import MODEL, train


def run_to_links(con, project, folder):
    counts = {}
    for stage in (standardise, collapse, train, score, cluster):
        counts |= stage(con, project, folder)
    return counts


def with_slips(people):
    """The same people as another service has them: every third with a slip, every fourth moved."""
    rows = []
    for n, person in enumerate(people):
        row = dict(person) | {"record_id": f"x{n:04}"}
        if n % 3 == 0:
            row["last_name"] = row["last_name"][1] + row["last_name"][0] + row["last_name"][2:]
        if n % 4 == 0:
            row |= {"address": f"{n % 50 + 100} Birch Road, Smallmere", "postcode": "ZQ9 9ZZ"}
        if n % 5 == 0:
            del row["mobile"]
        rows.append(row)
    return rows


@pytest.fixture
def two_services(people):
    return {"a": people, "b": with_slips(people)}


@pytest.mark.slow
def test_order_of_rows_and_threads_do_not_show(make_project, two_services, tmp_path):
    made = []
    for threads in (1, 2):
        records = {id: rows.copy() for id, rows in two_services.items()}
        if threads == 2:
            for rows in records.values():
                random.Random(5).shuffle(rows)
        project, folder = make_project(records, folder=tmp_path / f"with_{threads}")
        with connect(memory="1GB", threads=threads) as con:
            counts = run_to_links(con, project, folder)
        files = (MODEL, "links.parquet", "clusters.parquet", "tuples.parquet")
        made.append([(folder / name).read_bytes() for name in files])
        assert counts["fitted"] > 0
        assert counts["clusters"] == 600
    assert made[0] == made[1]


def test_links_carry_a_weight_for_each_comparison(con, make_project, two_services, read_rows):
    project, folder = make_project({id: rows[:60] for id, rows in two_services.items()})
    run_to_links(con, project, folder)
    model = json.loads((folder / MODEL).read_text())
    names = [comparison["output_column_name"] for comparison in model["comparisons"]]
    assert names == ["first_name", "last_name", "birth_date", "reach", "household"]
    prior = model["probability_two_random_records_match"]
    for row in read_rows(folder / "links.parquet"):
        total = sum(row[f"mw_{name}"] for name in names)
        assert 2 ** (row["match_weight"] - total) == pytest.approx(prior / (1 - prior), rel=1e-4)
        assert all(row[f"level_{name}"] >= -1 for name in names)


TWINS = [
    {"first_name": name, "last_name": "Hollis", "birth_date": dt.date(2015, 3, 4), "address": "1 Alder Lane",
     "postcode": "ZQ1 1AB", "mobile": "07700900123"}
    for name in ("Nia", "Carys")
]  # fmt: skip


@pytest.mark.slow
def test_twins_and_a_parent_of_one_name_stay_apart(con, make_project, two_services, read_rows):
    family = [row | {"record_id": f"twin{n}"} for n, row in enumerate(TWINS)]
    family.append({**family[0], "birth_date": dt.date(1985, 11, 23), "record_id": "mother"})
    project, folder = make_project({**two_services, "c": family})
    run_to_links(con, project, folder)
    ids = {r["record_id"]: r["tuple_id"] for r in read_rows(folder / "identities.parquet")}
    clusters = {r["tuple_id"]: r["cluster"] for r in read_rows(folder / "clusters.parquet")}
    assert len({clusters[ids[record]] for record in ("twin0", "twin1", "mother")}) == 3


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_tiny_inputs_fall_back_to_the_documented_values(con, make_project, two_services, rows):
    project, folder = make_project({id: all[:rows] for id, all in two_services.items()} if rows else {})
    counts = run_to_links(con, project, folder)
    assert counts["fitted"] == 0
    assert counts["clusters"] == rows


def test_a_field_that_is_always_empty_and_a_single_source(con, make_project, people):
    project, folder = make_project({"a": [person | {"email": None, "upn": ""} for person in people]})
    counts = run_to_links(con, project, folder)
    assert counts["clusters"] == 600


def test_names_alone_are_enough_to_run(con, make_project, people):
    names = [{key: person[key] for key in ("record_id", "first_name", "last_name")} for person in people]
    project, folder = make_project({"a": names})
    assert run_to_links(con, project, folder)["comparisons"] == 2


def test_every_comparison_and_rule_is_made_of_known_fields():
    everything = set(IDENTITY)
    assert all(set(rule.needs) <= everything for rule in RULES)
    for comparison in compare(everything):
        assert comparison.levels[-1].sql == "ELSE"
        assert all(0 < level.m <= 1 and 0 < level.u <= 1 for level in comparison.levels)
    for field in everything:
        compare(everything - {field})
