"""Start a project folder: commented files that pass every check and explain themselves."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from plainview.project.errors import Problem, UserError

_FILES = {
    ".gitignore": "gitignore.txt",
    "README.md": "readme.txt",
    "plainview.toml": "plainview.toml",
    "sources/example.toml": "example.toml",
}
_FOLDER = "deliveries/example"


def new_project(directory: Path) -> list[Path]:
    """Write a project folder with one example source into `directory`, and give the files written.

    The folder is made if it is missing; it may hold `.git` but nothing else, or a UserError says so.
    """
    _check_empty(directory)
    templates = files("plainview.project") / "templates"
    written = []
    try:
        (directory / _FOLDER).mkdir(parents=True, exist_ok=True)
        for name, template in _FILES.items():
            path = directory / name
            _write(path, (templates / template).read_text(encoding="utf-8"))
            written.append(path)
    except OSError as error:
        found = f"the folder cannot be written ({(error.strerror or 'unknown reason').lower()})"
        next_step = "Choose another folder, or ask who may write here."
        problem = Problem(directory.as_posix(), 0, "", found, "a folder to write into", next_step)
        raise UserError(problem) from None
    return written


def _check_empty(directory: Path) -> None:
    if not directory.exists() and not directory.is_symlink():
        return
    if not directory.is_dir():
        found = "this is not a folder"
    elif any(path.name != ".git" for path in directory.iterdir()):
        found = "the folder is not empty"
    else:
        return
    next_step = "Choose another name; nothing was written."
    raise UserError(Problem(directory.as_posix(), 0, "", found, "a new name or an empty folder", next_step))


def _write(path: Path, text: str) -> None:
    """The whole file under its name, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="\n")
    part.replace(path)
