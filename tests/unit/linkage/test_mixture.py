"""Fitting finds what patterns were drawn from, within its caps, and weights are what the definition says."""

import json
import math
import random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.linkage.classes import CLASSES, MATCH, NAMES
from plainview.linkage.comparisons import comparisons, shifts
from plainview.linkage.mixture import LEAST, Mixture, capped_levels, fit, flat, round_digits, unpack
from plainview.linkage.model import MODEL, usual_mixture
from plainview.linkage.statistics import Statistics
from plainview.linkage.train import train

MADE = comparisons(("housing", "libraries"))
USUAL = usual_mixture(MADE)


def disturb(seed):
    """A mixture as unlike the usual one as two authorities are: every figure up to 60 % up or 40 % down."""
    dice = np.random.default_rng(seed)
    levels = {}
    for name, usual in USUAL.levels.items():
        drawn = usual[:, 1:] * dice.uniform(0.6, 1.6, usual[:, 1:].shape)
        levels[name] = np.c_[np.ones(len(drawn)), drawn / drawn.sum(axis=1, keepdims=True)]
    shares = USUAL.shares * dice.uniform(0.6, 1.6, len(NAMES))
    return Mixture(NAMES, MADE, shares / shares.sum(), levels)


def draw(mixture, pairs, seed):
    """Classes and patterns of pairs: each level by its class alone, and a fifth of all levels not known."""
    dice = np.random.default_rng(seed)
    classes = dice.choice(len(NAMES), pairs, p=mixture.shares)
    patterns = np.zeros(pairs, dtype=np.int64)
    for made, shift in zip(MADE, shifts(MADE), strict=True):
        edges = mixture.levels[made.name][:, 1:].cumsum(axis=1)[classes]
        levels = 1 + (dice.random(pairs)[:, None] * edges[:, -1:] > edges).sum(axis=1)
        levels[dice.random(pairs) < 0.2] = 0
        patterns |= levels << shift
    return classes, patterns


def fitted_to(patterns):
    distinct, counts = np.unique(patterns, return_counts=True)
    return fit(MADE, distinct, counts, USUAL, lambda share: None)


def f1(mixture, classes, patterns):
    found, true = mixture.match_weights(patterns) > 0, classes == MATCH
    return 2 * (found & true).sum() / (found.sum() + true.sum())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_fitting_recovers_what_the_patterns_were_drawn_from(seed):
    """Without a label: the share of matches within .003, their levels within .015, and hardly an error more."""
    true = disturb(seed)
    classes, patterns = draw(true, 100_000, seed + 10)
    mixture, rounds = fitted_to(patterns)
    assert rounds > 1
    assert mixture.shares[MATCH] == pytest.approx(true.shares[MATCH], abs=0.003)
    for name, levels in true.levels.items():
        assert mixture.levels[name][MATCH] == pytest.approx(levels[MATCH], abs=0.015), name
    assert f1(mixture, classes, patterns) >= f1(true, classes, patterns) - 0.0005


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_levels_are_probabilities_and_caps_hold_whatever_is_seen(seed):
    dice = np.random.default_rng(seed)
    patterns = np.zeros(3000, dtype=np.int64)
    for made, shift in zip(MADE, shifts(MADE), strict=True):
        patterns |= dice.integers(0, len(made.levels), 3000) << shift  # as unlike people as can be
    mixture, _ = fitted_to(patterns)
    assert mixture.shares.sum() == pytest.approx(1, abs=1e-5)
    by_name = {made.name: made for made in MADE}
    for name, levels in mixture.levels.items():
        assert (levels[:, 0] == 1).all()
        assert levels[:, 1:].sum(axis=1) == pytest.approx(np.ones(len(NAMES)), abs=1e-4), name
        assert ((levels > 0) & (levels <= 1)).all()
    for row, kind in enumerate(CLASSES):
        for cap in kind.caps:
            held = capped_levels(by_name[cap.comparison], cap)
            assert held
            assert mixture.levels[cap.comparison][row, held].sum() <= cap.most * (1 + 1e-5), (kind.name, cap)


def test_no_level_of_a_cap_is_taken_by_another_of_the_same_class():
    for kind in CLASSES:
        for made in MADE:
            held = [p for cap in kind.caps if cap.comparison == made.name for p in capped_levels(made, cap)]
            assert len(held) == len(set(held)) < len(made.levels) - 1


def weigh_slowly(mixture, pattern):
    odds = []
    for row, share in enumerate(mixture.shares.tolist()):
        total = math.log2(share)
        for made, (level,) in zip(MADE, unpack(MADE, np.array([pattern])), strict=True):
            total += math.log2(max(float(mixture.levels[made.name][row, level]), LEAST))
        odds.append(total)
    return odds[MATCH] - math.log2(math.fsum(2**total for row, total in enumerate(odds) if row != MATCH))


@given(st.tuples(*(st.integers(0, len(made.levels) - 1) for made in MADE)), st.sampled_from([1, 2, 3]))
def test_a_weight_is_the_odds_of_a_match_against_all_other_classes(levels, seed):
    mixture = disturb(seed)
    pattern = sum(level << shift for level, shift in zip(levels, shifts(MADE), strict=True))
    assert [int(found[0]) for found in unpack(MADE, np.array([pattern]))] == list(levels)
    (weight,) = mixture.match_weights(np.array([pattern]))
    assert weight == pytest.approx(weigh_slowly(mixture, pattern), abs=1e-9)


def test_nothing_known_of_a_pair_leaves_the_share_of_matches():
    (weight,) = USUAL.match_weights(np.array([0]))
    share = USUAL.shares[MATCH] / USUAL.shares.sum()
    assert weight == pytest.approx(math.log2(share / (1 - share)), abs=1e-9)


def test_a_mixture_that_knows_nothing_weighs_all_patterns_alike():
    _, patterns = draw(disturb(4), 100, 4)
    assert np.ptp(flat(MADE).match_weights(patterns)) == pytest.approx(0, abs=1e-9)


def write_pairs(folder, patterns, statistics):
    count = pa.array(range(len(patterns)), pa.int32())
    folder.mkdir()
    pq.write_table(
        pa.table({"node_l": count, "node_r": count, "pattern": pa.array(patterns, pa.int64())}),
        folder / "pairs.parquet",
    )
    (folder / "statistics.json").write_text(json.dumps(statistics.as_dict()), encoding="utf-8")
    return folder


def test_the_order_of_pairs_does_not_show_in_a_byte_of_the_model(con, make_project, tmp_path):
    project, _ = make_project({})
    _, patterns = draw(disturb(1), 5000, 6)
    rows = patterns.tolist()
    texts = []
    for number in range(3):
        random.Random(number).shuffle(rows)
        statistics = Statistics(4000, {"first_name": {}, "last_name": {}}, ("housing", "libraries"))
        folder = write_pairs(tmp_path / f"order_{number}", rows, statistics)
        assert train(con, project, folder)["fitted"] == 1
        texts.append((folder / MODEL).read_bytes())
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize(
    ("value", "kept"), [(0.0, 0.0), (1.0, 1.0), (0.123456789, 0.123457), (1.23456789e-7, 1.23457e-7)]
)
def test_parameters_have_six_digits(value, kept):
    assert round_digits(np.array([value])) == pytest.approx([kept], rel=1e-12)
