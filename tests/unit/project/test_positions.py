from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plainview.project.positions import Key, dotted, find_positions, nearest_line

DOCUMENT = '''# a comment
title = "a # [b]"

[columns."D.O.B."]  # another
meaning = "birth_date"
formats = [  # ]
  "%d/%m/%Y",
  'x]', { a = 1, b.c = """
"]""" }, 1979-05-27 07:32:00,
]
[[exclude]]
name = "first"
[[exclude.more]]
[[exclude]]
"na\\u006de" = \'\'\'
second\'\'\'\'
a . "b" = 1
[columns]
'''


def test_every_key_has_the_line_it_stands_on() -> None:
    assert {dotted(key): line for key, line in find_positions(DOCUMENT).items()} == {
        "title": 2,
        "columns": 18,
        'columns."D.O.B."': 4,
        'columns."D.O.B.".meaning': 5,
        'columns."D.O.B.".formats': 6,
        'columns."D.O.B.".formats[1]': 7,
        'columns."D.O.B.".formats[2]': 8,
        'columns."D.O.B.".formats[3]': 8,
        'columns."D.O.B.".formats[3].a': 8,
        'columns."D.O.B.".formats[3].b': 8,
        'columns."D.O.B.".formats[3].b.c': 8,
        'columns."D.O.B.".formats[4]': 9,
        "exclude": 11,
        "exclude[1]": 11,
        "exclude[1].name": 12,
        "exclude[1].more": 13,
        "exclude[1].more[1]": 13,
        "exclude[2]": 14,
        "exclude[2].name": 15,
        "exclude[2].a": 17,
        "exclude[2].a.b": 17,
    }


def test_windows_line_ends_count_once() -> None:
    assert find_positions(DOCUMENT.replace("\n", "\r\n")) == find_positions(DOCUMENT)


def test_other_line_separators_of_unicode_do_not_count() -> None:
    assert find_positions('a = "\u2028\u0085"\nb = 1') == {("a",): 1, ("b",): 2}


@pytest.mark.parametrize(
    ("key", "written"),
    [
        (("a", "b-1"), "a.b-1"),
        (("columns", "D.O.B.", "formats", 0), 'columns."D.O.B.".formats[1]'),
        (("", 'say "so"\n'), '""."say \\"so\\"\\n"'),
        ((), ""),
    ],
)
def test_a_key_is_written_as_in_toml(key: Key, written: str) -> None:
    assert dotted(key) == written


def test_a_missing_key_is_placed_at_the_table_around_it() -> None:
    positions = find_positions("\n[file]\nformat = 1")
    assert nearest_line(positions, ("file", "pattern")) == 2
    assert nearest_line(positions, ("title",)) == 0


def test_a_list_as_deep_as_the_parser_allows_is_stepped_through() -> None:
    deep = 300
    text = "a = " + "[" * deep + "]" * deep
    tomllib.loads(text)
    assert len(find_positions(text)) == deep


# A document is generated as lines, and each generator writes down where it puts a key: the obvious oracle.

NAMES = st.one_of(
    st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=5),
)
SCALARS = st.sampled_from(
    [
        "1", "-0.5e3", "true", "inf", "1979-05-27", "1979-05-27 07:32:00", "07:32:00", "0xff_ff",
        '""', '"# ] } = [a]"', r'"\" \\ \t é"', "'# \" ] \\'", '"""one"""', '"""\none\n\n# two ] \\\n  """',
        '"""a""""', '""" "" """""', "'''a'\n]'''", "''''''", "'''''a'''''", '"""\\""""""',
    ]
)  # fmt: skip
GAPS = st.sampled_from(["", " ", "\t", "\n", " # ] , }\n", "\n\n  "])


