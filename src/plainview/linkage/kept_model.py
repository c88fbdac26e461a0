"""The model that a project keeps to, with its chart and its page: files for people to review in git."""

from __future__ import annotations

from pathlib import Path

from plainview.linkage.model import MODEL, PROJECT_MODEL, Model, read_model
from plainview.linkage.model_chart import draw_model
from plainview.linkage.model_words import describe_model
from plainview.project.specs import Project


def keep_model(project: Project, folder: Path) -> bool:
    """Let the project keep to the model of a snapshot folder, where it has none. True if it was written.

    Where it has one, its chart and its page are written if they are not there or not of this model.
    """
    path = project.root / PROJECT_MODEL
    if path.exists():
        _show(path, read_model(path, str(PROJECT_MODEL)))
        return False
    model = read_model(folder / MODEL)
    if not model.trained.get("rounds"):
        return False
    write_model(project, model)
    return True


def write_model(project: Project, model: Model) -> None:
    """Let the project keep to this model from now on: the file first, by one rename, then what shows it."""
    path = project.root / PROJECT_MODEL
    chart, words = (
        draw_model(model),
        describe_model(model),
    )  # whatever fails, fails before anything is written
    path.parent.mkdir(exist_ok=True)
    _replace(path, model.as_json())
    _replace(path.with_suffix(".svg"), chart)
    _replace(path.with_suffix(".md"), words)


def _show(path: Path, model: Model) -> None:
    for suffix, text in ((".svg", draw_model(model)), (".md", describe_model(model))):
        shown = path.with_suffix(suffix)
        if not shown.is_file() or shown.read_text("utf-8") != text:
            _replace(shown, text)


def _replace(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, "utf-8")
    part.replace(path)
