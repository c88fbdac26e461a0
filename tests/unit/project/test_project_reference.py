from __future__ import annotations

import re
from pathlib import Path

import pytest

from plainview.project.date_formats import CODES
from plainview.project.meanings import MEANINGS
from plainview.project.reference import render_meanings, render_project_folder, write_reference
from plainview.project.rules import RULES
from plainview.project.specs import Spec

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"


@pytest.mark.parametrize("name", ["project-folder.md", "meanings.md"])
def test_the_committed_reference_is_what_the_specs_say(tmp_path: Path, name: str) -> None:
    write_reference(tmp_path)
    committed = (REFERENCE / name).read_text(encoding="utf-8")
    told = "run scripts/write_reference.py"
    assert committed == (tmp_path / name).read_text(encoding="utf-8"), told


def test_every_key_of_every_spec_is_in_the_reference() -> None:
    page = render_project_folder()
    specs = [spec for spec in Spec.__subclasses__() if spec.__module__ == Spec.__module__]
    for spec in specs:
        for key, field in spec.model_fields.items():
            assert f"\n| `{key}` |" in page, f"{spec.__name__}.{key}"
            assert field.description
            assert field.description.split("|")[0] in page
    keys = re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE)
    assert len(keys) == sum(len(spec.model_fields) for spec in specs), "each key once for each table"


def test_every_meaning_code_and_rule_is_in_the_reference() -> None:
    meanings, page = render_meanings(), render_project_folder()
    assert re.findall(r"^\| `([a-z_0-9]+)` \|", meanings, re.MULTILINE) == list(MEANINGS)
    assert all(f"| `{code}` |" in page for code in CODES)
    for rule in RULES:
        assert rule.__doc__
        assert f"- {rule.__doc__.splitlines()[0]}\n" in page


def test_no_table_of_the_reference_has_a_broken_row() -> None:
    for page in (render_project_folder(), render_meanings()):
        for table in re.findall(r"(?:^\|.*\n)+", page, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1
