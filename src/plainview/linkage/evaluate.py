"""How well the index agrees with a known truth: pairs, clusters, and the same for every group.

Nothing enumerates pairs. With n the records that a true person i and a found person j share, a the size
of the found and b of the true person, a record has n - 1 right partners, a - 1 found and b - 1 true
ones; sums of these over records are twice the usual counts of pairs, so ratios are the same, and
they can be summed over any group of records.

**Intervals.** Precision, recall and F1 are ratios R = Y / X of sums over true people: of right to found
partners, of right to true, of twice right to found and true together. People, not pairs, are what is
sampled, so with y and x the sums of one person and n people the linearised variance is

    var(R) = n / (n - 1) * sum((y - R x) ** 2) / X ** 2

(Cochran 1977, Sampling Techniques, section 6.4, with clusters as units), and the 95 % interval R plus or
minus 1.96 standard errors, within 0 and 1. Where no error was seen that width is nought and says too
much; there the lower bound is 0.05 ** (1 / n), the exact one for n people without an error.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb

from plainview.engine.duck import identifier
from plainview.engine.tables import read_table
from plainview.linkage.truths import read_truth

_RATIOS = {"precision": ("hits", "found"), "recall": ("hits", "owed"), "f1": ("2 * hits", "found + owed")}
_Z = 1.959963984540054


def evaluate(con: duckdb.DuckDBPyConnection, index: Path, truth: Path) -> dict[str, Any]:
    """Compare the `index` table with a truth file (see `read_truth`); plain data for JSON.

    Measured are the records of the truth. One that the index does not have counts as found alone, so its
    partners are missed; records of which the truth says nothing are left out. Both are counted. Keys:

    - pairwise: precision, recall, f1, each with `<name>_interval` [low, high], and the pairs counted;
    - clusters: people true and found, exact (found just as they are), split (true people in several),
      merged (found people that hold several), bcubed_precision, bcubed_recall, bcubed_f1;
    - groups: per group column and value records, people, and the pairwise measures of its records' own
      partners; a measure that nothing was counted for is None;
    - records: measured, only_in_truth, only_in_index.
    """
    groups = read_truth(con, truth)
    _count_partners(con, index, groups)
    result = {
        "pairwise": _pairwise(con),
        "clusters": _clusters(con),
        "groups": [row for column in groups for row in _group(con, column)],
        "records": _records(con, index),
    }
    con.execute("DROP TABLE truth; DROP TABLE partners")
    return result


def _count_partners(con: duckdb.DuckDBPyConnection, index: Path, groups: list[str]) -> None:
    columns = "".join(f", t.{identifier(column)}" for column in groups)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE partners AS
        WITH matched AS (
            SELECT t.truth_id AS truth, i.person_id IS NULL AS missing{columns},
                   coalesce('p' || i.person_id, 'r' || t.source || chr(31) || t.record_id) AS found_id
            FROM truth t LEFT JOIN {read_table(index)} i USING (source, record_id)
        ), cells AS (SELECT truth, found_id, count(*) AS shared FROM matched GROUP BY ALL),
        trues AS (SELECT truth, count(*) AS size FROM matched GROUP BY truth),
        founds AS (SELECT found_id, count(*) AS size FROM matched GROUP BY found_id)
        SELECT m.*, c.shared, b.size AS true_size, a.size AS found_size,
               c.shared - 1 AS hits, a.size - 1 AS found, b.size - 1 AS owed
        FROM matched m JOIN cells c USING (truth, found_id)
        JOIN trues b USING (truth) JOIN founds a USING (found_id)
        """
    )


def _sums(name: str) -> str:
    """SQL of the sums of one ratio over people: n, Y, X, and the squares and products for its variance."""
    return (
        f"sum({name}_y), sum({name}_x), sum({name}_y * {name}_y), sum({name}_y * {name}_x), "
        f"sum({name}_x * {name}_x), count(*) FILTER ({name}_x > 0)"
    )


