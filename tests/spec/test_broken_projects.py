"""What a broken project folder says: a small edit in, the exact message out.

The edits of single lines are those of docs/reference/mistakes.md, read from there. Below are the faults of
whole files and folders, and several faults at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from plainview.project.errors import UserError
from plainview.project.read import read_project

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "mistakes.md"
HOUSING = "sources/housing.toml"


class Edit(NamedTuple):
    """One mistake of the page: the lines that go out and in, and every message in order."""

    wrong: str
    path: str
    old: str
    new: str
    messages: tuple[str, ...]


def read_sound(page: str) -> dict[str, str]:
    """The sound project that the page starts from: each file's text by its path."""
    return dict(re.findall(r"`([^`\n]+)`\n\n```toml\n(.*?)```", page, re.DOTALL))


def read_edits(page: str) -> list[Edit]:
    block = r"^### (.+)\n\n```diff\n(.+)\n((?:[ +-].*\n)+)```\n\n```\n((?:.+\n)+)```$"
    blocks = re.findall(block, page, re.MULTILINE)
    return [
        Edit(wrong, path, side(lines, "-"), side(lines, "+"), tuple(messages.splitlines()))
        for wrong, path, lines, messages in blocks
    ]


def side(lines: str, sign: str) -> str:
    """What a diff says on one side of the change."""
    return "".join(line[1:] + "\n" for line in lines.splitlines() if line[0] in (" ", sign))


