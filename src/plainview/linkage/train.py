"""Fit the linkage model with Splink: u from random pairs, m by expectation maximisation.

Everything is done on samples drawn by hash of the tuples, in order of tuple_id, and every parameter is
rounded, so that neither the order of rows nor the number of threads shows in `model.json`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException, SplinkException

from plainview.engine.duck import literal
from plainview.linkage.blocking import PREPARED, choose_rules, prepare, rule_sql
from plainview.linkage.comparisons import Comparison, as_splink, compare
from plainview.linkage.parameters import Estimates, put_both, put_u, read_estimates, rounded
from plainview.project.specs import Project

MODEL = "model.json"
_FEWEST_TUPLES = 500  # below this the starting values are better than anything that could be fitted
_FEWEST_PAIRS = 200
_U_TUPLES = 1800
_EM_PAIRS = 120_000
_STRICT_RECALL = 0.7  # share of true pairs that agree on a strict rule, in Splink's tutorial
_EM_RULES = (
    ("birth_date",),
    ("first_name", "last_name"),
    ("national_id",),
    ("nhs_number",),
    ("email",),
    ("mobile",),
)


def train(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`tuples` and `identities` to `model.json`, in Splink's own format.

    With fewer than 500 tuples, or where a comparison is never seen in training, the documented starting
    values of `comparisons` stand, and the rarity of a value counts for nothing. Counts:
    `comparisons`, `blocking_rules`, `fitted` (comparisons with trained m), `sampled` (tuples used for u);
    `fitted` 0 says that the defaults are used throughout.
    """
    fields = prepare(con, project, folder)
    enough = _count(con, PREPARED) >= _FEWEST_TUPLES and bool(compare(fields))
    comparisons = compare(fields, rarity=enough)
    settings = _settings(con, project, comparisons, fields)
    sampled, m, u = 0, Estimates(), Estimates()
    if enough:
        sampled, u = _fit_u(con, project, settings, fields)
        put_u(settings, comparisons, u)
        m = _fit_m(con, project, settings, fields)
    put_both(settings, comparisons, m, u, least=1 / max(sampled**2, 1))
    (folder / MODEL).write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", "utf-8")
    rules = len(settings["blocking_rules_to_generate_predictions"])
    con.execute(f"DROP TABLE {PREPARED}")
    return {
        "comparisons": len(comparisons),
        "blocking_rules": rules,
        "fitted": len({c.name for c in comparisons if not c.fixed} & {name for name, _ in m}),
        "sampled": sampled,
    }


def _settings(
    con: duckdb.DuckDBPyConnection, project: Project, comparisons: list[Comparison], fields: set[str]
) -> dict[str, Any]:
    single = any(source.one_record_per_person for source in project.sources)
    rules = [
        {"blocking_rule": rule_sql(name, single=single), "sql_dialect": "duckdb"}
        for name in choose_rules(con, fields)
    ]
    return {
        "link_type": "dedupe_only",
        "comparisons": [as_splink(comparison) for comparison in comparisons],
        "blocking_rules_to_generate_predictions": rules,
        "probability_two_random_records_match": _prior(con, fields),
        "unique_id_column_name": "unique_id",
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
        "em_convergence": 0.001,
        "max_iterations": 20,
        "linker_uid": "plainview",
        "sql_dialect": "duckdb",
    }


def _count(con: duckdb.DuckDBPyConnection, relation: str) -> int:
    con.execute(f"SELECT count(*) FROM {relation}")
    return int(con.fetchall()[0][0])


def _strict_keys(fields: set[str]) -> list[str]:
    """Keys that hardly any two people share: an identifier, or both names and the birth date."""
    keys: list[str] = [
        name for name in ("nhs_number", "upn", "nino", "national_id", "email") if name in fields
    ]
    if {"first_name", "last_name", "birth_date"} <= fields:
        keys.append("(first_name || '|' || last_name || '|' || birth_date)")
    return keys


def _prior(con: duckdb.DuckDBPyConnection, fields: set[str]) -> float:
    """The probability that two random tuples match: pairs on the most telling strict key over its recall.

    As Splink's estimate from deterministic rules, without joining: pairs are counted by group sizes.
    """
    tuples = _count(con, PREPARED)
    found = 0
    for key in _strict_keys(fields):
        con.execute(
            f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM "
            f"(SELECT count(*) AS n FROM {PREPARED} WHERE {key} IS NOT NULL GROUP BY {key})"
        )
        found = max(found, int(con.fetchall()[0][0]))
    con.execute(
        f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM {PREPARED} "
        "WHERE single_source IS NOT NULL GROUP BY single_source)"
    )
    pairs = max(tuples * (tuples - 1) / 2 - int(con.fetchall()[0][0]), 1)
    likely = max(found / _STRICT_RECALL, tuples / 100, 1)
    return rounded(min(likely / pairs, 0.1))


