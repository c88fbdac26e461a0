from __future__ import annotations

import datetime

import duckdb
import pytest

from plainview.demo.deliveries.events import Happenings, Kind, make_events

END = datetime.date(2026, 11, 2)
PEOPLE = 4000


@pytest.fixture
def world(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """Adults with one need over five years, of a severity by person number, in areas by its last figure."""
    con.execute(f"""
        CREATE TABLE people AS SELECT i AS person, mix(i, 'test') AS luck, DATE '1980-01-01' AS birth_date,
            DATE '1980-01-01' AS here_from, DATE '9999-12-31' AS here_to FROM range({PEOPLE}) t(i);
        CREATE TABLE need_spells AS SELECT person, luck AS person_luck, mix(luck, 'need') AS luck,
            'neglect' AS need,
            DATE '2021-11-02' AS from_date, DATE '9999-12-31' AS to_date,
            CAST(1 + person * 4 // {PEOPLE} AS DOUBLE) / 4 AS severity,
            birth_date, here_from, here_to FROM people;
        CREATE TABLE protective_spells (person BIGINT, kind VARCHAR, from_date DATE, to_date DATE,
            strength DECIMAL(9, 6));
        CREATE TABLE homes AS SELECT i AS address, 1 + i AS decile FROM range(10) t(i);
        CREATE TABLE home_versions AS SELECT person, DATE '1900-01-01' AS since,
            person % 10 AS address FROM people;
    """)
    return con


def happen(
    con: duckdb.DuckDBPyConnection, *kinds: Kind, known_after: float = 10, trend: float = 0, reach: float = 1
) -> list[tuple[int, datetime.date, datetime.date]]:
    make_events(
        con, "test", Happenings(kinds, known_after=known_after, trend=trend, reach=reach, sees=1), END
    )
    return con.execute("SELECT person, event_date, known_date FROM events ORDER BY number").fetchall()


def test_more_need_more_events(world: duckdb.DuckDBPyConnection) -> None:
    events = happen(world, Kind("Referral", "neglect", 0.8))
    quarters = [sum(person * 4 // PEOPLE == q for person, _, _ in events) for q in range(4)]
    assert quarters == sorted(quarters)
    assert quarters[3] > 3 * quarters[0]
    assert quarters[3] == pytest.approx(0.8 * 5 * PEOPLE / 4, rel=0.1)


def test_an_event_is_known_after_it_happened(world: duckdb.DuckDBPyConnection) -> None:
    events = happen(world, Kind("Referral", "neglect", 0.8), known_after=30)
    assert all(event <= known <= END for _, event, known in events)
    delays = [(known - event).days for _, event, known in events]
    assert sum(delays) / len(delays) == pytest.approx(29, rel=0.1)
    assert [known for _, _, known in events] == sorted(known for _, _, known in events)


def test_protection_halves_what_need_brings(world: duckdb.DuckDBPyConnection) -> None:
    before = len(happen(world, Kind("Referral", "neglect", 0.8)))
    world.execute(
        "INSERT INTO protective_spells "
        "SELECT person, 'trusted_adult', DATE '2000-01-01', DATE '9999-12-31', 1 FROM people"
    )
    after = len(happen(world, Kind("Referral", "neglect", 0.8)))
    assert after / before == pytest.approx(0.5, abs=0.03)


def test_what_a_service_finds_is_more_where_it_looks_more(world: duckdb.DuckDBPyConnection) -> None:
    events = happen(world, Kind("Stop", None, 0.8, found=True))
    poor = sum(person % 10 == 0 for person, _, _ in events)
    rich = sum(person % 10 == 9 for person, _, _ in events)
    assert poor / rich == pytest.approx(2.8, rel=0.15)


@pytest.mark.parametrize("trend", [0.2, -0.2])
def test_rates_drift_over_the_years(world: duckdb.DuckDBPyConnection, trend: float) -> None:
    events = happen(world, Kind("Call", None, 1.0), known_after=0.01, trend=trend)
    last_year = sum(event > datetime.date(2025, 11, 2) for _, event, _ in events)
    year_before = sum(
        datetime.date(2024, 11, 2) < event <= datetime.date(2025, 11, 2) for _, event, _ in events
    )
    assert last_year / year_before == pytest.approx(1 + trend, rel=0.1)


def test_background_happens_only_at_its_ages(world: duckdb.DuckDBPyConnection) -> None:
    assert happen(world, Kind("Health visitor", None, 1.0, (0, 4))) == []
    assert len(happen(world, Kind("Check", None, 1.0, (40, 45)))) > 0


def test_a_service_that_reaches_few_sees_them_more_often(world: duckdb.DuckDBPyConnection) -> None:
    all_reached = happen(world, Kind("Call", None, 0.4))
    few_reached = happen(world, Kind("Call", None, 0.4), reach=0.25)
    assert len(few_reached) == pytest.approx(len(all_reached), rel=0.1)
    assert len({person for person, _, _ in few_reached}) < 0.27 * PEOPLE < len({p for p, _, _ in all_reached})
