"""A partner's columns made into the fields of linkage, by linkage itself.

The rules are those of `plainview.linkage.standardise`, so that "O'Brien " gives the same bits at the partner's
as at the authority.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

from plainview.engine.duck import identifier, literal
from plainview.linkage.fields import RAW
from plainview.linkage.standardise import drop_standards, standardise_records
from plainview.project.meanings import MEANINGS

_FULL = "full_name"
FIELDS: dict[str, tuple[str, ...]] = {
    "first_name": ("first_name", _FULL),
    "middle_names": ("middle_names", "first_name", _FULL),
    "last_name": ("last_name", _FULL),
    "former_last_name": ("former_last_name",),
    "other_name": ("other_name",),
    "birth_date": ("birth_date",),
    "sex": ("sex",),
    "nhs_number": ("nhs_number",),
    "upn": ("upn",),
    "nino": ("nino",),
    "national_id": ("national_id",),
    "phone": ("phone", "mobile"),
    "mobile": ("mobile", "phone"),
    "email": ("email",),
    "postcode": ("postcode", "address", "address_line_1", "address_line_2", "address_line_3"),
}
"""Each field that can be encoded, and the columns it is made of, one of which must be there."""

COLUMNS = tuple(dict.fromkeys(column for columns in FIELDS.values() for column in columns))
"""Every column that a partner's file can give."""

_FIRST_YEAR = "TIMESTAMP '1000-01-01'"  # a two-digit year read by %Y would be of the first century


def columns_for(fields: Iterable[str]) -> list[str]:
    """The columns that any of `fields` can be made of."""
    wanted = {column for field in fields for column in FIELDS[field]}
    return [column for column in COLUMNS if column in wanted]


def standardise_columns(
    con: duckdb.DuckDBPyConnection,
    raw: pa.Table,
    fields: Sequence[str],
    date_formats: Sequence[str] = ("%Y-%m-%d",),
) -> pa.Table:
    """The `fields` of the rows of `raw`, in the same order, as texts; NULL where there is no value.

    `raw` has texts only, in columns called as in COLUMNS; those that are not there count as empty. `con`
    is given linkage's macros.
    """
    numbers = pa.array((f"{number:09}" for number in range(raw.num_rows)), pa.string())
    con.register("blind_raw", raw.append_column("record_id", numbers))
    try:
        here = {*raw.column_names}
        columns = ", ".join(f"{_given(name, here, date_formats)} AS {name}" for name in RAW)
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE blind_given AS SELECT '' AS source, record_id, {columns} FROM blind_raw"
        )
        rows = standardise_records(con, "SELECT * FROM blind_given")
        texts = ", ".join(f"{field}::VARCHAR AS {field}" for field in fields)
        table: pa.Table = con.sql(f"SELECT {texts} FROM ({rows}) ORDER BY record_id").to_arrow_table()
    finally:
        con.unregister("blind_raw")
        con.execute("DROP TABLE IF EXISTS blind_given")
    drop_standards(con)
    return table


def _given(name: str, here: set[str], date_formats: Sequence[str]) -> str:
    """SQL of one column as linkage reads it: trimmed, empty as NULL, a date as a date."""
    date = name in MEANINGS and MEANINGS[name].type == "date"
    if name not in here:
        return "NULL::DATE" if date else "NULL::VARCHAR"
    text = f"nullif(trim({identifier(name)}), '')"
    if not date:
        return text
    moment = f"try_strptime({text}, [{', '.join(literal(one) for one in date_formats)}])"
    return f"CASE WHEN {moment} >= {_FIRST_YEAR} THEN {moment}::DATE END"
