"""Linkage schemas: read as published, and what is not offered is refused by name."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plainview.blind.recommended import RECOMMENDED, write_recommended
from plainview.blind.schemas import parse_schema, read_schema
from plainview.project.errors import UserError

Change = Callable[[dict[str, Any]], object]


def hashing(schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schema["features"][0]["hashing"]
    return found


FAULTS: list[tuple[str, Change, str]] = [
    (
        "version 2",
        lambda s: s.update(version=2),
        "version: version 2 of the linkage schema; expected version 3",
    ),
    ("no version", lambda s: s.pop("version"), "version: the key is missing"),
    (
        "length",
        lambda s: s["clkConfig"].update(l=1000),
        "clkConfig.l: a value that does not fit; expected a mu",
    ),
    (
        "kdf",
        lambda s: s["clkConfig"]["kdf"].update(type="legacy"),
        "clkConfig.kdf.type: a value that does not",
    ),
    ("folds", lambda s: s["clkConfig"].update(xorFolds=1), "xorFolds and xor_folds that differ"),
    (
        "salt",
        lambda s: s["clkConfig"]["kdf"].update(salt="?"),
        "clkConfig.kdf.salt: a text that is not base64",
    ),
    ("power", lambda s: s["clkConfig"].update(l=1088), "blakeHash with a filter of 1088 bits"),
    ("field", lambda s: s["features"][0].update(identifier="frist_name"), 'Did you mean "first_name"?'),
    ("twice", lambda s: s["features"][1].update(identifier="first_name"), "the same field a second time"),
    ("no hashing", lambda s: s["features"][0].pop("hashing"), "features[1].hashing: the key is missing"),
    ("both", lambda s: hashing(s)["strategy"].update(bitsPerToken=3), "strategy: both or neither"),
    (
        "no n",
        lambda s: hashing(s)["comparison"].pop("n"),
        "features[1].hashing.comparison.n: the key is missing",
    ),
    ("numeric", lambda s: hashing(s)["comparison"].update(type="numeric"), "expected 'ngram' or 'exact'"),
    ("unknown", lambda s: hashing(s).update(weight=2), "hashing.weight: a key that is not offered here"),
    ("singular", lambda s: hashing(s)["hash"].update(prevent_singularity=True), "with doubleHash only"),
    (
        "date",
        lambda s: s["features"][2]["format"].update(format="%d/%m/%Y"),
        "expected birth_date with the fo",
    ),
    ("enum", lambda s: s["features"][3]["format"].pop("values"), "features[4].format.values: no values"),
    ("pattern", lambda s: s["features"][0]["format"].update(pattern="("), "a pattern that cannot be read"),
    (
        "none",
        lambda s: s.update(features=[{"identifier": "sex", "ignored": True}]),
        "no field that is encoded",
    ),
]


@pytest.mark.parametrize(
    ("change", "told"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_a_schema_that_cannot_be_followed_is_refused(change: Change, told: str) -> None:
    schema = json.loads(json.dumps(RECOMMENDED))
    change(schema)
    with pytest.raises(UserError) as caught:
        parse_schema(schema, "blind/schema.json")
    lines = str(caught.value).split("\n")
    assert len([line for line in lines if told in line]) == 1, lines
    assert all(line.startswith("blind/schema.json ") for line in lines)


@pytest.mark.parametrize(
    ("text", "told"), [("{\n1}", "schema.json:2: this is not JSON"), ("\xff", "not JSON")]
)
def test_a_file_that_is_no_json_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "schema.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError, match=told):
        read_schema(path)


def test_a_missing_schema_tells_how_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="--new-schema FILE"):
        read_schema(tmp_path / "none.json")


def test_the_recommended_schema_is_sound_and_fills_half_a_filter(tmp_path: Path) -> None:
    write_recommended(tmp_path / "schema.json")
    schema = read_schema(tmp_path / "schema.json")
    assert schema.fields == ["first_name", "last_name", "birth_date", "sex", "postcode"]
    assert schema.bits == 1024
    with pytest.raises(UserError, match="there is a file already"):
        write_recommended(tmp_path / "schema.json")


def test_the_fingerprint_tells_what_decides_the_bits_and_nothing_else() -> None:
    schema = json.loads(json.dumps(RECOMMENDED))
    schema["clkConfig"]["xor_folds"] = 0  # the default, written out
    schema["features"][0]["description"] = "given name"
    same = json.loads(json.dumps(schema, indent=3, sort_keys=True))
    assert parse_schema(same, "a").fingerprint == parse_schema(RECOMMENDED, "b").fingerprint
    schema["features"][0]["hashing"]["strategy"]["bitsPerFeature"] = 201
    assert parse_schema(schema, "a").fingerprint != parse_schema(RECOMMENDED, "b").fingerprint
