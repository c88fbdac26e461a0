"""Linking encoded sources to people: tables `blind_links` and `blind_accuracy`.

It comes after people have their ids and feeds nothing back: no name, no cluster and no golden record rests on
an encoded record.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plainview.blind.accuracy import THRESHOLDS, Accuracy, OwnPeople, assess, find_overlap, try_out
from plainview.blind.bands import Banding, width_for
from plainview.blind.filters import Encoder, Filters
from plainview.blind.keys import read_key
from plainview.blind.manifests import read_manifest
from plainview.blind.matches import Matches, OwnRows
from plainview.blind.schemas import LinkageSchema, read_schema
from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import table
from plainview.project.errors import Problem, UserError
from plainview.project.specs import EncodedSpec, Project, SourceSpec

_SHARES = [
    f"{name}{end}" for name in ("precision", "recall", "recall_known") for end in ("", "_low", "_high")
]
_COUNTED = ("members", "strangers", "right", "wrong", "strangers_linked")
_LINK_COLUMNS: list[tuple[str, pa.DataType]] = [
    *((name, pa.string()) for name in ("source", "record_id", "person_id")),
    *((name, pa.float64()) for name in ("dice", "margin")),
]
_ACCURACY_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("source", pa.string()),
    ("threshold", pa.float64()),
    ("in_use", pa.bool_()),
    ("overlap", pa.float64()),
    *((name, pa.int64()) for name in _COUNTED),
    *((name, pa.float64()) for name in _SHARES),
]
_LINKS, _ACCURACY = pa.schema(_LINK_COLUMNS), pa.schema(_ACCURACY_COLUMNS)


@dataclass(frozen=True)
class EncodedDelivery:
    """An encoded source, and the file of it that was loaded: its path, and its name for messages."""

    source: SourceSpec
    path: Path
    name: str


def encoded_sources(project: Project) -> list[tuple[SourceSpec, EncodedSpec]]:
    """The sources that deliver encodings, in order of id."""
    declared = [(source, source.encoded) for source in project.sources if source.encoded is not None]
    return sorted(declared, key=lambda each: each[0].id)


def link_blind(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    delivered: Sequence[EncodedDelivery],
    tell: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """Link the records of every encoded source, and measure how well that works.

    Reads `records/<source>`, `tuples`, `identities` and `index` in `folder`; writes `blind_links` and
    `blind_accuracy`. Each record is linked to one person at most: the best by Dice coefficient, if it is at or
    above the source's threshold and ahead of everybody else by its margin. Counts: `encoded`, `linked`, and for
    each of `sources` records, unusable, linked, and the accuracy. UserError for a key, schema or manifest that
    cannot be used.
    """
    links, accuracies, told = [], [], {}
    for place, delivery in enumerate(delivered):

        def tell_part(share: float, place: int = place) -> None:
            tell((place + share) / len(delivered))

        found, measured, counts = _link_one(con, project, folder, delivery, tell_part)
        links.append(found)
        accuracies += measured
        told[delivery.source.id] = counts
    _write(con, folder, "blind_links", pa.concat_tables([_LINKS.empty_table(), *links]), "source, record_id")
    rows = pa.Table.from_pylist(accuracies, _ACCURACY)
    _write(con, folder, "blind_accuracy", rows, "source, threshold")
    return {
        "encoded": sum(counts["records"] for counts in told.values()),
        "linked": sum(counts["linked"] for counts in told.values()),
        "sources": told,
    }


def _link_one(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    delivery: EncodedDelivery,
    tell: Callable[[float], None],
) -> tuple[pa.Table, list[dict[str, Any]], dict[str, Any]]:
    source, spec = delivery.source, delivery.source.encoded
    assert spec is not None
    schema, secret = open_schema(project, spec), open_key(project, source, spec)
    manifest = read_manifest(delivery.path, delivery.name, schema, secret)
    ids, filters = _read_encodings(con, folder / "records" / f"{source.id}.parquet", schema)
    own = _read_own(con, folder, schema)
    encoder = Encoder(schema, secret)
    banding = Banding(secret, schema.bits, width=width_for(len(own.persons)))
    rows = OwnRows(encoder.encode(own.rows), own.persons, banding)
    usable = np.asarray(filters.any(axis=1))
    matches = rows.match(filters, tell=lambda share: tell(share * 0.9))
    linked = matches.linked(spec.threshold, spec.margin)
    trials = try_out(
        own,
        rows,
        encoder,
        missing=manifest.missing,
        sample=spec.sample,
        seed=project.spec.linkage.seed,
    )
    overlap = find_overlap(trials, spec.threshold, spec.margin, linked.sum() / max(usable.sum(), 1))
    measured = [assess(trials, each, spec.margin, overlap) for each in sorted({*THRESHOLDS, spec.threshold})]
    told = [_row(source.id, one, one.threshold == spec.threshold) for one in measured]
    (in_use,) = [row for row in told if row["in_use"]]
    counts = {"records": len(ids), "unusable": int((~usable).sum()), "linked": int(linked.sum())}
    accuracy = {key: value for key, value in in_use.items() if key not in ("source", "in_use")}
    return _links(source.id, ids, own.names, matches, linked), told, counts | accuracy


def open_schema(project: Project, spec: EncodedSpec) -> LinkageSchema:
    """The linkage schema of an encoded source."""
    return read_schema(project.root / spec.schema_file, spec.schema_file)


def open_key(project: Project, source: SourceSpec, spec: EncodedSpec) -> bytes:
    """The secret of an encoded source; UserError also for a key that lies in the project folder, which is in git."""
    path = Path(spec.key_file).expanduser()
    if path.resolve().is_relative_to(project.root.resolve()):
        place = f"sources/{source.id}.toml"
        step = "Move the key to a folder that is in no repository and no backup of this one."
        raise UserError(
            Problem(
                place,
                project.line(place, ("encoded", "key_file")),
                "encoded.key_file",
                "a key inside the project folder",
                "one outside it",
                step,
            )
        )
    return read_key(path)


def _read_encodings(
    con: duckdb.DuckDBPyConnection, records: Path, schema: LinkageSchema
) -> tuple[list[str], Filters]:
    """Ids and filters in order of id. What is no encoding of the schema's length is a filter without a bit."""
    con.execute(f"SELECT record_id::VARCHAR, clk FROM {read_table(records)} ORDER BY record_id")
    rows = con.fetchall()
    size = schema.bits // 8
    filters = np.frombuffer(b"".join(_decode(clk, size) for _, clk in rows), np.uint8).reshape(-1, size)
    return [id for id, _ in rows], filters


