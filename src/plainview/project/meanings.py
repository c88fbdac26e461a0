"""The canonical fields: what a column of any source can mean.

One list for the whole product. A column's `meaning` in TOML is a name from `MEANINGS`, or
`attribute.<name>` for a fact that a service holds and linkage does not use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Group = Literal["record", "name", "person", "identifier", "contact", "address", "event", "related", "other"]
ColumnType = Literal["text", "integer", "number", "date", "datetime", "boolean"]


@dataclass(frozen=True)
class Meaning:
    """One canonical field. `linked` says that linkage reads it; `golden` that a person has one best value."""

    name: str
    group: Group
    type: ColumnType
    text: str
    linked: bool = False
    golden: bool = False


def _m(
    name: str,
    group: Group,
    text: str,
    type: ColumnType = "text",
    *,
    linked: bool = False,
    golden: bool = False,
) -> Meaning:
    return Meaning(name, group, type, text, linked, golden)


_ALL = (
    _m("record_id", "record", "the service's own key of the record; unique within a delivery"),
    _m("updated_date", "record", "the day the service last touched the record", "date"),
    _m(
        "full_name",
        "name",
        'the whole name in one column, "First Last" or "Last, First"',
        linked=True,
        golden=True,
    ),
    _m("first_name", "name", "given name", linked=True, golden=True),
    _m("middle_names", "name", "further given names", linked=True, golden=True),
    _m("last_name", "name", "family name or names, or the patronymic", linked=True, golden=True),
    _m("former_last_name", "name", "an earlier family name", linked=True, golden=True),
    _m("other_name", "name", "an alias or name also used; not the verified name", linked=True, golden=True),
    _m("birth_date", "person", "date of birth", "date", linked=True, golden=True),
    _m("death_date", "person", "date of death", "date", golden=True),
    _m("sex", "person", "sex as recorded: F, M, or as the allowed values map it", linked=True, golden=True),
    _m("nhs_number", "identifier", "NHS number, ten digits, modulus 11", linked=True, golden=True),
    _m("upn", "identifier", "unique pupil number, check letter first", linked=True, golden=True),
    _m("nino", "identifier", "National Insurance number", linked=True, golden=True),
    _m("national_id", "identifier", "another nationally issued number", linked=True, golden=True),
    _m("phone", "contact", "landline telephone", linked=True, golden=True),
    _m("mobile", "contact", "mobile telephone", linked=True, golden=True),
    _m("email", "contact", "e-mail address", linked=True, golden=True),
    _m(
        "address",
        "address",
        "the whole address in one column, postcode may be its last part",
        linked=True,
        golden=True,
    ),
    _m("address_line_1", "address", "first line of an address", linked=True, golden=True),
    _m("address_line_2", "address", "second line of an address", linked=True, golden=True),
    _m("address_line_3", "address", "third line of an address", linked=True, golden=True),
    _m("house_number", "address", "house number or name, flat included", linked=True, golden=True),
    _m("street", "address", "street", linked=True, golden=True),
    _m("locality", "address", "locality or building", linked=True, golden=True),
    _m("town", "address", "town or suburb", linked=True, golden=True),
    _m("region", "address", "county or state", golden=True),
    _m("postcode", "address", "postcode", linked=True, golden=True),
    _m("uprn", "address", "unique property reference number", linked=True, golden=True),
    _m("address_from", "address", "the day the person moved in", "date"),
    _m("address_to", "address", "the day the person moved out", "date"),
    _m("event_kind", "event", "what kind of thing happened"),
    _m("event_date", "event", "when it happened", "date"),
    _m("event_end_date", "event", "when it ended", "date"),
    _m("known_date", "event", "when the service learnt of it", "date"),
    _m("event_value", "event", "how much, how many, or the outcome"),
    _m("related_record_id", "related", "record id of another person in the same source"),
    _m("related_name", "related", "name of a related person: parent, carer, contact"),
    _m("related_birth_date", "related", "birth date of the related person", "date"),
    _m("related_relationship", "related", "what the related person is to this one"),
    _m("related_phone", "related", "telephone of the related person"),
    _m(
        "family_number",
        "related",
        "the number under which a professional keeps this person's family; it holds within its source",
    ),
    _m("clk", "other", "a keyed encoding of who it is, in a source with `[encoded]`; it names nobody"),
    _m("free_text", "other", "notes written by a person; kept, never linked, never an attribute"),
    _m("ignore", "other", "not wanted: the column is read past and never stored"),
)

MEANINGS: dict[str, Meaning] = {meaning.name: meaning for meaning in _ALL}
ATTRIBUTE = re.compile(r"attribute\.[a-z][a-z0-9_]*")


def find_meaning(name: str) -> Meaning | None:
    """The meaning called `name`, an attribute made on the spot, or None if there is none."""
    if ATTRIBUTE.fullmatch(name):
        return Meaning(name, "other", "text", "a fact this service holds", golden=True)
    return MEANINGS.get(name)
