"""The stage that takes in one source, and what it does when no delivery is any good."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from plainview.build.stages import Counts, Stage, Work
from plainview.project.read import declaration_hash
from plainview.project.specs import Project, SourceSpec
from plainview.sources.deliveries import Delivery, find_deliveries, hash_file
from plainview.sources.ingest import ingest
from plainview.sources.runs import NoGoodDelivery


def make_ingest_stage(project: Project, source: SourceSpec, as_of: dt.date | None) -> Stage:
    """Takes in the newest good delivery of `source`."""
    found = find_deliveries(project.root, source, as_of)
    return Stage(
        name=f"ingest:{source.id}",
        title=f"Taking in {source.title}",
        inputs=(),
        outputs=tuple(_outputs(source)),
        declared={
            "declaration": declaration_hash(source),
            "deliveries": _describe(found.found),
            "notes": list(found.notes),
        },
        run=partial(_ingest, source, as_of),
        reads=found.found[0].name if found.found else "no delivery",
    )


def _describe(deliveries: Sequence[Delivery]) -> list[list[Any]]:
    """What the choice of a delivery rests on: the newest by its bytes, older ones by name and size.

    Hashing years of old deliveries at every plan would take minutes; they are not edited in place.
    """
    older = [[one.name, one.path.stat().st_size] for one in deliveries[1:]]
    if not deliveries:
        return []
    newest = deliveries[0]
    return [[newest.name, hash_file(newest.path), hash_file(newest.control_path)], *older]


def _ingest(source: SourceSpec, as_of: dt.date | None, work: Work) -> Counts:
    engine = work.project.spec.engine
    try:
        run = ingest(
            work.project.root,
            source,
            work.folder,
            as_of=as_of,
            memory=engine.memory,
            threads=engine.threads,
            progress=lambda label, share: work.tell(share),
        )
    except NoGoodDelivery as error:
        before = _previous_counts(source, work)
        if before is None:
            raise
        return _carry_over(source, work, before, error)
    counts = run.as_dict()
    _write_delivery(source, work.folder, counts)
    return counts


def _previous_counts(source: SourceSpec, work: Work) -> Counts | None:
    """What the serving snapshot says of this source, if its table there still fits the declaration."""
    if work.previous is None:
        return None
    before = work.previous.manifest["stages"].get(f"ingest:{source.id}")
    if before is None or before["declared"]["declaration"] != declaration_hash(source):
        return None
    counts: Counts = before["counts"]
    return counts


def _carry_over(source: SourceSpec, work: Work, before: Counts, error: NoGoodDelivery) -> Counts:
    """Keep the serving snapshot's tables of this source, and say so."""
    assert work.previous is not None
    for name in _outputs(source):
        (work.folder / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(work.previous.folder / name, work.folder / name)
    note = (
        f"no good delivery of {source.id}: that of {before['delivery_date']} is kept from the last snapshot"
    )
    return before | {
        "refused": [delivery.as_dict() for delivery in error.refused],
        "notes": [*error.notes, note],
    }


def _outputs(source: SourceSpec) -> list[str]:
    return [
        f"records/{source.id}.parquet",
        f"quarantine/{source.id}.parquet",
        f"deliveries/{source.id}.json",
    ]


def _write_delivery(source: SourceSpec, folder: Path, counts: Counts) -> None:
    """Which delivery was loaded, as a file, so that the stages that ask for its day read it as an input."""
    (folder / "deliveries").mkdir(exist_ok=True)
    loaded = {"delivery_date": counts["delivery_date"], "sha256": counts["sha256"]}
    (folder / "deliveries" / f"{source.id}.json").write_text(json.dumps(loaded) + "\n", encoding="utf-8")
