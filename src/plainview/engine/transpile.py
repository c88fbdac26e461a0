"""DuckDB's SQL written as Spark's: SQLGlot, and one table of the gaps it leaves.

Everything here is a claim about two databases, so everything here is run on both by `tests/engines`. What
has no equal on Spark is refused by name: a statement that runs and means something else is the worst case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

ASKED_OF_DUCKDB = {
    "jaro_similarity": "double",
    "jaro_winkler_similarity": "double",
    "damerau_levenshtein": "bigint",
    "levenshtein": "bigint",
    "strip_accents": "string",
}
"""Functions that Spark gets from DuckDB itself (see `spark.py`), and what they return there."""

_ALSO_ON_SPARK = {"bit_count"}
_INSTEAD = {
    "hash": "md5(), which no version of a database changes",
    "strftime": "year(), month() and day()",
}
_TYPES = {
    "INT128": "DECIMAL(38, 0)",
    "UBIGINT": "DECIMAL(20, 0)",
    "UINT": "BIGINT",
    "USMALLINT": "INT",
    "UTINYINT": "SMALLINT",
}


class _Ours(DuckDB):
    """DuckDB's dialect as we write it: `len()` is of lists, `length()` of texts. DuckDB itself takes either."""

    class Parser(DuckDB.Parser):  # type: ignore[misc, valid-type]
        FUNCTIONS = {**DuckDB.Parser.FUNCTIONS, "LEN": exp.ArraySize.from_arg_list}  # noqa: RUF012


class UntranslatableError(Exception):
    """A statement of ours that Spark cannot run as DuckDB does. A fault of the code, not of the user."""


class Statement(NamedTuple):
    """One statement: what it does (`create`, `view`, `drop`, `select`), to which table, and Spark's SQL for its query.

    `order` is the ORDER BY that ended a `select`, in DuckDB's dialect and taken off `query`; `hidden` are columns
    of `query` that only `order` needs.
    """

    kind: str
    table: str
    query: str
    order: str
    hidden: tuple[str, ...] = ()


def statements(script: str) -> list[Statement]:
    """The statements of a script in DuckDB's dialect, parted by semicolons, for Spark.

    `CREATE [OR REPLACE] TEMP TABLE|VIEW x AS SELECT`, `DROP TABLE|VIEW [IF EXISTS] x` and `SELECT` are known.
    """
    return [_statement(tree) for tree in sqlglot.parse(script, read=_Ours) if tree is not None]


def transpile(query: str) -> str:
    """A query in DuckDB's dialect as Spark's SQL."""
    return _spark(sqlglot.parse_one(query, read=_Ours))


def _statement(tree: Any) -> Statement:
    if isinstance(tree, exp.Query):
        hidden = _show_sort_keys(tree)
        order = _take_order(tree)
        return Statement("select", "", _spark(tree), order, hidden)
    if isinstance(tree, exp.Drop) and tree.args["kind"] in ("TABLE", "VIEW"):
        (table,) = tree.find_all(exp.Table)
        return Statement("drop", table.name, "", "")
    if isinstance(tree, exp.Create) and tree.find(exp.TemporaryProperty):
        kind = {"TABLE": "create", "VIEW": "view"}.get(tree.args["kind"])
        query = tree.expression
        if kind and isinstance(query, exp.Query):
            _take_order(query)
            return Statement(kind, tree.this.name, _spark(query, hashes=True), "")
    raise UntranslatableError(
        f"a {tree.key.upper()} statement; only CREATE TEMP TABLE ... AS SELECT, DROP TABLE and SELECT run on Spark"
    )


def _show_sort_keys(query: Any) -> tuple[str, ...]:
    """Columns by which a query is sorted and which it does not give (`ORDER BY t.node`), made columns of it."""
    order = query.args.get("order")
    hidden: list[str] = []
    for key in order.expressions if order is not None and isinstance(query, exp.Select) else []:
        if isinstance(key.this, exp.Column) and key.this.table:
            name = f"sort_key_{len(hidden)}"
            query.select(exp.alias_(key.this.copy(), name), copy=False)
            key.this.replace(exp.column(name))
            hidden.append(name)
    return tuple(hidden)


