"""The review queue: where a person's judgement changes most.

A **pair** is two tuples that were compared and leave doubt: with probability p that they are one person, the
answer is open by p (1 - p), the variance of a yes-or-no question, and it joins or parts as many pairs of
records as there are between its two sides. Their product is the `gain`. For two clusters the strongest
link between them is asked about, once; in a cluster only links are asked about without which it would
fall apart (those of its strongest spanning tree), as no other answer would change anything.

A **cluster** in conflict holds two birth dates, each verified by two sources or by one that is trusted at 4 or
more, or two NHS numbers. One of them must be wrong, so it counts as fully open, p (1 - p) = 1/4.

Groups take turns, so that no group of residents waits because another has more, or larger, doubts.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from plainview.engine.duck import identifier, literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.conflicts import trusted_sources
from plainview.linkage.decisions import constraints
from plainview.linkage.fields import as_of_day, table
from plainview.linkage.groups import read_groups
from plainview.linkage.trees import Edge, split_sides
from plainview.project.specs import Project

_SURE = 0.01
"""Below this probability, or above one minus it, nobody is asked."""

_MOST = 5_000
"""The longest queue that is kept, and how many clusters are looked into for weak links."""

_VERIFIED = 4
"""A source trusted so much verifies a birth date alone."""


def make_queue(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    *,
    as_of: dt.date | None = None,
    groups: Path | None = None,
) -> dict[str, Any]:
    """`links`, `clusters`, `identities`, `tuples` and the decisions to `review`.

    Counts: `cases` kept, of all `pairs_in_doubt` and `clusters_in_conflict`; `decisions_waiting`, the lines of
    decisions about records that are not there.

    What was decided already is left out. `groups` is a CSV or Parquet of source, record_id and a column
    of groups; without it groups are the two sources and the age band.
    """
    waiting = _find_cases(con, project, folder)
    _put_in_groups(con, project, folder, as_of, groups)
    cases = write_table(con, _queue(), table(folder, "review"))
    counts = _counts(con)
    for name in ("sizes", "doubts", "cases", "representatives", "grouped"):
        con.execute(f"DROP TABLE IF EXISTS temp.{name}")
    return counts | {"cases": cases, "decisions_waiting": list(waiting)}


def order_queue(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, groups: Path, limit: int
) -> list[dict[str, Any]]:
    """The queue of a built snapshot with turns taken by the groups of a file; nothing is written."""
    _find_cases(con, project, folder)
    _put_in_groups(con, project, folder, None, groups)
    return _rows(con, _queue(limit))


def read_queue(con: duckdb.DuckDBPyConnection, folder: Path, limit: int) -> list[dict[str, Any]]:
    """The first cases of a snapshot's queue, as rows by column."""
    relation = read_table(table(folder, "review"))
    return _rows(con, f"SELECT * FROM {relation} ORDER BY case_number LIMIT {limit}")


def describe(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, case: dict[str, Any]
) -> dict[str, list[str]]:
    """What of the two records of a case `agrees` and what `differs`: comparison levels, never a value."""
    from plainview.linkage import explain  # it reads the model, which nothing else here needs

    keys = [(case[f"{side}_source"], case[f"{side}_record_id"]) for side in ("one", "other")]
    explanation = explain.explain(con, project, folder, *keys)
    fields = [field for step in explanation.steps for field in step.fields]
    told = [
        field.finding for field in fields if field.comparison != "shared_source" and _is_known(field.finding)
    ]
    return {
        "agrees": [finding for finding in told if not _differs(finding)],
        "differs": [finding for finding in told if _differs(finding)],
    }


def _is_known(finding: str) -> bool:
    return not finding.endswith(("not known", "to compare"))


def _differs(finding: str) -> bool:
    """By the words of the level, not by its weight: an equal but common name may speak for two people."""
    return finding.endswith(("differ", "differs")) or finding.startswith(("born ", "nothing about"))


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    con.execute(query)
    names = [column[0] for column in con.description or []]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]


