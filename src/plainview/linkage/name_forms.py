"""What a name may also be: the formal names it is short for, and how it sounds whatever the spelling."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from plainview.engine.duck import literal

_PARTICLES = [
    "al",
    "el",
    "ul",
    "ur",
    "de",
    "da",
    "do",
    "dos",
    "das",
    "di",
    "del",
    "la",
    "las",
    "los",
    "e",
    "y",
    "bin",
    "binti",
    "bint",
    "ibn",
]
"""Words of a family name that some clerks write and others leave out."""

_SHARED = ["kaur", "singh", "begum", "bibi", "khatun", "akhtar"]
"""Words that half of a community has beside a family name of its own; alone they are the family name."""

_DOUBLES = tuple((letter * 2, letter) for letter in "bcdfgklmnprstvz")
# In this order: what is longer, or eaten by a later rule, first.
_SOUNDS = (
    *(("eigh", "i"), ("igh", "i"), ("ough", "u"), ("augh", "o")),
    *(
        ("tch", "k"),
        ("sch", "s"),
        ("ght", "t"),
        ("dzh", "j"),
        ("ph", "f"),
        ("ck", "k"),
        ("kh", "k"),
        ("ch", "k"),
    ),
    *(("cz", "k"), ("sh", "s"), ("sz", "s"), ("zh", "s"), ("gh", "g"), ("dh", "d"), ("th", "t"), ("bh", "b")),
    *(("jh", "j"), ("dj", "j"), ("dt", "t"), ("ce", "se"), ("ci", "si"), ("cy", "si"), ("x", "ks")),
)
_STARTS = (
    ("kn", "n"),
    ("wr", "r"),
    ("ps", "s"),
    ("ye", "e"),
    ("ie", "e"),
    ("yu", "u"),
    ("iu", "u"),
    ("mc", "mac"),
)
_LETTERS = ("wzqcyj", "vskkii")
_FIRST_VOWELS = ("eiou", "iioo")
_VOWELS = (
    *(("ou", "u"), ("oo", "u"), ("au", "o"), ("ee", "i"), ("ea", "i"), ("ai", "i"), ("ei", "i"), ("ie", "i")),
    *(("ia", "a"), ("e", "i"), ("o", "u"), ("ii", "i"), ("aa", "a"), ("uu", "u")),
)
_JOINED = (
    *((" o ", " o"), (" mc ", " mac"), (" mac ", " mac"), (" van der ", " vander"), (" van den ", " vanden")),
    *(
        (" van de ", " vande"),
        (" van ", " van"),
        (" von ", " von"),
        (" st ", " saint"),
        (" abd al ", " abdul"),
    ),
    *(
        (" abd el ", " abdul"),
        (" abdul ", " abdul"),
        (" abdel ", " abdul"),
        (" abdur ", " abdul"),
        (" abu ", " abu"),
    ),
)
"""Words that are one with the next, whether they are written apart or not."""

_SPOKEN = 4  # a key of fewer signs would take too many names together: it keeps its vowels


def name_forms(con: duckdb.DuckDBPyConnection, names: str) -> str:
    """SQL of name, formal_names, sounds, parts, a row a name of the query `names` (one column, `name`, distinct).

    `formal_names`: the name itself, the names it is short for, and those it is another language's or
    another spelling of, sorted; NULL where only itself is known. Two first names that share one may be one
    person's. `sounds`: one key for all spellings that sound much alike: the consonants after the
    first letter, or all letters where there are few. `parts`: the keys of the single words of a name of
    several words, without particles and without Singh, Kaur and the like; NULL for one word. Names are standard
    ones, of small letters. Own rules in the manner of Philips's Metaphone, widened to the alphabets and
    transliterations that councils meet.
    """
    if not _prepared(con):
        con.execute(f"CREATE OR REPLACE TEMP MACRO name_sounds(x) AS ({_sounds_of('x')})")
        con.execute(f"CREATE OR REPLACE TEMP TABLE name_spellings AS {_spellings()}")
        con.execute(f"CREATE OR REPLACE TEMP TABLE name_formals AS {_formals()}")
    leave = ", ".join(literal(word) for word in (*_PARTICLES, *_SHARED))
    return f"""
        WITH asked AS (
            SELECT name, contains(name, ' ') AS several,
                   CASE WHEN several THEN list_filter(string_split({_replaced("' ' || name", _JOINED)}, ' '),
                        lambda w: w NOT IN ({leave}) AND length(w) > 1) END AS words
            FROM ({names})
        ), told AS (
            SELECT name, several, words,
                   CASE WHEN len(words) > 0 THEN array_to_string(words, '') ELSE replace(name, ' ', '') END AS whole
            FROM asked
        )
        SELECT t.name, f.formal_names, name_sounds(coalesce(s.spelling, t.whole)) AS sounds,
               CASE WHEN len(words) > 0 THEN list_sort(list_distinct(
                   list_transform(words, lambda w: name_sounds(w)))) END AS parts
        FROM told t LEFT JOIN name_formals f ON f.name = t.name LEFT JOIN name_spellings s ON s.name = t.whole
    """


def _prepared(con: duckdb.DuckDBPyConnection) -> bool:
    """Has the connection the tables of `name_forms` already? They never differ, and cost more than a small delivery."""
    if not isinstance(con, duckdb.DuckDBPyConnection):
        return False  # another engine: see engine/spark.py
    try:
        con.execute("SELECT 1 FROM temp.name_formals LIMIT 0")
    except duckdb.CatalogException:
        return False
    return True


def _rows(file: str) -> str:
    path = str(Path(__file__).with_name(file))
    return f"SELECT * FROM read_csv({literal(path)}, header = true, all_varchar = true)"


def _spellings() -> str:
    """SQL of name, spelling: the one spelling by which all of a group are sounded."""
    return f"""
        SELECT name, min(spelling) AS spelling FROM (
            SELECT unnest(string_split(name || ' ' || others, ' ')) AS name, name AS spelling
            FROM ({_rows("transliteration.csv")}) WHERE kind = 'spelling')
        GROUP BY name
    """


def _formals() -> str:
    """SQL of name, formal_names."""
    return f"""
        WITH groups AS MATERIALIZED (
            SELECT unnest(string_split(name || ' ' || others, ' ')) AS name, name AS formal
            FROM ({_rows("transliteration.csv")})
        ), short AS MATERIALIZED (
            SELECT short AS name, formal FROM ({_rows("nicknames.csv")})
            UNION SELECT unnest([short, formal]), unnest([short, formal]) FROM ({_rows("nicknames.csv")})
        ), told AS (
            SELECT * FROM short UNION SELECT * FROM groups
            UNION SELECT s.name, g.formal FROM short s JOIN groups g ON g.name = s.formal
        )
        SELECT name, list_sort(list(DISTINCT formal)) AS formal_names FROM told GROUP BY name
    """


def _replaced(text: str, pairs: Iterable[tuple[str, str]]) -> str:
    for old, new in pairs:
        text = f"replace({text}, '{old}', '{new}')"
    return text


def _where(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """The replacements, only where there is anything to replace: to look costs as much as one of them."""
    found = "|".join(old for old, _ in pairs)
    return f"CASE WHEN regexp_matches({text}, '{found}') THEN {_replaced(text, pairs)} ELSE {text} END"


def _sounds_of(name: str) -> str:
    """SQL of the key of one word. Each step is a value of its own: pasted into each other they would double."""
    starts = " ".join(
        f"WHEN starts_with({name}, '{old}') THEN '{new}' || substr({name}, {len(old) + 1})"
        for old, new in _STARTS
    )
    letters = f"translate(x, '{_LETTERS[0]}', '{_LETTERS[1]}')"
    steps = (
        f"CASE {starts} ELSE {name} END",
        _where("x", _DOUBLES),
        "CASE WHEN starts_with(x, 'abd') THEN regexp_replace(x, '^abd[aeou]l', 'abd') ELSE x END",
        _where("x", _SOUNDS),
        f"CASE WHEN left(x, 1) IN ('y', 'j') THEN 'j' || translate(substr(x, 2), '{_LETTERS[0]}', '{_LETTERS[1]}') "
        f"ELSE {letters} END",
        f"translate(left(x, 1), '{_FIRST_VOWELS[0]}', '{_FIRST_VOWELS[1]}') || replace(substr(x, 2), 'h', '')",
        f"CASE WHEN length(left(x, 1) || translate(substr(x, 2), 'aeiou', '')) >= {_SPOKEN} "
        f"THEN left(x, 1) || translate(substr(x, 2), 'aeiou', '') "
        f"ELSE {_replaced('x', _VOWELS)} END",
    )
    chain = f"[{steps[0]}]"
    for step in steps[1:]:
        chain = f"list_transform({chain}, lambda x: {step})"
    return f"{chain}[1]"
