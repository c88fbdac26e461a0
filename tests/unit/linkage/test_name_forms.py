"""Spellings of one name meet in a shared formal name or in one key of sounds; other names do not."""

import csv
from importlib.resources import files

import pytest

from plainview.linkage.name_forms import name_forms

SAME_SOUNDS = [
    ("mohammed", "muhammad"),
    ("maxamed", "mohamed"),
    ("husein", "hussain"),
    ("kowalska", "kowalski"),
    ("kovalskiy", "kowalski"),
    ("ivanova", "ivanov"),
    ("o brien", "obrien"),
    ("mc donald", "macdonald"),
    ("van der berg", "vanderberg"),
    ("abdul rahman", "abdirahman"),
    ("al hassan", "hassan"),
    ("kaur gill", "gill"),
    ("phillips", "filips"),
    ("schwartz", "shvarts"),
    ("catherine", "kathryn"),
]
OTHER_SOUNDS = [
    ("hussain", "hassan"),
    ("price", "pierson"),
    ("mohammed", "mahmood"),
    ("kaur", "singh"),
    ("ada", "eve"),
]
ONE_PERSON = [
    ("sasha", "aleksander"),
    ("kate", "kathryn"),
    ("kuba", "jakub"),
    ("paco", "francisco"),
    ("oleksandr", "alexander"),
    ("yusuf", "joseph"),
    ("paddy", "patrick"),
    ("gosia", "malgorzata"),
    ("mohd", "maxamed"),
]


@pytest.fixture
def forms(con):
    """name -> (formal_names, sounds, parts)."""

    def run(*names):
        con.execute("CREATE OR REPLACE TEMP TABLE names AS SELECT DISTINCT unnest(?) AS name", [list(names)])
        con.execute(name_forms(con, "SELECT name FROM names"))
        return {name: (set(formal or ()), sounds, parts) for name, formal, sounds, parts in con.fetchall()}

    return run


def test_spellings_of_one_name_sound_the_same(forms):
    got = forms(*(name for pair in SAME_SOUNDS for name in pair))
    assert [pair for pair in SAME_SOUNDS if got[pair[0]][1] != got[pair[1]][1]] == []


def test_other_names_do_not(forms):
    got = forms(*(name for pair in OTHER_SOUNDS for name in pair))
    assert [pair for pair in OTHER_SOUNDS if got[pair[0]][1] == got[pair[1]][1]] == []


def test_short_forms_and_other_languages_share_a_formal_name(forms):
    got = forms(*(name for pair in ONE_PERSON for name in pair))
    assert [pair for pair in ONE_PERSON if not got[pair[0]][0] & got[pair[1]][0]] == []


def test_the_parts_of_several_family_names(forms):
    got = forms("garcia lopez", "lopes", "kaur gill", "gill", "de la cruz", "smith")
    assert got["lopes"][1] in got["garcia lopez"][2]
    assert got["kaur gill"][2] == [got["gill"][1]]
    assert len(got["de la cruz"][2]) == 1
    assert got["smith"][2] is None


def test_one_row_a_name_and_a_key_for_every_name(forms):
    names = ["x", "y", "h", "al", "de la", "kaur singh", "ng", "oyyy", "łu"]
    got = forms(*names)
    assert sorted(got) == sorted(names)
    assert all(sounds for _, sounds, _ in got.values())


def _rows(name):
    with files("plainview.linkage").joinpath(name).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def test_the_table_of_spellings_is_of_standard_names_each_in_one_group():
    rows = _rows("transliteration.csv")
    words = [word for row in rows for word in (row["name"], *row["others"].split())]
    assert [word for word in words if not (word.isascii() and word.isalpha() and word.islower())] == []
    assert {row["kind"] for row in rows} == {"spelling", "cognate"}
    spelt = [w for r in rows if r["kind"] == "spelling" for w in {r["name"], *r["others"].split()}]
    assert len(spelt) == len(set(spelt))


def test_the_table_of_short_forms_is_sorted_and_without_repeats():
    rows = [(row["formal"], row["short"]) for row in _rows("nicknames.csv")]
    assert rows == sorted(set(rows))
    assert all(formal != short for formal, short in rows)
