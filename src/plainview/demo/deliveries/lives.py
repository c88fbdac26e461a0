"""The population arranged for one question: who was this person, and where, on that day?"""

from __future__ import annotations

from dataclasses import fields

import duckdb
import pyarrow as pa

from plainview.demo.population import Population
from plainview.engine.duck import literal

# Before the five years that the population knows, its first name, home and telephone held too.
_EVER = "DATE '1900-01-01'"
_NEVER = "DATE '9999-12-31'"

_PEOPLE = """
CREATE TABLE people AS
SELECT person, mix(person, {seed}) AS luck, sex, birth_date, death_date, culture, area,
       nhs_number, upn, nino, twin, known_as, alt_first_name, alt_last_name,
       greatest(birth_date, coalesce(arrived, {ever})) AS here_from,
       least(coalesce(death_date, {never}), coalesce("left", {never})) AS here_to
FROM world.persons ORDER BY person
"""

_NAMES = """
CREATE TABLE name_versions AS
SELECT person, CASE WHEN turn = 1 THEN {ever} ELSE from_date END AS since,
       first_name, middle_names, last_name, earlier_last_name
FROM (
    SELECT *, row_number() OVER mine AS turn, lag(last_name) OVER mine AS earlier_last_name
    FROM world.names WINDOW mine AS (PARTITION BY person ORDER BY from_date)
) ORDER BY person, since
"""

_CONTACTS = """
CREATE TABLE contact_versions AS
SELECT person, CASE WHEN turn = 1 THEN {ever} ELSE from_date END AS since, mobile, phone, email
FROM (
    SELECT *, row_number() OVER (PARTITION BY person ORDER BY from_date) AS turn FROM world.contacts
) ORDER BY person, since
"""

_HOME_VERSIONS = """
CREATE TABLE home_versions AS
SELECT person, CASE WHEN turn = 1 THEN {ever} ELSE from_date END AS since,
       from_date AS moved_in,
       to_date AS moved_out, address, role
FROM (
    SELECT *, row_number() OVER (PARTITION BY person ORDER BY from_date, address) AS turn
    FROM world.residences
) ORDER BY person, since
"""

# Every address is written in its usual and its other forms once, instead of once a record.
_HOMES = r"""
CREATE TABLE homes AS
WITH parts AS (
    SELECT *, regexp_replace(flat, '^Flat ', '') AS flat_name,
           regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(street,
               ' Street$', ' St'), ' Road$', ' Rd'), ' Avenue$', ' Ave'), ' Close$', ' Cl'),
               ' Gardens$', ' Gdns') AS short_street
    FROM world.addresses
)
SELECT address, uprn, street, short_street, locality, town, postcode, a.area AS home_area,
       kind AS home_kind, tenure,
       house_number,
       coalesce(deprivation, 5) AS decile,
       concat_ws(', ', flat, building, house_number) AS premises,
       concat_ws(', ', building, house_number) AS premises_without_flat,
       CASE WHEN flat IS NULL THEN concat_ws(', ', building, house_number)
            WHEN flat_name SIMILAR TO '[A-Z]' AND house_number IS NOT NULL
                THEN concat_ws(', ', building, house_number || lower(flat_name))
            WHEN flat NOT LIKE 'Flat %'
                THEN concat_ws(', ', replace(flat, ' Floor Flat', ' Flr'), building, house_number)
            WHEN address % 3 = 0 THEN concat_ws(', ', building, concat_ws('/', flat_name, house_number))
            WHEN address % 3 = 1 THEN concat_ws(', ', 'Apt ' || flat_name, building, house_number)
            ELSE concat_ws(', ', building, concat_ws(' ', house_number, flat)) END AS premises_otherwise
FROM parts a LEFT JOIN world.areas USING (area) ORDER BY address
"""

# A child's parents, mothers first: the order in which a school asks for them.
_PARENTS = """
CREATE TABLE parents AS
SELECT child, list(parent ORDER BY sex, parent) AS parents FROM (
    SELECT person_b AS child, person_a AS parent, p.sex
    FROM world.relationships r JOIN people p ON p.person = r.person_a
    WHERE kind IN ('parent', 'foster_carer')
) GROUP BY child ORDER BY child
"""

