from __future__ import annotations

import datetime
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from plainview.demo import authority as authorities
from plainview.demo.authority import AuthorityRun, write_authority
from plainview.demo.deliveries.declared import DemoSource, find_sources
from plainview.project.errors import UserError
from plainview.project.read import read_project

Read = Callable[[str], list[dict[str, Any]]]
SOURCES = find_sources()
IDS = [source.id for source in SOURCES]


def test_there_are_at_least_sixteen_sources(authority: AuthorityRun) -> None:
    assert len(SOURCES) >= 16
    assert sorted(authority.records) == sorted(IDS)
    assert all(rows > 0 for rows in authority.records.values())


def test_the_declarations_pass_the_check(authority: AuthorityRun) -> None:
    project = read_project(authority.directory)
    assert [source.id for source in project.sources] == IDS


def test_formats_encodings_and_packings_are_spread() -> None:
    files = [source.toml["file"] for source in SOURCES]
    assert {spec["format"] for spec in files} == {"csv", "excel", "parquet"}
    assert {spec["encoding"] for spec in files if "encoding" in spec} == {"utf-8", "windows-1252", "utf-16"}
    assert {spec["delimiter"] for spec in files if "delimiter" in spec} == {",", ";", "|", "\t"}
    assert {".gz", ".zip"} <= {Path(spec["pattern"]).suffix for spec in files}


@pytest.mark.parametrize("source", SOURCES, ids=IDS)
def test_every_declared_column_is_delivered_in_order(
    authority: AuthorityRun, rows_of: Read, source: DemoSource
) -> None:
    rows = rows_of(source.id)
    assert list(rows[0]) == source.headers
    assert len(rows) == authority.records[source.id]
    ids = [row[source.record_header] for row in rows]
    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)


def test_control_files_state_the_rows(authority: AuthorityRun) -> None:
    for source in SOURCES:
        pattern: str = source.toml["file"]["pattern"]
        path = authority.directory / pattern.replace("{date}", "2026-11-02")
        control = path.with_name(path.name + ".control")
        assert control.exists() == source.toml.get("control", {}).get("sidecar", False)
        if control.exists():
            assert tomllib.loads(control.read_text())["rows"] == authority.records[source.id]


def test_an_earlier_delivery_is_the_state_of_that_week(authority: AuthorityRun) -> None:
    rows = authority.deliveries["police"]
    assert sorted(rows) == [datetime.date(2026, 10, 26), datetime.date(2026, 11, 2)]
    assert rows[datetime.date(2026, 10, 26)] < rows[datetime.date(2026, 11, 2)]
    assert len(authority.deliveries["schools"]) == 1


def test_events_are_known_after_they_happened_and_by_the_delivery(rows_of: Read) -> None:
    assert all(row["INCIDENT_DATE"] <= row["CREATED_DATE"] <= "20261102" for row in rows_of("police"))


def test_the_truth_knows_every_record_and_lies_outside_the_deliveries(
    authority: AuthorityRun, rows_of: Read
) -> None:
    truth = pq.read_table(authority.directory / "truth" / "truth.parquet")
    assert truth.column_names == ["source", "record_id", "truth_id", "sex", "age_band", "culture", "area"]
    known = set(zip(truth["source"].to_pylist(), truth["record_id"].to_pylist(), strict=True))
    truth_ids = set(truth["truth_id"].to_pylist())
    for source in SOURCES:
        for row in rows_of(source.id):
            assert (source.id, row[source.record_header]) in known
            assert truth_ids.isdisjoint(str(value) for value in row.values())
    assert {p.name for p in (authority.directory / "truth").iterdir()} == {
        "truth.parquet",
        "needs.parquet",
        "protective.parquet",
        "relationships.parquet",
    }


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(UserError) as caught:
        write_authority(tmp_path, residents=10, seed=1, weeks=0)
    assert [problem.key for problem in caught.value.problems] == ["residents", "weeks", ""]
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def test_a_run_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr(authorities, "write_extracts", fail)
    with pytest.raises(OSError, match="no space"):
        write_authority(tmp_path / "new", residents=100, seed=1, weeks=1)
    assert list(tmp_path.iterdir()) == []