TEXT = PAGE.read_text(encoding="utf-8")
SOUND = read_sound(TEXT)
EDITS = read_edits(TEXT)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The sound project, ready to be broken."""
    for name, text in SOUND.items():
        write(tmp_path, name, text)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def change(root: Path, name: str, old: str, new: str) -> None:
    text = (root / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, "the edit must mean one place"
    write(root, name, text.replace(old, new))


def messages_of(root: Path) -> list[str]:
    with pytest.raises(UserError) as caught:
        read_project(root)
    return str(caught.value).split("\n")


def test_the_sound_project_reads(project: Path) -> None:
    assert [source.id for source in read_project(project).sources] == ["housing", "police"]


def test_the_page_is_read_whole() -> None:
    assert len(EDITS) == TEXT.count("\n### ") == len({edit.wrong for edit in EDITS}) > 70


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.wrong)
def test_a_mistake_says_what_the_page_says(project: Path, edit: Edit) -> None:
    change(project, edit.path, edit.old, edit.new)
    assert messages_of(project) == list(edit.messages)


def as_bytes(name: str, content: bytes) -> Callable[[Path], object]:
    return lambda root: (root / name).write_bytes(content)


def gone(name: str) -> Callable[[Path], object]:
    return lambda root: (root / name).unlink()


def renamed(name: str, new: str) -> Callable[[Path], object]:
    return lambda root: (root / name).rename(root / new)


def folder(name: str) -> Callable[[Path], object]:
    return lambda root: (root / name).mkdir()


def copied(name: str, new: str) -> Callable[[Path], object]:
    def copy(root: Path) -> None:
        write(root, new, (root / name).read_text(encoding="utf-8"))

    return copy


def without_sources(root: Path) -> None:
    for path in (root / "sources").iterdir():
        path.unlink()
    (root / "sources").rmdir()


def dangling(root: Path) -> None:
    (root / "sources/fire.toml").symlink_to(root / "nowhere.toml")


WHOLE_FILES = {
    "an empty file": (
        as_bytes(HOUSING, b""),
        "sources/housing.toml: the file declares nothing; expected keys. "
        "Fill it in; `plainview new` writes an example.",
    ),
    "a file of comments": (
        as_bytes(HOUSING, b"# to be written\n"),
        "sources/housing.toml: the file declares nothing; expected keys. "
        "Fill it in; `plainview new` writes an example.",
    ),
    "a file in Windows-1252": (
        as_bytes(HOUSING, b'id = "housing"\ntitle = "Caf\xe9"\n'),
        "sources/housing.toml:2: a character that is not UTF-8; expected text in UTF-8. "
        'Save the file as "UTF-8".',
    ),
    "a file in UTF-16": (
        as_bytes(HOUSING, 'id = "housing"\n'.encode("utf-16")),
        'sources/housing.toml: text saved as UTF-16; expected text in UTF-8. Save the file as "UTF-8".',
    ),
    "a number without end": (
        as_bytes(HOUSING, b"\ntrust = " + b"9" * 5000),
        "sources/housing.toml:2: a number that is too long; expected at most 18 digits. Shorten it.",
    ),
    "lists without end": (
        as_bytes(HOUSING, b"a = " + b"[" * 5000 + b"]" * 5000),
        "sources/housing.toml: lists within lists without end; expected a few levels. Flatten them.",
    ),
    "a folder in place of a file": (
        folder("sources/fire.toml"),
        "sources/fire.toml: this is a folder; expected a TOML file. Move or rename it.",
    ),
    "a link to nowhere": (
        dangling,
        "sources/fire.toml: this is a link to a file that is not there; expected a TOML file. "
        "Put the file there.",
    ),
    "no plainview.toml": (
        gone("plainview.toml"),
        "plainview.toml: the file is missing; expected a project folder to hold one. "
        "Run `plainview new` to make a project folder, or give the folder that holds plainview.toml.",
    ),
    "plainview.toml in capitals": (
        renamed("plainview.toml", "Plainview.TOML"),
        "plainview.toml: the file is called Plainview.TOML; expected small letters. "
        "Rename it to plainview.toml.",
    ),
    "no sources": (
        without_sources,
        "sources: the folder is missing; expected one TOML file for every source. "
        "Add sources/<id>.toml; `plainview new` writes an example.",
    ),
    "a source with a second ending": (
        renamed(HOUSING, "sources/housing.toml.txt"),
        'sources/housing.toml.txt: a file name that ends in ".toml.txt"; expected one that ends in ".toml". '
        "Rename the file.",
    ),
    "a source in a folder of its own": (
        copied(HOUSING, "sources/homes/housing.toml"),
        "sources/homes: a folder with TOML files in it; expected every source directly in sources. "
        "Move the files up into sources.",
    ),
}


@pytest.mark.parametrize("wrong", WHOLE_FILES)
def test_a_fault_of_a_whole_file_says_what_is_wrong(project: Path, wrong: str) -> None:
    break_it, message = WHOLE_FILES[wrong]
    break_it(project)
    assert messages_of(project) == [message]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert messages_of(tmp_path / "nowhere") == [
        f"{tmp_path.as_posix()}/nowhere: the folder is missing; expected a project folder. "
        "Run `plainview new` to make a project folder, or give the folder that holds plainview.toml."
    ]


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    write(tmp_path, "project", "x")
    assert messages_of(tmp_path / "project") == [
        f"{tmp_path.as_posix()}/project: this is not a folder; expected a project folder. "
        "Run `plainview new` to make a project folder, or give the folder that holds plainview.toml."
    ]


def test_a_folder_without_a_single_source(project: Path) -> None:
    for path in (project / "sources").iterdir():
        path.unlink()
    assert messages_of(project) == [
        "sources: there is no source; expected one TOML file for every source. "
        "Add sources/<id>.toml; `plainview new` writes an example."
    ]


def test_a_file_that_may_not_be_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> bytes:
        if path.name == "housing.toml":
            raise PermissionError(13, "Permission denied")
        return SOUND[path.relative_to(project).as_posix()].encode()

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert messages_of(project) == [
        "sources/housing.toml: the file cannot be read (permission denied); expected a TOML file. "
        "Check who may read it, and its disk."
    ]


def test_two_names_that_windows_cannot_tell_apart(project: Path) -> None:
    text = SOUND[HOUSING].replace("/housing/", "/homes/")
    write(project, "sources/Housing.toml", text)
    assert messages_of(project) == [
        'sources/Housing.toml:1 id: the id "housing", which sources/housing.toml has too; '
        'expected the name of the file, "Housing". Change the id or rename the file.',
        "sources/housing.toml: a file name that differs from Housing.toml only in capital letters; "
        "expected names that differ otherwise. Rename or delete one of them.",
    ]


def test_a_byte_order_mark_is_no_mistake(project: Path) -> None:
    (project / HOUSING).write_bytes(b"\xef\xbb\xbf" + SOUND[HOUSING].encode())
    assert read_project(project).source("housing").title == "Council housing tenancies"


def test_all_faults_of_all_files_are_told_at_once_in_file_and_line_order(project: Path) -> None:
    change(project, "plainview.toml", "threshold = 0.95", "threshold = 95")
    change(project, HOUSING, 'cadence = "weekly"', 'cadence = "weakly"')
    change(project, HOUSING, 'column = "Surname"', 'column = "Surnme"')
    change(project, HOUSING, 'meaning = "birth_date"', 'meaning = "dob"')
    change(project, HOUSING, 'meaning = "nino"\nsensitivity = "identifier"', 'meaning = "nino"')
    change(project, HOUSING, 'allowed = ["Y", "N"]', 'alowed = ["Y", "N"]')
    write(project, "sources/fire.toml", "id = fire\n")
    change(project, "sources/police.toml", 'arises = "reported"\n', "")
    change(project, "sources/police.toml", "{date}.xlsx", "{date}.csv")
    assert messages_of(project) == [
        "plainview.toml:6 linkage.threshold: the number 95; expected a number of 0.5 or more and below 1. "
        "Write, for example: threshold = 0.5",
        "sources/fire.toml:1 id: no value that can be read; "
        'expected a text such as "weekly", a number, true, false, or a list. '
        "Put a text in quotation marks; write true and false in small letters.",
        'sources/housing.toml:8 cadence: the text "weakly"; '
        "expected one of daily, weekly, fortnightly, monthly, termly, quarterly, yearly, once. "
        'Did you mean "weekly"?',
        'sources/housing.toml:23 exclude[1].column: the column "Surnme", which is not declared; '
        'expected one of the columns. Did you mean "Surname"?',
        'sources/housing.toml:33 columns."D.O.B.".meaning: the meaning "dob", which is not known; '
        "expected the name of a meaning, or attribute. and a name of small letters, digits and _. "
        'Did you mean "birth_date"?',
        'sources/housing.toml:35 columns."NI Number".sensitivity: the sensitivity ordinary for the meaning '
        '"nino"; expected the sensitivity identifier. Write sensitivity = "identifier"',
        'sources/housing.toml:42 columns.Benefit.alowed: unknown key "alowed"; '
        'expected a key of [columns.Benefit]. Did you mean "allowed"?',
        "sources/police.toml arises: events that do not say how they arise; "
        "expected one of reported, discovered, self_reported, administrative. "
        'Add, for example: arises = "reported"',
        'sources/police.toml:12 file.pattern: a file name that ends in ".csv", with the format excel; '
        "expected one that ends in .xlsx or .xlsm or .xlsb or .xls or .ods. "
        "Correct the name or the format.",
    ]


def test_one_mistake_is_told_once(project: Path) -> None:
    """A misspelt key is not also a missing one, and a record id whose column is wrong is not missing."""
    change(project, HOUSING, 'meaning = "record_id"', 'meening = "record_id"')
    assert messages_of(project) == [
        'sources/housing.toml:28 columns."Tenant Ref".meening: unknown key "meening"; '
        'expected a key of [columns."Tenant Ref"]. Did you mean "meaning"?'
    ]


def test_no_value_of_the_data_is_repeated(project: Path) -> None:
    """Texts to leave out, allow, map or take as missing may be somebody's name or number."""
    change(project, HOUSING, 'values = ["ZZTEST"]', 'values = "Jo Bloggs"')
    change(
        project, HOUSING, 'allowed = ["Y", "N"]', 'missing = "Jo Bloggs"\nmap = { "Jo Bloggs" = 1234567881 }'
    )
    assert messages_of(project) == [
        "sources/housing.toml:24 exclude[1].values: a text; expected a list of texts, at least one. "
        "Put it in square brackets.",
        "sources/housing.toml:43 columns.Benefit.missing: a text; expected a list of texts. "
        "Put it in square brackets.",
        "sources/housing.toml:44 columns.Benefit.map: a number; expected a text. Correct it.",
    ]