# Whose telephone is given instead of one's own: a child's first parent, else the partner.
_CLOSEST = """
CREATE TABLE closest AS
WITH couples AS (
    SELECT person_a AS person, max(person_b) AS other FROM world.relationships
        WHERE kind = 'partner' GROUP BY ALL
    UNION ALL
    SELECT person_b, max(person_a) FROM world.relationships WHERE kind = 'partner' GROUP BY ALL
),
partners AS (SELECT person, max(other) AS other FROM couples GROUP BY person),
minors AS (
    SELECT child AS person, parents[1] AS other FROM parents JOIN people ON person = child
    WHERE birth_date > DATE '2008-11-02'
)
SELECT person, coalesce(m.other, p.other) AS other FROM partners p FULL JOIN minors m USING (person)
ORDER BY person
"""

_NEED_SPELLS = """
CREATE TABLE need_spells AS
SELECT person, luck AS person_luck, mix(mix(luck, need), from_date) AS luck, need, from_date,
       coalesce(to_date, {never}) AS to_date, severity, birth_date, here_from, here_to
FROM world.needs JOIN people USING (person) ORDER BY person, need, from_date
"""

_PROTECTIVE_SPELLS = """
CREATE TABLE protective_spells AS
SELECT person, kind, from_date, coalesce(to_date, {never}) AS to_date,
       CAST(strength AS DECIMAL(9, 6)) AS strength
FROM world.protective ORDER BY person, from_date, kind
"""

_NEEDED = """
CREATE MACRO needed(which, on_day) AS TABLE
SELECT person, max(severity) AS severity FROM need_spells
WHERE need = which AND on_day BETWEEN from_date AND to_date GROUP BY person
"""

# Those who have a child on a day, foster carers first, mothers before fathers; `turn` counts from 1 to `carers`.
_CALLED_PARENTS = """
CREATE MACRO called_parents(on_day) AS TABLE
SELECT f.child, f.turn, f.carers, f.fosters, p.sex AS parent_sex, p.birth_date AS parent_born,
       t.mobile AS parent_mobile, concat_ws(' ', n.first_name, n.last_name) AS parent_name
FROM (
    SELECT person_b AS child, person_a AS parent, kind = 'foster_carer' AS fosters, on_day AS today,
           row_number() OVER (PARTITION BY person_b ORDER BY kind, sex, person_a) AS turn,
           count(*) OVER (PARTITION BY person_b) AS carers
    FROM world.relationships JOIN people ON person = person_a
    WHERE kind IN ('parent', 'foster_carer') AND from_date <= on_day AND coalesce(to_date, on_day) >= on_day
) f
JOIN people p ON p.person = f.parent
ASOF JOIN name_versions n ON n.person = f.parent AND n.since <= f.today
ASOF JOIN contact_versions t ON t.person = f.parent AND t.since <= f.today
"""


def load_lives(con: duckdb.DuckDBPyConnection, population: Population, seed: int) -> None:
    """Make the tables that sources are written from, on a connection with the dice defined.

    `people` (one row each, with `luck`, the person's random key, and the days between which they are
    here), `name_versions`, `contact_versions` and `home_versions` (sorted by person and `since`, for ASOF
    joins), `homes` (one row an address, in its usual and other forms), `parents`, `need_spells` and
    `protective_spells`; and the queries `needed(need, day)` and `called_parents(day)`.
    """
    con.execute("CREATE SCHEMA world")
    for field in fields(population):
        _load_table(con, field.name, getattr(population, field.name))
    for query in (
        _PEOPLE,
        _NAMES,
        _CONTACTS,
        _HOME_VERSIONS,
        _HOMES,
        _PARENTS,
        _CLOSEST,
        _NEED_SPELLS,
        _PROTECTIVE_SPELLS,
        _NEEDED,
        _CALLED_PARENTS,
    ):
        con.execute(
            query.replace("{seed}", literal(f"seed {seed}"))
            .replace("{ever}", _EVER)
            .replace("{never}", _NEVER)
        )


def _load_table(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Copy an Arrow table in, its dictionaries as plain text: a hash of an ENUM is not that of its text."""
    columns = ", ".join(
        f'"{f.name}"::VARCHAR AS "{f.name}"' if pa.types.is_dictionary(f.type) else f'"{f.name}"'
        for f in table.schema
    )
    con.register("incoming", table)
    con.execute(f"CREATE TABLE world.{name} AS SELECT {columns} FROM incoming")
    con.unregister("incoming")
