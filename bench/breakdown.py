"""What a linkage gets wrong, by kind of error, beside what the oracle makes of the same people.

    python bench/breakdown.py ORACLE.duckdb INDEX.parquet [--markdown FILE]

ORACLE.duckdb is what `bench/oracle.py --keep` left; INDEX the `index.parquet` of the linkage in question. Counts
are of record pairs. A missed pair's kind is told by the best pair of tuples between the two fragments: the
pair that a linkage would have had to find to bring them together.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

from plainview.engine.duck import connect, literal

_FIRST = """CASE WHEN a.first_name IS NULL OR b.first_name IS NULL THEN 'first name missing'
    WHEN a.first_name = b.first_name THEN 'same first'
    WHEN list_has_any(a.formal, b.formal) THEN 'nickname'
    WHEN least(length(a.first_name), length(b.first_name)) = 1
         AND left(a.first_name, 1) = left(b.first_name, 1) THEN 'initial only'
    WHEN a.first_name = b.last_name OR a.last_name = b.first_name THEN 'names swapped'
    WHEN a.first_name = split_part(b.middle_names, ' ', 1) OR b.first_name = split_part(a.middle_names, ' ', 1)
        THEN 'middle name as first'
    WHEN jaro_winkler_similarity(a.first_name, b.first_name) >= .85
         OR damerau_levenshtein(a.first_name, b.first_name) <= 2 THEN 'first like'
    ELSE 'other first' END"""
_LAST = """CASE WHEN a.last_name IS NULL OR b.last_name IS NULL THEN 'last name missing'
    WHEN a.last_name = b.last_name THEN 'same last'
    WHEN a.first_name = b.last_name OR a.last_name = b.first_name THEN 'names swapped'
    WHEN list_has_any(string_split(replace(a.last_name, '-', ' '), ' '),
                      string_split(replace(b.last_name, '-', ' '), ' ')) THEN 'part of last'
    WHEN jaro_winkler_similarity(a.last_name, b.last_name) >= .85
         OR damerau_levenshtein(a.last_name, b.last_name) <= 2 THEN 'last like'
    ELSE 'other last' END"""
_BIRTH = """CASE WHEN a.birth_date IS NULL OR b.birth_date IS NULL THEN 'no birth date'
    WHEN a.birth_date = b.birth_date THEN 'same birth'
    WHEN day(a.birth_date) = month(b.birth_date) AND month(a.birth_date) = day(b.birth_date) THEN 'birth like'
    WHEN damerau_levenshtein(a.birth_text, b.birth_text) <= 1 THEN 'birth like'
    WHEN (year(a.birth_date) = year(b.birth_date))::INT + (month(a.birth_date) = month(b.birth_date))::INT
         + (day(a.birth_date) = day(b.birth_date))::INT = 2 THEN 'birth like'
    ELSE 'other birth' END"""
_PLACE = """CASE WHEN a.place IS NULL OR b.place IS NULL THEN 'no place'
    WHEN a.place = b.place OR a.uprn = b.uprn THEN 'same place'
    WHEN a.postcode = b.postcode AND (a.house_number = b.house_number OR a.street = b.street) THEN 'same street'
    ELSE 'moved' END"""
_REACH = """CASE WHEN a.nhs_number = b.nhs_number OR a.upn = b.upn OR a.nino = b.nino OR a.national_id = b.national_id
        THEN 'identifier'
    WHEN a.email = b.email OR a.mobile = b.mobile THEN 'own contact'
    WHEN a.phone = b.phone OR a.phone = b.mobile OR a.mobile = b.phone THEN 'landline'
    ELSE 'no contact' END"""
_KIND = (
    "first_kind || ' | ' || last_kind || ' | ' || birth_kind || ' | ' || place_kind || ' | ' || reach_kind"
)
_KINDS = (
    f"{_FIRST} AS first_kind, {_LAST} AS last_kind, {_BIRTH} AS birth_kind, {_PLACE} AS place_kind, "
    f"{_REACH} AS reach_kind"
)
# The story behind a pair of two people, the first that fits.
_STORY = """CASE WHEN first_kind = 'same first' AND last_kind IN ('same last', 'last like')
         AND abs(year(pa.born) - year(pb.born)) >= 14 AND place_kind = 'same place'
         THEN 'parent and child of one name, one home'
    WHEN pa.born = pb.born AND last_kind IN ('same last', 'last like') THEN 'twins'
    WHEN first_kind = 'same first' AND last_kind = 'same last' AND place_kind = 'same place'
         THEN 'one name at one home, other'
    WHEN first_kind = 'same first' AND last_kind = 'same last' THEN 'namesakes elsewhere'
    WHEN place_kind = 'same place' AND last_kind = 'same last' THEN 'family at one home, other first name'
    WHEN place_kind = 'same place' THEN 'one home, other names'
    WHEN reach_kind <> 'no contact' THEN 'share a contact, live apart'
    ELSE 'other' END"""


def prepare(con: duckdb.DuckDBPyConnection, index: Path) -> None:
    """`u`: the tuples with the person found by each way (`ours`, `best`) and the true one's birth date."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE mine AS
        SELECT tuple_id, any_value(person_id) AS ours FROM i
        JOIN read_parquet({literal(str(index))}) USING (source, record_id) GROUP BY tuple_id;
        CREATE OR REPLACE TEMP TABLE true_births AS SELECT truth_id, mode(birth_date) AS born FROM t GROUP BY ALL;
        CREATE OR REPLACE TEMP TABLE u AS
        SELECT t.*, ours, cluster AS best, born FROM t JOIN mine USING (tuple_id)
        JOIN {_labels(con)} USING (id) JOIN true_births USING (truth_id)
        """
    )


def _labels(con: duckdb.DuckDBPyConnection) -> str:
    con.execute("SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'labels_%'")
    names = [row[0] for row in con.fetchall()]
    return "labels_oracle" if "labels_oracle" in names else names[0]


def missed(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Kind; record pairs ours misses, of them the oracle finds, and record pairs the oracle misses."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE true_pairs AS
        SELECT a.id AS l, b.id AS r, a.truth_id, a.records * b.records AS n, a.ours <> b.ours AS ours_misses,
               a.best <> b.best AS best_misses, a.ours AS ours_l, b.ours AS ours_r,
               a.best AS best_l, b.best AS best_r, o.odds, p.pair IS NOT NULL AS candidate, {_KINDS}
        FROM u a JOIN u b ON a.truth_id = b.truth_id AND a.id < b.id
        LEFT JOIN pairs p ON p.l = a.id AND p.r = b.id LEFT JOIN odds o USING (pair);
        CREATE OR REPLACE TEMP TABLE bridges AS
        SELECT truth_id, least(ours_l, ours_r) AS x, greatest(ours_l, ours_r) AS y, sum(n) AS pairs,
               sum(n) FILTER (NOT best_misses) AS found_by_best, bool_or(candidate) AS candidate,
               max(odds) AS odds, arg_max({_KIND}, coalesce(odds, -99)) AS kind
        FROM true_pairs WHERE ours_misses GROUP BY ALL;
        CREATE OR REPLACE TEMP TABLE best_bridges AS
        SELECT truth_id, least(best_l, best_r) AS x, greatest(best_l, best_r) AS y, sum(n) AS pairs,
               bool_or(candidate) AS candidate, max(odds) AS odds, arg_max({_KIND}, coalesce(odds, -99)) AS kind
        FROM true_pairs WHERE best_misses GROUP BY ALL
        """
    )
    con.execute(
        """
        SELECT coalesce(a.kind, b.kind) AS kind, coalesce(a.bridges, 0), coalesce(a.pairs, 0) AS pairs,
               coalesce(a.found, 0) AS found, coalesce(a.odds, 0), coalesce(b.bridges, 0), coalesce(b.pairs, 0)
        FROM (SELECT kind, count(*) AS bridges, sum(pairs) AS pairs, sum(found_by_best) AS found,
                     avg(odds) AS odds FROM bridges GROUP BY kind) a
        FULL JOIN (SELECT kind, count(*) AS bridges, sum(pairs) AS pairs FROM best_bridges GROUP BY kind) b USING (kind)
        ORDER BY pairs DESC, kind
        """
    )
    return con.fetchall()


