"""The model is a file that reads back as it was written; a broken one is told in one message."""

import json

import numpy as np
import pytest

from plainview.linkage.classes import NAMES
from plainview.linkage.comparisons import comparisons, shifts
from plainview.linkage.mixture import fit
from plainview.linkage.model import FORMAT, Model, read_model, usual_mixture
from plainview.linkage.statistics import Statistics
from plainview.project.errors import UserError

SOURCES = ("housing", "libraries")
MADE = comparisons(SOURCES)
STEP = "Take the file back from git, or delete it and build again: a model is then trained anew."


@pytest.fixture(scope="module")
def model():
    dice = np.random.default_rng(1)
    patterns = np.unique(dice.integers(0, 2, 500))
    mixture, rounds = fit(
        MADE, patterns, np.full(len(patterns), 400), usual_mixture(MADE), lambda share: None
    )
    bands = {"first_name": {"ada": 1, "zoë": 2}, "last_name": {}}
    return Model(
        mixture, Statistics(800, bands, SOURCES), {"on": {"tuples": 800}, "rounds": rounds, "labels": 0}
    )


@pytest.fixture
def file(tmp_path, model):
    path = tmp_path / "linkage.json"
    path.write_text(model.as_json(), encoding="utf-8")
    return path


def test_it_reads_back_as_it_was_written(file, model):
    found = read_model(file)
    assert found.as_json() == model.as_json() == file.read_text(encoding="utf-8")
    assert found.statistics == model.statistics
    dice = np.random.default_rng(2)
    patterns = np.zeros(100, dtype=np.int64)
    for made, shift in zip(MADE, shifts(MADE), strict=True):
        patterns |= dice.integers(0, len(made.levels), 100) << shift
    assert found.mixture.match_weights(patterns).tolist() == model.mixture.match_weights(patterns).tolist()


def test_people_can_read_it(file):
    data = json.loads(file.read_text(encoding="utf-8"))
    assert [kind["name"] for kind in data["classes"]] == list(NAMES)
    assert all(kind["meaning"] for kind in data["classes"])
    assert [one["name"] for one in data["comparisons"]] == [made.name for made in MADE]
    for one, made in zip(data["comparisons"], MADE, strict=True):
        assert [level["label"] for level in one["levels"]] == [level.label for level in made.levels[1:]]
    assert "zoë" in file.read_text(encoding="utf-8")


def level(data, name="sex", at=0):
    return next(one for one in data["comparisons"] if one["name"] == name)["levels"][at]


BROKEN = {
    "another format": (
        lambda data: data.update(format="splink"),
        f":1: format 'splink'; expected {FORMAT}",
    ),
    "other classes": (
        lambda data: data["classes"].pop(),
        f": other classes; expected {', '.join(NAMES)}",
    ),
    "a level that is missing": (
        lambda data: next(one for one in data["comparisons"] if one["name"] == "sex")["levels"].pop(0),
        ": no 'same sex'; expected the file as it was written",
    ),
    "a comparison that is missing": (
        lambda data: data["comparisons"].pop(0),
        ": no 'first_name'; expected the file as it was written",
    ),
    "a class that is missing in a level": (
        lambda data: level(data)["probability"].pop("twin"),
        ": no 'twin'; expected the file as it was written",
    ),
    "a probability beyond 1": (
        lambda data: level(data)["probability"].update(match=1.5),
        ": a probability of sex beyond 0 to 1; expected 0 to 1",
    ),
    "a negative probability": (
        lambda data: level(data)["probability"].update(match=-0.1),
        ": a probability of sex beyond 0 to 1; expected 0 to 1",
    ),
    "a probability that is no number": (
        lambda data: level(data)["probability"].update(match=float("nan")),
        ": a probability of sex beyond 0 to 1; expected 0 to 1",
    ),
    "a word for a probability": (
        lambda data: level(data)["probability"].update(match="Jo Bloggs"),
        ": a part of another kind; expected the file as it was written",
    ),
    "a share of nothing": (
        lambda data: data["classes"][1].update(share=0),
        ": a share of a class beyond 0 to 1; expected above 0 and at most 1",
    ),
    "a share beyond 1": (
        lambda data: data["classes"][1].update(share=2),
        ": a share of a class beyond 0 to 1; expected above 0 and at most 1",
    ),
    "names that are no names": (
        lambda data: data["statistics"].update(bands={"first_name": 5, "last_name": {}}),
        ": a part of another kind; expected the file as it was written",
    ),
    "no statistics": (
        lambda data: data.pop("statistics"),
        ": no 'statistics'; expected the file as it was written",
    ),
}


def refusal(path):
    with pytest.raises(UserError) as caught:
        read_model(path, "model/linkage.json")
    assert len(caught.value.problems) == 1
    return str(caught.value)


@pytest.mark.parametrize("wrong", BROKEN)
def test_a_broken_file_says_what_is_wrong_and_what_to_do(file, wrong):
    break_it, message = BROKEN[wrong]
    data = json.loads(file.read_text(encoding="utf-8"))
    break_it(data)
    file.write_text(json.dumps(data), encoding="utf-8")
    assert refusal(file) == f"model/linkage.json{message}. {STEP}"


TEXTS = {
    "half a file": (b'{\n "format": "plain', ":2: not JSON; expected the file as it was written"),
    "an empty file": (b"", ":1: not JSON; expected the file as it was written"),
    "no UTF-8": (b'{"format": "\xe9"}', ": not UTF-8; expected the file as it was written"),
    "a list": (b"[1]", ": a part of another kind; expected the file as it was written"),
    "a number": (b"7", ": a part of another kind; expected the file as it was written"),
}


@pytest.mark.parametrize("wrong", TEXTS)
def test_a_file_that_is_none(file, wrong):
    content, message = TEXTS[wrong]
    file.write_bytes(content)
    assert refusal(file) == f"model/linkage.json{message}. {STEP}"


def test_the_usual_model_is_one_for_any_sources():
    for sources in (("one",), ("one", "two"), tuple(f"s{number}" for number in range(62))):
        made = comparisons(sources)
        usual = usual_mixture(made)
        for name, levels in usual.levels.items():
            assert levels[:, 1:].sum(axis=1) == pytest.approx(np.ones(len(NAMES)), abs=0.03), name
            assert (levels > 0).all()
