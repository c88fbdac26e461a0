"""Relationships: who is said to be whose parent, carer, partner, by which record, and how they were found.

A record may name another person: by the service's own record id (`related_record_id`), or as a contact
with a name and perhaps a birth date or a telephone. Each such record is one statement. Every statement ends in
one of three ways, and the counts add up: a row of `relationships`, a row of `relationships_unmatched` with a
reason (nobody, or more than one, could be meant), or one with the rule that excludes it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import as_of_day, read_records, recorded_day, table
from plainview.linkage.named_people import PARENT_YEARS, match_named_people
from plainview.linkage.standardise import load_macros
from plainview.project.specs import Project

RELATIONSHIPS = (
    "parent",
    "carer",
    "child",
    "sibling",
    "partner",
    "grandparent",
    "school contact",
    "emergency contact",
    "case file member",
    "other",
)
"""What a related person can be. In the tables `child` is turned round and stands as its parent's row."""

EXCLUDED = {
    "record names nobody": "the record itself has no name and no identifier, so it belongs to no person",
    "nothing to go by": "a relationship, telephone or birth date without a name or a record id",
    "oneself": "the related person is the person themselves",
    "parent not older": "the parent would be less than twelve years older than the child",
}
UNMATCHED = {
    "record not found": "the record id is of no record that is linked, and no name is given",
    "nobody of that name": "no person of that name, or of one near it, is where the contact could be",
    "name alone": "people of that name exist, but no birth date, telephone or address says that one is meant",
    "several found": "more than one person fits equally well",
}

_MEANINGS = (
    "related_record_id",
    "related_name",
    "related_birth_date",
    "related_relationship",
    "related_phone",
    "updated_date",
    "event_date",
    "known_date",
)
_SYMMETRIC = ("sibling", "partner", "case file member")
_TABLES = ("statements", "ages", "named", "relationship_ends", "relations", "pairs_said")


def find_relationships(
    con: duckdb.DuckDBPyConnection,
    project: Project,
    folder: Path,
    *,
    as_of: dt.date | None = None,
    delivered: Mapping[str, dt.date] | None = None,
) -> dict[str, int]:
    """Records, `index`, `standardised`, `golden`, `household_members` to the two tables of statements.

    `relationships`: one row a record that names somebody who was found. person_id is the `relationship` of
    other_person_id (parent, carer, grandparent, contact); of siblings, partners and members of a case file
    the smaller person_id stands first. `found` is `record` or `name`; `confirmed_by` says what beside the
    name. `sources` counts the sources that say the same of the two; `disputed` is true where another record
    says something that cannot be true as well. first_seen and last_seen are days of the record, not of the
    relationship. `understood` is false where the service's word is not in `relationship_words.csv`.
    `relationships_unmatched`: source, record_id, person_id (of the record), relationship, outcome, reason.

    Counts: `statements` = `relationships` + `unmatched` + `excluded`; each reason; `words_unknown`.
    """
    load_macros(con)
    _gather(con, project, folder, delivered or {})
    _find_ages(con, folder)
    day = as_of_day(project, as_of)
    match_named_people(con, folder, f"DATE '{day}'" if day else "(SELECT max(last_seen) FROM statements)")
    _end_statements(con, folder)
    _relate(con)
    counts = _write(con, folder)
    for name in _TABLES:
        con.execute(f"DROP TABLE {name}")
    return counts


def _gather(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, delivered: Mapping[str, dt.date]
) -> None:
    """`statements`: one row a record that says something of another person; `n` is its place.

    A word of no known meaning is `other`; no word at all says only that both are on one file.
    """
    words = literal(str(files("plainview.linkage").joinpath("relationship_words.csv")))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE statements AS
        WITH said AS (
            SELECT *, nullif(trim(regexp_replace(strip_accents(lower(related_relationship)),
                                                 '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')), '') AS word
            FROM ({read_records(con, project, folder, _MEANINGS)})
            WHERE coalesce(related_record_id, related_name, related_relationship, related_phone,
                           related_birth_date::VARCHAR) IS NOT NULL
        ), known AS (
            SELECT word, CASE relationship WHEN 'child' THEN 'parent' WHEN 'grandchild' THEN 'grandparent'
                         ELSE relationship END AS relationship,
                   relationship IN ('child', 'grandchild') AS turned
            FROM read_csv({words}, header = true, all_varchar = true)
        )
        SELECT row_number() OVER (ORDER BY s.source, s.record_id) AS n, s.source, s.record_id, i.person_id,
               s.related_record_id, s.related_name, s.related_birth_date AS birth_date,
               phone_text(s.related_phone) AS phone,
               coalesce(k.relationship, CASE WHEN s.word IS NULL THEN 'case file member' ELSE 'other' END)
                   AS relationship,
               coalesce(k.turned, false) AS turned,
               s.word IS NULL OR k.word IS NOT NULL AS understood,
               least(s.event_date, s.known_date, s.updated_date) AS first_seen,
               coalesce(greatest(s.event_date, s.known_date, s.updated_date),
                        {recorded_day("s", delivered)}) AS last_seen
        FROM said s LEFT JOIN known k USING (word)
        LEFT JOIN {read_table(table(folder, "index"))} i USING (source, record_id)
        """
    )


def _find_ages(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """`ages`: person_id, birth_date: the golden one, where it can be true (1 January 1900 is nobody's)."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE ages AS
        SELECT person_id, birth_date_known(TRY_CAST(value AS DATE)) AS birth_date
        FROM {read_table(table(folder, "golden"))} WHERE field = 'birth_date' AND birth_date IS NOT NULL
        """
    )


def _end_statements(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """`relationship_ends`: for each statement the related person that was found, or why there is none.

    The service's own record id says who is meant, so a name beside it is not asked.
    """
    parent = "CASE WHEN turned THEN one.birth_date ELSE two.birth_date END"
    child = "CASE WHEN turned THEN two.birth_date ELSE one.birth_date END"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE relationship_ends AS
        WITH found AS (
            SELECT s.*, coalesce(i.person_id, m.found_id) AS other_id,
                   CASE WHEN i.person_id IS NOT NULL THEN 'record' ELSE 'name' END AS found,
                   CASE WHEN i.person_id IS NULL THEN m.confirmed_by END AS confirmed_by, m.reason AS unnamed
            FROM statements s
            LEFT JOIN {read_table(table(folder, "index"))} i
                ON i.source = s.source AND i.record_id = s.related_record_id
            LEFT JOIN named m ON m.n = s.n
        )
        SELECT f.*, CASE
            WHEN f.person_id IS NULL THEN 'record names nobody'
            WHEN other_id IS NULL AND unnamed IS NULL AND related_record_id IS NULL THEN 'nothing to go by'
            WHEN other_id = f.person_id THEN 'oneself'
            WHEN relationship = 'parent' AND {parent} + INTERVAL {PARENT_YEARS} YEAR > {child}
                THEN 'parent not older' END AS excluded_by,
            CASE WHEN other_id IS NULL THEN coalesce(unnamed, 'record not found') END AS unmatched_by
        FROM found f LEFT JOIN ages one ON one.person_id = f.person_id
        LEFT JOIN ages two ON two.person_id = other_id
        """
    )


