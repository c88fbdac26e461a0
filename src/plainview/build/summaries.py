"""What a snapshot holds, in the few figures that a person asks for first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from plainview.build.snapshots import Snapshot
from plainview.project.errors import Problem


@dataclass(frozen=True)
class SourceSummary:
    """One source: which delivery counts, and where each of its rows went."""

    source: str
    delivery: str
    read: int
    loaded: int
    quarantined: int
    excluded: int
    values_left_out: int


@dataclass(frozen=True)
class Summary:
    """A snapshot's figures. `notes` are what a person should know about the deliveries."""

    snapshot: str
    sources: tuple[SourceSummary, ...]
    notes: tuple[str, ...]
    records: int
    unlinkable: int
    tuples: int
    people: int
    households: int
    statements: int
    relationships: int
    contacts_unmatched: int
    contacts_excluded: int
    families: int
    professional_families: int
    family_differences: int
    golden_values: int
    quality_rules: int
    quality_rules_failed: int
    churn: dict[str, float]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return asdict(self)

    @property
    def found(self) -> dict[str, int]:
        """What was found, by the words it is printed with."""
        return {
            "records that can be linked": self.records,
            "records that name nobody (no name, no identifier)": self.unlinkable,
            "distinct identities": self.tuples,
            "people": self.people,
            "households": self.households,
            "records that name a related person": self.statements,
            "of them: the person was found": self.relationships,
            "of them: not found, with the reason": self.contacts_unmatched,
            "of them: left out by a named rule": self.contacts_excluded,
            "families by care": self.families,
            "families by a professional's number": self.professional_families,
            "differences between the two": self.family_differences,
            "golden values": self.golden_values,
            "quality rules checked": self.quality_rules,
            "quality rules failed": self.quality_rules_failed,
        }


def summarise(snapshot: Snapshot) -> Summary:
    """The figures of one snapshot, from its manifest."""
    counts = {name: stage["counts"] for name, stage in snapshot.manifest["stages"].items()}
    ingests = [counts[name] for name in sorted(counts) if name.startswith("ingest:")]
    return Summary(
        snapshot=snapshot.id,
        sources=tuple(_summarise_source(one) for one in ingests),
        notes=(
            *(note for one in ingests for note in _notes(one)),
            *_model(snapshot.manifest["stages"]["train"], counts["collapse"]["tuples"]),
            *_blind(counts["blind"]),
            *_waiting(counts.get("review", {})),
        ),
        records=counts["collapse"]["identities"],
        unlinkable=counts["collapse"]["unlinkable"],
        tuples=counts["collapse"]["tuples"],
        people=counts["persons"]["persons"],
        households=counts["households"]["households"],
        statements=counts["relationships"]["statements"],
        relationships=counts["relationships"]["relationships"],
        contacts_unmatched=counts["relationships"]["unmatched"],
        contacts_excluded=counts["relationships"]["excluded"],
        families=counts["families"]["care"],
        professional_families=counts["families"]["professional"],
        family_differences=counts["families"]["differences"],
        golden_values=counts["golden"]["golden"],
        quality_rules=counts["quality"]["rules"],
        quality_rules_failed=counts["quality"]["failed"],
        churn=_churn(snapshot.manifest["stages"]["persons"]),
    )


def _summarise_source(counts: dict[str, Any]) -> SourceSummary:
    return SourceSummary(
        source=counts["source"],
        delivery=counts["delivery_date"] or "none",
        read=counts["read"],
        loaded=counts["loaded"],
        quarantined=counts["quarantined"],
        excluded=sum(counts["excluded"].values()),
        values_left_out=counts["values_left_out"],
    )


_CHURN = {
    "kept": "ids kept",
    "minted": "ids given for the first time",
    "merged": "ids whose records went to another",
    "split": "ids that lost records to another",
    "retired": "ids retired: all their records have left the deliveries",
    "revived": "ids used again",
    "moved": "records that changed their person",
    "share_moved": "the same as a share of all",
}


def _churn(persons: dict[str, Any]) -> dict[str, float]:
    """What the build did to ids, by the words it is printed with; nothing if the ids were kept as they were."""
    counts = {} if persons["kept"] else persons["counts"]
    return {text: counts[name] for name, text in _CHURN.items() if name in counts}


def _blind(counts: dict[str, Any]) -> list[str]:
    """How many encoded records each source has linked, and how far to trust that."""
    return [
        f"{source}: {one['linked']:,} of {one['records']:,} encoded records are linked; measured on our own people, "
        f"precision {_share(one, 'precision')}, recall {_share(one, 'recall')}"
        for source, one in counts["sources"].items()
    ]


def _share(counts: dict[str, Any], name: str) -> str:
    if counts[name] is None:
        return "not known, as too few people are known twice"
    return f"{counts[name]:.3f} ({counts[f'{name}_low']:.3f} to {counts[f'{name}_high']:.3f})"


_STALE = 0.2  # change of the number of tuples since training, as a share


def _model(stage: dict[str, Any], tuples: int) -> list[str]:
    """Which model the links rest on, and whether it is time to train it anew."""
    counts = stage["counts"]
    on = counts.get("trained_tuples", 0)
    if not (counts["fitted"] or counts["kept"]):
        return ["too few records to train on: links rest on standard weights, so look at them with care"]
    if counts["fitted"] and not stage["kept"]:
        return [
            f"a linkage model was trained on {on:,} distinct identities; model/linkage.json keeps it, with a chart "
            "and a page: review them and keep the folder in git"
        ]
    said = f"links rest on the model of model/linkage.json, trained on {on:,} distinct identities"
    if on and abs(tuples - on) > _STALE * on:
        said += f"; there are {tuples:,} now, so it is time for: plainview train PROJECT"
    return [said]


def _waiting(counts: dict[str, Any]) -> list[str]:
    lines = counts.get("decisions_waiting", [])
    if not lines:
        return []
    shown = ", ".join(str(line) for line in lines[:20]) + (" and more" if len(lines) > 20 else "")
    return [f"decisions wait for records that are in no delivery: decisions/identity.csv, line {shown}"]


def _notes(counts: dict[str, Any]) -> list[str]:
    """Refused deliveries with their problems, and what else the sources' folders say."""
    refused = []
    for delivery in counts["refused"]:
        refused.append(f"{delivery['path']} is refused; the delivery of {counts['delivery_date']} is used")
        refused += [f"  {Problem(**problem)}" for problem in delivery["problems"]]
    return [*refused, *counts["notes"]]
