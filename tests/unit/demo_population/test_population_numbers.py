"""Identifiers: right in form and check digit, different for everybody, in nobody's use."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.demo.population.identifiers import number_patients, number_pupils, number_workers, scatter

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]")
counts = st.integers(1, 400)
seeds = st.integers(0, 10_000)


@given(counts, seeds)
def test_an_nhs_number_passes_modulus_11(count: int, seed: int) -> None:
    found = number_patients(count, np.random.default_rng(seed)).to_pylist()
    assert len(set(found)) == count
    for number in found:
        total = sum(int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True))
        assert len(number) == 10
        assert number[0] == "9"
        assert (11 - total % 11) % 11 == int(number[9])


@given(counts, seeds)
def test_a_upn_has_the_right_check_letter(count: int, seed: int) -> None:
    year = np.full(count, 2019)
    found = number_pupils(np.ones(count, np.bool_), year, np.random.default_rng(seed)).to_pylist()
    assert len(set(found)) == count
    for number in found:
        total = sum(int(digit) * weight for digit, weight in zip(number[1:], range(2, 14), strict=True))
        assert number[0] == UPN_LETTERS[total % 23]
        assert number[1:4] == "990"


@given(counts, seeds)
def test_a_national_insurance_number_has_a_valid_form(count: int, seed: int) -> None:
    found = number_workers(np.ones(count, np.bool_), np.random.default_rng(seed)).to_pylist()
    assert len(set(found)) == count
    assert all(NINO.fullmatch(number) for number in found)


@given(counts, seeds, st.integers(4, 9))
def test_scattered_numbers_are_all_different(count: int, seed: int, digits: int) -> None:
    found = scatter(np.arange(count), digits, np.random.default_rng(seed))
    assert len(np.unique(found)) == count
    assert found.min() >= 0
    assert found.max() < 10**digits


@pytest.mark.parametrize(
    ("table", "column", "pattern"),
    [
        ("contacts", "mobile", "067[0-9]{8}"),
        ("contacts", "phone", "061[0-9]{8}"),
        ("contacts", "email", "[a-z]+[._]?[a-z]+[0-9]+@example[.](org|com|net)"),
        ("addresses", "uprn", "9999[0-9]{8}"),
        ("persons", "upn", "[A-Z][0-9]{12}"),
    ],
)
def test_a_number_has_its_form(ask, table: str, column: str, pattern: str) -> None:
    assert ask(f"SELECT count(*) FROM {table} WHERE NOT regexp_full_match({column}, '{pattern}')") == [(0,)]


def test_numbers_are_one_persons_own(ask) -> None:
    for column in ("nhs_number", "upn", "nino"):
        assert ask(f"SELECT count({column}) - count(DISTINCT {column}) FROM persons") == [(0,)]
    assert ask("SELECT max(n) FROM (SELECT count(DISTINCT person) AS n FROM contacts GROUP BY email)"
               .replace("FROM contacts", "FROM contacts WHERE email IS NOT NULL")) == [(1,)]  # fmt: skip
    assert ask("SELECT count(mobile) - count(DISTINCT mobile) FROM contacts") == [(0,)]
    assert ask(
        "SELECT max(n) > 1 FROM (SELECT count(DISTINCT person) AS n FROM contacts GROUP BY phone)"
    ) == [(True,)]


def test_children_have_no_national_insurance_number_and_old_people_no_upn(ask) -> None:
    assert ask("SELECT count(nino) FROM persons WHERE birth_date > DATE '2010-11-05'") == [(0,)]
    assert ask("SELECT count(upn) FROM persons WHERE birth_date < DATE '2003-10-01'") == [(0,)]
