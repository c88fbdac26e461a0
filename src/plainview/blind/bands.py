"""Blocking on filters: keyed bands of locality-sensitive hashing for the Hamming distance.

A band looks at some bits of a filter, drawn by the secret; two filters are compared if they agree in all the
bits of at least one band (Indyk and Motwani 1998; for encodings Durham 2012, Karapiperis and Verykios 2015).
Without the secret nobody can tell which bits a band looks at.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from plainview.blind.filters import Filters
from plainview.blind.keys import derive

BANDS = 100
WIDTH = 16
_ROWS_FOR_WIDTH = 1 << 13
_ROWS_AT_ONCE = 8192
Keys = NDArray[np.uint32]
"""Shape (records, bands): what each band reads, as one number."""


def width_for(rows: int) -> int:
    """How many bits a band reads among so many own rows: one more for each doubling, so that blocks stay small."""
    return min(WIDTH + max(rows // _ROWS_FOR_WIDTH, 1).bit_length() - 1, 32)


@dataclass(frozen=True)
class Banding:
    """Which bits each band reads, given by the secret and the length of the filters."""

    secret: bytes
    bits: int
    bands: int = BANDS
    width: int = WIDTH

    @cached_property
    def positions(self) -> NDArray[np.int64]:
        """Shape (bands, width): the bits, different ones within a band."""
        seed = derive(self.secret, "bands")
        return np.array([self._draw(seed, band) for band in range(self.bands)], np.int64)

    def _draw(self, seed: bytes, band: int) -> list[int]:
        stream = hashlib.shake_256(seed + band.to_bytes(4, "big")).digest(self.width * 32)
        numbers = np.frombuffer(stream, ">u4") % self.bits
        return [int(number) for number in dict.fromkeys(numbers.tolist())][: self.width]

    def keys(self, filters: Filters) -> Keys:
        """What each band reads of each filter."""
        keys = np.empty((len(filters), self.bands), np.uint32)
        weights = (1 << np.arange(self.width, dtype=np.uint32)).astype(np.uint32)
        for start in range(0, len(filters), _ROWS_AT_ONCE):
            bits = np.unpackbits(filters[start : start + _ROWS_AT_ONCE], axis=1)
            read = bits[:, self.positions.ravel()].reshape(len(bits), self.bands, self.width)
            keys[start : start + _ROWS_AT_ONCE] = (read * weights).sum(axis=2, dtype=np.uint32)
        return keys

    def write(self, keys: Keys) -> list[str]:
        """The keys of each record as one text, hashed with the secret: equal texts mean equal bits."""
        seed = derive(self.secret, "band keys")
        return [
            " ".join(
                hashlib.blake2b(
                    band.to_bytes(2, "big") + int(key).to_bytes(4, "big"), key=seed, digest_size=6
                ).hexdigest()
                for band, key in enumerate(row)
            )
            for row in keys.tolist()
        ]
