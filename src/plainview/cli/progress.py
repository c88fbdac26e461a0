"""Progress of a build on standard error: a bar on a terminal, a line a stage elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from plainview.build.run import Unwatched, Watcher
from plainview.build.stages import Counts, Stage


class Lines(Unwatched):
    """A line for each stage that ends."""

    def end(self, stage: Stage, kept: bool, seconds: float, counts: Counts) -> None:
        """Print what the stage did."""
        what = "kept" if kept else f"{seconds:.1f} s"
        click.echo(f"{stage.name:<34} {what:>8}  {_counts(counts)}", err=True)


def _make_bar(*columns: ProgressColumn) -> Progress:
    described = TextColumn("{task.description:<40}")
    console = Console(stderr=True)
    return Progress(described, BarColumn(), *columns, TimeElapsedColumn(), console=console, transient=True)


class Bars(Unwatched):
    """One bar for the build, which tells the stage it is in."""

    def __init__(self) -> None:
        self._bars = _make_bar(MofNCompleteColumn())
        self._task = self._bars.add_task("", total=None)
        self._done = 0.0
        self._bars.start()

    def begin(self, stage: Stage, number: int, of: int) -> None:
        """Show the stage's title."""
        self._done = number - 1
        self._bars.update(self._task, description=stage.title, total=of, completed=self._done)

    def tell(self, share: float) -> None:
        """Move the bar inside the stage."""
        self._bars.update(self._task, completed=self._done + min(max(share, 0.0), 1.0))

    def end(self, stage: Stage, kept: bool, seconds: float, counts: Counts) -> None:
        """Leave a line behind for the finished stage."""
        what = "kept" if kept else f"{seconds:.1f} s"
        self._bars.console.print(f"{stage.title:<40} {what:>8}  {_counts(counts)}", highlight=False)
        self._bars.update(self._task, completed=self._done + 1)

    def close(self) -> None:
        """Take the bar off the screen."""
        self._bars.stop()


@contextmanager
def watching(*, quiet: bool) -> Iterator[Watcher]:
    """The watcher that suits where standard error goes, put away at the end."""
    if quiet:
        yield Unwatched()
    elif sys.stderr.isatty():
        bars = Bars()
        try:
            yield bars
        finally:
            bars.close()
    else:
        yield Lines()


@contextmanager
def telling(*, quiet: bool) -> Iterator[Callable[[str, float], None]]:
    """A function that shows what is being done and the share, 0..1, that is done of the whole."""
    if quiet or not sys.stderr.isatty():
        yield lambda label, share: None
        return
    with _make_bar() as bar:
        task = bar.add_task("", total=1.0)
        yield lambda label, share: bar.update(task, description=label, completed=share)


def _counts(counts: Counts) -> str:
    return ", ".join(f"{key} {value:,}" for key, value in counts.items() if isinstance(value, int))
