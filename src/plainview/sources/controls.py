"""The totals a service states beside a delivery, and whether the delivery agrees with them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from plainview.project.errors import Problem, UserError, did_you_mean
from plainview.project.specs import SourceSpec
from plainview.sources.deliveries import Delivery

_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Control:
    """Stated totals: the number of rows, and sums of columns by header."""

    name: str = ""
    rows: int | None = None
    sums: Mapping[str, Decimal] = field(default_factory=dict)


def read_control(delivery: Delivery, source: SourceSpec) -> Control:
    """The delivery's control file; an empty Control where the source has none. Raises UserError."""
    if not source.control.sidecar:
        return Control()
    name = delivery.name + ".control"
    try:
        data = tomllib.loads(delivery.control_path.read_text("utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError:
        step = f"Ask {source.contact_role} for it, or set control.sidecar = false."
        raise UserError(Problem(name, 0, "", "no such file", "the control file", step)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise UserError(_not_control(name, "", "text that is not TOML", "`rows = N` and `[sum]`")) from None
    problems = _check_shape(data, name) or _check_columns(data, source, name)
    if problems:
        raise UserError(problems)
    sums = {header: Decimal(value).quantize(_PLACES) for header, value in data.get("sum", {}).items()}
    return Control(name, data.get("rows"), sums)


def _not_control(name: str, key: str, found: str, expected: str) -> Problem:
    return Problem(name, 0, key, found, expected, "Ask the service to write the control file again.")


def _is_number(value: Any, *types: type) -> bool:
    return isinstance(value, types) and not isinstance(value, bool)


def _check_shape(data: dict[str, Any], name: str) -> list[Problem]:
    problems = [
        _not_control(name, key, "an unknown key", "rows or sum") for key in data if key not in ("rows", "sum")
    ]
    if not ("rows" in data or "sum" in data):
        problems.append(_not_control(name, "", "no totals", "`rows = N` or `[sum]`"))
    if not _is_number(data.get("rows", 0), int) or data.get("rows", 0) < 0:
        problems.append(_not_control(name, "rows", "something else", "a whole number"))
    sums = data.get("sum", {})
    if not isinstance(sums, dict) or not all(_is_number(value, int, Decimal) for value in sums.values()):
        problems.append(_not_control(name, "sum", "something else", "a number for each column"))
    return problems


def _check_columns(data: dict[str, Any], source: SourceSpec, name: str) -> list[Problem]:
    return [
        Problem(
            name,
            0,
            f"sum.{header}",
            "no such column",
            "a declared column",
            did_you_mean(header, list(source.columns)),
        )
        for header in data.get("sum", {})
        if header not in source.columns
    ]


def check_control(
    control: Control, rows: int, sums: Mapping[str, Decimal], source: SourceSpec, name: str
) -> list[Problem]:
    """Where the delivery's rows and sums differ from the stated ones by more than the tolerance."""
    problems = []
    if control.rows is not None and _differs(Decimal(rows), Decimal(control.rows), source):
        problems.append(
            _mismatch(name, "", f"{rows} rows", f"{control.rows} as {control.name} states", source)
        )
    for header, stated in control.sums.items():
        if _differs(sums[header], stated, source):
            found, wanted = (f"{value.normalize():f}" for value in (sums[header], stated))
            problems.append(
                _mismatch(name, header, f"a sum of {found}", f"{wanted} as {control.name} states", source)
            )
    return problems


def check_bounds(rows: int, source: SourceSpec, name: str) -> list[Problem]:
    """Where the number of rows is outside the declared bounds."""
    low, high = source.control.rows_min, source.control.rows_max
    step = f"Ask {source.contact_role} whether the extract is whole, or change control.rows_"
    if rows < low:
        found = f"{rows} rows" if rows else "a header and no rows"
        return [Problem(name, 0, "", found, f"at least {low}", f"{step}min.")]
    if high is not None and rows > high:
        return [Problem(name, 0, "", f"{rows} rows", f"at most {high}", f"{step}max.")]
    return []


def _differs(found: Decimal, stated: Decimal, source: SourceSpec) -> bool:
    return abs(found - stated) > abs(stated) * Decimal(str(source.tolerance.control_total))


def _mismatch(name: str, key: str, found: str, expected: str, source: SourceSpec) -> Problem:
    step = f"Ask {source.contact_role} which is right; tolerance.control_total allows a share of difference."
    return Problem(name, 0, key, found, expected, step)
