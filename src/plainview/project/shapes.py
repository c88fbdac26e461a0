"""One file's data against the shape of its spec: every misfit as a problem in plain words."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Generic, TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from plainview.project.documents import Document
from plainview.project.errors import Problem
from plainview.project.positions import Key, dotted, quoted
from plainview.project.schemas import describe, example, keys_of, schema_at, tables_with
from plainview.project.specs import Spec

S = TypeVar("S", bound=Spec)

# Any number of columns may mean it, and it asks for nothing: no rule is broken by it.
_STAND_IN = "free_text"
_OF_DATA = {("exclude", "values"), *(("columns", key) for key in ("allowed", "map", "missing"))}
_DEEPEST = 6  # no key of any spec lies deeper; what does is a mistake, and not worth the stack


class Shaped(Generic[S]):
    """What came of one file: its problems, and its spec.

    `spec` is there even for a file with problems if it can be had by leaving out what is wrong, so
    that rules can still look at the rest. `wrong` are the keys that it cannot be believed on.
    """

    def __init__(self, document: Document, model: type[S]) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.wrong: set[Key] = set()
        self.spec = self._fit(model)

    def believes(self, key: Key) -> bool:
        """Whether nothing is wrong at `key`, below it, or above it."""
        return not any(key[: len(wrong)] == wrong[: len(key)] for wrong in self.wrong)

    def _fit(self, model: type[S]) -> S | None:
        data = _as_tuples(self.document.data)
        try:
            return model.model_validate(data, strict=True)
        except ValidationError as error:
            details = error.errors(include_url=False)
        for detail in details:
            self._take(model, detail, details)
            _mend(model, data, detail)
        try:
            return model.model_validate(data, strict=True)
        except ValidationError:
            return None

    def _take(self, model: type[Spec], detail: ErrorDetails, details: list[ErrorDetails]) -> None:
        key: Key = detail["loc"]
        self.wrong.add(key[:2] if _is_meaning(key) else key)
        if detail["type"] == "extra_forbidden":
            self.wrong.update(_meant(model, key))
        elif detail["type"] == "missing" and _is_named_otherwise(model, key, details):
            return
        self.problems.append(self._tell(key, *_explain(model, detail)))

    def _tell(self, key: Key, found: str, expected: str, next_step: str) -> Problem:
        """The problem with `key`, on its line, naming the key no further than the values that it holds."""
        problem = self.document.problem(key, found, expected, next_step)
        return replace(problem, key=dotted(key[: _held(key) or len(key)]))


def _as_tuples(value: Any, depth: int = 0) -> Any:
    """Lists as tuples, which is what the strict check wants, in a copy."""
    if depth > _DEEPEST:
        return value
    if isinstance(value, dict):
        return {key: _as_tuples(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return tuple(_as_tuples(inner, depth + 1) for inner in value)
    return value


def _mend(model: type[Spec], data: dict[str, Any], detail: ErrorDetails) -> None:
    """Leave out of `data` what the error is about; put an example where something must stand."""
    key = _up_to_list(detail["loc"])
    inside: Any = data
    for part in key[:-1]:
        inside = inside.get(part) if isinstance(inside, dict) else None
    if not isinstance(inside, dict):
        return
    inside.pop(key[-1], None)
    standing_in = _STAND_IN if _is_meaning(key) else example(model, key)
    if standing_in is not None and key[-1] in keys_of(model, key[:-1], required=True):
        inside[key[-1]] = _as_tuples(standing_in)


def _is_meaning(key: Key) -> bool:
    """Whether nothing can be said of a column if this key of it is wrong."""
    return len(key) == 3 and key[0] == "columns" and key[2] == "meaning"


def _up_to_list(key: Key) -> Key:
    """`key` cut before the first number: a list with a wrong item is left out as a whole."""
    numbers = [index for index, part in enumerate(key) if isinstance(part, int)]
    return key[: numbers[0]] if numbers else key


def _meant(model: type[Spec], key: Key) -> list[Key]:
    """What an unknown key was probably meant to be: a key of another table, or one spelt alike."""
    homes = _homes(model, key)
    return [(*home, key[-1]) for home in homes] or [
        (*key[:-1], near) for near in _near(str(key[-1]), _known(model, key), 0.7)
    ]


def _homes(model: type[Spec], key: Key) -> list[Key]:
    """The tables that know the last part of an unknown key, asked for keys near the top only."""
    if len(key) > 2:
        return []
    return [home for home in tables_with(model, str(key[-1])) if home != key[:-1]]


def _known(model: type[Spec], key: Key) -> list[str]:
    return keys_of(model, key[:-1])


def _near(word: str, known: list[str], cutoff: float = 0.6) -> list[str]:
    return difflib.get_close_matches(word, known, n=1, cutoff=cutoff)


def _explain(model: type[Spec], detail: ErrorDetails) -> tuple[str, str, str]:
    """Found, expected and next step of one misfit."""
    key: Key = detail["loc"]
    if detail["type"] == "extra_forbidden":
        return _explain_unknown(model, key, detail["input"])
    expected = describe(schema_at(model, key))
    if detail["type"] == "missing":
        what = "table" if expected.startswith("a table") else "key"
        return f"the {what} is missing", expected, _add(model, key)
    if _held(key):
        next_step = "Put it in square brackets." if expected.startswith("a list") else "Correct it."
        return _kind_of(detail["input"]), expected, next_step
    return show(detail["input"]), expected, _correct(model, key, detail["input"])


def _explain_unknown(model: type[Spec], key: Key, value: Any) -> tuple[str, str, str]:
    name = str(key[-1])
    found = f'unknown key "{shorten(name)}"'
    expected = f"a key of [{dotted(key[:-1])}]" if len(key) > 1 else "a key of this file"
    near = _near(name, _known(model, key), 0.7)
    if _in_column(key) and isinstance(value, dict) and near != ["map"]:
        return found, expected, 'Put the whole header in quotation marks, as in [columns."D.O.B."].'
    homes = _homes(model, key)
    if homes:
        return found, expected, _move(name, homes)
    if near:
        return found, expected, f'Did you mean "{near[0]}"?'
    return found, expected, "Use one of: " + ", ".join(_known(model, key)) + "."


def _move(name: str, homes: list[Key]) -> str:
    """A key above or below the table header it belongs to: the commonest slip in TOML."""
    places = [f"under [{dotted(home)}]" if home else "above the first [table]" for home in homes]
    return f"Move it {' or '.join(places)}."


def _in_column(key: Key) -> bool:
    return len(key) > 2 and key[0] == "columns"


def _is_named_otherwise(model: type[Spec], key: Key, details: list[ErrorDetails]) -> bool:
    """Whether a key is missing only because it is misspelt, or the header of its column has a bare dot."""
    unknown = [detail for detail in details if detail["type"] == "extra_forbidden"]
    if any(key in _meant(model, detail["loc"]) for detail in unknown):
        return True
    return _in_column(key) and any(
        detail["loc"][:-1] == key[:-1] and isinstance(detail["input"], dict) for detail in unknown
    )


def _add(model: type[Spec], key: Key) -> str:
    schema = schema_at(model, key)
    if schema.get("type") == "object":
        return (
            'Add a table [columns."Header"] for every column.'
            if key == ("columns",)
            else f"Add [{dotted(key)}]."
        )
    return f"Add, for example: {key[-1]} = {write(example(model, key))}"


def _correct(model: type[Spec], key: Key, value: Any) -> str:
    """The next step for a value that is there and does not fit."""
    schema = schema_at(model, key)
    for step in _steps(schema, value):
        return step
    sample = example(model, key) or schema.get("default")
    if not sample or isinstance(key[-1], int):
        return "Correct it."
    return f"Write, for example: {key[-1]} = {write(sample)}"


def _steps(schema: dict[str, Any], value: Any) -> Iterator[str]:
    """What to do about a value of the wrong type or outside a list of choices, if that is clear."""
    kind = schema.get("type")
    if isinstance(value, str) and "enum" in schema:
        near = _near(value.lower(), schema["enum"])
        yield f'Did you mean "{near[0]}"?' if near else "Write one of them."
    elif isinstance(value, str) and _is_written(value, str(kind)):
        yield "Write it without quotation marks."
    elif kind == "boolean":
        yield "Write true or false."
    elif kind == "array" and isinstance(value, str):
        yield f"Put it in square brackets: [{write(value)}]"
    elif kind == "string" and isinstance(value, (int, float, datetime.date)) and not isinstance(value, bool):
        yield f'Put it in quotation marks: "{write(value)}"'
    elif kind == "object" and not isinstance(value, dict):
        yield "Make it a table of its own."


def _is_written(text: str, kind: str) -> bool:
    """Whether `text` would be of the type `kind` but for its quotation marks."""
    if kind == "boolean":
        return text in ("true", "false")
    return (
        re.fullmatch({"integer": r"-?[0-9]+", "number": r"-?[0-9]+(\.[0-9]+)?"}.get(kind, r"(?!)"), text)
        is not None
    )


def _held(key: Key) -> int:
    """How much of `key` may be told where values of the data begin, which may name somebody; else 0."""
    return 3 if len(key) > 2 and (key[0], key[2]) in _OF_DATA else 0


def _kind_of(value: Any) -> str:
    """What a value is, without the value."""
    kinds = (
        (bool, "true or false"),
        (str, "a text"),
        ((int, float), "a number"),
        (dict, "a table"),
        (tuple, "a list"),
    )
    return next((words for kind, words in kinds if isinstance(value, kind)), "a date or time")


def show(value: Any) -> str:
    """What a value of the project folder is, short and on one line."""
    if isinstance(value, bool):
        return write(value)
    if isinstance(value, str):
        return f"the text {write(value)}" if value else "an empty text"
    if isinstance(value, (int, float)):
        return f"the number {write(value)}"
    if isinstance(value, (datetime.date, datetime.time)):
        return f"the date {value}" if isinstance(value, datetime.date) else f"the time {value}"
    if isinstance(value, dict):
        return "a table" if value else "an empty table"
    return "a list" if value else "an empty list"


def write(value: Any) -> str:
    """A value as TOML writes it, shortened."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(_cut(value))
    if isinstance(value, (tuple, list)):
        return "[" + ", ".join(write(inner) for inner in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{write(k)} = {write(v)}" for k, v in value.items()) + "}"
    if isinstance(value, int) and value.bit_length() > 64:
        return "of too many digits"
    return shorten(str(value))


def shorten(text: str) -> str:
    """`text` without line breaks and other signs that cannot be seen, 60 characters at most."""
    return "".join(c if c.isprintable() else " " for c in _cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
