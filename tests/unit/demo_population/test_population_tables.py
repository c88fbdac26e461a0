"""The tables of a population: their form, their numbers, and that they hold together."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib

import numpy as np
import pyarrow as pa
import pytest

from plainview.demo.population import Population, make_population, schemas

END = datetime.date(2026, 11, 1)
TABLES = [field.name for field in dataclasses.fields(Population)]


def hash_population(population: Population) -> str:
    found = hashlib.sha256()
    for name in TABLES:
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, getattr(population, name).schema) as writer:
            writer.write_table(getattr(population, name))
        found.update(sink.getvalue())
    return found.hexdigest()


@pytest.mark.parametrize("name", TABLES)
def test_a_table_has_its_schema(population: Population, name: str) -> None:
    table = getattr(population, name)
    assert table.schema == getattr(schemas, name.upper())
    assert table.num_rows > 0


@pytest.mark.parametrize("residents", [1, 2, 30, 200, 1_000, 3_001])
def test_exactly_so_many_live_there_at_the_end(residents: int) -> None:
    made = make_population(residents, 3, END)
    here = made.residences.filter(pa.compute.is_null(made.residences["to_date"]))
    assert here.num_rows == residents
    assert len(set(here["person"].to_pylist())) == residents


def test_the_living_have_one_home_at_a_time(ask) -> None:
    assert ask("""
        SELECT count(*) FROM residences a JOIN residences b USING (person)
        WHERE (a.address, a.from_date) < (b.address, b.from_date)
          AND a.from_date < coalesce(b.to_date, DATE '2100-01-01')
          AND b.from_date < coalesce(a.to_date, DATE '2100-01-01')""") == [(0,)]


def test_who_died_or_left_has_no_home_after(ask) -> None:
    assert ask("""
        SELECT count(*) FROM persons JOIN residences USING (person)
        WHERE coalesce(death_date, "left") IS NOT NULL
          AND coalesce(to_date, DATE '2100-01-01') > coalesce(death_date, "left")""") == [(0,)]
    gone = ask('SELECT count(*) FROM persons WHERE death_date IS NOT NULL OR "left" IS NOT NULL')[0][0]
    assert ask("SELECT count(*) FROM persons") == [(12_000 + gone,)]


def test_a_home_is_never_held_by_two_households_at_once(ask) -> None:
    # lodgers, sharers and foster children come and go; the adults of a home change all together
    assert ask("""
        SELECT count(*) FROM residences a JOIN residences b USING (address)
        WHERE a.role = 'adult' AND b.role = 'adult' AND a.person < b.person
          AND a.from_date < coalesce(b.to_date, DATE '2100-01-01')
          AND b.from_date < coalesce(a.to_date, DATE '2100-01-01')""") == [(0,)]


def test_nobody_lives_anywhere_before_birth(ask) -> None:
    assert ask(
        "SELECT count(*) FROM residences JOIN persons USING (person) WHERE from_date < birth_date"
    ) == [(0,)]
    assert ask("SELECT count(*) FROM residences WHERE to_date <= from_date") == [(0,)]


def test_persons_and_addresses_are_numbered_without_gaps(population: Population) -> None:
    for table, key in ((population.persons, "person"), (population.addresses, "address")):
        assert np.array_equal(table[key].to_numpy(), np.arange(table.num_rows))
    used = set(population.residences["address"].to_pylist())
    assert used == set(range(population.addresses.num_rows))


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again, other = (make_population(1_500, seed, END) for seed in (5, 5, 6))
    assert hash_population(first) == hash_population(again)
    assert hash_population(first) != hash_population(other)


def test_postcodes_are_shared_by_ten_to_twenty_addresses(ask) -> None:
    sizes = [row[0] for row in ask("SELECT count(*) FROM addresses GROUP BY postcode")]
    assert np.mean([10 <= size <= 20 for size in sizes]) > 0.9
    assert ask(
        "SELECT count(*) FROM addresses WHERE NOT regexp_full_match(postcode, 'ZQ[0-9]+ [0-9][A-Z]{2}')"
    ) == [(0,)]


def test_an_address_as_written_is_one_home(ask) -> None:
    assert ask("""
        SELECT count(*) - count(DISTINCT concat_ws('|', flat, building, house_number, street, postcode))
        FROM addresses""") == [(0,)]


def test_years_told_can_be_fewer() -> None:
    made = make_population(800, 1, END, years=2)
    begin = datetime.date(2024, 10, 31)
    assert min(day for day in made.residences["to_date"].to_pylist() if day) >= begin
