from __future__ import annotations

import datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.project.date_formats import (
    CODES,
    fault_of_file_format,
    fault_of_format,
    is_day,
    read_day,
    write_day,
)

CON = duckdb.connect()
PIECES = st.sampled_from([*CODES, "/", "-", " ", ".", ":", "T", ", ", "%q", "%", "%-b", "of"])
DAYS = st.dates(datetime.date(1970, 1, 1), datetime.date(2066, 12, 31))


@settings(max_examples=400, deadline=None)
@given(st.lists(PIECES, max_size=8).map("".join))
def test_a_format_that_passes_is_one_that_duckdb_takes(text: str) -> None:
    if not fault_of_format(text):
        CON.execute("SELECT strftime(TIMESTAMP '2026-11-02 13:04:05', $1), try_strptime('x', $1)", [text])
        assert CON.fetchall()[0][1] is None


@pytest.mark.parametrize(
    "text", ["%d/%m/%Y", "%-d %b %Y", "%Y%m%d", "%j/%Y", "%x", "%c", "%d.%m.%y %H:%M", "%A %d %B %Y"]
)
@settings(max_examples=30, deadline=None)
@given(day=DAYS)
def test_a_format_that_passes_gives_the_day_back(text: str, day: datetime.date) -> None:
    assert not fault_of_format(text)
    CON.execute("SELECT strptime(strftime($1::DATE, $2), $2)::DATE", [day, text])
    assert CON.fetchall() == [(day,)]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("%d/%m", "it does not name a day, a month and a year"),
        ("%m/%Y", "it does not name a day, a month and a year"),
        ("", "it does not name a day, a month and a year"),
        ("dd/mm/yyyy", "it does not name a day, a month and a year"),
        ("%D", '"%D" is no code of a date'),
        ("%d/%m/%Y %z", '"%z" is no code of a date'),
        ("%d/%m/%Y%", '"%" is no code of a date'),
        (" %d/%m/%Y", "there is a space before or after the codes"),
    ],
)
def test_a_format_of_a_column_that_cannot_be_used(text: str, fault: str) -> None:
    assert fault_of_format(text) == fault


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["%Y", "%y", "%m", "%d", "%j", "%b", "%B", "-", "_", "week", "%%", "%Q", "/"])
    ).map("".join),
    DAYS,
)
def test_a_file_format_that_passes_reads_every_day_back(text: str, day: datetime.date) -> None:
    if not fault_of_file_format(text):
        assert read_day(write_day(day, text), text) == day


@given(st.text())
def test_no_text_is_too_odd_to_be_judged(text: str) -> None:
    assert isinstance(fault_of_format(text), str)
    assert isinstance(fault_of_file_format(text), str)
    write_day(datetime.date(2026, 11, 2), text)
    read_day(text, text)
    assert is_day(text) in (True, False)


def test_days() -> None:
    assert is_day("2024-02-29")
    assert not any(is_day(text) for text in ("2026-02-29", "20261102", "2026-W45-1", "", "2026-11-2"))
