"""A partner who may not send names: encoded at its site, linked blind by the build, with the accuracy stated."""

import csv
import json
import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from small_projects import HEADER, make_people, make_small_project, write_delivery

from plainview import api
from plainview.blind.encodings import manifest_path
from plainview.blind.keys import new_key
from plainview.cli.main import cli, run

PEOPLE = 300
OURS, THEIRS = make_people(PEOPLE), make_people(60, seed=99)
KEY = "00112233445566778899aabbccddeeff0123456789abcdef0fedcba987654321"
HEALTH = """
id = "health"
title = "Health contacts, encoded"
service = "Health"
contact_role = "information lead"
controller = "Smallmere Health Board"
gateways = ["National Health Service Act 2006 section 82"]
rows = ["person"]
cadence = "weekly"
retention = "6 years"

[file]
pattern = "deliveries/health_{{date}}.csv"

[encoded]
schema_file = "blind/health.json"
key_file = "{key}"
threshold = 0.9
sample = 100

[columns.record_id]
meaning = "record_id"
required = true
[columns.clk]
meaning = "clk"
"""


def slip(person: list[str], place: int) -> list[str]:
    """The same person as another service writes them: every third name has a slip, every fourth has moved."""
    first, last, day, sex, address, postcode, mobile = person
    if place % 3 == 0:
        last = last[:-1] + "e"
    if place % 4 == 0:
        address, postcode = "9 Elm Way", f"ZQ9 {place % 10}XY"
    return [first, last.upper(), day, sex, address, postcode, mobile]


def make_project(folder: Path) -> Path:
    """Library and school as in the small project, the school with slips."""
    project = make_small_project(folder, PEOPLE)
    rows = [[f"s{place:04}", *slip(OURS[place], place)] for place in range(100, PEOPLE)]
    write_delivery(project, "school", "2026-10-26", rows)
    return project


