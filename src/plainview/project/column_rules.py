"""Rules about `[columns."Header"]`: what each means, and what a source's columns mean together."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from plainview.project.date_formats import fault_of_format
from plainview.project.findings import Finding
from plainview.project.meanings import MEANINGS, ColumnType, find_meaning
from plainview.project.positions import Key, dotted
from plainview.project.specs import ColumnSpec, SourceSpec

REPEATABLE = ("ignore", "free_text")
_IDENTIFIERS = ("nhs_number", "upn", "nino", "national_id")
_ALSO_DATETIME = ("event_date", "event_end_date", "known_date")
_NAME_PARTS = ("first_name", "middle_names", "last_name")

# What people call these fields, where spelling alone would suggest nothing or the wrong one.
_ALSO_CALLED = {
    "dob": "birth_date",
    "date_of_birth": "birth_date",
    "birthdate": "birth_date",
    "date_of_death": "death_date",
    "surname": "last_name",
    "family_name": "last_name",
    "forename": "first_name",
    "given_name": "first_name",
    "name": "full_name",
    "alias": "other_name",
    "maiden_name": "former_last_name",
    "gender": "sex",
    "id": "record_id",
    "key": "record_id",
    "ni_number": "nino",
    "nhs_no": "nhs_number",
    "telephone": "phone",
    "post_code": "postcode",
    "notes": "free_text",
    "updated": "updated_date",
}


def check_meanings(source: SourceSpec) -> Iterator[Finding]:
    """Every meaning is known."""
    for header, column in source.columns.items():
        if find_meaning(column.meaning) is None:
            found = f'the meaning "{column.meaning[:60]}", which is not known'
            expected = "the name of a meaning, or attribute. and a name of small letters, digits and _"
            yield Finding(("columns", header, "meaning"), found, expected, _suggest(column.meaning))


def _suggest(meaning: str) -> str:
    word = meaning.strip().lower().replace(" ", "_").replace("-", "_")
    if word.startswith("attribute."):
        return "Write, for example: attribute.rent_arrears"
    close = difflib.get_close_matches(word, list(MEANINGS), n=1, cutoff=0.6)
    best = word if word in MEANINGS else _ALSO_CALLED.get(word, close[0] if close else "")
    if best:
        return f'Did you mean "{best}"?'
    return 'Write "ignore" if the column is not wanted; docs/reference/meanings.md lists them all.'


def has_unknown_meanings(source: SourceSpec) -> bool:
    """Whether nothing can be said of what the source lacks."""
    return any(find_meaning(column.meaning) is None for column in source.columns.values())


def check_headers(source: SourceSpec) -> Iterator[Finding]:
    """Headers are there, and differ in more than capital letters, which no SQL engine tells apart."""
    seen: dict[str, str] = {}
    for header in source.columns:
        key: Key = ("columns", header)
        first = seen.setdefault(header.casefold(), header)
        if not header.strip():
            found = "a header without letters"
            yield Finding(key, found, "the header as it stands in the delivery", "Name the column.")
        elif first != header:
            found = f"a header that differs from {_column(first)} only in capital letters"
            next_step = "Delete one; if the delivery has both, ask for one to be renamed."
            yield Finding(key, found, "headers that differ otherwise", next_step)


def check_record_id(source: SourceSpec) -> Iterator[Finding]:
    """One column is the record's key, and no row goes without."""
    headers = source.headers_of("record_id")
    if not headers and not has_unknown_meanings(source):
        expected = 'one column with meaning = "record_id"'
        next_step = "Give it to the column that holds the service's own key."
        yield Finding(("columns",), "no column is the record id", expected, next_step)
    for header in headers[:1]:
        if not source.columns[header].required:
            key = ("columns", header, "required")
            found = "a record id that is not required"
            yield Finding(key, found, "required = true", "Add required = true")


