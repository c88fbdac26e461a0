"""The cost of a person does not grow with the number of people."""

from __future__ import annotations

import datetime
import time

import pytest

from plainview.demo.population import make_population


def seconds(residents: int) -> float:
    begin = time.process_time()
    make_population(residents, 1, datetime.date(2026, 11, 1))
    return time.process_time() - begin


@pytest.mark.slow
def test_cost_per_person_does_not_grow() -> None:
    seconds(2_000)  # imports and tables are read once
    small, large = seconds(40_000), seconds(160_000)
    assert large < 4 * small * 1.5
