"""Records as delivered to standardised fields, so that the same fact is written the same way everywhere.

The rules are SQL macros, one file a subject, in `macros/`. A row is a function of its own record alone (and
of the authority's gazetteer where one is declared), so that new records are standardised without the old ones.
"""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path

import duckdb

from plainview.engine.tables import read_table, write_table
from plainview.linkage.fields import DATES, IDENTITY, RAW, as_of_day, read_records, table
from plainview.linkage.gazetteer import address_of, match_addresses, read_gazetteer
from plainview.project.specs import Project
from plainview.sources.macros import make_macros

_MACROS = ("names", "addresses", "contacts")
_LOADED = "standard_macros_loaded"
_NAMES = ("full_name", "first_name", "middle_names", "last_name", "former_last_name", "other_name")
_ADDRESS = ("address", "address_line_1", "address_line_2", "address_line_3")
_PARTS = ("house_number", "street", "locality", "town", "postcode")
_CHECKED = ("nhs_number", "upn", "nino", "national_id")
_CONTACTS = ("sex", *_CHECKED, "phone", "mobile", "email", "uprn")
_GROUPS = {"names": _NAMES, "places": (*_ADDRESS, *_PARTS), "contacts": _CONTACTS}
"""Columns whose rules run together, once for each distinct writing of them."""


