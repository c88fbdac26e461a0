"""How well parents and carers are found, where a truth is known: invented data only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from plainview.engine.tables import read_table
from plainview.linkage.fields import table
from plainview.linkage.truths import read_truth

_CARE = "('parent', 'foster_carer', 'carer')"


def evaluate_families(con: duckdb.DuckDBPyConnection, folder: Path, truth: Path) -> dict[str, Any]:
    """Compare a snapshot's parents and carers with `truth.parquet` and `relationships.parquet` in `truth`.

    A found person stands for the true one whom most of their records are of. Pairs, not records, are counted. Keys:

    - precision: of the pairs found as parent or carer, the share that are one truly (at any time);
    - recall_of_named: of the statements of a parent or carer, the share matched to the right person, where
      every true parent and carer is in the snapshot: the named one is among them;
    - recall_of_all: of the true pairs of a child and a parent or carer who are both in the snapshot,
      the share found; most parents are never named by any source;
    - families_right: of the care families, those in which all adults are truly parents or carers of a child in it;
    - beside each ratio the two counts it is of, as `<name>_counts`.
    """
    read_truth(con, truth / "truth.parquet")
    _map_people(con, folder)
    _find_true_pairs(con, truth / "relationships.parquet")
    ratios = {
        "precision": _precision(folder),
        "recall_of_named": _recall_of_named(folder),
        "recall_of_all": _recall_of_all(folder),
        "families_right": _families_right(folder),
    }
    result: dict[str, Any] = {}
    for name, query in ratios.items():
        con.execute(query)
        right, of = con.fetchall()[0]
        result |= {name: right / of if of else None, f"{name}_counts": [int(right or 0), int(of)]}
    con.execute("DROP TABLE truth; DROP TABLE whom; DROP TABLE truly_care")
    return result


def _map_people(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """`whom`: person_id, truth_id of most records, the smaller id on ties."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE whom AS
        WITH counted AS (
            SELECT person_id, truth_id, count(*) AS records
            FROM {read_table(table(folder, "index"))} JOIN truth USING (source, record_id) GROUP BY ALL
        )
        SELECT person_id, truth_id FROM counted
        QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY records DESC, truth_id) = 1
        """
    )


def _find_true_pairs(con: duckdb.DuckDBPyConnection, relationships: Path) -> None:
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE truly_care AS SELECT DISTINCT truth_id AS carer, other_truth_id AS child "
        f"FROM {read_table(relationships)} WHERE kind IN {_CARE}"
    )


def _found(folder: Path) -> str:
    return (
        f"SELECT DISTINCT a.truth_id AS carer, b.truth_id AS child "
        f"FROM {read_table(table(folder, 'relationships'))} r JOIN whom a ON a.person_id = r.person_id "
        f"JOIN whom b ON b.person_id = r.other_person_id WHERE relationship IN ('parent', 'carer')"
    )


def _precision(folder: Path) -> str:
    return (
        f"SELECT count(t.carer), count(*) FROM ({_found(folder)}) LEFT JOIN truly_care t USING (carer, child)"
    )


def _recall_of_named(folder: Path) -> str:
    return f"""
        WITH said AS (
            SELECT source, record_id, person_id AS carer, other_person_id AS child
            FROM {read_table(table(folder, "relationships"))} WHERE relationship IN ('parent', 'carer')
            UNION ALL SELECT source, record_id, NULL, person_id
            FROM {read_table(table(folder, "relationships_unmatched"))} WHERE relationship IN ('parent', 'carer')
        ), able AS (SELECT child FROM truly_care LEFT JOIN whom w ON w.truth_id = carer
                 GROUP BY child HAVING bool_and(w.truth_id IS NOT NULL))
        SELECT count(t.carer), count(*) FROM said JOIN whom b ON b.person_id = said.child
        SEMI JOIN able ON able.child = b.truth_id LEFT JOIN whom a ON a.person_id = said.carer
        LEFT JOIN truly_care t ON t.carer = a.truth_id AND t.child = b.truth_id
    """


def _recall_of_all(folder: Path) -> str:
    return f"""
        SELECT count(f.carer), count(*) FROM (
            SELECT DISTINCT t.carer, t.child FROM truly_care t JOIN whom a ON a.truth_id = t.carer
            JOIN whom b ON b.truth_id = t.child
            SEMI JOIN (SELECT person_id FROM {read_table(table(folder, "family_members"))} WHERE role = 'child') c
                ON c.person_id = b.person_id
        ) p LEFT JOIN ({_found(folder)}) f USING (carer, child)
    """


def _families_right(folder: Path) -> str:
    return f"""
        WITH members AS (
            SELECT family_id, role, truth_id FROM {read_table(table(folder, "family_members"))}
            SEMI JOIN (SELECT family_id FROM {read_table(table(folder, "families"))} WHERE kind = 'care') f
                USING (family_id)
            JOIN whom USING (person_id)
        ), adults AS (
            SELECT a.family_id, a.truth_id, bool_or(t.carer IS NOT NULL) AS fits
            FROM members a JOIN members c ON c.family_id = a.family_id AND c.role = 'child'
            LEFT JOIN truly_care t ON t.carer = a.truth_id AND t.child = c.truth_id
            WHERE a.role <> 'child' GROUP BY ALL
        ), families AS (SELECT family_id, bool_and(fits) AS sound FROM adults GROUP BY family_id)
        SELECT count(*) FILTER (sound), count(*) FROM families
    """
