"""Deciding what a build will do: which stages run, which are kept, and why.

`plainview plan` prints this; the build decides by the same function, with the real bytes in hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from plainview.build.fingerprints import code_hash
from plainview.build.stages import Stage

Action = Literal["run", "keep"]


@dataclass(frozen=True)
class StagePlan:
    """What will happen to one stage. `reason` is a clause that can stand after "because"."""

    name: str
    title: str
    action: Action
    reason: str
    reads: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for `--json`."""
        return {
            "stage": self.name,
            "title": self.title,
            "action": self.action,
            "reason": self.reason,
            "reads": self.reads,
            "inputs": list(self.inputs),
            "outputs": list(self.outputs),
        }


def why_run(stage: Stage, manifest: Mapping[str, Any] | None, *, force: bool = False) -> str | None:
    """Why the stage cannot be kept from the snapshot with this manifest; None if all but its inputs agree."""
    if manifest is None:
        return "there is no earlier snapshot"
    if force:
        return "every stage was asked for"
    if manifest["code"]["hash"] != code_hash():
        return "the program has changed since that snapshot"
    if stage.must_run:
        return stage.must_run
    before = manifest["stages"].get(stage.name)
    if before is None:
        return "it is new"
    if {*stage.outputs} != {*before["outputs"]}:
        return "it writes other tables now"
    changed = sorted(
        key
        for key in {*stage.declared, *before["declared"]}
        if stage.declared.get(key) != before["declared"].get(key)
    )
    return f"changed: {', '.join(changed)}" if changed else None


def make_plan(
    stages: Iterable[Stage], manifest: Mapping[str, Any] | None, *, force: bool = False
) -> list[StagePlan]:
    """What a build would do now, without doing it.

    A stage after one that runs is said to run; the build keeps it all the same if what it reads
    turns out not to have changed.
    """
    plans: list[StagePlan] = []
    rewritten: dict[str, str] = {}
    for stage in stages:
        reason = why_run(stage, manifest, force=force) or _after(stage, rewritten)
        action: Action = "run" if reason else "keep"
        if action == "run":
            rewritten.update(dict.fromkeys(stage.outputs, stage.name))
        plans.append(
            StagePlan(
                stage.name,
                stage.title,
                action,
                reason or "nothing it depends on has changed",
                stage.reads,
                stage.inputs,
                stage.outputs,
            )
        )
    return plans


def _after(stage: Stage, rewritten: Mapping[str, str]) -> str | None:
    before = sorted({rewritten[name] for name in stage.inputs if name in rewritten})
    if not before:
        return None
    rest = f" and {len(before) - 1} more" if len(before) > 1 else ""
    return f"it reads what {before[0]}{rest} will write"
