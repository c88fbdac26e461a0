"""Whatever is done to a good project's text, it reads or says what is wrong: nothing else ever comes out."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sound_projects import PROJECT, problems_of, sound_source, write_sound

from plainview.project.errors import Problem

SIGNS = st.sampled_from(
    ['"', "'", "[", "]", "[[", "{", "}", "=", ".", ",", "\n", "#", "\\", " ", '"""', "\r", "\0", "é",
     "\ufeff", "{date}"]
)  # fmt: skip
VALUES = st.sampled_from(
    ["0", "-1", "99999999999999999999", "9" * 5000, "0x" + "f" * 4000, "nan", "-inf", "true", '""', '"%"',
     '"\\u0000"', "[]", "[[]]", "{}", "1979-05-27", "07:32:00", '["", ""]', "[{ a = 1 }]", '{ "" = "" }',
     '"%Q{date}"']
)  # fmt: skip
TEXTS = {"project": PROJECT, "housing": sound_source()}


@st.composite
def edits(draw: Any) -> dict[str, str]:
    """The sound project with one to four random edits of one file."""
    which = draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[which]
    for _ in range(draw(st.integers(1, 4))):
        text = draw(st.sampled_from([edit_signs, edit_line, edit_value, cut]))(draw, text)
    return {which: text}


def edit_signs(draw: Any, text: str) -> str:
    at = draw(st.integers(0, len(text)))
    return text[:at] + draw(SIGNS) + text[at + draw(st.integers(0, 3)) :]


def edit_line(draw: Any, text: str) -> str:
    lines = text.split("\n")
    at, other = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
    moved = lines.pop(at) if draw(st.booleans()) else lines[at]
    return "\n".join([*lines[:other], moved, *lines[other:]])


def edit_value(draw: Any, text: str) -> str:
    lines = text.split("\n")
    at = draw(st.integers(0, len(lines) - 1))
    if "=" in lines[at]:
        lines[at] = lines[at].split("=")[0] + "= " + draw(VALUES)
    return "\n".join(lines)


def cut(draw: Any, text: str) -> str:
    return text[: draw(st.integers(0, len(text)))]


def check(problems: list[Problem], files: dict[str, str]) -> None:
    """Problems in order, on lines that are there, in words of our own."""
    assert problems == sorted(problems)
    for problem in problems:
        text = files[problem.path]
        assert 0 <= problem.line <= text.count("\n") + 1
        assert all((problem.found, problem.expected, problem.next_step))
        assert "\n" not in str(problem)
        assert len(str(problem)) < 700
        assert not any(word in str(problem) for word in ("Input should", "Traceback", "pydantic", "_type"))


def run(edited: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = write_sound(Path(folder), **edited)
        problems = problems_of(root)
    files = {"plainview.toml": PROJECT, "sources/housing.toml": sound_source(), "sources": ""}
    files |= {"plainview.toml" if k == "project" else f"sources/{k}.toml": v for k, v in edited.items()}
    check(problems, files)


@settings(max_examples=120, deadline=None)
@given(edits())
def test_an_edited_project_reads_or_says_why_not(edited: dict[str, str]) -> None:
    run(edited)


@pytest.mark.slow
@settings(max_examples=6000, deadline=None)
@given(edits())
def test_many_edited_projects_read_or_say_why_not(edited: dict[str, str]) -> None:
    run(edited)


JSON = st.recursive(
    st.sampled_from(["7", '"x"', "true", "1.5", "1979-05-27"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]"),
        st.lists(inner, max_size=3).map(
            lambda items: "{" + ", ".join(f"k{i} = {item}" for i, item in enumerate(items)) + "}"
        ),
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["id", "file", "columns", "exclude", "rows", "file.pattern", "columns.X", "columns.X.map", "control",
     "columns.X.meaning", "exclude.name", "tolerance", '"a b"', "columns.A.B.C", "gateways"]
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NAMES, JSON), min_size=1, max_size=5))
def test_any_data_at_all_reads_or_says_why_not(pairs: list[tuple[str, str]]) -> None:
    text = "".join(f"{name} = {value}\n" for name, value in pairs)
    run({"housing": text})
