"""`plainview encode`: run by a partner, at the partner's site, on the partner's own file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plainview.blind.encodings import InputLayout, encode_file, manifest_path
from plainview.blind.keys import new_key, read_key
from plainview.blind.recommended import write_recommended
from plainview.blind.schemas import read_schema
from plainview.cli.output import json_option, print_json, print_table
from plainview.cli.progress import telling

_PATH = click.Path(path_type=Path)
_ENCODINGS = ("utf-8", "windows-1252", "utf-16")


@click.command()
@click.argument("input", type=_PATH, required=False)
@click.option("--schema", type=_PATH, help="The linkage schema, the same file as the authority's.")
@click.option("--key-file", type=_PATH, help="The key, the same as the authority's; nobody else may read it.")
@click.option("--out", type=_PATH, help="Where the encodings go; the manifest is written beside them.")
@click.option("--id-column", help="The column with your own record ids; without it each row gets a new one.")
@click.option(
    "--column", "columns", multiple=True, metavar="HEADER=FIELD", help="What a column holds; any number."
)
@click.option("--without", multiple=True, metavar="FIELD", help="A field that you do not hold; any number.")
@click.option("--date-format", "date_formats", multiple=True, default=["%Y-%m-%d"], show_default=True)
@click.option("--encoding", type=click.Choice(_ENCODINGS), default="utf-8", show_default=True)
@click.option("--delimiter", default=",", show_default=True)
@click.option("--bands", is_flag=True, help="Write blocking keys too, for a linkage unit without the key.")
@click.option("--new-key", "key_to_make", type=_PATH, metavar="FILE", help="Only make a new key.")
@click.option(
    "--new-schema", "schema_to_make", type=_PATH, metavar="FILE", help="Only write the usual schema."
)
@json_option
def encode(
    input: Path | None,
    schema: Path | None,
    key_file: Path | None,
    out: Path | None,
    key_to_make: Path | None,
    schema_to_make: Path | None,
    bands: bool,
    as_json: bool,
    **layout: Any,
) -> None:
    """Encode the people of the CSV file INPUT, so that they can be linked without their names being sent."""
    if key_to_make or schema_to_make:
        _make(key_to_make, schema_to_make, as_json)
        return
    if input is None or schema is None or key_file is None or out is None:
        raise click.UsageError(
            "needed are INPUT, --schema, --key-file and --out (or --new-key, --new-schema)"
        )
    read, secret = read_schema(schema), read_key(key_file)
    with telling(quiet=as_json) as tell:
        manifest = encode_file(input, out, read, secret, _layout(**layout), with_bands=bands, tell=tell)
    written = {"written": [str(out), str(manifest_path(out))]}
    if as_json:
        print_json(written | manifest)
        return
    rows = [(name, told["missing"], told["left_out"]) for name, told in manifest["fields"].items()]
    print_table("Share of the records", ("field", "missing", "could not be used"), rows)
    click.echo(f"\n{manifest['records']:,} records encoded, {manifest['empty']:,} of them without any field.")
    click.echo(
        f"Send both: {out} and {manifest_path(out)}. They are personal data. Never send the key with them."
    )


def _make(key: Path | None, schema: Path | None, as_json: bool) -> None:
    if key:
        new_key(key)
    if schema:
        write_recommended(schema)
    written = [str(path) for path in (key, schema) if path]
    if as_json:
        print_json({"written": written})
        return
    for path in written:
        click.echo(f"wrote {path}")
    if key:
        click.echo(
            "Hand the key over in person or sealed, never beside the data. Only you may read the file."
        )


def _layout(
    id_column: str | None,
    columns: tuple[str, ...],
    without: tuple[str, ...],
    date_formats: tuple[str, ...],
    encoding: str,
    delimiter: str,
) -> InputLayout:
    called = {}
    for told in columns:
        header, sign, field = told.rpartition("=")
        if not sign or not header:
            raise click.UsageError('--column wants HEADER=FIELD, such as "Surname=last_name"')
        called[field.strip()] = header.strip()
    if len(delimiter) != 1:
        raise click.UsageError("--delimiter wants one sign")
    return InputLayout(
        columns=called,
        without=without,
        id_column=id_column,
        date_formats=date_formats,
        encoding="utf-8-sig" if encoding == "utf-8" else encoding,
        delimiter=delimiter,
    )
