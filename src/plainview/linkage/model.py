"""The linkage model as a file that people can read, and back.

`PROJECT/model/linkage.json` is like a lock file: the first build writes it, later builds obey it until
`plainview train` makes a new one. It holds no name that fewer than ten tuples have.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from plainview.linkage.classes import CLASSES
from plainview.linkage.comparisons import Comparison, comparisons
from plainview.linkage.mixture import Floats, Mixture, round_digits
from plainview.linkage.statistics import Statistics
from plainview.project.errors import Problem, UserError
from plainview.project.specs import Project

MODEL = "model.json"
"""The model that a snapshot was made with."""

PROJECT_MODEL = Path("model") / "linkage.json"
"""The model that a project keeps to, relative to its folder."""

FORMAT = "plainview linkage model 1"


@dataclass(frozen=True)
class Model:
    """The mixture, the statistics it was fitted with, and how it was made."""

    mixture: Mixture
    statistics: Statistics
    trained: dict[str, Any]

    def as_json(self) -> str:
        """The file's text: the same model gives the same bytes."""
        mixture = self.mixture
        data = {
            "format": FORMAT,
            "trained": self.trained,
            "classes": [
                {"name": kind.name, "meaning": kind.meaning, "share": float(share)}
                for kind, share in zip(CLASSES, mixture.shares, strict=True)
            ],
            "comparisons": [
                {"name": made.name, "title": made.title, "levels": _levels(made, mixture.levels[made.name])}
                for made in mixture.made
            ],
            "statistics": self.statistics.as_dict(),
        }
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _levels(made: Comparison, probabilities: Floats) -> list[dict[str, Any]]:
    names = [kind.name for kind in CLASSES]
    return [
        {
            "label": level.label,
            "probability": dict(zip(names, map(float, probabilities[:, place]), strict=True)),
        }
        for place, level in enumerate(made.levels)
        if place
    ]


def read_kept_model(project: Project) -> Model | None:
    """The model that the project keeps to, or None if it has none.

    UserError where it was trained with another `blocking`: how likely the classes are was learnt from the pairs
    that those rules find, and other rules find others. (Measured: precision .956 instead of .998.)
    """
    path = project.root / PROJECT_MODEL
    if not path.exists():
        return None
    model = read_model(path, str(PROJECT_MODEL))
    trained, declared = model.trained.get("blocking"), project.spec.linkage.blocking
    if trained != declared:
        found, wanted = f"trained with blocking {trained!r}", f"{declared!r}, as plainview.toml says"
        step = f"Train anew: plainview train {project.root}. Or put blocking back."
        raise UserError(Problem(str(PROJECT_MODEL), 0, "trained.blocking", found, wanted, step))
    return model


def read_model(path: Path, shown: str = "") -> Model:
    """Read a model file. UserError with the file and what is wrong if it is not one of this release's."""
    name = shown or path.name
    try:
        data = json.loads(path.read_text("utf-8"))
    except json.JSONDecodeError as error:
        raise _refused(name, error.lineno, "not JSON", "the file as it was written") from error
    except UnicodeDecodeError as error:
        raise _refused(name, 0, "not UTF-8", "the file as it was written") from error
    try:
        if data["format"] != FORMAT:
            raise _refused(name, 1, f"format {data['format']!r}", FORMAT)
        statistics = Statistics.from_dict(data["statistics"])
        made = comparisons(statistics.sources)
        _check_parts(data, statistics)
        return Model(_mixture(data, made, name), statistics, data["trained"])
    except KeyError as error:  # of keys and labels that we wrote ourselves: no value of anybody
        raise _refused(name, 0, f"no {error}", "the file as it was written") from error
    except (AttributeError, TypeError, ValueError) as error:
        raise _refused(name, 0, "a part of another kind", "the file as it was written") from error


def _check_parts(data: dict[str, Any], statistics: Statistics) -> None:
    """Raise ValueError where what is not a parameter has another shape than this release writes."""
    trained = data["trained"]
    bands = {band for names in statistics.bands.values() for band in names.values()}
    sound = (
        isinstance(trained, dict)
        and isinstance(trained.get("unseen", {}), dict)
        and bands <= {1, 2, 3}
        and len(set(statistics.sources)) == len(statistics.sources)
    )
    if not sound:
        raise ValueError("trained or statistics")


def _refused(name: str, line: int, found: str, wanted: str) -> UserError:
    step = "Take the file back from git, or delete it and build again: a model is then trained anew."
    return UserError(Problem(name, line, "", found, wanted, step))


def _mixture(data: dict[str, Any], made: tuple[Comparison, ...], name: str) -> Mixture:
    classes = [kind.name for kind in CLASSES]
    if [kind["name"] for kind in data["classes"]] != classes:
        raise _refused(name, 0, "other classes", ", ".join(classes))
    written = {comparison["name"]: comparison["levels"] for comparison in data["comparisons"]}
    levels = {}
    for comparison in made:
        probabilities = np.ones((len(classes), len(comparison.levels)))
        by_label = {level["label"]: level["probability"] for level in written[comparison.name]}
        for place, level in enumerate(comparison.levels):
            if place:
                probabilities[:, place] = [float(by_label[level.label][kind]) for kind in classes]
        if not ((probabilities >= 0) & (probabilities <= 1)).all():
            raise _refused(name, 0, f"a probability of {comparison.name} beyond 0 to 1", "0 to 1")
        levels[comparison.name] = probabilities
    shares = np.array([float(kind["share"]) for kind in data["classes"]])
    if not ((shares > 0) & (shares <= 1)).all():
        raise _refused(name, 0, "a share of a class beyond 0 to 1", "above 0 and at most 1")
    return Mixture(tuple(classes), made, shares, levels)


def usual_mixture(made: tuple[Comparison, ...]) -> Mixture:
    """The mixture that holds where nothing better can be fitted: fitted on an invented authority.

    `usual_model.json` tells no sources apart but "a source"; every source of a project starts as that.
    """
    data = json.loads(files("plainview.linkage").joinpath("usual_model.json").read_text("utf-8"))
    classes = [kind.name for kind in CLASSES]
    written = {
        comparison["name"]: {level["label"]: level["probability"] for level in comparison["levels"]}
        for comparison in data["comparisons"]
    }
    levels = {}
    for comparison in made:
        known = written[comparison.name]
        sources = sum(
            level.label.startswith("both in") and level.label not in known for level in comparison.levels
        )
        probabilities = np.ones((len(classes), len(comparison.levels)))
        for place, level in enumerate(comparison.levels):
            if not place:
                continue
            one = known.get(level.label) or known["both in a source"]
            part = 1 if level.label in known else 1 / sources
            probabilities[:, place] = [one[kind] * part for kind in classes]
        levels[comparison.name] = round_digits(probabilities)
    shares = np.array([float(kind["share"]) for kind in data["classes"]])
    return Mixture(tuple(classes), made, shares, levels)
