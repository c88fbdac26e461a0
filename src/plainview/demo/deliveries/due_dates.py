"""When a source delivers: on Mondays, as often as its cadence says."""

from __future__ import annotations

import datetime

LAST_DELIVERY = datetime.date(2026, 11, 2)

# Deliveries that are not weekly come on the first Monday of these months.
_MONTHS = {
    "monthly": range(1, 13),
    "termly": (2, 6, 11),
    "quarterly": (2, 5, 8, 11),
    "yearly": (11,),
}


def find_due_dates(cadence: str, weeks: int) -> list[datetime.date]:
    """The delivery dates of a source over the last `weeks` weeks, oldest first; always the last one."""
    mondays = [LAST_DELIVERY - datetime.timedelta(weeks=back) for back in reversed(range(weeks))]
    return [day for place, day in enumerate(reversed(mondays)) if _is_due(day, cadence, place)][::-1]


def _is_due(day: datetime.date, cadence: str, weeks_back: int) -> bool:
    if weeks_back == 0 or cadence in ("daily", "weekly"):
        return True
    if cadence == "fortnightly":
        return weeks_back % 2 == 0
    return day.day <= 7 and day.month in _MONTHS.get(cadence, ())
