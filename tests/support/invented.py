"""Invented sources and names that several tests use."""

from typing import Any

from plainview.project.specs import ColumnSpec, FileSpec, SourceSpec

FIRST_NAMES = (
    "Ada", "Bilal", "Carys", "Dmitri", "Efua", "Farah", "Gwen", "Hamza", "Ines", "Jakub", "Kwame", "Leila", "Mohsin",
    "Nia", "Omar", "Priya",
)  # fmt: skip


def make_source(id: str, columns: dict[str, ColumnSpec], **declared: Any) -> SourceSpec:
    """A source that passes every check, with these columns by header; `declared` wins over what is usual."""
    usual = {
        "title": id,
        "service": id,
        "contact_role": "steward",
        "controller": "Smallmere",
        "gateways": ("a statute",),
        "rows": ("person", "address"),
        "cadence": "weekly",
        "retention": "6 years",
        "file": FileSpec(pattern=f"deliveries/{id}_{{date}}.csv"),
    }
    return SourceSpec(id=id, columns=columns, **(usual | declared))