def check_repeats(source: SourceSpec) -> Iterator[Finding]:
    """Each meaning stands once, but for those that can be told apart."""
    first: dict[str, str] = {}
    for header, column in source.columns.items():
        before = first.setdefault(column.meaning, header)
        if before != header and column.meaning not in REPEATABLE:
            found = f'the meaning "{column.meaning}", which {_column(before)} has too'
            expected = "each meaning once in a source"
            next_step = 'Give one of them another meaning, "ignore" or an attribute.'
            yield Finding(("columns", header, "meaning"), found, expected, next_step)


def check_names(source: SourceSpec) -> Iterator[Finding]:
    """A name is given whole or in parts: with both there would be two answers to one question."""
    for header in source.headers_of("full_name"):
        parts = [part for part in _NAME_PARTS if source.headers_of(part)]
        if parts:
            found = f"a full_name beside {' and '.join(parts)}"
            expected = "the name whole or in parts, not both"
            next_step = 'Give the whole name the meaning "ignore".'
            yield Finding(("columns", header, "meaning"), found, expected, next_step)


def check_column(header: str, column: ColumnSpec) -> Iterator[Finding]:
    """The keys of one column agree with its meaning and with each other."""
    if find_meaning(column.meaning) is None:
        return
    key: Key = ("columns", header)
    yield from _check_type(key, column)
    yield from _check_formats(key, column)
    yield from _check_sensitivity(key, column)
    yield from _check_texts(key, column)


def _check_type(key: Key, column: ColumnSpec) -> Iterator[Finding]:
    fitting = _fitting_types(column)
    if fitting and column.stored_type not in fitting:
        found = f'the type {column.type} for the meaning "{column.meaning}"'
        next_step = "Delete type, or correct the meaning."
        yield Finding((*key, "type"), found, "the type " + " or ".join(fitting), next_step)


def _fitting_types(column: ColumnSpec) -> tuple[ColumnType, ...]:
    """The types a meaning can be stored as; empty if any will do.

    Numbers that name somebody stay texts: as a number, a leading nought would be lost.
    """
    if column.meaning.startswith("attribute.") or column.meaning == "ignore":
        return ()
    if column.meaning == "event_value":
        return ("text", "integer", "number")
    own = column.canonical.type
    return ("date", "datetime") if column.meaning in _ALSO_DATETIME else (own,)


def _check_formats(key: Key, column: ColumnSpec) -> Iterator[Finding]:
    if column.formats and column.stored_type not in ("date", "datetime"):
        found = f"formats for a column of the type {column.stored_type}"
        next_step = 'Delete formats, or add type = "date"'
        yield Finding((*key, "formats"), found, "formats for dates only", next_step)
        return
    for index, text in enumerate(column.formats):
        fault = fault_of_format(text)
        if fault:
            expected = "codes that give a day, a month and a year"
            next_step = "Write, for example: %d/%m/%Y"
            yield Finding((*key, "formats", index), fault, expected, next_step)


def _check_sensitivity(key: Key, column: ColumnSpec) -> Iterator[Finding]:
    if column.meaning in _IDENTIFIERS and column.sensitivity != "identifier":
        found = f'the sensitivity {column.sensitivity} for the meaning "{column.meaning}"'
        next_step = 'Write sensitivity = "identifier"'
        yield Finding((*key, "sensitivity"), found, "the sensitivity identifier", next_step)


def _check_texts(key: Key, column: ColumnSpec) -> Iterator[Finding]:
    """No text is told two things about."""
    if column.map and column.allowed:
        found = "map and allowed in one column"
        next_step = "Delete allowed; list in map what may stand there."
        yield Finding((*key, "allowed"), found, "one of the two", next_step)
    kept = {*column.map, *column.allowed}
    for index, text in enumerate(column.missing):
        if text in kept:
            found = "a text that stands for no value and is also allowed or mapped"
            yield Finding((*key, "missing", index), found, "one of the two", "Delete it in one place.")


def _column(header: str) -> str:
    return dotted(("columns", header))
