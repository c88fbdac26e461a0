"""A model is fitted, the same whatever the order of rows and the number of threads; small inputs never fail."""

import datetime as dt
import json
import random

import numpy as np
import pytest
from linkage_stages import run_linkage

from plainview.engine.duck import connect
from plainview.linkage.comparisons import comparisons
from plainview.linkage.model import MODEL, PROJECT_MODEL, read_model
from plainview.linkage.score import KEPT, to_probability


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


def test_order_of_rows_and_threads_do_not_show(make_project, two_services, tmp_path):
    made = []
    for threads in (1, 2):
        records = {id: rows.copy() for id, rows in two_services.items()}
        if threads == 2:
            for rows in records.values():
                random.Random(5).shuffle(rows)
        project, folder = make_project(records, folder=tmp_path / f"with_{threads}")
        with connect(memory="1GB", threads=threads) as con:
            counts = run_linkage(con, project, folder)
        files = (
            "statistics.json",
            "pairs.parquet",
            MODEL,
            "links.parquet",
            "clusters.parquet",
            "tuples.parquet",
        )
        made.append([(folder / name).read_bytes() for name in files])
        assert counts["fitted"] == 1
        assert counts["clusters"] == 600
    assert made[0] == made[1]


def test_links_are_what_the_model_says_of_the_compared_pairs(con, make_project, two_services, read_rows):
    project, folder = make_project({id: rows[:150] for id, rows in two_services.items()})
    counts = run_linkage(con, project, folder)
    model = read_model(folder / MODEL)
    assert model.mixture.made == comparisons(("a", "b"))
    pairs, links = read_rows(folder / "pairs.parquet"), read_rows(folder / "links.parquet")
    patterns = np.array([row["pattern"] for row in pairs])
    weights = np.round(model.mixture.match_weights(patterns), 6).tolist()
    kept = [
        (row["node_l"], row["node_r"], row["pattern"], weight)
        for row, weight in zip(pairs, weights, strict=True)
        if 1 / (1 + 2**-weight) >= KEPT
    ]
    assert [(r["node_l"], r["node_r"], r["pattern"], r["match_weight"]) for r in links] == kept
    assert 0 < len(links) < len(pairs)
    tuples = [row["tuple_id"] for row in read_rows(folder / "tuples.parquet")]
    for row in links:
        assert (tuples[row["node_l"]], tuples[row["node_r"]]) == (row["tuple_l"], row["tuple_r"])
        assert row["tuple_l"] < row["tuple_r"]
        assert row["match_probability"] == pytest.approx(1 / (1 + 2 ** -row["match_weight"]), abs=1e-9)
    assert counts["matches"] == sum(row["match_probability"] >= 0.5 for row in links)
    assert counts["links"] == len(links)


def test_weights_beyond_all_bounds_are_probabilities_too():
    assert to_probability(np.array([-5000.0, 0.0, 5000.0])).tolist() == [0.0, 0.5, 1.0]


TWINS = [
    {"first_name": name, "last_name": "Hollis", "birth_date": dt.date(2015, 3, 4), "address": "1 Alder Lane",
     "postcode": "ZQ1 1AB", "mobile": "07700900123"}
    for name in ("Nia", "Carys")
]  # fmt: skip


def test_twins_and_a_parent_of_one_name_stay_apart(con, make_project, two_services, read_rows):
    family = [row | {"record_id": f"twin{n}"} for n, row in enumerate(TWINS)]
    family.append({**family[0], "birth_date": dt.date(1985, 11, 23), "record_id": "mother"})
    project, folder = make_project({**two_services, "c": family})
    run_linkage(con, project, folder)
    ids = {r["record_id"]: r["tuple_id"] for r in read_rows(folder / "identities.parquet")}
    clusters = {r["tuple_id"]: r["cluster"] for r in read_rows(folder / "clusters.parquet")}
    assert len({clusters[ids[record]] for record in ("twin0", "twin1", "mother")}) == 3


@pytest.mark.parametrize("rows", [0, 1, 2, 5])
def test_tiny_inputs_fall_back_to_the_usual_model(con, make_project, two_services, rows):
    project, folder = make_project({id: all[:rows] for id, all in two_services.items()} if rows else {})
    counts = run_linkage(con, project, folder)
    assert counts["fitted"] == counts["rounds"] == 0
    assert counts["clusters"] == rows


def test_a_field_that_is_always_empty_and_a_single_source(con, make_project, people):
    project, folder = make_project({"a": [person | {"email": None, "upn": ""} for person in people]})
    assert run_linkage(con, project, folder)["clusters"] == 600


def test_names_alone_are_enough_to_run(con, make_project, people):
    names = [{key: person[key] for key in ("record_id", "first_name", "last_name")} for person in people]
    project, folder = make_project({"a": names})
    assert run_linkage(con, project, folder)["identities"] == 600


def test_a_model_that_the_project_keeps_is_obeyed_and_not_trained_again(
    con, make_project, two_services, tmp_path
):
    project, folder = make_project(two_services, folder=tmp_path / "first")
    run_linkage(con, project, folder)
    kept = tmp_path / PROJECT_MODEL
    kept.parent.mkdir()
    kept.write_bytes((folder / MODEL).read_bytes())
    halved = {id: rows[::2] for id, rows in two_services.items()}
    project, second = make_project(halved, folder=tmp_path / "second")
    counts = run_linkage(con, project, second)
    assert (counts["kept"], counts["fitted"], counts["rounds"]) == (1, 0, 0)
    for name in (MODEL, "statistics.json"):
        assert json.loads((second / name).read_text()) == json.loads((folder / name).read_text())
    assert (second / MODEL).read_bytes() == kept.read_bytes()
