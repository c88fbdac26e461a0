"""`plainview quality`."""

from __future__ import annotations

from pathlib import Path

import click

from plainview import api
from plainview.cli.output import json_option, print_json, print_table
from plainview.cli.projects import project_argument
from plainview.sources.matrices import Cell


@click.command()
@project_argument
@click.option("--source", default="", help="Show each check of one source.")
@json_option
def quality(project: Path, source: str, as_json: bool) -> None:
    """Show the five checks of the deliveries that the serving snapshot of PROJECT was made from."""
    report = api.quality(project, source=source)
    if as_json:
        print_json(report.as_dict())
        return
    if source:
        _print_rules(report)
        return
    if not report.matrix:
        click.echo("No delivery was measured: the serving snapshot was made from none.")
        return
    _print_matrix(report)
    click.echo(
        f"\nEvery rule of one source: plainview quality {project} --source {next(iter(report.matrix))}"
    )


def _print_matrix(report: api.QualityReport) -> None:
    checks = list(dict.fromkeys(check for cells in report.matrix.values() for check in cells))
    rows = [
        [source, *(_cell(cells.get(check)) for check in checks)] for source, cells in report.matrix.items()
    ]
    print_table("Share that is good, and rules failed, by source and check", ("source", *checks), rows)


def _cell(cell: Cell | None) -> str:
    if cell is None or cell.share is None:
        return "not measured"
    failed = f" ({cell.failed} failed)" if cell.failed else ""
    return f"{cell.share:.1%}{failed}"


def _print_rules(report: api.QualityReport) -> None:
    rows = [
        (
            rule["check"],
            rule["column"],
            rule["rule"],
            rule["share"],
            {True: "passed", False: "failed", None: ""}[rule["passed"]],
            rule["note"],
        )
        for rule in report.rules
    ]
    print_table("Every rule", ("check", "column", "rule", "share", "", "note"), rows)
