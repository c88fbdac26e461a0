"""The linkage schema: how each field is cut into tokens and set into the filter.

The format is version 3 of the linkage schema published with clkhash (Confidential Computing, Data61,
CSIRO), with what is not offered here refused rather than passed over. Features are called as the
standardised fields of linkage are.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from plainview.blind.fields import FIELDS
from plainview.project.errors import Problem, UserError, did_you_mean

ISO = "%Y-%m-%d"
_MOST_BYTES = 1 << 20


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Kdf(_Part):
    """`kdf`: how keys of the fields are made from the secret."""

    type: Literal["HKDF"]
    hash: Literal["SHA256", "SHA512"] = "SHA256"
    salt: str = ""
    info: str = ""
    keySize: Annotated[int, Field(ge=16, le=64)] = 64  # noqa: N815 (the published name)


class ClkConfig(_Part):
    """`clkConfig`: the filter as a whole; `l` is its length in bits after folding."""

    l: Annotated[int, Field(ge=64, le=8192, multiple_of=64)]  # noqa: E741 (the published name)
    kdf: Kdf
    xor_folds: Annotated[int, Field(ge=0, le=4)] = 0
    xorFolds: Annotated[int, Field(ge=0, le=4)] | None = None  # noqa: N815 (the published name)


class Format(_Part):
    """`format`: which values a field may have; another one counts as missing."""

    type: Literal["string", "integer", "date", "enum"]
    encoding: Literal["ascii", "utf-8", "utf-16", "utf-32"] = "utf-8"
    case: Literal["lower", "mixed"] = "mixed"
    minLength: Annotated[int, Field(ge=0)] = 0  # noqa: N815 (the published name)
    maxLength: Annotated[int, Field(ge=1)] | None = None  # noqa: N815 (the published name)
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    format: str | None = None
    values: tuple[str, ...] | None = Field(default=None, strict=False)
    description: str = ""

    def allows(self, value: str) -> bool:
        """Whether a standardised value is of this format."""
        if self.type == "integer":
            low, high = self.minimum, self.maximum
            return (
                re.fullmatch(r"[0-9]{1,18}", value) is not None
                and (low is None or int(value) >= low)
                and (high is None or int(value) <= high)
            )
        if self.type == "date":
            return True  # a standardised date is one
        if self.type == "enum":
            return value in (self.values or ())
        return self._allows_text(value)

    def _allows_text(self, value: str) -> bool:
        most = len(value) if self.maxLength is None else self.maxLength
        try:
            value.encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return self.minLength <= len(value) <= most and (
            self.pattern is None or re.fullmatch(self.pattern, value) is not None
        )

    def write(self, value: str) -> str:
        """The text that is cut into tokens: a date without hyphens, a number without leading noughts."""
        if self.type == "date":
            return value.replace("-", "")
        return str(int(value)) if self.type == "integer" else value


class Hash(_Part):
    """`hash`: how a token is set into the filter."""

    type: Literal["doubleHash", "blakeHash"] = "blakeHash"
    prevent_singularity: bool = False


class Strategy(_Part):
    """`strategy`: how many bits a token sets, or all tokens of a field together."""

    bitsPerToken: Annotated[int, Field(ge=1, le=1000)] | None = None  # noqa: N815 (the published name)
    bitsPerFeature: Annotated[int, Field(ge=1, le=4000)] | None = None  # noqa: N815 (the published name)

    def spread(self, tokens: int) -> list[int]:
        """How many bits each of `tokens` tokens sets; the first ones take what is left over."""
        if self.bitsPerToken is not None:
            return [self.bitsPerToken] * tokens
        each, over = divmod(self.bitsPerFeature or 0, tokens)
        return [each + 1] * over + [each] * (tokens - over)


class Comparison(_Part):
    """`comparison`: what a token is."""

    type: Literal["ngram", "exact"]
    n: Annotated[int, Field(ge=1, le=8)] | None = None
    positional: bool = False

    def tokens(self, text: str) -> list[str]:
        """The tokens of `text`; none of an empty one."""
        if not text:
            return []
        if self.type == "exact" or self.n is None:
            return [text]
        n = self.n
        padded = " " * (n - 1) + text + " " * (n - 1)
        grams = [padded[start : start + n] for start in range(len(padded) - n + 1)]
        return [f"{place} {gram}" for place, gram in enumerate(grams, start=1)] if self.positional else grams


class MissingValue(_Part):
    """`missingValue`: the text that stands for no value, and what is set in its place."""

    sentinel: str
    replaceWith: str | None = None  # noqa: N815 (the published name)


class Hashing(_Part):
    """`hashing` of one feature."""

    comparison: Comparison
    strategy: Strategy
    hash: Hash = Hash()
    missingValue: MissingValue | None = None  # noqa: N815 (the published name)


class Feature(_Part):
    """One of `features`."""

    identifier: str
    description: str = ""
    ignored: bool = False
    format: Format | None = None
    hashing: Hashing | None = None


class LinkageSchema(_Part):
    """A whole linkage schema."""

    version: Literal[3]
    clkConfig: ClkConfig  # noqa: N815 (the published name)
    features: tuple[Feature, ...] = Field(min_length=1, strict=False)

    @property
    def bits(self) -> int:
        """The length of an encoding in bits, after folding."""
        return self.clkConfig.l

    @property
    def folds(self) -> int:
        """How often the filter is folded onto itself."""
        return self.clkConfig.xor_folds

    @property
    def unfolded_bits(self) -> int:
        """The length of the filter before it is folded."""
        return self.clkConfig.l << self.folds

    @property
    def fields(self) -> list[str]:
        """The fields that are encoded, in order."""
        return [feature.identifier for feature in self.features if not feature.ignored]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what decides the bits: not of layout, descriptions or whether a default is written out."""
        data = self.model_dump(mode="json")
        data["clkConfig"].pop("xorFolds")
        for feature in data["features"]:
            feature.pop("description")
            (feature["format"] or {}).pop("description", None)
        return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def read_schema(path: Path, shown: str | None = None) -> LinkageSchema:
    """The checked schema in the file `path`, called `shown` in messages; UserError with every problem."""
    name = shown or str(path)
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES).decode("utf-8")
        data = json.loads(text)
    except FileNotFoundError:
        step = "Write one: plainview encode --new-schema FILE"
        raise UserError(Problem(name, 0, "", "there is no such file", "a linkage schema", step)) from None
    except json.JSONDecodeError as error:
        raise UserError(
            Problem(name, error.lineno, "", "this is not JSON", "a linkage schema in JSON", "Correct it.")
        ) from None
    except (UnicodeDecodeError, RecursionError):
        raise UserError(
            Problem(name, 0, "", "this is not JSON", "a linkage schema in JSON, UTF-8", "Correct it.")
        ) from None
    return parse_schema(data, name)


