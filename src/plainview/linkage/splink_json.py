"""Plain two-class models in the settings JSON of Splink 5, read and written.

Ours has one match class and several kinds of two people; Splink's has m and u. So what is written has for u the
blend of the kinds by their shares: good to look at in Splink's charts, and what a plain two-class model could
do, which is less. What is read is a mixture of two classes whose match weights are Splink's own:

    log2(p / (1 - p)) + sum over comparisons of log2(m / u), nothing for null levels

with p the `probability_two_random_records_match` (Splink 5.0.0, `internals/predict.py`).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from plainview.linkage.classes import MATCH
from plainview.linkage.comparisons import LIKENESS, Comparison, Level, shifts
from plainview.linkage.fields import IDENTIFIERS
from plainview.linkage.mixture import LEAST, Ints, Mixture
from plainview.linkage.model import Model
from plainview.linkage.model_weights import blend
from plainview.project.errors import Problem, UserError

CLASSES = ("match", "no match")

_NOT_OBSERVED = "level not observed in training dataset"
_AS_NOT_OBSERVED = 1e-6  # what Splink takes for it
_LEAST = 1e-300  # what Splink takes for anything less
_BITS = 62  # of a pattern

_BLOCKING = (
    "l.birth_date = r.birth_date AND l.first_start = r.first_start",
    "l.first_name = r.first_name AND l.last_name = r.last_name",
    "l.last_name = r.last_name AND l.postcode = r.postcode",
    "l.mobile = r.mobile",
    "l.email = r.email",
    *(f"l.{name} = r.{name}" for name in IDENTIFIERS),
)


def write_splink_model(model: Model, path: Path) -> None:
    """Write a model for Splink 5 to open. It compares rows of the table of `features.make_features`."""
    text = json.dumps(as_splink(model.mixture), indent=2, ensure_ascii=False) + "\n"
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        step = "Name a file in a folder that you may write to."
        raise UserError(Problem(str(path), 0, "--splink", error.strerror or "", "a file", step)) from error


def as_splink(mixture: Mixture) -> dict[str, Any]:
    """Splink's settings: our comparisons over columns `..._l` and `..._r`, m, and u as the blend of all others."""
    return {
        "link_type": "dedupe_only",
        "sql_dialect": "duckdb",
        "unique_id_column_name": "tuple_id",
        "probability_two_random_records_match": float(mixture.shares[MATCH]),
        "blocking_rules_to_generate_predictions": [
            {"blocking_rule": rule, "sql_dialect": "duckdb"} for rule in _BLOCKING
        ],
        "comparisons": [_comparison(mixture, made) for made in mixture.made],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(mixture: Mixture, made: Comparison) -> dict[str, Any]:
    found = np.maximum(mixture.levels[made.name][MATCH], LEAST)
    others = np.maximum(blend(mixture, made.name), LEAST)
    levels: list[dict[str, Any]] = []
    for place, level in enumerate(made.levels):
        one: dict[str, Any] = {"sql_condition": _suffixed(level.sql), "label_for_charts": level.label}
        if place:
            one |= {"m_probability": float(found[place]), "u_probability": float(others[place])}
        else:
            one["is_null_level"] = True
        levels.append(one)
    return {
        "output_column_name": made.name,
        "comparison_description": made.title,
        "comparison_levels": levels,
    }


def _suffixed(sql: str) -> str:
    """Our SQL over l, r and the likenesses c, over columns of one row."""
    if sql == "else":
        return "ELSE"
    whole = re.sub(r"\bc\.(\w+)", lambda found: f"({LIKENESS[found[1]]})", sql)
    return re.sub(r"\b([lr])\.(\w+)", lambda found: f"{found[2]}_{found[1]}", whole)


def two_classes(mixture: Mixture) -> Mixture:
    """The plain model that is written: one person, and all else blended."""
    levels = {}
    for made in mixture.made:
        one = np.maximum(np.stack([mixture.levels[made.name][MATCH], blend(mixture, made.name)]), LEAST)
        one[:, 0] = 1.0
        levels[made.name] = one
    prior = mixture.shares[MATCH]
    return Mixture(CLASSES, mixture.made, np.array([prior, 1 - prior]), levels)


def read_splink(path: Path) -> Mixture:
    """A model that Splink 5 has saved, as a mixture of two classes; see `patterns_of` for its use.

    UserError with the comparison for what a plain model does not have: term frequencies, levels without m or u,
    comparisons whose first level is not that of nulls although they have one, or that do not end in ELSE.
    """
    step = "Save it with Splink 5: linker.misc.save_model_to_json(FILE)."
    try:
        data = json.loads(path.read_text("utf-8"))
        prior = float(data["probability_two_random_records_match"])
        given = data["comparisons"]
        if not 0 < prior < 1:
            raise ValueError("prior")
    except OSError as error:
        raise UserError(Problem(str(path), 0, "", "no file that can be read", "a file", step)) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(
            Problem(str(path), 0, "", "not a model of Splink's", "its settings JSON", step)
        ) from error
    made, levels = [], {}
    for comparison in given:
        name, read, probabilities = _read_comparison(path, comparison)
        made.append(read)
        levels[name] = probabilities
    if sum(one.bits for one in made) > _BITS:
        raise _refused(
            path, "comparisons", "more levels than a pattern holds", f"at most {_BITS} bits of them"
        )
    return Mixture(CLASSES, tuple(made), np.array([prior, 1 - prior]), levels, least=_LEAST)


def _read_comparison(path: Path, comparison: dict[str, Any]) -> tuple[str, Comparison, np.ndarray[Any, Any]]:
    name = comparison.get("output_column_name", "")
    given = comparison["comparison_levels"]
    nulls = [level for level in given if level.get("is_null_level")]
    rest = given[len(nulls) :]
    if given[: len(nulls)] != nulls:
        raise _refused(path, name, "a null level after others", "null levels first")
    if not rest or rest[-1]["sql_condition"].strip().upper() != "ELSE":
        raise _refused(path, name, "no ELSE at the end", "a last level for all that is left")
    for level in rest:
        if level.get("tf_adjustment_column") and level.get("tf_adjustment_weight", 1.0):
            raise _refused(path, name, "term frequency adjustments", "a plain model: m and u alone")
    unknown = " OR ".join(f"({level['sql_condition']})" for level in nulls) or "false"
    levels = [Level("not known", unknown)]
    levels += [
        Level(level.get("label_for_charts") or level["sql_condition"], level["sql_condition"])
        for level in rest
    ]
    probabilities = np.ones((2, len(levels)))
    for place, level in enumerate(rest, start=1):
        for row, key in enumerate(("m_probability", "u_probability")):
            probabilities[row, place] = _probability(path, name, key, level.get(key))
    return (
        name,
        Comparison(name, comparison.get("comparison_description") or name, tuple(levels)),
        probabilities,
    )


def _probability(path: Path, name: str, key: str, value: object) -> float:
    if value == _NOT_OBSERVED:
        return _AS_NOT_OBSERVED
    if not isinstance(value, int | float) or not 0 <= value <= 1:
        raise _refused(
            path, name, f"a level without a usable {key}", "a trained model, every m and u within 0 to 1"
        )
    return float(value)


def _refused(path: Path, name: str, found: str, wanted: str) -> UserError:
    step = "Train or save it without that in Splink, then read it again."
    return UserError(Problem(str(path), 0, name, found, wanted, step))


def patterns_of(con: duckdb.DuckDBPyConnection, mixture: Mixture, pairs: str) -> Ints:
    """The pattern of each row of `pairs`, in its order: a relation with the columns `..._l` and `..._r` that the
    levels of a model that was read name. `mixture.match_weights` weighs them.
    """
    terms = (
        f"(({made.case()})::BIGINT << {shift})"
        for made, shift in zip(mixture.made, shifts(mixture.made), strict=True)
    )
    found = con.execute(f"SELECT {' + '.join(terms)} AS pattern FROM {pairs}").fetchnumpy()["pattern"]
    patterns: Ints = found.astype(np.int64)
    return patterns