def _per_person(by: str) -> str:
    parts = []
    for name, (y, x) in _RATIOS.items():
        parts.append(f"sum({y})::HUGEINT AS {name}_y, sum({x})::HUGEINT AS {name}_x")
    return f"SELECT {by} AS value, truth, count(*) AS records, {', '.join(parts)} FROM partners GROUP BY ALL"


def _ratio(y: int, x: int, yy: int, yx: int, xx: int, people: int) -> tuple[float | None, list[float] | None]:
    """A ratio and its 95 % interval; see the head of this file."""
    if not x:
        return None, None
    ratio = y / x
    if people < 2:
        return ratio, None
    if y == x:
        return 1.0, [0.05 ** (1 / people), 1.0]
    spread = max(yy - 2 * ratio * yx + ratio * ratio * xx, 0.0)
    half = _Z * math.sqrt(people / (people - 1) * spread) / x
    return ratio, [max(ratio - half, 0.0), min(ratio + half, 1.0)]


def _measures(row: tuple[Any, ...]) -> dict[str, Any]:
    measures: dict[str, Any] = dict.fromkeys(_RATIOS)  # the three measures first, then their intervals
    for place, name in enumerate(_RATIOS):
        counts = [int(value or 0) for value in row[6 * place : 6 * place + 6]]
        measures[name], measures[f"{name}_interval"] = _ratio(*counts)
    return measures


def _pairwise(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    sums = ", ".join(_sums(name) for name in _RATIOS)
    con.execute(f"SELECT {sums} FROM ({_per_person('NULL')})")
    row = con.fetchall()[0]
    con.execute("SELECT sum(hits), sum(found), sum(owed) FROM partners")
    right, found, true = (int(value or 0) // 2 for value in con.fetchall()[0])
    pairs = {"right_pairs": right, "found_pairs": found, "true_pairs": true}
    return _measures(row) | pairs


def _group(con: duckdb.DuckDBPyConnection, column: str) -> list[dict[str, Any]]:
    sums = ", ".join(_sums(name) for name in _RATIOS)
    con.execute(
        f"SELECT value, sum(records), count(*), {sums} FROM ({_per_person(identifier(column))}) "
        "GROUP BY value ORDER BY value NULLS LAST"
    )
    return [
        {"group": column, "value": row[0] if row[0] is not None else "not known"}
        | {"records": int(row[1]), "people": int(row[2])}
        | _measures(row[3:])
        for row in con.fetchall()
    ]


def _clusters(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    con.execute(
        """
        SELECT count(DISTINCT truth), count(DISTINCT found_id) FILTER (NOT missing),
               count(DISTINCT truth) FILTER (shared = true_size AND shared = found_size AND NOT missing),
               count(DISTINCT truth) FILTER (shared < true_size),
               count(DISTINCT found_id) FILTER (shared < found_size),
               sum((shared::DECIMAL(18, 0) / found_size)::DECIMAL(38, 12)) / count(*),
               sum((shared::DECIMAL(18, 0) / true_size)::DECIMAL(38, 12)) / count(*)
        FROM partners
        """
    )
    true, found, exact, split, merged, precision, recall = con.fetchall()[0]
    precision, recall = round(float(precision), 9), round(float(recall), 9)
    return {
        "people_true": int(true),
        "people_found": int(found),
        "exact": int(exact),
        "split": int(split),
        "merged": int(merged),
        "bcubed_precision": precision,
        "bcubed_recall": recall,
        "bcubed_f1": round(2 * precision * recall / (precision + recall), 9),
    }


def _records(con: duckdb.DuckDBPyConnection, index: Path) -> dict[str, int]:
    con.execute("SELECT count(*), count(*) FILTER (missing) FROM partners")
    measured, missing = con.fetchall()[0]
    con.execute(f"SELECT count(*) FROM {read_table(index)} ANTI JOIN truth USING (source, record_id)")
    (beyond,) = con.fetchall()[0]
    return {"measured": int(measured), "only_in_truth": int(missing), "only_in_index": int(beyond)}