@contextmanager
def splink_linker(
    con: duckdb.DuckDBPyConnection, relation: str, settings: dict[str, Any]
) -> Iterator[Linker]:
    """A Splink linker over a table of this connection, with its own tables dropped afterwards."""
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    try:
        yield Linker(
            DuckDBAPI(connection=con).register(relation), settings, log_level=None, validate_settings=False
        )
    finally:
        con.execute("SELECT table_name FROM duckdb_tables() WHERE starts_with(table_name, '__splink__')")
        for (name,) in con.fetchall():
            con.execute(f'DROP TABLE IF EXISTS "{name}"')


def _order(project: Project, salt: str) -> str:
    """A repeatable random order: tuple_id is hashed again, with the project's seed."""
    return f"md5(tuple_id || {literal(f'{salt}{project.spec.linkage.seed}')}), tuple_id"


def _fit_u(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    settings: dict[str, Any],
    fields: set[str],
) -> tuple[int, Estimates]:
    """Estimate u from all pairs of a sample of tuples in which people that are plainly the same stand once.

    Splink takes all random pairs for non-matches. In a small project they are not: in two lists of 5,000
    one pair in 10,000 is a match, a hundred times as many as agree by chance on an identifier.
    """
    repeats = " OR ".join(
        f"row_number() OVER (PARTITION BY {key} ORDER BY unique_id) > 1 AND {key} IS NOT NULL"
        for key in _strict_keys(fields)
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE sample_for_u AS
        SELECT * EXCLUDE (repeated) FROM (
            SELECT *, {repeats or "false"} AS repeated
            FROM (SELECT * FROM {PREPARED} ORDER BY {_order(project, "u")} LIMIT {2 * _U_TUPLES})
        ) WHERE NOT repeated ORDER BY {_order(project, "u")} LIMIT {_U_TUPLES}
        """
    )
    tuples = _count(con, "sample_for_u")
    with splink_linker(con, "sample_for_u", settings) as linker:
        linker.training.estimate_u_using_random_sampling(
            max_pairs=float(tuples * tuples), min_count_per_level=None, num_chunks=1
        )
        found = read_estimates(linker, "u")
    con.execute("DROP TABLE sample_for_u")
    return tuples, found


def _fit_m(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    settings: dict[str, Any],
    fields: set[str],
) -> Estimates:
    """Estimate m by expectation maximisation, blocked on one set of fields after another.

    A field cannot be learnt from pairs chosen for agreeing on it, hence several; Splink takes the median
    where two sessions give a value.
    """
    rules = [rule for rule in _EM_RULES if set(rule) <= fields][:3]
    shares = [(rule, _share(con, rule)) for rule in rules]
    kept = " OR ".join(_sampled(project, rule, share) for rule, share in shares if share > 0)
    if not kept:
        return {}
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sample_for_m AS "
        f"SELECT * FROM {PREPARED} WHERE {kept} ORDER BY unique_id"
    )
    with splink_linker(con, "sample_for_m", settings) as linker:
        for rule, share in shares:
            if share > 0:
                _fit_session(linker, rule, _sampled(project, rule, share, "l."))
        found = read_estimates(linker, "m")
    con.execute("DROP TABLE sample_for_m")
    return found


def _share(con: duckdb.DuckDBPyConnection, rule: tuple[str, ...]) -> int:
    """How many thousandths of the rule's blocks give about the pairs wanted; 0 where there are too few."""
    present = " AND ".join(f"{field} IS NOT NULL" for field in rule)
    con.execute(
        f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM "
        f"(SELECT count(*) AS n FROM {PREPARED} WHERE {present} GROUP BY {', '.join(rule)})"
    )
    pairs = int(con.fetchall()[0][0])
    return 0 if pairs < _FEWEST_PAIRS else max(1, min(1000, round(1000 * _EM_PAIRS / pairs)))


def _sampled(project: Project, rule: tuple[str, ...], share: int, alias: str = "") -> str:
    """Whole blocks are drawn, not tuples: half the tuples would give a quarter of the pairs."""
    key = " || '|' || ".join(f"{alias}{field}" for field in rule)
    seed = literal(f"m{project.spec.linkage.seed}")
    return f"(('0x' || left(md5({key} || {seed}), 8))::UINTEGER % 1000 < {share})"


def _fit_session(linker: Linker, rule: tuple[str, ...], sampled: str) -> None:
    equal = " AND ".join(f"l.{field} = r.{field}" for field in rule)
    with suppress(EMTrainingException, SplinkException, ZeroDivisionError):
        linker.training.estimate_parameters_using_expectation_maximisation(
            f"{equal} AND {sampled}", estimate_without_term_frequencies=True
        )
