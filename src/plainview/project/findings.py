"""What a rule found: a problem before it is known on which line it stands."""

from __future__ import annotations

from typing import NamedTuple

from plainview.project.positions import Key


class Finding(NamedTuple):
    """One broken rule, at `key` of one file; the texts are those of `Problem`."""

    key: Key
    found: str
    expected: str
    next_step: str
