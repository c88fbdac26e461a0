"""The model that holds where nothing can be fitted is shipped, fits today's comparisons, and is sensible."""

import json
from importlib.resources import files

import numpy as np
import pytest

from plainview.linkage.classes import CLASSES, MATCH
from plainview.linkage.comparisons import comparisons
from plainview.linkage.fields import IDENTIFIERS
from plainview.linkage.model import usual_mixture

WRITTEN = json.loads(files("plainview.linkage").joinpath("usual_model.json").read_text("utf-8"))
MADE = comparisons(("a source",))


def test_its_classes_are_those_of_this_release():
    assert [(kind["name"], kind["meaning"]) for kind in WRITTEN["classes"]] == [
        (kind.name, kind.meaning) for kind in CLASSES
    ]
    assert sum(kind["share"] for kind in WRITTEN["classes"]) == pytest.approx(1, abs=0.05)


def test_it_has_every_level_of_every_comparison_and_no_other():
    written = {one["name"]: [level["label"] for level in one["levels"]] for one in WRITTEN["comparisons"]}
    assert written == {made.name: [level.label for level in made.levels[1:]] for made in MADE}, (
        "run: python scripts/write_usual_model.py"
    )


def test_it_holds_no_statistics_of_any_people():
    assert set(WRITTEN) == {"format", "trained", "classes", "comparisons"}


def test_the_levels_of_each_class_add_up():
    mixture = usual_mixture(MADE)
    for made in MADE:
        sums = mixture.levels[made.name][:, 1:].sum(axis=1)
        assert np.allclose(sums, 1, atol=0.06), made.name
        assert (mixture.levels[made.name] > 0).all()


def test_every_source_of_a_project_is_a_source():
    mixture = usual_mixture(comparisons(("b", "c")))
    assert (mixture.levels["shared_source"][:, 2] == mixture.levels["shared_source"][:, 3]).all()


def test_what_agrees_speaks_for_one_person_and_what_differs_against_it():
    mixture = usual_mixture(MADE)
    for name in ("middle_names", *IDENTIFIERS):
        found = mixture.levels[name]
        assert (found[MATCH, 1] > found[MATCH + 1 :, 1]).all(), name
        assert (found[MATCH, -1] < found[MATCH + 1 :, -1]).sum() >= len(CLASSES) - 2, name
