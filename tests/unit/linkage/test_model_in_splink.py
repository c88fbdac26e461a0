"""Plain two-class models go to Splink and come from it, and both score every pair alike."""

import datetime as dt
import json
import logging
import random

import numpy as np
import pyarrow as pa
import pytest
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from invented import FIRST_NAMES
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from plainview.engine.duck import connect
from plainview.linkage.collapse import collapse
from plainview.linkage.compare import compare, count_statistics, read_statistics
from plainview.linkage.comparisons import comparisons as our_comparisons
from plainview.linkage.features import FEATURES, make_features
from plainview.linkage.mixture import Mixture
from plainview.linkage.model import Model, usual_mixture
from plainview.linkage.splink_json import as_splink, patterns_of, read_splink, two_classes, write_splink_model
from plainview.linkage.standardise import standardise
from plainview.project.errors import UserError

logging.getLogger("splink").setLevel(logging.ERROR)

FIRST = FIRST_NAMES[:12]
LAST = ["Abara", "Brook", "Costa", "Dunmore", "Eze", "Fenwick", "Gill", "Hollis", "Iqbal", "Jarrett", "Lund"]
PLACE = ["ZQ1 1AB", "ZQ1 2CD", "ZQ2 3EF", "ZQ2 4GH", "ZQ3 5IJ"]


def invent_records(number: int) -> pa.Table:
    """Records of invented people, two of each, with slips and gaps."""
    dice = random.Random(7)
    rows = []
    for place in range(number):
        if place % 2 == 0:
            born = dt.date(1940, 1, 1) + dt.timedelta(days=dice.randrange(28_000))
            person = {
                "first_name": dice.choice(FIRST) + dice.choice(["", "a", "e", "o"]),
                "surname": dice.choice(LAST) + dice.choice(["", "s", "son"]),
                "dob": str(born),
                "postcode": dice.choice(PLACE),
            }
        row = dict(person)
        for field in ("first_name", "surname", "dob"):
            if dice.random() < 0.15:
                at = dice.randrange(len(row[field]) - 1)
                row[field] = row[field][:at] + row[field][at + 1] + row[field][at] + row[field][at + 2 :]
        for field in row:
            if dice.random() < 0.05:
                row[field] = None
        rows.append({"unique_id": place, **row})
    return pa.Table.from_pylist(rows)


def splink_settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[block_on("first_name"), block_on("surname"), block_on("dob")],
        comparisons=[
            comparisons.JaroWinklerAtThresholds("first_name", [0.9, 0.7]),
            comparisons.LevenshteinAtThresholds("surname", [1, 2]),
            comparisons.DamerauLevenshteinAtThresholds("dob", [1, 2]),
            comparisons.CustomComparison(
                output_column_name="postcode",
                comparison_levels=[
                    levels.ExactMatchLevel("postcode"),
                    levels.CustomLevel("left(postcode_l, 3) = left(postcode_r, 3)", "same district"),
                    levels.ElseLevel(),
                ],
            ),
        ],
        retain_matching_columns=True,
    )


@pytest.fixture(scope="module")
def trained():
    """A linker that Splink has trained on 2,000 invented records, and the connection they are on."""
    con = connect(memory="1GB", threads=2)
    con.register("given", invent_records(2000))
    con.execute("CREATE TABLE people AS SELECT * FROM given")
    linker = Linker(DuckDBAPI(connection=con).register("people"), splink_settings(), log_level=None)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("first_name", "surname", "dob")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e5, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("surname"))
    yield linker, con
    con.close()


def test_our_scores_of_a_model_trained_by_splink_are_its_own(trained, tmp_path):
    linker, con = trained
    path = tmp_path / "splink.json"
    linker.misc.save_model_to_json(str(path))
    predicted = linker.inference.predict().physical_name
    mixture = read_splink(path)

    joined = (
        f"(SELECT l.first_name AS first_name_l, r.first_name AS first_name_r, l.surname AS surname_l, "
        f"r.surname AS surname_r, l.dob AS dob_l, r.dob AS dob_r, l.postcode AS postcode_l, "
        f"r.postcode AS postcode_r FROM {predicted} p JOIN people l ON l.unique_id = p.unique_id_l "
        f"JOIN people r ON r.unique_id = p.unique_id_r ORDER BY p.unique_id_l, p.unique_id_r)"
    )
    ours = mixture.match_weights(patterns_of(con, mixture, joined))
    theirs = con.execute(
        f"SELECT match_weight FROM {predicted} ORDER BY unique_id_l, unique_id_r"
    ).fetchnumpy()["match_weight"]
    assert len(ours) == len(theirs) > 20_000
    assert np.abs(ours - theirs).max() < 1e-6
    assert len(np.unique(np.round(theirs, 3))) > 40


