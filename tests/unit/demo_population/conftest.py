"""One small population, made once for the tests of this room."""

from __future__ import annotations

import datetime

import duckdb
import pytest

from plainview.demo.population import Population, make_population

END = datetime.date(2026, 11, 1)


@pytest.fixture(scope="session")
def population() -> Population:
    return make_population(12_000, 7, END)


@pytest.fixture(scope="session")
def ask(population: Population):  # type: ignore[no-untyped-def]
    """Rows of a query over the tables of the population."""
    con = duckdb.connect()
    for name in population.__dataclass_fields__:
        con.register(name, getattr(population, name))
    return lambda query: con.execute(query).fetchall()
