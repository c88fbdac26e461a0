"""The people while they are being made: columns of whole numbers that grow batch by batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from plainview.demo.population.calendars import EVER, NEVER
from plainview.demo.population.dice import Ints

F, M = 0, 1
NONE = -1
ROLES = (
    "adult", "partner", "child", "grandparent", "lodger", "sharer", "care_home", "foster_child",
    "children_home",
)  # fmt: skip
ADULT, PARTNER, CHILD, GRANDPARENT, LODGER, SHARER, CARE_HOME, FOSTER_CHILD, CHILDREN_HOME = range(9)

_DEFAULTS = {
    "sex": F,
    "birth": 0,
    "culture": 0,
    "house": NONE,
    "role": ADULT,
    "mother": NONE,
    "father": NONE,
    "joined": EVER,
    "gone": NEVER,
    "died": 0,
    "twin": NONE,
}


class Cast:
    """People by column. `house` is the household they belong to when the story ends or they leave it.

    sex (0 = F, 1 = M), birth (day), culture (code), role (code), mother and father (person or -1; either
    may be of any sex in a couple of one sex), joined (day they came into `house`, or EVER), gone (day they
    died or left the borough, or NEVER), died (1 if `gone` is a death), twin (person or -1).
    """

    sex: Ints
    birth: Ints
    culture: Ints
    house: Ints
    role: Ints
    mother: Ints
    father: Ints
    joined: Ints
    gone: Ints
    died: Ints
    twin: Ints

    def __init__(self) -> None:
        self._parts: dict[str, list[Ints]] = {name: [] for name in _DEFAULTS}
        self._count = 0
        self.seal()

    def __len__(self) -> int:
        return self._count

    def add(self, count: int, **columns: Any) -> Ints:
        """Add `count` people and give their numbers; columns left out have their default."""
        for name, default in _DEFAULTS.items():
            values = np.asarray(columns.get(name, default), dtype=np.int64)
            self._parts[name].append(np.broadcast_to(values, (count,)).copy())
        numbers = np.arange(self._count, self._count + count)
        self._count += count
        return numbers

    def seal(self) -> None:
        """Make the columns whole, so that they can be read and changed in place."""
        for name, parts in self._parts.items():
            whole = np.concatenate(parts) if parts else np.empty(0, np.int64)
            self._parts[name] = [whole]
            setattr(self, name, whole)
