"""Households, families and ages are like those of the census."""

from __future__ import annotations

import numpy as np

# Shares of households by size, Census 2021 table TS017 for the city whose open statistics were used.
SIZES = [0.302, 0.335, 0.157, 0.132, 0.046, 0.028]
# Shares of residents aged 0-15, 16-24, 25-44, 45-64, 65 and over: near those of a young English city.
AGES = [0.175, 0.165, 0.335, 0.200, 0.125]


def test_households_have_the_sizes_of_the_census(ask) -> None:
    rows = ask("""
        SELECT least(n, 6), count(*) FROM (
            SELECT count(*) AS n FROM residences JOIN addresses USING (address)
            WHERE to_date IS NULL AND tenure <> 'institution' GROUP BY address)
        GROUP BY 1 ORDER BY 1""")
    found = np.array([row[1] for row in rows]) / sum(row[1] for row in rows)
    assert np.abs(found - SIZES).max() < 0.035


def test_residents_have_the_ages_of_the_census(ask) -> None:
    rows = ask("""
        SELECT year(DATE '2026-11-01') - year(birth_date) FROM persons
        WHERE death_date IS NULL AND "left" IS NULL""")
    counts, _ = np.histogram([row[0] for row in rows], [-1, 16, 25, 45, 65, 120])
    assert np.abs(counts / counts.sum() - AGES).max() < 0.035


def test_single_parents_are_commoner_where_deprivation_is_high(ask) -> None:
    rows = ask("""
        WITH family AS (
            SELECT address, count(*) FILTER (role = 'partner') AS partners, min(deprivation) AS decile
            FROM residences JOIN persons USING (person) JOIN areas USING (area)
            WHERE to_date IS NULL GROUP BY address
            HAVING count(*) FILTER (role = 'child' AND birth_date > DATE '2008-11-01') > 0)
        SELECT decile <= 4, avg((partners = 0)::INT) FROM family GROUP BY 1 ORDER BY 1""")
    better_off, poorer = rows[0][1], rows[1][1]
    assert 0.08 < better_off < 0.3
    assert poorer > better_off + 0.06


def test_parents_are_at_least_fourteen_years_older(ask) -> None:
    (least, most) = ask("""
        SELECT min(date_diff('year', a.birth_date, b.birth_date)),
               max(date_diff('year', a.birth_date, b.birth_date)) FILTER (a.sex = 'F')
        FROM relationships r JOIN persons a ON a.person = person_a JOIN persons b ON b.person = person_b
        WHERE kind = 'parent'""")[0]
    assert least >= 14
    assert most <= 55  # the elder of two mothers


def test_children_of_one_mother_are_born_together_or_months_apart(ask) -> None:
    rows = ask("""
        SELECT date_diff('day', a.birth_date, b.birth_date), a.twin = b.person
        FROM relationships r JOIN persons a ON a.person = person_a JOIN persons b ON b.person = person_b
        WHERE kind = 'sibling'""")
    assert all((gap < 2) if twin else (gap >= 250) for gap, twin in rows)


def test_two_or_three_in_a_hundred_children_are_twins(ask) -> None:
    (share,) = ask("SELECT avg((twin IS NOT NULL)::INT) FROM persons WHERE birth_date > DATE '2009-01-01'")[0]
    assert 0.012 < share < 0.04


def test_every_kind_of_role_relationship_and_home_occurs(ask) -> None:
    roles = {row[0] for row in ask("SELECT DISTINCT role FROM residences")}
    assert roles == {"adult", "partner", "child", "grandparent", "lodger", "sharer", "care_home", "foster_child",
                     "children_home"}  # fmt: skip
    kinds = {row[0] for row in ask("SELECT DISTINCT kind FROM relationships")}
    assert kinds == {"parent", "partner", "sibling", "foster_carer", "carer"}
    homes = {row[0] for row in ask("SELECT DISTINCT kind FROM addresses")}
    assert homes == {"house", "flat", "shared_house", "care_home", "children_home", "hostel"}


def test_about_one_in_ten_moves_in_a_year(ask) -> None:
    (moves,) = ask("""
        SELECT count(*) FROM residences JOIN persons USING (person)
        WHERE from_date > DATE '2021-11-02' AND from_date > birth_date + 1""")[0]
    assert 0.07 < moves / 12_000 / 5 < 0.16


def test_births_and_deaths_are_near_one_in_a_hundred_a_year(ask) -> None:
    (births,) = ask("SELECT count(*) FROM persons WHERE birth_date > DATE '2021-11-01'")[0]
    (deaths,) = ask("SELECT count(*) FROM persons WHERE death_date IS NOT NULL")[0]
    assert 0.008 < births / 12_000 / 5 < 0.015
    assert 0.005 < deaths / 12_000 / 5 < 0.010


def test_foster_children_come_from_families_and_some_go_home(ask) -> None:
    rows = ask("""
        SELECT count(*) FILTER (to_date IS NULL), count(*) FILTER (to_date IS NOT NULL)
        FROM residences WHERE role = 'foster_child'""")
    assert min(rows[0]) > 0
    assert ask("SELECT count(*) FROM relationships WHERE kind = 'foster_carer' AND person_a = person_b") == [
        (0,)
    ]
