"""Every TOML key of every spec: in the reference, in the sound project, and checked for its type."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from sound_projects import PROJECT, SOURCE, problems_of, write_sound

from plainview.project.positions import Key, dotted, find_positions
from plainview.project.schemas import describe, keys_of, schema_at
from plainview.project.specs import ProjectSpec, SourceSpec, Spec

FILES: dict[str, tuple[type[Spec], str]] = {
    "plainview.toml": (ProjectSpec, PROJECT),
    "sources/housing.toml": (SourceSpec, SOURCE),
}
WRONG = {
    "string": ["7", "true", "1979-05-27", "07:32:00", '["x"]', "{ x = 1 }", "nan"],
    "integer": ['"x"', "true", "1.5", "[1]", "{ x = 1 }", "inf", "0x" + "f" * 5000],
    "number": ['"x"', "true", "[1]", "{ x = 1 }", "nan"],
    "boolean": ['"yes"', "1", "0", "[true]", "{ x = 1 }"],
    "array": ['"x"', "7", "true", "{ x = 1 }", "[7]", "[[]]", "[{ x = 1 }]"],
    "object": ['"x"', "7", "true", "[]", "{ x = 1 }"],
}


def leaves(model: type[Spec], text: str) -> list[Key]:
    """The keys of `text` that hold a value rather than a table."""
    return [key for key in find_positions(text) if is_leaf(model, key)]


def is_leaf(model: type[Spec], key: Key) -> bool:
    schema = schema_at(model, key)
    inside_value = schema_at(model, key[:-1]).get("properties") is None
    return not inside_value and "properties" not in schema and not has_tables(schema)


def has_tables(schema: dict[str, Any]) -> bool:
    inner = schema.get("items") or schema.get("additionalProperties") or {}
    return isinstance(inner, dict) and "$ref" in inner


def every_key(model: type[Spec]) -> set[tuple[str, str]]:
    """(table, key) for every key that holds a value, of the top and of the tables below it."""
    tables: list[Key] = [(), *((table,) for table in keys_of(model, ()))]
    tables += [("exclude", 0), ("columns", "x")]
    return {
        (str(table[0]) if table else "", key)
        for table in tables
        for key in keys_of(model, table)
        if is_leaf(model, (*table, key))
    }


@pytest.mark.parametrize("path", FILES)
def test_the_sound_project_uses_every_key(path: str) -> None:
    model, text = FILES[path]
    tomllib.loads(text)
    used = {(str(key[0]) if len(key) > 1 else "", str(key[-1])) for key in leaves(model, text)}
    assert used == every_key(model)
    assert len(used) > 5


CASES = [
    (path, key, wrong)
    for path, (model, text) in FILES.items()
    for key in leaves(model, text)
    for wrong in WRONG[str(schema_at(model, key).get("type", "string"))]
]


@pytest.mark.parametrize(
    ("path", "key", "wrong"), CASES, ids=[f"{dotted(key)}={wrong[:20]}" for _, key, wrong in CASES]
)
def test_a_value_of_the_wrong_type_is_told_at_its_line_and_key(
    tmp_path: Path, path: str, key: Key, wrong: str
) -> None:
    _, text = FILES[path]
    line = find_positions(text)[key]
    lines = text.split("\n")
    lines[line - 1] = f"{key[-1]} = {wrong}"
    broken = "\n".join(lines)
    if path == "plainview.toml":
        write_sound(tmp_path, project=broken)
    else:
        write_sound(tmp_path, housing=broken)
    told = [problem for problem in problems_of(tmp_path) if problem.path == path and problem.line == line]
    assert any(problem.key.startswith(dotted(key)) for problem in told), told
    assert all(problem.found and problem.expected and problem.next_step for problem in told)
    assert not any(word in str(problem) for problem in told for word in ("pydantic", "Input", "http", "Spec"))


@pytest.mark.parametrize("path", FILES)
def test_a_misspelt_key_is_recognised(tmp_path: Path, path: str) -> None:
    model, text = FILES[path]
    for key in leaves(model, text):
        lines = text.split("\n")
        line = find_positions(text)[key]
        misspelt = f"{key[-1]}x"
        lines[line - 1] = lines[line - 1].replace(str(key[-1]), misspelt, 1)
        write_sound(tmp_path, **{"project" if path == "plainview.toml" else "housing": "\n".join(lines)})
        told = {problem.key: problem for problem in problems_of(tmp_path)}
        problem = told[dotted((*key[:-1], misspelt))]
        assert (problem.line, problem.next_step) == (line, f'Did you mean "{key[-1]}"?')


@pytest.mark.parametrize("model", [model for model, _ in FILES.values()])
def test_every_key_is_described(model: type[Spec]) -> None:
    for table, key in every_key(model):
        place: Key = {"columns": ("columns", "x"), "exclude": ("exclude", 0)}.get(
            table, (table,) if table else ()
        )
        schema = schema_at(model, (*place, key))
        assert schema.get("description"), f"describe {table}.{key} in specs.py with Field(description=...)"
        assert describe(schema) != "something else"
