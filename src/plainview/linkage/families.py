"""Families: people joined by care, kept apart from households and from the families that professionals draw.

**A care family** is the circle round one adult: the adult, the children (under 18) they are parent or carer of,
and whoever else cares for those children. A circle that lies wholly within another is not a family of its own.

- Two parents and their children are one family, at one address or at two: homes are the households' business.
- Half-siblings are together in the family round the parent they share; each child's other parent is in it.
- A parent with children in two relationships that do not share all parents is a circle of their own, so a child
  whose separated parents each have other children is in both families.
- Round a carer who is no parent (foster carer, guardian, grandparent with the care, step-parent) are the children
  cared for and the other carers, but not the children's parents: else foster children would join the parents of
  all of them into one family. Those children are in their parents' family too, and the carer in it with them.
- A young mother is a child in her parent's family and the parent in her own.

So nobody is in a family without a child between them: everyone in it cares for, or is, a child of the one it is
round. It never goes on from there, through grown-up siblings or grandparents, and cannot swallow an estate.
Connected components would: separated parents with new partners chain on. Grandparents, contacts and members of a
case file are in a care family only if a record says that they care.

**A professional family** is what a professional wrote: the people whose records carry one `family_number` of one
source. Nothing is added to it and nothing taken away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.family_differences import write_differences
from plainview.linkage.fields import as_of_day, read_records, recorded_day, table
from plainview.linkage.persons import crockford
from plainview.linkage.standardise import load_macros
from plainview.project.specs import Project

_GROWN = 18  # Children Act 1989 section 105: a child is a person under 18

_MOST_CHILDREN = 20
"""Children from which an adult is not a carer in a family but a home's manager or a placeholder."""

_CROWD = 30
"""People from which a family number is no family but what is typed when there is none."""

USES = ("in a care family", "grown up", "age not known", "cares for too many", "not a care relationship")
"""What becomes of a row of `relationships` here; every row has one."""

_TABLES = ("person_ages", "uses", "care", "circles", "care_families", "numbered", "drawn", "all_members")


def find_families(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    *,
    as_of: dt.date | None = None,
    delivered: Mapping[str, dt.date] | None = None,
) -> dict[str, int]:
    """`relationships`, `golden`, records, `index`, `household_members` to three tables of families.

    `families`: family_id, kind (`care`, `professional`), source (of a professional one), people, children,
    homes (distinct current households of its people), disputed (something in it is). The id is "F" and 13
    base-32 characters of a hash of the project and the person a care family is round, or the source and
    number of a professional one: the family keeps it while that stays.
    `family_members`: family_id, person_id, role, since, until, evidence, disputed. Roles are parent, carer,
    child, and adult or not known in a professional family. since and until are the first and last day that
    any record says so: until is not an end. evidence counts the records.
    `family_differences`: see `family_differences.py`.

    Counts: `relationships` and each of USES, which add up to it; `care`, `professional`, `members`;
    `numbered` records with a family number = `drawn` + `number_of_nobody` + `number_of_a_crowd`;
    `differences`.
    """
    load_macros(con)
    day = as_of_day(project, as_of)
    today = f"DATE '{day}'" if day else f"(SELECT max(last_seen) FROM {_relationships(folder)})"
    _find_ages(con, folder, today)
    _use_relationships(con, folder)
    _draw_circles(con)
    _keep_largest(con, project.spec.authority.name)
    _draw_numbers(con, project, folder, delivered or {})
    _list_members(con)
    counts = _write(con, folder) | {"differences": write_differences(con, folder)}
    for name in _TABLES:
        con.execute(f"DROP TABLE {name}")
    return counts


def _relationships(folder: Path) -> str:
    return read_table(table(folder, "relationships"))


def _find_ages(con: duckdb.DuckDBPyConnection, folder: Path, today: str) -> None:
    """`person_ages`: person_id, child: by the golden birth date; nobody whose birth date is not known."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE person_ages AS
        SELECT person_id, birth_date_known(TRY_CAST(value AS DATE)) + INTERVAL {_GROWN} YEAR > {today} AS child
        FROM {read_table(table(folder, "golden"))} WHERE field = 'birth_date' AND child IS NOT NULL
        """
    )


