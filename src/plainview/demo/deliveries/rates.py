"""How often each service gets an identity wrong: every rate of the demo in one table.

A rate is the probability for one person as entered once in one system, unless it says otherwise. The
three levels of care come first; `RATES` holds what differs from them, source by source.

They are set so that plain Splink as its documentation has it (`bench/splink_recipe.py`) finds the demo about
as hard as life: F1 .97 at 20,000 residents, .96 at 50,000 and .945 at 200,000. Precision falls from .99 to .94
on the way, because members of a household with a rare family name are drawn together by the electoral
roll, which has no birth dates. Missing birth dates and nicknames move precision; typing errors, old homes and missing
postcodes move recall.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Care:
    """How carefully a service enters and keeps the identity of the people it knows."""

    kept_up_to_date: float = 0.5  # details follow moves and changes of name; else they stay as first entered
    lag_days: int = 300  # at most so many days behind, when kept up to date
    entered_twice: float = 0.006  # the person has two entries in the same system

    first_mistyped: float = 0.015
    first_misheard: float = 0.012
    nickname: float = 0.03  # where the person has one
    other_spelling: float = 0.15  # where the person has a second spelling or transliteration
    initial_only: float = 0.006
    middle_left_out: float = 0.5
    middle_as_first: float = 0.003  # where there is a middle name
    last_mistyped: float = 0.03
    last_misheard: float = 0.02
    old_name: float = 0.06  # where the person had another family name before
    double_barrel_halved: float = 0.15  # where the family name is double-barrelled
    family_names_reordered: float = 0.25  # where there are several family names: dropped or reordered
    names_swapped: float = 0.006

    birth_missing: float = 0.02
    birth_default: float = 0.004  # 1 January 1900, or 1 January of the right year
    day_month_swapped: float = 0.008
    birth_mistyped: float = 0.024
    sex_missing: float = 0.02
    sex_wrong: float = 0.004
    number_missing: float = 0.1  # NHS number, UPN, National Insurance number
    number_mistyped: float = 0.006

    mobile_missing: float = 0.3
    landline_missing: float = 0.5
    phone_mistyped: float = 0.01
    relatives_mobile: float = 0.06  # a parent or partner is called instead
    family_email: float = 0.1  # and of those, the share who give that person's e-mail as well
    email_missing: float = 0.4
    email_mistyped: float = 0.015

    street_abbreviated: float = 0.2
    flat_written_otherwise: float = 0.3  # where there is a flat: 10A, Apt 3, 3/10
    flat_left_out: float = 0.08  # where there is a flat
    locality_left_out: float = 0.3
    house_mistyped: float = 0.006
    street_mistyped: float = 0.015
    postcode_missing: float = 0.04
    postcode_mistyped: float = 0.015

    alias: float = 0.0  # another first name and birth date, given on purpose


CAREFUL = Care(
    kept_up_to_date=0.9,
    lag_days=120,
    entered_twice=0.002,
    first_mistyped=0.006,
    first_misheard=0.004,
    nickname=0.02,
    other_spelling=0.08,
    initial_only=0.001,
    middle_left_out=0.3,
    middle_as_first=0.002,
    relatives_mobile=0.03,
    last_mistyped=0.008,
    last_misheard=0.005,
    old_name=0.02,
    double_barrel_halved=0.06,
    family_names_reordered=0.12,
    names_swapped=0.002,
    birth_missing=0.004,
    birth_default=0.002,
    day_month_swapped=0.003,
    birth_mistyped=0.006,
    sex_missing=0.004,
    number_missing=0.03,
    number_mistyped=0.002,
    street_mistyped=0.006,
    postcode_missing=0.01,
    postcode_mistyped=0.004,
    flat_left_out=0.03,
)
ORDINARY = Care()
HASTY = Care(
    kept_up_to_date=0.33,
    lag_days=700,
    entered_twice=0.02,
    first_mistyped=0.03,
    first_misheard=0.03,
    nickname=0.07,
    other_spelling=0.25,
    initial_only=0.015,
    middle_left_out=0.85,
    middle_as_first=0.005,
    last_mistyped=0.05,
    last_misheard=0.05,
    old_name=0.12,
    double_barrel_halved=0.3,
    family_names_reordered=0.4,
    names_swapped=0.012,
    birth_missing=0.1,
    birth_default=0.012,
    day_month_swapped=0.015,
    birth_mistyped=0.04,
    sex_missing=0.08,
    sex_wrong=0.008,
    number_missing=0.4,
    number_mistyped=0.012,
    phone_mistyped=0.02,
    relatives_mobile=0.12,
    email_mistyped=0.03,
    street_mistyped=0.03,
    flat_left_out=0.15,
    postcode_missing=0.15,
    postcode_mistyped=0.03,
)

RATES: dict[str, Care] = {
    "housing": CAREFUL,
    "council_tax": replace(
        ORDINARY, birth_missing=0.15, initial_only=0.03, middle_left_out=0.8, relatives_mobile=0.1
    ),
    "housing_benefit": replace(CAREFUL, mobile_missing=0.2, number_missing=0.01),
    "electoral_roll": replace(ORDINARY, kept_up_to_date=0.9, birth_missing=1.0, middle_left_out=0.2),
    "schools": replace(CAREFUL, nickname=0.05, kept_up_to_date=0.8, relatives_mobile=0.0),
    "attendance": replace(CAREFUL, nickname=0.05, kept_up_to_date=0.8),
    "childrens_social_care": replace(ORDINARY, birth_missing=0.03, number_missing=0.35),
    "early_help": replace(ORDINARY, birth_missing=0.06, number_missing=0.5),
    "adult_social_care": replace(ORDINARY, number_missing=0.2, landline_missing=0.3),
    "libraries": replace(HASTY, birth_missing=0.2, nickname=0.1),
    "parking": replace(ORDINARY, birth_missing=0.2, kept_up_to_date=0.7, relatives_mobile=0.1),
    "customer_contacts": replace(HASTY, birth_missing=0.2, mobile_missing=0.15, email_missing=0.3),
    "police": replace(HASTY, alias=0.04, birth_missing=0.05, kept_up_to_date=0.4),
    "youth_justice": replace(ORDINARY, alias=0.02),
    "nhs": replace(CAREFUL, number_missing=0.01, kept_up_to_date=0.65, lag_days=500),
    "drug_alcohol": replace(HASTY, number_missing=0.6, birth_missing=0.03, initial_only=0.08),
    "fire_visits": replace(HASTY, kept_up_to_date=1.0, lag_days=1, birth_missing=0.25),
}
