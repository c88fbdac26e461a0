"""The tables of a snapshot, described: what one row is, and what every column holds.

The page `docs/reference/snapshot.md` is written from this, and a test holds it against a real snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass

_RECORD = {"source": "the source's id", "record_id": "the service's own key of the record"}
_PERSON = {"person_id": "opaque; minted once, never given to anybody else"}
_STANDARD = {
    "first_name": "lower case, without accents and punctuation, as are all names",
    "middle_names": "further given names",
    "last_name": "family name or names",
    "former_last_name": "an earlier family name",
    "other_name": "an alias",
    "birth_date": "missing where it cannot be true or is a default such as 1900-01-01",
    "sex": "F, M or missing",
    "nhs_number": "ten digits with a right check digit, else missing",
    "upn": "with a right check letter, else missing",
    "nino": "in a right format, else missing",
    "national_id": "another nationally issued number",
    "phone": "digits, national form",
    "mobile": "digits, national form",
    "email": "lower case",
    "flat": "flat or room",
    "house_number": "number or name of the house",
    "street": "street, common abbreviations written out",
    "locality": "locality or building",
    "town": "town",
    "postcode": "lower case without a blank",
    "uprn": "unique property reference number",
    "place": "the address as one key: the uprn, or postcode, house and flat",
}
_DAYS = {
    "updated_date": "the day the service last touched the record",
    "address_from": "the day the person moved in, where the source says so",
    "address_to": "the day the person moved out, where the source says so",
}


@dataclass(frozen=True)
class Table:
    """One table: its file without the ending, what one row is, and its columns.

    `more` tells what further columns there are where they depend on the project, by prefix.
    """

    name: str
    row: str
    columns: dict[str, str]
    more: dict[str, str]


def _table(name: str, row: str, columns: dict[str, str], more: dict[str, str] | None = None) -> Table:
    return Table(name, row, columns, more or {})


CATALOGUE = (
    _table("persons", "a person", _PERSON | {
        "records": "how many records are linked to them",
        "sources": "in how many sources",
        "first_source": "the source of their smallest record key",
        "first_record_id": "that record",
    }),
    _table("index", "a record that is in today's deliveries and can be linked", _RECORD | _PERSON),
    _table("registry", "a record that was ever linked, also if it is gone today", _RECORD | _PERSON),
    _table("person_ids", "an id that was ever minted", _PERSON | {
        "generation": "the build, counted from 1, in which it was minted: smaller is older",
    }),
    _table("golden", "the best value of one field of a person", _PERSON | {
        "field": "a meaning, or attribute. and its name",
        "value": "as the record wrote it",
        **_RECORD,
        "agreeing": "how many sources say the same",
        "trust": "1 to 5, of the record's source and column",
        "recorded": "the day the record speaks of: its updated_date, else its delivery's",
        "score": "points for trust, agreement and recency; see `linkage/golden.py`",
    }),
    _table("golden_alternatives", "who says what, where a person's records differ", _PERSON | {
        "field": "a meaning, or attribute. and its name",
        "value": "as the record wrote it",
        **_RECORD,
        "points": "the points of this value",
        "recorded": "the day the record speaks of",
        "golden": "whether this value won",
    }),
    _table("households", "an address at which people are or were", {
        "household_id": "opaque; an address keeps it from build to build",
        "place": _STANDARD["place"],
        "uprn": _STANDARD["uprn"],
        "postcode": _STANDARD["postcode"],
        "house_number": _STANDARD["house_number"],
        "flat": _STANDARD["flat"],
        "street": _STANDARD["street"],
        "people": "how many people were ever seen there",
        "current": "how many of them are there as of the snapshot's day",
        "communal": "so many at once that it is a care home, a hostel or an undivided building",
    }),
    _table("household_members", "a person at an address", {
        "household_id": "of `households`",
        **_PERSON,
        "from_date": "the first day any record gives",
        "to_date": "the day a record says they left, unless a newer one shows them there",
        "last_seen": "the last day any record shows them there",
        "records": "how many records say so",
        "current": "whether they are there as of the snapshot's day",
    }),
    _table("quality", "one rule of one check of one source", {
        "source": "the source's id",
        "delivery_date": "of the delivery that was checked",
        "check": "completeness, validity, uniqueness, timeliness or consistency",
        "column": "the meaning that was checked; empty for the whole delivery",
        "rule": "what was asked",
        "numerator": "how many are good, or the figure itself",
        "denominator": "out of how many",
        "share": "numerator by denominator",
        "threshold": "where the rule has one",
        "passed": "whether it is met; empty where there is no threshold",
        "note": "what to know beside",
    }),
    _table("records/<source>", "a loaded record, in a table for each source", {
        "record_id": "the service's own key; unique",
    }, {"": "a column for each declared meaning that is stored, typed as declared"}),
    _table("quarantine/<source>", "a row or value that a rule kept out", {
        "source": "the source's id",
        "delivery_date": "of the delivery",
        "row_number": "1 is the first row after the header",
        "column": "the header; empty for the whole row",
        "rule": "the rule it broke; never the value",
        "outcome": "row: not loaded. value: the row was loaded without it",
    }),
    _table("profiles/<source>", "a count that the next delivery is compared with", {
        "source": "the source's id",
        "delivery_date": "of the delivery",
        "sha256": "of the delivery's bytes",
        "kind": "what is counted",
        "column": "the meaning, where one column is counted",
        "key": "the value or class that is counted, never of an identifying column",
        "count": "how many",
    }),
    _table("standardised", "a record in standard form", _RECORD | _STANDARD | _DAYS),
    _table("identities", "a record that can be linked", _RECORD | {"tuple_id": "of `tuples`"}),
    _table("tuples", "a distinct standardised identity", {
        "tuple_id": "a hash of the fields: the same wherever they are the same",
        **_STANDARD,
        "records": "how many records have it",
    }),
    _table("links", "two tuples that were compared and are worth keeping", {
        "tuple_l": "one tuple",
        "tuple_r": "the other",
        "match_weight": "base-2 logarithm of the odds, all fields and the prior together",
        "match_probability": "the same as a probability",
    }, {
        "mw_": "the match weight of one comparison",
        "level_": "the comparison level found, 0 is the least alike",
    }),
    _table("clusters", "a tuple and the person it was put with", {
        "tuple_id": "of `tuples`",
        "cluster": "the smallest tuple_id of the cluster",
    }),
)  # fmt: skip


def render_snapshot() -> str:
    """The reference page of a snapshot, in Markdown."""
    parts = [_HEAD]
    for table in CATALOGUE:
        parts += [f"\n## {table.name}\n\nOne row is {table.row}.\n\n| column | holds |\n|---|---|"]
        parts += [f"| `{column}` | {text} |" for column, text in table.columns.items()]
        parts += [f"| {_prefix(prefix)} | {text} |" for prefix, text in table.more.items()]
    return "\n".join(parts) + "\n"


def _prefix(prefix: str) -> str:
    return f"`{prefix}...`" if prefix else "others"


_HEAD = """# What is in a snapshot

<!-- written by scripts/write_reference.py; do not edit -->

`snapshots/current/` is a folder of Parquet tables, the trained model and a manifest. It never changes; a
build makes a new one beside it. Tables are sorted by their key, so that the same content has the same bytes.

- `manifest.json`: `id`, `made`, `authority`, `code` (version, hash), `content` (one hash over everything),
  `previous`, and `stages`: for each stage what was declared, hashes of what it read and wrote, its counts,
  whether it was kept, and its seconds. The counts of an `ingest:` stage say which delivery was loaded, its
  hash, rows read, loaded, quarantined and excluded, and which deliveries were refused and why.
- `model.json`: the trained linkage model, in Splink's own format.
- `deliveries/<source>.json`: day and hash of the delivery that was loaded.

**It holds personal data.** Treat the folder as you would the deliveries."""
