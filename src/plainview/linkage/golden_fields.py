"""The fields of a golden record: how a value is written, when two agree, and how fast each one ages."""

from __future__ import annotations

from dataclasses import dataclass

from plainview.engine.duck import identifier
from plainview.project.meanings import MEANINGS
from plainview.project.specs import Project, SourceSpec

NAMES = ("first_name", "middle_names", "last_name", "former_last_name", "other_name")
ADDRESS_LINES = ("address", "address_line_1", "address_line_2", "address_line_3")
ADDRESS_PARTS = ("house_number", "street", "locality", "town", "region")
ADDRESS = (*ADDRESS_LINES, *ADDRESS_PARTS, "postcode", "uprn")

HALF_LIFE_YEARS = {
    "full_name": 10.0,  # marriage and divorce
    "first_name": 30.0,
    "middle_names": 30.0,
    "last_name": 10.0,
    "former_last_name": 30.0,
    "other_name": 10.0,
    "sex": 30.0,
    "phone": 3.0,
    "mobile": 3.0,
    "email": 3.0,
    "address": 2.0,
}
"""Years after which a value counts half. Fields not named never age: birth and death dates, identifiers."""

ATTRIBUTE_HALF_LIFE_YEARS = 2.0


@dataclass(frozen=True)
class GoldenField:
    """One field. `written` is SQL of the value as shown, `standard` of the form in which values agree.

    A record whose `standard` is NULL has nothing to say: a default birth date, an identifier that fails
    its check. `meanings` are those whose trust counts, the first that a source has.
    """

    name: str
    written: str
    standard: str
    meanings: tuple[str, ...]
    half_life: float | None


def golden_fields(project: Project) -> list[GoldenField]:
    """The fields that any source of the project can fill, in a fixed order."""
    present = {column.meaning for source in project.sources for column in source.columns.values()}
    fields = [_full_name(), *map(_name, NAMES), _dated("birth_date"), _dated("death_date"), _sex()]
    fields += [_checked(name) for name in ("nhs_number", "upn", "nino", "national_id")]
    fields += [_contact(name) for name in ("phone", "mobile", "email")]
    fields += [_address(), *(_attribute(name) for name in attributes(project))]
    return [field for field in fields if present & set(field.meanings)]


def attributes(project: Project) -> list[str]:
    """The attributes of people: of sources whose rows are no events. What is told of an event is no trait."""
    return sorted(
        {
            column.meaning
            for source in project.sources
            if _tells_of_people(source)
            for column in source.columns.values()
            if column.meaning.startswith("attribute.")
        }
    )


def _tells_of_people(source: SourceSpec) -> bool:
    return "event" not in source.rows


def trust_of(source: SourceSpec, field: GoldenField) -> int:
    """Trust 1 to 5 of a source in a field: of the first of the field's meanings that it has a column for."""
    if field.name.startswith("attribute.") and not _tells_of_people(source):
        return 0
    for meaning in field.meanings:
        headers = source.headers_of(meaning)
        if headers:
            return source.trust_of(headers[0])
    return 0


def _half_life(name: str) -> float | None:
    return HALF_LIFE_YEARS.get(name)


def _full_name() -> GoldenField:
    written = "coalesce(full_name, nullif(concat_ws(' ', first_name, middle_names, last_name), ''))"
    standard = "nullif(concat_ws(' ', std_first_name, std_last_name), '')"
    return GoldenField(
        "full_name", written, standard, ("full_name", "last_name", "first_name"), _half_life("full_name")
    )


def _name(name: str) -> GoldenField:
    return GoldenField(name, name, f"std_{name}", (name,), _half_life(name))


def _dated(name: str) -> GoldenField:
    known = "std_birth_date" if name == "birth_date" else name
    return GoldenField(name, f"{name}::VARCHAR", f"{known}::VARCHAR", (name,), _half_life(name))


def _sex() -> GoldenField:
    return GoldenField("sex", "sex", "coalesce(sex_text(sex), lower(sex))", ("sex",), _half_life("sex"))


def _checked(name: str) -> GoldenField:
    return GoldenField(name, name, f"std_{name}", (name,), _half_life(name))


def _contact(name: str) -> GoldenField:
    macro = "email_text" if name == "email" else "phone_text"
    return GoldenField(name, name, f"coalesce({macro}({name}), lower({name}))", (name,), _half_life(name))


def _address() -> GoldenField:
    """An address is one value: its parts come from one record, never one from each."""
    parts = ", ".join(
        (*ADDRESS_LINES, "nullif(concat_ws(' ', house_number, street), '')", "locality", "town", "region")
    )
    line = f"nullif(concat_ws(', ', {parts}), '')"
    inside = f"contains(replace(lower({line}), ' ', ''), replace(lower(postcode), ' ', ''))"
    written = f"CASE WHEN postcode IS NULL OR {inside} THEN {line} ELSE concat_ws(', ', {line}, postcode) END"
    return GoldenField("address", written, "std_place", ADDRESS, _half_life("address"))


def _attribute(name: str) -> GoldenField:
    column = identifier(name)
    return GoldenField(name, column, f"lower(trim({column}))", (name,), ATTRIBUTE_HALF_LIFE_YEARS)


def columns_needed(project: Project) -> list[str]:
    """The record columns that the fields are made of."""
    plain = [name for name, meaning in MEANINGS.items() if meaning.golden]
    return [*plain, "updated_date", "address_to", *attributes(project)]
