"""The files of a project folder: which there must be, and which look as if they were meant to be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from plainview.project.errors import Problem

_NEW = "Run `plainview new` to make a project folder, or give the folder that holds plainview.toml."


def check_folder(root: Path) -> Iterator[Problem]:
    """Whether `root` is a project folder at all."""
    if root.is_dir() and (root / "plainview.toml").exists():
        return
    if root.is_dir():
        yield Problem("plainview.toml", 0, "", *_missing_project(root))
    else:
        found = "this is not a folder" if root.exists() else "the folder is missing"
        yield Problem(root.as_posix(), 0, "", found, "a project folder", _NEW)


def _missing_project(root: Path) -> tuple[str, str, str]:
    close = [path.name for path in _entries(root) if path.name.lower() == "plainview.toml"]
    if close:
        return f"the file is called {close[0]}", "small letters", "Rename it to plainview.toml."
    return "the file is missing", "a project folder to hold one", _NEW


def source_files(root: Path, problems: list[Problem]) -> list[Path]:
    """The sources' files in order of name; what is wrong with the folder itself is added to `problems`."""
    folder = root / "sources"
    entries = _entries(folder)
    files = [path for path in entries if path.name.endswith(".toml")]
    problems += _check_names(root, entries)
    problems += _check_capitals(root, files)
    if not files:
        found = "there is no source" if folder.is_dir() else "the folder is missing"
        next_step = "Add sources/<id>.toml; `plainview new` writes an example."
        problems.append(Problem("sources", 0, "", found, "one TOML file for every source", next_step))
    return files


def _entries(folder: Path) -> list[Path]:
    """What lies in `folder`, but for hidden files, which editors and systems leave behind."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _check_names(root: Path, entries: list[Path]) -> Iterator[Problem]:
    """Files that would be passed over in silence, though somebody meant them as sources."""
    for path in entries:
        name, lower = path.relative_to(root).as_posix(), path.name.lower()
        if not path.name.endswith(".toml") and lower.endswith((".toml", ".toml.txt", ".tml")):
            found = f'a file name that ends in "{path.name[path.name.find(".") :]}"'
            yield Problem(name, 0, "", found, 'one that ends in ".toml"', "Rename the file.")
        elif path.is_dir() and not lower.endswith(".toml") and any(path.rglob("*.toml")):
            found = "a folder with TOML files in it"
            next_step = "Move the files up into sources."
            yield Problem(name, 0, "", found, "every source directly in sources", next_step)


def _check_capitals(root: Path, files: list[Path]) -> Iterator[Problem]:
    """Two names that are one on Windows and macOS, where a copy of the project would lose a source."""
    first: dict[str, Path] = {}
    for path in files:
        before = first.setdefault(path.name.casefold(), path)
        if before != path:
            found = f"a file name that differs from {before.name} only in capital letters"
            name = path.relative_to(root).as_posix()
            yield Problem(name, 0, "", found, "names that differ otherwise", "Rename or delete one of them.")