def _take_order(query: Any) -> str:
    """The last ORDER BY, taken off: tables have no order on Spark, files get theirs as they are written.

    It stays on too where it decides which rows there are.
    """
    order = query.args.get("order")
    if order is None:
        return ""
    if not (query.args.get("limit") or query.args.get("offset")):
        query.set("order", None)
    return str(order.sql("duckdb")).strip()


def _spark(tree: Any, *, hashes: bool = False) -> str:
    """`hashes` allows hash(), whose values differ: good to join on within an engine, not to be read or written."""
    _refuse_unknown(tree, _ALSO_ON_SPARK | {"hash"} if hashes else _ALSO_ON_SPARK)
    _gate_dear_calls(tree)
    for node in reversed(list(tree.find_all(*REWRITES))):  # the deepest first, so that parents see the result
        rewritten = REWRITES[type(node)](node)
        if rewritten is not node:
            node.replace(rewritten)
    return str(tree.sql("spark"))


def _refuse_unknown(tree: Any, known: set[str]) -> None:
    """SQLGlot passes on what it does not know, for the database to fail on or, worse, to understand otherwise."""
    for call in tree.find_all(exp.Anonymous):
        name = call.name.lower()
        if name not in ASKED_OF_DUCKDB and name not in known:
            instead = _INSTEAD.get(name, "a function that both have")
            raise UntranslatableError(f"{name}() has no equal on Spark; use {instead}")
    for kind, instead in _REFUSED.items():
        if found := tree.find(kind):
            raise UntranslatableError(f"{found.sql('duckdb')[:80]}: not the same on Spark; use {instead}")
    if any(join.args.get("method") for join in tree.find_all(exp.Join)):
        raise UntranslatableError("an ASOF, NATURAL or POSITIONAL join; Spark has none; use ON or USING")
    if any(distinct.args.get("on") for distinct in tree.find_all(exp.Distinct)):
        raise UntranslatableError(
            "DISTINCT ON; its ORDER BY means two things; use QUALIFY row_number() OVER ... = 1"
        )
    if any(star.args.get("replace") for star in tree.find_all(exp.Star)):
        raise UntranslatableError("* REPLACE; Spark has none; name the columns")


_REFUSED: dict[Any, str] = {
    exp.TimeToStr: "year(), month() and day()",
    exp.GenerateSeries: "a table of numbers",
    exp.Columns: "the names of the columns",
    exp.TableSample: "a condition on md5() of the key",
    exp.Quantile: "a rank by row_number()",
}


# --- rewrites: what SQLGlot leaves as it is, or renders with another meaning ---------------------------------


def _sql(template: str, **parts: Any) -> Any:
    """`template`, in Spark's dialect, with `:name` placeholders filled by expressions."""
    tree = sqlglot.parse_one(template, read="spark")
    for hole in list(tree.find_all(exp.Placeholder)):
        part = parts[hole.name]
        hole.replace(part.copy() if hasattr(part, "copy") else exp.Literal.number(part))
    return exp.paren(tree) if isinstance(tree, exp.Binary) else tree


def _bigint(node: Any) -> Any:
    """Counts and positions are BIGINT in DuckDB and INT on Spark, which shows in files and in overflows."""
    return exp.cast(node.copy(), "BIGINT")


def _ranking(node: Any) -> Any:
    return _bigint(node) if isinstance(node.this, exp.RowNumber | exp.Rank | exp.DenseRank) else node


def _overlap(node: Any) -> Any:
    """`list_has_any`: Spark says NULL where nothing is shared and a list holds a NULL, DuckDB says false."""
    return exp.func("ARRAYS_OVERLAP", _compact(node.this), _compact(node.expression))


def _contains(node: Any) -> Any:
    return exp.func("ARRAY_CONTAINS", _compact(node.this), node.expression.copy())


def _compact(node: Any) -> Any:
    return exp.func("ARRAY_COMPACT", node.copy())


def _left(node: Any) -> Any:
    """A negative count leaves out so many at the other end; Spark gives an empty text."""
    count = _count(node)
    if count >= 0:
        return node
    return _sql(f"SUBSTRING(:a, 1, GREATEST(LENGTH(:a) - {-count}, 0))", a=node.this)


