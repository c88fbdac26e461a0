"""Find a source's deliveries: the files that its pattern names, newest first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path, PurePosixPath

from plainview.project.specs import Cadence, SourceSpec

CADENCE_DAYS: dict[Cadence, int | None] = {
    "daily": 1,
    "weekly": 7,
    "fortnightly": 14,
    "monthly": 31,
    "quarterly": 92,
    "termly": 122,
    "yearly": 366,
    "once": None,
}
CONTROL_SUFFIX = ".control"
_CHUNK = 1 << 20
_OTHER_EXTENSIONS = (
    ".csv",
    ".txt",
    ".tsv",
    ".xlsx",
    ".xls",
    ".xlsb",
    ".ods",
    ".parquet",
    ".7z",
    ".rar",
    ".gpg",
)


@dataclass(frozen=True)
class Delivery:
    """One file: a full extract of its source at `date`. `name` is its path inside the project folder."""

    source: str
    date: date
    path: Path
    name: str

    @property
    def control_path(self) -> Path:
        """Where the service's control totals for it would lie."""
        return self.path.with_name(self.path.name + CONTROL_SUFFIX)


@dataclass(frozen=True)
class Deliveries:
    """A source's deliveries, newest first, and what else the folder says about them."""

    found: tuple[Delivery, ...]
    notes: tuple[str, ...] = ()


def find_deliveries(root: Path, source: SourceSpec, as_of: date | None = None) -> Deliveries:
    """The deliveries of `source` in the project folder `root`, newest first.

    Files whose names almost match are told in the notes, as are a delivery dated after `as_of` (it
    is not used) and a newest delivery older than the cadence and `tolerance.missing_days` allow.
    """
    found, notes = [], []
    for name, path in _files_near(root, source.file.pattern):
        day = _date_in(name, source)
        if day is None:
            notes.extend(_near_miss(name, source))
        elif as_of is not None and day > as_of:
            notes.append(f"{name} is dated after {as_of} and is not used yet")
        else:
            found.append(Delivery(source.id, day, path, name))
    found.sort(key=lambda delivery: delivery.name)
    found.sort(key=lambda delivery: delivery.date, reverse=True)
    notes += _same_date(found) + missing_note(source, found, as_of)
    return Deliveries(tuple(found), tuple(notes))


def newest_date(root: Path, sources: Iterable[SourceSpec]) -> date | None:
    """The date of the newest delivery of any source; None where there is none at all."""
    newest = [run.found[0].date for source in sources if (run := find_deliveries(root, source)).found]
    return max(newest, default=None)


def missing_note(source: SourceSpec, found: list[Delivery], as_of: date | None) -> list[str]:
    """A note where the newest delivery is older at `as_of` than the cadence and its tolerance allow."""
    days = CADENCE_DAYS[source.cadence]
    if as_of is None or days is None or not found:
        return []
    age = (as_of - found[0].date).days
    if age <= days + source.tolerance.missing_days:
        return []
    return [
        f"missing delivery: the newest of {source.id} is {age} days old at {as_of}; "
        f"it comes {source.cadence}, every {days} days, and may be {source.tolerance.missing_days} days late"
    ]


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes; empty where there is no such file."""
    if not path.is_file():
        return ""
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _files_near(root: Path, pattern: str) -> list[tuple[str, Path]]:
    """Every file or folder that lies where the pattern's file would, by name, its control files left out."""
    folder = PurePosixPath(pattern).parent.as_posix().replace("{date}", "*")
    paths = root.glob(f"{folder}/*") if folder != "." else root.glob("*")
    named = ((path.relative_to(root).as_posix(), path) for path in paths)
    return sorted((name, path) for name, path in named if not name.endswith(CONTROL_SUFFIX))


def _date_text(name: str, pattern: str, flags: int = 0) -> str | None:
    before, _, after = pattern.partition("{date}")
    match = re.fullmatch(f"{re.escape(before)}([^/]+?){re.escape(after)}(\\.gz|\\.zip)?", name, flags)
    return match[1] if match else None


def _date_in(name: str, source: SourceSpec) -> date | None:
    text = _date_text(name, source.file.pattern)
    return None if text is None else _read_date(text, source.file.date_format)


def _read_date(text: str, date_format: str) -> date | None:
    try:
        return datetime.strptime(text, date_format).date()
    except ValueError:
        return None


def _near_miss(name: str, source: SourceSpec) -> list[str]:
    """Why a file that does not match the pattern may have been meant to."""
    pattern, form = source.file.pattern, source.file.date_format
    text = _date_text(name, pattern)
    if text is not None:
        # Another source's file can begin alike (tenancies_ and tenancies_closed_): a date has a digit first.
        return [f"{name} is not used: {text!r} is not a date written {form}"] if text[0].isdigit() else []
    text = _date_text(name, pattern, re.IGNORECASE)
    if text is not None and _read_date(text, form):
        return [f"{name} is not used: its letters differ in case from {pattern}"]
    stem = (
        PurePosixPath(pattern).with_suffix("").as_posix() if "{date}" not in Path(pattern).suffix else pattern
    )
    for extension in _OTHER_EXTENSIONS:
        text = _date_text(name, stem + extension, re.IGNORECASE)
        if text is not None and _read_date(text, form):
            return [f"{name} is not used: its extension is not that of {pattern}"]
    return []


def _same_date(found: list[Delivery]) -> list[str]:
    pairs = pairwise(found)
    return [
        f"{a.name} and {b.name} are of one date; the first is tried first"
        for a, b in pairs
        if a.date == b.date
    ]
