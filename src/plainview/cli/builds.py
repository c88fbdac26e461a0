"""`plainview plan`, `plainview build` and `plainview snapshots`."""

from __future__ import annotations

from pathlib import Path

import click

from plainview import api
from plainview.build.plan import StagePlan
from plainview.build.summaries import Summary
from plainview.cli.output import json_option, print_json, print_table
from plainview.cli.progress import watching
from plainview.cli.projects import project_argument

force_option = click.option("--force", is_flag=True, help="Run every stage, also those that could be kept.")


@click.command()
@project_argument
@force_option
@json_option
def plan(project: Path, force: bool, as_json: bool) -> None:
    """Show what a build of PROJECT would do, and why, without doing it."""
    stages = api.plan(project, force=force)
    if as_json:
        print_json({"stages": [stage.as_dict() for stage in stages]})
        return
    rows = [(stage.name, _reads(stage), stage.action, stage.reason) for stage in stages]
    print_table("What a build would do", ("stage", "reads", "action", "because"), rows)
    running = sum(stage.action == "run" for stage in stages)
    step = (
        f"Next: plainview build {project}"
        if running
        else "Nothing to build: the serving snapshot is up to date."
    )
    click.echo(f"\n{running} of {len(stages)} stages would run. {step}")


def _reads(stage: StagePlan) -> str:
    if len(stage.inputs) > 3:
        return f"{len(stage.inputs)} tables"
    return stage.reads.rpartition("/")[2] or ", ".join(name.removesuffix(".parquet") for name in stage.inputs)


@click.command()
@project_argument
@force_option
@json_option
def build(project: Path, force: bool, as_json: bool) -> None:
    """Build a new snapshot of PROJECT beside the old one, and switch to it."""
    with watching(quiet=as_json) as watcher:
        run = api.build(project, force=force, watcher=watcher)
    summary = api.summary(project)
    if as_json:
        print_json({"snapshot": run.snapshot.id, "new": run.new, "seconds": run.seconds} | summary.as_dict())
        return
    _print_summary(summary)
    if run.new:
        click.echo(f"\nSnapshot {run.snapshot.id} now serves ({run.seconds:.1f} s).")
    else:
        click.echo(f"\nNothing has changed: snapshot {run.snapshot.id} serves on.")
    click.echo(f"Next: plainview quality {project}")


def _print_summary(summary: Summary) -> None:
    rows = [
        (s.source, s.delivery, s.read, s.loaded, s.quarantined, s.excluded, s.values_left_out)
        for s in summary.sources
    ]
    headings = ("source", "delivery", "read", "loaded", "quarantined", "excluded", "values left out")
    print_table("Records", headings, rows)
    for note in summary.notes:
        click.echo(f"  note: {note}")
    click.echo()
    print_table("Found", ("what", "number"), list(summary.found.items()))
    if summary.churn:
        click.echo()
        print_table(
            "Ids of people since the snapshot before", ("what", "number"), list(summary.churn.items())
        )


@click.command()
@project_argument
@click.argument("action", type=click.Choice(["list", "use", "prune"]), default="list")
@click.argument("id", default="")
@click.option(
    "--keep",
    default=3,
    show_default=True,
    type=click.IntRange(min=1),
    help="With prune: how many of the newest to keep.",
)
@json_option
def snapshots(project: Path, action: str, id: str, keep: int, as_json: bool) -> None:
    """List the snapshots of PROJECT, switch to one (use ID), or delete old ones (prune)."""
    if action == "use":
        if not id:
            raise click.UsageError("which one? plainview snapshots PROJECT use ID")
        api.use(project, id)
    gone = api.prune(project, keep=keep) if action == "prune" else []
    serving = api.serving(project).id
    listed = api.snapshots(project)
    if as_json:
        print_json({"deleted": gone, "serving": serving, "snapshots": [one.as_dict() for one in listed]})
        return
    for name in gone:
        click.echo(f"deleted {name}")
    rows = [(s.snapshot, "serves" if s.snapshot == serving else "", s.records, s.people) for s in listed]
    print_table("Snapshots, oldest first", ("id", "", "records", "people"), rows)
