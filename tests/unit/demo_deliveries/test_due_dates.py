from __future__ import annotations

import datetime

import pytest

from plainview.demo.deliveries.due_dates import LAST_DELIVERY, find_due_dates

CADENCES = ["daily", "weekly", "fortnightly", "monthly", "termly", "quarterly", "yearly", "once"]


@pytest.mark.parametrize("cadence", CADENCES)
@pytest.mark.parametrize("weeks", [1, 2, 60])
def test_every_source_delivers_last_on_the_last_day(cadence: str, weeks: int) -> None:
    days = find_due_dates(cadence, weeks)
    assert days[-1] == LAST_DELIVERY
    assert days == sorted(set(days))
    assert all(day.weekday() == 0 for day in days)


def test_a_cadence_says_how_often() -> None:
    counts = {cadence: len(find_due_dates(cadence, 52)) for cadence in CADENCES}
    assert counts == {
        "daily": 52,
        "weekly": 52,
        "fortnightly": 26,
        "monthly": 12,
        "termly": 3,
        "quarterly": 4,
        "yearly": 1,
        "once": 1,
    }
    assert datetime.date(2026, 10, 5) in find_due_dates("monthly", 6)
