"""`plainview person`, `review`, `decide`, `sample` and `estimate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plainview import api
from plainview.cli.output import json_option, print_json, print_table
from plainview.cli.projects import project_argument
from plainview.linkage.decisions import REASONS
from plainview.linkage.estimates import Estimate, Measure
from plainview.linkage.samples import strata_file

_PATH = click.Path(path_type=Path)
groups_option = click.option(
    "--groups", type=_PATH, help="CSV or Parquet: source, record_id and a column of groups."
)


@click.command()
@project_argument
@click.argument("person_id")
@json_option
def person(project: Path, person_id: str, as_json: bool) -> None:
    """Say what became of PERSON_ID: in use, merged, split or retired, build by build."""
    found = api.person(project, person_id)
    if as_json:
        print_json(found.as_dict())
        return
    click.echo(found.text())


@click.command()
@project_argument
@click.option("--limit", default=20, show_default=True, type=click.IntRange(min=1))
@groups_option
@json_option
def review(project: Path, limit: int, groups: Path | None, as_json: bool) -> None:
    """List the cases in which a person's judgement changes most, and how to decide them."""
    cases = api.review(project, limit=limit, groups=groups)
    if as_json:
        print_json({"cases": cases})
        return
    if not cases:
        click.echo("No case is in doubt.")
    for case in cases:
        _print_case(project, case)


def _print_case(project: Path, case: dict[str, Any]) -> None:
    one, other = (f"{case[f'{side}_source']}:{case[f'{side}_record_id']}" for side in ("one", "other"))
    if case["kind"] == "cluster":
        doubt = f"one person with two of: {case['conflict'].replace('_', ' ')}"
    else:
        doubt = f"one person with probability {case['probability']:.2f}"
    click.echo(
        f"{case['case_number']}. {one} and {other}: {doubt}; {case['records']} records; {case['group_name']}"
    )
    for word in ("agrees", "differs"):
        if case[word]:
            click.echo(f"   {word}: {'; '.join(case[word])}")
    click.echo(f"   plainview decide {project} same {one} {other} --by ROLE --reason CODE   (or not-same)\n")


@click.command()
@project_argument
@click.argument("kind", type=click.Choice(["same", "not-same", "unlink", "withdraw"]))
@click.argument("one", metavar="SOURCE:RECORD_ID")
@click.argument("other", metavar="[SOURCE:RECORD_ID]", required=False)
@click.option("--by", required=True, help="Who decides: a role or an opaque id, never a name.")
@click.option("--reason", required=True, type=click.Choice(list(REASONS)), help="Why.")
@json_option
def decide(
    project: Path, kind: str, one: str, other: str | None, by: str, reason: str, as_json: bool
) -> None:
    """Note a decision about records, which every later build obeys.

    Two records are the same person, or not the same; unlink takes one record away from whatever person
    it is with; withdraw takes back what was decided about the same records before.
    """
    decision, waits = api.decide(project, kind.replace("-", "_"), one, other, by=by, reason=reason)
    if as_json:
        print_json(decision._asdict() | {"waits": waits})
        return
    click.echo(f"Noted as line {decision.line} of decisions/identity.csv.")
    if waits:
        click.echo("A record of it is not in the serving snapshot: the decision waits until it is.")
    click.echo(f"Next: plainview build {project}")


@click.command()
@project_argument
@click.option("--pairs", required=True, type=click.IntRange(min=1), help="How many pairs to judge.")
@click.option("--out", required=True, type=_PATH, help="The CSV to write.")
@groups_option
@click.option("--seed", default=0, show_default=True, help="Another number gives another sample.")
@json_option
def sample(project: Path, pairs: int, out: Path, groups: Path | None, seed: int, as_json: bool) -> None:
    """Draw pairs of records for people to judge, to estimate precision and recall without a truth."""
    written = api.sample(project, out, pairs=pairs, groups=groups, seed=seed)
    if as_json:
        print_json({"pairs": written, "sheet": str(out), "strata": str(strata_file(out))})
        return
    click.echo(f"wrote {out} with {written} pairs, and {strata_file(out)}, which belongs beside it")
    click.echo("Fill in the column verdict from the top down: same, not_same or cannot_tell.")
    click.echo(f"Next: plainview estimate {project} {out}")


@click.command()
@project_argument
@click.argument("sheet", type=_PATH)
@json_option
def estimate(project: Path, sheet: Path, as_json: bool) -> None:
    """Estimate precision and recall of PROJECT from the judged pairs of SHEET, overall and by group."""
    api.check(project)
    found = api.estimate(sheet)
    if as_json:
        print_json({"estimates": [one.as_dict() for one in found], "not_seen": _NOT_SEEN})
        return
    rows = [row for one in found for row in _measures(one)]
    headings = ("group", "measure", "estimate", "95 % interval", "if all doubts went one way")
    print_table(f"From {found[0].judged} judged pairs", headings, rows)
    click.echo(f"\n{found[0].cannot_tell} pairs could not be told. {_NOT_SEEN}")


_NOT_SEEN = (
    "Recall counts the pairs that were compared, and those never compared that share a looser key: birth date and an "
    "initial, first and last name, an identifier, or a contact detail. A pair of records of one person that share "
    "none of these is not seen here, so true recall may be lower."
)


def _measures(found: Estimate) -> list[tuple[str, str, object, str, str]]:
    group = found.group or "all"
    return [_row(group, "precision", found.precision), _row(group, "recall", found.recall)]


def _row(group: str, name: str, measure: Measure) -> tuple[str, str, object, str, str]:
    if measure.value is None or measure.interval is None or measure.bounds is None:
        return group, name, "nothing to measure", "", ""
    (low, high), (least, most) = measure.interval, measure.bounds
    return group, name, f"{measure.value:.4f}", f"{low:.4f} to {high:.4f}", f"{least:.4f} to {most:.4f}"