def load_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Make the macros known to a connection, once. They are temporary: nothing is left in a database."""
    try:
        con.execute(f"SELECT {_LOADED}()")
    except duckdb.CatalogException:
        make_macros(con)
        for name in _MACROS:
            con.execute(files("plainview.linkage").joinpath("macros", f"{name}.sql").read_text("utf-8"))
        con.execute(f"CREATE OR REPLACE TEMP MACRO {_LOADED}() AS true")


def standardise(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, as_of: dt.date | None = None
) -> dict[str, int]:
    """`records/*.parquet` to `standardised.parquet`: source, record_id, the identity fields, dates.

    One row a record of every source that has a records table, in order of (source, record_id). A value
    that cannot be true (an identifier that fails its check digit, a default birth date) is missing here;
    it stays as it came in the records. Nobody is born after `as_of` (by default the project's). `place` is
    the key of the address as written, or "u" and the uprn where there is no address. Counts: `records`,
    `places`.
    """
    raw = read_records(con, project, folder, RAW)
    rows = standardise_records(
        con, raw, as_of_day(project, as_of), gazetteer=read_gazetteer(con, project, folder)
    )
    target = table(folder, "standardised")
    records = write_table(con, f"{rows} ORDER BY source, record_id", target)
    drop_standards(con)
    con.execute(f"SELECT count(DISTINCT hash(place)) FROM {read_table(target)} WHERE place IS NOT NULL")
    (places,) = con.fetchall()[0]
    return {"records": records, "places": int(places)}


def standardise_records(
    con: duckdb.DuckDBPyConnection,
    raw: str,
    as_of: dt.date | None = None,
    *,
    gazetteer: str | None = None,
) -> str:
    """SQL of the standardised rows of any records: source, record_id, `IDENTITY`, `DATES`, in no order.

    `raw` is a query with the columns source, record_id and `RAW`; it is read four times, each time only in
    the columns needed. So is `gazetteer`, whose rows are properties: an address that fits one of them takes
    its UPRN where the record has none. The rows stand on temporary tables that `drop_standards` takes away,
    and that the next call replaces.
    """
    load_macros(con)
    _standardise_names(con, raw)
    _standardise_places(con, raw, gazetteer)
    _standardise_contacts(con, raw)
    return _joined(raw, as_of)


def _standardise_places(con: duckdb.DuckDBPyConnection, raw: str, gazetteer: str | None) -> None:
    """`standard_places`: the parts of an address, `place`, its key, and `property`, its UPRN if it was found."""
    if gazetteer is None:
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE standard_places AS SELECT *, NULL::VARCHAR AS property "
            f"FROM ({_places(raw)})"
        )
        return
    con.execute(f"CREATE OR REPLACE TEMP TABLE own_places AS {_places(raw)}")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE gazetteer_places AS SELECT p.*, g.uprn FROM ({_places(gazetteer)}) p "
        f"JOIN (SELECT {_writing('places')} AS writing, uprn_text(uprn) AS uprn FROM ({gazetteer})) g "
        f"USING (writing) WHERE g.uprn IS NOT NULL"
    )
    matched = match_addresses(con, "own_places", "gazetteer_places")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE standard_places AS SELECT p.*, m.property FROM own_places p "
        f"LEFT JOIN ({matched}) m ON m.address = {address_of('p')}"
    )
    for name in ("own_places", "gazetteer_places", "asked", "fitting"):
        con.execute(f"DROP TABLE {name}")


def drop_standards(con: duckdb.DuckDBPyConnection) -> None:
    """Take away the temporary tables of `standardise_records`."""
    for group in _GROUPS:
        con.execute(f"DROP TABLE IF EXISTS standard_{group}")


def _writing(group: str) -> str:
    """SQL of one number for the writing of a group's columns: joins on many columns cost ten times as much.

    Of five million writings two share a number with a chance of one in a million. Their records would then
    come out twice and the build would stop at its own count: never would one be given the other's values.
    """
    return f"hash({', '.join(_GROUPS[group])})"


def _written(raw: str, group: str) -> str:
    """SQL of each distinct writing once, with its number. Writings repeat, and regular expressions cost."""
    columns = ", ".join(_GROUPS[group])
    return f"SELECT {columns}, {_writing(group)} AS writing FROM (SELECT DISTINCT {columns} FROM ({raw}))"


def _standardise_names(con: duckdb.DuckDBPyConnection, raw: str) -> None:
    """`standard_names`: "Last, First" is parted at the comma, any other full name before its family name.

    A letter of no alphabet stands for the hyphen meanwhile, so that Smith-Jones stays one family name.
    """
    columns = {"first_name": "first", "middle_names": "middle", "last_name": "last"}
    columns |= {"former_last_name": "former", "other_name": "other"}
    texts = ", ".join(f"name_text({column}) AS {short}" for column, short in columns.items())
    known = ", ".join(f"name_known({name}) AS {name}" for name in (*columns.values(), "before", "after"))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE standard_names AS
        WITH texts AS (
            SELECT writing, {texts}, contains(full_name, ',') AS comma,
                   name_text(replace(split_part(full_name, ',', 1), '-', 'ǀ')) AS before,
                   name_text(CASE WHEN comma THEN substr(full_name, instr(full_name, ',') + 1) END) AS after
            FROM ({_written(raw, "names")})
        ), known AS (SELECT writing, comma, {known} FROM texts),
        parted AS (SELECT *, CASE WHEN comma THEN before ELSE family_at_end(before) END AS ending FROM known),
        parts AS (
            SELECT *, coalesce(last, replace(ending, 'ǀ', ' ')) AS family,
                   replace(coalesce(first, CASE WHEN comma THEN after WHEN ending IS NULL THEN before
                       ELSE nullif(trim(left(before, -length(ending))), '') END), 'ǀ', ' ') AS given
            FROM parted
        )
        SELECT writing, first_word(given) AS first_name,
               nullif(concat_ws(' ', later_words(given), middle), '') AS middle_names,
               family AS last_name, former AS former_last_name, other AS other_name
        FROM parts
        """
    )


