"""Facts that one person cannot have two of: what a cluster must not hold, however alike its tuples are."""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.fields import table
from plainview.project.specs import Project

_TRUSTED = 4  # a service that saw an official document, or does so as a rule

_SLIPS_OF_DATE = 1
_SLIPS_OF_NUMBER = 2


def find_conflicts(con: duckdb.DuckDBPyConnection, project: Project, folder: Path, labelled: str) -> int:
    """Make the temporary table `conflicts` (label, l, r): tuples of one cluster that hold a conflict.

    `labelled` is a relation of node, tuple_id, label. A conflict is two NHS numbers that are more than two
    slips apart, or two birth dates more than a slip apart, neither of them day and month of the other, each
    of them verified: held by two sources, or by one that declares trust of 4 or 5. Gives the number of clusters.
    """
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE held AS
        SELECT l.label, l.node, l.tuple_id, t.nhs_number, t.birth_date
        FROM {labelled} l JOIN {read_table(table(folder, "tuples"))} t USING (tuple_id)
        WHERE t.nhs_number IS NOT NULL OR t.birth_date IS NOT NULL
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE doubtful AS SELECT label FROM held GROUP BY label
        HAVING min(nhs_number) <> max(nhs_number) OR min(birth_date) <> max(birth_date)
        """
    )
    con.execute("CREATE OR REPLACE TEMP TABLE held AS SELECT * FROM held SEMI JOIN doubtful USING (label)")
    con.execute(f"CREATE OR REPLACE TEMP TABLE verified AS {_verified(project, folder)}")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE conflicts AS
        SELECT DISTINCT a.label, a.node AS l, b.node AS r
        FROM held a JOIN held b ON a.label = b.label AND a.node < b.node
        LEFT JOIN verified v ON v.label = a.label AND v.birth_date = a.birth_date
        LEFT JOIN verified w ON w.label = b.label AND w.birth_date = b.birth_date
        WHERE (a.nhs_number <> b.nhs_number
               AND damerau_levenshtein(a.nhs_number, b.nhs_number) > {_SLIPS_OF_NUMBER})
           OR (v.label IS NOT NULL AND w.label IS NOT NULL AND {_other_birth_date()})
        """
    )
    for name in ("held", "doubtful", "verified"):
        con.execute(f"DROP TABLE {name}")
    con.execute("SELECT count(DISTINCT label) FROM conflicts")
    return int(con.fetchall()[0][0])


def _verified(project: Project, folder: Path) -> str:
    listed = ", ".join(literal(id) for id in trusted_sources(project, "birth_date")) or "NULL"
    return (
        f"SELECT h.label, h.birth_date FROM held h JOIN {read_table(table(folder, 'identities'))} i "
        f"USING (tuple_id) WHERE h.birth_date IS NOT NULL GROUP BY h.label, h.birth_date "
        f"HAVING count(DISTINCT i.source) >= 2 OR coalesce(bool_or(i.source IN ({listed})), false)"
    )


def trusted_sources(project: Project, meaning: str) -> list[str]:
    """Sources that declare trust of 4 or 5 in a column of that meaning, or in all that they send."""
    return [
        source.id
        for source in project.sources
        if any(source.trust_of(header) >= _TRUSTED for header in source.headers_of(meaning))
    ]


def _other_birth_date() -> str:
    swapped = (
        "(year(a.birth_date) = year(b.birth_date) AND month(a.birth_date) = day(b.birth_date) "
        "AND day(a.birth_date) = month(b.birth_date))"
    )
    first = " OR ".join(f"(month({s}.birth_date) = 1 AND day({s}.birth_date) = 1)" for s in ("a", "b"))
    placeholder = f"(year(a.birth_date) = year(b.birth_date) AND ({first}))"
    slips = f"damerau_levenshtein(a.birth_date::VARCHAR, b.birth_date::VARCHAR) > {_SLIPS_OF_DATE}"
    return f"(a.birth_date <> b.birth_date AND {slips} AND NOT {swapped} AND NOT {placeholder})"
