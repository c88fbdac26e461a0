"""Records as delivered to standardised fields, so that the same fact is written the same way everywhere.

The rules are SQL macros, one file a subject, in `macros/`.
"""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path

import duckdb

from plainview.engine.tables import write_table
from plainview.linkage.fields import DATES, IDENTITY, RAW, as_of_day, read_records, table
from plainview.project.specs import Project
from plainview.sources.macros import make_macros

_MACROS = ("names", "addresses", "contacts")
_ADDRESS = ("address", "address_line_1", "address_line_2", "address_line_3")
_PARTS = ("house_number", "street", "locality", "town", "postcode")


def load_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros known to a connection. They are temporary: nothing is left in a database."""
    make_macros(con)
    for name in _MACROS:
        con.execute(files("plainview.linkage").joinpath("macros", f"{name}.sql").read_text("utf-8"))


def standardise(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, as_of: dt.date | None = None
) -> dict[str, int]:
    """`records/*.parquet` to `standardised.parquet`: source, record_id, the identity fields, dates.

    One row a record of every source that has a records table, in order of (source, record_id). A value
    that cannot be true (an identifier that fails its check digit, a default birth date) is missing here;
    it stays as it came in the records. Nobody is born after `as_of` (by default the project's). Counts:
    `records`, `places`.
    """
    load_macros(con)
    con.execute(f"CREATE OR REPLACE TEMP TABLE raw_records AS {read_records(con, project, folder, RAW)}")
    _standardise_names(con)
    _standardise_places(con)
    records = write_table(con, _joined(as_of_day(project, as_of)), table(folder, "standardised"))
    con.execute("SELECT count(DISTINCT place) FROM standard_places")
    (places,) = con.fetchall()[0]
    for name in ("raw_records", "standard_names", "standard_places"):
        con.execute(f"DROP TABLE {name}")
    return {"records": records, "places": int(places)}


def _standardise_names(con: duckdb.DuckDBPyConnection) -> None:
    """One row a distinct writing: names repeat, and regular expressions are what costs.

    "Last, First" is parted at the comma, any other full name before its family name. A letter of no alphabet
    stands for the hyphen meanwhile, so that Smith-Jones stays one family name.
    """
    columns = {"first_name": "first", "middle_names": "middle", "last_name": "last"}
    columns |= {"former_last_name": "former", "other_name": "other"}
    texts = ", ".join(f"name_text({column}) AS {short}" for column, short in columns.items())
    known = ", ".join(f"name_known({name}) AS {name}" for name in (*columns.values(), "before", "after"))
    written = ", ".join(f"{column} AS w_{short}" for column, short in columns.items())
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE standard_names AS
        WITH written AS (SELECT DISTINCT full_name, {", ".join(columns)} FROM raw_records),
        texts AS (
            SELECT full_name AS w_full, {written}, {texts}, contains(full_name, ',') AS comma,
                   name_text(replace(split_part(full_name, ',', 1), '-', 'ǀ')) AS before,
                   name_text(CASE WHEN comma THEN substr(full_name, instr(full_name, ',') + 1) END) AS after
            FROM written
        ), known AS (SELECT * EXCLUDE ({", ".join(columns.values())}, before, after), {known} FROM texts),
        parted AS (SELECT *, CASE WHEN comma THEN before ELSE family_at_end(before) END AS ending FROM known),
        parts AS (
            SELECT *, coalesce(last, replace(ending, 'ǀ', ' ')) AS family,
                   replace(coalesce(first, CASE WHEN comma THEN after WHEN ending IS NULL THEN before
                       ELSE nullif(trim(left(before, -length(ending))), '') END), 'ǀ', ' ') AS given
            FROM parted
        )
        SELECT {", ".join(f"w_{short}" for short in ("full", *columns.values()))},
               first_word(given) AS first_name,
               nullif(concat_ws(' ', later_words(given), middle), '') AS middle_names,
               family AS last_name, former AS former_last_name, other AS other_name
        FROM parts
        """
    )


