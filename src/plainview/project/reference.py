"""The reference of the project folder, rendered from the specs, so that it cannot drift from them."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from plainview.project.column_rules import REPEATABLE
from plainview.project.date_formats import CODES, FILE_CODES
from plainview.project.meanings import MEANINGS, Group, Meaning
from plainview.project.rules import RULES, check_id, check_overlap
from plainview.project.schemas import describe, keys_of, schema_at
from plainview.project.shapes import write
from plainview.project.specs import (
    AuthoritySpec,
    ColumnSpec,
    ControlSpec,
    EncodedSpec,
    EngineSpec,
    ExcludeSpec,
    FileSpec,
    LinkageSpec,
    ProjectSpec,
    SourceSpec,
    Spec,
    ToleranceSpec,
)

_MADE = "<!-- written by scripts/write_reference.py; do not edit -->"
_FILES: dict[type[Spec], tuple[type[Spec], ...]] = {
    ProjectSpec: (AuthoritySpec, LinkageSpec, EngineSpec),
    SourceSpec: (FileSpec, ControlSpec, ToleranceSpec, EncodedSpec, ExcludeSpec, ColumnSpec),
}
_GROUPS: dict[Group, str] = {
    "record": "The record",
    "name": "Names",
    "person": "The person",
    "identifier": "Identifiers",
    "contact": "Contact",
    "address": "Address",
    "event": "Events",
    "related": "Related people",
    "other": "Other",
}


def render_project_folder() -> str:
    """Every TOML key of a project folder as Markdown."""
    parts = ["# The project folder", _MADE, _FOLDER_INTRO]
    for model, tables in _FILES.items():
        parts.append("## " + _title(model))
        parts += [_rest(model), _table(model)]
        for table in tables:
            parts += ["### " + _title(table), _rest(table), _table(table)]
    parts += ["## Codes of dates", _CODES_INTRO, _codes(), "## Rules between keys", _RULES_INTRO, _rules()]
    return "\n\n".join(part for part in parts if part) + "\n"


def render_meanings() -> str:
    """Every meaning a column can have as Markdown."""
    parts = ["# Meanings", _MADE, _MEANINGS_INTRO]
    for group, title in _GROUPS.items():
        rows = [_meaning_row(meaning) for meaning in MEANINGS.values() if meaning.group == group]
        head = ["| meaning | stored as | what it is | linkage | golden |", "|---|---|---|---|---|"]
        parts += [f"## {title}", "\n".join(head + rows)]
    return "\n\n".join(parts) + "\n"


def write_reference(directory: Path) -> list[Path]:
    """Write both pages into `directory` and give their paths."""
    pages = {"project-folder.md": render_project_folder(), "meanings.md": render_meanings()}
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (directory / name).write_text(text, encoding="utf-8", newline="\n")
    return [directory / name for name in pages]


_FOLDER_INTRO = """A project folder declares everything, in small TOML files that are kept in git:

```
PROJECT/
  plainview.toml        the project as a whole
  sources/<id>.toml     one file for each source
  deliveries/           the extracts, where each source says
  snapshots/            written by the build
```

`plainview new DIR` writes a commented one. `plainview check DIR` reports every mistake in it at once,
each as `file:line key: what was found; expected what. The next step.` A key that is not listed here is a
mistake. In a message, items of a list are counted from 1: `exclude[2].column` is the column of the second
`[[exclude]]`."""

_CODES_INTRO = """In `date_format` and `formats` these codes stand for the parts of a date; what is between
them stands for itself. `%d/%m/%Y` reads 02/11/2026. A format names a day, a month and a year."""

_RULES_INTRO = "`plainview check` also makes sure of what no single key can show:"

_MEANINGS_INTRO = """A column's `meaning` is one of these names. *Linkage* says that it helps to find the
records of one person; *golden* that the best-trusted value is chosen for each person. Each stands at most
once in a source, except {repeatable}, of which there may be any number. Every source has a
`record_id`.

A fact that only its service holds is `attribute.` and a name of your own in small letters, digits and `_`,
such as `attribute.rent_arrears`. It is never used to link; it is stored as the column's `type`, a text if
none is given, and is golden.""".format(repeatable=" and ".join(f"`{name}`" for name in REPEATABLE))


def _title(model: type[Spec]) -> str:
    """The first line of the docstring, without its full stop: `[file]` and what it is."""
    return _sentence(model).split("\n", 1)[0].rstrip(".")


def _rest(model: type[Spec]) -> str:
    return _sentence(model).partition("\n")[2].strip()


def _sentence(thing: Any) -> str:
    """A docstring, which every spec and rule has."""
    return inspect.cleandoc(thing.__doc__)


def _table(model: type[Spec]) -> str:
    rows = ["| key | what fits | if left out | what it says |", "|---|---|---|---|"]
    return "\n".join(rows + [_key_row(model, key) for key in keys_of(model, ())])


def _key_row(model: type[Spec], key: str) -> str:
    schema = schema_at(model, (key,))
    fits = describe(schema)
    must = key in keys_of(model, (), required=True)
    left_out = "*must be there*" if must else _default(schema)
    text = schema["description"]
    if "examples" in schema:
        text += " Example: " + ", ".join(f"`{write(example)}`" for example in schema["examples"])
    return f"| `{key}` | {_cell(fits)} | {left_out} | {_cell(text)} |"


def _default(schema: dict[str, Any]) -> str:
    default = schema.get("default")
    if default in (None, "", []):
        return "nothing"
    if "properties" in schema:
        return "the defaults below"
    return f"`{_cell(write(default))}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _meaning_row(meaning: Meaning) -> str:
    linked, golden = ("yes" if flag else "" for flag in (meaning.linked, meaning.golden))
    return f"| `{meaning.name}` | {meaning.type} | {_cell(meaning.text)} | {linked} | {golden} |"


def _codes() -> str:
    rows = ["| code | stands for | in file names |", "|---|---|---|"]
    return "\n".join(
        rows
        + [f"| `{code}` | {text} | {'yes' if code in FILE_CODES else ''} |" for code, text in CODES.items()]
    )


def _rules() -> str:
    texts = [_sentence(rule).split("\n", 1)[0] for rule in (check_id, *RULES, check_overlap)]
    return "\n".join(f"- {text}" for text in texts)
