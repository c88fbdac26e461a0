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
    golden_values: int
    quality_rules: int
    quality_rules_failed: int

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
        notes=(*(note for one in ingests for note in _notes(one)), *_untrained(counts["train"])),
        records=counts["collapse"]["identities"],
        unlinkable=counts["collapse"]["unlinkable"],
        tuples=counts["collapse"]["tuples"],
        people=counts["persons"]["persons"],
        households=counts["households"]["households"],
        golden_values=counts["golden"]["golden"],
        quality_rules=counts["quality"]["rules"],
        quality_rules_failed=counts["quality"]["failed"],
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


def _untrained(counts: dict[str, Any]) -> list[str]:
    if counts["fitted"] or not counts["comparisons"]:
        return []
    return ["too few records to train on: links rest on standard weights, so look at them with care"]


def _notes(counts: dict[str, Any]) -> list[str]:
    """Refused deliveries with their problems, and what else the sources' folders say."""
    refused = []
    for delivery in counts["refused"]:
        refused.append(f"{delivery['path']} is refused; the delivery of {counts['delivery_date']} is used")
        refused += [f"  {Problem(**problem)}" for problem in delivery["problems"]]
    return [*refused, *counts["notes"]]
