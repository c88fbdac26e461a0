"""`plainview evaluate` and `plainview explain`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plainview import api
from plainview.cli.output import json_option, print_json, print_table
from plainview.cli.projects import project_argument

_MEASURES = ("precision", "recall", "f1")
_MANY, _WORST = 20, 5


@click.command()
@project_argument
@click.option("--truth", required=True, type=click.Path(path_type=Path), help="CSV or Parquet: who is who.")
@json_option
def evaluate(project: Path, truth: Path, as_json: bool) -> None:
    """Measure the linkage of PROJECT against a truth: source, record_id, truth_id and any groups."""
    result = api.evaluate(project, truth)
    if as_json:
        print_json(result)
        return
    pairwise = result["pairwise"]
    rows = [(name, pairwise[name], _interval(pairwise, name)) for name in _MEASURES]
    print_table("Pairs of records held to be one person", ("measure", "value", "95 % interval"), rows)
    click.echo()
    clusters = [(name.replace("_", " "), value) for name, value in result["clusters"].items()]
    print_table("People", ("measure", "value"), [row for row in clusters if not isinstance(row[1], list)])
    records = result["records"]
    click.echo(
        f"\n{records['measured']:,} records measured; of them {records['only_in_truth']:,} are not in the snapshot "
        f"(quarantined, excluded or gone) and count as not found. {records['only_in_index']:,} records of the "
        "snapshot are not in the truth and are left out."
    )
    for column in dict.fromkeys(group["group"] for group in result["groups"]):
        _print_groups(column, [group for group in result["groups"] if group["group"] == column])


def _print_groups(column: str, groups: list[dict[str, Any]]) -> None:
    """The measures of each group; of many groups only those served worst, so that they are not overlooked."""
    measured = [group for group in groups if group["recall"] is not None]
    shown = sorted(measured, key=lambda group: group["recall"])[:_WORST] if len(groups) > _MANY else groups
    rows = [(group["value"], *(_cell(group, name) for name in _MEASURES)) for group in shown]
    title = f"By {column.replace('_', ' ')}: are errors spread evenly?"
    if len(shown) < len(groups):
        title += f" The {len(shown)} of {len(groups)} with the lowest recall (all with --json)"
    click.echo()
    print_table(title, (column, *_MEASURES), rows)


def _interval(measures: dict[str, Any], name: str) -> str:
    bounds = measures.get(f"{name}_interval")
    return f"{bounds[0]:.4f} to {bounds[1]:.4f}" if bounds else ""


def _cell(measures: dict[str, Any], name: str) -> str:
    bounds = measures.get(f"{name}_interval")
    value = measures[name]
    if value is None:
        return "too few"
    return f"{value:.4f} ({bounds[0]:.3f}-{bounds[1]:.3f})" if bounds else f"{value:.4f}"


@click.command()
@project_argument
@click.argument("one", metavar="SOURCE:RECORD_ID|PERSON_ID")
@click.argument("other", metavar="[SOURCE:RECORD_ID]", required=False)
@json_option
def explain(project: Path, one: str, other: str | None, as_json: bool) -> None:
    """Say why two records are held to be one person, or why not; or how the person PERSON_ID was formed."""
    explanation = api.explain(project, one, other) if other else api.explain_person(project, one)
    if as_json:
        print_json(explanation.as_dict())
        return
    click.echo(explanation.text())
