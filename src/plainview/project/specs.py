"""The project folder as written: frozen models that own the meaning of every TOML key.

These are shapes only. Each key's description is what the reference prints; its examples are what an
error suggests. Reading files, positions and error texts live in `read.py`; rules that need more than
one key live in `rules.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from plainview.project.meanings import ColumnType, Meaning, find_meaning
from plainview.project.positions import Key, Positions, nearest_line

Cadence = Literal["daily", "weekly", "fortnightly", "monthly", "termly", "quarterly", "yearly", "once"]
RowKind = Literal["person", "event", "relationship", "address"]
Sensitivity = Literal["ordinary", "identifier", "special_category", "criminal_offence"]
Arises = Literal["reported", "discovered", "self_reported", "administrative"]
FileFormat = Literal["csv", "excel", "parquet"]
Encoding = Literal["utf-8", "windows-1252", "utf-16"]
_MOST = 1_000_000_000
Trust = Annotated[int, Field(ge=1, le=5)]
Share = Annotated[float, Field(ge=0, le=1)]
Identifier = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        max_length=40,
        json_schema_extra={"words": "a short name of small letters, digits and _, starting with a letter"},
    ),
]


class Spec(BaseModel):
    """Base of all: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class FileSpec(Spec):
    """`[file]`: where deliveries lie and how they are written.

    A delivery is one file, a full extract of the source at its date; the newest good one counts.
    """

    pattern: str = Field(
        examples=["deliveries/housing/tenancies_{date}.csv"],
        description="Path of a delivery, from the project folder, with `{date}` once where the date of the "
        "extract stands. The file may also end in `.gz` or `.zip`, which is read through.",
    )
    format: FileFormat = Field(default="csv", description="How the file is written.")
    date_format: str = Field(
        default="%Y-%m-%d",
        examples=["%Y-%m-%d", "%d%m%Y"],
        description="How `{date}` is written in the file name, in strptime codes.",
    )
    encoding: Encoding = Field(
        default="utf-8",
        description="Character encoding, for `csv`. A byte order mark is read past.",
    )
    delimiter: str = Field(
        default=",",
        min_length=1,
        max_length=4,
        examples=[";", "|", "\t"],
        description="What stands between two values, for `csv`.",
    )
    quote: str = Field(
        default='"',
        min_length=1,
        max_length=1,
        examples=["'"],
        description="What stands around a value that holds the delimiter or a line break, for `csv`.",
    )
    sheet: str = Field(
        default="",
        examples=["Tenants"],
        description="Name of the sheet, for `excel`; the first one if empty.",
    )


class ControlSpec(Spec):
    """`[control]`: the totals that the service states beside a delivery."""

    sidecar: bool = Field(
        default=False,
        description="Whether each delivery has a file of the same name plus `.control` beside it: TOML with "
        '`rows = 812` and, if wished, `[sum]` with `"Weekly Rent" = 12345.50`.',
    )
    rows_min: int = Field(
        default=1, ge=0, le=_MOST, description="The fewest rows a delivery may hold and still be believed."
    )
    rows_max: int | None = Field(
        default=None,
        ge=1,
        le=_MOST,
        examples=[50000],
        description="The most rows a delivery may hold; no bound if left out.",
    )


class ToleranceSpec(Spec):
    """`[tolerance]`: how much wrong a delivery may be before the previous good one is kept instead.

    Shares are of the rows read: `0.02` is two rows in a hundred.
    """

    bad_rows: Share = Field(default=0.02, description="Share of rows that may go to quarantine.")
    duplicate_ids: Share = Field(
        default=0.0, description="Share of rows that may repeat a record id; the first of them is loaded."
    )
    control_total: Share = Field(
        default=0.0, description="How far a total may lie from the stated one, as a share of the stated one."
    )
    extra_columns: bool = Field(
        default=False, description="Whether columns that are not declared may be there; they are read past."
    )
    missing_days: int = Field(
        default=7,
        ge=0,
        le=3660,
        description="Days beyond its cadence after which the newest delivery is reported as missing.",
    )
    optional: bool = Field(
        default=False, description="Whether a build goes on when there is no delivery at all."
    )


class ExcludeSpec(Spec):
    """`[[exclude]]`: rows that a named rule leaves out, such as a system's test records; any number."""

    name: str = Field(
        min_length=1, examples=["test tenants"], description="What the rule is called where rows are counted."
    )
    column: str = Field(
        min_length=1, examples=["Surname"], description="Header of the column that is looked at."
    )
    values: tuple[str, ...] = Field(
        min_length=1,
        examples=[["ZZTEST"]],
        description="A row with one of these texts in the column is left out.",
    )
    reason: str = Field(
        min_length=1,
        examples=["the supplier's test records"],
        description="Why, in words that the public can read.",
    )


