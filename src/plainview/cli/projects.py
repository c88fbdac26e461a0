"""`plainview new` and `plainview check`."""

from __future__ import annotations

from pathlib import Path

import click

from plainview import api
from plainview.cli.output import json_option, print_json

project_argument = click.argument("project", type=click.Path(path_type=Path))


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@json_option
def new(directory: Path, as_json: bool) -> None:
    """Write a commented project folder into DIRECTORY."""
    written = [str(path) for path in api.new(directory)]
    if as_json:
        print_json({"folder": str(directory), "written": written})
        return
    for path in written:
        click.echo(f"wrote {path}")
    click.echo(f"Next: edit the sources, then run: plainview check {directory}")


@click.command()
@project_argument
@json_option
def check(project: Path, as_json: bool) -> None:
    """Report every mistake in the declarations of PROJECT at once."""
    checked = api.check(project)
    columns = sum(len(source.columns) for source in checked.sources)
    if as_json:
        sources = [source.id for source in checked.sources]
        print_json({"problems": [], "sources": sources, "columns": columns})
        return
    click.echo(f"{len(checked.sources)} sources, {columns} columns, no problem found.")
    click.echo(f"Next: plainview plan {project}")
