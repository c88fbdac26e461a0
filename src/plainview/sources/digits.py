"""Identifiers' own rules, in plain Python: the slow obvious twin of `macros`, which the tests compare.

Each takes the text as stored; blanks and letter case do not matter.
"""

from __future__ import annotations

import re

UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_NINO = re.compile(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]")
_NINO_UNUSED = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")
_POSTCODE = re.compile(
    r"GIR0AA|(?:[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9][0-9ABEHMNPRV-Y]?|[0-9][A-HJKPS-UW]))"
    r"[0-9][ABD-HJLNP-UW-Z]{2}"
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def _bare(text: str) -> str:
    return re.sub(r"[ -]", "", text).upper()


def is_nhs_number(text: str) -> bool:
    """Ten digits, the last a check digit by modulus 11.

    Source: NHS Data Model and Dictionary, NHS NUMBER: the first nine digits are weighted 10 down to 2; 11
    minus the remainder of the sum by 11 is the check digit, 11 counts as 0, and 10 makes the number invalid.
    """
    digits = _bare(text)
    if not re.fullmatch("[0-9]{10}", digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])


def is_upn(text: str) -> bool:
    """A check letter, eleven digits, and a last digit, or a letter where the number is temporary.

    Source: Department for Education, Unique pupil numbers: guidance; UK Government Data Standards Catalogue,
    Unique Pupil Number 2.0. Characters 2 to 13 are weighted by their position; the sum's remainder by 23
    gives the letter, counted from A without I, O and S; a last letter counts as its own place among them.
    """
    upn = _bare(text)
    if not re.fullmatch(f"[{UPN_LETTERS}][0-9]{{11}}[0-9{UPN_LETTERS}]", upn):
        return False
    values = [int(sign) if sign.isdigit() else UPN_LETTERS.index(sign) for sign in upn[1:]]
    total = sum(value * weight for value, weight in zip(values, range(2, 14), strict=True))
    return UPN_LETTERS[total % 23] == upn[0]


def is_nino(text: str) -> bool:
    """Two letters, six digits, and a letter A to D.

    Source: HMRC, National Insurance Manual NIM39110: neither of the first two letters is D, F, I, Q, U or V,
    the second is not O, and the prefixes BG, GB, KN, NK, NT, TN and ZZ are not used.
    """
    nino = _bare(text)
    return bool(_NINO.fullmatch(nino)) and not nino.startswith(_NINO_UNUSED)


def is_postcode(text: str) -> bool:
    """A postcode by its form; whether it exists is not looked up.

    Source: BS 7666 (address referencing) as given in the Government Data Standards Catalogue and the ONS
    Postcode Directory guide: A9, A99, AA9, AA99, A9A or AA9A, then 9AA, with the letters each place allows.
    """
    return bool(_POSTCODE.fullmatch(_bare(text)))


def is_email(text: str) -> bool:
    """Something, an at sign, and a domain of two parts or more."""
    return bool(_EMAIL.fullmatch(text))
