"""The linkage's own SQL: the same candidates with the same agreement patterns on both engines."""

import random
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plainview.engine.tables import read_table
from plainview.linkage.blocking import find_candidates, rules_for
from plainview.linkage.comparisons import compared, comparisons

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

NAMES = [
    "martha",
    "marhta",
    "marta",
    "mo",
    "m",
    "o'brien",
    "obrien",
    "brien gil",
    "gil",
    "nuñez",
    "nunez",
    "bcabb",
    "abcabb",
]
NUMBERS = ["9434765919", "9434765991", "943476591", "4857773456"]
WORDS = {
    "postcode": ["AB12CD", "AB12CE", "AB99XX", "2000"],
    "house_number": ["1", "12", "12a"],
    "birth_date": ["1980-02-29", "1980-02-28", "1908-02-28", "1981-01-01", "1999-12-31"],
}
SQL = compared("pairs", "features", comparisons(("school", "clinic")))
INTEGERS = re.compile(r"singles|sources|birth_(year|month|day)|\w+_(band|start|end)|(formal|part)_\d")


class Connection:
    """As much of a DuckDB connection as blocking uses, over an engine."""

    def __init__(self, engine):
        self.engine = engine

    def execute(self, sql):
        if sql.lstrip().startswith("SELECT"):
            self.found = self.engine.rows(sql)
        else:
            self.engine.run(sql)

    def fetchall(self):
        return self.found


def _value(field, dice):
    if field == "several_parts":
        return dice.random() < 0.3
    if INTEGERS.fullmatch(field):
        return dice.randint(0, 3) + (1978 if field == "birth_year" else 0)
    if dice.random() < 0.15:
        return None
    if field in {"nhs_number", "upn", "nino", "national_id", "phone", "mobile"}:
        return dice.choice(NUMBERS)
    return dice.choice(WORDS.get(field, NAMES))


@pytest.fixture(scope="module")
def both(duck, spark, tmp_path_factory):
    """Both engines, with the table `features` of 120 tuples."""
    dice = random.Random(11)
    parts = " ".join(part for rule in rules_for("loose") for part in rule.parts)
    fields = {
        *re.findall(r"\b[lr]\.([a-z_0-9]+)", SQL),
        *re.findall(r"\b[a-z]+_[a-z_]+|place|postcode|email|upn|nino", parts),
    }
    tuples = [
        {"node": node} | {field: _value(field, dice) for field in sorted({*fields, "singles"} - {"node"})}
        for node in range(120)
    ]
    path = tmp_path_factory.mktemp("features") / "features.parquet"
    pq.write_table(pa.Table.from_pylist(tuples), path)
    for engine in (duck, spark):
        engine.run(f"CREATE OR REPLACE TEMP TABLE features AS SELECT * FROM {read_table(path)}")
    return duck, spark


def test_every_pair_has_the_same_pattern(both):
    patterns = []
    for engine in both:
        engine.run(
            "CREATE OR REPLACE TEMP TABLE pairs AS SELECT a.node AS l, b.node AS r FROM features a JOIN features b ON a.node < b.node"
        )
        patterns.append(engine.rows(f"SELECT * FROM ({SQL}) ORDER BY node_l, node_r"))
    assert patterns[1] == patterns[0]
    assert len({pattern for *_, pattern in patterns[0]}) > 6000


@pytest.mark.parametrize("looseness", ["tight", "loose"])
def test_the_same_pairs_are_candidates(both, looseness):
    found = []
    for engine in both:
        find_candidates(Connection(engine), rules_for(looseness))
        found.append(engine.rows("SELECT l, r FROM candidates ORDER BY l, r"))
    assert found[1] == found[0] != []