def _right(node: Any) -> Any:
    count = _count(node)
    return node if count >= 0 else _sql(f"SUBSTRING(:a, {1 - count})", a=node.this)


def _count(node: Any) -> int:
    try:
        return int(node.expression.sql())
    except ValueError:
        raise UntranslatableError(
            f"{node.sql('duckdb')}: left() and right() take a plain number on Spark; use substring()"
        ) from None


def _substring(node: Any) -> Any:
    start = node.args["start"].sql()
    if start == "0":
        raise UntranslatableError(f"{node.sql('duckdb')}: texts start at 1")
    return node


def _divide(node: Any) -> Any:
    """`/` is a division of doubles in DuckDB; Spark divides decimals, which literals are, as decimals."""
    return _sql("CAST(:a AS DOUBLE) / CAST(:b AS DOUBLE)", a=node.this, b=node.expression)


def _round(node: Any) -> Any:
    """DuckDB scales, rounds halves away from zero and scales back; Spark rounds the decimal text of the number.

    Without a scale the two are one. The result is a DOUBLE.
    """
    digits = node.args.get("decimals")
    if digits is None or digits.sql() == "0":
        return node
    scale = exp.Literal.number(f"1e{int(digits.sql())}")
    return _sql("ROUND(CAST(:a AS DOUBLE) * :n, 0) / :n", a=node.this, n=scale)


def _log(node: Any) -> Any:
    """`log(x)` is to base ten in DuckDB and natural on Spark; to base two and ten Spark has its own, finer ones."""
    base, value = (node.this, node.expression) if node.expression else (None, node.this)
    known = {None: "LOG10", "10": "LOG10", "2": "LOG2"}.get(base.sql() if base is not None else None)
    if known is None:
        raise UntranslatableError(f"{node.sql('duckdb')}: only log2(), log10() and ln()")
    return exp.Anonymous(this=known, expressions=[value.copy()])


def _cast(node: Any) -> Any:
    """Hexadecimal text to BIGINT, and DuckDB's types that Spark lacks."""
    kind = node.to.this.name if hasattr(node.to.this, "name") else ""
    inner = node.this.unnest()
    if isinstance(inner, exp.DPipe) and inner.this.sql() == "'0x'":
        return _sql("CAST(CONV(:a, 16, 10) AS BIGINT)", a=inner.expression)
    if kind in _TYPES:
        return exp.cast(node.this.copy(), exp.DataType.build(_TYPES[kind], dialect="spark"))
    return node


def _element(node: Any) -> Any:
    """Lists count from 1 and give NULL beyond their end; Spark stops. SQLGlot has made a literal count from 0."""
    (place,) = node.expressions
    if isinstance(place, exp.Slice):
        raise UntranslatableError(f"{node.sql('duckdb')}: slices; use substring() or string_split()")
    number = place.copy()
    if isinstance(place, exp.Literal):
        number = exp.Literal.number(int(place.this) + 1)
    return exp.Anonymous(this="TRY_ELEMENT_AT", expressions=[node.this.copy(), number])


def _collect(node: Any) -> Any:
    """`list(x ORDER BY x)`; any other order SQLGlot drops without a word."""
    inside = node.this
    if not isinstance(inside, exp.Order):
        return node
    (by,) = inside.expressions
    if by.args.get("desc") or by.this != inside.this:
        raise UntranslatableError(f"{node.sql('duckdb')}: a list can be sorted by itself, upwards, only")
    return exp.func("ARRAY_SORT", exp.ArrayAgg(this=inside.this.copy()))


def _date_diff(node: Any) -> Any:
    """DuckDB counts the borders crossed, Spark whole units gone by; only for days is that the same."""
    unit = node.args["unit"].name.lower() if node.args.get("unit") else "day"
    parts = {"later": node.this, "sooner": node.expression}
    if unit == "year":
        return _sql("CAST(YEAR(:later) - YEAR(:sooner) AS BIGINT)", **parts)
    if unit != "day":
        raise UntranslatableError(f"date_diff('{unit}'): only days and years")
    return _bigint(node)


def _whole(node: Any) -> Any:
    """`floor` and `ceil` of a double are doubles in DuckDB."""
    return exp.cast(node.copy(), "DOUBLE")


