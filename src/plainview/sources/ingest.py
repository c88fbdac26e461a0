"""Take in one source: try its deliveries, newest first, and keep the first good one."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from plainview.engine.duck import connect
from plainview.engine.tables import write_table
from plainview.project.errors import Problem, UserError
from plainview.project.specs import SourceSpec
from plainview.sources.contracts import empty_records
from plainview.sources.deliveries import Delivery, find_deliveries
from plainview.sources.loads import LoadRun, Progress, load_delivery
from plainview.sources.quarantines import empty_quarantine
from plainview.sources.runs import IngestRun, NoGoodDelivery, RefusedDelivery
from plainview.sources.streams import BrokenFile


def ingest(
    root: Path,
    source: SourceSpec,
    folder: Path,
    *,
    as_of: date | None = None,
    memory: str = "2GB",
    threads: int = 0,
    progress: Progress | None = None,
) -> IngestRun:
    """Write the newest good delivery as `records/<source>.parquet` and `quarantine/<source>.parquet`.

    `root` is the project folder, `folder` where the tables go; a delivery dated after `as_of` is not used.
    Deliveries that are not good enough are in the run's `refused`, and its notes say so. Raises
    NoGoodDelivery, with every delivery's problems, where none is good and the source is not optional.
    """
    deliveries = find_deliveries(root, source, as_of)
    refused: list[RefusedDelivery] = []
    for delivery in deliveries.found:
        try:
            loaded = ingest_delivery(
                delivery, source, folder, memory=memory, threads=threads, progress=progress
            )
        except UserError as error:
            refused.append(RefusedDelivery(delivery.name, delivery.date, tuple(error.problems)))
        else:
            return _run(loaded, refused, deliveries.notes)
    if not source.tolerance.optional:
        raise _no_good_delivery(source, refused, deliveries.notes)
    return _empty_run(source, folder, refused, deliveries.notes)


def ingest_delivery(
    delivery: Delivery,
    source: SourceSpec,
    folder: Path,
    *,
    memory: str = "2GB",
    threads: int = 0,
    progress: Progress | None = None,
) -> LoadRun:
    """Load one delivery and no other; raises UserError where it is not good enough."""
    with _spool(folder) as spool:
        con = connect(memory=memory, threads=threads, temp=spool / "spill")
        try:
            return load_delivery(con, delivery, source, folder, spool, progress)
        except OSError as error:
            raise _unreadable(delivery, error) from None
        finally:
            con.close()


@contextmanager
def _spool(folder: Path) -> Iterator[Path]:
    """A folder for files on the way, on the same disk as the tables, gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    spool = Path(tempfile.mkdtemp(prefix=".spool-", dir=folder))
    try:
        yield spool
    finally:
        shutil.rmtree(spool, ignore_errors=True)


def _unreadable(delivery: Delivery, error: OSError) -> BaseException:
    if error.filename is None or Path(str(error.filename)) != delivery.path:
        return error
    found = f"cannot be read ({error.strerror})"
    return BrokenFile(delivery.name, found, "a readable file", "Check who may read it.")


def _run(loaded: LoadRun, refused: list[RefusedDelivery], notes: tuple[str, ...]) -> IngestRun:
    delivery = loaded.delivery
    return IngestRun(
        delivery.source,
        delivery.date,
        delivery.name,
        loaded.sha256,
        loaded.read,
        loaded.loaded,
        loaded.quarantined,
        loaded.excluded,
        loaded.values_left_out,
        tuple(refused),
        (*notes, *loaded.notes),
    )


def _no_good_delivery(
    source: SourceSpec, refused: list[RefusedDelivery], notes: tuple[str, ...]
) -> NoGoodDelivery:
    problems = [problem for delivery in refused for problem in delivery.problems]
    if not refused:
        step = f"Put one into the project folder{_near(notes)}, or set tolerance.optional = true."
        expected = f"a file {source.file.pattern}"
        problems = [Problem(f"sources/{source.id}.toml", 0, "file.pattern", "no delivery", expected, step)]
    return NoGoodDelivery(source.id, problems, tuple(refused), notes)


def _near(notes: tuple[str, ...]) -> str:
    return f" ({'; '.join(notes)})" if notes else ""


def _empty_run(
    source: SourceSpec, folder: Path, refused: list[RefusedDelivery], notes: tuple[str, ...]
) -> IngestRun:
    con = connect()
    try:
        write_table(con, empty_records(source), folder / "records" / f"{source.id}.parquet")
        write_table(con, empty_quarantine(), folder / "quarantine" / f"{source.id}.parquet")
    finally:
        con.close()
    note = f"{source.id} has no good delivery and is optional: its table is empty"
    return IngestRun(source.id, None, "", "", 0, 0, 0, refused=tuple(refused), notes=(*notes, note))
