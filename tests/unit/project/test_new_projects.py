from __future__ import annotations

from pathlib import Path

import pytest

from plainview.project.errors import UserError
from plainview.project.new import new_project
from plainview.project.read import read_project


def test_a_new_project_passes_every_check(tmp_path: Path) -> None:
    written = new_project(tmp_path / "council" / "plain view")
    root = tmp_path / "council" / "plain view"
    assert [path.relative_to(root).as_posix() for path in written] == [
        ".gitignore",
        "README.md",
        "plainview.toml",
        "sources/example.toml",
    ]
    assert sorted(path for path in root.rglob("*") if path.is_file()) == sorted(written)
    (source,) = read_project(root).sources
    assert source.id == "example"
    assert (root / "deliveries" / "example").is_dir()


def test_every_line_that_is_commented_out_is_right_too(tmp_path: Path) -> None:
    """What a person gets by deleting the `#` in front of a key is a project that reads."""
    new_project(tmp_path)
    for path in (tmp_path / "plainview.toml", tmp_path / "sources" / "example.toml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        wanted = [line.removeprefix("# ") if is_key(line) else line for line in lines]
        path.write_text("\n".join(wanted), encoding="utf-8")
    told = [(problem.key, problem.found) for problem in problems(tmp_path)]
    assert told == [("arises", "arises, with no events in rows")], "the one that says it is only for events"


def is_key(line: str) -> bool:
    return line.startswith("# ") and (line.startswith("# [") or " = " in line.split("#")[1][:25])


def problems(root: Path) -> list[object]:
    with pytest.raises(UserError) as caught:
        read_project(root)
    return list(caught.value.problems)


def test_personal_data_stays_out_of_git(tmp_path: Path) -> None:
    new_project(tmp_path)
    ignored = (tmp_path / ".gitignore").read_text(encoding="utf-8")
    assert "/deliveries/\n" in ignored
    assert "/snapshots/\n" in ignored


def test_a_fresh_repository_counts_as_empty(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert len(new_project(tmp_path)) == 4


@pytest.mark.parametrize("name", ["notes.txt", ".gitignore", "plainview.toml"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(UserError, match="the folder is not empty; expected a new name or an empty folder"):
        new_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(UserError, match="this is not a folder"):
        new_project(tmp_path / "taken")
    with pytest.raises(UserError, match="cannot be written"):
        new_project(tmp_path / "taken" / "inside")


def test_a_full_disk_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, text: str, **_: object) -> int:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fail)
    with pytest.raises(UserError, match=r"cannot be written \(no space left on device\)"):
        new_project(tmp_path / "new")
    assert not (tmp_path / "new" / ".gitignore").exists()
