"""Names: frequent ones frequent, and passed on as each culture does."""

from __future__ import annotations

import pytest


def share(ask, where: str, name: str) -> float:  # type: ignore[no-untyped-def]
    query = f"SELECT avg((first_name = '{name}')::INT) FROM names JOIN persons USING (person)"
    return float(ask(f"{query} WHERE reason = 'birth' AND culture = 'british' AND {where}")[0][0])


@pytest.mark.parametrize(
    ("where", "name", "low", "high"),
    [
        ("sex = 'M' AND birth_date BETWEEN DATE '1955-01-01' AND DATE '1969-12-31'", "David", 0.035, 0.11),
        ("sex = 'M' AND birth_date >= DATE '2010-01-01'", "Oliver", 0.01, 0.05),
        ("sex = 'F' AND birth_date >= DATE '2010-01-01'", "Olivia", 0.008, 0.045),
        ("sex = 'F' AND birth_date >= DATE '2010-01-01'", "Margaret", 0.0, 0.01),
    ],
)
def test_first_names_follow_their_frequency_in_time(
    ask, where: str, name: str, low: float, high: float
) -> None:
    assert low <= share(ask, where, name) <= high


def test_the_commonest_family_name_is_borne_by_one_in_a_hundred(ask) -> None:
    rows = ask("""
        SELECT last_name, count(*) / sum(count(*)) OVER () FROM names JOIN persons USING (person)
        WHERE to_date IS NULL AND culture = 'british' AND last_name IS NOT NULL
        GROUP BY 1 ORDER BY 2 DESC LIMIT 3""")
    assert rows[0][0] == "Smith"
    assert 0.006 < rows[0][1] < 0.022


def family(ask, culture: str, sex: str) -> list[tuple[str, str, str, str]]:  # type: ignore[no-untyped-def]
    """Child's last name, child's middle names, father's first name, father's last name."""
    rows: list[tuple[str, str, str, str]] = ask(f"""
        SELECT c.last_name, c.middle_names, f.first_name, f.last_name
        FROM relationships r JOIN persons p ON p.person = r.person_b JOIN persons q ON q.person = r.person_a
        JOIN names c ON c.person = r.person_b AND c.reason = 'birth'
        JOIN names f ON f.person = r.person_a AND f.reason = 'birth'
        WHERE r.kind = 'parent' AND p.culture = '{culture}' AND q.culture = '{culture}' AND q.sex = 'M'
          AND p.sex = '{sex}'""")
    return rows


def test_somali_children_bear_their_fathers_and_grandfathers_names(ask) -> None:
    rows = family(ask, "somali", "M") + family(ask, "somali", "F")
    assert len(rows) > 20
    middle_is_father = [middle == father for _, middle, father, _ in rows if middle]
    assert sum(middle_is_father) / len(middle_is_father) > 0.9
    assert all(last != fathers_last or last is not None for last, _, _, fathers_last in rows)


def test_horn_of_africa_children_bear_their_fathers_name_as_last_name(ask) -> None:
    rows = family(ask, "horn_of_africa", "M") + family(ask, "horn_of_africa", "F")
    named = [last == father for last, _, father, _ in rows if last]
    assert named
    assert all(named)


def test_british_children_mostly_bear_their_fathers_family_name(ask) -> None:
    rows = family(ask, "british", "F")
    assert sum(last == fathers for last, _, _, fathers in rows) / len(rows) > 0.8


def test_polish_women_bear_the_womens_form(ask) -> None:
    (men, women) = ask("""
        SELECT count(*) FILTER (sex = 'F' AND last_name LIKE '%ski'), count(*) FILTER (last_name LIKE '%ska')
        FROM names JOIN persons USING (person) WHERE culture = 'slavic' AND reason = 'birth'""")[0]
    assert women > 5
    assert men <= women // 10


def test_people_of_iberian_culture_have_two_family_names(ask) -> None:
    (two,) = ask("""
        SELECT avg((last_name LIKE '% %')::INT) FROM names JOIN persons USING (person)
        WHERE culture = 'iberian' AND reason = 'birth'""")[0]
    assert two > 0.6


def test_some_people_have_one_name_and_many_have_another_spelling(ask) -> None:
    assert ask("SELECT count(*) > 0 FROM names WHERE last_name IS NULL") == [(True,)]
    (alt,) = ask("""
        SELECT avg((alt_first_name IS NOT NULL OR alt_last_name IS NOT NULL)::INT) FROM persons
        WHERE culture = 'south_asian_muslim'""")[0]
    assert alt > 0.3
    (same,) = ask("SELECT count(*) FROM persons JOIN names USING (person) WHERE alt_first_name = first_name")[
        0
    ]
    assert same == 0


def test_names_of_one_person_follow_each_other_without_gap(ask) -> None:
    assert ask("""
        SELECT count(*) FROM (
            SELECT to_date, lead(from_date) OVER (PARTITION BY person ORDER BY from_date) AS next FROM names)
        WHERE to_date IS DISTINCT FROM next""") == [(0,)]


def test_most_older_women_have_married_into_another_name_and_few_men(ask) -> None:
    rows = dict(
        ask("""
        SELECT sex, avg((person IN (SELECT person FROM names WHERE reason = 'marriage'))::INT)
        FROM persons WHERE birth_date < DATE '1965-01-01' AND culture = 'british' GROUP BY 1""")
    )
    assert rows["F"] > 0.45
    assert rows["M"] < 0.05


def test_one_or_two_sons_in_a_hundred_are_named_after_their_father(ask) -> None:
    rows = ask("""
        SELECT avg((c.first_name = f.first_name)::INT), count(*)
        FROM relationships r JOIN persons p ON p.person = r.person_b JOIN persons q ON q.person = r.person_a
        JOIN names c ON c.person = r.person_b AND c.reason = 'birth'
        JOIN names f ON f.person = r.person_a AND f.reason = 'birth'
        WHERE r.kind = 'parent' AND p.sex = 'M' AND q.sex = 'M'""")
    assert 0.008 < rows[0][0] < 0.035


def test_brothers_have_different_names_unless_called_mohammed(ask) -> None:
    (same,) = ask("""
        WITH born AS (
            SELECT person, first_name, sex FROM names JOIN persons USING (person)
            WHERE reason = 'birth' AND culture = 'british')
        SELECT count(*) FROM relationships r JOIN born a ON a.person = person_a JOIN born b ON b.person = person_b
        WHERE r.kind = 'sibling' AND a.first_name = b.first_name AND a.sex = b.sex""")[0]
    assert same < 12
