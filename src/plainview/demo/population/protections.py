"""Protective circumstances: what makes needs rarer, shorter and milder.

They are drawn before needs, from the household's own disposition and by chance, and needs then start less
often for people who have them. `engaged_support` is drawn after needs: it answers one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from plainview.demo.population.calendars import NEVER, YEAR, to_days
from plainview.demo.population.casts import ADULT, CHILD, PARTNER
from plainview.demo.population.dice import Floats, Ints, happens
from plainview.demo.population.hazards import Times
from plainview.demo.population.stories import Lives

KINDS = [
    "stable_tenancy",
    "trusted_adult",
    "regular_attendance",
    "employment",
    "support_network",
    "engaged_support",
]
STABLE, TRUSTED, ATTENDANCE, EMPLOYMENT, NETWORK, ENGAGED = range(6)


@dataclass
class Protection:
    """One kind of circumstance by person: from when to when, and how strong (0 for none, to 1)."""

    times: Times
    strength: Floats


def draw_protections(lives: Lives, disposition: Floats, first: Ints, last: Ints) -> list[Protection]:
    """The five circumstances drawn before needs, in the order of KINDS; `disposition` is by household."""
    cast, calendar = lives.story.cast, lives.story.calendar
    rng = lives.story.dice.about("protections")
    age = (np.minimum(last, calendar.end) - cast.birth) / YEAR
    strain = disposition[cast.house]
    moved = lives.chains.bounds[cast.house, 1]
    adult = np.isin(cast.role, (ADULT, PARTNER)) & (age > 18)
    child = (age < 19) & (cast.role == CHILD)
    pupil = (age > 4.5) & (age < 19)
    settled = adult & (moved < calendar.end - 700) & happens(rng, 0.75, len(cast))
    work = (age > 18) & (age < 67) & happens(rng, 1 / (1 + np.exp(-1.55 + 0.75 * strain)), len(cast))
    school = np.maximum(cast.birth + to_days(4.6), first)
    began = [np.maximum(moved, first), first, school, first + rng.integers(0, 700, len(cast)), first]
    has = [
        settled,
        child & happens(rng, 0.34, len(cast)),
        pupil & happens(rng, 0.72, len(cast)),
        work,
        happens(rng, 0.24, len(cast)) & (age > 12),
    ]
    return [make_protection(rng, has[i], began[i], last) for i in range(5)]


def make_protection(rng: np.random.Generator, has: np.ndarray, since: Ints, last: Ints) -> Protection:
    """A circumstance that one in six loses before the end."""
    count = len(has)
    ends = since + to_days(0.5 + 9.0 * rng.random(count))
    lost = happens(rng, 0.2, count) & (ends < last)
    has = has & (since < last)
    since = np.where(has, since, NEVER)
    until = np.where(has & lost, ends, NEVER)
    strength = np.where(has, np.round(0.25 + 0.75 * rng.beta(2.0, 1.5, count), 3), 0.0)
    return Protection(Times(since, until), strength)


def soften(protections: list[Protection], kinds: tuple[int, ...]) -> Floats:
    """What is left of a hazard or a severity: each circumstance takes up to half of it, by its strength."""
    left = np.ones(len(protections[0].strength))
    for kind in kinds:
        left *= 1 - 0.5 * protections[kind].strength
    return left
