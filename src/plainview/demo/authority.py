"""The demo authority: a complete project folder with deliveries, and the truth beside them."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from plainview.demo.deliveries.declared import find_sources
from plainview.demo.deliveries.dice import define_dice
from plainview.demo.deliveries.due_dates import LAST_DELIVERY, find_due_dates
from plainview.demo.deliveries.entries import make_alias_names
from plainview.demo.deliveries.extracts import write_extracts
from plainview.demo.deliveries.folders import write_declarations
from plainview.demo.deliveries.lives import load_lives
from plainview.demo.deliveries.mistakes import define_mistakes
from plainview.demo.deliveries.truths import write_truth
from plainview.demo.population import make_population
from plainview.engine.duck import connect
from plainview.project.errors import Problem, UserError

Progress = Callable[[str, float], None]
_POPULATION_SHARE = 0.35


@dataclass(frozen=True)
class AuthorityRun:
    """What was written: rows of each delivery by source and date, and the records with a known truth."""

    directory: Path
    residents: int
    seed: int
    deliveries: dict[str, dict[datetime.date, int]] = field(default_factory=dict)
    truths: int = 0

    @property
    def records(self) -> dict[str, int]:
        """Rows of the latest delivery of each source."""
        return {source: rows[max(rows)] for source, rows in self.deliveries.items()}


def write_authority(
    directory: Path,
    *,
    residents: int,
    seed: int,
    weeks: int = 1,
    progress: Progress | None = None,
    memory: str = "3GB",
    threads: int = 0,
) -> AuthorityRun:
    """Write the fictional authority of `residents` people into `directory`, which must be new or empty.

    `weeks` is how many weekly rounds of full extracts there are up to the last delivery; a source that
    delivers less often than weekly is in those rounds only in which it is due, and always in the last.
    The same `residents`, `seed` and `weeks` give the same bytes. The folder appears only when complete.
    """
    _check(directory, residents, weeks)
    directory = directory.absolute()
    directory.parent.mkdir(parents=True, exist_ok=True)
    part = directory.with_name(f".{directory.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    try:
        run = _write(part, directory, residents, seed, weeks, progress or _ignore, memory, threads)
        part.replace(directory)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return run


def _write(
    part: Path,
    directory: Path,
    residents: int,
    seed: int,
    weeks: int,
    progress: Progress,
    memory: str,
    threads: int,
) -> AuthorityRun:
    sources = find_sources()
    write_declarations(part, sources, residents=residents, seed=seed, weeks=weeks)
    scratch = part / "scratch"
    scratch.mkdir()
    con = connect(memory=memory, threads=threads, temp=scratch)
    deliveries = {}
    try:
        progress("population", 0.0)
        _prepare(con, residents, seed)
        for place, source in enumerate(sources):
            progress(source.title, _POPULATION_SHARE + (1 - _POPULATION_SHARE) * place / (len(sources) + 1))
            days = find_due_dates(source.toml["cadence"], weeks)
            deliveries[source.id] = write_extracts(con, source, days, part)
        truths = write_truth(con, part / "truth", LAST_DELIVERY)
    finally:
        con.close()
    shutil.rmtree(scratch)
    progress("done", 1.0)
    return AuthorityRun(directory, residents, seed, deliveries, truths)


def _prepare(con: duckdb.DuckDBPyConnection, residents: int, seed: int) -> None:
    define_dice(con)
    define_mistakes(con)
    load_lives(con, make_population(residents, seed, LAST_DELIVERY), seed)
    make_alias_names(con)
    con.execute("CREATE TABLE whose (source VARCHAR, record_id VARCHAR, person BIGINT)")


def _check(directory: Path, residents: int, weeks: int) -> None:
    problems = []
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        problems.append(
            Problem(
                str(directory),
                0,
                "",
                "the folder is not empty",
                "a new or empty folder",
                "Choose another folder, or remove this one yourself.",
            )
        )
    if residents < 100:
        problems.append(
            Problem(
                "",
                0,
                "residents",
                str(residents),
                "a whole number of at least 100",
                "Ask for more residents.",
            )
        )
    if weeks < 1:
        problems.append(
            Problem("", 0, "weeks", str(weeks), "a whole number of at least 1", "Ask for more weeks.")
        )
    if problems:
        raise UserError(problems)


def _ignore(label: str, share: float) -> None:
    """Say nothing."""