def _standardise_places(con: duckdb.DuckDBPyConnection) -> None:
    """One row a distinct writing. A place has one writing of each part, or its records would not collapse."""
    parts = {"door": "flat", "number": "house_number", "road": "street"}
    parts |= {"area": "locality", "city": "town", "code": "postcode"}
    written = ", ".join((*_ADDRESS, *_PARTS, "uprn"))
    renamed = ", ".join(f"{name} AS w_{name}" for name in (*_ADDRESS, *_PARTS, "uprn"))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE standard_places AS
        WITH written AS (SELECT DISTINCT {written} FROM raw_records),
        lined AS (
            SELECT *, address_line(nullif(concat_ws(', ', {", ".join(_ADDRESS)},
                nullif(concat_ws(' ', house_number, street), ''), locality, town), '')) AS line,
                address_text(town) AS town_line, address_text(locality) AS locality_line
            FROM written
        ), coded AS (
            SELECT *, postcode_compact(postcode) AS given,
                   postcode_in(line) AS found
            FROM lined
        ), bared AS (
            SELECT *, postcode_known(coalesce(given, postcode_compact(found))) AS code,
                   without_postcode(line, found) AS bare
            FROM coded
        ), numbered AS (SELECT *, without_flat(bare) AS rest FROM bared),
        placed AS (
            SELECT *, coalesce(flat_in(bare), letter_in(rest)) AS door, number_in(rest) AS number,
                   street_in(rest) AS road,
                   without_commas(locality_line) AS area,
                   coalesce(without_commas(town_line), town_in(rest)) AS city, uprn_text(uprn) AS property
            FROM numbered
        ), keyed AS MATERIALIZED (
            SELECT *, address_key(door, number, road, city, code) AS address_key FROM placed
        ), properties AS (
            SELECT address_key, CASE WHEN count(DISTINCT property) = 1 THEN min(property) END AS only_property
            FROM keyed WHERE address_key IS NOT NULL GROUP BY ALL
        ), known AS (
            SELECT k.*, coalesce(k.property, p.only_property) AS known_property
            FROM keyed k LEFT JOIN properties p USING (address_key)
        ), named AS MATERIALIZED (
            SELECT *, coalesce('u' || known_property, address_key) AS place FROM known
        ), writings AS (
            SELECT place, {", ".join(f"min({part}) AS one_{part}" for part in parts)}
            FROM named GROUP BY place
        )
        SELECT {renamed}, named.place, known_property AS uprn,
               {", ".join(f"coalesce(one_{part}, {part}) AS {name}" for part, name in parts.items())}
        FROM named LEFT JOIN writings USING (place)
        """
    )


def _joined(as_of: dt.date | None) -> str:
    birth = "birth_date_known(r.birth_date)"
    if as_of:
        birth = f"CASE WHEN r.birth_date <= DATE '{as_of}' THEN {birth} END"
    names = {"full_name": "full", "first_name": "first", "middle_names": "middle", "last_name": "last"}
    names |= {"former_last_name": "former", "other_name": "other"}
    on_names = " AND ".join(f"n.w_{short} IS NOT DISTINCT FROM r.{name}" for name, short in names.items())
    on_places = " AND ".join(
        f"p.w_{name} IS NOT DISTINCT FROM r.{name}" for name in (*_ADDRESS, *_PARTS, "uprn")
    )
    return f"""
        WITH dialled AS (
            SELECT *, phone_text(phone) AS landline, phone_text(mobile) AS cell FROM raw_records
        ), fields AS (
            SELECT r.source, r.record_id, n.first_name, n.middle_names, n.last_name, n.former_last_name,
                   n.other_name, {birth} AS birth_date, sex_text(r.sex) AS sex,
                   nhs_number_text(r.nhs_number) AS nhs_number, upn_text(r.upn) AS upn,
                   nino_text(r.nino) AS nino, national_id_text(r.national_id) AS national_id,
                   CASE WHEN is_mobile(landline) THEN CASE WHEN NOT is_mobile(cell) THEN cell END
                        ELSE coalesce(landline, CASE WHEN NOT is_mobile(cell) THEN cell END) END AS phone,
                   CASE WHEN is_mobile(cell) THEN cell WHEN is_mobile(landline) THEN landline END AS mobile,
                   email_text(r.email) AS email,
                   p.flat, p.house_number, p.street, p.locality, p.town, p.postcode, p.uprn, p.place,
                   r.updated_date, r.address_from, r.address_to
            FROM dialled r JOIN standard_names n ON {on_names} JOIN standard_places p ON {on_places}
        )
        SELECT source, record_id, {", ".join(IDENTITY)}, {", ".join(DATES)}
        FROM fields ORDER BY source, record_id
    """
