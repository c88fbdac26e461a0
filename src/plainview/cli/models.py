"""`plainview model` and `plainview train`."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import click

from plainview import api
from plainview.cli.output import json_option, print_json, print_table
from plainview.cli.projects import project_argument
from plainview.linkage.model import Model
from plainview.linkage.model_weights import as_data, class_shares, level_weights

_PATH = click.Path(path_type=Path)
_SHOWN = 12


@click.command()
@project_argument
@click.option("--splink", type=_PATH, help="Also write it as a two-class model that Splink 5 opens.")
@json_option
def model(project: Path, splink: Path | None, as_json: bool) -> None:
    """Print the linkage model of PROJECT in words: its classes, levels and weights.

    The same stands in model/linkage.md, and as a chart in model/linkage.svg.
    """
    found = api.model(project)
    if splink:
        api.write_splink(project, splink)
    if as_json:
        print_json(as_data(found) | ({"splink": str(splink)} if splink else {}))
        return
    _print_model(found)
    if splink:
        click.echo(f"\nwrote {splink}")


def _print_model(found: Model) -> None:
    shares = [
        (row.name, row.meaning, f"{row.share:.2%}", "; ".join(row.mostly)) for row in class_shares(found)
    ]
    print_table("Classes of compared pairs", ("class", "means", "share", "most of its pairs"), shares)
    for title, rows in groupby(level_weights(found), key=lambda row: row.title):
        click.echo()
        shown = [
            (
                row.label + ("" if row.seen else " (never seen)"),
                f"{row.match:.5f}",
                f"{row.others:.5f}",
                f"{row.weight:+.1f}",
            )
            for row in rows
        ]
        print_table(title, ("level", "one person", "others", "weight"), shown)
    click.echo("\nA weight is the base-2 logarithm of one person over all others, blended by their shares.")


@click.command()
@project_argument
@click.option(
    "--labels",
    type=_PATH,
    multiple=True,
    help="Judged pairs: decisions/identity.csv, or a sheet of `plainview sample`. Can be given again.",
)
@json_option
def train(project: Path, labels: tuple[Path, ...], as_json: bool) -> None:
    """Train the linkage model of PROJECT anew on the snapshot that serves.

    How common names are, and the list of sources, are counted anew too. If anything fails the old model stays.
    """
    done = api.train(project, labels=labels)
    if as_json:
        print_json(done.as_dict())
        return
    click.echo(
        f"Trained on {done.pairs:,} pairs of {done.tuples:,} distinct identities in {done.rounds} rounds; "
        f"wrote {project}/model/linkage.json, .svg and .md."
    )
    if labels:
        click.echo(f"{done.labels:,} judged pairs took part; {done.left_out:,} are of no use for training.")
    if done.first:
        click.echo("There was no model before that could be compared with it.")
    elif not done.changes:
        click.echo("No weight has changed.")
    else:
        rows = [
            (title, level, f"{was:+.1f}", f"{now:+.1f}") for title, level, was, now in done.changes[:_SHOWN]
        ]
        print_table("Largest changes of weights", ("comparison", "level", "before", "now"), rows)
    click.echo("The next build links anew with it; ids stay with the people who keep most of their records.")
    click.echo(f"Next: plainview build {project}")