def _decode(text: str | None, size: int) -> bytes:
    try:
        found = base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError):
        found = b""
    return found if len(found) == size else bytes(size)


def _read_own(con: duckdb.DuckDBPyConnection, folder: Path, schema: LinkageSchema) -> OwnPeople:
    """Each different set of the schema's fields that a person has, those of a person together."""
    fields = ", ".join(f"t.{field}::VARCHAR AS {field}" for field in schema.fields)
    some = ", ".join(f"t.{field}::VARCHAR" for field in schema.fields)
    query = f"""
        SELECT i.person_id, {fields}, count(DISTINCT i.source)::BIGINT AS sources
        FROM {read_table(table(folder, "tuples"))} t
        JOIN {read_table(table(folder, "identities"))} d USING (tuple_id)
        JOIN {read_table(table(folder, "index"))} i USING (source, record_id)
        WHERE coalesce({some}) IS NOT NULL
        GROUP BY i.person_id, {", ".join(f"t.{field}" for field in schema.fields)} ORDER BY ALL
    """
    rows: pa.Table = con.sql(query).to_arrow_table()
    ids = rows["person_id"].to_pylist()
    names, persons = np.unique(np.array(ids, str), return_inverse=True)
    sources = rows["sources"].to_numpy().astype(np.int64)
    fields_only = rows.drop_columns(["person_id", "sources"])
    return OwnPeople(fields_only, persons.astype(np.int64), sources, [str(name) for name in names])


def _links(
    source: str, ids: list[str], names: list[str], matches: Matches, linked: NDArray[np.bool_]
) -> pa.Table:
    at = np.flatnonzero(linked)
    columns: Iterable[Any] = (
        [source] * len(at),
        [ids[place] for place in at],
        [names[matches.person[place]] for place in at],
        np.round(matches.dice[at], 6),
        np.round(matches.margin[at], 6),
    )
    return pa.table(dict(zip(_LINKS.names, columns, strict=True)), schema=_LINKS)


def _row(source: str, one: Accuracy, in_use: bool) -> dict[str, Any]:
    values = (source, one.threshold, in_use, one.overlap, one.members, one.strangers, one.right, one.wrong)
    shares = (one.strangers_linked, *one.precision, *one.recall, *one.recall_known)
    return dict(zip(_ACCURACY.names, (*values, *shares), strict=True))


def _write(con: duckdb.DuckDBPyConnection, folder: Path, name: str, rows: pa.Table, order: str) -> None:
    con.register("blind_rows", rows)
    try:
        write_table(con, f"SELECT * FROM blind_rows ORDER BY {order}", table(folder, name))
    finally:
        con.unregister("blind_rows")
