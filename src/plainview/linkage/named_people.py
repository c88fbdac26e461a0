"""Who a named contact is: "Mother: A. Hollis, 07700 900123" to a person, where that is telling.

A name alone never is. A person is taken for the contact if their name agrees and something else does too: the birth
date, the telephone, or an address that both were at. What was found is weighed in a fixed order (birth date
before telephone before address), and only the single best counts: if two people are as good, nobody is.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.fields import table

_BIRTH, _PHONE, _PLACE, _CONTRADICTED = 4, 2, 1, -2
"""Weights: each outweighs all after it. A birth date that contradicts needs telephone and address against it."""

_CLOSE = 0.88
"""Jaro-Winkler similarity from which two spellings are near: Catherine and Katheryn, Mohammed and Muhammad."""

PARENT_YEARS = 12
"""By how many years a parent is older, at least: births to mothers under 13 are all but unknown, a mistyped
year or a brother of one name is not."""

_GRANDPARENT_YEARS, _CARER_YEARS, _GROWN = 24, 16, 18
_TABLES = ("asked", "contact_names", "person_names", "people_known", "candidates", "best", "formal_names")


def match_named_people(con: duckdb.DuckDBPyConnection, folder: Path, day: str) -> None:
    """`statements` and `ages` to `named`: n, found_id, confirmed_by, reason; one row a statement with a name.

    found_id is the person, or NULL with a reason of `relationships.UNMATCHED`. `confirmed_by` lists what agreed
    beside the name. `day` is SQL of the day on which a child is a child. Names agree if they are equal in
    any order, if one is a short form or an initial of the other or half of a double name, or if their
    spellings are near, or the first names are equal. The last is not enough with an address alone; near
    spellings are, for a parent whose age and the child's are known.
    """
    _ask(con)
    _know(con, folder)
    _propose(con, folder, day)
    _choose(con)
    for name in _TABLES:
        con.execute(f"DROP TABLE {name}")


def _ask(con: duckdb.DuckDBPyConnection) -> None:
    """`asked`: the statements that name somebody, with the name in standard form. Each writing is read once."""
    path = Path(__file__).with_name("nicknames.csv")
    nicknames = f"SELECT formal, short FROM read_csv({literal(str(path))}, header = true, all_varchar = true)"
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE formal_names AS
        SELECT name, list_sort(list_distinct(list(formal))) AS formals
        FROM (SELECT short AS name, formal FROM ({nicknames}) UNION ALL
              SELECT formal, formal FROM ({nicknames}) UNION ALL SELECT short, short FROM ({nicknames}))
        GROUP BY name
        """
    )
    # A letter of no alphabet stands for the hyphen meanwhile, so that Smith-Jones stays one family name.
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE contact_names AS
        WITH written AS (SELECT DISTINCT related_name AS w FROM statements WHERE related_name IS NOT NULL),
        texts AS (
            SELECT w, contains(w, ',') AS comma, name_text(replace(split_part(w, ',', 1), '-', 'ǀ')) AS one,
                   name_text(CASE WHEN comma THEN substr(w, instr(w, ',') + 1) END) AS two FROM written
        ), known AS (SELECT w, comma, name_known(one) AS one, name_known(two) AS two FROM texts),
        ended AS (SELECT *, CASE WHEN comma THEN one ELSE family_at_end(one) END AS ending FROM known),
        parted AS (
            SELECT w, replace(ending, 'ǀ', ' ') AS last_name, first_word(replace(CASE WHEN comma THEN two
                WHEN ending IS NULL THEN one ELSE trim(left(one, -length(ending))) END, 'ǀ', ' ')) AS first_name
            FROM ended
        )
        SELECT w, first_name, last_name, sorted_words(first_name, last_name) AS words
        FROM parted WHERE coalesce(first_name, last_name) IS NOT NULL
        """.replace("sorted_words(first_name, last_name)", _words("first_name", "last_name"))
    )
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE asked AS
        SELECT s.n, s.person_id, s.birth_date, s.phone, s.relationship, s.turned, c.first_name, c.last_name,
               c.words, coalesce(f.formals, []) AS formals
        FROM statements s JOIN contact_names c ON c.w = s.related_name
        LEFT JOIN formal_names f ON f.name = c.first_name
        WHERE s.person_id IS NOT NULL
        """
    )


