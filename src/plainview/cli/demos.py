"""`plainview demo new`."""

from __future__ import annotations

from pathlib import Path

import click

from plainview import api
from plainview.cli.output import json_option, print_json, print_table
from plainview.cli.progress import telling


@click.group()
def demo() -> None:
    """Invent an authority: people, services, deliveries, and the truth beside them."""


@demo.command("new")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--residents", default=20_000, show_default=True, type=click.IntRange(min=100))
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0))
@click.option("--weeks", default=1, show_default=True, type=click.IntRange(1, 260), help="Weekly deliveries.")
@json_option
def demo_new(directory: Path, residents: int, seed: int, weeks: int, as_json: bool) -> None:
    """Write a complete project folder of an invented authority into DIRECTORY."""
    with telling(quiet=as_json) as progress:
        run = api.make_demo(directory, residents=residents, seed=seed, weeks=weeks, progress=progress)
    if as_json:
        print_json({"residents": residents, "seed": seed, "records": run.records, "truths": run.truths})
        return
    print_table(f"{residents:,} residents", ("source", "records"), list(run.records.items()))
    click.echo(f"Next: plainview build {directory}")
