"""The same rows from both engines, construct by construct."""

import pytest
import sqlglot

from plainview.engine.transpile import REWRITES

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

PEOPLE = """
    CREATE OR REPLACE TEMP TABLE people AS
    SELECT id::BIGINT AS id, first, last, born::DATE AS born, names, n::INTEGER AS n, x::DOUBLE AS x FROM (VALUES
        (1, 'martha', 'o''brien', '1980-02-29', ['may', 'mattie'], 3, 2.675),
        (2, 'marhta', 'obrien',   '1980-03-01', ['mattie', NULL],  NULL, -0.5),
        (3, 'zoë',    'nuñez gil', '2001-12-31', NULL,              -7, 0.125),
        (4, '',       'gil',      NULL,         [],                0, 1234567.8912345),
        (5, NULL,     NULL,       '1999-01-01', ['x'],             40, NULL)
    ) AS t(id, first, last, born, names, n, x)
"""
SECOND = "CREATE OR REPLACE TEMP TABLE pets AS SELECT * FROM (VALUES (1, 'rex'), (1, 'tom'), (3, 'ada'), (9, 'zed')) AS t(owner, pet)"

EXPRESSIONS = """
    left(last, 2)
    left(last, -3)
    right(last, 2)
    right(last, -1)
    right(last, -30)
    substring(last, 2, 3)
    substr(last, 3)
    greatest(n, 0)
    least(n, id, NULL)
    greatest(first, last)
    n // 2
    -n // 2
    n % 4
    n / 2
    id / 3 + 0.1
    md5(first)
    md5(coalesce(first, '') || chr(31) || coalesce(born::VARCHAR, ''))
    ('0x' || left(md5(last), 15))::BIGINT
    ('0x' || substr(md5(last), 1, 8))::BIGINT & 255
    list_has_any(names, ['mattie', 'x'])
    list_has_any(names, ['nobody'])
    list_contains(names, 'may')
    list_contains(names, 'nobody')
    string_split(last, ' ')
    string_split(first, ' ')
    string_split(last, '.')
    list_has_any(string_split(last, ' '), string_split('gil obrien', ' '))
    split_part(last, ' ', 1)
    split_part(last, ' ', 5)
    names[1]
    names[9]
    array_length(names)
    contains(last, 'gil')
    starts_with(last, 'ob')
    instr(last, 'r')
    length(first)
    upper(first) || '!' || lower(last)
    concat(first, '-', last)
    concat_ws(' ', first, last)
    replace(last, '''', '')
    translate(last, 'ob', 'p')
    trim('  ' || last || ' ')
    ltrim('00120', '0')
    nullif(first, '')
    coalesce(first, last, 'nobody')
    first IS DISTINCT FROM last
    first IS NOT DISTINCT FROM NULL
    first IN ('martha', 'zoë')
    last LIKE 'o%'
    n BETWEEN 0 AND 10
    regexp_replace(last, '[^a-z]', '', 'g')
    regexp_full_match(last, '[a-z]+')
    regexp_matches(last, 'i')
    year(born) * 10000 + month(born) * 100 + day(born)
    born::VARCHAR
    born = DATE '1980-02-29'
    date_diff('day', born, DATE '2026-01-01')
    date_diff('year', born, DATE '2026-01-01')
    n::TINYINT
    n::VARCHAR
    n::SMALLINT + 1::TINYINT
    (id::BIGINT << 40) | (id << 3) | 5
    (id << 40) >> 38
    xor(id, 6)
    ascii(first)
    ascii(right(last, 1))
    len(names)
    len(coalesce(names, [first]))
    bit_count(id)
    CASE WHEN n > 1 THEN 'many' WHEN n IS NULL THEN 'unknown' ELSE 'few' END
    CASE n WHEN 3 THEN 1 ELSE 0 END
    (n > 1)::INTEGER
    (n > 1 OR first = 'zoë')
    round(x, 2)
    round(x * 3, 6)
    round(x)
    round(-x, 1)
    floor(x)
    ceil(x + 1)
    abs(x)
    sign(n)
    round(log2(abs(x) + 1), 9)
    round(ln(id) + log10(id) + log(id), 9)
    round(1 / (1 + pow(2, -x / 1000000)), 9)
    sqrt(id * id)
    0.92
    1e3
    'it''s \\ here'
    jaro_winkler_similarity(first, 'martha')
    jaro_winkler_similarity(first, 'zoe') >= 0.8
    damerau_levenshtein(last, 'obrien')
    levenshtein(last, 'gil')
    jaro_similarity(first, last)
    strip_accents(last)
    CASE WHEN left(first, 1) = 'm' THEN jaro_winkler_similarity(first, 'marta') >= 0.92 ELSE false END
    CASE WHEN n > 1 THEN damerau_levenshtein(first, last) ELSE -1 END
""".strip().splitlines()

