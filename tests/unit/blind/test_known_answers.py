"""Every bit is as clkhash sets it: `known_answers.json` was made by clkhash 0.18.3 from invented names."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from plainview.blind.filters import Encoder, write_clk
from plainview.blind.keys import stretch
from plainview.blind.schemas import parse_schema

KNOWN = json.loads(Path(__file__).with_name("known_answers.json").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = KNOWN["cases"]


def columns(rows: list[list[str]]) -> dict[str, Any]:
    return {
        field: pa.array([row[place] or None for row in rows], pa.string())
        for place, field in enumerate(KNOWN["fields"])
    }


def encode(schema: dict[str, Any], rows: list[list[str]], secret: str = KNOWN["secret"]) -> list[str]:
    encoder = Encoder(parse_schema(schema, "schema.json"), secret.encode())
    return [write_clk(each) for each in encoder.encode(columns(rows))]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_the_same_schema_and_secret_give_the_bits_of_clkhash(case: dict[str, Any]) -> None:
    assert encode(case["schema"], KNOWN["rows"]) == case["clks"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["name"]))
def test_a_record_has_the_same_bits_in_any_company_and_order(case: dict[str, Any]) -> None:
    rows = KNOWN["rows"]
    alone = [encode(case["schema"], [row])[0] for row in rows]
    assert alone == case["clks"]
    assert encode(case["schema"], rows[::-1] * 3) == case["clks"][::-1] * 3


def test_another_secret_gives_other_bits() -> None:
    ours, theirs = (encode(CASES[0]["schema"], KNOWN["rows"][:1], secret) for secret in ("a" * 64, "b" * 64))
    assert ours != theirs


def test_hkdf_is_that_of_rfc_5869() -> None:
    """Test case 1 of the RFC's appendix A."""
    (key,) = stretch(
        bytes([0x0B] * 22), 42, 1, salt=bytes(range(13)), info=bytes(range(0xF0, 0xFA)), hash="SHA256"
    )
    assert key.hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_hkdf_gives_no_more_than_it_has() -> None:
    with pytest.raises(ValueError, match="more than HKDF gives"):
        stretch(b"x" * 32, 64, 128)
