"""Which strptime formats can be used: for dates in columns, read by DuckDB, and in file names, by Python."""

from __future__ import annotations

import datetime
import re

# DuckDB's codes without those that change meaning with a time zone (%z, %Z) or count weeks.
CODES = {
    "%d": "day, 01 to 31",
    "%-d": "day, 1 to 31",
    "%m": "month, 01 to 12",
    "%-m": "month, 1 to 12",
    "%b": "month, Jan",
    "%h": "month, Jan",
    "%B": "month, January",
    "%Y": "year, 2026",
    "%y": "year, 26; 00 to 68 are 2000 to 2068",
    "%-y": "year, 6 for 2006",
    "%j": "day of the year, 001 to 366",
    "%-j": "day of the year, 1 to 366",
    "%a": "weekday, Mon",
    "%A": "weekday, Monday",
    "%H": "hour, 00 to 23",
    "%-H": "hour, 0 to 23",
    "%I": "hour, 01 to 12",
    "%-I": "hour, 1 to 12",
    "%p": "AM or PM",
    "%M": "minute, 00 to 59",
    "%-M": "minute, 0 to 59",
    "%S": "second, 00 to 59",
    "%-S": "second, 0 to 59",
    "%f": "microsecond",
    "%g": "millisecond",
    "%x": "whole date, 2026-11-02",
    "%X": "whole time, 13:04:05",
    "%T": "whole time, 13:04:05",
    "%c": "whole date and time, 2026-11-02 13:04:05",
    "%%": "a per cent sign",
}
FILE_CODES = ("%Y", "%y", "%m", "%d", "%j", "%b", "%B", "%H", "%M", "%S")
_CODE = re.compile(r"%-?.?", re.DOTALL)
_DAYS = ({"%d", "%-d"}, {"%m", "%-m", "%b", "%B", "%h"})
_DAYS_OF_YEAR = {"%j", "%-j"}
_YEARS = {"%Y", "%y", "%-y"}
_WHOLE = {"%c", "%x"}

# Days that a format mixing up or leaving out a part would not give back.
_TRIED = (datetime.date(2026, 11, 2), datetime.date(2024, 2, 29), datetime.date(1999, 12, 31))


def fault_of_format(text: str) -> str:
    """What is wrong with `text` as the format of a date in a column; empty if nothing is.

    It must be one that DuckDB's `strptime` takes and name a day, a month and a year: of "11/2026"
    DuckDB would make the first of November, which says more than the service knows.
    """
    codes = _CODE.findall(text)
    unknown = [code for code in codes if code not in CODES]
    if unknown:
        return f'"{unknown[0]}" is no code of a date'
    if text != text.strip() or "\0" in text:
        return "there is a space before or after the codes"
    if not _is_whole_date(set(codes)):
        return "it does not name a day, a month and a year"
    return ""


def _is_whole_date(codes: set[str]) -> bool:
    if codes & _WHOLE:
        return True
    has_day = bool(codes & _DAYS_OF_YEAR) or all(codes & part for part in _DAYS)
    return has_day and bool(codes & _YEARS)


def fault_of_file_format(text: str) -> str:
    """What is wrong with `text` as the format of the date in a file name; empty if nothing is."""
    unknown = [code for code in _CODE.findall(text) if code not in FILE_CODES]
    if unknown:
        return f'"{unknown[0]}" is no code that a file name can hold'
    if "/" in text or "\\" in text or "\0" in text:
        return "a file name cannot hold a slash"
    if any(read_day(write_day(day, text), text) != day for day in _TRIED):
        return "a date written with it cannot be read back"
    return ""


def write_day(day: datetime.date, date_format: str) -> str:
    """`day` as it stands in a file name; empty if the format cannot be used."""
    try:
        return day.strftime(date_format)
    except ValueError:
        return ""


def read_day(text: str, date_format: str) -> datetime.date | None:
    """The day that `text` from a file name stands for, None if it is not one."""
    try:
        return datetime.datetime.strptime(text, date_format).date()
    except (ValueError, re.error):
        return None


def is_day(text: str) -> bool:
    """Whether `text` is a day that exists, year first."""
    try:
        return datetime.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