def _find_cases(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> tuple[int, ...]:
    """`cases`: kind, tuple_l, tuple_r, records, probability, gain, conflict. Gives the lines that wait."""
    decided = constraints(con, project, folder)
    clusters = read_table(table(folder, "clusters"))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sizes AS SELECT c.cluster, sum(t.records)::BIGINT AS records "
        f"FROM {clusters} c JOIN {read_table(table(folder, 'tuples'))} t USING (tuple_id) GROUP BY c.cluster"
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE doubts AS
        SELECT k.tuple_l, k.tuple_r, k.match_weight, k.match_probability AS p,
               l.cluster AS cluster_l, r.cluster AS cluster_r
        FROM (SELECT tuple_l, tuple_r, match_weight, match_probability FROM {read_table(table(folder, "links"))}
              WHERE match_probability BETWEEN {_SURE} AND {1 - _SURE}) k
        JOIN {clusters} l ON l.tuple_id = k.tuple_l JOIN {clusters} r ON r.tuple_id = k.tuple_r
        """
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE cases (kind VARCHAR, tuple_l VARCHAR, tuple_r VARCHAR, records BIGINT, "
        "probability DOUBLE, gain DOUBLE, conflict VARCHAR)"
    )
    _between_clusters(con, folder, decided.cannot)
    _within_clusters(con, folder, decided.must)
    _in_conflict(con, project, folder, decided.must)
    return decided.waiting


def _between_clusters(con: duckdb.DuckDBPyConnection, folder: Path, cannot: str) -> None:
    """The strongest link of two clusters of which no decision says that they are not one person."""
    clusters = read_table(table(folder, "clusters"))
    con.execute(
        f"""
        INSERT INTO cases
        WITH asked AS (
            SELECT *, least(cluster_l, cluster_r) AS low, greatest(cluster_l, cluster_r) AS high FROM doubts
            WHERE cluster_l <> cluster_r
            QUALIFY row_number() OVER (
                PARTITION BY low, high ORDER BY match_weight DESC, tuple_l, tuple_r) = 1
        ), decided AS (
            SELECT least(l.cluster, r.cluster) AS low, greatest(l.cluster, r.cluster) AS high
            FROM {cannot} d JOIN {clusters} l ON l.tuple_id = d.tuple_l JOIN {clusters} r ON r.tuple_id = d.tuple_r
        )
        SELECT 'pair', tuple_l, tuple_r, l.records + r.records, p, p * (1 - p) * l.records * r.records, NULL
        FROM asked a ANTI JOIN decided USING (low, high)
        JOIN sizes l ON l.cluster = a.low JOIN sizes r ON r.cluster = a.high
        """
    )


def _within_clusters(con: duckdb.DuckDBPyConnection, folder: Path, must: str) -> None:
    """Links without which a cluster would fall in two, unless a decision holds it together there."""
    found = [
        ("pair", *edge, size, p, p * (1 - p) * side * (size - side), None)
        for edge, p, side, size in _weak_links(con, folder)
    ]
    names = ("kind", "tuple_l", "tuple_r", "records", "probability", "gain", "conflict")
    types = (pa.string(), pa.string(), pa.string(), pa.int64(), pa.float64(), pa.float64(), pa.string())
    columns = {
        name: pa.array([row[place] for row in found], type)
        for place, (name, type) in enumerate(zip(names, types, strict=True))
    }
    con.register("found_cases", pa.table(columns))
    con.execute(
        f"INSERT INTO cases SELECT f.* FROM found_cases f ANTI JOIN {must} d USING (tuple_l, tuple_r)"
    )
    con.unregister("found_cases")


def _weak_links(
    con: duckdb.DuckDBPyConnection, folder: Path
) -> Iterator[tuple[tuple[str, str], float, int, int]]:
    """Link, probability, records on one side, records in all, of the clusters with most to gain."""
    clusters = read_table(table(folder, "clusters"))
    con.execute(
        f"""
        WITH wanted AS (
            SELECT cluster_l AS cluster, any_value(s.records) AS size FROM doubts d
            JOIN sizes s ON s.cluster = d.cluster_l WHERE cluster_l = cluster_r
            GROUP BY cluster_l ORDER BY max(p * (1 - p)) * any_value(s.records) ** 2 DESC, cluster_l LIMIT {_MOST}
        ), members AS (
            SELECT c.tuple_id, c.cluster, w.size, t.records FROM {clusters} c JOIN wanted w USING (cluster)
            JOIN {read_table(table(folder, "tuples"))} t USING (tuple_id)
        )
        SELECT l.cluster, l.size, k.tuple_l, k.tuple_r, k.match_weight, k.match_probability, l.records, r.records
        FROM {read_table(table(folder, "links"))} k
        JOIN members l ON l.tuple_id = k.tuple_l JOIN members r ON r.tuple_id = k.tuple_r AND r.cluster = l.cluster
        ORDER BY l.cluster, k.match_weight DESC, k.tuple_l, k.tuple_r
        """
    )
    edges: dict[str, list[Edge]] = {}
    sizes: dict[str, int] = {}
    for cluster, size, left, right, _, p, records_l, records_r in con.fetchall():
        edges.setdefault(cluster, []).append(Edge(left, right, p, records_l, records_r))
        sizes[cluster] = size
    for cluster, strongest_first in edges.items():
        for edge, side in split_sides(strongest_first):
            if _SURE <= edge.probability <= 1 - _SURE:
                yield (edge.left, edge.right), edge.probability, side, sizes[cluster]


def _in_conflict(con: duckdb.DuckDBPyConnection, project: Project, folder: Path, must: str) -> None:
    for field in ("birth_date", "nhs_number"):
        _make_claims(con, project, folder, field)
        con.execute(
            f"""
            INSERT INTO cases
            WITH held AS (
                SELECT cluster, value, sum(records) AS records, min(tuple_id) AS tuple_id FROM claims
                GROUP BY cluster, value HAVING bool_or(trusted) OR count(DISTINCT source) >= 2
            ), two AS (
                SELECT a.cluster, a.tuple_id AS one, b.tuple_id AS other, a.records AS n, b.records AS m,
                       a.value AS v, b.value AS w
                FROM held a JOIN held b ON a.cluster = b.cluster AND a.value < b.value
                QUALIFY row_number() OVER (PARTITION BY a.cluster ORDER BY n * m DESC, v, w) = 1
            )
            SELECT 'cluster', least(one, other), greatest(one, other), s.records, NULL, 0.25 * n * m,
                   {literal(field)}
            FROM two JOIN sizes s USING (cluster)
            WHERE NOT EXISTS (
                SELECT 1 FROM {must} d JOIN claims l ON l.tuple_id = d.tuple_l
                JOIN claims r ON r.tuple_id = d.tuple_r
                WHERE l.cluster = two.cluster AND r.cluster = two.cluster
                  AND ((l.value = v AND r.value = w) OR (l.value = w AND r.value = v)))
            """
        )
    con.execute("DROP TABLE temp.claims")


def _make_claims(con: duckdb.DuckDBPyConnection, project: Project, folder: Path, field: str) -> None:
    """`claims`: cluster, value, tuple_id, source, records, trusted: who says what, where a cluster has two values.

    An NHS number has a check digit that is right, so each of them counts as trusted.
    """
    trusted = ", ".join(literal(id) for id in trusted_sources(project, field)) or "NULL"
    test = "true" if field == "nhs_number" else f"coalesce(i.source IN ({trusted}), false)"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE claims AS
        WITH said AS MATERIALIZED (
            SELECT c.cluster, t.tuple_id, t.{identifier(field)}::VARCHAR AS value
            FROM {read_table(table(folder, "tuples"))} t JOIN {read_table(table(folder, "clusters"))} c USING (tuple_id)
            WHERE t.{identifier(field)} IS NOT NULL
        )
        SELECT s.cluster, s.value, s.tuple_id, i.source, count(*) AS records, bool_or({test}) AS trusted
        FROM said s
        JOIN (SELECT cluster FROM said GROUP BY cluster HAVING min(value) < max(value)) m USING (cluster)
        JOIN {read_table(table(folder, "identities"))} i USING (tuple_id)
        GROUP BY ALL
        """
    )


