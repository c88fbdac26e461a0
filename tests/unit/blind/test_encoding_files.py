"""A partner's file encoded: the same bits for the same person, refusals with one message, and no value told."""

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from plainview.blind.encodings import InputLayout, encode_file, manifest_path
from plainview.blind.fields import FIELDS, standardise_columns
from plainview.blind.recommended import RECOMMENDED
from plainview.blind.schemas import parse_schema
from plainview.cli.main import cli, run
from plainview.engine.duck import connect
from plainview.project.errors import UserError

SECRET = b"00112233445566778899aabbccddeeff0123456789abcdef0fedcba987654321"
SCHEMA = parse_schema(RECOMMENDED, "schema.json")
HEADER = ["Ref", "first_name", "last_name", "birth_date", "sex", "postcode"]
PEOPLE = [
    ["h1", "Quillan", "O'Dunmore ", "1981-02-03", "F", "ZQ1 1AB"],
    ["h2", "QUILLAN", "Odunmore", "1981-02-03", "female", "zq11ab"],
    ["h3", "Zoë Ffion", "van der Brook", "2001-12-31", "2", ""],
    ["h4", "Zoe", "Van Der  Brook", "2001-12-31", "f", "n/a"],
    ["h5", "", "", "1900-01-01", "", ""],
]
OWN_IDS = InputLayout(id_column="Ref")