def _places(raw: str) -> str:
    """SQL of each distinct writing of an address: its parts, and `place`, its key."""
    lines = ", ".join((*_ADDRESS, "nullif(concat_ws(' ', house_number, street), '')", "locality", "town"))
    return f"""
        WITH texts AS (
            SELECT writing, common_words(address_text(nullif(concat_ws(', ', {lines}), ''))) AS common,
                   without_commas(address_text(locality)) AS locality,
                   without_commas(address_text(town)) AS own_town, postcode_compact(postcode) AS given
            FROM ({_written(raw, "places")})
        ), lined AS (SELECT * EXCLUDE (common), address_line(common) AS line FROM texts),
        coded AS (SELECT *, postcode_in(line) AS found FROM lined),
        bared AS (
            SELECT * EXCLUDE (line, given), without_postcode(line, found) AS bare,
                   coalesce(given, replace(found, ' ', '')) AS code
            FROM coded
        ), opened AS (
            SELECT * EXCLUDE (code), postcode_known(code) AS postcode,
                   regexp_matches(bare, ' (?:flat|unit|room|studio) ') AS parted
            FROM bared
        ), numbered AS (
            SELECT writing, locality, own_town, postcode, CASE WHEN parted THEN flat_in(bare) END AS own_flat,
                   CASE WHEN parted THEN without_flat(bare) ELSE bare END AS rest
            FROM opened
        ), started AS (SELECT *, usual_start(rest) AS start FROM numbered),
        placed AS (
            SELECT writing, coalesce(own_flat, letter_in(rest)) AS flat,
                   CASE WHEN start.number <> '' THEN start.number ELSE number_in(rest) END AS house_number,
                   CASE WHEN start.number <> '' THEN start.street ELSE street_in(rest) END AS street,
                   locality, coalesce(own_town, town_in(rest)) AS town, postcode
            FROM started
        )
        SELECT *, address_key(flat, house_number, street, town, postcode) AS place FROM placed
    """


def _standardise_contacts(con: duckdb.DuckDBPyConnection, raw: str) -> None:
    """`standard_contacts`: identifiers, telephones, e-mail, sex, and the uprn."""
    bare = ", ".join(f"letters_and_digits({name}) AS {name}" for name in _CHECKED)
    known = ", ".join(f"{name}_known({name}) AS {name}" for name in _CHECKED)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE standard_contacts AS
        WITH texts AS (
            SELECT writing, {bare}, phone_digits(phone) AS phone, phone_digits(mobile) AS mobile,
                   lower(trim(email)) AS email, sex_text(sex) AS sex, uprn_text(uprn) AS uprn
            FROM ({_written(raw, "contacts")})
        ), known AS (
            SELECT writing, {known}, phone_known(phone) AS landline, phone_known(mobile) AS cell,
                   email_known(email) AS email, sex, uprn, is_mobile(landline) AS moved,
                   is_mobile(cell) AS mobile
            FROM texts
        )
        SELECT writing, {", ".join(_CHECKED)}, email, sex, uprn,
               CASE WHEN moved THEN CASE WHEN NOT mobile THEN cell END
                    ELSE coalesce(landline, CASE WHEN NOT mobile THEN cell END) END AS phone,
               CASE WHEN mobile THEN cell WHEN moved THEN landline END AS mobile
        FROM known
        """
    )


def _joined(raw: str, as_of: dt.date | None) -> str:
    birth = "birth_date_known(birth_date)"
    if as_of:
        birth = f"CASE WHEN birth_date <= DATE '{as_of}' THEN {birth} END"
    written = ", ".join(f"{_writing(group)} AS {group}" for group in _GROUPS)
    own = {"birth_date": "r.birth_date", "place": "coalesce(p.place, 'u' || c.uprn)"}
    own["uprn"] = "coalesce(c.uprn, p.property)"
    fields = ", ".join(f"{own[f]} AS {f}" if f in own else f for f in IDENTITY)
    return f"""
        SELECT r.source, r.record_id, {fields}, {", ".join(f"r.{date}" for date in DATES)}
        FROM (SELECT source, record_id, {birth} AS birth_date, {", ".join(DATES)}, {written} FROM ({raw})) r
        JOIN standard_names n ON n.writing = r.names
        JOIN standard_places p ON p.writing = r.places
        JOIN standard_contacts c ON c.writing = r.contacts
    """