def parse_schema(data: Any, name: str) -> LinkageSchema:
    """The checked schema that `data`, read from JSON, says; `name` is the file in messages."""
    if isinstance(data, dict) and data.get("version") in (1, 2):
        found = f"version {data['version']} of the linkage schema"
        raise UserError(
            Problem(
                name, 0, "version", found, "version 3", "Convert it with clkhash, which reads all of them."
            )
        )
    try:
        schema = LinkageSchema.model_validate(data)
    except ValidationError as error:
        raise UserError([_misfit(name, detail) for detail in error.errors()]) from None
    problems = [Problem(name, 0, *finding) for finding in _check(schema)]
    if problems:
        raise UserError(problems)
    return schema


def _misfit(name: str, detail: ErrorDetails) -> Problem:
    """One misfit in shape, in plain words."""
    loc, kind, context = detail["loc"], detail["type"], detail.get("ctx", {})
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
    if kind == "extra_forbidden":
        return Problem(
            name, 0, key, "a key that is not offered here", "the keys of the guide", "Take it out if you can."
        )
    if kind == "missing":
        return Problem(name, 0, key, "the key is missing", "a value for it", "Add it.")
    expected = {
        "literal_error": f"{context.get('expected')}",
        "greater_than_equal": f"a number of {context.get('ge')} or more",
        "less_than_equal": f"a number of {context.get('le')} or less",
        "multiple_of": f"a multiple of {context.get('multiple_of')}",
        "too_short": "one or more",
    }.get(kind, kind.replace("_type", "").replace("model", "object").replace("_", " "))
    return Problem(name, 0, key, "a value that does not fit", expected, "Correct it.")


