"""Mistakes a user can fix: what was found, where, what was expected, the next step.

Everything a user can put right is raised as a :class:`UserError` and printed without a traceback.
Anything else that escapes is a fault of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake, in one place.

    `path` is relative to the project folder where possible; `line` counts from 1, and 0 means that
    the mistake is in the file as a whole; `key` is the dotted TOML key or the column of a delivery.
    """

    path: str
    line: int
    key: str
    found: str
    expected: str
    next_step: str

    def __str__(self) -> str:
        where = f"{self.path}:{self.line}" if self.line else self.path
        key = f" {self.key}" if self.key else ""
        return f"{where}{key}: {self.found}; expected {self.expected}. {self.next_step}"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain data, for `--json`."""
        return asdict(self)


class UserError(Exception):
    """Something the user can fix. Holds every problem found, in file and line order. Exit code 2."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        found = [problems] if isinstance(problems, Problem) else list(problems)
        self.problems: list[Problem] = sorted(found)
        super().__init__("\n".join(str(p) for p in self.problems))


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """`'Did you mean "date"?'` for a near-miss, else the list of what is known."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    return "Use one of: " + ", ".join(known) + "."
