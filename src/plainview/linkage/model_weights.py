"""The weights of a model as rows that a table, a chart and a program can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from plainview.linkage.classes import CLASSES, MATCH
from plainview.linkage.comparisons import Comparison
from plainview.linkage.mixture import LEAST, Floats, Mixture, capped_levels
from plainview.linkage.model import Model

_TELLING = ("first_name", "last_name", "birth_date", "place")
_HELD_WITHIN = 1e-4  # of the cap: parameters are rounded to six digits


@dataclass(frozen=True)
class LevelWeight:
    """One level of a comparison.

    `match` and `others` are how often it occurs among pairs that are one person, and among all others, blended by
    the shares of their classes; `weight` is log2 of the one over the other, and `weights` the same
    against each class. `seen` is False where no pair was at it in training; `held` names the classes
    in which a cap holds it.
    """

    comparison: str
    title: str
    label: str
    match: float
    others: float
    weight: float
    weights: Mapping[str, float]
    seen: bool
    held: tuple[str, ...]


@dataclass(frozen=True)
class ClassShare:
    """One class: its share of the compared pairs, and what most of its pairs look like."""

    name: str
    meaning: str
    share: float
    mostly: tuple[str, ...]


def blend(mixture: Mixture, comparison: str) -> Floats:
    """How often each level occurs among pairs that are not one person: classes weighed by their shares."""
    shares = mixture.shares[MATCH + 1 :]
    blended: Floats = shares @ mixture.levels[comparison][MATCH + 1 :] / shares.sum()
    return blended


def level_weights(model: Model) -> list[LevelWeight]:
    """Every level but "not known", which is no evidence, in the order of the comparisons."""
    unseen = model.trained.get("unseen", {})
    trained = bool(model.trained.get("rounds"))
    rows = []
    for made in model.mixture.made:
        probabilities = np.maximum(model.mixture.levels[made.name], LEAST)
        blended = np.maximum(blend(model.mixture, made.name), LEAST)
        ratios = np.log2(probabilities[MATCH] / probabilities)
        held = _held(model.mixture, made)
        for place, level in enumerate(made.levels):
            if not place:
                continue
            rows.append(
                LevelWeight(
                    comparison=made.name,
                    title=made.title,
                    label=level.label,
                    match=float(probabilities[MATCH, place]),
                    others=float(blended[place]),
                    weight=_weight(np.log2(probabilities[MATCH, place] / blended[place])),
                    weights={
                        kind.name: _weight(ratios[row, place])
                        for row, kind in enumerate(CLASSES)
                        if row != MATCH
                    },
                    seen=trained and level.label not in unseen.get(made.name, ()),
                    held=held.get(place, ()),
                )
            )
    return rows


def class_shares(model: Model) -> list[ClassShare]:
    """The classes in order. `mostly` has the commonest level of names, birth date and address, with its share."""
    made = {one.name: one for one in model.mixture.made}
    rows = []
    for row, kind in enumerate(CLASSES):
        mostly = []
        for name in _TELLING:
            probabilities = model.mixture.levels[name][row, 1:]
            top = int(np.argmax(probabilities))
            mostly.append(f"{made[name].levels[top + 1].label} ({probabilities[top]:.0%})")
        rows.append(ClassShare(kind.name, kind.meaning, float(model.mixture.shares[row]), tuple(mostly)))
    return rows


def as_data(model: Model) -> dict[str, Any]:
    """The model in words as plain data, for `--json`. Names and other statistics are left out."""
    return {
        "trained": model.trained,
        "classes": [asdict(row) for row in class_shares(model)],
        "levels": [asdict(row) for row in level_weights(model)],
    }


def changed_weights(old: Model, new: Model) -> list[tuple[str, str, float, float]]:
    """(title, level, old weight, new weight) of the levels that both models have, the largest changes first."""
    before = {(row.comparison, row.label): row for row in level_weights(old)}
    after = level_weights(new)
    both = [(before[key], row) for row in after if (key := (row.comparison, row.label)) in before]
    changes = [
        (row.title, row.label, was.weight, row.weight) for was, row in both if was.weight != row.weight
    ]
    return sorted(changes, key=lambda change: (-abs(change[3] - change[2]), change[:2]))


def _weight(value: float) -> float:
    return round(float(value), 2) + 0.0  # no minus before nought


def _held(mixture: Mixture, made: Comparison) -> dict[int, tuple[str, ...]]:
    """Level to the classes whose cap for it is reached."""
    held: dict[int, tuple[str, ...]] = {}
    for row, kind in enumerate(CLASSES):
        for cap in kind.caps:
            if cap.comparison != made.name:
                continue
            capped = capped_levels(made, cap)
            if mixture.levels[made.name][row, capped].sum() >= cap.most * (1 - _HELD_WITHIN):
                for place in capped:
                    held[place] = (*held.get(place, ()), kind.name)
    return held