def _use_relationships(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """`uses`: every relationship and what becomes of it; `care`: carer, child, role, days, records."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE uses AS
        WITH aged AS (
            SELECT r.*, relationship IN ('parent', 'carer') AS cares, a.child
            FROM {_relationships(folder)} r LEFT JOIN person_ages a ON a.person_id = r.other_person_id
        ), busy AS (
            SELECT person_id FROM aged WHERE cares AND child
            GROUP BY person_id HAVING count(DISTINCT other_person_id) > {_MOST_CHILDREN}
        )
        SELECT aged.*, CASE WHEN NOT cares THEN 'not a care relationship' WHEN child IS NULL THEN 'age not known'
               WHEN NOT child THEN 'grown up' WHEN b.person_id IS NOT NULL THEN 'cares for too many'
               ELSE 'in a care family' END AS use
        FROM aged LEFT JOIN busy b USING (person_id)
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE care AS
        SELECT person_id AS carer, other_person_id AS child, bool_or(relationship = 'parent') AS parent,
               min(first_seen) AS since, max(last_seen) AS until, count(*) AS evidence,
               bool_or(disputed) AS disputed
        FROM uses WHERE use = 'in a care family' GROUP BY ALL
        """
    )


def _draw_circles(con: duckdb.DuckDBPyConnection) -> None:
    """`circles`: hub, person, role: round each adult who cares. Somebody who cares stands as that, not as child."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE circles AS
        WITH placed AS (
            SELECT carer AS hub, child AS person_id, 3 AS place FROM care
            UNION ALL SELECT carer, carer, CASE WHEN parent THEN 1 ELSE 2 END FROM care
            UNION ALL SELECT mine.carer, other.carer, CASE WHEN other.parent THEN 1 ELSE 2 END
            FROM care mine JOIN care other ON other.child = mine.child AND other.carer <> mine.carer
            WHERE mine.parent OR NOT other.parent
        )
        SELECT hub, person_id, ['parent', 'carer', 'child'][min(place)] AS role FROM placed GROUP BY ALL
        """
    )


def _keep_largest(con: duckdb.DuckDBPyConnection, authority: str) -> None:
    """`care_families`: hub, family_id: the circles within no other; of equal ones that of the smallest hub."""
    id = crockford(f"concat_ws(chr(31), {literal(authority)}, 'care family', hub)")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE care_families AS
        WITH sizes AS MATERIALIZED (SELECT hub, count(*) AS size FROM circles GROUP BY hub),
        shared AS (
            SELECT a.hub AS one, b.hub AS two, count(*) AS common
            FROM circles a JOIN circles b ON b.person_id = a.person_id AND b.hub <> a.hub GROUP BY ALL
        ), within AS (
            SELECT DISTINCT one FROM shared JOIN sizes a ON a.hub = one JOIN sizes b ON b.hub = two
            WHERE common = a.size AND (b.size > a.size OR two < one)
        )
        SELECT hub, 'F' || {id} AS family_id FROM sizes WHERE hub NOT IN (SELECT one FROM within)
        """
    )


def _draw_numbers(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, delivered: Mapping[str, dt.date]
) -> None:
    """`numbered`: the records with a family number; `drawn`: those of them that make a family, with its id."""
    meanings = ("family_number", "updated_date", "event_date", "known_date")
    authority = literal(project.spec.authority.name)
    id = crockford(f"concat_ws(chr(31), {authority}, 'professional family', source, number)")
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE numbered AS
        WITH said AS (
            SELECT r.source, r.record_id, i.person_id, nullif(upper(trim(r.family_number)), '') AS number,
                   least(r.event_date, r.known_date, r.updated_date) AS since,
                   coalesce(greatest(r.event_date, r.known_date, r.updated_date),
                            {recorded_day("r", delivered)}) AS until
            FROM ({read_records(con, project, folder, meanings)}) r
            LEFT JOIN {read_table(table(folder, "index"))} i USING (source, record_id)
        ), sizes AS (SELECT source, number, count(DISTINCT person_id) AS people FROM said GROUP BY ALL)
        SELECT said.*, people FROM said JOIN sizes USING (source, number)
        """
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE drawn AS SELECT *, 'F' || {id} AS family_id FROM numbered "
        f"WHERE person_id IS NOT NULL AND people <= {_CROWD}"
    )


