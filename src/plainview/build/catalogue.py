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
    _table("gone_records", "a record that was once linked and has left the deliveries", _RECORD | _PERSON),
    _table("person_ids", "an id that was ever minted", _PERSON | {
        "generation": "the build, counted from 1, in which it was minted: smaller is older",
    }),
    _table("id_ledger", "something that happened to an id; rows are only ever added", {
        "generation": "the build, counted from 1; one that changes no id is not counted",
        "as_of": "the day that build speaks of",
        "event": "minted, split, merged, retired or revived; see `linkage/ledger.py`",
        **_PERSON,
        "other_person_id": "of split and merged: who the records went to",
        "records": "of split and merged: how many went; else how many the id had",
    }),
    _table("review", "a case for a person to judge, the one that changes most first", {
        "case_number": "its place in the queue: groups take turns",
        "kind": "pair: are these two one person? cluster: does this person hold two people?",
        "one_source": "the source of a record that stands for one side",
        "one_record_id": "that record",
        "other_source": "the same for the other side",
        "other_record_id": "that record",
        "records": "how many records the people have that it is about",
        "probability": "of a pair, that it is one person",
        "gain": "doubt times the pairs of records that would join or part; see `linkage/review.py`",
        "conflict": "of a cluster: birth_date or nhs_number, of which it has two",
        "group_name": "the group whose turn it is",
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
    _table("relationships", "a record that names another person who was found", {
        "person_id": "who is the parent, carer, grandparent or contact; of equals the smaller id",
        "other_person_id": "whose",
        "relationship": "parent, carer, sibling, partner, grandparent, school contact, emergency contact, "
        "case file member or other",
        **_RECORD,
        "found": "`record`: by the service's own record id; `name`: a named contact matched to a person",
        "confirmed_by": "what agreed beside the name; empty where found by record",
        "first_seen": "the first day the record gives; not the day it began",
        "last_seen": "the last day the record gives, else its delivery's; not the day it ended",
        "sources": "how many sources say the same of the two",
        "disputed": "another record says something of the two that cannot be true as well",
        "understood": "false where the service's word is not a known one, and stands as other",
    }),
    _table("relationships_unmatched", "a record that names another person who was not found", _RECORD | {
        "person_id": "of the record; empty where it names nobody",
        "relationship": "what the other person would be, or of whom",
        "outcome": "unmatched or excluded",
        "reason": "nobody of that name, name alone, several found, record not found; or the rule: record "
        "names nobody, nothing to go by, oneself, parent not older",
    }),
    _table("families", "people joined by care, or whom a professional counts as a family", {
        "family_id": "opaque; kept while the family is round the same person, or has the same number",
        "kind": "`care`: found from parents and carers of children; `professional`: by a family number",
        "source": "the professional's; empty for care",
        "people": "how many people",
        "children": "how many of them are under 18 as of the snapshot's day",
        "homes": "how many households its people are in now",
        "disputed": "something in it is",
    }),
    _table("family_members", "a person in a family", {
        "family_id": "of `families`",
        **_PERSON,
        "role": "parent, carer or child; in a professional family child, adult or not known",
        "since": "the first day any record says so; not the day it began",
        "until": "the last day any record says so; not the day it ended",
        "evidence": "how many records say so",
        "disputed": "another record says otherwise, or puts them under another number",
    }),
    _table("family_differences", "a person of whom a professional and the records disagree", _PERSON | {
        "professional_family_id": "the professional's family",
        "source": "the professional's",
        "care_families": "the care families that the person is in",
        "kind": "in no care family, in other care families, under another number, not on the file, or in two "
        "professional families",
    }),
    _table("blind_links", "an encoded record that was linked without a name", _RECORD | _PERSON | {
        "dice": "how alike the two encodings are, 0 to 1",
        "margin": "how far this person is ahead of every other",
    }),
    _table("blind_accuracy", "how well an encoded source is linked at one threshold", {
        "source": "the source's id",
        "threshold": "the Dice coefficient asked for",
        "in_use": "whether it is the declared one",
        "overlap": "the share of the partner's people who seem to be ours",
        "members": "people of ours whose encoding should find them",
        "strangers": "people of ours who were taken away, so that any link is wrong",
        "right": "members linked to themselves",
        "wrong": "members linked to another",
        "strangers_linked": "strangers linked to anybody",
        "precision": "of the links, how many are right, with strangers as in `overlap`, or half if not known",
        "precision_low": "the lower end of its 95 % interval",
        "precision_high": "the upper end",
        "recall": "of the members, how many are linked to themselves",
        "recall_low": "the lower end of its 95 % interval",
        "recall_high": "the upper end",
        "recall_known": "of people whom two sources know, how many are linked by the record of one of them",
        "recall_known_low": "the lower end of its 95 % interval",
        "recall_known_high": "the upper end",
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
    _table("pairs", "two tuples that were compared", {
        "node_l": "the place of one tuple in `tuples`, counted from 0",
        "node_r": "the place of the other, which is later",
        "pattern": "the levels of all comparisons in one number; see `linkage/comparisons.py`",
    }),
    _table("links", "two tuples that were compared and are worth keeping", {
        "tuple_l": "one tuple",
        "tuple_r": "the other",
        "match_weight": "base-2 logarithm of the odds, all comparisons and the prior together",
        "match_probability": "the same as a probability",
        "pattern": "of `pairs`",
        "node_l": "of `pairs`",
        "node_r": "of `pairs`",
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
- `model.json`: the linkage model that the snapshot was made with, as in `model/linkage.json` of the project: for
  each class of pairs its share and the probability of each comparison level.
- `statistics.json`: what the model knows of all tuples: how common the names are that ten tuples and more have, and
  the sources that it tells apart.
- `deliveries/<source>.json`: day and hash of the delivery that was loaded.

**It holds personal data.** Treat the folder as you would the deliveries."""
