"""What `plainview encode` does: a partner's CSV file in, encodings and a manifest out, and no value of anybody.

The manifest (JSON) says how the encodings were made and how good the fields were, in counts and shares:
`schema` and `key` by which the other side sees that it holds the same, `rules` for the rules of standardising,
`records`, `fields` (of each: `missing`, the share without a value, and `left_out`, the share whose text could
not be used), `mean_share_set` (of the bits) and `empty` (encodings without a bit).
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TextIO

import duckdb
import numpy as np
import pyarrow as pa

import plainview
from plainview.blind.bands import Banding
from plainview.blind.fields import COLUMNS, FIELDS, columns_for, standardise_columns
from plainview.blind.filters import Encoder, write_clk
from plainview.blind.keys import key_check
from plainview.blind.schemas import LinkageSchema
from plainview.engine.duck import connect
from plainview.project.errors import Problem, UserError, did_you_mean

MANIFEST_SUFFIX = ".manifest.json"
FORMAT = 1
_ROWS_AT_ONCE = 20_000
Tell = Callable[[str, float], None]


@dataclass(frozen=True)
class InputLayout:
    """How a partner's file is written. `columns` gives the header of a column where it is called otherwise."""

    columns: Mapping[str, str] = field(default_factory=dict)
    without: Sequence[str] = ()
    id_column: str | None = None
    date_formats: Sequence[str] = ("%Y-%m-%d",)
    encoding: str = "utf-8-sig"
    delimiter: str = ","


def manifest_path(encoded: Path) -> Path:
    """Where the manifest of an encoded file lies: beside it."""
    return encoded.with_name(encoded.name + MANIFEST_SUFFIX)


def encode_file(
    source: Path,
    out: Path,
    schema: LinkageSchema,
    secret: bytes,
    layout: InputLayout | None = None,
    *,
    with_bands: bool = False,
    tell: Tell = lambda label, share: None,
    rows_at_once: int = _ROWS_AT_ONCE,
) -> dict[str, Any]:
    """Encode the CSV file `source` into `out`, and give the manifest, which lies beside it.

    `out` has `record_id` and `clk` (base64), and `bands` if asked for, in order of record_id. A record_id is
    the partner's own where the layout names its column, else 16 hexadecimal digits drawn anew, so that not even
    the order of the rows is told. Both files are for their owner only. Raises UserError, which names rows by
    number and columns by header and never a value.
    """
    if out.resolve() == source.resolve():
        step = "Name another file with --out: the people's own file stays as it is."
        raise UserError(Problem(out.name, 0, "", "the input itself", "a file of its own", step))
    layout = layout or InputLayout()
    encoder = Encoder(schema, secret)
    banding = Banding(secret, schema.bits)
    tally = _Tally(schema)
    written: list[tuple[str, ...]] = []
    con = connect(memory="1GB")
    try:
        for rows, share in _read(source, schema, layout, rows_at_once):
            filters = _encode_rows(con, rows, encoder, layout, tally)
            bands = [banding.write(banding.keys(filters))] if with_bands else []
            written += zip(rows.ids, map(write_clk, filters), *bands, strict=True)
            tell("Encoding", share)
    finally:
        con.close()
    tally.check(source, layout)
    header = ("record_id", "clk", "bands") if with_bands else ("record_id", "clk")
    _check_ids(source, [row[0] for row in written], layout)
    _write_private(
        out, lambda file: csv.writer(file, lineterminator="\n").writerows([header, *sorted(written)])
    )
    manifest = _manifest(schema, secret, tally)
    _write_private(manifest_path(out), lambda file: file.write(json.dumps(manifest, indent=1) + "\n"))
    return manifest


@dataclass(frozen=True)
class _Rows:
    """Some rows of the input: their ids, and their columns by meaning."""

    ids: list[str]
    columns: dict[str, list[str]]


def _encode_rows(
    con: duckdb.DuckDBPyConnection, rows: _Rows, encoder: Encoder, layout: InputLayout, tally: _Tally
) -> np.ndarray[Any, np.dtype[np.uint8]]:
    raw = pa.table({name: pa.array(values, pa.string()) for name, values in rows.columns.items()})
    fields = encoder.schema.fields
    standard = standardise_columns(con, raw, fields, layout.date_formats)
    for name in layout.without:
        place = standard.column_names.index(name)
        standard = standard.set_column(place, name, pa.nulls(standard.num_rows, pa.string()))
    filters = encoder.encode(standard)
    tally.add(raw, standard, encoder, filters, layout)
    return filters


