"""What a stage depends on, as hashes: the ground on which a build keeps work or does it again."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import plainview
from plainview.sources.deliveries import hash_file

_KINDS = {".py", ".sql", ".csv"}
_ROOMS = ("project", "engine", "sources", "linkage", "blind", "build")


@cache
def code_hash() -> str:
    """SHA-256 over the source files that make snapshots: changed code never reuses what older code made."""
    digest = hashlib.sha256()
    package = Path(plainview.__file__).parent
    paths = (path for room in _ROOMS for path in (package / room).rglob("*"))
    for path in sorted(path for path in paths if path.suffix in _KINDS):
        digest.update(str(path.relative_to(package)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def hash_output(folder: Path, name: str) -> str:
    """SHA-256 of one output of a stage: of a file's bytes, or of all the files in a folder."""
    if not name.endswith("/"):
        return hash_file(folder / name)
    files = sorted(path for path in (folder / name).rglob("*") if path.is_file())
    return hash_value([[str(path.relative_to(folder)), hash_file(path)] for path in files])


def hash_value(value: Any) -> str:
    """SHA-256 of plain data in canonical JSON."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
