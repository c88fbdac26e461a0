"""What the commands print: text for people, JSON for programs, and errors for both."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from plainview.project.errors import UserError

Command = Callable[..., Any]

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


def print_json(data: Any) -> None:
    """`data` on standard output, as JSON."""
    click.echo(json.dumps(data, indent=2, default=str, ensure_ascii=False))


def print_user_error(error: UserError, *, as_json: bool) -> None:
    """Every problem on a line of its own, to standard error; as JSON to standard output."""
    if as_json:
        print_json({"problems": [problem.as_dict() for problem in error.problems]})
        return
    for problem in error.problems:
        click.echo(str(problem), err=True)
    count = len(error.problems)
    click.echo(f"{count} problem{'s' if count != 1 else ''} to mend.", err=True)


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A plain table; columns of numbers are set right."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, heading in enumerate(headings):
        numeric = bool(rows) and all(_is_number(row[place]) for row in rows)
        table.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(value) for value in row))
    console = Console(width=None if Console().is_terminal else 110)
    console.print(title, style="bold", highlight=False)
    console.print(table)


def _is_number(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, int | float) and not isinstance(value, bool))


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.4f}"
    return str(value)
