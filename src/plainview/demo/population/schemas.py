"""The tables of a population: their columns and types, one place for all who read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

_WORD = pa.dictionary(pa.int32(), pa.string())
_DAY = pa.date32()


def _schema(**columns: pa.DataType) -> pa.Schema:
    return pa.schema(list(columns.items()))


PERSONS = _schema(
    person=pa.int64(),
    sex=_WORD,
    birth_date=_DAY,
    death_date=_DAY,
    culture=_WORD,
    area=_WORD,
    nhs_number=pa.string(),
    upn=pa.string(),
    nino=pa.string(),
    twin=pa.int64(),
    arrived=_DAY,
    left=_DAY,
    known_as=_WORD,
    alt_first_name=_WORD,
    alt_last_name=_WORD,
)
NAMES = _schema(
    person=pa.int64(),
    from_date=_DAY,
    to_date=_DAY,
    first_name=_WORD,
    middle_names=_WORD,
    last_name=_WORD,
    reason=_WORD,
)
CONTACTS = _schema(
    person=pa.int64(),
    from_date=_DAY,
    to_date=_DAY,
    mobile=pa.string(),
    phone=pa.string(),
    email=pa.string(),
)
ADDRESSES = _schema(
    address=pa.int64(),
    uprn=pa.string(),
    flat=_WORD,
    building=_WORD,
    house_number=_WORD,
    street=_WORD,
    locality=_WORD,
    town=_WORD,
    postcode=_WORD,
    area=_WORD,
    kind=_WORD,
    tenure=_WORD,
    bedrooms=pa.int32(),
)
RESIDENCES = _schema(person=pa.int64(), address=pa.int64(), from_date=_DAY, to_date=_DAY, role=_WORD)
RELATIONSHIPS = _schema(person_a=pa.int64(), person_b=pa.int64(), kind=_WORD, from_date=_DAY, to_date=_DAY)
NEEDS = _schema(person=pa.int64(), need=_WORD, from_date=_DAY, to_date=_DAY, severity=pa.float64())
PROTECTIVE = _schema(person=pa.int64(), kind=_WORD, from_date=_DAY, to_date=_DAY, strength=pa.float64())
AREAS = _schema(
    area=pa.string(),
    name=pa.string(),
    ward=pa.string(),
    ward_name=pa.string(),
    deprivation=pa.int32(),
    population_share=pa.float64(),
)


@dataclass(frozen=True)
class Population:
    """The people of the fictional authority, their homes, lives and latent needs over the years up to `end`.

    Every table is a pyarrow Table with the schema of the same name in this module, sorted by its key.
    """

    persons: pa.Table
    names: pa.Table
    contacts: pa.Table
    addresses: pa.Table
    residences: pa.Table
    relationships: pa.Table
    needs: pa.Table
    protective: pa.Table
    areas: pa.Table


def make_table(schema: pa.Schema, columns: Mapping[str, Any]) -> pa.Table:
    """A table of `schema` from arrow arrays or numpy arrays; NaT days become null."""
    arrays = [_convert_column(columns[field.name], field.type) for field in schema]
    return pa.Table.from_arrays(arrays, schema=schema)


def _convert_column(values: Any, kind: pa.DataType) -> pa.Array[Any]:
    if isinstance(values, pa.Array):
        return values if values.type == kind else values.cast(kind)
    if pa.types.is_dictionary(kind) and isinstance(values, np.ndarray):
        return pa.array(values, pa.string()).dictionary_encode().cast(kind)
    return pa.array(values, kind)