def _list_members(con: duckdb.DuckDBPyConnection) -> None:
    """`all_members`: of both kinds. A person under two numbers of one source is in dispute in both."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE all_members AS
        WITH ours AS MATERIALIZED (SELECT * FROM circles JOIN care_families USING (hub)),
        said AS (
            SELECT f.family_id, c.* FROM care c JOIN ours f ON f.person_id = c.carer AND f.role <> 'child'
            JOIN care h ON h.carer = f.hub AND h.child = c.child
        ), sides AS (
            SELECT family_id, carer AS person_id, since, until, evidence, disputed FROM said
            UNION ALL SELECT family_id, child, since, until, evidence, disputed FROM said
        ), twice AS (
            SELECT source, person_id FROM drawn GROUP BY ALL HAVING count(DISTINCT number) > 1
        )
        SELECT o.family_id, 'care' AS kind, NULL::VARCHAR AS source, o.person_id, o.role, min(s.since) AS since,
               max(s.until) AS until, sum(s.evidence)::INTEGER AS evidence, bool_or(s.disputed) AS disputed
        FROM ours o JOIN sides s USING (family_id, person_id) GROUP BY ALL
        UNION ALL
        SELECT d.family_id, 'professional', d.source, d.person_id,
               CASE WHEN a.child THEN 'child' WHEN NOT a.child THEN 'adult' ELSE 'not known' END,
               min(d.since), max(d.until), count(*)::INTEGER, bool_or(t.person_id IS NOT NULL)
        FROM drawn d LEFT JOIN person_ages a USING (person_id) LEFT JOIN twice t USING (source, person_id)
        GROUP BY ALL
        """
    )


def _write(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    homes = read_table(table(folder, "household_members"))
    write_table(
        con,
        f"""
        SELECT family_id, kind, m.source, count(DISTINCT person_id)::INTEGER AS people,
               (count(DISTINCT person_id) FILTER (a.child))::INTEGER AS children,
               count(DISTINCT h.household_id)::INTEGER AS homes, bool_or(m.disputed) AS disputed
        FROM all_members m LEFT JOIN person_ages a USING (person_id)
        LEFT JOIN (SELECT person_id, household_id FROM {homes} h WHERE h.current) h USING (person_id)
        GROUP BY ALL ORDER BY family_id
        """,
        table(folder, "families"),
    )
    members = write_table(
        con,
        "SELECT family_id, person_id, role, since, until, evidence, disputed FROM all_members "
        "ORDER BY family_id, person_id",
        table(folder, "family_members"),
    )
    return _count(con) | {"members": members}


def _count(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    con.execute("SELECT use, count(*) FROM uses GROUP BY use")
    found = dict(con.fetchall())
    con.execute("SELECT kind, count(DISTINCT family_id) FROM all_members GROUP BY kind")
    kinds = dict(con.fetchall())
    con.execute(
        f"SELECT count(*), count(*) FILTER (person_id IS NULL), "
        f"count(*) FILTER (person_id IS NOT NULL AND people > {_CROWD}) FROM numbered"
    )
    numbered, nobody, crowd = con.fetchall()[0]
    return {
        "relationships": sum(found.values()),
        **{use: found.get(use, 0) for use in USES},
        "care": kinds.get("care", 0),
        "professional": kinds.get("professional", 0),
        "numbered": numbered,
        "drawn": numbered - nobody - crowd,
        "number_of_nobody": nobody,
        "number_of_a_crowd": crowd,
    }