def _sign(node: Any) -> Any:
    return exp.cast(node.copy(), "TINYINT")


def _full_match(node: Any) -> Any:
    return _sql("REGEXP_LIKE(:a, CONCAT('^(?:', :p, ')$'))", a=node.this, p=node.expression)


def _without_hint(node: Any) -> Any:
    """AS MATERIALIZED: Spark has no such word; a table that is used twice is made with CREATE TEMP TABLE."""
    node.set("materialized", None)
    return node


def _file(node: Any) -> Any:
    """`read_parquet(path, file_row_number = true)`: Spark has that column too, hidden and under another name."""
    path, *options = node.expressions
    names = [option.this.name for option in options]
    if not names:
        return node
    if names != ["file_row_number"]:
        raise UntranslatableError(f"read_parquet() with {', '.join(names)}; only file_row_number")
    source = _sql("SELECT *, _metadata.row_index AS file_row_number FROM file")
    source.find(exp.Table).replace(exp.Table(this=exp.ReadParquet(expressions=[path.copy()])))
    return source.subquery()


def _asked(name: str) -> Callable[[Any], Any]:
    def ask(node: Any) -> Any:
        arguments = [node.this, node.expression]
        return exp.Anonymous(this=f"duckdb_{name}", expressions=[part.copy() for part in arguments])

    return ask


def _asked_anonymous(node: Any) -> Any:
    name = node.name.lower()
    if name == "hash":
        return exp.Anonymous(this="XXHASH64", expressions=[part.copy() for part in node.expressions])
    if name in ASKED_OF_DUCKDB:
        return exp.Anonymous(this=f"duckdb_{name}", expressions=[part.copy() for part in node.expressions])
    return node


REWRITES: dict[Any, Callable[[Any], Any]] = {
    exp.Anonymous: _asked_anonymous,
    exp.ArrayAgg: _collect,
    exp.ArrayContains: _contains,
    exp.ArrayOverlaps: _overlap,
    exp.ArraySize: _bigint,
    exp.Bracket: _element,
    exp.CTE: _without_hint,
    exp.Cast: _cast,
    exp.Ceil: _whole,
    exp.DateDiff: _date_diff,
    exp.Day: _bigint,
    exp.Div: _divide,
    exp.Floor: _whole,
    exp.JarowinklerSimilarity: _asked("jaro_winkler_similarity"),
    exp.Left: _left,
    exp.Length: _bigint,
    exp.Levenshtein: _asked("levenshtein"),
    exp.Log: _log,
    exp.Month: _bigint,
    exp.ReadParquet: _file,
    exp.RegexpFullMatch: _full_match,
    exp.Right: _right,
    exp.Round: _round,
    exp.Sign: _sign,
    exp.StrPosition: _bigint,
    exp.Substring: _substring,
    exp.Window: _ranking,
    exp.Year: _bigint,
}
"""Every rewrite, by the kind of expression it is for."""


# --- dear calls behind cheap tests ------------------------------------------------------------------------------


def _gate_dear_calls(tree: Any) -> None:
    """`CASE WHEN cheap THEN dear(a, b) END`: give `dear` NULLs where `cheap` does not hold.

    Spark works out calls of Python functions before the CASE, for every row; NULLs cost next to nothing.
    """
    for call in list(_dear_calls(tree)):
        branch = call.find_ancestor(exp.If, exp.Query)
        if isinstance(branch, exp.If) and isinstance(branch.parent, exp.Case) and _is_inside(call, branch):
            first = call.expressions[0] if isinstance(call, exp.Anonymous) else call.this
            first.replace(exp.case().when(branch.this.copy(), first.copy()))


def _dear_calls(tree: Any) -> Iterator[Any]:
    yield from tree.find_all(exp.JarowinklerSimilarity, exp.Levenshtein)
    yield from (call for call in tree.find_all(exp.Anonymous) if call.name.lower() in ASKED_OF_DUCKDB)


def _is_inside(call: Any, branch: Any) -> bool:
    """Whether the call stands in what the branch gives, and the branch's test is free of dear calls."""
    given = branch.args["true"]
    return any(node is call for node in given.walk()) and not any(_dear_calls(branch.this))
