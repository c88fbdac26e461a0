"""What a pair of tuples can be: one person, or one of several kinds of two people.

Two people are not alike in one way. Members of a household share an address, twins a birth date too, father and
son a name; a model with one kind of non-match takes them all for one person, since what they share is
rare among strangers. So each kind is a class of its own in a mixture, all fitted together.

A class says which patterns it starts from (`seed`), and how far a level's probability may go (`caps`): without
caps, expectation maximisation lets classes drift into each other. The idea and most figures are those of the
measurements kept with ADR 0010.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plainview.linkage.fields import IDENTIFIERS

Levels = Mapping[str, NDArray[np.int64]]
"""Comparison name to the level of each pattern."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Cap:
    """At most `most` of the pairs of a class are at one of these levels (of labels that begin so)."""

    comparison: str
    labels: tuple[str, ...]
    most: float


@dataclass(frozen=True)
class Class:
    """One kind of pair. The first that the seeds of a pattern fit is its start; `match` is one person."""

    name: str
    meaning: str
    caps: tuple[Cap, ...] = ()
    match: bool = field(default=False)


_IDENTIFIED = tuple(
    Cap(name, (words,), most) for name in IDENTIFIERS for words, most in (("same ", 1e-5), ("near", 1e-3))
)
_SAME_BIRTH = ("same birth date",)
_SAME_FIRST = ("same first", "first and last", "a short", "first names nearly", "initial")
_OTHER_FIRST = ("first names differ", "first names similar", "first name of one")
_SAME_LAST = ("same last", "a former", "last names nearly", "one of several")
_OTHER_LAST = ("last names differ", "last names similar")
_HERE = ("same address", "nearly the same address")
_AWAY = ("same town", "nothing about")
_REACHED = ("same telephone", "same e-mail")


def _others(birth: float, *caps: Cap) -> tuple[Cap, ...]:
    return (Cap("birth_date", _SAME_BIRTH, birth), *caps, *_IDENTIFIED)


CLASSES = (
    Class(
        "match",
        "one person",
        (
            Cap("sex", ("sex differs",), 0.005),
            Cap("birth_date", ("born ",), 0.05),
            Cap("first_name", ("first names differ",), 0.05),
            Cap("last_name", ("last names differ",), 0.12),
            *(Cap(name, ("differ",), 0.1) for name in IDENTIFIERS),
        ),
        match=True,
    ),
    Class(
        "household",
        "two people of one home and one last name",
        _others(
            0.003,
            Cap("first_name", _SAME_FIRST, 0.02),
            Cap("last_name", _OTHER_LAST, 0.02),
            Cap("place", _AWAY, 0.02),
        ),
    ),
    Class(
        "flatmate",
        "two people of one home with different last names",
        _others(
            0.003,
            Cap("first_name", _SAME_FIRST, 0.02),
            Cap("last_name", _SAME_LAST, 0.02),
            Cap("place", _AWAY, 0.02),
        ),
    ),
    Class(
        "twin",
        "twins, or others born on one day in one family",
        _others(
            1.0,
            Cap("first_name", _SAME_FIRST, 0.05),
            Cap("last_name", _OTHER_LAST, 0.1),
            Cap("place", _AWAY, 0.1),
        ),
    ),
    Class(
        "kin",
        "two of one name in one family, such as father and son",
        _others(
            0.003,
            Cap("first_name", _OTHER_FIRST, 0.05),
            Cap("last_name", _OTHER_LAST, 0.05),
            Cap("place", _AWAY, 0.1),
        ),
    ),
    Class(
        "surname",
        "two people with one last name in different homes",
        _others(
            1.0,
            Cap("first_name", _SAME_FIRST, 0.05),
            Cap("last_name", _OTHER_LAST, 0.05),
            Cap("place", _HERE, 0.05),
        ),
    ),
    Class(
        "first_name",
        "two people with one first name",
        _others(
            1.0,
            Cap("first_name", _OTHER_FIRST, 0.05),
            Cap("last_name", _SAME_LAST, 0.05),
            Cap("contact", _REACHED, 0.002),
        ),
    ),
    Class(
        "unrelated",
        "two people with nothing in common",
        _others(
            0.01,
            Cap("first_name", _SAME_FIRST, 0.1),
            Cap("last_name", _SAME_LAST, 0.1),
            Cap("contact", _REACHED, 0.0005),
        ),
    ),
    Class(
        "namesake",
        "two people of one name in different homes",
        _others(
            0.003,
            Cap("first_name", _OTHER_FIRST, 0.02),
            Cap("last_name", _OTHER_LAST, 0.02),
            Cap("place", _HERE, 0.02),
            Cap("contact", _REACHED, 0.002),
        ),
    ),
)

NAMES = tuple(made.name for made in CLASSES)
MATCH = 0


def seeds(at: Callable[[str, tuple[str, ...]], Flags]) -> NDArray[np.int64]:
    """The class that each pattern starts in. `at(comparison, labels)` flags patterns at such a level.

    Rules of thumb only: fitting moves most patterns, and the result hardly depends on where they start.
    """
    first = at("first_name", ("same", "first and last", "a short", "first names nearly", "initial"))
    other_first = at("first_name", ("first name of one", "first names similar", "first names differ"))
    swapped = at("first_name", ("first and last",))
    last = at("last_name", ("same", "a former", "last names nearly", "one of several")) | swapped
    born = at("birth_date", ("same birth", "day and month", "same year, one", "birth dates one slip"))
    unborn = at("birth_date", ("birth date not known",))
    other_born = ~born & ~unborn
    here = at("place", ("same address", "nearly the same"))
    reached = at("contact", ("same",))
    rare = at("first_name", ("same first name, rare",)) & at("last_name", ("same last name, rare",))
    nowhere = at("place", ("address not known",))
    named = first & last
    identified = np.zeros(len(first), dtype=bool)
    for name in IDENTIFIERS:
        identified |= at(name, ("same",))
    started = np.full(len(first), NAMES.index("unrelated"))
    for name, flags in (
        ("surname", last & other_first),
        ("first_name", first & ~last),
        ("flatmate", other_first & here),
        ("household", other_first & here & last),
        ("twin", other_first & here & last & at("birth_date", ("same birth",))),
        ("namesake", named & other_born),
        ("kin", named & other_born & (here | reached)),
        ("match", named & (born | (unborn & (here | reached | nowhere | rare)))),
        ("match", first & born & (here | reached)),
        ("namesake", named & unborn & ~here & ~reached & ~nowhere & ~rare),
        ("match", identified & first),
    ):
        started[flags] = NAMES.index(name)
    return started
