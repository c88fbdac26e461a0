"""Taking in a source: every row goes somewhere, and the order of rows and threads changes nothing."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.project.specs import SourceSpec
from plainview.sources.contracts import stored_names
from plainview.sources.ingest import ingest
from plainview.sources.loads import DoesNotAddUp, LoadRun
from plainview.sources.runs import IngestRun, NoGoodDelivery

CON = connect(threads=1)
HEADER = "Ref,Name,Born,Rent,Kind,Seen,Notes,More\n"


def source(**changes: Any) -> SourceSpec:
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
        "file": {"pattern": "rent_{date}.csv"},
        "tolerance": {"bad_rows": 1.0, "duplicate_ids": 1.0},
        "exclude": [{"name": "tests", "column": "Name", "values": ["ZZTEST"], "reason": "not people"}],
        "columns": {
            "Ref": {"meaning": "record_id", "required": True},
            "Name": {"meaning": "last_name", "required": True, "missing": ["UNKNOWN", "-"]},
            "Born": {"meaning": "birth_date", "formats": ["%d/%m/%Y", "%Y-%m-%d"]},
            "Rent": {"meaning": "attribute.rent", "type": "number"},
            "Kind": {"meaning": "attribute.kind", "map": {"1": "flat", "2": "house"}},
            "Seen": {"meaning": "updated_date"},
            "Notes": {"meaning": "free_text"},
            "More": {"meaning": "free_text"},
        },
    }
    return SourceSpec.model_validate(base | changes)


def take_in(root: Path, text: str, spec: SourceSpec | None = None, **options: Any) -> IngestRun:
    (root / "rent_2026-11-02.csv").write_bytes(text.encode())
    return ingest(root, spec or source(), root / "out", **{"threads": 1, **options})


def table(root: Path, name: str) -> list[tuple[Any, ...]]:
    return CON.execute(f"SELECT * FROM read_parquet('{root / 'out' / name / 'rent.parquet'}')").fetchall()


def test_values_are_trimmed_mapped_typed_and_sorted_by_record_id(tmp_path: Path) -> None:
    body = (
        'b , O\'Neil\t,1990-02-01,"£1,234.50",2,2026-10-01,n1,\n'
        "a,\u00a0Ash,01/02/1990,+7.,1,,,m1\n"
        "c,-,,,,,,\n"
    )
    run = take_in(tmp_path, HEADER + body)
    assert table(tmp_path, "records") == [
        ("a", "Ash", date(1990, 2, 1), 7.0, "flat", None, None, "m1"),
        ("b", "O'Neil", date(1990, 2, 1), 1234.5, "house", date(2026, 10, 1), "n1", None),
    ]
    assert table(tmp_path, "quarantine") == [("rent", date(2026, 11, 2), 3, "Name", "required", "row")]
    assert (run.read, run.loaded, run.quarantined, run.excluded) == (3, 2, 1, {"tests": 0})
    assert list(stored_names(source()).values())[-2:] == ["free_text", "free_text_2"]


@pytest.mark.parametrize("text", ["1,5", "nan", "inf", "1_000", "0x10", "12,34", "1e400", "--1", "£", "."])
def test_what_is_not_plainly_a_number_is_left_out(tmp_path: Path, text: str) -> None:
    take_in(tmp_path, HEADER + f'a,Ash,,"{text}",,,,\n')
    assert table(tmp_path, "records")[0][3] is None
    assert table(tmp_path, "quarantine")[0][4:] == ("not_a_number", "value")


@pytest.mark.parametrize(
    ("type", "text", "value"),
    [
        ("integer", "12", 12),
        ("integer", "12.0", 12),
        ("integer", "1.5", None),
        ("integer", "9223372036854775808", None),
        ("boolean", "Yes", True),
        ("boolean", "0", False),
        ("boolean", "maybe", None),
        ("number", ".5", 0.5),
        ("number", "1e3", 1000.0),
        ("datetime", "2026-01-02T03:04:05", "2026-01-02 03:04:05"),
        ("datetime", "2026-01-02", "2026-01-02 00:00:00"),
        ("date", "2026-02-29", None),
    ],
)
def test_each_type_takes_what_it_says(tmp_path: Path, type: str, text: str, value: Any) -> None:
    columns = {"Ref": {"meaning": "record_id"}, "X": {"meaning": "attribute.x", "type": type}}
    take_in(tmp_path, f"Ref,X\na,{text}\n", source(columns=columns, exclude=[]))
    found = table(tmp_path, "records")[0][1]
    assert (str(found) if type == "datetime" else found) == value


def test_of_repeated_ids_the_last_updated_is_kept(tmp_path: Path) -> None:
    body = "a,Ash,,,,2026-01-01,,\na,Oak,,,,2026-03-01,,\na,Elm,,,,,,\nb,Fir,,,,,,\n"
    run = take_in(tmp_path, HEADER + body)
    assert [row[:2] for row in table(tmp_path, "records")] == [("a", "Oak"), ("b", "Fir")]
    assert [row[2:] for row in table(tmp_path, "quarantine")] == [
        (1, "Ref", "duplicate_id", "row"),
        (3, "Ref", "duplicate_id", "row"),
    ]
    assert run.quarantined == 2


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["1", "2", "3", "4", "", " 5 "]),
        st.sampled_from(["Ash", "Oak", "UNKNOWN", "ZZTEST", '"El\nm"', '"Q""x"']),
        st.sampled_from(["", "01/02/1990", "31/02/1990", "soon"]),
        st.sampled_from(["", "1", "x", '"1,000"']),
        st.sampled_from(["", "1", "3"]),
        st.sampled_from(["", "2026-01-01", "2026-02-01"]),
        st.sampled_from(["", "n"]),
        st.sampled_from(["", "m", "m,too many", 'stray"']),
    ).map(",".join),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(ROWS, st.randoms(use_true_random=False))
def test_counts_add_up_and_the_order_of_rows_changes_no_record(rows: list[str], order: random.Random) -> None:
    with TemporaryDirectory() as name:
        root = Path(name)
        runs, records = [], []
        for _ in range(2):
            run = take_in(root, HEADER + "\n".join(rows) + "\n")
            assert run.read == len(rows)
            assert run.read == run.loaded + run.quarantined + sum(run.excluded.values())
            quarantine = table(root, "quarantine")
            outcomes = Counter(row[5] for row in quarantine)
            assert outcomes["row"] == run.quarantined
            assert outcomes["value"] == run.values_left_out
            whole = [row[2] for row in quarantine if row[5] == "row"]
            assert len(whole) == len(set(whole))
            assert set(whole) <= set(range(1, len(rows) + 1))
            runs.append((run.loaded, run.quarantined, run.excluded))
            records.append((root / "out/records/rent.parquet").read_bytes())
            order.shuffle(rows)
        assert runs[0] == runs[1]
        assert records[0] == records[1]


def test_row_numbers_in_quarantine_are_those_of_the_file(tmp_path: Path) -> None:
    body = "".join(
        {0: f"{i},short\n", 1: f"{i},,,,,,,\n", 2: f'{i},"A\n\nsh",soon,,,,,\n'}.get(
            i % 7, f"{i},Ash,,,,,,\n"
        )
        for i in range(1, 400)
    )
    take_in(tmp_path, HEADER + body)
    rules = {0: "wrong_number_of_columns", 1: "required", 2: "not_a_date"}
    expected = [(i, rules[i % 7]) for i in range(1, 400) if i % 7 in rules]
    assert [(row[2], row[4]) for row in table(tmp_path, "quarantine")] == expected


@pytest.mark.slow
def test_threads_change_no_byte(tmp_path: Path) -> None:
    rows = [f"{i * 7919 % 400_000},Name{i % 999},01/02/19{i % 90 + 10},{i},1,,," for i in range(400_000)]
    made = []
    for threads in (1, 2, 4):
        take_in(tmp_path, HEADER + "\n".join(rows) + "\n", threads=threads)
        made.append((tmp_path / "out/records/rent.parquet").read_bytes())
    assert made[0] == made[1] == made[2]
    assert table(tmp_path, "records") == sorted(table(tmp_path, "records"))


def test_a_refused_delivery_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(NoGoodDelivery) as told:
        take_in(tmp_path, HEADER)
    assert told.value.source == "rent"
    assert [delivery.path for delivery in told.value.refused] == ["rent_2026-11-02.csv"]
    assert list((tmp_path / "out").iterdir()) == []


def test_a_run_is_plain_data(tmp_path: Path) -> None:
    (tmp_path / "rent_2026-11-09.csv").write_text("")
    run = take_in(tmp_path, HEADER + "a,Ash,,,,,,\n")
    data = json.loads(json.dumps(run.as_dict()))
    assert data["delivery_date"] == "2026-11-02"
    assert data["refused"][0]["problems"][0]["found"] == "an empty file"
    assert data["path"] == "rent_2026-11-02.csv"


def test_progress_goes_from_none_to_all(tmp_path: Path) -> None:
    told: list[float] = []
    take_in(tmp_path, HEADER + "a,Ash,,,,,,\n", progress=lambda _, share: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_rows_that_do_not_add_up_stop_everything() -> None:
    run = LoadRun.__new__(LoadRun)
    values = {"read": 3, "loaded": 1, "quarantined": 1, "excluded": {}}
    for key, value in values.items():
        object.__setattr__(run, key, value)
    object.__setattr__(run, "delivery", type("Named", (), {"name": "x.csv"}))
    with pytest.raises(
        DoesNotAddUp, match=r"x\.csv: 3 rows read, but 1 loaded, 1 quarantined and 0 excluded"
    ):
        run.assert_adds_up()
