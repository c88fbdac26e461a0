"""A source's contract: its header, and one SQL statement that holds every row to it."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence

from plainview.engine.duck import identifier, literal
from plainview.project.errors import Problem
from plainview.project.specs import ColumnSpec, SourceSpec
from plainview.sources.columns import can_fail, code_of, number_of, sql_type, text_of, trimmed, value_of
from plainview.sources.raws import RawTable


def stored_names(source: SourceSpec) -> dict[str, str]:
    """Header to the name of its column in the records table: the meaning; free texts are numbered."""
    names: dict[str, str] = {}
    texts = 0
    for header, column in source.stored.items():
        if column.meaning == "free_text":
            texts += 1
            names[header] = "free_text" if texts == 1 else f"free_text_{texts}"
        else:
            names[header] = column.meaning
    return names


def checked_columns(source: SourceSpec) -> dict[str, ColumnSpec]:
    """The stored columns that can break their contract; the record id always can."""
    return {header: column for header, column in source.stored.items() if can_fail(column) or _is_key(column)}


def _is_key(column: ColumnSpec) -> bool:
    return column.meaning == "record_id"


def is_required(column: ColumnSpec) -> bool:
    """Whether a row without a good value here is left out; a row without its record id always is."""
    return column.required or _is_key(column)


def empty_records(source: SourceSpec) -> str:
    """SQL: a records table without rows."""
    names = stored_names(source)
    columns = (
        f"NULL::{sql_type(column)} AS {identifier(names[header])}" for header, column in source.stored.items()
    )
    return f"SELECT {', '.join(columns)} LIMIT 0"


def check_header(header: Sequence[str], source: SourceSpec, name: str) -> list[Problem]:
    """What is wrong with a delivery's header; the order of columns does not matter."""
    missing = [column for column in source.columns if column not in header]
    if 2 * len(missing) > len(source.columns):
        return [_no_header(missing, source, name)]
    extra = [column for column in dict.fromkeys(header) if column not in source.columns]
    problems = [_twice(column, name) for column, count in Counter(header).items() if count > 1]
    for column in missing:
        close = difflib.get_close_matches(column.lower(), [word.lower() for word in extra], n=1, cutoff=0.6)
        renamed = next((word for word in extra if close and word.lower() == close[0]), None)
        problems.append(_missing(column, renamed, source, name))
        if renamed is not None:
            extra.remove(renamed)
    if not source.tolerance.extra_columns:
        problems += [_extra(column, source, name) for column in extra]
    return problems


def _no_header(missing: list[str], source: SourceSpec, name: str) -> Problem:
    """The first line may well be a record: nothing that stands in it may be shown."""
    declared = len(source.columns)
    return Problem(
        name,
        1,
        "",
        f"a first line with {declared - len(missing)} of the {declared} declared columns",
        f"a header with {', '.join(source.columns)}",
        f"Ask {source.contact_role} for an extract with this header, or correct sources/{source.id}.toml.",
    )


def _missing(column: str, renamed: str | None, source: SourceSpec, name: str) -> Problem:
    if renamed is None:
        step = f"Ask {source.contact_role} for it, or take it out of sources/{source.id}.toml."
        return Problem(name, 1, column, "no such column", "it in the header", step)
    step = f'If it was renamed, call it "{renamed}" in sources/{source.id}.toml.'
    return Problem(name, 1, column, f'no such column, but "{renamed}"', "it in the header", step)


def _extra(column: str, source: SourceSpec, name: str) -> Problem:
    return Problem(
        name,
        1,
        column,
        "a column that is not declared" if column else "a column without a name",
        "the declared columns only",
        f'Declare it in sources/{source.id}.toml (meaning = "ignore" reads past it), '
        "or set tolerance.extra_columns = true.",
    )


def _twice(column: str, name: str) -> Problem:
    return Problem(
        name,
        1,
        column,
        "the column more than once",
        "each column once",
        "Ask the service to name them apart.",
    )


def staging_query(source: SourceSpec, raw: RawTable, sums: Sequence[str] = ()) -> str:
    """SQL that gives each raw row, in order, as its stored values and what became of them.

    Beside the stored columns: `#excluded` (number of the exclude rule, from 1), `#failed` (number of the
    first required column that is bad, from 1, in the order of `checked_columns`), `#bad` (any value is),
    `#k0`, `#k1`, ... (each checked column's broken rule) and `#s0`, ... (control totals' columns).
    """
    texts, values = _texts(source, raw, sums), _values(source, raw)
    inner = f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in texts.items())} FROM ({raw.select})"
    middle = f"SELECT *, {', '.join(values)} FROM ({inner})"
    coded = f"SELECT *, {', '.join(_codes(source))} FROM ({middle})"
    return f"SELECT {', '.join(_outcomes(source, sums))} FROM ({coded})"


def _texts(source: SourceSpec, raw: RawTable, sums: Sequence[str]) -> dict[str, str]:
    """Each wanted column's text: t (trimmed) for stored ones, e for exclude rules, s for control totals."""
    index = {header: f"c{i}" for i, header in enumerate(raw.header)}
    texts = {}
    for i, (header, column) in enumerate(source.stored.items()):
        texts[f"t{i}"] = text_of(trimmed(index[header], odd_blanks=raw.odd_blanks), column)
    for i, rule in enumerate(source.exclude):
        texts[f"e{i}"] = trimmed(index[rule.column], odd_blanks=raw.odd_blanks)
    for i, header in enumerate(sums):
        texts[f"s{i}"] = number_of(trimmed(index[header], odd_blanks=raw.odd_blanks), "DECIMAL(38, 6)")
    return texts


def _values(source: SourceSpec, raw: RawTable) -> list[str]:
    return [
        f"{value_of(f't{i}', column, typed=raw.typed)} AS v{i}"
        for i, column in enumerate(source.stored.values())
    ]


def _codes(source: SourceSpec) -> list[str]:
    positions = {header: i for i, header in enumerate(source.stored)}
    return [
        f"{code_of(f't{i}', f'v{i}', column, required=is_required(column))} AS k{n}"
        for n, (header, column) in enumerate(checked_columns(source).items())
        for i in (positions[header],)
    ]


def _outcomes(source: SourceSpec, sums: Sequence[str]) -> list[str]:
    names = list(stored_names(source).values())
    checked = list(checked_columns(source).values())
    excluded = " ".join(
        f"WHEN e{i} IN ({', '.join(literal(value) for value in rule.values)}) THEN {i + 1}"
        for i, rule in enumerate(source.exclude)
    )
    failed = " ".join(
        f"WHEN k{n} > 0 THEN {n + 1}" for n, column in enumerate(checked) if is_required(column)
    )
    bad = " OR ".join(f"k{n} > 0" for n in range(len(checked)))
    return [
        *(f"v{i} AS {identifier(name)}" for i, name in enumerate(names)),
        f'(CASE {excluded} ELSE 0 END)::USMALLINT AS "#excluded"'
        if excluded
        else '0::USMALLINT AS "#excluded"',
        f'(CASE {failed} ELSE 0 END)::USMALLINT AS "#failed"',
        f'({bad}) AS "#bad"',
        *(f'k{n} AS "#k{n}"' for n in range(len(checked))),
        *(f's{i} AS "#s{i}"' for i in range(len(sums))),
    ]
