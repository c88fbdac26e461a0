"""Identifiers' own rules as SQL macros; see `digits` for each rule's source."""

from __future__ import annotations

import duckdb

from plainview.sources.digits import UPN_LETTERS

_BARE = "upper(replace(replace(v, ' ', ''), '-', ''))"
_NHS_SUM = " + ".join(f"(d[{i}]::INT * {11 - i})" for i in range(1, 10))
_UPN_VALUE = (
    "(CASE WHEN d[{i}] BETWEEN '0' AND '9' THEN d[{i}]::INT "
    f"ELSE instr('{UPN_LETTERS}', d[{{i}}]) - 1 END)"
)
_UPN_SUM = " + ".join(f"{_UPN_VALUE.format(i=i)} * {i}" for i in range(2, 14))
_POSTCODE = (
    "GIR0AA|([A-PR-UWYZ]([0-9]{1,2}|[A-HK-Y][0-9][0-9ABEHMNPRV-Y]?|[0-9][A-HJKPS-UW]))"
    "[0-9][ABD-HJLNP-UW-Z]{2}"
)

MACROS = {
    "pv_bare(v)": _BARE,
    "pv_nhs_sums(d)": f"(11 - ({_NHS_SUM}) % 11) % 11 = d[10]::INT",
    "is_nhs_number(v)": (
        "CASE WHEN regexp_full_match(pv_bare(v), '[0-9]{10}') THEN pv_nhs_sums(pv_bare(v)) ELSE false END"
    ),
    "pv_upn_sums(d)": f"substr('{UPN_LETTERS}', (({_UPN_SUM}) % 23)::INT + 1, 1) = d[1]",
    "is_upn(v)": (
        f"CASE WHEN regexp_full_match(pv_bare(v), '[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]') "
        "THEN pv_upn_sums(pv_bare(v)) ELSE false END"
    ),
    "is_nino(v)": (
        "regexp_full_match(pv_bare(v), '[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]') "
        "AND pv_bare(v)[1:2] NOT IN ('BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ')"
    ),
    "is_postcode(v)": f"regexp_full_match(pv_bare(v), '{_POSTCODE}')",
    "is_email(v)": r"regexp_full_match(v, '[^@\s]+@[^@\s.]+(\.[^@\s.]+)+')",
}


def make_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Create the macros for this connection."""
    for signature, body in MACROS.items():
        con.execute(f"CREATE OR REPLACE TEMP MACRO {signature} AS ({body})")
