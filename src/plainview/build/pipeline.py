"""The stages of this release, in order: what a build is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from plainview.build.ingesting import make_ingest_stage
from plainview.build.registries import assign_from_registries, why_assign_again
from plainview.build.stages import Counts, Stage, Work
from plainview.linkage.cluster import cluster
from plainview.linkage.collapse import collapse
from plainview.linkage.golden import choose_golden
from plainview.linkage.households import find_households
from plainview.linkage.score import score
from plainview.linkage.standardise import standardise
from plainview.linkage.train import train
from plainview.project.read import declaration_hash
from plainview.project.specs import Project
from plainview.sources.deliveries import newest_date
from plainview.sources.predecessors import Loaded
from plainview.sources.quality import assess_quality

_RECORDS = "records/{}.parquet"
_DELIVERIES = "deliveries/{}.json"


def make_stages(project: Project) -> list[Stage]:
    """The stages of a build of `project`, in an order in which each comes after what it reads."""
    as_of = find_as_of(project)
    ingests = [make_ingest_stage(project, source, as_of) for source in project.sources]
    return [*ingests, _quality(project, as_of), *_link(project, as_of), *_resolve(project, as_of)]


def find_as_of(project: Project) -> dt.date | None:
    """The day the snapshot speaks of: as declared, or that of the newest delivery of any source.

    Never today's, so that the same inputs give the same snapshot on any day.
    """
    if project.spec.as_of:
        return dt.date.fromisoformat(project.spec.as_of)
    return newest_date(project.root, project.sources)


def _quality(project: Project, as_of: dt.date | None) -> Stage:
    return Stage(
        name="quality",
        title="Checking quality",
        inputs=(*_each(project, _RECORDS), *_each(project, _DELIVERIES)),
        outputs=("quality.parquet", "profiles/"),
        declared=_declarations(project) | {"as of": str(as_of)},
        run=partial(_assess_quality, as_of),
    )


def _link(project: Project, as_of: dt.date | None) -> list[Stage]:
    sources = _declarations(project)
    linkage = sources | {"linkage": declaration_hash(project.spec.linkage)}
    records = _each(project, _RECORDS)
    tuples = ("tuples.parquet", "identities.parquet")
    links = ("links.parquet",)
    return [
        Stage(
            "standardise",
            "Standardising records",
            records,
            ("standardised.parquet",),
            sources | {"as of": str(as_of)},
            lambda work: dict(standardise(work.con, work.project, work.folder, as_of)),
        ),
        Stage(
            "collapse",
            "Collapsing identical records",
            ("standardised.parquet", *records),
            tuples,
            {},
            _collapse,
        ),
        Stage("train", "Training the model", tuples, ("model.json",), linkage, _on_folder(train)),
        Stage("score", "Comparing", (*tuples, "model.json"), links, linkage, _on_folder(score)),
        Stage(
            "cluster", "Clustering", (*tuples, *links), ("clusters.parquet",), linkage, _on_folder(cluster)
        ),
    ]


def _resolve(project: Project, as_of: dt.date | None) -> list[Stage]:
    authority = {"authority": project.spec.authority.name}
    declared = _declarations(project) | authority | {"as of": str(as_of)}
    deliveries = _each(project, _DELIVERIES)
    return [
        Stage(
            "persons",
            "Giving people their ids",
            ("identities.parquet", "clusters.parquet"),
            ("persons.parquet", "index.parquet", "registry.parquet", "person_ids.parquet"),
            authority,
            assign_from_registries,
            must_run=why_assign_again(project.root),
        ),
        Stage(
            "golden",
            "Choosing golden records",
            (
                *_each(project, _RECORDS),
                *deliveries,
                "standardised.parquet",
                "index.parquet",
                "persons.parquet",
            ),
            ("golden.parquet", "golden_alternatives.parquet"),
            declared,
            lambda work: dict(
                choose_golden(work.con, work.project, work.folder, as_of=as_of, delivered=_delivered(work))
            ),
        ),
        Stage(
            "households",
            "Finding households",
            (*deliveries, "standardised.parquet", "index.parquet"),
            ("households.parquet", "household_members.parquet"),
            declared,
            lambda work: dict(
                find_households(work.con, work.project, work.folder, as_of=as_of, delivered=_delivered(work))
            ),
        ),
    ]


def _each(project: Project, pattern: str) -> tuple[str, ...]:
    return tuple(pattern.format(source.id) for source in project.sources)


def _declarations(project: Project) -> dict[str, str]:
    return {f"sources/{source.id}.toml": declaration_hash(source) for source in project.sources}


def _on_folder(step: Callable[..., Mapping[str, int]]) -> Callable[[Work], Counts]:
    return lambda work: dict(step(work.con, work.project, work.folder))


def _collapse(work: Work) -> Counts:
    """Collapse, and make sure that every loaded record is linked or counted as naming nobody."""
    counts = collapse(work.con, work.project, work.folder)
    tables = [work.folder / name for name in _each(work.project, _RECORDS)]
    loaded = sum(pq.read_metadata(path).num_rows for path in tables)
    if loaded != counts["identities"] + counts["unlinkable"]:
        raise AssertionError(f"{loaded} records loaded, {counts} after collapsing")
    return dict(counts)


def _assess_quality(as_of: dt.date | None, work: Work) -> Counts:
    engine = work.project.spec.engine
    counts = assess_quality(
        work.project.root,
        work.project.sources,
        work.folder,
        _loaded(work),
        previous=work.previous.folder if work.previous else None,
        as_of=as_of,
        memory=engine.memory,
        threads=engine.threads,
        progress=lambda label, share: work.tell(share),
    )
    (work.folder / "profiles").mkdir(exist_ok=True)
    return dict(counts)


def _loaded(work: Work) -> dict[str, Loaded]:
    """Which delivery each source's table holds; an optional source may have none."""
    loaded = {}
    for source in work.project.sources:
        path: Path = work.folder / _DELIVERIES.format(source.id)
        delivery = json.loads(path.read_text(encoding="utf-8"))
        if delivery["delivery_date"]:
            day = dt.date.fromisoformat(delivery["delivery_date"])
            loaded[source.id] = Loaded(day, delivery["sha256"])
    return loaded


def _delivered(work: Work) -> dict[str, dt.date]:
    return {source: loaded.delivery_date for source, loaded in _loaded(work).items()}