@pytest.fixture
def own(con, make_project, people):
    """A project of ours up to its pairs, and a model: the usual one with its shares."""
    moved = [
        person | {"record_id": f"x{n}", "postcode": "ZQ9 9ZZ"} for n, person in enumerate(people) if n % 4
    ]
    project, folder = make_project({"a": people, "b": moved})
    for stage in (standardise, collapse, count_statistics, compare):
        stage(con, project, folder)
    statistics = read_statistics(folder)
    model = Model(usual_mixture(our_comparisons(statistics.sources)), statistics, {"rounds": 0})
    make_features(con, project, folder, statistics)
    return model, folder


def test_splink_opens_our_model_and_scores_pairs_as_our_plain_one_does(con, own, tmp_path):
    model, folder = own
    path = tmp_path / "ours.json"
    write_splink_model(model, path)
    con.execute(f"CREATE TABLE compared_people AS SELECT * FROM {FEATURES}")
    linker = Linker(DuckDBAPI(connection=con).register("compared_people"), str(path), log_level=None)
    predicted = linker.inference.predict().physical_name

    plain = two_classes(model.mixture)
    pairs = con.execute(
        f"SELECT pattern, match_weight FROM {predicted} s "
        f"JOIN {FEATURES} l ON l.tuple_id = least(s.tuple_id_l, s.tuple_id_r) "
        f"JOIN {FEATURES} r ON r.tuple_id = greatest(s.tuple_id_l, s.tuple_id_r) "
        f"JOIN '{folder / 'pairs.parquet'}' p ON p.node_l = l.node AND p.node_r = r.node"
    ).fetchnumpy()
    assert len(pairs["pattern"]) > 400
    assert np.abs(plain.match_weights(pairs["pattern"].astype(np.int64)) - pairs["match_weight"]).max() < 1e-6

    again = read_splink(path)
    assert np.allclose(again.shares, plain.shares)
    for made in model.mixture.made:
        assert np.allclose(again.levels[made.name], plain.levels[made.name])
        assert [level.label for level in made.levels[1:]] == [
            level.label for one in again.made if one.name == made.name for level in one.levels[1:]
        ]


def test_the_blend_of_a_single_other_class_is_that_class():
    made = our_comparisons(("a",))[:2]
    usual = usual_mixture(made)
    shares = np.zeros(len(usual.shares))
    shares[[0, 3]] = 0.25, 0.75
    plain = two_classes(Mixture(usual.classes, made, shares, usual.levels))
    for one in made:
        assert np.allclose(plain.levels[one.name][1], usual.levels[one.name][3])


def change(path, how):
    data = json.loads(path.read_text())
    how(data["comparisons"][0]["comparison_levels"])
    path.write_text(json.dumps(data))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (lambda found: found[1].update(tf_adjustment_column="first_name"), "term frequency"),
        (lambda found: found[1].pop("m_probability"), "m_probability"),
        (lambda found: found.pop(), "no ELSE"),
        (lambda found: found.reverse(), "null level after others"),
    ],
)
def test_what_a_plain_model_does_not_have_is_refused(tmp_path, how, said):
    path = tmp_path / "m.json"
    path.write_text(json.dumps(as_splink(usual_mixture(our_comparisons(("a",))))))
    change(path, how)
    with pytest.raises(UserError) as caught:
        read_splink(path)
    (problem,) = caught.value.problems
    assert said in problem.found
    assert problem.key == "first_name"


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "m.json"
    for text in ("", "[]", '{"comparisons": []}'):
        path.write_text(text)
        with pytest.raises(UserError, match="not a model of Splink's"):
            read_splink(path)
    with pytest.raises(UserError, match="no file that can be read"):
        read_splink(tmp_path / "none.json")
