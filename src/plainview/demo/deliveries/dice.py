"""Randomness in SQL: every throw is a hash of a key and a name, so that order and threads never matter."""

from __future__ import annotations

import duckdb

# DuckDB's own hash of two values is nearly additive (the throws of one key under two names correlate at
# .88); hashing the exclusive or of both once more takes that away (measured: below .001).
_MACROS = """
CREATE OR REPLACE MACRO mix(key, salt) AS hash(xor(key, hash(salt)));
CREATE OR REPLACE MACRO dice(key, salt) AS (mix(key, salt) >> 11) * 1.1102230246251565e-16;
CREATE OR REPLACE MACRO pick(key, salt, n) AS CAST(floor(dice(key, salt) * n) AS INTEGER);
CREATE OR REPLACE MACRO day_between(first_day, last_day, share) AS
    first_day + CAST(floor(share * (date_diff('day', first_day, last_day) + 1)) AS INTEGER);
CREATE OR REPLACE MACRO geometric(mean, share) AS
    CAST(least(40, floor(ln(1 - share) / ln(mean / (1 + mean)))) AS INTEGER);
CREATE OR REPLACE MACRO waiting(mean, share) AS CAST(floor(-ln(1 - share) * mean) AS INTEGER);
CREATE OR REPLACE MACRO age_at(birth_date, on_day) AS
    CAST(floor(date_diff('day', birth_date, on_day) / 365.25) AS INTEGER);
"""


def define_dice(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros on `con`.

    `mix(key, salt)` makes a new key, `dice(key, salt)` a number in [0, 1), `pick(key, salt, n)` a whole
    number below n, `day_between(a, b, share)` a day from a to b, `geometric(mean, share)` a count (a Poisson
    count whose rate varies between people as an exponential, at most 40), `waiting(mean, share)` whole days
    of an exponential delay, `age_at(birth_date, day)` an age in years.
    """
    con.execute(_MACROS)
