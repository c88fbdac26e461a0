"""Fields to filters: cryptographic long-term keys, bit for bit as clkhash makes them.

Written anew with NumPy, since clkhash (last released in May 2023) pins a `cryptography` of before that and
hashes each record on its own; the known-answer tests hold every bit against its output. Each distinct value
of a field is hashed once, and a record's filter is the OR of its values' filters.

Sources: Schnell, Bachteler and Reiher 2011 (double hashing); the clkhash documentation (BLAKE2, folding).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plainview.blind.keys import stretch
from plainview.blind.schemas import Feature, LinkageSchema

Filters = NDArray[np.uint8]
"""Shape (records, bits / 8), the first bit of a byte is its highest, as in a `bitarray`."""

Texts = Any
"""A `pyarrow` array of texts, in one piece or several."""

_VALUES_AT_ONCE = 4096
_MOST_TOKENS = 1 << 17
_SHORTS = 32  # 16-bit numbers in one BLAKE2b digest
_Positions = Callable[[bytes, int], NDArray[np.int64]]


class Encoder:
    """Encodes standardised fields with one schema and one secret."""

    def __init__(self, schema: LinkageSchema, secret: bytes) -> None:
        kdf = schema.clkConfig.kdf
        keys = stretch(
            secret,
            kdf.keySize,
            2 * len(schema.features),
            hash=kdf.hash,
            salt=base64.b64decode(kdf.salt),
            info=base64.b64decode(kdf.info),
        )
        self.schema = schema
        self._features = [
            _FeatureEncoder(feature, keys[2 * place], keys[2 * place + 1], schema.unfolded_bits)
            for place, feature in enumerate(schema.features)
            if not feature.ignored
        ]

    def encode(self, columns: Mapping[str, Texts] | pa.Table) -> Filters:
        """The filters of the rows of `columns`, which has a text column for each of the schema's fields."""
        rows = len(columns[self.schema.fields[0]])
        filters = np.zeros((rows, self.schema.unfolded_bits // 8), np.uint8)
        for feature in self._features:
            filters |= feature.encode(columns[feature.field])
        for _ in range(self.schema.folds):
            half = filters.shape[1] // 2
            filters = filters[:, :half] ^ filters[:, half:]
        return filters

    def allowed(self, field: str, values: Texts) -> NDArray[np.bool_]:
        """Which of the values the schema's format lets through; a missing one is not."""
        (feature,) = [one for one in self._features if one.field == field]
        codes, distinct = _codes(values)
        good = np.array([*(feature.allows(value) for value in distinct), False])
        return good[codes]


class _FeatureEncoder:
    """Encodes one field. `key` and `other` are its two keys; BLAKE2 needs the first only."""

    def __init__(self, feature: Feature, key: bytes, other: bytes, bits: int) -> None:
        assert feature.format is not None
        assert feature.hashing is not None
        self.field = feature.identifier
        self._format = feature.format
        self._hashing = feature.hashing
        self._bits = bits
        self._encoding = feature.format.encoding if feature.format.type == "string" else "utf-8"
        if feature.hashing.hash.type == "blakeHash":
            self._positions = _blake(key, bits)
        else:
            self._positions = _double(key, other, bits, feature.hashing.hash.prevent_singularity)
        self._known: dict[tuple[str, int], NDArray[np.int64]] = {}

    def allows(self, value: str) -> bool:
        return self._format.allows(value)

    def encode(self, values: Texts) -> Filters:
        codes, distinct = _codes(values)
        texts = [self._text(value) for value in distinct]
        filters = [
            self._filters(texts[start : start + _VALUES_AT_ONCE])
            for start in range(0, len(texts), _VALUES_AT_ONCE)
        ]
        matrix = np.concatenate([*filters, self._filters([self._text("")])])
        return matrix[codes]

    def _text(self, value: str) -> str:
        """What is cut into tokens. A value of another format counts as missing."""
        value = value if value and self.allows(value) else ""
        missing = self._hashing.missingValue
        if missing is not None and value == missing.sentinel:
            return missing.sentinel if missing.replaceWith is None else missing.replaceWith
        return self._format.write(value) if value else ""

    def _filters(self, texts: Sequence[str]) -> Filters:
        rows: list[int] = []
        positions: list[NDArray[np.int64]] = []
        for row, text in enumerate(texts):
            tokens = self._hashing.comparison.tokens(text)
            if not tokens:
                continue
            found = [
                self._at(token, k)
                for token, k in zip(tokens, self._hashing.strategy.spread(len(tokens)), strict=True)
            ]
            positions += found
            rows += [row] * len(found)
        matrix = np.zeros((len(texts), self._bits), np.bool_)
        if positions:
            at = np.repeat(np.array(rows), [len(one) for one in positions])
            matrix[at, np.concatenate(positions)] = True
        return np.packbits(matrix, axis=1)

    def _at(self, token: str, k: int) -> NDArray[np.int64]:
        """The positions of a token that sets `k` bits, remembered."""
        found = self._known.get((token, k))
        if found is None:
            if len(self._known) >= _MOST_TOKENS:
                self._known.clear()
            found = self._known[token, k] = self._positions(token.encode(self._encoding), k)
        return found


def _codes(values: Texts) -> tuple[NDArray[np.int64], list[str]]:
    """For each value the place of its text among the distinct ones; the place after them where it is missing."""
    array = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded: Any = array.cast(pa.string()).dictionary_encode()
    distinct = [str(text) for text in encoded.dictionary.to_pylist()]
    return encoded.indices.fill_null(len(distinct)).to_numpy(zero_copy_only=False).astype(np.int64), distinct


def _blake(key: bytes, bits: int) -> _Positions:
    """Independent positions: 16 bits each of keyed BLAKE2b, salted with the number of the digest."""

    def positions(token: bytes, k: int) -> NDArray[np.int64]:
        digests = (
            hashlib.blake2b(token, key=key, salt=str(place).encode()).digest()
            for place in range((k + _SHORTS - 1) // _SHORTS)
        )
        return np.frombuffer(b"".join(digests), "<u2")[:k].astype(np.int64) % bits

    return positions


def _double(key: bytes, other: bytes, bits: int, non_singular: bool) -> _Positions:
    """Positions h1 + i h2 of Schnell and others 2011, h1 by HMAC-SHA1, h2 by HMAC-MD5.

    With `non_singular` an h2 that is a multiple of the length, which would set one bit only, is drawn again.
    """

    def positions(token: bytes, k: int) -> NDArray[np.int64]:
        first = int.from_bytes(hmac.digest(key, token, "sha1"), "big") % bits
        step = int.from_bytes(hmac.digest(other, token, "md5"), "big") % bits
        drawn = 0
        while non_singular and not step:
            step = int.from_bytes(hmac.digest(other, token + chr(drawn).encode(), "md5"), "big") % bits
            drawn += 1
        return (first + np.arange(k, dtype=np.int64) * step) % bits

    return positions


def write_clk(one: Filters) -> str:
    """One filter as base64."""
    return base64.b64encode(one.tobytes()).decode("ascii")
