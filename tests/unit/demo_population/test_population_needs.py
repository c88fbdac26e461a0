"""Latent needs: spread widely, following each other, softened by what protects."""

from __future__ import annotations

import datetime

import numpy as np

from plainview.demo.population import make_population
from plainview.demo.population.calendars import NEVER, YEAR
from plainview.demo.population.causes import CHAIN, KINDS
from plainview.demo.population.hazards import Cause, Times, strike


def test_every_need_and_every_protection_occurs(ask) -> None:
    assert {row[0] for row in ask("SELECT DISTINCT need FROM needs")} == set(KINDS)
    assert len(ask("SELECT DISTINCT kind FROM protective")) == 6


def test_severities_and_strengths_lie_between_nought_and_one(ask) -> None:
    assert ask("SELECT count(*) FROM needs WHERE NOT severity BETWEEN 0 AND 1") == [(0,)]
    assert ask("SELECT count(*) FROM protective WHERE NOT strength BETWEEN 0 AND 1") == [(0,)]
    assert ask("SELECT count(*) FROM needs WHERE to_date <= from_date") == [(0,)]


def test_rows_of_one_need_of_one_person_do_not_overlap(ask) -> None:
    assert ask("""
        SELECT count(*) FROM (
            SELECT to_date, lead(from_date) OVER (PARTITION BY person, need ORDER BY from_date) AS next
            FROM needs)
        WHERE next IS NOT NULL AND (to_date IS NULL OR to_date > next)""") == [(0,)]


def test_a_cause_comes_before_what_it_causes_in_the_chain() -> None:
    seen: set[int] = set()
    for link in CHAIN:
        assert set(link.causes) <= seen
        seen.add(link.need)
    assert len(seen) == len(KINDS)


def test_most_poor_families_have_no_need_and_some_others_have(ask) -> None:
    rows = ask("""
        SELECT deprivation <= 3, avg((person IN (
            SELECT person FROM needs WHERE need IN ('financial_hardship', 'housing_insecurity')))::INT)
        FROM persons JOIN areas USING (area)
        WHERE birth_date BETWEEN DATE '1966-01-01' AND DATE '2000-01-01' GROUP BY 1 ORDER BY 1""")
    better_off, poor = rows[0][1], rows[1][1]
    assert 0.02 < better_off < poor < 0.45


def test_need_does_not_depend_on_naming_culture_within_an_area(ask) -> None:
    # hazards never read the culture; what is left is the area, the age and the household
    assert "culture" not in {field for link in CHAIN for field in vars(link)}


def test_a_hazard_without_causes_gives_exponential_waits() -> None:
    count = 20_000
    low = np.zeros(count, np.int64)
    found = strike(np.random.default_rng(1), np.full(count, 0.2), low, low + round(5 * YEAR), [])
    assert abs(np.mean(found < NEVER) - (1 - np.exp(-1.0))) < 0.012


def test_a_cause_multiplies_the_hazard_while_it_lasts() -> None:
    count = 40_000
    low = np.zeros(count, np.int64)
    year = np.full(count, round(YEAR))
    cause = Cause(Times(year, 2 * year), 5.0, lag=0)
    found = strike(np.random.default_rng(2), np.full(count, 0.1), low, 3 * year, [cause])
    before = np.mean(found < year)
    during = np.mean(found[found >= year] < 2 * year[found >= year])
    after = np.mean(found[found >= 2 * year] < NEVER)
    assert abs(before - (1 - np.exp(-0.1))) < 0.01
    assert abs(during - (1 - np.exp(-0.5))) < 0.012
    assert abs(after - (1 - np.exp(-0.1))) < 0.012


def test_conflict_at_home_leads_to_disengagement_and_a_trusted_adult_from_it() -> None:
    made = make_population(40_000, 11, datetime.date(2026, 11, 1))
    persons = made.persons.select(["person", "birth_date"])
    births = persons["birth_date"].to_numpy()
    pupil = (births > np.datetime64("2010-01-01")) & (births < np.datetime64("2020-01-01"))

    def having(table, column: str, value: str):  # type: ignore[no-untyped-def]
        found = np.zeros(len(births), np.bool_)
        rows = table[column].to_numpy() == value
        found[table["person"].to_numpy()[rows]] = True
        return found

    away = having(made.needs, "need", "school_disengagement")
    conflict = having(made.needs, "need", "parental_conflict")
    trusted = having(made.protective, "kind", "trusted_adult")
    assert away[pupil & conflict].mean() > 1.35 * away[pupil & ~conflict].mean()
    assert away[pupil & trusted].mean() < 0.9 * away[pupil & ~trusted].mean()
