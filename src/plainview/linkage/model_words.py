"""The linkage model in words: the page that stands beside its chart."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from plainview.linkage.classes import CLASSES, MATCH
from plainview.linkage.model import Model
from plainview.linkage.model_weights import LevelWeight, class_shares, level_weights
from plainview.linkage.statistics import BANDS, FEWEST

_KINDS = [kind.name for row, kind in enumerate(CLASSES) if row != MATCH]


def describe_model(model: Model) -> str:
    """Markdown: how it was trained, what each class means, what is frozen in it, and every weight."""
    rows = level_weights(model)
    parts = [
        _HEAD,
        *_training(model),
        *_classes(model),
        *_frozen(model),
        *_exceptions(model, rows),
        *_weights(rows),
    ]
    return "\n".join(parts) + "\n"


_HEAD = """# The linkage model

<!-- written by plainview beside linkage.json; do not edit -->

This page says in words what `linkage.json` holds; `linkage.svg` is the same as a chart. Builds weigh every pair of
records by it until `plainview train` makes a new one. It holds no name that fewer than ten identities have.
"""


def _training(model: Model) -> Iterator[str]:
    trained = model.trained
    yield "## How it was trained\n"
    on = trained.get("on")
    if not trained.get("rounds") or not on:
        yield "It was not: there were too few pairs, so every figure is the usual one.\n"
        return
    yield (
        f"On {on['pairs']:,} pairs of {on['tuples']:,} distinct identities, those that the blocking rules called "
        f"`{trained.get('blocking', 'normal')}` bring together, with {on['patterns']:,} different patterns of "
        f"agreement; expectation maximisation, {trained['rounds']} rounds."
    )
    labels = trained.get("labels") or 0
    yield (
        f"{labels:,} of the pairs were judged by people.\n" if labels else "No pair was judged by people.\n"
    )


def _classes(model: Model) -> Iterator[str]:
    yield "## The classes\n"
    yield (
        "A compared pair is of one class, and nobody says of which: training divides the pairs so that each class is "
        "alike within itself. The name says what a class starts from; the last column, what most of its pairs came "
        "to look like. Only the first class is one person; the others keep what two people may share from counting "
        "as if they were one.\n"
    )
    yield "| class | means | share of compared pairs | most of its pairs |\n|---|---|---:|---|"
    for row in class_shares(model):
        yield f"| {row.name} | {row.meaning} | {row.share:.2%} | {'; '.join(row.mostly)} |"
    yield ""


def _frozen(model: Model) -> Iterator[str]:
    found = model.statistics
    bands = " and ".join(
        f"{len(found.bands.get(field, {})):,} {field.replace('_', ' ')}s" for field in sorted(BANDS)
    )
    yield "## What is frozen in it\n"
    yield (
        f"How common names are ({bands} that are not rare, each on at least {FEWEST} of {found.tuples:,} identities) "
        f"and the list of {len(found.sources)} sources. They were counted when the model was trained and stay, so that "
        "what two records are worth depends on those two and this file alone: a new delivery changes the weight of no "
        "other pair. `plainview train` counts them anew.\n"
    )


def _exceptions(model: Model, rows: list[LevelWeight]) -> Iterator[str]:
    yield "## What was not learnt\n"
    unseen = [row for row in rows if not row.seen]
    if unseen and model.trained.get("rounds"):
        yield "No pair was at these levels, so they stand at the usual value (marked \u00b0 below):\n"
        yield from (f"- {row.title}: {row.label}" for row in unseen)
        yield ""
    elif not unseen:
        yield "Every level was seen in training.\n"
    held = [row for row in rows if row.held]
    if held:
        yield (
            "Training would have gone further with these, and a cap held them, so that classes do not drift into each "
            "other (marked * below):\n"
        )
        yield from (f"- {row.title}: {row.label}, in {', '.join(row.held)}" for row in held)
        yield ""


def _weights(rows: list[LevelWeight]) -> Iterator[str]:
    yield "## The weights\n"
    yield (
        "How often each level occurs among pairs that are one person, and among all others blended by the shares of "
        "their classes; then the base-2 logarithm of the one over the other, and the same against each class. +1 makes "
        "one person twice as likely, -1 half as likely. The blend is for reading: a pair is weighed against each "
        "class by itself.\n"
    )
    heads = ["level", "one person", "others", "weight", *(kind.replace("_", " ") for kind in _KINDS)]
    for title, found in groupby(rows, key=lambda row: row.title):
        yield f"### {title}\n"
        yield f"| {' | '.join(heads)} |\n|---|{'---:|' * (len(heads) - 1)}"
        for row in found:
            cells = [f"{row.weights[kind]:+.1f}{'*' if kind in row.held else ''}" for kind in _KINDS]
            mark = "" if row.seen else " \u00b0"
            figures = [_share(row.match), _share(row.others), f"{row.weight:+.1f}", *cells]
            yield f"| {row.label}{mark} | {' | '.join(figures)} |"
        yield ""


def _share(value: float) -> str:
    return f"{value:.2%}" if value >= 0.001 else f"{value:.1e}"
