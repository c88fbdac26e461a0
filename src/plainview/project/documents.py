"""One TOML file: its bytes, its text, its data, and the line of every key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plainview.project.errors import Problem, UserError
from plainview.project.positions import Key, Positions, dotted, find_positions, nearest_line

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_KEY = re.compile(r"\s*(?:\[+([^\[\]#=]+)\]|([A-Za-z0-9_.\"' -]+?)\s*=)")
_DIGITS = re.compile("[0-9_]{4300}")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

# What the standard library says of a syntax error, by how it begins, in words for people who do not
# write TOML. Its wording differs between versions of Python: what is not listed gets a plain sentence too.
_CLOSE_TEXT = ("a text without its closing quotation mark", "one at the end of the text", "Add it.")
_NO_VALUE = (
    "no value that can be read",
    'a text such as "weekly", a number, true, false, or a list',
    "Put a text in quotation marks; write true and false in small letters.",
)
_OPEN_LIST = ("a list that is not closed", "a comma between two items and ] at the end", "Add it.")
_MORE = ("more text after a value", "one key on each line", "Delete it or start a new line.")
_TABLE_TWICE = ("this table is given twice", "each table once", "Put all its keys under one of the two.")
_SYNTAX = (
    ("Cannot overwrite a value", "this key is given twice", "each key once", "Delete one of the two."),
    ("Duplicate inline table key", "this key is given twice", "each key once", "Delete one of the two."),
    ("Cannot declare", *_TABLE_TWICE),
    ("Cannot redefine", *_TABLE_TWICE),
    ("Cannot mutate", *_TABLE_TWICE),
    ("Unterminated string", *_CLOSE_TEXT),
    ('Expected "\'"', *_CLOSE_TEXT),
    ("Expected \"'''\"", *_CLOSE_TEXT),
    ("Illegal character '\\n'", *_CLOSE_TEXT),
    ("Found invalid character '\\n'", *_CLOSE_TEXT),
    (
        "Expected '=' after a key",
        "a key without an equals sign after it",
        'key = "value"',
        "Add the equals sign; put a key that holds spaces in quotation marks.",
    ),
    (
        "Invalid initial character for a key part",
        "a key that is empty or starts with a sign",
        "letters, digits, _ and -",
        "Put the key in quotation marks.",
    ),
    ("Invalid value", *_NO_VALUE),
    (
        "Unescaped '\\' in a string",
        "a backslash in a text",
        "a text without one, or one in single quotation marks",
        "Write 'text' in place of \"text\", and / between folders.",
    ),
    ("Unclosed array", *_OPEN_LIST),
    ("Unclosed inline table", "a table that is not closed", "} at its end, on the same line", "Add it."),
    (
        "Expected ']",
        "a table header that is not closed",
        "] at its end",
        "Add it; put a name that holds spaces in quotation marks.",
    ),
    ("Expected newline", *_MORE),
    ("Invalid date or datetime", "a day that does not exist", "a date such as 2026-11-02", "Correct it."),
)
_NOT_TOML = ("a line that is not TOML", 'lines such as key = "value"', "Correct the line.")
_CURLY = ("curly quotation marks", 'straight ones: "', "Type them again in a plain text editor.")
_COMMA = ("a comma in a number", "a decimal point", "Write it as in 0.95")


@dataclass(frozen=True)
class Document:
    """A TOML file that was read: `path` from the project folder, plain data, and where its keys stand."""

    path: str
    data: dict[str, Any]
    positions: Positions

    def problem(self, key: Key, found: str, expected: str, next_step: str) -> Problem:
        """A problem with `key`, on the line of the key or of the table it is missing from."""
        line = nearest_line(self.positions, key)
        return Problem(self.path, line, dotted(key), found, expected, next_step)


def read_document(root: Path, path: Path) -> Document:
    """The file at `path` below `root`; a UserError with one problem if it cannot be read as TOML."""
    name = path.relative_to(root).as_posix()
    text = _decode(name, _read_bytes(name, path))
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(_explain(name, text, error)) from None
    if not data:
        raise UserError(
            Problem(
                name,
                0,
                "",
                "the file declares nothing",
                "keys",
                "Fill it in; `plainview new` writes an example.",
            )
        )
    return Document(name, data, find_positions(text))


def _read_bytes(name: str, path: Path) -> bytes:
    expected = "a TOML file"
    if path.is_dir():
        raise UserError(Problem(name, 0, "", "this is a folder", expected, "Move or rename it."))
    try:
        return path.read_bytes()
    except FileNotFoundError:
        found = "this is a link to a file that is not there" if path.is_symlink() else "the file is missing"
        raise UserError(Problem(name, 0, "", found, expected, "Put the file there.")) from None
    except OSError as error:
        found = f"the file cannot be read ({(error.strerror or 'unknown reason').lower()})"
        next_step = "Check who may read it, and its disk."
        raise UserError(Problem(name, 0, "", found, expected, next_step)) from None


def _decode(name: str, content: bytes) -> str:
    """The text, in UTF-8; a byte order mark, as Windows editors write it, is dropped."""
    if content.startswith(_UTF16):
        found, line = "text saved as UTF-16", 0
    else:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            found, line = "a character that is not UTF-8", content.count(b"\n", 0, error.start) + 1
    raise UserError(Problem(name, line, "", found, "text in UTF-8", 'Save the file as "UTF-8".'))


def _explain(name: str, text: str, error: ValueError | RecursionError) -> Problem:
    """What is wrong with a text that is not TOML, and on which line."""
    if isinstance(error, RecursionError):
        return Problem(name, 0, "", "lists within lists without end", "a few levels", "Flatten them.")
    message = str(error)
    at = _AT.search(message)
    if at is None:  # only a number of thousands of digits fails without a place
        digits = _DIGITS.search(text)
        line = text.count("\n", 0, digits.start()) + 1 if digits else 0
        return Problem(name, line, "", "a number that is too long", "at most 18 digits", "Shorten it.")
    lines = text.replace("\r\n", "\n").split("\n")
    line = int(at[1]) if at[1] else len(text.rstrip().split("\n"))
    before = lines[line - 1][: int(at[2]) - 1] if at[2] else lines[line - 1]
    words = next((row[1:] for row in _SYNTAX if message.startswith(row[0])), _NOT_TOML)
    if words == _OPEN_LIST or (not before.strip() and "=" in lines[line - 1] and words == _NO_VALUE):
        words, line = _OPEN_LIST, _line_of_open_list([*lines[: line - 1], before])
    return Problem(name, line, _key_on(lines[line - 1]), *(_explain_line(lines[line - 1], words)))


def _line_of_open_list(lines: list[str]) -> int:
    """Where the list starts that is still open at the end of `lines`; the parser says where it noticed."""
    starts = [number for number, line in enumerate(lines, 1) if re.search(r"=\s*\[", line)]
    return starts[-1] if starts else len(lines)


def _explain_line(line: str, words: tuple[str, ...]) -> tuple[str, ...]:
    """Slips that the parser has no words of its own for."""
    if words in (_NO_VALUE, _NOT_TOML, _MORE) and re.search("[“”‘’]", line):
        return _CURLY
    if words == _MORE and re.search(r"=\s*-?[0-9]+,[0-9]+\s*(#.*)?$", line):
        return _COMMA
    return words


def _key_on(line: str) -> str:
    """The key that a line seems to be about, never its value."""
    match = _KEY.match(line)
    return (match[1] or match[2]).strip() if match else ""
