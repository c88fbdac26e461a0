"""All spellings of names in use, each with a number, and which spellings stand for one name."""

from __future__ import annotations

import unicodedata
from typing import Any

import numpy as np
import pyarrow as pa

from plainview.demo.population.dice import Bools, Ints

NOBODY = -1


class Spellings:
    """A growing list of texts, numbered from 0; and for some, the other spellings of the same name."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._numbers: dict[str, int] = {}
        self._others: dict[tuple[int, int], list[int]] = {}

    def number(self, text: str) -> int:
        """The number of `text`, new if it was not known."""
        found = self._numbers.get(text)
        if found is None:
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found

    def numbers(self, texts: list[str]) -> Ints:
        """The numbers of `texts`."""
        return np.array([self.number(text) for text in texts], np.int64)

    def group(self, culture: int, texts: list[str]) -> Ints:
        """The numbers of `texts`, remembered as spellings of one name within a culture."""
        found = self.numbers(texts)
        for one in found.tolist():
            known = self._others.setdefault((culture, one), [])
            known += [other for other in found.tolist() if other != one and other not in known]
        return found

    def pair(self, first: Ints, second: Ints, between: str) -> Ints:
        """The number of each first text and second text put together."""
        span = len(self.texts) + 1
        keys, place = np.unique(first * span + second, return_inverse=True)
        texts = [self.texts[key // span] + between + self.texts[key % span] for key in keys.tolist()]
        return self.numbers(texts)[place]

    def other_spelling(self, culture: Ints, names: Ints, rng: np.random.Generator) -> Ints:
        """Another spelling of each name within its culture, at random, or -1 where none is known."""
        span = len(self.texts) + 1
        keys = sorted(self._others)
        size = np.zeros(span * (max(key[0] for key in keys) + 20), np.int64)
        for one, text in keys:
            size[one * span + text] = len(self._others[one, text])
        begin = np.cumsum(size) - size
        flat = np.array([other for key in keys for other in self._others[key]], np.int64)
        place = culture * span + np.maximum(names, 0)
        chosen = begin[place] + (rng.random(len(names)) * size[place]).astype(np.int64)
        return np.where((names >= 0) & (size[place] > 0), flat[np.minimum(chosen, len(flat) - 1)], NOBODY)

    def as_words(self, names: Ints) -> pa.Array[Any]:
        """The texts as a dictionary column with only the words in use; -1 becomes null."""
        return words_of(self.texts, names)

    def simplify(self, used: Ints) -> list[str]:
        """Each text in plain small letters, without accents, blanks and marks: for e-mail addresses.

        Texts not among `used` are left empty, which saves time.
        """
        wanted = np.zeros(len(self.texts), np.bool_)
        wanted[used] = True
        return [plain(text) if want else "" for text, want in zip(self.texts, wanted.tolist(), strict=True)]


def plain(text: str) -> str:
    """`text` in plain small letters a to z."""
    if text.isascii() and text.isalpha():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L").replace("ı", "i"))
    return "".join(letter for letter in bare.lower() if "a" <= letter <= "z")


def words_of(texts: list[str], numbers: Ints) -> pa.Array[Any]:
    """A dictionary column of `texts` by number, holding only the words in use; -1 becomes null."""
    missing: Bools = numbers < 0
    used = np.zeros(max(len(texts), 1), np.bool_)
    used[numbers[~missing]] = True
    kept = np.flatnonzero(used)
    place = np.zeros(len(used), np.int32)
    place[kept] = np.arange(len(kept), dtype=np.int32)
    codes = pa.array(place[np.where(missing, 0, numbers)], pa.int32(), mask=missing)
    return pa.DictionaryArray.from_arrays(codes, pa.array([texts[i] for i in kept], pa.string()))
