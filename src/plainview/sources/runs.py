"""What happened when a source's deliveries were ingested: the record that the build keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from plainview.project.errors import Problem, UserError


@dataclass(frozen=True)
class RefusedDelivery:
    """A delivery that was not good enough, and why."""

    path: str
    delivery_date: date
    problems: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return {
            "path": self.path,
            "delivery_date": self.delivery_date.isoformat(),
            "problems": [problem.as_dict() for problem in self.problems],
        }


@dataclass(frozen=True)
class IngestRun:
    """One source's turn: which delivery was loaded, and where every row of it went.

    `path` is relative to the project folder. `read = loaded + quarantined + the sum of excluded`.
    `delivery_date`, `path` and `sha256` are empty only where the source is optional and has no delivery.
    """

    source: str
    delivery_date: date | None
    path: str
    sha256: str
    read: int
    loaded: int
    quarantined: int
    excluded: dict[str, int] = field(default_factory=dict)
    values_left_out: int = 0
    refused: tuple[RefusedDelivery, ...] = ()
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for a manifest or `--json`."""
        return asdict(self) | {
            "delivery_date": self.delivery_date.isoformat() if self.delivery_date else None,
            "refused": [delivery.as_dict() for delivery in self.refused],
            "notes": list(self.notes),
        }


class NoGoodDelivery(UserError):  # noqa: N818 - it says what happened, and is a UserError
    """A source has no delivery that can be loaded. The build may then keep the previous snapshot's table."""

    def __init__(
        self,
        source: str,
        problems: Iterable[Problem],
        refused: tuple[RefusedDelivery, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        super().__init__(problems)
        self.source = source
        self.refused = refused
        self.notes = notes
