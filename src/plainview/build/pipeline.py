"""The stages of this release, in order: what a build is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from plainview.build.blinding import make_blind_stage
from plainview.build.fingerprints import hash_value
from plainview.build.ingesting import make_ingest_stage
from plainview.build.registries import assign_from_registries, why_assign_again
from plainview.build.snapshots import current_snapshot
from plainview.build.stages import Counts, Stage, Work
from plainview.linkage.cluster import cluster
from plainview.linkage.collapse import collapse
from plainview.linkage.compare import compare, count_statistics
from plainview.linkage.decisions import decisions_declared
from plainview.linkage.families import find_families
from plainview.linkage.golden import choose_golden
from plainview.linkage.households import find_households
from plainview.linkage.model import MODEL, PROJECT_MODEL, read_kept_model
from plainview.linkage.persons import PERSON_TABLES
from plainview.linkage.relationships import find_relationships
from plainview.linkage.review import make_queue
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
    blind = make_blind_stage(project, as_of)
    return [*ingests, _quality(project, as_of), *_link(project, as_of), *_resolve(project, as_of), blind]


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
    model = _model(project)
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
            decisions_declared(project),
            _collapse,
        ),
        Stage(
            "statistics",
            "Counting names",
            tuples,
            ("statistics.json",),
            sources | model,
            _on_folder(count_statistics),
            must_run=_why_train_again(project),
        ),
        Stage(
            "compare",
            "Comparing",
            (*tuples, "statistics.json"),
            ("pairs.parquet",),
            sources | {"blocking": project.spec.linkage.blocking},
            _on_engine(compare),
        ),
        Stage(
            "train",
            "Training the model",
            ("pairs.parquet", "statistics.json"),
            ("model.json",),
            model,
            lambda work: train(work.con, work.project, work.folder, work.tell),
            must_run=_why_train_again(project),
        ),
        Stage(
            "score",
            "Weighing",
            ("tuples.parquet", "pairs.parquet", "model.json"),
            ("links.parquet",),
            linkage,
            _on_engine(score),
        ),
        Stage(
            "cluster",
            "Clustering",
            (*tuples, "links.parquet", "model.json"),
            ("clusters.parquet",),
            linkage | decisions_declared(project),
            _on_engine(cluster),
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
            tuple(f"{name}.parquet" for name in PERSON_TABLES),
            authority,
            lambda work: assign_from_registries(work, as_of),
            must_run=why_assign_again(project.root),
        ),
        Stage(
            "review",
            "Making the review queue",
            ("tuples.parquet", "identities.parquet", "links.parquet", "clusters.parquet"),
            ("review.parquet",),
            _declarations(project) | decisions_declared(project) | {"as of": str(as_of)},
            lambda work: dict(make_queue(work.con, work.project, work.folder, as_of=as_of)),
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
        *_find_families(project, as_of, declared),
    ]


def _find_families(project: Project, as_of: dt.date | None, declared: dict[str, str]) -> list[Stage]:
    read = (
        *_each(project, _RECORDS),
        *_each(project, _DELIVERIES),
        "index.parquet",
        "golden.parquet",
        "household_members.parquet",
    )
    return [
        Stage(
            "relationships",
            "Finding who is related",
            (*read, "standardised.parquet", "households.parquet"),
            ("relationships.parquet", "relationships_unmatched.parquet"),
            declared,
            lambda work: dict(
                find_relationships(
                    work.con, work.project, work.folder, as_of=as_of, delivered=_delivered(work)
                )
            ),
        ),
        Stage(
            "families",
            "Finding families",
            (*read, "relationships.parquet"),
            ("families.parquet", "family_members.parquet", "family_differences.parquet"),
            declared,
            lambda work: dict(
                find_families(work.con, work.project, work.folder, as_of=as_of, delivered=_delivered(work))
            ),
        ),
    ]


def _model(project: Project) -> dict[str, str]:
    """The model that the project keeps to. That of the serving snapshot is no news, nor is none at all."""
    serving = current_snapshot(project.root)
    own = serving.folder / MODEL if serving else None
    kept = project.root / PROJECT_MODEL
    read_kept_model(project)  # a model that cannot be obeyed stops the plan, before anything runs
    if kept.is_file() and not (own and own.is_file() and own.read_bytes() == kept.read_bytes()):
        return {str(PROJECT_MODEL): hash_value(kept.read_text("utf-8"))}
    return {str(PROJECT_MODEL): "that of the snapshot"}


def _why_train_again(project: Project) -> str:
    """The reason not to keep the serving snapshot's model: somebody deleted the project's; empty if nobody did."""
    serving = current_snapshot(project.root)
    own = serving.folder / MODEL if serving else None
    if (project.root / PROJECT_MODEL).is_file() or own is None or not own.is_file():
        return ""
    trained = json.loads(own.read_text("utf-8")).get("trained", {})
    return f"there is no {PROJECT_MODEL}" if trained.get("rounds") else ""


def _each(project: Project, pattern: str) -> tuple[str, ...]:
    return tuple(pattern.format(source.id) for source in project.sources)


def _declarations(project: Project) -> dict[str, str]:
    return {f"sources/{source.id}.toml": declaration_hash(source) for source in project.sources}


def _on_folder(step: Callable[..., Mapping[str, int]]) -> Callable[[Work], Counts]:
    return lambda work: dict(step(work.con, work.project, work.folder))


def _on_engine(step: Callable[..., Mapping[str, int]]) -> Callable[[Work], Counts]:
    """A stage that runs where `[engine]` says."""
    return lambda work: dict(step(work.heavy() if work.heavy else work.con, work.project, work.folder))


def _collapse(work: Work) -> Counts:
    """Collapse, and make sure that every loaded record is linked or counted as naming nobody."""
    counts = collapse(work.con, work.project, work.folder)
    people = [source for source in work.project.sources if not source.gazetteer]
    tables = [work.folder / _RECORDS.format(source.id) for source in people]
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
