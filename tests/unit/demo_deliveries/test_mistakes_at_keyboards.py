from __future__ import annotations

import datetime

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

KEYS = st.integers(0, 2**64 - 1)
WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCéğ' -", min_size=0, max_size=14)
same_connection = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def ask(con: duckdb.DuckDBPyConnection, expression: str, value: object, key: int) -> object:
    con.execute(f"SELECT {expression}", {"value": value, "key": key})
    return con.fetchall()[0][0]


def edits(a: str, b: str) -> int:
    """Damerau-Levenshtein distance, the slow and plain way."""
    rows = [list(range(len(b) + 1))]
    for i in range(1, len(a) + 1):
        row = [i]
        for j in range(1, len(b) + 1):
            cost = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]


@given(word=WORDS, key=KEYS)
@same_connection
def test_a_typing_error_is_one_edit(con: duckdb.DuckDBPyConnection, word: str, key: int) -> None:
    typed = ask(con, "mistype($value, $key::UBIGINT)", word, key)
    assert isinstance(typed, str)
    assert edits(word, typed) <= 1


@given(code=st.from_regex(r"[0-9]{10}|[A-Z]{2}[0-9] [0-9][A-Z]{2}", fullmatch=True), key=KEYS)
@same_connection
def test_a_wrong_figure_keeps_the_length(con: duckdb.DuckDBPyConnection, code: str, key: int) -> None:
    typed = ask(con, "mistype_code($value, $key::UBIGINT)", code, key)
    assert isinstance(typed, str)
    assert len(typed) == len(code)
    assert sum(a != b for a, b in zip(code, typed, strict=True)) <= 1


@given(born=st.dates(datetime.date(1910, 1, 1), datetime.date(2026, 11, 2)), key=KEYS)
@same_connection
def test_a_wrong_birth_date_is_another_real_day(
    con: duckdb.DuckDBPyConnection, born: datetime.date, key: int
) -> None:
    typed = ask(con, "mistype_day($value::DATE, $key::UBIGINT)", born, key)
    assert isinstance(typed, datetime.date)
    assert abs(typed.year - born.year) <= 99


def test_day_and_month_swap_only_where_both_are_months(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("SELECT swap_day_month(DATE '1980-03-07'), swap_day_month(DATE '1980-03-17')")
    assert con.fetchall() == [(datetime.date(1980, 7, 3), datetime.date(1980, 3, 17))]


def test_throws_under_two_names_have_nothing_to_do_with_each_other(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(
        "SELECT avg(dice(i, 'a')), abs(corr(dice(i, 'a'), dice(i, 'b'))), "
        "abs(corr(dice(mix(i, 'x'), 'a'), dice(mix(i, 'y'), 'a'))) FROM range(100_000) t(i)"
    )
    mean, between_names, between_keys = con.fetchall()[0]
    assert mean == pytest.approx(0.5, abs=0.01)
    assert between_names < 0.02
    assert between_keys < 0.02


def test_a_name_heard_is_spelt_otherwise(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("SELECT mishear('Phoebe', 0::UBIGINT), mishear('Mackenzie', 1::UBIGINT)")
    assert con.fetchall() == [("Foebe", "Mckenzie")]