class EncodedSpec(Spec):
    """`[encoded]`: a source that sends keyed encodings of who its people are, and no name.

    Its deliveries are made by `plainview encode` at the partner's site; see `docs/private-linking.md`.
    """

    schema_file: str = Field(
        min_length=1,
        examples=["blind/health.json"],
        description="Path of the linkage schema, from the project folder; the partner uses the same file.",
    )
    key_file: str = Field(
        min_length=1,
        examples=["/etc/plainview/keys/health.key"],
        description="Path of the key that the partner and the linkage unit share, outside the project folder. "
        "Only its owner may read it.",
    )
    threshold: Annotated[float, Field(ge=0.5, le=1)] = Field(
        default=0.85,
        description="The Dice coefficient of two encodings at or above which they may be one person.",
    )
    margin: Share = Field(
        default=0.05, description="How far the best person must be ahead of every other for a link."
    )
    sample: int = Field(
        default=1000,
        ge=10,
        le=100_000,
        description="How many of the authority's own people the accuracy is measured on.",
    )


class ColumnSpec(Spec):
    """`[columns."Header"]`: what one column means and what may stand in it. One table for every column.

    The header is written exactly as it stands in the delivery, in quotation marks.
    """

    meaning: str = Field(
        examples=["last_name"],
        description="What the column holds: a name from the [meanings](meanings.md), or `attribute.` and a "
        "name of your own. At most once in a source, except `ignore` and `free_text`.",
    )
    type: ColumnType | None = Field(
        default=None,
        examples=["number"],
        description="How the value is stored; the meaning's own if left out.",
    )
    formats: tuple[str, ...] = Field(
        default=(),
        examples=[["%d/%m/%Y"]],
        description="How a date is written, in strptime codes, tried in order; `%Y-%m-%d` if left out.",
    )
    required: bool = Field(
        default=False, description="Whether a row without a value here goes to quarantine as a whole."
    )
    allowed: tuple[str, ...] = Field(
        default=(),
        examples=[["Y", "N"]],
        description="The only texts that may stand here; another goes to quarantine. Not with `map`.",
    )
    map: dict[str, str] = Field(
        default_factory=dict,
        examples=[{"1": "M", "2": "F"}],
        description="What each text becomes when it is stored; a text that is not listed goes to quarantine.",
    )
    missing: tuple[str, ...] = Field(
        default=(), examples=[["N/A", "UNKNOWN"]], description="Texts that stand for no value."
    )
    sensitivity: Sensitivity = Field(
        default="ordinary",
        description="How the law sees the value. NHS numbers, pupil numbers, National Insurance numbers and "
        "other national numbers must be `identifier`.",
    )
    trust: Trust | None = Field(
        default=None,
        examples=[5],
        description="How well the service verifies this column, from 1 (heard) to 5 (an official document "
        "seen); the source's own if left out.",
    )

    @property
    def canonical(self) -> Meaning:
        """The canonical field; only called on a checked project."""
        meaning = find_meaning(self.meaning)
        if meaning is None:
            raise ValueError(f"unknown meaning {self.meaning!r} in a project that was not checked")
        return meaning

    @property
    def stored_type(self) -> ColumnType:
        """The type the value is stored as."""
        return self.type or self.canonical.type


class SourceSpec(Spec):
    """`sources/<id>.toml`: one service's data set, one file each."""

    id: Identifier = Field(
        examples=["housing"], description="Short name of the source; the file is named after it."
    )
    title: str = Field(
        min_length=1, examples=["Council housing tenancies"], description="What the public reads as its name."
    )
    service: str = Field(min_length=1, examples=["Housing"], description="The service that owns the data.")
    contact_role: str = Field(
        min_length=1,
        examples=["Housing data steward"],
        description="The role to ask about it; a role, so that it outlives the person.",
    )
    controller: str = Field(
        min_length=1,
        examples=["Sallowmere Borough Council"],
        description="Who is the data controller in law.",
    )
    gateways: tuple[str, ...] = Field(
        min_length=1,
        examples=[["Housing Act 1985 section 21"]],
        description="The statutes that allow the data to be used.",
    )
    rows: tuple[RowKind, ...] = Field(
        min_length=1,
        examples=[["person", "address"]],
        description="What one row says: that there is a person, that something happened to one, how two "
        "people are related, or where one lives.",
    )
    cadence: Cadence = Field(examples=["weekly"], description="How often a delivery is due.")
    retention: str = Field(
        pattern=r"^[0-9]+ (days?|weeks?|months?|years?)$",
        examples=["6 years"],
        description="How long a record is kept after the source has dropped it.",
        json_schema_extra={"words": "a number of days, weeks, months or years"},
    )
    arises: Arises | None = Field(
        default=None,
        examples=["reported"],
        description="How its events come about: somebody reports them, the service's own activity discovers "
        "them, the person concerned tells of them, or they follow from administration. Needed when `rows` "
        "holds `event`, and only then.",
    )
    trust: Trust = Field(
        default=3,
        description="How well the service verifies what it records, from 1 (heard) to 5 (an official "
        "document seen).",
    )
    one_record_per_person: bool = Field(
        default=False,
        description="Whether the service itself makes sure that nobody is in it twice.",
    )
    gazetteer: bool = Field(
        default=False,
        description="Whether this is the authority's own list of properties, a UPRN and an address a row, to "
        "which the addresses of the other sources are matched. Its rows are no records of people.",
    )
    file: FileSpec = Field(description="Where deliveries lie.")
    control: ControlSpec = Field(default=ControlSpec(), description="Stated totals.")
    tolerance: ToleranceSpec = Field(default=ToleranceSpec(), description="What is put up with.")
    encoded: EncodedSpec | None = Field(
        default=None, description="For a source of encodings in place of names; nothing if it sends names."
    )
    exclude: tuple[ExcludeSpec, ...] = Field(default=(), description="Rows left out by a named rule.")
    columns: dict[str, ColumnSpec] = Field(
        min_length=1,
        description="Every column of the delivery.",
        json_schema_extra={"words": "a table for every column"},
    )

    def trust_of(self, column: str) -> int:
        """Trust 1 to 5 of one column: its own, or the source's."""
        own = self.columns[column].trust
        return self.trust if own is None else own

    def headers_of(self, meaning: str) -> list[str]:
        """The headers whose column has this meaning, in declared order."""
        return [header for header, column in self.columns.items() if column.meaning == meaning]

    @property
    def stored(self) -> dict[str, ColumnSpec]:
        """The columns that are kept: all but those to ignore."""
        return {header: column for header, column in self.columns.items() if column.meaning != "ignore"}


