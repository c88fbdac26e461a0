"""Mistakes of people at keyboards and telephones, as SQL macros over one value and one random key."""

from __future__ import annotations

import duckdb

# The keys beside each letter on a British keyboard: to the right, and below or above.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_BESIDE = "snvfrghjoklznmppwtdyibecug"
_ACROSS = "qgfxdcbnkumknhlokfwrhgscts"

# Macros are written out in the query as often as they name a parameter, and a query of some thousand
# expressions takes longer to plan than to run: hence one concatenation for every kind of typing error.
_MACROS = rf"""
CREATE OR REPLACE MACRO slip(word, place, kind, key) AS left(word, place - 1) || CASE
    WHEN kind < 2 THEN repeat(substr(word, place, 1), 2)
    WHEN kind < 4 THEN ''
    WHEN kind < 6 THEN translate(lower(substr(word, place, 1)), '{_LETTERS}',
                                 CASE WHEN kind = 4 THEN '{_BESIDE}' ELSE '{_ACROSS}' END)
    ELSE substr(word, place + 1, 1) || substr(word, place, 1) END
    || substr(word, place + CASE WHEN kind < 6 THEN 1 ELSE 2 END);
CREATE OR REPLACE MACRO mistype(word, key) AS CASE WHEN length(word) < 3 THEN word
    ELSE slip(word, 1 + CAST(key >> 2 AS BIGINT) % greatest(1, length(word) - 1), (key >> 20) % 8, key) END;
CREATE OR REPLACE MACRO mishear_one(word) AS CASE
    WHEN contains(word, 'ph') THEN replace(word, 'ph', 'f')
    WHEN starts_with(word, 'Ph') THEN 'F' || substr(word, 3)
    WHEN contains(word, 'ck') THEN replace(word, 'ck', 'k')
    WHEN contains(word, 'ie') THEN replace(word, 'ie', 'y')
    WHEN contains(word, 'ee') THEN replace(word, 'ee', 'ea')
    WHEN contains(word, 'sh') THEN replace(word, 'sh', 'sch')
    WHEN contains(word, 'ou') THEN replace(word, 'ou', 'u')
    WHEN contains(word, 'll') THEN replace(word, 'll', 'l')
    WHEN contains(word, 'nn') THEN replace(word, 'nn', 'n')
    WHEN ends_with(word, 'e') THEN left(word, length(word) - 1)
    WHEN contains(word, 'y') THEN replace(word, 'y', 'i')
    ELSE replace(word, 'er', 'ar') END;
CREATE OR REPLACE MACRO mishear_two(word) AS CASE
    WHEN starts_with(word, 'Mac') THEN 'Mc' || substr(word, 4)
    WHEN starts_with(word, 'Mc') THEN 'Mac' || substr(word, 3)
    WHEN contains(word, 'th') THEN replace(word, 'th', 't')
    WHEN contains(word, 'ai') THEN replace(word, 'ai', 'ay')
    WHEN contains(word, 'oo') THEN replace(word, 'oo', 'u')
    WHEN contains(word, 'tt') THEN replace(word, 'tt', 't')
    WHEN contains(word, 'ss') THEN replace(word, 'ss', 's')
    WHEN contains(word, 'son') THEN replace(word, 'son', 'sen')
    WHEN contains(word, 'v') THEN replace(word, 'v', 'w')
    WHEN contains(word, 'c') THEN replace(word, 'c', 'k')
    WHEN ends_with(word, 'a') THEN word || 'h'
    ELSE replace(word, 'an', 'en') END;
CREATE OR REPLACE MACRO mishear(word, key) AS
    CASE WHEN key % 2 = 0 THEN mishear_one(word) ELSE mishear_two(word) END;
CREATE OR REPLACE MACRO mistype_code(code, key) AS CASE WHEN length(code) < 3 THEN code
    ELSE left(code, 1 + CAST(key >> 2 AS BIGINT) % greatest(1, length(code) - 1))
        || translate(substr(code, 2 + CAST(key >> 2 AS BIGINT) % greatest(1, length(code) - 1), 1),
                     '0123456789ABCDEFGHJKLMNPRSTUVWXY',
                     CASE WHEN (key >> 20) % 2 = 0 THEN '9214367698BADEFCHGKJMLPNSRUTWVYX'
                          ELSE '1740289653VSGRWPCBLHKNMBPAYVUXZT' END)
        || substr(code, 3 + CAST(key >> 2 AS BIGINT) % greatest(1, length(code) - 1)) END;
CREATE OR REPLACE MACRO day_in(in_year, in_month, in_day) AS
    make_date(CAST(in_year AS BIGINT), CAST(in_month AS BIGINT), CAST(least(in_day, 28) AS BIGINT));
CREATE OR REPLACE MACRO swap_day_month(birth) AS CASE WHEN day(birth) <= 12
    THEN make_date(year(birth), day(birth), month(birth)) ELSE birth END;
CREATE OR REPLACE MACRO mistype_day(birth, key) AS CASE CAST(key % 6 AS INTEGER)
    WHEN 0 THEN day_in(year(birth) - year(birth) % 100 + (year(birth) % 10) * 10 + (year(birth) % 100) // 10,
                       month(birth), day(birth))
    WHEN 1 THEN day_in(year(birth) - 1, month(birth), day(birth))
    WHEN 2 THEN day_in(year(birth) - 10, month(birth), day(birth))
    WHEN 3 THEN day_in(year(birth), 1 + month(birth) % 12, day(birth))
    WHEN 4 THEN day_in(year(birth), month(birth), 1 + (day(birth) + 9) % 28)
    ELSE day_in(year(birth), month(birth), 1 + day(birth) % 28) END;
"""


def define_mistakes(con: duckdb.DuckDBPyConnection) -> None:
    """Define the macros on `con`; each takes the right value and a UBIGINT key.

    `mistype` inserts, drops, replaces by a neighbouring key or transposes one letter; `mishear` spells by
    ear; `mistype_code` changes or transposes one figure of a number, telephone or postcode;
    `swap_day_month` and `mistype_day` spoil a date and always give a real date.
    """
    con.execute(_MACROS)
