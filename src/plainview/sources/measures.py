"""What the five checks measure, as SQL over one source's records: one row a rule, all read in one pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from plainview.engine.duck import identifier
from plainview.project.meanings import find_meaning
from plainview.project.specs import ColumnSpec, SourceSpec
from plainview.sources.contracts import is_required, stored_names

Check = Literal["completeness", "validity", "uniqueness", "timeliness", "consistency"]
CHECKS: tuple[Check, ...] = ("completeness", "validity", "uniqueness", "timeliness", "consistency")

EARLIEST = "DATE '1880-01-01'"
DEFAULT_DATES = ("1900-01-01", "1901-01-01", "1899-12-30", "1899-12-31", "1970-01-01", "9999-12-31")
_RULES = {
    "nhs_number": "nhs_number_modulus_11",
    "upn": "upn_check_letter",
    "nino": "nino_format",
    "postcode": "postcode_format",
    "email": "email_format",
}
_MACROS = {
    "nhs_number": "is_nhs_number",
    "upn": "is_upn",
    "nino": "is_nino",
    "postcode": "is_postcode",
    "email": "is_email",
}
# What may lie ahead of a delivery: the end of something, and what a service plans.
_MAY_BE_AHEAD = ("event_end_date", "address_to")
_IDENTIFIERS = ("nhs_number", "upn", "nino", "national_id", "mobile", "email")


@dataclass(frozen=True)
class Measure:
    """One rule of one check: SQL for a numerator and a denominator, and the share that is good enough.

    Without a threshold the share is told and not judged.
    """

    check: Check
    column: str
    rule: str
    numerator: str
    denominator: str
    threshold: float | None = None
    note: str = ""


def find_measures(source: SourceSpec, day: date) -> list[Measure]:
    """The measures of completeness, validity and uniqueness for a delivery of `source` dated `day`."""
    columns = {name: source.stored[header] for header, name in stored_names(source).items()}
    good = round(1 - source.tolerance.bad_rows, 6)
    measures: list[Measure] = []
    for name, column in columns.items():
        measures.append(_completeness(name, column))
        measures.extend(_validity(name, column, day, good))
    if "birth_date" in columns and "death_date" in columns:
        measures.append(_death_after_birth(good))
    return [*measures, *_uniqueness(source, columns)]


def _completeness(name: str, column: ColumnSpec) -> Measure:
    threshold = 1.0 if is_required(column) else None
    return Measure("completeness", name, "not_empty", f"count({identifier(name)})", "count(*)", threshold)


def _validity(name: str, column: ColumnSpec, day: date, good: float) -> Iterator[Measure]:
    sql = identifier(name)
    present = f"count({sql})"
    if name in _RULES:
        right = f"count(*) FILTER ({_MACROS[name]}({sql}))"
        yield Measure("validity", name, _RULES[name], right, present, good)
    if column.stored_type not in ("date", "datetime"):
        return
    early = f"count(*) FILTER ({sql} >= {EARLIEST})"
    yield Measure("validity", name, "not_before_1880", early, present, good)
    if name not in _MAY_BE_AHEAD and not name.startswith("attribute."):
        past = f"count(*) FILTER ({sql}::DATE <= DATE '{day}')"
        yield Measure("validity", name, "not_after_delivery", past, present, good)
    if name in ("birth_date", "related_birth_date"):
        defaults = ", ".join(f"DATE '{default}'" for default in DEFAULT_DATES)
        real = f"count(*) FILTER ({sql} NOT IN ({defaults}))"
        yield Measure("validity", name, "not_a_default_date", real, present, None, "dates such as 1900-01-01")


def _death_after_birth(good: float) -> Measure:
    both = "birth_date IS NOT NULL AND death_date IS NOT NULL"
    right = "count(*) FILTER (death_date >= birth_date)"
    return Measure("validity", "death_date", "not_before_birth", right, f"count(*) FILTER ({both})", good)


def _uniqueness(source: SourceSpec, columns: dict[str, ColumnSpec]) -> Iterator[Measure]:
    identity = [name for name in columns if (meaning := find_meaning(name)) and meaning.linked]
    if identity:
        whole = f"hash({', '.join(identifier(name) for name in identity)})"
        threshold = round(1 - source.tolerance.bad_rows, 6) if source.one_record_per_person else None
        yield Measure(
            "uniqueness",
            "",
            "whole_identity",
            f"count(DISTINCT {whole})",
            "count(*)",
            threshold,
            "records whose names, dates, identifiers and address no other record repeats exactly",
        )
    for name in _IDENTIFIERS:
        if name in columns:
            distinct = f"count(DISTINCT {identifier(name)})"
            yield Measure("uniqueness", name, "not_shared", distinct, f"count({identifier(name)})")
