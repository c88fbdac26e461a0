"""Numbers that services give people: right in form and check digit, never one that is in use.

- NHS numbers start with 9; numbers from 900 000 0000 are not issued to anyone but for tests. Modulus 11.
- UPNs carry the local authority code 990, which no authority has. Check letter by modulus 23.
- National Insurance numbers have a prefix that is valid in form and, to our knowledge, was never issued.
- Telephone numbers start with 06, a range the United Kingdom has not opened: nobody can be called.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from plainview.demo.population.dice import Bools, Ints

Letters = NDArray[np.uint8]

_UPN_LETTERS = np.frombuffer(b"ABCDEFGHJKLMNPQRTUVWXYZ", np.uint8)
_NINO_PREFIXES = np.frombuffer(b"ACAGAJANBCBJCCCGCJCNECEGEJEN", np.uint8).reshape(-1, 2)
_ZERO = 48


def scatter(numbers: Ints, digits: int, rng: np.random.Generator) -> Ints:
    """Each of `numbers` (0, 1, 2, ...) as another number of so many digits, none twice."""
    span = 10**digits
    step = int(rng.integers(span // 5, span // 2)) // 10 * 10 + 7  # ends in 7: no common factor with 10
    found: Ints = (numbers * step + int(rng.integers(0, span))) % span
    return found


def to_letters(numbers: Ints, digits: int) -> Letters:
    """Numbers as rows of `digits` digits."""
    powers = 10 ** np.arange(digits - 1, -1, -1)
    found: Letters = (numbers[:, None] // powers % 10 + _ZERO).astype(np.uint8)
    return found


def take(values: pa.Array[Any], places: Ints, known: Bools | None = None) -> pa.Array[Any]:
    """The values at `places`, null where not `known`."""
    missing = None if known is None else ~known
    rows: pa.Int64Array = pa.array(places, pa.int64(), mask=missing)
    return values.take(rows)


def to_texts(letters: Letters, known: Bools | None = None) -> pa.Array[Any]:
    """Rows of letters as a text column; rows not `known` are null."""
    count, width = letters.shape
    offsets = pa.py_buffer(np.arange(0, (count + 1) * width, width, dtype=np.int32).tobytes())
    buffers = [None, offsets, pa.py_buffer(np.ascontiguousarray(letters).tobytes())]
    texts = pa.Array.from_buffers(pa.string(), count, buffers)
    return texts if known is None else take(texts, np.arange(count), known)


def number_patients(count: int, rng: np.random.Generator) -> pa.Array[Any]:
    """`count` different NHS numbers; those whose check digit would be 10 do not exist and are passed over."""
    body = to_letters(scatter(np.arange(count + count // 8 + 40), 8, rng) + 9 * 10**8, 9)
    check = 11 - ((body - _ZERO).astype(np.int64) @ np.arange(10, 1, -1)) % 11
    valid = np.flatnonzero(check != 10)[:count]
    last = (check[valid] % 11 + _ZERO).astype(np.uint8)
    return to_texts(np.column_stack([body[valid], last]))


def number_pupils(pupil: Bools, year: Ints, rng: np.random.Generator) -> pa.Array[Any]:
    """UPNs of those who are `pupil`: check letter, authority 990, school, year of issue, serial number."""
    at = np.flatnonzero(pupil)
    serial = scatter(np.arange(len(at)), 7, rng)
    body = np.column_stack([
        to_letters(np.full(len(at), 990), 3), to_letters(serial // 1000, 4), to_letters(year[at] % 100, 2),
        to_letters(serial % 1000, 3),
    ])  # fmt: skip
    check = _UPN_LETTERS[((body - _ZERO).astype(np.int64) @ np.arange(2, 14)) % 23]
    return spread(np.column_stack([check, body]), pupil)


def number_workers(worker: Bools, rng: np.random.Generator) -> pa.Array[Any]:
    """National Insurance numbers of those who are `worker`: two letters, six digits, A to D."""
    number = scatter(np.arange(int(worker.sum())), 7, rng)
    prefix = _NINO_PREFIXES[number % 10 + 4 * (number // 10**6 % 2)]
    suffix = (number // 10**5 % 4 + ord("A")).astype(np.uint8)
    return spread(np.column_stack([prefix, to_letters(number // 10, 6), suffix]), worker)


def number_phones(count: int, range_digit: int, rng: np.random.Generator) -> Letters:
    """`count` different telephone numbers of eleven digits: 06, the digit of the range, eight more."""
    start = to_letters(np.full(count, 60 + range_digit), 3)
    return np.column_stack([start, to_letters(scatter(np.arange(count), 8, rng), 8)])


def number_homes(count: int, rng: np.random.Generator) -> pa.Array[Any]:
    """`count` different UPRNs of twelve digits, from 9999 00000000 on, which are not in use."""
    return to_texts(to_letters(scatter(np.arange(count), 8, rng) + 9999 * 10**8, 12))


def spread(letters: Letters, where: Bools) -> pa.Array[Any]:
    """Rows of letters set out over a longer column, null where `where` is false."""
    place = np.cumsum(where) - 1
    texts = to_texts(letters)
    return take(texts, place, where)
