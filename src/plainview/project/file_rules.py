"""Rules about `[file]` and `[control]`: what can be read, and by one source only."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from plainview.project.date_formats import fault_of_file_format, read_day, write_day
from plainview.project.findings import Finding
from plainview.project.specs import FileSpec, SourceSpec

_PATTERN = ("file", "pattern")
_EXAMPLE = "Write, for example: deliveries/housing/tenancies_{date}.csv"
_PACKED = (".gz", ".zip")
_ENDINGS = {"excel": (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), "parquet": (".parquet",)}
_OWN_FOLDERS = {"snapshots", "sources", "truth"}
_ONLY_CSV = ("encoding", "delimiter", "quote")


def check_pattern(source: SourceSpec) -> Iterator[Finding]:
    """The pattern names files inside the project folder, with the date in the file's own name."""
    pattern = source.file.pattern
    folders = pattern.split("/")[:-1]
    name = pattern.split("/")[-1]
    if re.match(r"[A-Za-z]:", pattern) or pattern.startswith(("/", "~", "\\")):
        yield _pattern("a path from the root of a disk", "a path from the project folder")
    elif "\\" in pattern or not pattern.isprintable():
        yield _pattern("a path with backslashes", "/ between folders")  # "\t" in a text is a tab
    elif ".." in pattern.split("/"):
        yield _pattern("a path that leaves the project folder", "a path inside the project folder")
    elif any(part in ("", ".") for part in pattern.split("/")):
        yield _pattern('a path with "." or nothing between two /', "a path inside the project folder")
    elif folders and folders[0] in _OWN_FOLDERS:
        yield _pattern(f'files in "{folders[0]}"', "a folder that holds deliveries only")
    elif pattern.count("{date}") != 1:
        count = pattern.count("{date}")
        yield _pattern(f"{{date}} {count} times" if count else "no {date}", "{date} once")
    elif "{date}" not in name:
        yield _pattern("{date} in the name of a folder", "{date} in the name of the file")
    elif re.search(r"[{}*?\[\]]", pattern.replace("{date}", "")):
        yield _pattern("a wildcard or another { }", "plain text around {date}")


def _pattern(found: str, expected: str) -> Finding:
    return Finding(_PATTERN, found, expected, _EXAMPLE)


def check_ending(source: SourceSpec) -> Iterator[Finding]:
    """A file that is called Excel or Parquet is declared as such, and the other way round."""
    ending = _unpacked(source.file.pattern).rsplit("/", 1)[-1].rsplit("}", 1)[-1].lower()
    declared = source.file.format
    wanted = _ENDINGS.get(declared)
    if wanted and not ending.endswith(wanted):
        yield Finding(
            _PATTERN,
            f'a file name that ends in "{ending}", with the format {declared}',
            "one that ends in " + " or ".join(wanted),
            "Correct the name or the format.",
        )
    for other, endings in _ENDINGS.items():
        if declared == "csv" and ending.endswith(endings):
            yield Finding(
                ("file", "format"),
                f'the format csv, with a file name that ends in "{ending}"',
                f"the format {other}",
                f'Write format = "{other}"',
            )


def check_date_format(source: SourceSpec) -> Iterator[Finding]:
    """A date written into a file name can be read out of it."""
    fault = fault_of_file_format(source.file.date_format)
    if fault:
        expected = "codes such as %Y-%m-%d that give a day, a month and a year"
        key = ("file", "date_format")
        yield Finding(key, fault, expected, 'Write, for example: date_format = "%Y-%m-%d"')


def check_format_keys(source: SourceSpec) -> Iterator[Finding]:
    """Keys that mean nothing for the format are a mistake about the format."""
    file = source.file
    if file.format != "csv":
        for key in sorted(file.model_fields_set.intersection(_ONLY_CSV)):
            yield _only(key, "csv", file)
    if file.format != "excel" and "sheet" in file.model_fields_set:
        yield _only("sheet", "excel", file)


def _only(key: str, format: str, file: FileSpec) -> Finding:
    found = f"{key} with the format {file.format}"
    return Finding(("file", key), found, f"{key} for {format} only", f"Delete {key} or correct the format.")


def check_delimiter(source: SourceSpec) -> Iterator[Finding]:
    """The delimiter and the quote can be told from each other and from the end of a line."""
    file = source.file
    if file.quote in file.delimiter:
        found = "a delimiter that holds the quotation mark of the file"
        yield Finding(("file", "delimiter"), found, "two different signs", "Change delimiter or quote.")
    for key, signs, most in (("delimiter", file.delimiter, 4), ("quote", file.quote, 1)):
        if re.search(r"[\r\n\0]", signs) or len(signs.encode()) > most:
            expected = f"at most {most} signs of plain text" if most > 1 else "one sign of plain text"
            yield Finding(("file", key), "a sign that cannot be used here", expected, "Change it.")


def check_rows(source: SourceSpec) -> Iterator[Finding]:
    """The bounds of the row count leave room."""
    low, high = source.control.rows_min, source.control.rows_max
    if high is not None and low > high:
        found = f"rows_min {low} above rows_max {high}"
        yield Finding(("control", "rows_max"), found, "rows_min at or below rows_max", "Correct one of them.")


def read_same_files(one: FileSpec, other: FileSpec) -> bool:
    """Whether some file would be a delivery of both; two sheets of one workbook are two deliveries."""
    if one.format == other.format == "excel" and one.sheet and other.sheet and one.sheet != other.sheet:
        return False
    return _takes(one, other) or _takes(other, one)


def _takes(one: FileSpec, other: FileSpec) -> bool:
    """Whether `one` reads a file that `other` names, tried on two days."""
    before, _, after = _unpacked(one.pattern).lower().partition("{date}")
    for day in (datetime.date(2026, 11, 2), datetime.date(2025, 3, 24)):
        name = _unpacked(other.pattern).replace("{date}", write_day(day, other.date_format)).lower()
        middle = name[len(before) : len(name) - len(after)]
        if name.startswith(before) and name.endswith(after) and read_day(middle, one.date_format):
            return True
    return False


def _unpacked(pattern: str) -> str:
    for packed in _PACKED:
        pattern = pattern.removesuffix(packed)
    return pattern
