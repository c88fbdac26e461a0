"""What leads to what: the needs in order of cause, their hazards, and what softens them."""

from __future__ import annotations

from dataclasses import dataclass

from plainview.demo.population.protections import ATTENDANCE, EMPLOYMENT, NETWORK, STABLE, TRUSTED

KINDS = (
    "parental_conflict", "domestic_abuse", "neglect", "exploitation", "school_disengagement",
    "special_needs", "parental_mental_health", "youth_mental_health", "substance_use", "housing_insecurity",
    "financial_hardship", "disability", "frailty", "offending", "loneliness",
)  # fmt: skip
(CONFLICT, ABUSE, NEGLECT, EXPLOITATION, SCHOOL, SPECIAL, PARENT_MIND, YOUTH_MIND, SUBSTANCE, HOUSING, MONEY,
 DISABILITY, FRAILTY, OFFENDING, LONELY) = range(15)  # fmt: skip


@dataclass(frozen=True)
class Link:
    """How one need begins.

    hazard (a year, before anything multiplies it), ages (years: from, to) at which it can begin, years it
    lasts (median), causes (need and the factor on the hazard), strain (weight of the household's disposition
    in the log of the hazard), softened (protective circumstances that lower it); shared: drawn by household.
    """

    need: int
    hazard: float
    ages: tuple[float, float]
    years: float
    causes: dict[int, float]
    strain: float
    softened: tuple[int, ...]
    shared: bool = False


CHAIN = (
    Link(MONEY, 0.018, (18, 95), 1.1, {}, 0.85, (EMPLOYMENT,), True),
    Link(HOUSING, 0.008, (18, 95), 0.8, {MONEY: 7.0}, 0.5, (STABLE,), True),
    Link(PARENT_MIND, 0.012, (18, 62), 1.6, {MONEY: 3.0, HOUSING: 3.0}, 0.3, (NETWORK, EMPLOYMENT)),
    Link(SUBSTANCE, 0.0035, (15, 70), 2.2, {PARENT_MIND: 3.0, MONEY: 2.5, HOUSING: 2.5}, 0.4, (NETWORK,)),
    Link(CONFLICT, 0.0055, (18, 70), 0.9, {MONEY: 3.0, HOUSING: 4.0, SUBSTANCE: 4.0, PARENT_MIND: 2.5},
         0.3, (NETWORK,), True),
    Link(ABUSE, 0.0022, (18, 75), 1.3, {CONFLICT: 9.0, SUBSTANCE: 4.0}, 0.35, (NETWORK,), True),
    Link(SPECIAL, 0.022, (2.5, 11), 30.0, {}, 0.15, ()),
    Link(NEGLECT, 0.0026, (0, 15), 1.2,
         {CONFLICT: 3.0, ABUSE: 5.0, PARENT_MIND: 3.5, SUBSTANCE: 6.0, MONEY: 2.0}, 0.45, (TRUSTED,)),
    Link(YOUTH_MIND, 0.020, (9.5, 21), 1.2, {CONFLICT: 2.5, ABUSE: 3.5, NEGLECT: 3.5, HOUSING: 1.8},
         0.1, (TRUSTED,)),
    Link(SCHOOL, 0.014, (5, 16.4), 0.9,
         {HOUSING: 2.5, CONFLICT: 3.0, YOUTH_MIND: 4.0, SPECIAL: 2.5, NEGLECT: 3.0},
         0.25, (ATTENDANCE, TRUSTED)),
    Link(EXPLOITATION, 0.0016, (10, 18), 0.8, {SCHOOL: 12.0, NEGLECT: 6.0, YOUTH_MIND: 3.0},
         0.25, (TRUSTED,)),
    Link(OFFENDING, 0.0042, (10.5, 60), 1.0, {SCHOOL: 6.0, EXPLOITATION: 8.0, SUBSTANCE: 6.0},
         0.4, (TRUSTED, EMPLOYMENT)),
    Link(DISABILITY, 0.011, (0.5, 102), 25.0, {}, 0.15, ()),
    Link(FRAILTY, 0.055, (72, 105), 6.0, {DISABILITY: 2.0}, 0.1, (NETWORK,)),
    Link(LONELY, 0.016, (18, 105), 1.6, {FRAILTY: 2.0, DISABILITY: 1.6}, 0.1, (NETWORK,)),
)  # fmt: skip
"""Needs in order of cause: each may be caused by those before it only."""
