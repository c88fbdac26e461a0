"""One column's contract as SQL: from the delivered text to the stored value, and the rule it broke."""

from __future__ import annotations

import re

from plainview.engine.duck import literal
from plainview.project.specs import ColumnSpec

REQUIRED, WRONG_TYPE, NO_SUCH_DATE, NOT_ALLOWED = 1, 2, 3, 4

_SQL_TYPES = {
    "text": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "date": "DATE",
    "datetime": "TIMESTAMP",
    "boolean": "BOOLEAN",
}
_WRONG_TYPE_RULES = {
    "text": "not_text",
    "integer": "not_an_integer",
    "number": "not_a_number",
    "date": "not_a_date",
    "datetime": "not_a_date",
    "boolean": "not_yes_or_no",
}
_NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_INTEGER = r"[+-]?\d+(\.0*)?"
_MONEY = r"[+-]?£?(\d{1,3}(,\d{3})+|\d+)(\.\d*)?"
_YES = "('y', 'yes', 'true', 't', '1')"
_NO = "('n', 'no', 'false', 'f', '0')"
_ODD_BLANKS = literal(" \t\n\r\u00a0")
_DATE_FORMATS = ("%Y-%m-%d",)
_DATETIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")
_TYPED_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f")
_SHAPES = {
    "%d": r"\d{1,2}",
    "%m": r"\d{1,2}",
    "%Y": r"\d{4}",
    "%y": r"\d{2}",
    "%H": r"\d{1,2}",
    "%M": r"\d{1,2}",
    "%S": r"\d{1,2}",
    "%b": "[A-Za-z]{3}",
    "%B": "[A-Za-z]+",
}


def sql_type(column: ColumnSpec) -> str:
    """The DuckDB type a column is stored as."""
    return _SQL_TYPES[column.stored_type]


def rule_of(code: int, column: ColumnSpec) -> str:
    """The name of the rule behind a code that `code_of` gives."""
    named = {REQUIRED: "required", NO_SUCH_DATE: "no_such_date", NOT_ALLOWED: "not_allowed"}
    return named.get(code, _WRONG_TYPE_RULES[column.stored_type])


def can_fail(column: ColumnSpec) -> bool:
    """Whether any text at all could break this column's contract."""
    return column.required or column.stored_type != "text" or bool(column.allowed or column.map)


def trimmed(raw: str, *, odd_blanks: bool) -> str:
    """SQL: the text without blanks around it, NULL where nothing is left.

    Trimming by a list of characters costs four times as much, so it is done only where a file needs it.
    """
    blanks = f", {_ODD_BLANKS}" if odd_blanks else ""
    return f"nullif(trim({raw}{blanks}), '')"


def text_of(trimmed_text: str, column: ColumnSpec) -> str:
    """SQL: the text, NULL where it is one of those that stand for no value."""
    if not column.missing:
        return trimmed_text
    words = ", ".join(literal(word.strip()) for word in column.missing)
    return f"CASE WHEN {trimmed_text} NOT IN ({words}) THEN {trimmed_text} END"


def value_of(text: str, column: ColumnSpec, *, typed: bool = False) -> str:
    """SQL: the stored value of a text, NULL where it breaks the contract."""
    if column.map:
        cases = " ".join(f"WHEN {literal(a)} THEN {literal(b)}" for a, b in _mapping(column).items())
        return _typed_value(f"(CASE {text} {cases} END)", column, typed)
    if column.allowed:
        return _typed_value(f"(CASE WHEN {_is_allowed(text, column)} THEN {text} END)", column, typed)
    return _typed_value(text, column, typed)


def code_of(text: str, value: str, column: ColumnSpec, *, required: bool) -> str:
    """SQL: which rule a text broke, 0 for none."""
    cases = []
    if column.allowed or column.map:
        cases.append(f"WHEN NOT ({_is_allowed(text, column)}) THEN {NOT_ALLOWED}")
    shape = _date_shape(column)
    if shape:
        cases.append(f"WHEN regexp_full_match({text}, {literal(shape)}) THEN {NO_SUCH_DATE}")
    broken = f"(CASE {' '.join(cases)} ELSE {WRONG_TYPE} END)" if cases else str(WRONG_TYPE)
    missing = REQUIRED if required else 0
    cases = [f"WHEN {value} IS NOT NULL THEN 0", f"WHEN {text} IS NULL THEN {missing}", f"ELSE {broken}"]
    return f"(CASE {' '.join(cases)} END)::UTINYINT"


def _mapping(column: ColumnSpec) -> dict[str, str]:
    return {word: word for word in column.allowed} | column.map


def _is_allowed(text: str, column: ColumnSpec) -> str:
    return f"{text} IN ({', '.join(literal(word) for word in _mapping(column))})"


def _typed_value(text: str, column: ColumnSpec, typed: bool) -> str:
    match column.stored_type:
        case "integer":
            return f"CASE WHEN regexp_full_match({text}, '{_INTEGER}') THEN try_cast({text} AS BIGINT) END"
        case "number":
            return f"CASE WHEN isfinite({number_of(text, 'DOUBLE')}) THEN {number_of(text, 'DOUBLE')} END"
        case "date" | "datetime":
            return _date_value(text, column, typed)
        case "boolean":
            return f"CASE WHEN lower({text}) IN {_YES} THEN true WHEN lower({text}) IN {_NO} THEN false END"
        case _:
            return text


def number_of(text: str, type: str) -> str:
    """SQL: a number as councils write it, with a pound sign or commas between thousands, else NULL."""
    plain = f"try_cast({text} AS {type})"
    bare = f"try_cast(replace(replace({text}, ',', ''), '£', '') AS {type})"
    return (
        f"CASE WHEN regexp_full_match({text}, '{_NUMBER}') THEN {plain} "
        f"WHEN regexp_full_match({text}, '{_MONEY}') THEN {bare} END"
    )


def _date_value(text: str, column: ColumnSpec, typed: bool) -> str:
    usual = _DATE_FORMATS if column.stored_type == "date" else _DATETIME_FORMATS
    formats = (column.formats or usual) + (_TYPED_FORMATS if typed else ())
    parsed = f"try_strptime({text}, [{', '.join(literal(form) for form in formats)}])"
    # A two-digit year read by %Y would be stored as the first century.
    real = f"CASE WHEN {parsed} >= TIMESTAMP '1000-01-01' THEN {parsed} END"
    return f"CAST({_in_the_past(real, column)} AS {sql_type(column)})"


def _in_the_past(moment: str, column: ColumnSpec) -> str:
    """Nobody is born after the delivery: of a year in two digits the century before is meant."""
    two_digits = column.formats and all("%y" in form for form in column.formats)
    if column.meaning not in ("birth_date", "related_birth_date", "death_date") or not two_digits:
        return moment
    return f"CASE WHEN {moment} > getvariable('delivery_day') THEN {moment} - INTERVAL 100 YEAR ELSE {moment} END"


def _date_shape(column: ColumnSpec) -> str:
    """A regular expression for what is written like a date of the column's formats; empty for none."""
    if column.stored_type not in ("date", "datetime"):
        return ""
    forms = column.formats or (_DATE_FORMATS if column.stored_type == "date" else _DATETIME_FORMATS)
    shapes = ["".join(_shape_of(part) for part in re.findall("%.|[^%]", form)) for form in forms]
    return "|".join(shapes)


def _shape_of(part: str) -> str:
    return _SHAPES.get(part, re.escape(part) if not part.startswith("%") else r"\w+")
