"""The stage that links encoded sources blind, after people have their ids."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial
from typing import Any

from plainview.blind.encodings import manifest_path
from plainview.blind.keys import key_check
from plainview.blind.link import EncodedDelivery, encoded_sources, link_blind, open_key
from plainview.build.stages import Counts, Stage, Work
from plainview.project.errors import UserError
from plainview.project.read import declaration_hash
from plainview.project.specs import EncodedSpec, Project, SourceSpec
from plainview.sources.deliveries import find_deliveries, hash_file

_DELIVERIES = "deliveries/{}.json"


def make_blind_stage(project: Project, as_of: dt.date | None) -> Stage:
    """Links the records of the encoded sources; without any it writes empty tables."""
    declared = encoded_sources(project)
    each = [name.format(source.id) for source, _ in declared for name in ("records/{}.parquet", _DELIVERIES)]
    return Stage(
        name="blind",
        title="Linking encoded records",
        inputs=("tuples.parquet", "identities.parquet", "index.parquet", *each),
        outputs=("blind_links.parquet", "blind_accuracy.parquet"),
        declared={f"sources/{s.id}.toml": _describe(project, s, spec, as_of) for s, spec in declared}
        | ({"seed": project.spec.linkage.seed} if declared else {}),
        run=partial(_link, as_of),
    )


def _describe(project: Project, source: SourceSpec, spec: EncodedSpec, as_of: dt.date | None) -> list[Any]:
    """What the links rest on beside the tables. Of the key the check is told, and never the key."""
    try:
        key = key_check(open_key(project, source, spec))
    except UserError:
        key = "cannot be read"  # told when the stage runs; whoever asks for the plan need not hold the key
    found = find_deliveries(project.root, source, as_of).found
    manifests = [hash_file(manifest_path(one.path)) for one in found[:1]]
    return [declaration_hash(source), hash_file(project.root / spec.schema_file), key, manifests]


def _link(as_of: dt.date | None, work: Work) -> Counts:
    loaded = [_loaded(work, source, as_of) for source, _ in encoded_sources(work.project)]
    delivered = [one for one in loaded if one is not None]
    return link_blind(work.con, work.project, work.folder, delivered, work.tell)


def _loaded(work: Work, source: SourceSpec, as_of: dt.date | None) -> EncodedDelivery | None:
    """The file that was loaded, by its hash; None where an optional source has none."""
    told = json.loads((work.folder / _DELIVERIES.format(source.id)).read_text(encoding="utf-8"))
    if not told["delivery_date"]:
        return None
    found = find_deliveries(work.project.root, source, as_of).found
    on_the_day = [one for one in found if str(one.date) == told["delivery_date"]]
    for one in on_the_day:
        if hash_file(one.path) == told["sha256"]:
            return EncodedDelivery(source, one.path, one.name)
    name = source.file.pattern.replace("{date}", told["delivery_date"])
    return EncodedDelivery(source, work.project.root / name, name)
