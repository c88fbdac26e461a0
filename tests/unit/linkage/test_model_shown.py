"""The chart, the page and the words of a model: readable, complete, the same every time, and without names."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from plainview.linkage.classes import CLASSES, NAMES
from plainview.linkage.comparisons import comparisons
from plainview.linkage.mixture import fit
from plainview.linkage.model import Model, read_model, usual_mixture
from plainview.linkage.model_chart import draw_model
from plainview.linkage.model_weights import as_data, blend, changed_weights, class_shares, level_weights
from plainview.linkage.model_words import describe_model
from plainview.linkage.statistics import Statistics

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def model():
    made = comparisons(("council_tax", "schools"))
    dice = np.random.default_rng(1)
    patterns = np.unique(dice.integers(0, 1 << 10, size=400))
    mixture, rounds = fit(made, patterns, np.full(len(patterns), 20), usual_mixture(made), lambda share: None)
    statistics = Statistics(
        12_345, {"first_name": {"zebedee": 3}, "last_name": {"quillfeather": 2}}, ("council_tax", "schools")
    )
    trained = {
        "on": {"tuples": 12_345, "pairs": 8000, "patterns": len(patterns)},
        "blocking": "normal",
        "rounds": rounds,
        "labels": 0,
        "unseen": {"birth_date": ["same birth date"]},
    }
    return Model(mixture, statistics, trained)


def texts(svg):
    return [node.text for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_a_weight_is_the_ratio_of_what_the_model_holds(model):
    mixture = model.mixture
    rows = level_weights(model)
    assert len(rows) == sum(len(made.levels) - 1 for made in mixture.made)
    for made in mixture.made:
        probabilities = mixture.levels[made.name]
        for place, row in enumerate((row for row in rows if row.comparison == made.name), start=1):
            others = sum(mixture.shares[k] * probabilities[k, place] for k in range(1, len(CLASSES))) / (
                1 - mixture.shares[0]
            )
            assert blend(mixture, made.name)[place] == pytest.approx(others, rel=1e-4)
            assert 2**row.weight == pytest.approx(probabilities[0, place] / others, rel=0.02)
            assert 2 ** row.weights["twin"] == pytest.approx(
                probabilities[0, place] / probabilities[NAMES.index("twin"), place], rel=0.02
            )


def test_the_chart_shows_every_level_and_class_and_runs_nothing(model):
    svg = draw_model(model)
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text
    assert root.find(f"{SVG}desc").text
    assert set(root.get("aria-labelledby").split()) == {root[0].get("id"), root[1].get("id")}
    shown = texts(svg)
    for row in level_weights(model):
        assert row.label in shown or f"{row.label} \u00b0" in shown
    assert "same birth date \u00b0" in shown
    for kind in CLASSES[1:]:
        assert kind.name.replace("_", " ") in shown
    assert {node.tag for node in root.iter()} == {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "line", "text")
    }
    assert not re.search(r"script|href|url\(|on\w+=", svg)


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_chart_can_be_read(model):
    root = ElementTree.fromstring(draw_model(model))
    width = float(root.get("width"))
    cells = [node for node in root.iter(f"{SVG}rect") if node.get("height") == "22"]
    assert cells
    assert all(contrast("#1a1a1a", cell.get("fill")) >= 7 for cell in cells)
    for node in root.iter(f"{SVG}text"):
        assert int(node.get("font-size", 14)) >= 13
        assert contrast(node.get("fill", "#1a1a1a"), "#ffffff") >= 4.5
        assert 0 <= float(node.get("x")) <= width
    for node in root.iter(f"{SVG}rect"):
        assert float(node.get("x", 0)) + float(node.get("width")) <= width


def test_the_page_has_every_figure_of_the_chart(model):
    page = describe_model(model)
    for row in level_weights(model):
        (line,) = (
            one for one in page.splitlines() if one.startswith((f"| {row.label} |", f"| {row.label} \u00b0"))
        )
        cells = [cell.strip().rstrip("*") for cell in line.strip("|").split("|")]
        assert cells[3:] == [f"{row.weight:+.1f}", *(f"{weight:+.1f}" for weight in row.weights.values())]
    for share in class_shares(model):
        assert f"| {share.name} | {share.meaning} | {share.share:.2%} |" in page
    assert "- Birth date: same birth date\n" in page
    assert "8,000 pairs of 12,345 distinct identities" in page


def test_levels_held_by_a_cap_are_said_to_be(model):
    held = {(row.comparison, kind) for row in level_weights(model) for kind in row.held}
    assert ("upn", "household") in held  # its usual probability is the cap itself
    assert ("sex", "twin") not in held


def test_the_same_model_gives_the_same_bytes_and_no_name_is_in_them(model):
    again = replace(model, mixture=model.mixture)
    assert (draw_model(again), describe_model(again)) == (draw_model(model), describe_model(model))
    shown = draw_model(model) + describe_model(model) + str(as_data(model))
    assert "zebedee" not in shown
    assert "quillfeather" not in shown


def test_changes_are_told_largest_first(model):
    levels = {name: found.copy() for name, found in model.mixture.levels.items()}
    levels["sex"][0, 1:] = 0.5
    levels["contact"][0, 1] *= 64
    other = replace(model, mixture=replace(model.mixture, levels=levels))
    changes = changed_weights(model, other)
    assert changed_weights(model, model) == []
    assert {change[0] for change in changes} == {"Sex", "Telephone and e-mail"}
    sizes = [abs(now - was) for _, _, was, now in changes]
    assert sizes == sorted(sizes, reverse=True)


def test_the_chart_and_the_page_of_the_example_are_those_of_its_model():
    folder = Path(__file__).parents[3] / "examples" / "febrl4" / "model"
    model = read_model(folder / "linkage.json")
    assert (folder / "linkage.svg").read_text("utf-8") == draw_model(model), (
        "run: plainview build examples/febrl4"
    )
    assert (folder / "linkage.md").read_text("utf-8") == describe_model(model), (
        "run: plainview build examples/febrl4"
    )
