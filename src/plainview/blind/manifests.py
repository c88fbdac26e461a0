"""The manifest that came with an encoded delivery: whether both sides did the same, and what was missing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plainview.blind.encodings import FORMAT, manifest_path, rules_check
from plainview.blind.keys import key_check
from plainview.blind.schemas import LinkageSchema
from plainview.project.errors import Problem, UserError


@dataclass(frozen=True)
class Manifest:
    """What the build needs of it: the share of missing values of each field."""

    records: int
    missing: dict[str, float]


def read_manifest(delivery: Path, shown: str, schema: LinkageSchema, secret: bytes) -> Manifest:
    """The manifest beside `delivery`, called `shown` in messages; UserError unless both sides did the same."""
    name = manifest_path(Path(shown)).as_posix()
    try:
        data = json.loads(manifest_path(delivery).read_text(encoding="utf-8"))
        manifest = _take(data)
    except FileNotFoundError:
        step = "Ask the partner for it: plainview encode writes it beside the file."
        raise _fault(name, "", "there is no manifest", "one beside the delivery", step) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        step = "Ask the partner for it again."
        raise _fault(name, "", "this is not a manifest", "what plainview encode writes", step) from None
    _compare(name, data, schema, secret)
    return manifest


def _take(data: Any) -> Manifest:
    if data["format"] != FORMAT:
        raise ValueError
    missing = {str(field): float(told["missing"]) for field, told in data["fields"].items()}
    if any(not 0 <= share <= 1 for share in missing.values()):
        raise ValueError
    return Manifest(int(data["records"]), missing)


def _compare(name: str, data: dict[str, Any], schema: LinkageSchema, secret: bytes) -> None:
    same = {
        "schema": (
            schema.fingerprint,
            "the schema",
            "Use the same schema file at both sides and encode again.",
        ),
        "key": (key_check(secret), "the key", "Use the same key file at both sides and encode again."),
        "rules": (
            rules_check(),
            "the rules of standardising",
            "Use the same version of Plainview at both sides and encode again.",
        ),
    }
    problems = [
        Problem(name, 0, key, f"{what} is not the one declared here", "the same at both sides", step)
        if key != "rules"
        else Problem(name, 0, key, f"{what} are not those used here", "the same at both sides", step)
        for key, (ours, what, step) in same.items()
        if data.get(key) != ours
    ]
    if problems:
        raise UserError(problems)


def _fault(name: str, key: str, found: str, expected: str, step: str) -> UserError:
    return UserError(Problem(name, 0, key, found, expected, step))
