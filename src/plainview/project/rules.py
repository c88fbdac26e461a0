"""Rules that need more than one key: of a source, of the project, and between sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from plainview.project.column_rules import (
    check_column,
    check_headers,
    check_meanings,
    check_names,
    check_record_id,
    check_repeats,
    has_unknown_meanings,
)
from plainview.project.date_formats import is_day
from plainview.project.encoded_rules import check_encoded, check_encoded_files
from plainview.project.errors import did_you_mean
from plainview.project.file_rules import (
    check_date_format,
    check_delimiter,
    check_ending,
    check_format_keys,
    check_pattern,
    check_rows,
    read_same_files,
)
from plainview.project.findings import Finding
from plainview.project.meanings import find_meaning
from plainview.project.specs import ProjectSpec, SourceSpec

Rule = Callable[[SourceSpec], Iterator[Finding]]


def check_project(spec: ProjectSpec) -> Iterator[Finding]:
    """The rules of `plainview.toml`."""
    if spec.as_of and not is_day(spec.as_of):
        yield Finding(("as_of",), "a day that does not exist", "a date such as 2026-11-02", "Correct it.")
    if not float(spec.engine.memory[:-2]):
        yield Finding(("engine", "memory"), "no memory at all", "some", 'Write, for example: memory = "3GB"')
    if spec.engine.name != "spark" and "master" in spec.engine.model_fields_set:
        found = f'the address of a Spark cluster, with the engine "{spec.engine.name}"'
        next_step = 'Write name = "spark" or delete master.'
        yield Finding(("engine", "master"), found, 'master only with name = "spark"', next_step)


def check_source(source: SourceSpec) -> Iterator[Finding]:
    """The rules of one source, on its own."""
    for rule in RULES:
        yield from rule(source)


def check_id(source: SourceSpec, stem: str, others: dict[str, str]) -> Iterator[Finding]:
    """A source is called as its file is, so no two are called the same.

    `others` is the file of each id.
    """
    if source.id == stem:
        return
    found = f'the id "{source.id}"' + (f", which {others[source.id]} has too" if source.id in others else "")
    next_step = "Change the id or rename the file."
    yield Finding(("id",), found, f'the name of the file, "{stem}"', next_step)


def check_overlap(source: SourceSpec, earlier: dict[str, SourceSpec]) -> Iterator[Finding]:
    """A file is the delivery of one source only.

    `earlier` are other sources by their file.
    """
    for path, other in earlier.items():
        if read_same_files(source.file, other.file):
            found = f"files that {path} reads too"
            next_step = "Change one of the two patterns."
            yield Finding(("file", "pattern"), found, "files of this source only", next_step)


def _check_retention(source: SourceSpec) -> Iterator[Finding]:
    """Records are kept for some time."""
    if not source.retention.split()[0].strip("0"):
        found = "a retention of nothing"
        yield Finding(("retention",), found, "one day or more", 'Write, for example: retention = "6 years"')


def _check_row_kinds(source: SourceSpec) -> Iterator[Finding]:
    """Each kind of row stands once in `rows`."""
    for index, kind in enumerate(source.rows):
        if kind in source.rows[:index]:
            yield Finding(("rows", index), f'"{kind}" a second time', "each kind once", "Delete it.")


def _check_events(source: SourceSpec) -> Iterator[Finding]:
    """Rows that are events say when and how they arise; other rows do neither."""
    if "event" in source.rows:
        if source.arises is None:
            expected = "one of reported, discovered, self_reported, administrative"
            next_step = 'Add, for example: arises = "reported"'
            yield Finding(("arises",), "events that do not say how they arise", expected, next_step)
        if not source.headers_of("event_date") and not has_unknown_meanings(source):
            found, expected = "events without a date", 'a column with meaning = "event_date"'
            next_step = 'Give it to the column that says when, or take "event" out of rows.'
            yield Finding(("columns",), found, expected, next_step)
    elif source.arises is not None:
        found = "arises, with no events in rows"
        yield Finding(
            ("arises",), found, 'arises only with "event" in rows', 'Delete it, or add "event" to rows.'
        )


def _check_event_columns(source: SourceSpec) -> Iterator[Finding]:
    """Columns of events stand only in sources whose rows are events."""
    for header, column in source.columns.items():
        if column.meaning.startswith("event_") and "event" not in source.rows:
            found = f'the meaning "{column.meaning}", with no events in rows'
            next_step = 'Add "event" to rows, or make the column an attribute.'
            yield Finding(("columns", header, "meaning"), found, '"event" in rows', next_step)


_OF_PROPERTIES = ("record", "address", "other")


def _check_gazetteer(source: SourceSpec) -> Iterator[Finding]:
    """A gazetteer tells where properties are, and nothing of people."""
    if not source.gazetteer:
        return
    if source.rows != ("address",):
        found = "a gazetteer with rows of " + " and ".join(source.rows)
        next_step = 'Write rows = ["address"] or delete gazetteer.'
        yield Finding(("rows",), found, "rows of addresses only", next_step)
    for header, column in source.columns.items():
        meaning = find_meaning(column.meaning)
        if meaning is not None and meaning.group not in _OF_PROPERTIES:
            found = f'the meaning "{column.meaning}" in a gazetteer'
            next_step = 'Give it the meaning "ignore", or delete gazetteer.'
            yield Finding(("columns", header, "meaning"), found, "the meanings of an address", next_step)
    if not source.headers_of("uprn") and not has_unknown_meanings(source):
        next_step = "Give it to the column that holds the property's number."
        yield Finding(("columns",), "a gazetteer without UPRNs", 'a column with meaning = "uprn"', next_step)


def _check_excludes(source: SourceSpec) -> Iterator[Finding]:
    """A rule that leaves rows out has a name of its own and looks at a column that is stored."""
    names: set[str] = set()
    for index, exclude in enumerate(source.exclude):
        if exclude.name in names:
            found = f'the name "{exclude.name[:60]}" a second time'
            yield Finding(("exclude", index, "name"), found, "a name of its own", "Rename one of the two.")
        names.add(exclude.name)
        yield from _check_excluded_column(source, index)


def _check_excluded_column(source: SourceSpec, index: int) -> Iterator[Finding]:
    key = ("exclude", index, "column")
    header = source.exclude[index].column
    column = source.columns.get(header)
    if column is None:
        found = f'the column "{header[:60]}", which is not declared'
        yield Finding(key, found, "one of the columns", did_you_mean(header, list(source.columns)))
    elif column.meaning == "ignore":
        found = f'the column "{header[:60]}", which is ignored'
        next_step = "Give it a meaning such as attribute.test_record"
        yield Finding(key, found, "a column that is stored", next_step)


def _check_columns(source: SourceSpec) -> Iterator[Finding]:
    """Type, formats, sensitivity and texts of a column agree with its meaning and with each other."""
    for header, column in source.columns.items():
        yield from check_column(header, column)


RULES: tuple[Rule, ...] = (
    _check_retention,
    _check_row_kinds,
    _check_events,
    _check_event_columns,
    _check_gazetteer,
    check_pattern,
    check_ending,
    check_date_format,
    check_format_keys,
    check_delimiter,
    check_rows,
    _check_excludes,
    check_headers,
    check_meanings,
    check_record_id,
    check_repeats,
    check_names,
    check_encoded,
    check_encoded_files,
    _check_columns,
)