_Finding = tuple[str, str, str, str]


def _check(schema: LinkageSchema) -> Iterator[_Finding]:
    """What no single key can show."""
    yield from _check_config(schema)
    seen: set[str] = set()
    for place, feature in enumerate(schema.features, start=1):
        key = f"features[{place}]"
        if feature.identifier in seen:
            yield f"{key}.identifier", "the same field a second time", "each field once", "Take one out."
        seen.add(feature.identifier)
        if not feature.ignored:
            yield from _check_feature(key, feature)
    if not schema.fields:
        yield "features", "no field that is encoded", "one or more", "Add a feature that is not ignored."


def _check_config(schema: LinkageSchema) -> Iterator[_Finding]:
    config = schema.clkConfig
    if config.xorFolds is not None and config.xorFolds != config.xor_folds:
        # The published schema says xorFolds; clkhash 0.18.3 reads xor_folds and passes xorFolds over.
        found = "xorFolds and xor_folds that differ (clkhash reads the second)"
        yield "clkConfig.xorFolds", found, "both the same", f"Write xor_folds = {config.xorFolds} beside it."
    for key, text in (("salt", config.kdf.salt), ("info", config.kdf.info)):
        try:
            base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            yield f"clkConfig.kdf.{key}", "a text that is not base64", "base64", "Correct it."
    length = schema.unfolded_bits
    if length & (length - 1) and any(
        f.hashing and f.hashing.hash.type == "blakeHash" for f in schema.features
    ):
        found = f"blakeHash with a filter of {length} bits before folding"
        yield "clkConfig.l", found, "a power of two", "Change l, or use doubleHash."
    block = 32 if config.kdf.hash == "SHA256" else 64
    if 2 * len(schema.features) * config.kdf.keySize > 255 * block:
        yield "features", "more features than keys can be made for", "fewer", "Take ignored ones out."


def _check_feature(key: str, feature: Feature) -> Iterator[_Finding]:
    if feature.identifier not in FIELDS:
        expected = "a standardised field that can be encoded"
        yield (
            f"{key}.identifier",
            f'the field "{feature.identifier[:60]}"',
            expected,
            did_you_mean(feature.identifier, list(FIELDS)),
        )
    if feature.format is None:
        yield f"{key}.format", "the key is missing", "a format", "Add it, or ignored = true."
    else:
        yield from _check_format(f"{key}.format", feature.identifier, feature.format)
    if feature.hashing is None:
        yield f"{key}.hashing", "the key is missing", "comparison and strategy", "Add it, or ignored = true."
    else:
        yield from _check_hashing(f"{key}.hashing", feature.hashing)


def _check_format(key: str, field: str, format: Format) -> Iterator[_Finding]:
    if format.type == "date" and (field != "birth_date" or format.format != ISO):
        expected = f'birth_date with the format "{ISO}", as it is standardised'
        yield f"{key}.format", "another date", expected, f'Write "format": "{ISO}"'
    if format.type == "integer" and field in ("birth_date", "sex"):
        yield f"{key}.type", f"a number for {field}", "string, date or enum", "Correct it."
    if format.type == "enum" and not format.values:
        yield f"{key}.values", "no values", "the values it may have", "Add them."
    if format.pattern is not None:
        try:
            re.compile(format.pattern)
        except re.error:
            yield f"{key}.pattern", "a pattern that cannot be read", "a regular expression", "Correct it."


def _check_hashing(key: str, hashing: Hashing) -> Iterator[_Finding]:
    strategy, comparison = hashing.strategy, hashing.comparison
    if (strategy.bitsPerToken is None) == (strategy.bitsPerFeature is None):
        expected = "either bitsPerToken or bitsPerFeature"
        yield f"{key}.strategy", "both or neither", expected, "Write one of them."
    if comparison.type == "ngram" and comparison.n is None:
        yield f"{key}.comparison.n", "the key is missing", "the length of a token", 'Write "n": 2'
    if hashing.hash.type == "blakeHash" and hashing.hash.prevent_singularity:
        found = "prevent_singularity with blakeHash"
        yield f"{key}.hash", found, "it with doubleHash only", "Take it out."
