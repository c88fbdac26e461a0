"""What rules let through, and what they leave alone; their messages are in tests/spec."""

from __future__ import annotations

from pathlib import Path

import pytest
from sound_projects import PROJECT, problems_of, sound_source, write_sound

from plainview.project.file_rules import read_same_files
from plainview.project.meanings import MEANINGS
from plainview.project.read import declaration_hash, read_project
from plainview.project.specs import ColumnSpec, FileSpec, Project


def read(root: Path, **sources: str) -> Project:
    return read_project(write_sound(root, **sources))


def told(root: Path, **sources: str) -> list[tuple[str, str]]:
    """Key and what was found, of every problem."""
    return [(problem.key, problem.found) for problem in problems_of(write_sound(root, **sources))]


def column(meaning: str, header: str = "Extra", rest: str = "") -> str:
    return sound_source() + f'[columns."{header}"]\nmeaning = "{meaning}"\n{rest}'


def test_ignored_columns_and_free_texts_may_be_many(tmp_path: Path) -> None:
    text = sound_source()
    for number, meaning in enumerate(["ignore", "ignore", "free_text", "free_text"]):
        text += f'[columns."Extra {number}"]\nmeaning = "{meaning}"\n'
    assert len(read(tmp_path, housing=text).source("housing").stored) == 5


@pytest.mark.parametrize("meaning", sorted(MEANINGS.keys() - {"record_id", "event_date", "clk"}))
def test_every_meaning_can_be_declared_as_the_error_says(tmp_path: Path, meaning: str) -> None:
    sensitive = meaning in ("nhs_number", "upn", "nino", "national_id")
    rest = 'sensitivity = "identifier"\n' if sensitive else ""
    assert told(tmp_path, housing=column(meaning, rest=rest)) == []


@pytest.mark.parametrize("meaning", ["event_date", "event_end_date", "known_date"])
def test_events_may_have_a_time_of_day(tmp_path: Path, meaning: str) -> None:
    text = sound_source().replace(
        'meaning = "event_date"\ntype = "date"', f'meaning = "{meaning}"\ntype = "datetime"'
    )
    found = told(tmp_path, housing=text)
    assert found == ([] if meaning == "event_date" else [("columns", "events without a date")])


@pytest.mark.parametrize("type", ["text", "integer", "number", "date", "datetime", "boolean"])
def test_an_attribute_may_be_of_any_type(tmp_path: Path, type: str) -> None:
    assert told(tmp_path, housing=column("attribute.x", rest=f'type = "{type}"\n')) == []


@pytest.mark.parametrize("meaning", ["record_id", "nhs_number", "postcode", "phone", "house_number", "uprn"])
def test_numbers_that_name_something_stay_texts(tmp_path: Path, meaning: str) -> None:
    found = told(tmp_path, housing=column(meaning, rest='type = "integer"\n'))
    assert ("columns.Extra.type", f'the type integer for the meaning "{meaning}"') in found


def test_an_amount_of_an_event_may_be_a_number(tmp_path: Path) -> None:
    assert told(tmp_path, housing=column("event_value", rest='type = "number"\n')) == []


def test_a_header_without_letters(tmp_path: Path) -> None:
    assert told(tmp_path, housing=column("ignore", " ")) == [('columns." "', "a header without letters")]


def test_kinds_and_exclusions_are_named_once(tmp_path: Path) -> None:
    text = sound_source().replace('["person", "event"]', '["person", "event", "person"]')
    text += '[[exclude]]\nname = "test tenants"\ncolumn = "Ref"\nvalues = ["0"]\nreason = "x"\n'
    assert told(tmp_path, housing=text) == [
        ("rows[3]", '"person" a second time'),
        ("exclude[2].name", 'the name "test tenants" a second time'),
    ]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("C:/data/x_{date}.csv", "a path from the root of a disk"),
        ("deliveries//x_{date}.csv", 'a path with "." or nothing between two /'),
        ("./x_{date}.csv", 'a path with "." or nothing between two /'),
        ("a/../../x_{date}.csv", "a path that leaves the project folder"),
        ("snapshots/x_{date}.csv", 'files in "snapshots"'),
        ("deliveries/x_{dat}.csv", "no {date}"),
        ("deliveries/x_{date}_{area}.csv", "a wildcard or another { }"),
    ],
)
def test_patterns_that_cannot_be_read(tmp_path: Path, pattern: str, found: str) -> None:
    text = sound_source().replace("deliveries/housing/tenancies_{date}.csv", pattern)
    assert told(tmp_path, housing=text) == [("file.pattern", found)]


@pytest.mark.parametrize(
    "pattern",
    ["x{date}.csv", "a/b c/x {date}.txt", "a/{date}.csv.gz", "é/x..{date}.CSV", "a/x_{date}.dat.zip"],
)
def test_patterns_that_can(tmp_path: Path, pattern: str) -> None:
    text = sound_source().replace("deliveries/housing/tenancies_{date}.csv", pattern)
    assert told(tmp_path, housing=text) == []


