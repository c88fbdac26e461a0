"""Delivery files as bytes: unpacked, hashed, and turned into UTF-8 text that was checked once."""

from __future__ import annotations

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from plainview.project.errors import Problem, UserError
from plainview.project.specs import Encoding

_CHUNK = 1 << 20
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CODECS: dict[Encoding, str] = {"utf-8": "utf-8", "windows-1252": "cp1252", "utf-16": "utf-16"}


class BrokenFile(UserError):  # noqa: N818 - it says what happened, and is a UserError
    """A delivery file that cannot be read to its end as it was declared."""

    def __init__(self, name: str, found: str, expected: str, next_step: str, line: int = 0) -> None:
        super().__init__(Problem(name, line, "", found, expected, next_step))


@dataclass(frozen=True)
class TextFile:
    """A delivery as UTF-8 without NUL: the file itself where it is so already, else a copy.

    `start` is where its text begins, after a byte order mark. `odd_blanks` says that a tab or a
    no-break space occurs, so that trimming must look for more than spaces.
    """

    path: Path
    start: int
    odd_blanks: bool


def unpack(path: Path, name: str, spool: Path) -> Path:
    """The file itself, or its unpacked copy in `spool` where it ends in .gz or .zip."""
    if not path.is_file():
        raise BrokenFile(name, "not a file", "a readable file", "Deliver the extract again.")
    if path.suffix not in (".gz", ".zip"):
        return path
    target = spool / "unpacked" / path.name.removesuffix(path.suffix)
    target.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack, target.open("wb") as out:
        try:
            packed = _open_packed(path, name, stack)
            while chunk := packed.read(_CHUNK):
                out.write(chunk)
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
            raise _broken_pack(path, name, error) from None
    return target


def _open_packed(path: Path, name: str, stack: ExitStack) -> BinaryIO:
    if path.suffix == ".gz":
        return stack.enter_context(gzip.open(path, "rb"))  # type: ignore[return-value]
    archive = stack.enter_context(zipfile.ZipFile(path))
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        raise BrokenFile(
            name, f"{len(members)} files in the zip", "exactly one", "Deliver one file in each zip."
        )
    if members[0].flag_bits & 1:
        raise BrokenFile(
            name, "a zip with a password", "a zip without", "Protect the transfer, not the file."
        )
    return stack.enter_context(archive.open(members[0]))  # type: ignore[return-value]


def _broken_pack(path: Path, name: str, error: Exception) -> BrokenFile:
    kind = path.suffix[1:]
    if isinstance(error, EOFError):
        found = f"the {kind} ends too early"
    elif path.stat().st_size == 0:
        found = "an empty file"
    elif isinstance(error, zlib.error) or "CRC" in str(error):
        found = f"the {kind} is damaged"
    else:
        found = f"not a {kind} file, or one that ends too early"
    return BrokenFile(name, found, f"a whole {kind} file", "Transfer the delivery again.")


def read_text(path: Path, name: str, encoding: Encoding, spool: Path) -> TextFile:
    """Check the whole file's encoding in one pass and give it as UTF-8.

    Raises BrokenFile with the line of the first bad byte.
    """
    with path.open("rb") as handle:
        head = handle.read(4)
    _check_mark(head, name, encoding)
    if encoding == "utf-8":
        odd = [False]
        for _ in _checked(path, name, encoding, odd):
            pass
        start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
        return TextFile(path, start, odd[0])
    return _transcode(path, name, encoding, spool)


def _transcode(path: Path, name: str, encoding: Encoding, spool: Path) -> TextFile:
    target = spool / "transcoded.txt"
    odd = [False]
    as_utf8 = codecs.getincrementaldecoder("utf-8")() if encoding == "windows-1252" else None
    ascii_only = True
    with target.open("wb") as out:
        for raw, text in _checked(path, name, encoding, odd):
            out.write(text.encode())
            ascii_only = ascii_only and raw.isascii()
            if as_utf8 is not None and not _is_more(as_utf8, raw):
                as_utf8 = None
    if as_utf8 is not None and not ascii_only:
        raise BrokenFile(
            name,
            "text in UTF-8",
            f"text in {encoding}",
            'Set file.encoding = "utf-8", or ask the service which encoding it writes.',
        )
    return TextFile(target, 0, odd[0])


def _is_more(decoder: codecs.IncrementalDecoder, raw: bytes) -> bool:
    """Whether UTF-8 goes on. In Windows-1252 no real text is valid UTF-8 throughout, unless all ASCII."""
    try:
        decoder.decode(raw)
    except UnicodeDecodeError:
        return False
    return True


def _check_mark(head: bytes, name: str, encoding: Encoding) -> None:
    if not head:
        raise BrokenFile(name, "an empty file", "a header and rows", "Ask the service to deliver it again.")
    is_utf16 = head.startswith(_UTF16_MARKS)
    if encoding == "utf-16" and not is_utf16:
        raise BrokenFile(
            name,
            "no UTF-16 byte order mark",
            "text in utf-16 with one",
            'Set file.encoding to "utf-8" or "windows-1252", or ask for a byte order mark.',
        )
    if encoding != "utf-16" and is_utf16:
        raise BrokenFile(
            name,
            "a UTF-16 byte order mark",
            f"text in {encoding}",
            'Set file.encoding = "utf-16", or ask the service to write UTF-8.',
        )
    if encoding == "windows-1252" and head.startswith(codecs.BOM_UTF8):
        raise BrokenFile(
            name, "a UTF-8 byte order mark", "text in windows-1252", 'Set file.encoding = "utf-8".'
        )


def _checked(path: Path, name: str, encoding: Encoding, odd: list[bool]) -> Iterator[tuple[bytes, str]]:
    """The file's chunks as bytes and text; sets `odd[0]` where tabs or no-break spaces occur."""
    decoder = codecs.getincrementaldecoder(_CODECS[encoding])()
    lines = 0
    with path.open("rb") as handle:
        while True:
            raw = handle.read(_CHUNK)
            pending = decoder.getstate()[0]
            try:
                text = decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as error:
                good = (pending + raw)[: error.start].replace(b"\0", b"")
                raise _wrong_encoding(name, encoding, lines + good.count(b"\n") + 1, not raw) from None
            if "\0" in text:
                line = lines + text[: text.index("\0")].count("\n") + 1
                raise _nul_byte(name, line)
            lines += text.count("\n")
            odd[0] = odd[0] or "\t" in text or "\xa0" in text
            yield raw, text
            if not raw:
                return


def _nul_byte(name: str, line: int) -> BrokenFile:
    step = 'Transfer the delivery again; or set file.encoding = "utf-16" if that is how the service writes.'
    return BrokenFile(name, "a NUL byte", "text", step, line)


def _wrong_encoding(name: str, encoding: Encoding, line: int, at_end: bool) -> BrokenFile:
    if at_end:
        return BrokenFile(
            name, "the file ends inside a character", "a whole file", "Transfer the delivery again.", line
        )
    other = "utf-8" if encoding == "windows-1252" else "windows-1252"
    return BrokenFile(
        name,
        f"a byte that is not {encoding}",
        f"text in {encoding}",
        f'Set file.encoding = "{other}" if that is how the service writes, or ask it to write {encoding}.',
        line,
    )
