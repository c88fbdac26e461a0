"""Comparing more pairs finds more and spoils nothing: evidence, not blocking, is what keeps people apart."""

from pathlib import Path

import pytest

from plainview import api
from plainview.linkage.blocking import LOOSENESS

pytestmark = pytest.mark.slow


def declare(project: Path, looseness: str) -> None:
    """Let the project block so, and forget the model that it was built with."""
    toml = project / "plainview.toml"
    lines = [
        line for line in toml.read_text(encoding="utf-8").splitlines() if not line.startswith("blocking")
    ]
    place = next(number for number, line in enumerate(lines) if line == "[linkage]")
    toml.write_text(
        "\n".join([*lines[: place + 1], f'blocking = "{looseness}"', *lines[place + 1 :], ""]),
        encoding="utf-8",
    )
    (project / "model" / "linkage.json").unlink(missing_ok=True)


def test_looser_blocking_keeps_precision_and_f1(tmp_path: Path) -> None:
    """5,000 residents: some 2,000 too few for figures that are steady to a thousandth."""
    project = tmp_path / "authority"
    api.make_demo(project, residents=5000, seed=5)
    measured = {}
    for looseness in LOOSENESS:
        declare(project, looseness)
        api.build(project)
        measured[looseness] = api.evaluate(project, project / "truth" / "truth.parquet")["pairwise"]
    shown = {name: {key: round(measures[key], 5) for key in ("precision", "recall", "f1")}
             for name, measures in measured.items()}  # fmt: skip
    assert min(measures["f1"] for measures in measured.values()) >= 0.985, shown
    assert measured["tight"]["precision"] - measured["loose"]["precision"] <= 0.003, shown