def _read(
    source: Path, schema: LinkageSchema, layout: InputLayout, rows_at_once: int
) -> Iterator[tuple[_Rows, float]]:
    """The rows of the file in pieces, with the share of it that is read."""
    size = max(source.stat().st_size, 1) if source.is_file() else 1
    try:
        with source.open("rb") as raw, _text(raw, layout.encoding) as file:
            reader = csv.reader(file, delimiter=layout.delimiter, strict=True)
            header = [name.strip() for name in next(reader, [])]
            places = _places(source, header, schema, layout)
            piece: list[list[str]] = []
            for number, row in enumerate(reader, start=1):
                if not row:
                    continue
                if len(row) != len(header):
                    found = f"row {number} has {len(row)} values"
                    raise _fault(source, "", found, f"{len(header)}, as in the header", "Mend the file.")
                piece.append(row)
                if len(piece) == rows_at_once:
                    yield _take(piece, places, layout), raw.tell() / size
                    piece = []
            if piece:
                yield _take(piece, places, layout), 1.0
    except FileNotFoundError:
        raise _fault(source, "", "there is no such file", "a CSV file", "Check the path.") from None
    except UnicodeDecodeError:
        found = "signs that are not of the encoding"
        step = "Give the right one, for example: --encoding windows-1252"
        raise _fault(source, "", found, f"text in {layout.encoding.removesuffix('-sig')}", step) from None
    except csv.Error:
        found = "a file that cannot be read as CSV"
        raise _fault(source, "", found, "values between delimiters", "Check quotes and delimiter.") from None


def _text(raw: Any, encoding: str) -> TextIO:
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def _places(source: Path, header: list[str], schema: LinkageSchema, layout: InputLayout) -> dict[str, int]:
    """Where each column stands, by meaning, and the id under ""; UserError for what is missing."""
    problems = []
    places = {}
    wanted = {name: layout.columns.get(name, name) for name in columns_for(schema.fields)}
    for name, called in wanted.items():
        if header.count(called) == 1:
            places[name] = header.index(called)
        elif name in layout.columns or header.count(called) > 1:
            found = f'{header.count(called)} columns called "{called}"'
            problems.append(Problem(str(source), 0, name, found, "one", "Check the header."))
    for name in sorted({*layout.columns} - {*COLUMNS}):
        found = f'a column for "{name}"'
        problems.append(Problem(str(source), 0, name, found, "a field", did_you_mean(name, COLUMNS)))
    for name in schema.fields:
        if name not in layout.without and not any(column in places for column in FIELDS[name]):
            step = f'Name it: --column "Header={name}". If you do not hold it: --without {name}'
            expected = " or ".join(f'"{wanted[column]}"' for column in FIELDS[name])
            problems.append(Problem(str(source), 0, name, "no column for this field", expected, step))
    problems += _unknown_without(source, schema, layout)
    if layout.id_column is not None:
        if header.count(layout.id_column) == 1:
            places[""] = header.index(layout.id_column)
        else:
            found = f'{header.count(layout.id_column)} columns called "{layout.id_column}"'
            problems.append(Problem(str(source), 0, "record_id", found, "one", "Check --id-column."))
    if problems:
        raise UserError(problems)
    return places


def _unknown_without(source: Path, schema: LinkageSchema, layout: InputLayout) -> list[Problem]:
    return [
        Problem(str(source), 0, name, "a field the schema does not encode", "one it does", "Check --without.")
        for name in layout.without
        if name not in schema.fields
    ]


def _take(piece: list[list[str]], places: dict[str, int], layout: InputLayout) -> _Rows:
    columns = {name: [row[place] for row in piece] for name, place in places.items() if name}
    ids = [row[places[""]].strip() if "" in places else secrets.token_hex(8) for row in piece]
    return _Rows(ids, columns)


def _check_ids(source: Path, ids: list[str], layout: InputLayout) -> None:
    empty = sum(not id for id in ids)
    repeated = len(ids) - len({*ids})
    if not ids:
        raise _fault(source, "", "no rows", "one or more below the header", "Check the file.")
    if empty or repeated:
        found = f"{empty} rows without an id and {repeated} that repeat one"
        step = "Mend the column, or leave --id-column out for new ids."
        raise _fault(source, layout.id_column or "", found, "an id of its own for each row", step)


