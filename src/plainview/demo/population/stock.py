"""The small committed tables that a population is drawn from, read once."""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files

import numpy as np

from plainview.demo.population.dice import Floats

CULTURES = (
    "british", "irish", "slavic", "romanian", "iberian", "turkish", "south_asian_muslim", "sikh",
    "gujarati", "south_indian", "chinese", "somali", "horn_of_africa", "west_african", "caribbean", "arabic",
)  # fmt: skip
"""Naming cultures, in the order of the codes used inside this package.

They say how a family's names are made and passed on, and nothing else. They exist so that a test can
show whether linkage errors fall evenly on everyone; no need and no service depends on them.
"""


@cache
def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of the committed table `name`, as text."""
    text = (files("plainview.demo") / "tables" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


@cache
def read_areas() -> dict[str, Floats]:
    """The base areas' figures by column, one position per area."""
    rows = read_rows("areas.csv")
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


@cache
def read_words(use: str) -> list[str]:
    """The words kept for `use`, such as the first halves of street names."""
    return next(row["words"].split() for row in read_rows("words.csv") if row["use"] == use)


@cache
def read_culture(culture: str, part: str) -> list[list[str]]:
    """The names of one culture for one part of a name, most frequent first, each with its other spellings."""
    for row in read_rows("cultures.csv"):
        if (row["culture"], row["part"]) == (culture, part):
            return [group.replace("_", " ").split("/") for group in row["names"].split(" ")]
    return []
