"""Which files are deliveries, and what is said of those that almost are."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from plainview.project.specs import SourceSpec
from plainview.sources.deliveries import find_deliveries, newest_date


def source(pattern: str = "d/rent_{date}.csv", **changes: Any) -> SourceSpec:
    base = {
        "id": "rent",
        "title": "Rents",
        "service": "Housing",
        "contact_role": "the steward",
        "controller": "Sallowmere",
        "gateways": ["Housing Act 1985"],
        "rows": ["person"],
        "cadence": "weekly",
        "retention": "6 years",
        "file": {"pattern": pattern} | changes.pop("file", {}),
        "columns": {"Ref": {"meaning": "record_id"}},
    }
    return SourceSpec.model_validate(base | changes)


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)


def test_newest_first_packed_or_not(tmp_path: Path) -> None:
    put(tmp_path, "d/rent_2026-11-02.csv", "d/rent_2026-11-16.csv.gz", "d/rent_2026-11-09.csv.zip")
    put(tmp_path, "d/rent_2026-11-02.csv.control", "d/rates_2026-11-23.csv", "d/rent_closed_2026-11-23.csv")
    found = find_deliveries(tmp_path, source())
    assert [delivery.date.day for delivery in found.found] == [16, 9, 2]
    assert found.found[0].name == "d/rent_2026-11-16.csv.gz"
    assert found.notes == ()
    assert newest_date(tmp_path, [source()]) == date(2026, 11, 16)
    assert newest_date(tmp_path / "d", [source()]) is None


def test_the_date_may_be_a_folder_and_written_in_its_own_way(tmp_path: Path) -> None:
    put(tmp_path, "d/20261102/rent.csv", "d/20261109/rent.csv", "d/notes/rent.csv")
    found = find_deliveries(tmp_path, source("d/{date}/rent.csv", file={"date_format": "%Y%m%d"}))
    assert [delivery.name for delivery in found.found] == ["d/20261109/rent.csv", "d/20261102/rent.csv"]


@pytest.mark.parametrize(
    ("name", "note"),
    [
        (
            "d/rent_2026-13-02.csv",
            "d/rent_2026-13-02.csv is not used: '2026-13-02' is not a date written %Y-%m-%d",
        ),
        (
            "d/Rent_2026-11-02.CSV",
            "d/Rent_2026-11-02.CSV is not used: its letters differ in case from d/rent_{date}.csv",
        ),
        (
            "d/rent_2026-11-02.xlsx",
            "d/rent_2026-11-02.xlsx is not used: its extension is not that of d/rent_{date}.csv",
        ),
    ],
)
def test_a_name_that_almost_matches_is_told(tmp_path: Path, name: str, note: str) -> None:
    put(tmp_path, name)
    found = find_deliveries(tmp_path, source())
    assert found.found == ()
    assert found.notes == (note,)


@pytest.mark.parametrize(
    ("cadence", "late", "told"),
    [
        ("weekly", 14, False),
        ("weekly", 15, True),
        ("monthly", 38, False),
        ("monthly", 39, True),
        ("once", 999, False),
    ],
)
def test_a_missing_delivery_is_told_after_its_cadence_and_tolerance(
    tmp_path: Path, cadence: str, late: int, told: bool
) -> None:
    put(tmp_path, "d/rent_2024-01-01.csv")
    as_of = date.fromordinal(date(2024, 1, 1).toordinal() + late)
    notes = find_deliveries(tmp_path, source(cadence=cadence), as_of).notes
    assert [note.startswith("missing delivery: ") for note in notes] == [True] * told
