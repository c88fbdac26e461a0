"""Precision and recall from judged pairs: right on average, and inside their interval about 95 times in 100."""

import numpy as np
import pytest

from plainview.linkage.estimates import Stratum, estimate, estimate_groups

REPETITIONS = 400

# linked, pairs, share of them that are one person, pairs judged
WORLDS = {
    "many errors": [(True, 40_000, 0.99, 120), (True, 6_000, 0.9, 120), (True, 900, 0.6, 80),
                    (False, 900, 0.35, 80), (False, 9_000, 0.04, 120), (False, 60_000, 0.005, 150)],
    "few errors": [(True, 90_000, 0.999, 200), (True, 5_000, 0.97, 150), (True, 700, 0.7, 100),
                   (False, 800, 0.3, 100), (False, 9_000, 0.02, 200), (False, 30_000, 0.002, 300)],
    "a small place": [(True, 900, 0.98, 100), (True, 60, 0.7, 40), (False, 50, 0.4, 40), (False, 700, 0.03, 100)],
    "hardly an error": [(True, 50_000, 0.9995, 200), (True, 5_000, 0.999, 100), (True, 500, 0.95, 50),
                        (False, 500, 0.1, 50), (False, 5_000, 0.004, 100), (False, 20_000, 0.001, 200)],
}  # fmt: skip


def sample(world, dice):
    """Fixed populations, and a simple random sample of each stratum."""
    strata = []
    for linked, pairs, share, judged in world:
        same = round(pairs * share)
        seen = int(dice.hypergeometric(same, pairs - same, judged))
        strata.append(Stratum(linked, pairs, seen, judged - seen))
    return strata


def truth(world):
    right = sum(round(pairs * share) for linked, pairs, share, _ in world if linked)
    found = sum(pairs for linked, pairs, _, _ in world if linked)
    true = sum(round(pairs * share) for _, pairs, share, _ in world)
    return {"precision": right / found, "recall": right / true}


@pytest.mark.parametrize("name", WORLDS)
def test_estimates_are_unbiased_and_intervals_cover(name):
    world, dice = WORLDS[name], np.random.default_rng(1)
    found = [estimate(sample(world, dice)) for _ in range(REPETITIONS)]
    for measure, true in truth(world).items():
        values = np.array([getattr(one, measure).value for one in found])
        ends = np.array([getattr(one, measure).interval for one in found])
        noise = values.std() / np.sqrt(REPETITIONS)
        assert abs(values.mean() - true) < 3.5 * noise + 0.001, measure
        covered = np.mean((ends[:, 0] <= true) & (true <= ends[:, 1]))
        assert 0.90 <= covered <= 0.99, (measure, covered)


def test_a_census_is_certain():
    found = estimate([Stratum(True, 50, 45, 5), Stratum(False, 20, 5, 15)])
    assert found.precision.value == 0.9
    assert found.precision.interval == (0.9, 0.9)
    assert found.recall.value == 0.9


def test_what_cannot_be_told_widens_the_bounds_both_ways():
    found = estimate([Stratum(True, 100, 8, 1, 1), Stratum(False, 100, 1, 7, 2)])
    assert found.precision.bounds == (pytest.approx(0.8), pytest.approx(0.9))
    low, high = found.recall.bounds
    assert low == pytest.approx(80 / (80 + 30))
    assert high == pytest.approx(90 / (90 + 10))
    assert found.cannot_tell == 3


def test_no_error_seen_is_not_certainty():
    found = estimate([Stratum(True, 10_000, 100, 0), Stratum(False, 10_000, 0, 100)])
    assert found.precision.value == found.recall.value == 1
    assert found.precision.interval[0] < 0.99
    assert found.recall.interval[0] < 0.99


def test_the_same_verdicts_give_the_same_interval():
    strata = [Stratum(True, 1_000, 90, 10), Stratum(False, 500, 3, 47)]
    assert estimate(strata) == estimate(strata)


def test_groups_are_measured_apart():
    strata = [
        Stratum(True, 100, 10, 0, group="north"),
        Stratum(True, 100, 5, 5, group="south"),
        Stratum(True, 100, 0, 0, group="west"),
    ]
    north, south = estimate_groups(strata)
    assert (north.group, north.precision.value) == ("north", 1)
    assert (south.group, south.precision.value) == ("south", 0.5)


def test_nothing_linked_has_no_precision():
    found = estimate([Stratum(False, 10, 0, 5)])
    assert found.precision.value is None
    assert found.recall.value is None
    with pytest.raises(ValueError, match="without a verdict"):
        estimate([Stratum(True, 10, 0, 0)])
