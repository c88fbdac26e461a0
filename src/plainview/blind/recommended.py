"""The schema to start from: what most partners hold, weighted by what tells people apart."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from plainview.blind.schemas import ISO
from plainview.project.errors import Problem, UserError


def _feature(
    identifier: str, format: dict[str, Any], comparison: dict[str, Any], bits: int
) -> dict[str, Any]:
    return {
        "identifier": identifier,
        "format": format,
        "hashing": {
            "hash": {"type": "blakeHash"},
            "comparison": comparison,
            "strategy": {"bitsPerFeature": bits},
            "missingValue": {"sentinel": ""},
        },
    }


_TEXT = {"type": "string", "encoding": "utf-8"}
_PAIRS = {"type": "ngram", "n": 2}
_PLACED = {"type": "ngram", "positional": True}

RECOMMENDED: dict[str, Any] = {
    "version": 3,
    "clkConfig": {"l": 1024, "kdf": {"type": "HKDF", "hash": "SHA256"}},
    "features": [
        _feature("first_name", _TEXT, _PAIRS, 220),
        _feature("last_name", _TEXT, _PAIRS, 180),
        _feature("birth_date", {"type": "date", "format": ISO}, _PLACED | {"n": 3}, 150),
        _feature("sex", {"type": "enum", "values": ["f", "m", "x"]}, {"type": "exact"}, 20),
        _feature("postcode", _TEXT, _PLACED | {"n": 2}, 150),
    ],
}
"""First and last name, birth date, sex, postcode in 1,024 bits, about half of which are set.

The weights were chosen on 5,000 invented residents. A birth date is cut into pieces of three, each with its place:
single digits are too common (the 19 of 1970), and made namesakes of one age look like one person.
"""


def write_recommended(path: Path) -> None:
    """Write the recommended schema to `path`; no file is overwritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        step = "Give another name."
        raise UserError(
            Problem(str(path), 0, "", "there is a file already", "a name that is free", step)
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(json.dumps(RECOMMENDED, indent=1) + "\n")