def _words(first: str, last: str) -> str:
    """SQL: the different words of a name in alphabetical order; what systems write for no name left out."""
    split = f"string_split(concat_ws(' ', {first}, {last}), ' ')"
    return f"array_to_string(list_sort(list_distinct(list_filter({split}, lambda w: w NOT IN ('fnu', 'lnu')))), ' ')"


def _know(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """`people_known`: what records say of each person; `person_names`: every name they have gone by."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE people_known AS
        SELECT DISTINCT i.person_id, first_name, last_name, former_last_name, other_name, s.birth_date,
               s.phone, s.mobile
        FROM {read_table(table(folder, "standardised"))} s
        JOIN {read_table(table(folder, "index"))} i USING (source, record_id)
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE person_names AS
        WITH used AS (
            SELECT person_id, first_name, last_name FROM people_known
            UNION SELECT person_id, first_name, former_last_name FROM people_known
                WHERE former_last_name IS NOT NULL
            UNION SELECT person_id, first_word(other_name), coalesce(later_words(other_name), last_name)
                FROM people_known WHERE other_name IS NOT NULL
        )
        SELECT u.*, {_words("first_name", "last_name")} AS words, coalesce(f.formals, []) AS formals
        FROM used u LEFT JOIN formal_names f ON f.name = u.first_name
        WHERE coalesce(first_name, last_name) IS NOT NULL
        """
    )


