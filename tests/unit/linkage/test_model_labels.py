"""Judged pairs as labels: where they come from, what they weigh, and what they do to a model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.linkage.classes import NAMES
from plainview.linkage.collapse import collapse
from plainview.linkage.compare import compare, count_statistics, read_statistics
from plainview.linkage.comparisons import comparisons, shifts
from plainview.linkage.labels import Labels, match_labels, read_labels, weigh_labels
from plainview.linkage.mixture import Known, Mixture, fit
from plainview.linkage.samples import SHEET
from plainview.linkage.score import to_probability
from plainview.linkage.standardise import standardise
from plainview.linkage.train import fit_model
from plainview.project.errors import UserError

MADE = comparisons(("a", "b"))
IDENTIFIED = ("nhs_number", "upn", "nino", "national_id")

ALIKE = {
    "first_name": (1, 2, 3, 4),
    "last_name": (1, 2, 3, 4),
    "birth_date": (2,),
    "place": (1,),
    "sex": (1,),
    "middle_names": (1,),
    "contact": (1, 2, 3),
    "shared_source": (1,),
} | dict.fromkeys(IDENTIFIED, (1,))
"""The places of the levels at which two records of one person mostly are, by comparison."""

UNLIKE = {
    "first_name": (11,),
    "last_name": (8,),
    "birth_date": (9, 10),
    "place": (5,),
    "sex": (1, 2),
    "middle_names": (3,),
    "contact": (3,),
    "shared_source": (1, 2),
} | dict.fromkeys(IDENTIFIED, (3,))
"""The same of two people who have nothing in common."""

IN_COMMON = {
    "match": tuple(ALIKE),
    "household": ("last_name", "place", "contact"),
    "flatmate": ("place",),
    "twin": ("last_name", "place", "birth_date"),
    "kin": ("first_name", "last_name", "place"),
    "surname": ("last_name",),
    "first_name": ("first_name",),
    "namesake": ("first_name", "last_name"),
}
"""By class the comparisons that are as within one person."""


def make_truth():
    """A mixture of plain figures, whatever is shipped as usual: nineteen of twenty pairs are at the levels above."""
    levels = {}
    for made in MADE:
        stray = 1e-5 if made.name in IDENTIFIED else 0.05
        found = np.full((len(NAMES), len(made.levels)), stray / (len(made.levels) - 1))
        for row, kind in enumerate(NAMES):
            at = (ALIKE if made.name in IN_COMMON.get(kind, ()) else UNLIKE)[made.name]
            found[row, list(at)] += (1 - stray) / len(at)
        found[:, 0] = 1.0
        levels[made.name] = found
    return Mixture(NAMES, MADE, np.full(len(NAMES), 1 / len(NAMES)), levels)


USUAL = make_truth()
EDGES = (0.01, 0.1, 0.5, 0.9, 0.99)

SELDOM = ("middle_names", *IDENTIFIED)
DEFAULTED = {
    "first_name": (3, 4),  # common names
    "last_name": (3, 4),
    "birth_date": (1,),  # the same first of January
    "place": (5,),  # the same town
    "shared_source": (1,),
    "sex": (1,),
    "contact": (0,),
} | dict.fromkeys(SELDOM, (0,))
"""Strangers of common names whose birth date was typed in as the first of January: no class expects them."""


def draw(dice, kind, number, held=None):
    """Patterns of pairs of the class `kind` of the usual model, or at the levels of `held`."""
    total = np.zeros(number, dtype=np.int64)
    for made, shift in zip(MADE, shifts(MADE), strict=True):
        chances = USUAL.levels[made.name][NAMES.index(kind), 1:]
        level = 1 + dice.choice(len(chances), size=number, p=chances / chances.sum())
        if made.name in SELDOM:
            level[dice.random(number) < 0.9] = 0
        if held:
            level = dice.choice(held[made.name], size=number)
        total += level << shift
    return total


def make_world(dice, strangers):
    """Patterns of pairs, and which of them are one person."""
    sizes = {"match": 6000, "household": 12_000, "first_name": 12_000, "unrelated": 8000, "namesake": 2000}
    parts = [draw(dice, kind, number) for kind, number in sizes.items()]
    parts.append(draw(dice, "namesake", strangers, DEFAULTED))
    patterns = np.concatenate(parts)
    return patterns, np.arange(len(patterns)) < 6000


def fitted(patterns, labels=None):
    found, counts = np.unique(patterns, return_counts=True)
    mixture, _ = fit(MADE, found, counts, USUAL, lambda share: None)
    if labels is None:
        return mixture
    left, known = weigh_labels(mixture, found, counts, labels)
    return fit(MADE, found, left, USUAL, lambda share: None, known)[0]


def probabilities(mixture, patterns):
    return to_probability(mixture.match_weights(patterns))


def f1(mixture, patterns, truth):
    said = probabilities(mixture, patterns) >= 0.95
    return 2 * (said & truth).sum() / (said.sum() + truth.sum())


def judge(dice, mixture, patterns, truth, number):
    """Labels as reviewers give them: half of the pairs that are linked, half of the others."""
    linked = probabilities(mixture, patterns) >= 0.5
    picks = [dice.choice(np.flatnonzero(side), number // 2, replace=False) for side in (linked, ~linked)]
    chosen = np.concatenate(picks)
    return Labels(patterns[chosen], truth[chosen], 0)


@pytest.mark.parametrize("strangers", [1000, 3000])
def test_five_hundred_labels_mend_a_model_that_training_alone_gets_wrong(strangers):
    dice = np.random.default_rng(3)
    patterns, truth = make_world(dice, strangers)
    alone = fitted(patterns)
    labelled = fitted(patterns, judge(dice, alone, patterns, truth, 500))
    assert f1(alone, patterns, truth) < 0.94
    assert f1(labelled, patterns, truth) > 0.98


def test_labels_that_agree_with_the_model_hardly_move_it():
    dice = np.random.default_rng(4)
    patterns, truth = make_world(dice, 0)
    alone = fitted(patterns)
    labelled = fitted(patterns, judge(dice, alone, patterns, truth, 300))
    assert abs(f1(alone, patterns, truth) - f1(labelled, patterns, truth)) < 0.003
    moved = np.abs(probabilities(alone, patterns) - probabilities(labelled, patterns))
    assert moved.mean() < 0.003
    assert np.abs(alone.shares[0] - labelled.shares[0]) < 0.005


def test_no_labels_change_nothing():
    patterns, _ = make_world(np.random.default_rng(5), 500)
    found, counts = np.unique(patterns, return_counts=True)
    none = Known(np.array([], dtype=np.int64), np.array([], dtype=bool), np.array([]))
    alone, rounds = fit(MADE, found, counts, USUAL, lambda share: None)
    again, again_rounds = fit(MADE, found, counts, USUAL, lambda share: None, none)
    assert rounds == again_rounds
    assert (alone.shares == again.shares).all()
    assert all((alone.levels[name] == again.levels[name]).all() for name in alone.levels)


@given(seed=st.integers(0, 10_000), judged=st.integers(1, 400))
def test_labels_stand_for_pairs_of_their_own_band_and_never_for_more_than_half_of_it(seed, judged):
    dice = np.random.default_rng(seed)
    patterns = np.concatenate([draw(dice, kind, 150) for kind in NAMES])
    found, counts = np.unique(patterns, return_counts=True)
    chosen = dice.choice(patterns, judged)
    left, known = weigh_labels(USUAL, found, counts, Labels(chosen, dice.random(judged) < 0.5, 0))
    band, own = (np.digitize(probabilities(USUAL, some), EDGES) for some in (found, chosen))
    for place in range(len(EDGES) + 1):
        size = counts[band == place].sum()
        weight = known.weights[own == place].sum()
        assert left[band == place].sum() + weight == pytest.approx(size)
        assert weight <= size / 2 + 1e-9
    assert (known.weights <= 20).all()
    assert (left >= 0).all()


def write_sheet(path, rows):
    head = ",".join(SHEET)
    path.write_text("\n".join([head, *(f"{n},s01,{row}" for n, row in enumerate(rows, start=1))]) + "\n")
    return path


DECISIONS = """decided_at,decided_by,kind,one_source,one_record_id,other_source,other_record_id,reason
2026-01-31T09:30:00Z,steward,same,a,r0001,b,x0001,typing_error
2026-01-31T09:31:00Z,steward,not_same,a,r0002,b,x0003,relatives
2026-01-31T09:32:00Z,steward,same,a,r0004,b,x0004,typing_error
2026-01-31T09:33:00Z,steward,withdraw,a,r0004,b,x0004,decided_in_error
"""


def test_labels_are_read_from_sheets_and_from_decisions_in_force(tmp_path):
    sheet = write_sheet(tmp_path / "sheet.csv", ["a,r0005,b,x0005,same", "a,r0006,b,x0007,not same",
                                                 "a,r0008,b,x0008,cannot_tell", "a,r0009,b,x0009,"])  # fmt: skip
    decisions = tmp_path / "identity.csv"
    decisions.write_text(DECISIONS)
    assert read_labels([sheet, decisions]) == [
        (("a", "r0005"), ("b", "x0005"), True),
        (("a", "r0006"), ("b", "x0007"), False),
        (("a", "r0001"), ("b", "x0001"), True),
        (("a", "r0002"), ("b", "x0003"), False),
    ]


def test_files_that_are_no_labels_are_refused(tmp_path):
    sheet = write_sheet(tmp_path / "sheet.csv", ["a,r1,b,x1,yes"])
    with pytest.raises(UserError, match="no such verdict"):
        read_labels([sheet])
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="other columns"):
        read_labels([other])
    with pytest.raises(UserError, match="no such file"):
        read_labels([tmp_path / "none.csv"])


def test_judgements_become_labels_of_compared_pairs(con, make_project, people):
    slipped = [
        person | {"record_id": f"x{n:04}", "last_name": person["last_name"] + "e"}
        for n, person in enumerate(people)
    ]
    project, folder = make_project({"a": people, "b": slipped, "c": people[:1]})
    for stage in (standardise, collapse, count_statistics, compare):
        stage(con, project, folder)
    a = [("a", f"r{n:04}") for n in range(600)]
    b = [("b", f"x{n:04}") for n in range(600)]
    judgements = [
        (a[1], b[1], True),
        (b[1], a[1], True),  # the same again, the other way round
        (a[2], b[2], False),
        (a[3], b[3], True),
        (a[3], b[3], False),  # judged both ways
        (a[0], ("c", "r0000"), True),  # they say the same
        (a[4], ("gone", "1"), True),
        (a[5], b[9], False),  # nothing brings them together
    ]
    labels = match_labels(con, folder, judgements)
    assert sorted(labels.same.tolist()) == [False, True]
    assert labels.left_out == 5
    model = fit_model(con, project, folder, labels=labels)
    assert model.trained["labels"] == 2
    assert model.trained["on"] == fit_model(con, project, folder).trained["on"]
    assert read_statistics(folder) == model.statistics
    nothing = match_labels(con, folder, [])
    assert (
        fit_model(con, project, folder, labels=nothing).as_json() == fit_model(con, project, folder).as_json()
    )
