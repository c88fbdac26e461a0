"""Rules about `[encoded]`: a source that sends encodings sends nothing else, and its key lies apart."""

from __future__ import annotations

from collections.abc import Iterator

from plainview.project.findings import Finding
from plainview.project.meanings import find_meaning
from plainview.project.specs import SourceSpec

_CLK = "clk"


def check_encoded(source: SourceSpec) -> Iterator[Finding]:
    """A source with `[encoded]` has one column with the meaning `clk` and none that names anybody; others have none."""
    headers = source.headers_of(_CLK)
    if source.encoded is None:
        for header in headers:
            found = f'the meaning "{_CLK}" without [encoded]'
            next_step = "Add [encoded] with schema_file and key_file."
            yield Finding(("columns", header, "meaning"), found, "a source with [encoded]", next_step)
        return
    if not headers:
        next_step = f'Give the column of encodings meaning = "{_CLK}".'
        yield Finding(
            ("columns",), "no column holds the encodings", f'one with meaning = "{_CLK}"', next_step
        )
    for header, column in source.columns.items():
        meaning = find_meaning(column.meaning)
        if meaning is not None and meaning.linked:
            found = f'the meaning "{column.meaning}" in an encoded source'
            next_step = "Ask for a file without it; until then the source cannot be taken in."
            yield Finding(("columns", header, "meaning"), found, "nothing that names anybody", next_step)


def check_encoded_files(source: SourceSpec) -> Iterator[Finding]:
    """The schema of an encoded source lies in the project folder; its key does not."""
    if source.encoded is None:
        return
    schema, key = source.encoded.schema_file, source.encoded.key_file
    if schema.startswith(("/", "~")) or "\\" in schema or {"..", "."} & {*schema.split("/")}:
        expected, next_step = "a path inside the project folder", "Write, for example: blind/schema.json"
        yield Finding(("encoded", "schema_file"), "another path", expected, next_step)
    if not key.startswith(("/", "~/")):
        found = "a path from the project folder, which is kept in git"
        next_step = "Write, for example: /etc/plainview/keys/health.key"
        yield Finding(("encoded", "key_file"), found, "a path from / or ~/", next_step)
