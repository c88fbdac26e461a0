"""A project small enough to build in a moment: two services, sixty invented people, some of them in both."""

from __future__ import annotations

import csv
import random
from pathlib import Path

_PROJECT = """
[authority]
name = "Smallmere"
controller = "Smallmere Council"
"""

_SOURCE = """
id = "{id}"
title = "{id} records"
service = "{id}"
contact_role = "data steward"
controller = "Smallmere Council"
gateways = ["Children Act 2004 section 10"]
rows = ["person", "address"]
cadence = "weekly"
retention = "6 years"

[file]
pattern = "deliveries/{id}_{{date}}.csv"

[columns.Ref]
meaning = "record_id"
required = true
[columns.Forename]
meaning = "first_name"
[columns.Surname]
meaning = "last_name"
[columns.DOB]
meaning = "birth_date"
[columns.Sex]
meaning = "sex"
[columns.Address]
meaning = "address"
[columns.Postcode]
meaning = "postcode"
[columns.Mobile]
meaning = "mobile"
"""

_FIRST = [
    "Ada",
    "Bilal",
    "Carys",
    "Dmitri",
    "Efua",
    "Farah",
    "Gwen",
    "Hamza",
    "Ines",
    "Jakub",
    "Kwame",
    "Leila",
    "Mo",
    "Nia",
    "Omar",
    "Priya",
]
_LAST = [
    "Abara",
    "Brook",
    "Costa",
    "Dunmore",
    "Eze",
    "Fenwick",
    "Gill",
    "Hollis",
    "Iqbal",
    "Jarrett",
    "Kowalski",
    "Lund",
]
_STREETS = ["Alder Lane", "Birch Road", "Cedar Close", "Dove Street"]
HEADER = ["Ref", "Forename", "Surname", "DOB", "Sex", "Address", "Postcode", "Mobile"]


def make_people(number: int, seed: int = 1) -> list[list[str]]:
    """Invented people as rows without a reference, in the order of HEADER."""
    dice = random.Random(seed)
    people = []
    for place in range(number):
        street = dice.randrange(len(_STREETS))
        people.append(
            [
                dice.choice(_FIRST),
                dice.choice(_LAST),
                f"{dice.randrange(1940, 2020)}-{dice.randrange(1, 13):02}-{dice.randrange(2, 29):02}",
                dice.choice("FM"),
                f"{dice.randrange(1, 60)} {_STREETS[street]}",
                f"ZQ{street + 1} {dice.randrange(1, 10)}AB",
                f"06770{place:06}",
            ]
        )
    return people


def write_delivery(project: Path, source: str, date: str, rows: list[list[str]]) -> Path:
    """One delivery as UTF-8 CSV."""
    path = project / "deliveries" / f"{source}_{date}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([HEADER, *rows])
    return path


def make_small_project(project: Path, people: int = 60) -> Path:
    """Write the project with one delivery a source, and give its folder back."""
    (project / "sources").mkdir(parents=True)
    (project / "plainview.toml").write_text(_PROJECT, encoding="utf-8")
    everybody = make_people(people)
    for source, who in (("library", everybody[: people * 2 // 3]), ("school", everybody[people // 3 :])):
        (project / "sources" / f"{source}.toml").write_text(_SOURCE.format(id=source), encoding="utf-8")
        rows = [[f"{source[0]}{place:04}", *person] for place, person in enumerate(who)]
        write_delivery(project, source, "2026-10-26", rows)
    return project


def change_a_delivery(project: Path) -> None:
    """A week later the school has ten more pupils."""
    rows = [[f"s{place:04}", *person] for place, person in enumerate(make_people(70)[20:])]
    write_delivery(project, "school", "2026-11-02", rows)