def merged(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Story; record pairs of two people that ours puts together, of them the oracle too, the oracle's own."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE wrong AS
        SELECT a.id AS l, b.id AS r, a.records * b.records AS n, a.ours = b.ours AS ours_merges,
               a.best = b.best AS best_merges, a.truth_id AS ta, b.truth_id AS tb, {_KINDS},
               o.odds, a.born AS born_a, b.born AS born_b, a.ours AS ours, a.best AS best
        FROM u a JOIN u b ON (a.ours = b.ours) AND a.id < b.id AND a.truth_id <> b.truth_id
        LEFT JOIN pairs p ON p.l = a.id AND p.r = b.id LEFT JOIN odds o USING (pair)
        UNION
        SELECT a.id, b.id, a.records * b.records, a.ours = b.ours,
               a.best = b.best, a.truth_id, b.truth_id, {_KINDS}, o.odds, a.born, b.born, a.ours, a.best
        FROM u a JOIN u b ON (a.best = b.best) AND a.id < b.id AND a.truth_id <> b.truth_id
        LEFT JOIN pairs p ON p.l = a.id AND p.r = b.id LEFT JOIN odds o USING (pair);
        """
    )
    story = _STORY.replace("pa.born", "born_a").replace("pb.born", "born_b")
    con.execute(
        f"""
        WITH stories AS (
            SELECT ta, tb, sum(n) FILTER (ours_merges) AS ours, sum(n) FILTER (best_merges) AS best,
                   arg_max({story}, coalesce(odds, -99)) AS story, arg_max({_KIND}, coalesce(odds, -99)) AS kind
            FROM (SELECT * REPLACE (least(ta, tb) AS ta, greatest(ta, tb) AS tb) FROM wrong) GROUP BY ta, tb
        )
        SELECT story, mode(kind), count(*) FILTER (ours > 0), coalesce(sum(ours), 0) AS n,
               coalesce(sum(ours) FILTER (best > 0), 0), count(*) FILTER (best > 0), coalesce(sum(best), 0)
        FROM stories GROUP BY story ORDER BY n DESC
        """
    )
    return con.fetchall()


def marginals(con: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    """Each field's kind alone: how many bridges and record pairs of each way hang on it."""
    rows: list[tuple[object, ...]] = []
    for place, field in enumerate(("first", "last", "birth", "place", "reach"), start=1):
        kind = f"trim(split_part(kind, '|', {place})) AS k"
        con.execute(
            f"SELECT '{field}', k, coalesce(a.bridges, 0), coalesce(a.n, 0) AS n, coalesce(a.found, 0), "
            f"coalesce(b.n, 0) FROM (SELECT {kind}, count(*) AS bridges, sum(pairs) AS n, "
            f"coalesce(sum(found_by_best), 0) AS found FROM bridges GROUP BY k) a "
            f"FULL JOIN (SELECT {kind}, sum(pairs) AS n FROM best_bridges GROUP BY k) b USING (k) ORDER BY n DESC"
        )
        rows += con.fetchall()
    return rows


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for row in rows:
        cells = (f"{c:.1f}" if isinstance(c, float) else str(c).replace(" | ", ", ") for c in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def report(con: duckdb.DuckDBPyConnection, index: Path, most: int = 40) -> str:
    """The whole page, in Markdown."""
    prepare(con, index)
    kinds = missed(con)
    stories = merged(con)
    con.execute(
        "SELECT count(*), sum(pairs), count(*) FILTER (NOT candidate), coalesce(sum(pairs) FILTER (NOT candidate), 0), "
        "(SELECT count(*) FROM best_bridges), (SELECT sum(pairs) FROM best_bridges), "
        "(SELECT coalesce(sum(pairs) FILTER (NOT candidate), 0) FROM best_bridges) FROM bridges"
    )
    n, pairs, never, never_pairs, b, b_pairs, b_never = con.fetchall()[0]
    con.execute("SELECT sum(n) FROM true_pairs")
    total = con.fetchall()[0][0]
    return "\n\n".join(
        [
            f"{total:,} true record pairs between tuples. Ours misses {pairs:,} across {n:,} bridges (two found people "
            f"of one true person); {never_pairs:,} of those pairs ({never:,} bridges) hang on no candidate pair of "
            f"even the oracle's blocking. The oracle misses {b_pairs:,} across {b:,} bridges, "
            f"{b_never:,} pairs without a candidate.",
            "## Missed, field by field (of the best pair across the gap)",
            _table(
                (
                    "field",
                    "kind",
                    "bridges",
                    "pairs ours misses",
                    "of them the oracle finds",
                    "oracle misses",
                ),
                marginals(con),
            ),
            "## Missed, by kind",
            _table(
                (
                    "kind (first, last, birth, place, contact)",
                    "bridges",
                    "pairs ours misses",
                    "of them the oracle finds",
                    "oracle's mean log-odds of the bridge",
                    "bridges oracle misses",
                    "pairs oracle misses",
                ),
                kinds[:most],
            ),
            "## Merged wrongly, by story",
            _table(
                (
                    "story",
                    "most usual kind",
                    "pairs of people, ours",
                    "record pairs, ours",
                    "of them the oracle's too",
                    "pairs of people, oracle",
                    "record pairs, oracle",
                ),
                stories,
            ),
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("oracle", type=Path)
    parser.add_argument("index", type=Path)
    parser.add_argument("--markdown", type=Path)
    options = parser.parse_args()
    con = connect(memory="3GB")
    con.execute(f"ATTACH {literal(str(options.oracle))} AS o (READ_ONLY); USE o")
    page = report(con, options.index)
    if options.markdown:
        options.markdown.write_text(page + "\n", encoding="utf-8")
    else:
        print(page)


if __name__ == "__main__":
    main()