def _relate(con: duckdb.DuckDBPyConnection) -> None:
    """`relations`: the statements whose two people are known, in one direction each."""
    symmetric = ", ".join(map(literal, _SYMMETRIC))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE relations AS
        SELECT CASE WHEN relationship IN ({symmetric}) THEN least(person_id, other_id)
                    WHEN turned THEN person_id ELSE other_id END AS person_id,
               CASE WHEN relationship IN ({symmetric}) THEN greatest(person_id, other_id)
                    WHEN turned THEN other_id ELSE person_id END AS other_person_id,
               relationship, understood, source, record_id, found, confirmed_by, first_seen, last_seen
        FROM relationship_ends WHERE excluded_by IS NULL AND unmatched_by IS NULL
        """
    )
    # Ties of blood and marriage exclude each other. To care, to be a contact or on a file goes with all of them.
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE pairs_said AS
        SELECT least(person_id, other_person_id) AS one, greatest(person_id, other_person_id) AS two,
               count(DISTINCT CASE WHEN relationship IN ('parent', 'grandparent', 'sibling', 'partner') THEN
                   relationship || CASE WHEN relationship IN ('parent', 'grandparent')
                                        THEN person_id ELSE '' END END) > 1 AS disputed
        FROM relations GROUP BY ALL
        """
    )


def _write(con: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    related = write_table(
        con,
        """
        WITH agreeing AS (
            SELECT person_id, other_person_id, relationship, count(DISTINCT source)::INTEGER AS sources
            FROM relations GROUP BY ALL
        )
        SELECT r.person_id, r.other_person_id, r.relationship, r.source, r.record_id, r.found, r.confirmed_by,
               r.first_seen, r.last_seen, a.sources, p.disputed, r.understood
        FROM relations r JOIN agreeing a USING (person_id, other_person_id, relationship)
        JOIN pairs_said p ON p.one = least(r.person_id, r.other_person_id)
            AND p.two = greatest(r.person_id, r.other_person_id)
        ORDER BY r.person_id, r.other_person_id, r.relationship, r.source, r.record_id
        """,
        table(folder, "relationships"),
    )
    write_table(
        con,
        """
        SELECT source, record_id, person_id, relationship,
               CASE WHEN excluded_by IS NULL THEN 'unmatched' ELSE 'excluded' END AS outcome,
               coalesce(excluded_by, unmatched_by) AS reason
        FROM relationship_ends WHERE excluded_by IS NOT NULL OR unmatched_by IS NOT NULL
        ORDER BY source, record_id
        """,
        table(folder, "relationships_unmatched"),
    )
    return _count(con, related)


def _count(con: duckdb.DuckDBPyConnection, related: int) -> dict[str, int]:
    con.execute(
        "SELECT coalesce(excluded_by, unmatched_by, ''), count(*), count(*) FILTER (NOT understood) "
        "FROM relationship_ends GROUP BY ALL"
    )
    found = {reason: (rows, unknown) for reason, rows, unknown in con.fetchall()}
    reasons = {reason: found.get(reason, (0, 0))[0] for reason in (*EXCLUDED, *UNMATCHED)}
    con.execute("SELECT count(*) FROM statements")
    (statements,) = con.fetchall()[0]
    if statements != related + sum(reasons.values()):
        raise AssertionError(f"{statements} statements, {related} relationships, {reasons}")
    return {
        "statements": int(statements),
        "relationships": related,
        "unmatched": sum(reasons[reason] for reason in UNMATCHED),
        "excluded": sum(reasons[reason] for reason in EXCLUDED),
        "words_unknown": sum(unknown for _, unknown in found.values()),
        **reasons,
    }
