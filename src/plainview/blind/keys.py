"""The secret that two parties share: made, read with its rights checked, stretched into keys.

A key is never printed, logged or written anywhere but to its own file. What may be told is `key_check`, by
which two parties see that they hold the same one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Literal

from plainview.project.errors import Problem, UserError

KEY_BITS = 256
_DIGITS = KEY_BITS // 4
_MOST_BYTES = 4096
_NEW_KEY = "Make one: plainview encode --new-key FILE"


def new_key(path: Path) -> None:
    """Write a new key of 256 random bits to `path`, which only its owner may read; no file is overwritten."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise _fault(path, "there is a file already", "a name that is free", "Give another name.") from None
    except FileNotFoundError:
        raise _fault(path, "there is no such folder", "an existing folder", "Make it first.") from None
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(KEY_BITS // 8) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> bytes:
    """The secret in the file `path`: its hexadecimal digits as ASCII, which is what clkhash takes too.

    UserError where the file is missing, others than its owner may read or write it, or it holds no key.
    """
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise _fault(path, "there is no such file", "a key file", _NEW_KEY) from None
    except PermissionError:
        raise _fault(
            path, "it cannot be read", "a key file of yours", "Run as the user who owns it."
        ) from None
    try:
        _check_rights(path, os.fstat(handle))
        text = os.read(handle, _MOST_BYTES).strip()
    finally:
        os.close(handle)
    return _check_text(path, text)


def _check_rights(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise _fault(path, "this is not a file", "a key file", _NEW_KEY)
    if status.st_mode & 0o077:
        rights = f"rights of {stat.S_IMODE(status.st_mode):03o}, so that others may open it"
        raise _fault(path, rights, "rights of 600", f"Run: chmod 600 {path}")
    if status.st_uid not in (os.geteuid(), 0):
        raise _fault(path, "it belongs to another user", "a key file of yours", "Have a copy made for you.")


def _check_text(path: Path, text: bytes) -> bytes:
    if not re.fullmatch(rb"[0-9a-fA-F]*", text):
        raise _fault(
            path, "signs that are not hexadecimal digits", "digits 0-9 and a-f on one line", _NEW_KEY
        )
    if len(text) < _DIGITS:
        found = f"a key of {len(text) * 4} bits"
        raise _fault(path, found, f"at least {KEY_BITS} bits, {_DIGITS} hexadecimal digits", _NEW_KEY)
    if len({*text.lower()}) < 8:
        raise _fault(path, "a key that was not drawn at random", "a random one", _NEW_KEY)
    return text


def _fault(path: Path, found: str, expected: str, next_step: str) -> UserError:
    return UserError(Problem(str(path), 0, "", found, expected, next_step))


def key_check(secret: bytes) -> str:
    """16 hexadecimal digits by which two parties see that they hold the same key, and nobody learns it."""
    return derive(secret, "key check").hex()[:16]


def derive(secret: bytes, use: str) -> bytes:
    """32 bytes for another use than filters, from which the secret cannot be found."""
    return hmac.digest(secret, f"plainview blind {use}".encode(), "sha256")


def stretch(
    secret: bytes,
    size: int,
    number: int,
    *,
    hash: Literal["SHA256", "SHA512"] = "SHA256",
    salt: bytes = b"",
    info: bytes = b"",
) -> list[bytes]:
    """`number` keys of `size` bytes by HKDF (RFC 5869), cut from one stream, as the clkhash schema says.

    ValueError beyond 255 blocks of the hash, which is the most that HKDF gives.
    """
    algorithm = hash.lower()
    block = hashlib.new(algorithm).digest_size
    if number * size > 255 * block:
        raise ValueError(f"{number} keys of {size} bytes are more than HKDF gives")
    start = hmac.digest(salt or bytes(block), secret, algorithm)
    stream = last = b""
    counter = 0
    while len(stream) < number * size:
        counter += 1
        last = hmac.digest(start, last + info + bytes([counter]), algorithm)
        stream += last
    return [stream[place * size : (place + 1) * size] for place in range(number)]