QUERIES = [
    "SELECT * FROM people",
    "SELECT * EXCLUDE (x, n) FROM people",
    "FROM people SELECT id",
    "SELECT id, row_number() OVER (ORDER BY last, id) AS place FROM people",
    "SELECT id FROM people QUALIFY row_number() OVER (PARTITION BY left(last, 1) ORDER BY id DESC) = 1",
    "SELECT id, dense_rank() OVER (ORDER BY left(last, 1)) AS a, count(*) OVER (PARTITION BY left(last, 1)) AS b FROM people",
    "SELECT id, lag(last) OVER (ORDER BY id) AS before, sum(id) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING) AS total FROM people",
    "SELECT left(last, 1) AS letter, count(*) AS n, count(*) FILTER (WHERE n > 0) AS some, sum(id)::BIGINT AS ids FROM people GROUP BY letter",
    "SELECT left(last, 1) AS letter, any_value(left(last, 1)) AS same, min(id) AS a, max(born) AS b FROM people GROUP BY ALL HAVING count(*) > 1",
    "SELECT count(DISTINCT left(last, 1)) AS n, bool_or(n > 10) AS some, bool_and(n > 10) AS every, avg(id) AS mean FROM people",
    "SELECT any_value(n) AS n FROM people WHERE id IN (2, 3)",
    "SELECT arg_max(last, id) AS newest, arg_min(last, id) AS oldest FROM people WHERE last IS NOT NULL",
    "SELECT list(pet ORDER BY pet) AS pets, list_sort(list(pet)) AS again, string_agg(pet, ',' ORDER BY pet) AS text FROM pets GROUP BY owner",
    "SELECT list_sort(list_distinct(list(owner))) AS owners FROM pets",
    "SELECT id, unnest(names) AS name FROM people WHERE names IS NOT NULL",
    "SELECT p.id, n.name FROM people p, unnest(p.names) AS n(name)",
    "SELECT id, pet FROM people JOIN pets ON id = owner",
    "SELECT id, pet FROM people LEFT JOIN pets ON id = owner AND pet <> 'tom'",
    "SELECT coalesce(id, owner) AS id, pet FROM people FULL JOIN pets ON id = owner",
    "SELECT id FROM people SEMI JOIN pets ON id = owner",
    "SELECT id FROM people ANTI JOIN pets ON id = owner",
    "SELECT owner, l.pet AS a, r.pet AS b FROM pets l JOIN pets r USING (owner) WHERE l.pet < r.pet",
    "SELECT id FROM people WHERE id IN (SELECT owner FROM pets) AND EXISTS (SELECT 1 FROM pets WHERE owner = id)",
    "SELECT l.id AS l, r.id AS r FROM people l JOIN people r ON l.id < r.id AND jaro_winkler_similarity(l.first, r.first) > 0.9",
    "WITH a AS MATERIALIZED (SELECT id AS i FROM people), b AS (SELECT max(i) AS i FROM a) SELECT a.i FROM a JOIN b USING (i)",
    "SELECT id FROM people UNION ALL SELECT owner FROM pets",
    "SELECT id FROM people UNION SELECT owner FROM pets",
    "SELECT id FROM people EXCEPT SELECT owner FROM pets",
    "SELECT id FROM people INTERSECT SELECT owner FROM pets",
    "SELECT DISTINCT owner FROM pets",
    "SELECT id, id + 1 AS next, next * 2 AS twice FROM people",
    "SELECT * FROM people WHERE last > 'gil' AND NOT coalesce(n > 10, false)",
    "SELECT (SELECT count(*) FROM pets) AS pets, count(*) AS people FROM people",
    "SELECT id FROM people ORDER BY last DESC, id LIMIT 2",
]


@pytest.fixture(scope="module")
def both(duck, spark):
    for engine in (duck, spark):
        engine.run(f"{PEOPLE}; {SECOND}")
    return duck, spark


def _sorted(rows):
    return sorted(tuple(map(repr, row)) for row in rows)


def test_expressions_give_the_same_values(both):
    columns = ", ".join(f"{text.strip()} AS c{place}" for place, text in enumerate(EXPRESSIONS))
    duck, spark = (engine.rows(f"SELECT {columns} FROM people ORDER BY id") for engine in both)
    for text, here, there in zip(EXPRESSIONS, zip(*duck, strict=True), zip(*spark, strict=True), strict=True):
        assert (text.strip(), repr(there)) == (text.strip(), repr(here))


@pytest.mark.parametrize("query", QUERIES)
def test_queries_give_the_same_rows(both, query):
    duck, spark = (engine.rows(query) for engine in both)
    assert _sorted(spark) == _sorted(duck)
    assert duck


def test_a_hash_is_good_to_join_on(both):
    for engine in both:
        engine.run(
            "CREATE OR REPLACE TEMP TABLE k AS SELECT owner, hash(xor(hash(1), hash(owner))) AS k FROM pets"
        )
    duck, spark = (
        engine.rows("SELECT a.owner, count(*) AS n FROM k a JOIN k b USING (k) GROUP BY a.owner")
        for engine in both
    )
    assert sorted(spark) == sorted(duck) == [(1, 4), (3, 1), (9, 1)]


def test_every_rewrite_is_tried():
    queries = [*QUERIES, "FROM read_parquet('x', file_row_number = true)"]  # which is tried in test_engines
    tried = sqlglot.parse("; ".join([f"SELECT {text}" for text in EXPRESSIONS] + queries), read="duckdb")
    assert {kind for tree in tried for kind in map(type, tree.walk())} >= REWRITES.keys()
