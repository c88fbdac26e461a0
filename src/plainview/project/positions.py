"""On which line of a TOML text each key stands. The standard library's parser does not say.

The text must be one that `tomllib` accepts: the scanner only steps over tokens and trusts that they
are well formed, which keeps it small.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from dataclasses import dataclass

Key = tuple[str | int, ...]
Positions = dict[Key, int]

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_BLANK = re.compile(r"(?:[ \t\n]+|#[^\n]*)*")
_BLANK_OR_COMMA = re.compile(r"(?:[ \t\n,]+|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^"\\]++|\\.|"(?!""))*+"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]++|\\.)*+"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def find_positions(text: str) -> Positions:
    """The line, from 1, of every key of `text`, which `tomllib` must accept.

    A key is a tuple such as `("columns", "D.O.B.", "formats", 0)`: names, and the number from 0 of the
    items of a list or an array of tables. A table stands on the line of its header, or of the first key
    that implies it.
    """
    scanner = _Scanner(text.replace("\r\n", "\n"))
    scanner.scan()
    return scanner.positions


def nearest_line(positions: Positions, key: Key) -> int:
    """The line of `key`, or of the nearest table around it; 0 if not even its first part is there."""
    for end in range(len(key), 0, -1):
        if key[:end] in positions:
            return positions[key[:end]]
    return 0


def dotted(key: Key) -> str:
    """`key` as one would write it: `columns."D.O.B.".formats[1]`, lists counted from 1."""
    out = ""
    for part in key:
        if isinstance(part, int):
            out += f"[{part + 1}]"
        else:
            out += ("." if out else "") + (part if _BARE.fullmatch(part) else quoted(part))
    return out


def quoted(text: str) -> str:
    """`text` as a TOML basic string, on one line whatever it holds."""
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


@dataclass
class _Open:
    """A list or inline table that is being stepped through."""

    key: Key
    close: str
    items: int = 0


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.positions: Positions = {}
        self.tables: dict[Key, int] = {}  # how many [[tables]] each array holds so far
        # Only \n ends a line in TOML, so str.splitlines would count wrongly.
        self.ends = [match.start() for match in re.finditer("\n", self.text)]

    def scan(self) -> None:
        header: Key = ()
        while self._step(_BLANK) < len(self.text):
            if self.text.startswith("[", self.at):
                header = self._read_header()
            else:
                self._read_pair(header)

    def _step(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = match.end() if match else self.at + 1
        return self.at

    def _note(self, key: Key, line: int, implied_from: int) -> None:
        for end in range(implied_from, len(key)):
            self.positions.setdefault(key[:end], line)
        self.positions[key] = line

    def _line(self) -> int:
        return bisect.bisect_left(self.ends, self.at) + 1

    def _read_header(self) -> Key:
        """`[a.b]` or `[[a.b]]`: the key that what follows belongs to."""
        line = self._line()
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        key = self._enter(self._read_key())
        self.at += brackets
        if brackets == 2:
            self.positions.setdefault(key, line)
            self.tables[key] = self.tables.get(key, 0) + 1
            key = (*key, self.tables[key] - 1)
        self._note(key, line, 1)
        return key

    def _enter(self, names: Key) -> Key:
        """The key that a header means: arrays of tables on the way are entered at their last table."""
        key: Key = ()
        for name in names[:-1]:
            key = (*key, name)
            if key in self.tables:
                key = (*key, self.tables[key] - 1)
        return (*key, names[-1])

    def _read_key(self) -> Key:
        names: list[str] = []
        while True:
            self._skip(" \t")
            names.append(self._read_name())
            self._skip(" \t")
            if not self.text.startswith(".", self.at):
                return tuple(names)
            self.at += 1

    def _skip(self, characters: str) -> None:
        while self.at < len(self.text) and self.text[self.at] in characters:
            self.at += 1

    def _read_name(self) -> str:
        start = self.at
        if self.text[start] not in "\"'":
            self._step(_BARE)
            return self.text[start : self.at]
        self._step(_STRING)
        raw = self.text[start : self.at]
        return str(tomllib.loads(f"k = {raw}")["k"]) if "\\" in raw else raw[1:-1]

    def _read_pair(self, header: Key) -> None:
        """`key = value`, the value to any depth. A loop, since a deep list must not exhaust the stack."""
        opened: list[_Open] = []
        self._read_start(header, opened)
        while opened:
            self._step(_BLANK_OR_COMMA)
            inner = opened[-1]
            if self.text.startswith(inner.close, self.at):
                self.at += 1
                opened.pop()
            elif inner.close == "]":
                self._note((*inner.key, inner.items), self._line(), len(inner.key) + 1)
                inner.items += 1
                self._read_value((*inner.key, inner.items - 1), opened)
            else:
                self._read_start(inner.key, opened)

    def _read_start(self, table: Key, opened: list[_Open]) -> None:
        """`key =` and the start of its value."""
        line = self._line_at_next_key()
        key = table + self._read_key()
        self._note(key, line, len(table) + 1)
        self.at += 1  # the equals sign
        self._skip(" \t")
        self._read_value(key, opened)

    def _line_at_next_key(self) -> int:
        self._skip(" \t")
        return self._line()

    def _read_value(self, key: Key, opened: list[_Open]) -> None:
        """A whole value without parts, or the opening of one with."""
        first = self.text[self.at]
        if first in "[{":
            opened.append(_Open(key, "]" if first == "[" else "}"))
            self.at += 1
        elif first in "\"'":
            self._step(_STRING)
        else:
            self._step(_SCALAR)