def encode_at_the_partner(site: Path, project: Path) -> str:
    """200 people of ours, as the health service writes them, and 60 strangers; what the command printed."""
    site.mkdir()
    (site / "key").write_text(KEY, encoding="ascii")
    (site / "key").chmod(0o600)
    who = [[f"h{place:04}", *slip(OURS[place], place + 1)] for place in range(50, 250)]
    who += [[f"x{place:04}", *person] for place, person in enumerate(THEIRS)]
    with (site / "people.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, *who])
    (project / "blind").mkdir()
    schema, out = project / "blind" / "health.json", project / "deliveries" / "health_2026-10-26.csv"
    assert CliRunner().invoke(cli, ["encode", "--new-schema", str(schema)]).exit_code == 0
    columns = {"Forename": "first_name", "Surname": "last_name", "DOB": "birth_date", "Sex": "sex"}
    columns |= {"Postcode": "postcode"}
    named = [word for header, field in columns.items() for word in ("--column", f"{header}={field}")]
    words = ["encode", str(site / "people.csv"), "--schema", str(schema), "--key-file", str(site / "key")]
    result = CliRunner().invoke(cli, [*words, "--out", str(out), "--id-column", "Ref", *named])
    assert result.exit_code == 0, result.output
    (project / "sources" / "health.toml").write_text(HEALTH.format(key=site / "key"), encoding="utf-8")
    return result.output


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """The project without the encoded source, the same with it, and all that was printed; both are built."""
    folder = tmp_path_factory.mktemp("private")
    plain = make_project(folder / "plain")
    blind = folder / "blind"
    shutil.copytree(plain, blind)
    printed = encode_at_the_partner(folder / "site", blind)
    api.build(plain)
    result = CliRunner().invoke(cli, ["build", str(blind)])
    assert result.exit_code == 0, result.output
    return plain, blind, printed + result.output


def rows(project: Path, query: str) -> list[tuple[object, ...]]:
    folder = project / "snapshots" / "current"
    names = ("blind_links", "blind_accuracy", "index")
    for name in names:
        query = query.replace(f"{{{name}}}", f"read_parquet('{folder / name}.parquet')")
    return duckdb.sql(query).fetchall()


def test_encoded_records_are_linked_to_the_right_people(built: tuple[Path, Path, str]) -> None:
    _, project, _ = built
    person_of = {str(id): person for id, person in rows(project, "SELECT record_id, person_id FROM {index}")}
    links = dict(rows(project, "SELECT record_id, person_id FROM {blind_links}"))
    ours = {id: person for id, person in links.items() if str(id).startswith("h")}
    right = [
        id
        for id, person in ours.items()
        if person in (person_of.get(f"l{int(str(id)[1:]):04}"), person_of.get(f"s{int(str(id)[1:]):04}"))
    ]
    assert len(right) >= len(ours) - 2
    assert len(right) > 100
    assert len(links) - len(ours) <= 3, "strangers of the same few names are hardly ever linked"


def test_the_accuracy_is_stated_with_intervals(built: tuple[Path, Path, str]) -> None:
    _, project, _ = built
    (stated,) = rows(
        project,
        "SELECT members, strangers, precision, precision_low, precision_high, recall, recall_low, recall_high "
        "FROM {blind_accuracy} WHERE in_use",
    )
    members, strangers, precision, low, high, recall, recall_low, recall_high = (
        float(str(one)) for one in stated
    )
    assert members > 20
    assert strangers == 100
    assert low <= precision <= high
    assert precision > 0.95
    assert recall_low <= recall <= recall_high
    stage = json.loads((project / "snapshots" / "current" / "manifest.json").read_text())["stages"]["blind"]
    counts = stage["counts"]["sources"]["health"]
    assert (counts["records"], counts["unusable"]) == (260, 0)
    assert counts["precision_low"] == low


def test_no_name_is_fed_back(built: tuple[Path, Path, str]) -> None:
    """People, their ids and their golden records are what they are without the encoded source."""
    plain, blind, _ = built
    for name in ("persons", "index", "golden", "clusters"):
        path = Path("snapshots") / "current" / f"{name}.parquet"
        assert (plain / path).read_bytes() == (blind / path).read_bytes(), name


def test_nothing_that_came_from_the_partner_names_anybody(built: tuple[Path, Path, str]) -> None:
    _, project, printed = built
    folder = project / "snapshots" / "current"
    tables = ("blind_links", "blind_accuracy", "records/health", "quarantine/health")
    text = printed + (folder / "manifest.json").read_text(encoding="utf-8")
    text += "".join(str(duckdb.sql(f"SELECT * FROM '{folder / name}.parquet'").fetchall()) for name in tables)
    text += (project / "deliveries" / "health_2026-10-26.csv").read_text(encoding="utf-8")
    key = (project.parent / "site" / "key").read_text(encoding="ascii").strip()
    values = {value for person in THEIRS for value in (person[1], person[2], person[5], person[6])} | {key}
    assert not [value for value in values if len(value) > 5 and value.lower() in text.lower()]


def test_a_second_build_has_nothing_to_do(built: tuple[Path, Path, str]) -> None:
    _, project, _ = built
    assert not api.build(project).new


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("another key", "manifest.json key: the key is not the one declared here"),
        ("rights", "Run: chmod 600"),
        ("no manifest", "there is no manifest"),
        ("another schema", "the schema is not the one declared here"),
        ("key in the project", "sources/health.toml:17 encoded.key_file: a key inside the project folder"),
    ],
)
def test_what_does_not_fit_stops_the_build_with_one_message(
    built: tuple[Path, Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str], fault: str, told: str
) -> None:
    _, sound, _ = built
    project = tmp_path / "project"
    shutil.copytree(sound, project, ignore=shutil.ignore_patterns("snapshots"))
    source, key = project / "sources" / "health.toml", tmp_path / "key"
    old = sound.parent / "site" / "key"
    if fault == "another key":
        new_key(key)
    else:
        key.write_bytes(old.read_bytes())
        key.chmod(0o640 if fault == "rights" else 0o600)
    if fault == "no manifest":
        manifest_path(project / "deliveries" / "health_2026-10-26.csv").unlink()
    if fault == "another schema":
        schema = project / "blind" / "health.json"
        schema.write_text(schema.read_text().replace("220", "221"), encoding="utf-8")
    if fault == "key in the project":
        key = key.rename(project / "key")
    source.write_text(source.read_text().replace(str(old), str(key)), encoding="utf-8")
    assert run(["build", str(project)]) == 2
    said = capsys.readouterr().err
    assert told in said
    assert "1 problem to mend" in said
    assert old.read_text().strip() not in said
    assert not (project / "snapshots" / "current").exists()