def write(
    path: Path, rows: list[list[str]], header: list[str] | None = None, encoding: str = "utf-8"
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([header or HEADER, *rows])
    return path


def encode(folder: Path, rows: list[list[str]], layout: InputLayout = OWN_IDS, **more: Any) -> dict[str, str]:
    source = write(folder / "people.csv", rows)
    encode_file(source, folder / "encoded.csv", SCHEMA, SECRET, layout, **more)
    return read(folder / "encoded.csv")


def read(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row["record_id"]: row["clk"] for row in csv.DictReader(file)}


def told(source: Path, layout: InputLayout = OWN_IDS) -> str:
    with pytest.raises(UserError) as caught:
        encode_file(source, source.with_name("encoded.csv"), SCHEMA, SECRET, layout)
    assert not source.with_name("encoded.csv").exists()
    return str(caught.value)


def test_the_same_person_written_otherwise_has_the_same_bits(tmp_path: Path) -> None:
    clks = encode(tmp_path, PEOPLE)
    assert clks["h1"] == clks["h2"]
    assert len({*clks.values()}) == 4 or clks["h3"] == clks["h4"]


def test_row_order_and_chunking_change_nothing(tmp_path: Path) -> None:
    rows = [[f"{row[0]}-{place}", *row[1:]] for place in range(20) for row in PEOPLE]
    whole = encode(tmp_path, rows)
    text = (tmp_path / "encoded.csv").read_bytes()
    for piece in (23, 99):
        assert encode(tmp_path, rows[::-1], rows_at_once=piece) == whole
        assert (tmp_path / "encoded.csv").read_bytes() == text


def test_a_full_name_and_a_renamed_column_give_the_bits_of_their_parts(tmp_path: Path) -> None:
    parts = encode(tmp_path, PEOPLE[:1])
    layout = InputLayout(
        {"full_name": "Person", "birth_date": "DOB"}, id_column="Ref", date_formats=["%d/%m/%Y"]
    )
    header = ["Ref", "Person", "DOB", "sex", "postcode"]
    row = ["h1", "O'Dunmore, Quillan", "03/02/1981", "F", "ZQ1 1AB"]
    source = write(tmp_path / "whole.csv", [row], header)
    encode_file(source, tmp_path / "encoded.csv", SCHEMA, SECRET, layout)
    assert read(tmp_path / "encoded.csv") == parts


def test_without_a_column_of_ids_every_row_gets_a_new_one(tmp_path: Path) -> None:
    first, second = encode(tmp_path, PEOPLE, InputLayout()), encode(tmp_path, PEOPLE, InputLayout())
    assert sorted(first.values()) == sorted(second.values())
    assert not {*first} & {*second}
    assert all(len(id) == 16 for id in first)


def test_the_manifest_counts_and_holds_no_value(tmp_path: Path) -> None:
    encode(tmp_path, PEOPLE)
    manifest = json.loads(manifest_path(tmp_path / "encoded.csv").read_text(encoding="utf-8"))
    assert (manifest["records"], manifest["empty"]) == (5, 1)
    assert manifest["fields"]["birth_date"] == {"missing": 0.2, "left_out": 0.2}
    assert manifest["fields"]["sex"] == {"missing": 0.2, "left_out": 0.0}
    assert manifest["schema"] == SCHEMA.fingerprint


def test_bands_agree_where_encodings_do(tmp_path: Path) -> None:
    encode(tmp_path, PEOPLE, with_bands=True)
    with (tmp_path / "encoded.csv").open(encoding="utf-8") as file:
        bands = {row["record_id"]: row["bands"].split() for row in csv.DictReader(file)}
    assert bands["h1"] == bands["h2"]
    assert len({*bands["h1"]}) == 100
    assert sum(a == b for a, b in zip(bands["h1"], bands["h3"], strict=True)) < 20


REFUSED = [
    ("a header that lacks a field", [["h1", "Quillan"]], ["Ref", "first_name"], "--without last_name"),
    ("a short row", [[*PEOPLE[0]], ["h2", "Quillan"]], HEADER, "row 2 has 2 values; expected 6"),
    ("an id twice", [PEOPLE[0], PEOPLE[0]], HEADER, "0 rows without an id and 1 that repeat one"),
    ("no id", [["", *PEOPLE[0][1:]]], HEADER, "1 rows without an id"),
    ("no rows", [], HEADER, "no rows"),
    (
        "dates of another format",
        [["h1", *PEOPLE[0][1:3], "3 Feb 81", "F", "ZQ1 1AB"]],
        HEADER,
        "--date-format",
    ),
]


@pytest.mark.parametrize(
    ("rows", "header", "message"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_a_file_that_cannot_be_encoded_is_refused_without_a_value(
    tmp_path: Path, rows: list[list[str]], header: list[str], message: str
) -> None:
    said = told(write(tmp_path / "people.csv", rows, header))
    assert message in said
    assert not any(value.strip() in said for row in rows for value in row[1:] if len(value) > 2)


def test_a_file_of_another_encoding_is_refused_without_a_value(tmp_path: Path) -> None:
    said = told(write(tmp_path / "people.csv", PEOPLE, encoding="windows-1252"))
    assert "--encoding windows-1252" in said
    assert "Brook" not in said


def test_a_field_may_be_left_out_on_purpose(tmp_path: Path) -> None:
    bare = encode(tmp_path, PEOPLE, InputLayout(id_column="Ref", without=["postcode", "sex"]))
    assert bare["h3"] != encode(tmp_path, PEOPLE)["h3"]
    manifest = json.loads(manifest_path(tmp_path / "encoded.csv").read_text(encoding="utf-8"))
    assert manifest["fields"]["postcode"]["missing"] < 1
    with pytest.raises(UserError, match="a field the schema does not encode"):
        encode(tmp_path, PEOPLE, InputLayout(without=["email"]))


def write_key(path: Path, rights: int = 0o600) -> Path:
    path.write_bytes(SECRET)
    path.chmod(rights)
    return path


def words(folder: Path, key: Path) -> list[str]:
    schema = folder / "schema.json"
    schema.write_text(json.dumps(RECOMMENDED), encoding="utf-8")
    source = write(folder / "people.csv", PEOPLE)
    return ["encode", str(source), "--schema", str(schema), "--key-file", str(key), "--id-column", "Ref"]


def test_nothing_that_is_written_or_printed_names_anybody_or_holds_the_key(tmp_path: Path) -> None:
    out = tmp_path / "encoded.csv"
    result = CliRunner().invoke(cli, [*words(tmp_path, write_key(tmp_path / "key")), "--out", str(out)])
    assert result.exit_code == 0, result.output
    written = result.output + out.read_text(encoding="utf-8") + manifest_path(out).read_text(encoding="utf-8")
    values = {value.strip() for row in PEOPLE for value in row[1:] if len(value) > 3} | {SECRET.decode()}
    assert not [value for value in values if value.lower() in written.lower()]
    assert {path.stat().st_mode & 0o777 for path in (out, manifest_path(out))} == {0o600}


def test_a_key_that_others_may_read_stops_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run([*words(tmp_path, write_key(tmp_path / "key", 0o644)), "--out", str(tmp_path / "encoded.csv")])
    said = capsys.readouterr().err
    assert code == 2
    assert "chmod 600" in said
    assert SECRET.decode() not in said
    assert not (tmp_path / "encoded.csv").exists()


def test_fields_are_what_linkage_makes_of_the_same_records() -> None:
    """Names whole and in parts, dates, numbers and addresses."""
    raw = {
        "full_name": ["O'Brien-Smith, Anna Maria", "Dr José van der Berg", "", "Unknown"],
        "first_name": ["", "", " Zoë Ffion", ""],
        "last_name": ["", "", "n/k", ""],
        "birth_date": ["1980-02-03", "1900-01-01", "", "2001-12-31"],
        "mobile": ["+44 (0)7700 900123", "", "0117 496 0000", ""],
        "address": ["1 Alder Lane, Smallmere, ZQ1 1AB", "", "Flat 2, 7 Birch Road ZQ2 2BB", ""],
        "nhs_number": ["943 476 5919", "1111111111", "", ""],
    }
    con = connect(memory="256MB", threads=1)
    made = standardise_columns(con, pa.table(raw), list(FIELDS)).to_pylist()
    con.close()
    assert [(row["first_name"], row["middle_names"], row["last_name"]) for row in made] == [
        ("anna", "maria", "obrien smith"),
        ("jose", None, "van der berg"),
        ("zoe", "ffion", None),
        (None, None, None),
    ]
    assert [row["birth_date"] for row in made] == ["1980-02-03", None, None, "2001-12-31"]
    assert [row["postcode"] for row in made] == ["zq11ab", None, "zq22bb", None]
    assert (made[0]["mobile"], made[2]["phone"]) == ("07700900123", "01174960000")
    assert [row["nhs_number"] for row in made] == ["9434765919", None, None, None]
