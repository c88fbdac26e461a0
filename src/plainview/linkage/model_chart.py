"""The chart of a model's weights, as SVG written by hand: the same model gives the same bytes.

Each level of each comparison has a bar for its weight against all kinds of two people together, and a cell for
each kind. Blue speaks for one person and orange for two people: these two are told apart by nearly
everybody, and every figure is also printed, so that no meaning rests on colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from xml.sax.saxutils import escape

from plainview.linkage.classes import CLASSES, MATCH
from plainview.linkage.model import Model
from plainview.linkage.model_weights import LevelWeight, class_shares, level_weights

_ROW, _HEAD, _GAP = 24, 168, 14
_LABEL, _BARS, _CELL = 350, 300, 88
_MOST = 20.0  # log2; heavier weights have a bar of full length
_FOR, _AGAINST, _INK, _FAINT = "#1f5f9e", "#b35806", "#1a1a1a", "#595959"
_FOR_TINT, _AGAINST_TINT = (146, 197, 240), (250, 190, 130)
_KINDS = [kind for row, kind in enumerate(CLASSES) if row != MATCH]
_WIDTH = _LABEL + _BARS + _CELL * len(_KINDS) + 24


def draw_model(model: Model) -> str:
    """The SVG text, with a title and a description for people who hear it."""
    rows = level_weights(model)
    groups = [(title, list(found)) for title, found in groupby(rows, key=lambda row: row.title)]
    height = _HEAD + sum(_ROW * (len(found) + 1) + _GAP for _, found in groups) + 60
    body = "\n".join([*_heading(model), *_groups(groups, height), *_notes(height)])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" '
        f'height="{height}" role="img" aria-labelledby="title desc" font-family="Arial, Helvetica, sans-serif" '
        f'font-size="14" fill="{_INK}">\n'
        f'<title id="title">Weights of the linkage model</title>\n<desc id="desc">{escape(_told(rows))}</desc>\n'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _told(rows: list[LevelWeight]) -> str:
    seen = sorted((row for row in rows if row.seen), key=lambda row: (-row.weight, row.label)) or rows
    strongest = "; ".join(f"{row.label} {row.weight:+.1f}" for row in seen[:3])
    weakest = "; ".join(f"{row.label} {row.weight:+.1f}" for row in seen[:-4:-1])
    return (
        f"For {len(rows)} levels of likeness the base-2 logarithm of how much likelier each is for one person than "
        f"for two people. Strongest for one person: {strongest}. Strongest for two people: {weakest}. "
        "All figures are in the table of linkage.md beside this file."
    )


def _heading(model: Model) -> Iterator[str]:
    yield _text(12, 30, "Weights of the linkage model", size=20, bold=True)
    yield _text(
        12,
        54,
        "Base-2 logarithms: +1 makes one person twice as likely as before, \u22121 half as likely, +10 a thousandfold.",
        colour=_FAINT,
    )
    middle = _LABEL + _BARS / 2
    yield _text(middle, 84, "against all kinds together", anchor="middle", bold=True)
    yield _text(middle - 10, 106, "\u2190 speaks for two people", anchor="end", colour=_AGAINST)
    yield _text(middle + 10, 106, "speaks for one person \u2192", colour=_FOR)
    for value in (-20, -10, 0, 10, 20):
        yield _text(
            _at(value), _HEAD - 10, _signed(value).removesuffix(".0"), anchor="middle", colour=_FAINT, size=13
        )
    left = _LABEL + _BARS + 12
    yield _text(left, 84, "against each kind of two people, and its share of the compared pairs", bold=True)
    for place, share in enumerate(row for row in class_shares(model) if row.name != CLASSES[MATCH].name):
        middle = left + _CELL * (place + 0.5)
        yield _text(middle, 126, share.name.replace("_", " "), anchor="middle")
        yield _text(middle, 146, f"{share.share:.1%}", anchor="middle", colour=_FAINT, size=13)


def _groups(groups: list[tuple[str, list[LevelWeight]]], height: int) -> Iterator[str]:
    for value in (-20, -10, 10, 20):
        yield _line(_at(value), _HEAD, _at(value), height - 60, "#dddddd")
    yield _line(_at(0), _HEAD, _at(0), height - 60, "#767676")
    top = _HEAD
    for title, rows in groups:
        yield _text(12, top + 17, title, bold=True, size=15)
        top += _ROW
        for row in rows:
            yield from _level(row, top)
            top += _ROW
        top += _GAP


def _level(row: LevelWeight, top: int) -> Iterator[str]:
    mark = "" if row.seen else " \u00b0"
    yield _line(24, top + _ROW, _WIDTH - 12, top + _ROW, "#eeeeee")
    yield _text(24, top + 17, row.label + mark, colour=_INK if row.seen else _FAINT)
    yield _bar(row.weight, top)
    left = _LABEL + _BARS + 12
    for place, kind in enumerate(_KINDS):
        weight = row.weights[kind.name]
        held = "*" if kind.name in row.held else ""
        x = left + _CELL * place
        yield (
            f'<rect x="{x + 2}" y="{top + 1}" width="{_CELL - 4}" height="{_ROW - 2}" fill="{_tint(weight)}"/>'
        )
        yield _text(x + _CELL / 2, top + 17, f"{_signed(weight)}{held}", anchor="middle", size=13)


def _bar(weight: float, top: int) -> str:
    """The bar, and its figure on the free side of nought so that it never leaves the frame."""
    end = _at(max(-_MOST, min(_MOST, weight)))
    left, width = min(end, _at(0)), abs(end - _at(0))
    colour = _FOR if weight >= 0 else _AGAINST
    x, anchor = (_at(0) - 6, "end") if weight >= 0 else (_at(0) + 6, "start")
    return (
        f'<rect x="{left:.1f}" y="{top + 4}" width="{width:.1f}" height="{_ROW - 8}" fill="{colour}"/>\n'
        + _text(x, top + 17, _signed(weight), anchor=anchor, size=13)
    )


def _notes(height: int) -> Iterator[str]:
    words = (
        "\u00b0 no pair was at this level in training: it stands at the usual value.   "
        "* held by a cap, so that kinds do not drift into each other.   Bars end at 20."
    )
    yield _text(12, height - 24, words, colour=_FAINT)


def _at(value: float) -> float:
    return _LABEL + _BARS / 2 + value / _MOST * (_BARS / 2 - 8)


def _signed(weight: float) -> str:
    return f"{weight:+.1f}".replace("-", "\u2212") if round(weight, 1) else "0"


def _tint(weight: float) -> str:
    """White at nought to a tint that black figures can be read on, at ten and beyond."""
    strength = min(abs(weight) / 10, 1.0)
    full = _FOR_TINT if weight >= 0 else _AGAINST_TINT
    return "#" + "".join(f"{round(255 - (255 - part) * strength):02x}" for part in full)


def _line(x1: float, y1: float, x2: float, y2: float, colour: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1}" x2="{x2:.1f}" y2="{y2}" stroke="{colour}"/>'


def _text(
    x: float,
    y: float,
    words: str,
    *,
    anchor: str = "start",
    size: int = 14,
    bold: bool = False,
    colour: str = "",
) -> str:
    more = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' font-size="{size}"' if size != 14 else ""
    more += ' font-weight="bold"' if bold else ""
    more += f' fill="{colour}"' if colour else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{more}>{escape(words)}</text>'
