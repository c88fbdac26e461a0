"""The commands, as a person and as a program meet them: exit codes, JSON everywhere, never a traceback."""

import json
from pathlib import Path

import click
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from small_projects import change_a_delivery, make_small_project

from plainview import api
from plainview.cli import main as command_line
from plainview.cli.main import DONE, FAILED, USER_CAN_FIX, cli, run
from plainview.cli.reference import commands_of


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_small_project(tmp_path_factory.mktemp("commands") / "project")
    api.build(folder)
    truth = "source,record_id,truth_id\n" + "".join(f"library,l{place:04},{place}\n" for place in range(40))
    rows = "".join(f"school,s{place:04},{place + 20}\n" for place in range(40))
    (folder / "truth.csv").write_text(truth + rows, encoding="utf-8")
    api.sample(folder, folder / "sheet.csv", pairs=100)
    judge(folder / "sheet.csv")
    api.build(make_small_project(larger(folder), people=600))
    return folder


def larger(project: Path) -> Path:
    """A project beside it with records enough to train on."""
    return project.with_name("larger")


def judge(sheet: Path) -> None:
    """Answer every question of a reviewer's sheet with yes."""
    head, *rows = sheet.read_text(encoding="utf-8").splitlines()
    sheet.write_text("\n".join([head, *(row + "same" for row in rows)]) + "\n", encoding="utf-8")


def any_person(project: Path) -> str:
    """A person's id, if there is a snapshot."""
    table = project / "snapshots" / "current" / "persons.parquet"
    return str(pq.read_table(table).column("person_id")[0]) if table.exists() else "P0"


def words_for(name: str, project: Path, fresh: Path) -> list[str]:
    """How to call each command so that it succeeds."""
    calls = {
        "plainview new": ["new", str(fresh)],
        "plainview check": ["check", str(project)],
        "plainview plan": ["plan", str(project)],
        "plainview build": ["build", str(project)],
        "plainview snapshots": ["snapshots", str(project)],
        "plainview quality": ["quality", str(project)],
        "plainview evaluate": ["evaluate", str(project), "--truth", str(project / "truth.csv")],
        "plainview explain": ["explain", str(project), "library:l0020", "school:s0000"],
        "plainview model": ["model", str(project)],
        "plainview train": ["train", str(larger(project))],
        "plainview encode": ["encode", "--new-key", str(fresh)],
        "plainview person": ["person", str(project), any_person(project)],
        "plainview review": ["review", str(project)],
        "plainview decide": [
            "decide",
            str(project),
            "same",
            "library:l0020",
            "school:s0000",
            "--by",
            "steward",
            "--reason",
            "documents_seen",
        ],
        "plainview sample": ["sample", str(project), "--pairs", "100", "--out", str(fresh)],
        "plainview estimate": ["estimate", str(project), str(project / "sheet.csv")],
        "plainview demo new": ["demo", "new", str(fresh), "--residents", "100"],
    }
    return calls[name]


COMMANDS = [name for name, _ in commands_of(cli, "plainview")]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_speaks_json(name: str, project: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, [*words_for(name, project, tmp_path / "fresh"), "--json"])
    assert result.exit_code == DONE, result.output
    assert isinstance(json.loads(result.stdout), dict)


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "plainview demo new"])
def test_every_command_speaks_to_people(name: str, project: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, words_for(name, project, tmp_path / "fresh"))
    assert result.exit_code == DONE, result.output
    assert result.stdout.strip()
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if name not in ("plainview new", "plainview demo new")]
)
@pytest.mark.parametrize("as_json", [False, True])
def test_a_folder_that_is_no_project_is_something_to_mend(
    name: str, as_json: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = words_for(name, tmp_path / "nowhere", tmp_path) + ["--json"] * as_json
    assert run(words) == USER_CAN_FIX
    printed = capsys.readouterr()
    assert "Traceback" not in printed.out + printed.err
    if as_json:
        assert json.loads(printed.out)["problems"]


@pytest.mark.parametrize(
    "words", [["nonsense"], ["build"], ["check", "x", "--nonsense"], ["snapshots", "x", "fly"]]
)
def test_a_slip_in_the_words_is_something_to_mend(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(words) == USER_CAN_FIX
    assert "Usage" in capsys.readouterr().err


def test_a_fault_of_ours_shows_no_data_unless_asked(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(project: Path) -> None:
        raise RuntimeError("could not convert 'Ada Abara'")

    monkeypatch.setattr(api, "check", fail)
    assert run(["check", str(project)]) == FAILED
    shown = capsys.readouterr()
    assert "Ada" not in shown.out + shown.err
    assert "Nothing has changed" in shown.err
    assert run(["--debug", "check", str(project)]) == FAILED
    assert "Ada Abara" in capsys.readouterr().err


def test_a_full_disk_is_told_in_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(project: Path) -> None:
        raise OSError(28, "No space left on device", "snapshots/x.parquet")

    monkeypatch.setattr(api, "check", fail)
    assert run(["check", str(project)]) == FAILED
    assert capsys.readouterr().err == "Could not go on: No space left on device: snapshots/x.parquet\n"


def test_snapshots_are_listed_switched_and_pruned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = make_small_project(tmp_path / "project")
    first = api.build(project).snapshot.id
    change_a_delivery(project)
    second = api.build(project).snapshot.id
    assert run(["snapshots", str(project), "use", first, "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["serving"] == first
    assert run(["snapshots", str(project), "use"]) == USER_CAN_FIX
    assert run(["snapshots", str(project), "use", second]) == DONE
    capsys.readouterr()
    assert run(["snapshots", str(project), "prune", "--keep", "1", "--json"]) == DONE
    assert json.loads(capsys.readouterr().out)["deleted"] == [first]


def test_the_words_plainview_alone_show_help() -> None:
    assert isinstance(command_line.cli, click.Group)
    assert run(["--help"]) == DONE
    assert run(["--version"]) == DONE
