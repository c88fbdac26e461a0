"""The parameters of a model: what Splink estimated, with the starting values and the caps."""

from __future__ import annotations

from typing import Any

from splink import Linker

from plainview.linkage.comparisons import Comparison, Level

Estimates = dict[tuple[str, int], float]
"""Comparison and place of the level in it to a probability. A level that was never seen is not in it."""

_DIGITS = 5  # sums over threads differ after the fourteenth digit
_LEAST_M = 0.0001
_LEAST_U = 1e-9


def rounded(value: float) -> float:
    """To the digits that parameters are kept with."""
    return float(f"{value:.{_DIGITS}g}")


def read_estimates(linker: Linker, parameter: str) -> Estimates:
    """What a linker has estimated: `parameter` is "m" or "u". Splink's median where several sessions did."""
    found = {}
    for comparison in linker._settings_obj.comparisons:
        levels = [level for level in comparison.comparison_levels if not level.is_null_level]
        for place, level in enumerate(levels):
            value = level._trained_m_median if parameter == "m" else level._trained_u_median
            if value:
                found[comparison.output_column_name, place] = float(value)
    return found


def put_u(settings: dict[str, Any], comparisons: list[Comparison], u: Estimates) -> None:
    """Set u alone, which expectation maximisation then keeps."""
    for comparison, place, _, written in _levels(settings, comparisons):
        if not comparison.fixed:
            written["u_probability"] = u.get((comparison.name, place), written["u_probability"])


def put_both(
    settings: dict[str, Any], comparisons: list[Comparison], m: Estimates, u: Estimates, least: float
) -> None:
    """Set m and u, within the caps and rounded.

    A level seen among matches alone gets a u of `least` at most, one pair in as many as were looked at. One
    seen among non-matches alone gets the m that keeps its starting weight, and one never seen at all keeps
    both starting values: half a measurement would give it a weight that nobody found.
    """
    for comparison, place, level, written in _levels(settings, comparisons):
        key = (comparison.name, place)
        new_m, new_u = level.m, level.u
        if not comparison.fixed:
            new_m, new_u = _reconcile(level, m.get(key), u.get(key), least)
        written["m_probability"] = rounded(min(max(new_m, _LEAST_M), level.m_cap))
        written["u_probability"] = rounded(min(max(new_u, _LEAST_U), level.u_cap))


def _reconcile(level: Level, m: float | None, u: float | None, least: float) -> tuple[float, float]:
    if m is not None and u is not None:
        return m, u
    if m is not None:
        return m, min(level.u, least)
    if u is not None:
        return min(u * level.m / level.u, 1.0), u
    return level.m, level.u


def _levels(
    settings: dict[str, Any], comparisons: list[Comparison]
) -> list[tuple[Comparison, int, Level, dict[str, Any]]]:
    found = []
    for comparison, made in zip(comparisons, settings["comparisons"], strict=True):
        written = [level for level in made["comparison_levels"] if not level.get("is_null_level")]
        pairs = zip(comparison.levels, written, strict=True)
        found += [(comparison, place, level, w) for place, (level, w) in enumerate(pairs)]
    return found
