"""Writes `linkage/usual_model.json`, the model that holds where nothing can be fitted.

    python scripts/write_usual_model.py [--residents 20000]
    python scripts/write_usual_model.py --model FILE.json

Without a file it invents an authority, builds it, and fits a model to its compared pairs that starts from
knowing nothing, so that the file never depends on the one before it. Figures are rounded to two digits: it is what is
usual, not what one invented authority has. Sources become one "a source", which stands for any of a project.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from plainview import api
from plainview.build.pipeline import make_stages
from plainview.build.run import run_build
from plainview.engine.duck import connect
from plainview.linkage.compare import count_patterns, read_statistics
from plainview.linkage.comparisons import comparisons
from plainview.linkage.fields import IDENTIFIERS
from plainview.linkage.mixture import fit, flat
from plainview.linkage.model import Model, read_model
from plainview.linkage.train import find_unseen

TARGET = Path(__file__).parents[1] / "src" / "plainview" / "linkage" / "usual_model.json"
_SOURCES = 20  # so many sources a level "both in another source" is shared by

_STAGES = ("standardise", "collapse", "statistics", "compare")

_FEWEST = {"kin": 0.1, "twin": 0.25}
"""Shares that these classes have at least: where nothing can be fitted, relatives must stay apart."""

Probabilities = dict[str, float]


def fit_demo(residents: int, blocking: str) -> Model:
    """Invent an authority, build it, and fit a model to its pairs that starts from a flat one."""
    with tempfile.TemporaryDirectory() as scratch:
        project = Path(scratch) / "demo"
        api.make_demo(project, residents=residents)
        declare_blocking(project / "plainview.toml", blocking)
        folder = compare_demo(project)
        statistics = read_statistics(folder)
        made = comparisons(statistics.sources)
        with connect() as con:
            patterns, counts = count_patterns(con, folder)
        mixture, rounds = fit(made, patterns, counts, flat(made), lambda share: None)
    return Model(mixture, statistics, {"rounds": rounds, "unseen": find_unseen(made, patterns)})


def compare_demo(project: Path) -> Path:
    """Build as far as the compared pairs; no further, as a build would need the file that is to be written."""
    checked = api.check(project)
    stages = [
        stage for stage in make_stages(checked) if stage.name in _STAGES or stage.name.startswith("ingest:")
    ]
    return run_build(checked, stages).snapshot.folder


def declare_blocking(path: Path, blocking: str) -> None:
    """Compare more pairs than a project does of itself, so that there are enough of every class."""
    text = path.read_text(encoding="utf-8")
    declared = f'blocking = "{blocking}"\n'
    head = "[linkage]\n"
    text = text.replace(head, head + declared) if head in text else f"{text}\n{head}{declared}"
    path.write_text(text, encoding="utf-8")


def usual(model: Model, note: str) -> dict[str, Any]:
    """The file's content."""
    data = json.loads(model.as_json())
    unseen = model.trained.get("unseen", {})
    levels = {one["name"]: one["levels"] for one in data["comparisons"]}
    for one in data["comparisons"]:
        if one["name"] == "shared_source":
            one["levels"] = _any_source(one["levels"])
        absent = unseen.get(one["name"], [])
        if one["name"] in IDENTIFIERS and len(absent) == len(one["levels"]):
            _copy(levels[IDENTIFIERS[0]], one["levels"])
        else:
            _fill(one["levels"], absent)
        _compose(one["name"], one["levels"])
        _round_off(one["levels"])
    shares = {kind["name"]: max(kind["share"], _FEWEST.get(kind["name"], 0)) for kind in data["classes"]}
    for kind in data["classes"]:
        kind["share"] = float(f"{shares[kind['name']] / sum(shares.values()):.2g}")
    del data["statistics"]
    return data | {"trained": {"note": note}}


def _compose(comparison: str, levels: list[dict[str, Any]]) -> None:
    """What 20,000 people have too few of to fit: kin of one name are named like namesakes, and live like a household;
    twins are named and live like a household, and their birth dates stay as fitted."""
    named = comparison in ("first_name", "last_name", "middle_names")
    for level in levels:
        probability = level["probability"]
        probability["kin"] = probability["namesake" if named else "household"]
        if comparison != "birth_date":
            probability["twin"] = probability["household"]


def _any_source(levels: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """From different sources, both in a source, both in another: what sources have in common."""
    apart, *within = levels
    total = {kind: sum(level["probability"][kind] for level in within) for kind in apart["probability"]}
    other = {kind: value / _SOURCES for kind, value in total.items()}
    return [
        apart,
        {"label": "both in a source", "probability": total},
        {"label": "both in another source", "probability": other},
    ]


def _copy(known: list[dict[str, Any]], levels: list[dict[str, Any]]) -> None:
    """An identifier that the demo does not have is held to be as good as the first of them."""
    for one, level in zip(known, levels, strict=True):
        level["probability"] = dict(one["probability"])


def _fill(levels: list[dict[str, Any]], absent: list[str]) -> None:
    """Levels that no pair was at: a hundredth of their neighbours, so that their weight lies between theirs."""
    seen = [place for place, level in enumerate(levels) if level["label"] not in absent]
    for place, level in enumerate(levels):
        if level["label"] in absent and seen:
            before = max((at for at in seen if at < place), default=min(seen))
            after = min((at for at in seen if at > place), default=max(seen))
            level["probability"] = _between(levels[before]["probability"], levels[after]["probability"])


def _between(one: Probabilities, other: Probabilities) -> Probabilities:
    return {kind: (one[kind] * other[kind]) ** 0.5 / 100 for kind in one}


def _round_off(levels: list[dict[str, Any]]) -> None:
    """To two digits, after the levels of each class are made to add up again."""
    sums = {kind: sum(level["probability"][kind] for level in levels) for kind in levels[0]["probability"]}
    for level in levels:
        level["probability"] = {
            kind: float(f"{p / sums[kind]:.2g}") for kind, p in level["probability"].items()
        }


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=20_000)
    parser.add_argument("--blocking", default="loose", help="how many pairs of the demo are compared")
    parser.add_argument("--model", type=Path, help="a project's model/linkage.json, instead of a demo")
    parser.add_argument("--out", type=Path, default=TARGET, help="another file than the one that is shipped")
    args = parser.parse_args()
    if args.model:
        model, note = read_model(args.model), "fitted on a project and rounded"
    else:
        model = fit_demo(args.residents, args.blocking)
        note = f"fitted on an invented authority of {args.residents:,} residents and rounded"
    args.out.write_text(json.dumps(usual(model, note), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote {args.out}")


if __name__ == "__main__":
    main()