def _put_in_groups(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, as_of: dt.date | None, groups: Path | None
) -> None:
    """`grouped`: the cases with a record to stand for each side, and a group."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE representatives AS
        SELECT i.tuple_id, min((i.source, i.record_id)) AS key FROM {read_table(table(folder, "identities"))} i
        WHERE i.tuple_id IN (SELECT tuple_l FROM cases UNION ALL SELECT tuple_r FROM cases) GROUP BY i.tuple_id
        """
    )
    if groups is None:
        day = as_of_day(project, as_of)
        group, joins = _default_group(folder, day)
    else:
        column = read_groups(con, groups)
        group = f"coalesce(gl.{identifier(column)}, gr.{identifier(column)}, 'not known')"
        joins = (
            "LEFT JOIN groups gl ON gl.source = l.key[1] AND gl.record_id = l.key[2] "
            "LEFT JOIN groups gr ON gr.source = r.key[1] AND gr.record_id = r.key[2]"
        )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE grouped AS
        SELECT c.kind, l.key[1] AS one_source, l.key[2] AS one_record_id, r.key[1] AS other_source,
               r.key[2] AS other_record_id, c.records, c.probability, c.gain, c.conflict, {group} AS group_name
        FROM cases c JOIN representatives l ON l.tuple_id = c.tuple_l
        JOIN representatives r ON r.tuple_id = c.tuple_r {joins}
        """
    )


def _default_group(folder: Path, day: dt.date | None) -> tuple[str, str]:
    """SQL of the two sources and the age band, and the joins it needs. No guess at anybody's background."""
    tuples = read_table(table(folder, "tuples"))
    birth = "coalesce(tl.birth_date, tr.birth_date)"
    age = f"date_part('year', age(DATE '{day}', {birth}))" if day else "NULL"
    band = (
        f"CASE WHEN {age} < 18 THEN 'under 18' WHEN {age} < 65 THEN '18 to 64' "
        f"WHEN {age} IS NOT NULL THEN '65 and over' ELSE 'age not known' END"
    )
    sources = "least(l.key[1], r.key[1]) || ' and ' || greatest(l.key[1], r.key[1])"
    joins = f"JOIN {tuples} tl ON tl.tuple_id = c.tuple_l JOIN {tuples} tr ON tr.tuple_id = c.tuple_r"
    return f"{sources} || ', ' || {band}", joins


def _queue(limit: int = _MOST) -> str:
    keys = "one_source, one_record_id, other_source, other_record_id, kind"
    return f"""
        SELECT row_number() OVER (ORDER BY turn, gain DESC, {keys})::INTEGER AS case_number,
               * EXCLUDE (turn)
        FROM (SELECT *, row_number() OVER (PARTITION BY group_name ORDER BY gain DESC, {keys}) AS turn FROM grouped)
        ORDER BY case_number LIMIT {limit}
    """


def _counts(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    con.execute("SELECT count(*) FILTER (kind = 'pair'), count(*) FILTER (kind = 'cluster') FROM cases")
    pairs, clusters = con.fetchall()[0]
    return {"pairs_in_doubt": int(pairs), "clusters_in_conflict": int(clusters)}