def _propose(con: duckdb.DuckDBPyConnection, folder: Path, day: str) -> None:
    """`candidates`: n, candidate, weight, agreed, level: who could be meant, and how well their name agrees.

    Homes for many (care homes, undivided buildings) confirm nothing. Somebody too young to be the parent,
    grandparent or carer is not a candidate; nor is the person the statement is about.
    """
    members = read_table(table(folder, "household_members"))
    households = read_table(table(folder, "households"))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE candidates AS
        WITH homes AS MATERIALIZED (
            SELECT household_id, person_id FROM {members}
            SEMI JOIN (SELECT household_id FROM {households} WHERE NOT communal) USING (household_id)
        ), near AS (
            SELECT DISTINCT a.n, k.person_id AS candidate, {_BIRTH} AS weight
            FROM asked a JOIN people_known k USING (birth_date)
            UNION ALL
            SELECT DISTINCT a.n, k.person_id, {_PHONE}
            FROM asked a JOIN (SELECT person_id, phone FROM people_known
                               UNION SELECT person_id, mobile FROM people_known) k USING (phone)
            UNION ALL
            SELECT DISTINCT a.n, k.person_id, {_PLACE}
            FROM asked a JOIN homes h USING (person_id) JOIN homes k USING (household_id)
        ), weighed AS (SELECT n, candidate, sum(weight)::INTEGER AS weight FROM near GROUP BY ALL),
        named AS (
            SELECT w.n, w.candidate, w.weight, min({_name_level()}) AS level
            FROM weighed w JOIN asked a USING (n) JOIN person_names p ON p.person_id = w.candidate
            WHERE w.candidate <> a.person_id GROUP BY ALL
        ), aged AS (
            SELECT m.n, m.candidate, m.level, m.weight AS agreed, {_old_enough(day)} AS possible,
                   m.weight + CASE WHEN m.weight < {_BIRTH} AND a.birth_date IS NOT NULL AND c.birth_date IS NOT NULL
                              THEN {_CONTRADICTED} ELSE 0 END AS weight
            FROM named m JOIN asked a USING (n)
            LEFT JOIN ages c ON c.person_id = m.candidate LEFT JOIN ages t ON t.person_id = a.person_id
            WHERE m.level < 2 OR m.weight > {_PLACE}
                OR m.level = 2 AND a.relationship = 'parent' AND c.birth_date IS NOT NULL AND t.birth_date IS NOT NULL
        )
        SELECT n, candidate, weight, agreed, level FROM aged WHERE possible AND weight > 0
        """
    )


def _name_level() -> str:
    """SQL: 0 the same name, 1 a short form, an initial or half of a double name, 2 near spellings, 3 a first name.

    A first name alone, for those who changed their family name, is never enough with an address: the next tenant
    may have it too (measured at 5,000 residents: 2 of 27 such parents were somebody else).
    """
    close = (
        f"jaro_winkler_similarity(a.first_name, p.first_name) >= {_CLOSE} "
        f"AND jaro_winkler_similarity(a.last_name, p.last_name) >= {_CLOSE}"
    )
    first = "a.first_name = p.first_name OR list_has_any(a.formals, p.formals)"
    initial = (
        "(least(length(a.first_name), length(p.first_name)) = 1 "
        "AND left(a.first_name, 1) = left(p.first_name, 1))"
    )
    last = "list_has_any(string_split(a.last_name, ' '), string_split(p.last_name, ' '))"
    return (
        f"CASE WHEN a.words = p.words THEN 0 WHEN ({first} OR {initial}) AND {last} THEN 1 "
        f"WHEN {close} THEN 2 WHEN {first} THEN 3 END"
    )


def _old_enough(day: str) -> str:
    """SQL: whether the candidate `c` can be what they are said to be to `t`; true where ages are not known."""
    older, younger = ("CASE WHEN a.turned THEN {} ELSE {} END".format(*pair)
                      for pair in (("t.birth_date", "c.birth_date"), ("c.birth_date", "t.birth_date")))  # fmt: skip
    return f"""coalesce(CASE a.relationship
        WHEN 'parent' THEN {older} + INTERVAL {PARENT_YEARS} YEAR <= {younger}
        WHEN 'grandparent' THEN {older} + INTERVAL {_GRANDPARENT_YEARS} YEAR <= {younger}
        WHEN 'carer' THEN c.birth_date + INTERVAL {_CARER_YEARS} YEAR <= {day}
            OR t.birth_date + INTERVAL {_GROWN} YEAR <= {day} END, true)"""


def _choose(con: duckdb.DuckDBPyConnection) -> None:
    """`named`: the one best candidate of each statement. What is left looks at the person's other records:

    a contact of the same name, found from another record about the same person, is the same contact.
    """
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE best AS
        WITH first AS (SELECT n, max(weight * 4 - level) AS rank FROM candidates GROUP BY n)
        SELECT c.n, count(*) AS people, min(candidate) AS candidate, min(agreed) AS agreed
        FROM candidates c JOIN first f ON f.n = c.n AND f.rank = c.weight * 4 - c.level GROUP BY c.n
        """
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE named AS
        WITH once AS (SELECT a.n, a.person_id, a.words, b.* EXCLUDE (n) FROM asked a LEFT JOIN best b USING (n)),
        known AS (
            SELECT person_id, words, min(candidate) AS candidate FROM once WHERE people = 1
            GROUP BY ALL HAVING count(DISTINCT candidate) = 1
        ), ended AS (
            SELECT o.n, o.people, o.words, CASE WHEN o.people = 1 THEN o.candidate ELSE k.candidate END AS found_id,
                   CASE WHEN o.people = 1 THEN {_confirmed_by()}
                        WHEN k.candidate IS NOT NULL THEN 'another record' END AS confirmed_by
            FROM once o LEFT JOIN known k USING (person_id, words)
        ), names AS MATERIALIZED (SELECT DISTINCT words FROM person_names)
        SELECT e.n, found_id, confirmed_by,
               CASE WHEN found_id IS NOT NULL THEN NULL WHEN people > 1 THEN 'several found'
                    WHEN w.words IS NOT NULL THEN 'name alone' ELSE 'nobody of that name' END AS reason
        FROM ended e LEFT JOIN names w USING (words)
        """
    )


def _confirmed_by() -> str:
    """SQL: what agreed beside the name, in words."""
    agreed = {
        _BIRTH + _PHONE + _PLACE: "birth date, telephone, address",
        _BIRTH + _PHONE: "birth date, telephone",
        _BIRTH + _PLACE: "birth date, address",
        _BIRTH: "birth date",
        _PHONE + _PLACE: "telephone, address",
        _PHONE: "telephone",
        _PLACE: "address",
    }
    cases = " ".join(f"WHEN {weight} THEN {literal(text)}" for weight, text in agreed.items())
    return f"CASE o.agreed {cases} END"
