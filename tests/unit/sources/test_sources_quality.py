"""The five quality checks, on small deliveries whose answers can be counted by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.project.specs import SourceSpec
from plainview.sources import digits
from plainview.sources.ingest import ingest
from plainview.sources.macros import make_macros
from plainview.sources.matrices import quality_history, quality_matrix
from plainview.sources.predecessors import Loaded
from plainview.sources.quality import assess_quality

CON = connect(threads=1)
make_macros(CON)
RULES = {
    "is_nhs_number": digits.is_nhs_number,
    "is_upn": digits.is_upn,
    "is_nino": digits.is_nino,
    "is_postcode": digits.is_postcode,
    "is_email": digits.is_email,
}


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        (
            "is_nhs_number",
            ["9434765919", "943 476 5919", "401-023-2137"],
            ["9434765918", "943476591", "1234567890", ""],
        ),
        (
            "is_upn",
            ["B801200005001", "h801200001001", "P207000016049"],
            ["A801200005001", "X80120000A001", "I801200001001"],
        ),
        (
            "is_nino",
            ["AB123456C", "ab 12 34 56 d"],
            ["QQ123456C", "AO123456C", "GB123456A", "AB123456E", "AB12345C"],
        ),
        (
            "is_postcode",
            ["M1 1AA", "B33 8TH", "CR2 6XH", "DN55 1PT", "W1A 1HQ", "EC1A 1BB", "gir 0aa"],
            ["AA1A1A", "12345", "M1 1AV", "Q1 1AA", "EC1A1B"],
        ),
        ("is_email", ["a.b@c.uk"], ["a@b", "a b@c.uk", "@c.uk", "a@c..uk", "a@.uk"]),
    ],
)
def test_identifiers_follow_their_published_rules(rule: str, good: list[str], bad: list[str]) -> None:
    for text in [*good, *bad]:
        assert RULES[rule](text) is (text in good), text
        assert CON.execute(f"SELECT {rule}(?)", [text]).fetchall() == [(text in good,)], text


TEXTS = st.one_of(
    st.from_regex(r"[0-9]{10}", fullmatch=True),
    st.from_regex(r"[A-Z][0-9]{11}[0-9A-Z]", fullmatch=True),
    st.from_regex(r"[A-Z]{2}[0-9]{6}[A-E]", fullmatch=True),
    st.from_regex(r"[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}", fullmatch=True),
    st.text(alphabet="ab@. ", max_size=8),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=20))
def test_the_macros_agree_with_their_plain_twins(texts: list[str]) -> None:
    columns = ", ".join(f"{rule}(v)" for rule in RULES)
    rows = CON.execute(f"SELECT {columns} FROM (SELECT unnest($1) AS v)", [texts]).fetchall()
    assert rows == [tuple(check(text) for check in RULES.values()) for text in texts]


def source(**changes: Any) -> SourceSpec:
    columns = {
        "Id": {"meaning": "record_id", "required": True},
        "Name": {"meaning": "last_name"},
        "Born": {"meaning": "birth_date"},
        "Died": {"meaning": "death_date"},
        "Nhs": {"meaning": "nhs_number"},
        "Sex": {"meaning": "sex", "allowed": ["F", "M"]},
        "Seen": {"meaning": "updated_date"},
    }
    base = {
        "id": "gp",
        "title": "GP",
        "service": "NHS",
        "contact_role": "the GP steward",
        "controller": "Sallowmere",
        "gateways": ["Care Act 2014"],
        "rows": ["person"],
        "cadence": "monthly",
        "retention": "1 year",
        "file": {"pattern": "gp_{date}.csv"},
        "tolerance": {"duplicate_ids": 0.5},
        "columns": columns,
    }
    return SourceSpec.model_validate(base | changes)


HEADER = "Id,Name,Born,Died,Nhs,Sex,Seen\n"
NOW = HEADER + (
    "1,Ash,1990-02-01,,9434765919,F,2026-10-31\n"
    "2,Ash,1900-01-01,1899-01-01,9434765918,M,2026-10-21\n"
    "3,,1870-05-05,,9434765919,F,2026-10-01\n"
    "4,Elm,2027-01-01,,,,\n"
    "4,Elm,2027-01-01,,,,\n"
)
BEFORE = HEADER + "1,Ash,1990-02-01,,,F,\n2,Ash,,,,F,\n3,Fir,,,,F,\n9,Yew,,,,M,\n"


def assess(
    root: Path, spec: SourceSpec, out: str, **more: Any
) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    folder = root / out
    run = ingest(root, spec, folder, threads=1)
    assert run.delivery_date is not None
    loaded = {spec.id: Loaded(run.delivery_date, run.sha256)}
    assess_quality(root, [spec], folder, loaded, threads=1, **more)
    rows = CON.execute(
        'SELECT "check", "column", rule, numerator, denominator, passed '
        f"FROM read_parquet('{folder / 'quality.parquet'}')"
    ).fetchall()
    return {row[:3]: row[3:] for row in rows}


def test_the_five_checks_count_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "gp_2026-10-01.csv").write_text(BEFORE)
    (tmp_path / "gp_2026-11-01.csv").write_text(NOW)
    found = assess(tmp_path, source(), "out", as_of=date(2026, 12, 25))
    assert found["completeness", "last_name", "not_empty"] == (3, 4, None)
    assert found["completeness", "record_id", "not_empty"] == (4, 4, True)
    assert found["validity", "nhs_number", "nhs_number_modulus_11"] == (2, 3, False)
    assert found["validity", "birth_date", "not_before_1880"] == (3, 4, False)
    assert found["validity", "birth_date", "not_after_delivery"] == (3, 4, False)
    assert found["validity", "birth_date", "not_a_default_date"] == (3, 4, None)
    assert found["validity", "death_date", "not_before_birth"] == (0, 1, False)
    assert found["uniqueness", "record_id", "record_id"] == (4, 5, True)
    assert found["uniqueness", "nhs_number", "not_shared"] == (2, 3, None)
    assert found["uniqueness", "", "whole_identity"] == (4, 4, None)
    assert found["timeliness", "", "delivery_age"] == (54, 38, False)
    assert found["timeliness", "updated_date", "median_age"] == (11, 1, None)
    assert found["consistency", "", "rows"] == (4, 4, True)
    assert found["consistency", "record_id", "ids_kept"] == (3, 4, False)
    assert found["consistency", "sex", "distribution"][2] is False


def test_one_profile_serves_whether_kept_or_read_again(tmp_path: Path) -> None:
    """The previous snapshot only saves time: with it or without it, the same is found."""
    spec = source()
    (tmp_path / "gp_2026-10-01.csv").write_text(BEFORE)
    assess(tmp_path, spec, "first")
    (tmp_path / "gp_2026-11-01.csv").write_text(NOW)
    fresh = assess(tmp_path, spec, "fresh")
    kept = assess(tmp_path, spec, "kept", previous=tmp_path / "first")
    again = assess(tmp_path, spec, "again", previous=tmp_path / "kept")
    assert fresh == kept == again
    for name in ("quality.parquet", "profiles/gp.parquet"):
        assert (tmp_path / "fresh" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()
    (tmp_path / "gp_2026-10-01.csv").unlink()
    assert assess(tmp_path, spec, "gone", previous=tmp_path / "kept") == kept


def test_without_a_delivery_before_there_is_nothing_to_compare(tmp_path: Path) -> None:
    (tmp_path / "gp_2026-11-01.csv").write_text(NOW)
    assert [check for check, _, _ in assess(tmp_path, source(), "out") if check == "consistency"] == []


def test_a_profile_holds_no_name_or_number(tmp_path: Path) -> None:
    (tmp_path / "gp_2026-11-01.csv").write_text(NOW)
    assess(tmp_path, source(), "out")
    query = f"SELECT DISTINCT \"column\" FROM read_parquet('{tmp_path / 'out/profiles/gp.parquet'}')"
    assert sorted(CON.execute(query).fetchall()) == [("",), ("sex",)]


def test_the_matrix_has_a_cell_for_each_source_and_check(tmp_path: Path) -> None:
    (tmp_path / "gp_2026-10-01.csv").write_text(BEFORE)
    (tmp_path / "gp_2026-11-01.csv").write_text(NOW)
    assess(tmp_path, source(), "out")
    matrix = quality_matrix(tmp_path / "out")
    assert list(matrix["gp"]) == ["completeness", "validity", "uniqueness", "timeliness", "consistency"]
    assert matrix["gp"]["consistency"].as_dict() == {"share": 0.333333, "passed": 1, "failed": 2}
    history = quality_history({"a": tmp_path / "out", "b": tmp_path / "out"}, "validity")
    assert history["gp"]["a"] == history["gp"]["b"] == matrix["gp"]["validity"]