@pytest.mark.parametrize(("key", "signs"), [("delimiter", "\\n"), ("delimiter", "€€"), ("quote", "“")])
def test_signs_that_no_csv_reader_takes(tmp_path: Path, key: str, signs: str) -> None:
    text = "\n".join(
        f'{key} = "{signs}"' if line.startswith(f"{key} =") else line for line in sound_source().splitlines()
    )
    assert told(tmp_path, housing=text) == [(f"file.{key}", "a sign that cannot be used here")]


def file(pattern: str, **keys: str) -> FileSpec:
    return FileSpec.model_validate({"pattern": pattern, **keys})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (file("a/x_{date}.csv"), file("a/x_{date}.csv"), True),
        (file("a/x_{date}.csv"), file("a/x_{date}.csv.gz"), True),
        (file("a/X_{date}.csv"), file("a/x_{date}.csv"), True),
        (file("a/x_{date}.csv"), file("b/x_{date}.csv"), False),
        (file("a/x_{date}.csv"), file("a/x_y_{date}.csv"), False),
        (file("a/x_{date}.csv"), file("a/x_{date}.csv", date_format="%d%m%Y"), False),
        (file("a/x_{date}.csv"), file("a/x_2026-{date}.csv", date_format="%m-%d"), True),
        (file("a/{date}.csv", date_format="%d%m%Y"), file("a/{date}.csv", date_format="%m%d%Y"), True),
        (
            file("a/{date}.xlsx", format="excel", sheet="A"),
            file("a/{date}.xlsx", format="excel", sheet="B"),
            False,
        ),
        (file("a/{date}.xlsx", format="excel", sheet="A"), file("a/{date}.xlsx", format="excel"), True),
        (file("a/{date}.csv", date_format="\0"), file("a/{date}.csv"), False),
    ],
)
def test_which_patterns_read_the_same_files(one: FileSpec, other: FileSpec, same: bool) -> None:
    assert read_same_files(one, other) is same
    assert read_same_files(other, one) is same


def test_the_hash_of_a_declaration_is_that_of_its_meaning(tmp_path: Path) -> None:
    project = read(tmp_path / "a", fire=sound_source("fire"))
    again = sound_source().replace(
        "rows_min = 100\nrows_max = 50000", "# a\nrows_max = 50000\nrows_min = 100"
    )
    again = again.replace("duplicate_ids = 0\n", "duplicate_ids = 0.0\n").replace("optional = false\n", "")
    same = read(tmp_path / "b", fire=sound_source("fire"), housing=again)
    assert declaration_hash(same) == declaration_hash(project)
    assert declaration_hash(same.source("housing")) == declaration_hash(project.source("housing"))
    assert len(declaration_hash(project)) == 64


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("trust = 4", "trust = 3"),
        ("rows_min = 100", "rows_min = 99"),
        ("N/K", "N/A"),
        ('"Benefit"', '"Benefits"'),
    ],
)
def test_the_hash_changes_with_the_meaning(tmp_path: Path, old: str, new: str) -> None:
    before = read(tmp_path / "a")
    after = read(tmp_path / "b", housing=sound_source().replace(old, new))
    assert declaration_hash(after) != declaration_hash(before)
    assert declaration_hash(after.source("housing")) != declaration_hash(before.source("housing"))


def test_the_hash_knows_the_order_of_columns_since_texts_are_numbered_by_it(tmp_path: Path) -> None:
    def text(*headers: str) -> str:
        return sound_source() + "".join(f'[columns.{header}]\nmeaning = "free_text"\n' for header in headers)

    one, other = read(tmp_path / "a", housing=text("A", "B")), read(tmp_path / "b", housing=text("B", "A"))
    assert declaration_hash(one) != declaration_hash(other)


def test_a_project_knows_where_its_keys_stand(tmp_path: Path) -> None:
    project = read(tmp_path)
    assert project.line("sources/housing.toml", ("file", "pattern")) == 15
    assert project.line("sources/housing.toml", ("file", "sheet")) == 14
    assert project.line("sources/nowhere.toml", ("id",)) == 0
    assert project.source("housing").trust_of("Benefit") == 5
    assert project.source("housing").trust_of("Ref") == 4
    with pytest.raises(KeyError):
        project.source("fire")


def test_an_unchecked_column_does_not_pass_for_a_checked_one() -> None:
    with pytest.raises(ValueError, match="not checked"):
        assert ColumnSpec(meaning="nonsense").canonical


def test_memory_of_nothing(tmp_path: Path) -> None:
    write_sound(tmp_path, project=PROJECT.replace('"3GB"', '"0.0GB"'))
    line = PROJECT.splitlines().index('memory = "3GB"') + 1
    assert [(problem.line, problem.key) for problem in problems_of(tmp_path)] == [(line, "engine.memory")]
