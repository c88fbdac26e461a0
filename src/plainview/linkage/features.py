"""The table that tuples are compared by: each tuple once, with all that a comparison needs worked out."""

from __future__ import annotations

from pathlib import Path

import duckdb

from plainview.engine.duck import literal
from plainview.engine.tables import read_table
from plainview.linkage.fields import IDENTIFIERS, table
from plainview.linkage.name_forms import name_forms
from plainview.linkage.statistics import SOURCES, Statistics
from plainview.project.specs import Project

FEATURES = "features"

_TEXTS = (
    "first_name", "middle_names", "last_name", "former_last_name", "other_name", "sex", *IDENTIFIERS,
    "phone", "mobile", "email", "place", "uprn", "house_number", "street", "postcode", "town",
)  # fmt: skip

_ENDS = (
    *(f"ascii(t.{name}_name) AS {name}_start" for name in ("first", "last")),
    *(f"ascii(right(t.{name}_name, 1)) AS {name}_end" for name in ("first", "last")),
    "ascii(t.street) AS street_start",
    "CASE WHEN length(t.postcode) > 4 THEN left(t.postcode, -3) END AS district",
)


def make_features(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, statistics: Statistics, only: str = ""
) -> int:
    """Make the temporary table `features` of `tuples` and `identities`, and give its number of rows.

    `only`, if given, is a relation with a column `node`: the rows wanted.

    Columns: `node` (0-based rank of the tuple_id: joins on integers cost half of joins on text), `tuple_id`,
    the identity fields with birth_date as ISO text and in parts, `first_middle` (the first of the middle
    names), `first_start` .. `street_start` (code points of first and last letters),
    `district` (outward part of the postcode), `formal_1` .. `formal_4` (hashes of the
    formal names that the first name may stand for), `part_1` .. `part_3` (of the sounds of the words of the last
    name) and `several_parts`, `first_sounds`, `last_sounds`,
    `first_band`, `last_band` (0 rare to 3 common), `sources` (bits in the order of
    `statistics.sources`) and `singles` (bits of the sources with one record a person, in order of their ids: the
    rule holds for a source that the model does not know yet).
    """
    chosen = f"SELECT * FROM ({numbered(folder)}) WHERE node IN (SELECT node FROM {only})"
    con.execute(f"CREATE OR REPLACE TEMP VIEW chosen AS {chosen if only else numbered(folder)}")
    _name_tables(con, statistics)
    _source_bits(con, project, folder, statistics)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {FEATURES} AS
        SELECT t.node, t.tuple_id,
               {", ".join(f"t.{field}" for field in _TEXTS)},
               split_part(t.middle_names, ' ', 1) AS first_middle,
               t.birth_date::VARCHAR AS birth_date,
               year(t.birth_date)::SMALLINT AS birth_year, month(t.birth_date)::TINYINT AS birth_month,
               day(t.birth_date)::TINYINT AS birth_day,
               {", ".join(_ENDS)},
               f.formal_1, f.formal_2, f.formal_3, f.formal_4, f.sounds AS first_sounds, f.band AS first_band,
               n.part_1, n.part_2, n.part_3, n.several_parts, n.sounds AS last_sounds, n.band AS last_band,
               coalesce(s.sources, 0)::BIGINT AS sources, coalesce(s.singles, 0)::BIGINT AS singles
        FROM chosen t
        LEFT JOIN first_names f ON f.name = t.first_name
        LEFT JOIN last_names n ON n.name = t.last_name
        LEFT JOIN source_bits s ON s.hashed = hash(t.tuple_id)
        """
    )
    for name in ("first_names", "last_names", "source_bits"):
        con.execute(f"DROP TABLE {name}")
    con.execute("DROP VIEW chosen")
    con.execute(f"SELECT count(*) FROM {FEATURES}")
    return int(con.fetchall()[0][0])


def _hashes(names: str, made: str, most: int) -> str:
    """SQL of the first names of a list as numbers of their own: lists cost ten times as much to compare."""
    return ", ".join(
        f"CASE WHEN len({names}) >= {place} THEN hash(({names})[{place}]) END AS {made}_{place}"
        for place in range(1, most + 1)
    )


def numbered(folder: Path) -> str:
    """SQL of `tuples` with `node`, the 0-based place of each: the table is in order of tuple_id."""
    tuples = literal(str(table(folder, "tuples")))
    return f"SELECT *, file_row_number::INTEGER AS node FROM read_parquet({tuples}, file_row_number = true)"


def _name_tables(con: duckdb.DuckDBPyConnection, statistics: Statistics) -> None:
    formal = _hashes("f.formal_names", "formal", 4)
    parts = f"{_hashes('coalesce(f.parts, [f.sounds])', 'part', 3)}, len(f.parts) > 1 AS several_parts"
    for field, made, forms in (("first_name", "first_names", formal), ("last_name", "last_names", parts)):
        con.register("bands", statistics.table(field))
        names = f"SELECT DISTINCT {field} AS name FROM chosen WHERE {field} IS NOT NULL"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {made} AS "
            f"SELECT f.name, f.sounds, coalesce(b.band, 0)::TINYINT AS band, {forms} "
            f"FROM ({name_forms(con, names)}) f LEFT JOIN bands b USING (name)"
        )
        con.unregister("bands")


def _source_bits(
    con: duckdb.DuckDBPyConnection, project: Project, folder: Path, statistics: Statistics
) -> None:
    sources, singles = source_bits(project, statistics)
    identities = read_table(table(folder, "identities"))
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE source_bits AS
        SELECT hash(tuple_id) AS hashed, bit_or({sources}) AS sources, bit_or({singles}) AS singles
        FROM {identities} SEMI JOIN chosen USING (tuple_id) GROUP BY hashed
        """
    )


def source_bits(project: Project, statistics: Statistics) -> tuple[str, str]:
    """SQL of the bit of a `source`: among those the model tells apart, and among those with one record a person."""
    single = sorted(source.id for source in project.sources if source.one_record_per_person)
    first, second = (
        _bit({source: 1 << place for place, source in enumerate(ids)})
        for ids in (statistics.sources, single[:SOURCES])
    )
    return first, second


def _bit(bits: dict[str, int]) -> str:
    cases = " ".join(f"WHEN {literal(id)} THEN {bit}" for id, bit in bits.items())
    return f"(CASE source {cases} ELSE 0 END)::BIGINT" if cases else "0::BIGINT"
