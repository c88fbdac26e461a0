"""Where professional families and care families disagree: told, never mended."""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import table

KINDS = {
    "in no care family": "the professional counts them in; no record says that they care or are cared for",
    "in other care families": "the professional counts them in, and none of their care families has any other "
    "of the professional family's people",
    "under another number": "they are in a care family of the professional family's children; the same source "
    "has them under another number or none",
    "not on the file": "they are in a care family of the professional family's children; the source has no "
    "record of them",
    "in two professional families": "the same source has them under more than one number",
}


def write_differences(con: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """`all_members` to `family_differences`; gives its rows.

    person_id, professional_family_id, source, care_families (ids, sorted: the person's own, in the last kind
    too), kind (of KINDS). A care family is held against a professional one if they share a child, or any
    person where the professional one has no child.
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE differing AS
        WITH drawn AS MATERIALIZED (SELECT * FROM all_members WHERE kind = 'professional'),
        cared AS MATERIALIZED (SELECT * FROM all_members WHERE kind = 'care'),
        young AS (SELECT family_id FROM drawn WHERE role = 'child' GROUP BY ALL),
        pairs AS MATERIALIZED (
            SELECT DISTINCT d.family_id AS theirs, d.source, c.family_id AS ours
            FROM drawn d JOIN cared c USING (person_id) LEFT JOIN young y ON y.family_id = d.family_id
            WHERE y.family_id IS NULL OR d.role = 'child'
        ), inside AS (
            SELECT d.family_id, d.source, d.person_id, count(c.family_id) AS families,
                   count(o.person_id) AS companions
            FROM drawn d LEFT JOIN cared c USING (person_id)
            LEFT JOIN (SELECT d2.family_id, d2.person_id, c2.family_id AS care_family
                       FROM drawn d2 JOIN cared c2 USING (person_id)) o
                ON o.family_id = d.family_id AND o.care_family = c.family_id AND o.person_id <> d.person_id
            GROUP BY ALL
        ), alone AS (SELECT family_id FROM drawn GROUP BY ALL HAVING count(*) = 1),
        on_file AS (SELECT DISTINCT source, person_id FROM {read_table(table(folder, "index"))}),
        outside AS (
            SELECT DISTINCT p.theirs, p.source, c.person_id FROM pairs p JOIN cared c ON c.family_id = p.ours
            ANTI JOIN drawn d ON d.family_id = p.theirs AND d.person_id = c.person_id
        )
        SELECT person_id, family_id, source, 'in no care family' AS kind FROM inside WHERE families = 0
        UNION ALL
        SELECT person_id, family_id, source, 'in other care families' FROM inside
        WHERE families > 0 AND companions = 0 AND family_id NOT IN (FROM alone)
        UNION ALL
        SELECT person_id, theirs, source,
               CASE WHEN f.person_id IS NULL THEN 'not on the file' ELSE 'under another number' END
        FROM outside LEFT JOIN on_file f USING (source, person_id)
        UNION ALL
        SELECT person_id, family_id, source, 'in two professional families' FROM drawn WHERE disputed
        """
    )
    rows = write_table(
        con,
        """
        WITH own AS (
            SELECT person_id, list(family_id ORDER BY family_id) AS care_families
            FROM all_members WHERE kind = 'care' GROUP BY person_id
        )
        SELECT d.person_id, d.family_id AS professional_family_id, d.source,
               coalesce(o.care_families, []) AS care_families, d.kind
        FROM differing d LEFT JOIN own o USING (person_id)
        ORDER BY d.person_id, professional_family_id, d.kind
        """,
        table(folder, "family_differences"),
    )
    con.execute("DROP TABLE differing")
    return rows
