"""One source of the demo authority: its declaration in TOML and the query that writes its extract."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from plainview.demo.deliveries.events import Happenings

# Of a delivery of at least so many rows, this share gets the impossible value that `spoilt` names.
SPOILT_SHARE = 0.0008
SPOILT_FROM = 1000


@dataclass(frozen=True)
class DemoSource:
    """A source to write.

    `declaration` is the text of its TOML file. `rows` is the query of its extract: every declared header in
    any order, and `person` (for the truth alone). It reads `entries` (one row a client) or, with `events`,
    `told` (one row an event, with the client's entry), and may say `{today}` for the day of the delivery.
    `people` is the query of who the service knows (person, luck, entered); with `events` it may be left
    out: those to whom something happened. `sums` are columns whose control total stands in the sidecar,
    `test_rows` the supplier's test records, `spoilt` an impossible value for some columns.
    """

    declaration: str
    rows: str
    people: str = ""
    events: Happenings | None = None
    sums: tuple[str, ...] = ()
    test_rows: tuple[Mapping[str, str], ...] = ()
    spoilt: Mapping[str, str] = field(default_factory=dict)
    byte_order_mark: bool = False
    windows_lines: bool = False

    @cached_property
    def toml(self) -> dict[str, Any]:
        """The declaration, parsed."""
        return tomllib.loads(self.declaration)

    @property
    def id(self) -> str:
        """The source's id."""
        return str(self.toml["id"])

    @property
    def title(self) -> str:
        """The source's title."""
        return str(self.toml["title"])

    @property
    def headers(self) -> list[str]:
        """The headers of the extract, in its order."""
        return list(self.toml["columns"])

    @property
    def record_header(self) -> str:
        """The header of the record id."""
        columns: dict[str, dict[str, Any]] = self.toml["columns"]
        return next(header for header, column in columns.items() if column["meaning"] == "record_id")


def find_sources() -> list[DemoSource]:
    """Every source of the demo, by id: a module in `sources/` with a `SOURCE` is one."""
    package = importlib.import_module("plainview.demo.deliveries.sources")
    modules = [
        importlib.import_module(f"{package.__name__}.{m.name}")
        for m in pkgutil.iter_modules(package.__path__)
    ]
    return sorted((m.SOURCE for m in modules), key=lambda source: source.id)
