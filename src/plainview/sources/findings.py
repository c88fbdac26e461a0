"""What a quality check found: one row of the table `quality`."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from plainview.sources.measures import Check


@dataclass(frozen=True)
class Finding:
    """One rule applied to one delivery.

    `column` is the stored name, empty for the delivery as a whole. `share` is how much is good, 0 to 1;
    `passed` is None where the rule has no threshold and is told, not judged.
    """

    check: Check
    column: str
    rule: str
    numerator: float
    denominator: float
    share: float | None
    threshold: float | None
    passed: bool | None
    note: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def judge(
    check: Check,
    column: str,
    rule: str,
    numerator: float,
    denominator: float,
    threshold: float | None,
    note: str = "",
) -> Finding:
    """A finding whose share is numerator by denominator, judged where there is a threshold and a share."""
    share = round(numerator / denominator, 6) if denominator else None
    passed = None if share is None or threshold is None else share >= threshold
    return Finding(check, column, rule, numerator, denominator, share, threshold, passed, note)