class AuthoritySpec(Spec):
    """`[authority]`: whose project this is."""

    name: str = Field(min_length=1, examples=["Sallowmere"], description="Short name, for headings.")
    controller: str = Field(
        min_length=1, examples=["Sallowmere Borough Council"], description="The data controller in law."
    )


class LinkageSpec(Spec):
    """`[linkage]`: how records are found, compared and held to be one person."""

    blocking: Literal["tight", "normal", "loose"] = Field(
        default="normal",
        description="How many pairs are compared: tight takes the least time, loose finds the most.",
    )
    threshold: Annotated[float, Field(ge=0.5, lt=1)] = Field(
        default=0.5,
        description="The mean match probability at or above which groups of records are held to be one person.",
    )
    seed: int = Field(
        default=1, ge=0, le=2**31 - 1, description="Makes the samples that a build draws repeatable."
    )


class EngineSpec(Spec):
    """`[engine]`: where SQL runs and how much of the machine it may take."""

    name: Literal["duckdb", "spark"] = Field(
        default="duckdb",
        description="What runs the heavy half of linkage: duckdb, this machine; spark, a Spark cluster. The people "
        "that come out are the same.",
    )
    master: str = Field(
        default="local[*]",
        pattern=r"^(local(\[(\*|[1-9][0-9]*)\])?|spark://[^\s/]+:[0-9]+|yarn|k8s://\S+)$",
        examples=["spark://cluster.example:7077"],
        description="The address of the Spark cluster; local[*] is this machine.",
        json_schema_extra={"words": "local[*], or an address that starts with spark:// or k8s://, or yarn"},
    )
    memory: str = Field(
        default="3GB",
        pattern=r"^[0-9]+(\.[0-9]+)?(MB|GB)$",
        examples=["3GB", "512MB"],
        description="How much memory it may take; what does not fit is spilled to disk.",
        json_schema_extra={"words": "an amount of memory in MB or GB"},
    )
    threads: int = Field(default=0, ge=0, le=1024, description="How many cores it may take; 0 means all.")


class ProjectSpec(Spec):
    """`plainview.toml`: the project as a whole."""

    authority: AuthoritySpec = Field(description="Whose project this is.")
    as_of: str = Field(
        default="",
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$",
        examples=["2026-11-02"],
        description="The day the build looks from; the date of the newest delivery if empty.",
        json_schema_extra={"words": "a date in quotation marks, year first"},
    )
    linkage: LinkageSpec = Field(default=LinkageSpec(), description="Thresholds of linkage.")
    engine: EngineSpec = Field(default=EngineSpec(), description="Where SQL runs.")


class Project(BaseModel):
    """A checked project folder: its declarations, and where each key stands in its file.

    `lines` holds, for each file by its path from `root`, the line of every key.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    root: Path
    spec: ProjectSpec
    sources: tuple[SourceSpec, ...]
    lines: dict[str, Positions] = Field(default_factory=dict, repr=False)

    def source(self, id: str) -> SourceSpec:
        """The source called `id`; KeyError if there is none."""
        for source in self.sources:
            if source.id == id:
                return source
        raise KeyError(id)

    def line(self, path: str, key: Key) -> int:
        """The line of `key` in the file at `path`, or of the table around it; 0 if neither is known."""
        return nearest_line(self.lines.get(path, {}), key)