class Writer:
    """A TOML text in the making, and the line of every key put into it."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.text = ""
        self.lines: dict[Key, int] = {}

    def line(self) -> int:
        return self.text.count("\n") + 1

    def put(self, text: str) -> None:
        self.text += text

    def name(self, name: str) -> None:
        bare = name and all(c.isascii() and (c.isalnum() or c in "_-") for c in name)
        if bare and self.draw(st.booleans()):
            self.put(name)
        elif "'" not in name and self.draw(st.booleans()):
            self.put(f"'{name}'")
        else:
            escaped = "".join(f"\\U{ord(c):08x}" if c in '"\\' else c for c in name)
            self.put(f'"{escaped}"')

    def value(self, key: Key, depth: int) -> None:
        kind = self.draw(st.sampled_from(["scalar", "scalar", "list", "table"])) if depth else "scalar"
        if kind == "scalar":
            self.put(self.draw(SCALARS))
        elif kind == "list":
            self.items(key, depth - 1)
        else:
            self.inline_table(key, depth - 1)

    def items(self, key: Key, depth: int) -> None:
        self.put("[")
        for index in range(self.draw(st.integers(0, 3))):
            self.put(("," if index else "") + self.draw(GAPS))
            self.lines[(*key, index)] = self.line()
            self.value((*key, index), depth)
            self.put(self.draw(GAPS))
        self.put("]")

    def inline_table(self, key: Key, depth: int) -> None:
        self.put("{")
        for index, name in enumerate(self.draw(st.lists(NAMES, max_size=3, unique=True))):
            self.put(", " if index else " ")
            self.pair(key, (name,), depth)
        self.put(" }")

    def pair(self, table: Key, names: Key, depth: int) -> None:
        key = table + names
        for end in range(len(table) + 1, len(key)):
            self.lines.setdefault(key[:end], self.line())
        self.lines[key] = self.line()
        self.names(names)
        self.put(self.draw(st.sampled_from(["=", " = ", "\t= "])))
        self.value(key, depth)

    def names(self, names: Key) -> None:
        for index, name in enumerate(names):
            self.put(self.draw(st.sampled_from([".", " . "])) if index else "")
            self.name(str(name))

    def header(self, key: Key, names: Key, brackets: int) -> None:
        for end in range(1, len(key)):
            self.lines.setdefault(key[:end], self.line())
        self.lines[key] = self.line()
        self.put("[" * brackets)
        self.names(names)
        self.put("]" * brackets)

    def end_line(self) -> None:
        self.put(self.draw(st.sampled_from(["\n", " # [x]\n", "\n\n", "\n  # c = 1\n\t"])))


@st.composite
def documents(draw: Any) -> tuple[str, dict[Key, int]]:
    writer = Writer(draw)
    writer.put(draw(st.sampled_from(["", "\n", "# first\n"])))
    tables = draw(st.lists(NAMES, max_size=4, unique=True))
    for name in draw(st.lists(NAMES.filter(lambda n: n not in tables), max_size=3, unique=True)):
        dots = tuple(draw(st.lists(NAMES, max_size=2)))
        writer.pair((), (name, *dots), 2)
        writer.end_line()
    for table in tables:
        inside: list[tuple[Key, Key, int]] = [((table,), (table,), 1), ((table, "x.y"), (table, "x.y"), 1)]
        if draw(st.booleans()):
            inside = [((table, index), (table,), 2) for index in range(draw(st.integers(1, 3)))]
        for key, names, brackets in inside:
            writer.header(key, names, brackets)
            writer.end_line()
            for name in draw(st.lists(NAMES, max_size=2, unique=True)):
                writer.pair(key, (name,), 2)
                writer.end_line()
    return writer.text, writer.lines


@settings(max_examples=80, deadline=None)
@given(documents())
def test_positions_are_those_that_the_document_was_written_with(document: tuple[str, dict[Key, int]]) -> None:
    text, lines = document
    assert set(flatten(tomllib.loads(text))) == set(lines), "the test writes down what it writes"
    assert find_positions(text) == lines
    assert find_positions(text.replace("\n", "\r\n")) == lines


def flatten(value: Any, key: Key = ()) -> list[Key]:
    """The key of everything in parsed data."""
    parts: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    return [k for part, inner in parts for k in [(*key, part), *flatten(inner, (*key, part))]]


PIECES = st.sampled_from(
    [
        "a", "b", ".", "=", " = ", "\n", "\r\n", "[", "]", "[[", "]]", "{", "}", ",", '"', "'", '"""', "'''",
        "\\", "#", " ", "\t", "1", "true", "[a]\n", "[[b]]\n", "a = ", "b.c = ", '"x"', "1979-05-27", "é",
        "\\u0061",         '[1, 2]\n', "a = 1\n", "# c\n", "\\\n",
    ]
)  # fmt: skip


@settings(max_examples=800, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
@example('a = """\\\n  """"\nb = 1')
@example("a = 1 # c\r\nb = 2")
def test_nothing_that_the_parser_accepts_crashes(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except ValueError:
        return
    positions = find_positions(text)
    assert set(positions) == set(flatten(data))
    assert all(1 <= line <= text.count("\n") + 1 for line in positions.values())
    shifted = find_positions("# one more\n" + text)
    assert shifted == {key: line + 1 for key, line in positions.items()}
