"""Key files: made so that only their owner reads them, and refused otherwise, without a word of what is in them."""

from pathlib import Path

import pytest

from plainview.blind.keys import key_check, new_key, read_key
from plainview.project.errors import UserError

GOOD = "00112233445566778899aabbccddeeff0123456789abcdef0fedcba987654321"


def write_key(path: Path, text: str = GOOD, rights: int = 0o600) -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(rights)
    return path


def message(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        read_key(path)
    (problem,) = caught.value.problems
    return str(problem)


def test_a_new_key_has_256_bits_and_is_for_its_owner_only(tmp_path: Path) -> None:
    new_key(tmp_path / "one")
    new_key(tmp_path / "two")
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o600
    assert len(bytes.fromhex(read_key(tmp_path / "one").decode())) * 8 == 256
    assert read_key(tmp_path / "one") != read_key(tmp_path / "two")


def test_a_new_key_overwrites_nothing(tmp_path: Path) -> None:
    write_key(tmp_path / "key")
    with pytest.raises(UserError, match="there is a file already"):
        new_key(tmp_path / "key")
    with pytest.raises(UserError, match="no such folder"):
        new_key(tmp_path / "none" / "key")
    assert read_key(tmp_path / "key").decode() == GOOD


@pytest.mark.parametrize("rights", [0o640, 0o604, 0o660, 0o666, 0o601])
def test_a_key_that_others_may_open_is_refused(tmp_path: Path, rights: int) -> None:
    path = write_key(tmp_path / "key", rights=rights)
    told = message(path)
    assert f"rights of {rights:03o}" in told
    assert told.endswith(f"Run: chmod 600 {path}")
    assert GOOD not in told


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "a key of 0 bits"),
        (GOOD[:62], "a key of 248 bits"),
        ("correct horse battery staple, and then some more words to be long enough", "not hexadecimal"),
        ("0" * 64, "not drawn at random"),
    ],
)
def test_a_text_that_is_no_key_is_refused_and_not_told(tmp_path: Path, text: str, found: str) -> None:
    told = message(write_key(tmp_path / "key", text))
    assert found in told
    assert not text or text not in told


def test_a_missing_key_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "no such file" in message(tmp_path / "none")
    tmp_path.chmod(0o700)
    assert "key" in message(tmp_path)


def test_the_check_tells_keys_apart_and_holds_none_of_them() -> None:
    assert key_check(GOOD.encode()) == key_check(GOOD.encode())
    assert key_check(GOOD.encode()) != key_check(GOOD[::-1].encode())
    assert key_check(GOOD.encode()) not in GOOD