class _Tally:
    """Counts what the manifest tells of each field."""

    def __init__(self, schema: LinkageSchema) -> None:
        self.records = self.empty = self.set_bits = 0
        self.bits = schema.bits
        self.given = dict.fromkeys(schema.fields, 0)
        self.used = dict.fromkeys(schema.fields, 0)

    def add(
        self,
        raw: pa.Table,
        standard: pa.Table,
        encoder: Encoder,
        filters: np.ndarray[Any, np.dtype[np.uint8]],
        layout: InputLayout,
    ) -> None:
        """Count the rows of one piece."""
        self.records += len(filters)
        self.empty += int((~filters.any(axis=1)).sum())
        self.set_bits += int(np.bitwise_count(filters).sum())
        for name in self.used:
            self.used[name] += int(encoder.allowed(name, standard[name]).sum())
            # The middle names of somebody who has one name are missing, not left out.
            own = [name] if name in raw.column_names and name not in layout.without else []
            self.given[name] += sum(bool(str(text).strip()) for one in own for text in raw[one].to_pylist())

    def check(self, source: Path, layout: InputLayout) -> None:
        """Raise where a field was given and none of its values could be used: a wrong format, most likely."""
        problems = [
            Problem(str(source), 0, name, f"{given} values, none of which can be used", *_hint(name, layout))
            for name, given in self.given.items()
            if given and not self.used[name]
        ]
        if problems:
            raise UserError(problems)

    def fields(self) -> dict[str, dict[str, float]]:
        """Shares of the records, to four decimals."""
        return {
            name: {
                "missing": round(1 - self.used[name] / self.records, 4),
                "left_out": round(max(self.given[name] - self.used[name], 0) / self.records, 4),
            }
            for name in self.used
        }


def _hint(name: str, layout: InputLayout) -> tuple[str, str]:
    if name == "birth_date":
        formats = " or ".join(layout.date_formats)
        return f"dates written {formats}", "Give another, for example: --date-format %d/%m/%Y"
    return "values of the field's format", "Check the column and the schema's format."


def _manifest(schema: LinkageSchema, secret: bytes, tally: _Tally) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "made_by": f"plainview {plainview.__version__}",
        "schema": schema.fingerprint,
        "key": key_check(secret),
        "rules": rules_check(),
        "bits": schema.bits,
        "records": tally.records,
        "empty": tally.empty,
        "mean_share_set": round(tally.set_bits / (tally.records * tally.bits), 4),
        "fields": tally.fields(),
    }


_TRICKY = {
    "full_name": ["", "O'Brien-Smith, Anna Maria", "Dr José van der Berg", "Unknown"],
    "first_name": ["Zoë ", "", "", "Master"],
    "last_name": ["O'Dunmore ", "", "", "n/k"],
    "birth_date": ["1980-02-03", "1900-01-01", "", "2001-12-31"],
    "sex": ["Female", "2", "M", "?"],
    "nhs_number": ["943 476 5919", "1111111111", "", "9434765918"],
    "nino": ["QQ 12 34 56 C", "AB123456C", "ab123456", ""],
    "mobile": ["+44 (0)7700 900123", "07700900123", "0117 496 0000", ""],
    "email": ["A.B@Example.org", "none@example.org", "", "x"],
    "postcode": ["zq1 1ab", "ZZ99 3VZ", "ZQ1 OAB", "-"],
}


@cache
def rules_check() -> str:
    """16 hexadecimal digits of what standardising makes of some invented rows: equal where the rules are."""
    con = connect(memory="256MB", threads=1)
    try:
        table = standardise_columns(con, pa.table(_TRICKY), list(FIELDS))
    finally:
        con.close()
    return hashlib.sha256(json.dumps(table.to_pydict(), sort_keys=True).encode()).hexdigest()[:16]


def _write_private(path: Path, write: Callable[[TextIO], object]) -> None:
    """A file only its owner may open, under its own name when it is complete."""
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        write(file)
    part.replace(path)


def _fault(source: Path, key: str, found: str, expected: str, next_step: str) -> UserError:
    return UserError(Problem(str(source), 0, key, found, expected, next_step))
