"""A supervised oracle: what could be had by somebody who knew the truth while training.

    python bench/oracle.py FOLDER TRUTH [--json] [--keep SCRATCH]

The yardstick of `bench/linkage.py`, no part of the product. FOLDER is a snapshot with `tuples.parquet` and
`identities.parquet`. Gradient boosting (LightGBM) is trained on pairs of tuples with labels from TRUTH and
cross-fitted: people are dealt into four folds, a model learns from pairs whose people are both in two of
them, and a pair is scored by the models that saw neither of its people. A second round sees the first
one's scores around a pair (whom each is like, what their probable records say, who else lives there) and is
cross-fitted alike. Clusters are average linkage; the threshold of a component is the one that does best on
the components of the other folds.

Candidates do not come from the product's rules, so that a product that loosens its blocking has something to be
held against. Figures are over record pairs, by the product's own `evaluate`.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import duckdb
import lightgbm as lgb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from plainview.engine.duck import connect, literal
from plainview.engine.tables import read_table, write_table
from plainview.linkage.evaluate import evaluate
from plainview.linkage.truths import read_truth

Ints = NDArray[np.int64]
Floats = NDArray[np.float32]

_FOLDS = 4
_CHUNK = 1_500_000
_MOST_TRAINED = 1_200_000  # pairs a model is trained on
_WORTH_A_SECOND_LOOK = 0.002
_CLIP = 8.0  # log-odds beyond this are taken for this
_UNSEEN = -2.0  # log-odds of a pair that was never a candidate, or not worth a second look
_EDGE = 0.15  # components are made of pairs more probable than this
_CUTS = tuple(round(-3.0 + 0.25 * step, 2) for step in range(29))
_NICKNAMES = Path(__file__).parents[1] / "src" / "plainview" / "linkage" / "nicknames.csv"

# name: (key, most tuples a key may be on). Far looser than anything a build could afford.
_RULES = {
    "nhs_number": ("nhs_number", 80),
    "upn": ("upn", 80),
    "nino": ("nino", 80),
    "national_id": ("national_id", 80),
    "email": ("email", 60),
    "mobile": ("mobile", 60),
    "phone": ("phone", 40),
    "birth_last": ("birth_date, last_name", 80),
    "birth_first": ("birth_date, first_name", 80),
    "birth_initials": ("birth_date, left(first_name, 1), left(last_name, 1)", 60),
    "birth_initial": ("birth_date, left(first_name, 2)", 25),
    "birth_last_start": ("birth_date, left(last_name, 3)", 25),
    "birth_crossed": ("birth_date, least(left(first_name, 2), left(last_name, 2))", 25),
    "birth_postcode": ("birth_date, postcode", 80),
    "full_name": ("all_names", 40),
    "name_year": ("all_names, year(birth_date)", 100),
    "name_day": ("all_names, month(birth_date), day(birth_date)", 100),
    "name_postcode": ("all_names, postcode", 100),
    "name_street": ("all_names, street", 100),
    "first_place": ("first_name, place", 100),
    "place": ("place", 45),
    "last_postcode": ("last_name, postcode", 40),
    "first_postcode": ("first_name, postcode", 30),
    "first_street": ("first_name, street", 30),
    "initials_postcode": ("left(first_name, 2), left(last_name, 2), postcode", 30),
    "starts_year": ("left(first_name, 4), left(last_name, 4), year(birth_date)", 40),
    "initial_last": ("left(first_name, 1), last_name", 12),
    "first_last_start": ("first_name, left(last_name, 3)", 12),
    "starts_back": ("left(first_name, 3), right(last_name, 4)", 10),
    "other_name": ("coalesce(other_name, first_name), birth_date", 40),
    "other_place": ("coalesce(other_name, first_name), last_name, postcode", 40),
}
"""Blocking by each rule; a key on more tuples than the second figure is left out."""


def load(con: duckdb.DuckDBPyConnection, folder: Path, truth: Path) -> list[int]:
    """Make table `t`: a row a tuple, `id` from 0, its fields, counts, sources, true person; gives sizes."""
    read_truth(con, truth)
    con.execute(
        f"""
        CREATE OR REPLACE TABLE i AS
        SELECT tuple_id, source, record_id, truth_id, dense_rank() OVER (ORDER BY source) - 1 AS source_number
        FROM {read_table(folder / "identities.parquet")} LEFT JOIN truth USING (source, record_id);
        CREATE OR REPLACE TABLE owners AS
        SELECT tuple_id, mode(truth_id ORDER BY truth_id) AS truth_id,
               bit_or((1 << source_number::INTEGER)::INTEGER) AS sources,
               min(source_number) AS one_source, count(DISTINCT source) AS source_count
        FROM i GROUP BY tuple_id;
        CREATE OR REPLACE TABLE formals AS
        SELECT name, list(DISTINCT formal) AS formal FROM (
            SELECT short AS name, formal FROM read_csv({literal(str(_NICKNAMES))}, header = true)
            UNION ALL SELECT formal, formal FROM read_csv({literal(str(_NICKNAMES))}, header = true)
        ) GROUP BY name;
        CREATE OR REPLACE TABLE t AS
        SELECT (row_number() OVER (ORDER BY tuple_id) - 1)::INTEGER AS id, u.* EXCLUDE (birth_date),
               birth_date, birth_date::VARCHAR AS birth_text,
               list_aggregate(list_sort(string_split(concat_ws(' ', first_name, last_name), ' ')),
                              'string_agg', ' ') AS all_names,
               concat_ws(' ', first_name, middle_names, other_name, last_name, former_last_name) AS words,
               formal, o.truth_id, o.sources, o.one_source, o.source_count
        FROM {read_table(folder / "tuples.parquet")} u JOIN owners o USING (tuple_id)
        LEFT JOIN formals f ON f.name = u.first_name
        ORDER BY id
        """
    )
    _count_values(con)
    con.execute("SELECT count(*), count(DISTINCT truth_id) FROM t")
    return list(con.fetchall()[0])


_COUNTED = {
    "first": "first_name",
    "last": "last_name",
    "whole": "all_names",
    "birth": "birth_date",
    "home": "place",
    "post": "postcode",
    "cell": "mobile",
    "line": "phone",
    "mail": "email",
    "family": "place || chr(31) || last_name",
    "namesake": "place || chr(31) || first_name",
    "start": "left(first_name, 1) || chr(31) || last_name",
}


def _count_values(con: duckdb.DuckDBPyConnection) -> None:
    """`n_<name>`: on how many tuples each value stands; a person seen often counts often, which is as well."""
    for name, key in _COUNTED.items():
        con.execute(
            f"CREATE OR REPLACE TABLE c AS SELECT {key} AS k, count(*)::FLOAT AS n FROM t "
            f"WHERE {key} IS NOT NULL GROUP BY ALL; "
            f"CREATE OR REPLACE TABLE t AS SELECT t.*, coalesce(c.n, 0) AS n_{name} "
            f"FROM t LEFT JOIN c ON c.k = {key} ORDER BY id"
        )
    con.execute("DROP TABLE c")


def find_candidates(con: duckdb.DuckDBPyConnection) -> int:
    """Make table `pairs` (l < r, hits: how many rules found the pair, a stable order)."""
    con.execute("CREATE OR REPLACE TABLE found (l INTEGER, r INTEGER, rule TINYINT)")
    for number, (key, most) in enumerate(_RULES.values()):
        present = f"list_bool_and([x IS NOT NULL FOR x IN [{_texts(key)}]])"
        con.execute(
            f"CREATE OR REPLACE TABLE k AS SELECT id, hash({_texts(key)}) AS key FROM t WHERE {present}; "
            f"CREATE OR REPLACE TABLE g AS SELECT list(id ORDER BY id) AS ids FROM k GROUP BY key "
            f"HAVING count(*) BETWEEN 2 AND {most}; "
            f"CREATE OR REPLACE TABLE e AS SELECT row_number() OVER () AS g, unnest(ids) AS id FROM g; "
            f"INSERT INTO found SELECT a.id, b.id, {number} FROM e a JOIN e b ON a.g = b.g AND a.id < b.id"
        )
    con.execute(
        "DROP TABLE k; DROP TABLE g; DROP TABLE e; "
        "CREATE OR REPLACE TABLE pairs AS "
        "SELECT (row_number() OVER (ORDER BY l, r) - 1)::INTEGER AS pair, l, r, count(*)::UTINYINT AS hits "
        "FROM found GROUP BY l, r ORDER BY l, r; DROP TABLE found"
    )
    con.execute("SELECT count(*) FROM pairs")
    return int(con.fetchall()[0][0])


def _texts(key: str) -> str:
    """The parts of a key as texts: a comma inside brackets parts nothing."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(key):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append(key[start:place])
            start = place + 1
    return ", ".join(f"({part.strip()})::VARCHAR" for part in [*parts, key[start:]])


def _equal(field: str) -> str:
    return f"CASE WHEN a.{field} IS NULL OR b.{field} IS NULL THEN NULL WHEN a.{field} = b.{field} THEN 1 ELSE 0 END"


def _near(field: str) -> str:
    return f"damerau_levenshtein(a.{field}, b.{field})"


def _like(left: str, right: str) -> str:
    return f"jaro_winkler_similarity({left}, {right})"


def _both(name: str) -> dict[str, str]:
    low, high = f"least(a.{name}, b.{name})", f"greatest(a.{name}, b.{name})"
    return {f"{name}_low": f"ln(1 + {low})", f"{name}_high": f"ln(1 + {high})"}


def features(without: str = "") -> dict[str, str]:
    """Name to SQL over `a`, `b` and `p.hits`; NULL where a side says nothing. `without` is a pattern of names."""
    found = {
        "hits": "p.hits",
        "first_like": _like("a.first_name", "b.first_name"),
        "first_near": _near("first_name"),
        "first_short": "greatest(length(a.first_name), length(b.first_name)) * 100 + "
        "least(length(a.first_name), length(b.first_name))",
        "first_start": "CASE WHEN left(a.first_name, 1) = left(b.first_name, 1) THEN 1 ELSE 0 END",
        "first_nickname": "CASE WHEN a.first_name = b.first_name THEN 2 WHEN list_has_any(a.formal, b.formal) "
        "THEN 1 ELSE 0 END",
        "other_first": "CASE WHEN a.other_name IS NULL AND b.other_name IS NULL THEN NULL ELSE "
        "greatest(coalesce(jaro_winkler_similarity(a.other_name, b.first_name), 0), "
        "coalesce(jaro_winkler_similarity(a.first_name, b.other_name), 0), "
        "coalesce(jaro_winkler_similarity(a.other_name, b.other_name), 0)) END",
        "middle_first": "CASE WHEN a.middle_names IS NULL AND b.middle_names IS NULL THEN NULL ELSE "
        "greatest(coalesce(jaro_winkler_similarity(split_part(a.middle_names, ' ', 1), b.first_name), 0), "
        "coalesce(jaro_winkler_similarity(split_part(b.middle_names, ' ', 1), a.first_name), 0)) END",
        "middle_like": _like("a.middle_names", "b.middle_names"),
        "middle_start": "CASE WHEN left(a.middle_names, 1) = left(b.middle_names, 1) THEN 1 "
        "WHEN a.middle_names IS NULL OR b.middle_names IS NULL THEN NULL ELSE 0 END",
        "middles": "(a.middle_names IS NULL)::INT + (b.middle_names IS NULL)::INT",
        "last_like": _like("a.last_name", "b.last_name"),
        "last_near": _near("last_name"),
        "last_short": "least(length(a.last_name), length(b.last_name))",
        "last_part": "CASE WHEN list_has_any(string_split(replace(a.last_name, '-', ' '), ' '), "
        "string_split(replace(b.last_name, '-', ' '), ' ')) THEN 1 ELSE 0 END",
        "former": "CASE WHEN a.former_last_name = b.last_name OR a.last_name = b.former_last_name "
        "OR a.former_last_name = b.former_last_name THEN 1 ELSE 0 END",
        "crossed": "least(jaro_winkler_similarity(a.first_name, b.last_name), "
        "jaro_winkler_similarity(a.last_name, b.first_name))",
        "crossed_one": "greatest(jaro_winkler_similarity(a.first_name, b.last_name), "
        "jaro_winkler_similarity(a.last_name, b.first_name))",
        "whole_like": _like("a.all_names", "b.all_names"),
        "whole_equal": _equal("all_names"),
        "words_shared": "jaccard(a.words, b.words)",
        "birth_equal": _equal("birth_date"),
        "birth_near": _near("birth_text"),
        "birth_days": "ln(1 + abs(a.birth_date - b.birth_date))",
        "birth_years": "abs(year(a.birth_date) - year(b.birth_date))",
        "birth_parts": "(year(a.birth_date) = year(b.birth_date))::INT * 4 + "
        "(month(a.birth_date) = month(b.birth_date))::INT * 2 + (day(a.birth_date) = day(b.birth_date))::INT",
        "birth_swapped": "CASE WHEN day(a.birth_date) = month(b.birth_date) "
        "AND month(a.birth_date) = day(b.birth_date) THEN 1 ELSE 0 END",
        "birth_first_day": "CASE WHEN (month(a.birth_date) = 1 AND day(a.birth_date) = 1) "
        "OR (month(b.birth_date) = 1 AND day(b.birth_date) = 1) THEN 1 ELSE 0 END",
        "births": "(a.birth_date IS NULL)::INT + (b.birth_date IS NULL)::INT",
        "birth_year": "year(coalesce(greatest(a.birth_date, b.birth_date), a.birth_date, b.birth_date))",
        "sex": "CASE WHEN a.sex = b.sex THEN CASE a.sex WHEN 'f' THEN 2 ELSE 1 END "
        "WHEN a.sex IS NULL OR b.sex IS NULL THEN NULL ELSE 0 END",
        "cell_line": "CASE WHEN a.mobile = b.phone OR a.phone = b.mobile THEN 1 ELSE 0 END",
        "email_like": _like("a.email", "b.email"),
        "email_name": "greatest(jaro_winkler_similarity(split_part(a.email, '@', 1), b.first_name || b.last_name), "
        "jaro_winkler_similarity(split_part(b.email, '@', 1), a.first_name || a.last_name))",
        "place": _equal("place"),
        "uprn": _equal("uprn"),
        "post": _equal("postcode"),
        "post_near": _near("postcode"),
        "street_like": _like("a.street", "b.street"),
        "house": _equal("house_number"),
        "flat": _equal("flat"),
        "town": _equal("town"),
        "sources_shared": "bit_count(a.sources & b.sources)",
        "sources_counts": "greatest(a.source_count, b.source_count) * 20 + least(a.source_count, b.source_count)",
        "source_low": "CASE WHEN a.source_count = 1 AND b.source_count = 1 THEN least(a.one_source, b.one_source) * 20 "
        "+ greatest(a.one_source, b.one_source) ELSE greatest(CASE WHEN a.source_count = 1 THEN a.one_source END, "
        "CASE WHEN b.source_count = 1 THEN b.one_source END) + 1000 END",
        "records_low": "least(a.records, b.records)",
        "records_high": "greatest(a.records, b.records)",
    }
    for field in ("nhs_number", "upn", "nino", "national_id", "phone", "mobile"):
        found[f"{field}_near"] = _near(field)
    for name in _COUNTED:
        found |= _both(f"n_{name}")
    return {name: sql for name, sql in found.items() if not without or not re.match(without, name)}


def chunks(
    con: duckdb.DuckDBPyConnection, pairs: int, wanted: dict[str, str], where: str = "true"
) -> Iterator[tuple[Ints, Floats]]:
    """The features of the pairs, so many at a time: their numbers and a matrix."""
    select = ", ".join(f"({sql})::FLOAT AS {name}" for name, sql in wanted.items())
    for start in range(0, pairs, _CHUNK):
        got = con.execute(
            f"SELECT p.pair, {select} FROM (SELECT * FROM pairs WHERE pair >= {start} "
            f"AND pair < {start + _CHUNK} AND {where}) p JOIN t a ON a.id = p.l JOIN t b ON b.id = p.r "
            f"ORDER BY p.pair"
        ).fetchnumpy()
        yield got.pop("pair").astype(np.int64), _matrix(got)


def _matrix(columns: dict[str, Any]) -> Floats:
    """Columns beside each other; what is missing is not a number."""
    matrix: Floats = np.empty((len(next(iter(columns.values()))), len(columns)), dtype=np.float32)
    for place, column in enumerate(columns.values()):
        matrix[:, place] = np.ma.filled(column, np.nan)
    return matrix


def _fit(matrix: Floats, labels: NDArray[Any], weights: Floats, rounds: int, leaves: int) -> lgb.Booster:
    data = lgb.Dataset(matrix, labels, weight=weights, free_raw_data=True)
    parameters = {
        "objective": "binary",
        "learning_rate": 0.07,
        "num_leaves": leaves,
        "min_data_in_leaf": 30,
        "lambda_l2": 5.0,
        "feature_fraction": 0.5,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "max_bin": 63,
        "num_threads": 2,
        "seed": 1,
        "deterministic": True,
        "force_col_wise": True,
        "verbose": -1,
    }
    return lgb.train(parameters, data, num_boost_round=rounds)


def predict(models: dict[tuple[int, int], lgb.Booster], matrix: Floats, fl: Any, fr: Any) -> Floats:
    """Log-odds by the models that saw neither person of a pair, averaged."""
    total = np.zeros(len(matrix), dtype=np.float32)
    times = np.zeros(len(matrix), dtype=np.float32)
    for (one, two), model in models.items():
        unseen = np.flatnonzero(np.isin(fl, (one, two)) & np.isin(fr, (one, two)))
        total[unseen] += np.asarray(model.predict(matrix[unseen], raw_score=True, num_threads=2))
        times[unseen] += 1
    return total / times


class Oracle:
    """The steps in order, with what they pass on."""

    def __init__(self, con: duckdb.DuckDBPyConnection, folder: Path, truth: Path, tell: bool = True) -> None:
        self.con, self.folder, self.truth, self.tell = con, folder, truth, tell
        self.started = time.monotonic()
        self.features = features()
        self.rounds = 2
        self.notes: dict[str, Any] = {}

    def say(self, text: str) -> None:
        if self.tell:
            print(f"{time.monotonic() - self.started:6.0f} s  {text}", flush=True)

    def run(self) -> dict[str, Any]:
        """Load, block, score twice, cluster, evaluate."""
        self.tuples, people = load(self.con, self.folder, self.truth)
        self.say(f"{self.tuples:,} tuples of {people:,} people")
        self.pairs = find_candidates(self.con)
        self.say(f"{self.pairs:,} candidates")
        self._read_pairs()
        self.first_round()
        judged = first = self.judge("first_round")
        if self.rounds > 1:
            self.second_round()
            judged = self.judge("oracle")
        return self.notes | {
            "tuples": self.tuples,
            "candidates": self.pairs,
            "first_round": first["pairwise"],
            "pairwise": judged["pairwise"],
            "groups": judged["groups"],
            "clusters": judged["clusters"],
        }

    def _read_pairs(self) -> None:
        got = self.con.execute("SELECT l, r FROM pairs ORDER BY pair").fetchnumpy()
        self.l, self.r = got["l"].astype(np.int64), got["r"].astype(np.int64)
        codes = self.con.execute(
            "SELECT dense_rank() OVER (ORDER BY truth_id) - 1 AS person, hash(truth_id || 'fold') % 4 AS fold, "
            "records FROM t ORDER BY id"
        ).fetchnumpy()
        self.person = codes["person"].astype(np.int64)
        self.fold = codes["fold"].astype(np.int8)
        self.records = codes["records"].astype(np.int64)
        self.same = (self.person[self.l] == self.person[self.r]).astype(np.int8)
        self.fl, self.fr = self.fold[self.l], self.fold[self.r]
        weight = self.records[self.l] * self.records[self.r]
        totals = np.bincount(self.person, self.records)
        owed = (totals * (totals - 1) // 2).sum()
        inside = (self.records * (self.records - 1) // 2).sum()
        reached = (weight[self.same == 1].sum() + inside) / owed
        self.notes["candidate_recall"] = float(reached)
        self.say(f"{reached:.5f} of true record pairs are candidates or in one tuple")

    def first_round(self) -> None:
        """Fit on a sample, score all; self.odds are log-odds of each pair."""
        names = list(self.features)
        draw = np.random.default_rng(0)
        room = 3_500_000
        false = max(int((self.same == 0).sum()), 1)
        keep_true = min(1.0, 0.4 * room / max(int(self.same.sum()), 1))
        keep_false = min(1.0, 0.6 * room / false)
        sampled = draw.random(self.pairs) < np.where(self.same == 1, keep_true, keep_false)
        parts, numbers = [], []
        for number, matrix in chunks(self.con, self.pairs, self.features):
            chosen = sampled[number]
            parts.append(matrix[chosen])
            numbers.append(number[chosen])
        matrix, number = np.concatenate(parts), np.concatenate(numbers)
        del parts
        self.say(f"features of {len(number):,} pairs to learn from, {matrix.shape[1]} each")
        models = self._cross_fit(matrix, number, keep_true / keep_false, 220, 31)
        self.say("first round learnt")
        self.odds = np.empty(self.pairs, dtype=np.float32)
        for number, matrix in chunks(self.con, self.pairs, self.features):
            self.odds[number] = predict(models, matrix, self.fl[number], self.fr[number])
        self.notes["importances"] = _importances(models, names)
        self.say("first round scored")

    def _cross_fit(
        self, matrix: Floats, number: Ints, false_weight: float, rounds: int, leaves: int
    ) -> dict[tuple[int, int], lgb.Booster]:
        models = {}
        draw = np.random.default_rng(1)
        same, fl, fr = self.same[number], self.fl[number], self.fr[number]
        for held in combinations(range(_FOLDS), 2):
            kept = np.flatnonzero(~np.isin(fl, held) & ~np.isin(fr, held))
            share = min(1.0, _MOST_TRAINED / len(kept))
            if share < 1:
                kept = kept[draw.random(len(kept)) < share]
            # two folds of four hold half of the people but a quarter of the pairs of two people
            weight = np.where(same[kept] == 1, 1.0, 2.0 * false_weight).astype(np.float32)
            models[held] = _fit(matrix[kept], same[kept], weight, rounds, leaves)
        return models

    def second_round(self) -> None:
        """Score the pairs worth it again, with what stands around them."""
        worth = np.flatnonzero(_probability(self.odds) > _WORTH_A_SECOND_LOOK)
        context, names = self._context(worth)
        self.say(f"context of {len(worth):,} pairs")
        self.con.register("worth_pairs", pa.table({"pair": worth.astype(np.int32)}))
        self.con.execute("CREATE OR REPLACE TABLE worth AS SELECT * FROM worth_pairs")
        self.con.unregister("worth_pairs")
        parts = [
            m for _, m in chunks(self.con, self.pairs, self.features, "pair IN (SELECT pair FROM worth)")
        ]
        matrix = np.hstack([np.concatenate(parts), context])
        del parts
        models = self._cross_fit(matrix, worth, 1.0, 160, 15)
        odds = np.full(self.pairs, -_CLIP, dtype=np.float32)
        odds[worth] = predict(models, matrix, self.fl[worth], self.fr[worth])
        self.odds = odds
        self.notes["importances_second"] = _importances(models, [*self.features, *names])
        self.say("second round scored")

    def _context(self, worth: Ints) -> tuple[Floats, list[str]]:
        """What the first round says around each pair; see the names."""
        left, right, odds = self.l[worth], self.r[worth], self.odds[worth]
        labels = self.labels
        self.con.register(
            "scored_pairs",
            pa.table(
                {
                    "n": np.arange(len(left), dtype=np.int32),
                    "l": left,
                    "r": right,
                    "p": _probability(odds),
                    "o": odds,
                }
            ),
        )
        self.con.register("label_rows", pa.table({"id": np.arange(self.tuples), "cluster": labels}))
        self.con.execute(
            """
            CREATE OR REPLACE TABLE s AS SELECT * FROM scored_pairs;
            CREATE OR REPLACE TABLE lab AS SELECT * FROM label_rows;
            CREATE OR REPLACE TABLE both_ways AS
                SELECT n, l AS x, r AS y, p, o FROM s UNION ALL SELECT n, r, l, p, o FROM s;
            CREATE OR REPLACE TABLE tops AS
                SELECT x, max(p) AS top, max(p, 2)[-1] AS next, sum(p) AS total, count(*) AS edges
                FROM both_ways GROUP BY x;
            CREATE OR REPLACE TABLE thirds AS
                SELECT a.n, count(*) AS thirds, sum(b.p * c.p) AS both_p, max(least(b.p, c.p)) AS best_p,
                       sum(b.p * (1 - c.p) + c.p * (1 - b.p)) AS torn
                FROM s a JOIN both_ways b ON b.x = a.l JOIN both_ways c ON c.x = a.r AND c.y = b.y
                GROUP BY a.n;
            CREATE OR REPLACE TABLE crowd AS
                SELECT cluster, count(*) AS size, sum(records) AS records, bit_or(sources) AS sources,
                       list(DISTINCT birth_text) FILTER (birth_text IS NOT NULL) AS births,
                       mode(birth_text) AS birth,
                       list(DISTINCT first_name) FILTER (first_name IS NOT NULL) AS firsts,
                       list(DISTINCT last_name) FILTER (last_name IS NOT NULL) AS lasts,
                       list(DISTINCT place) FILTER (place IS NOT NULL) AS places,
                       list(DISTINCT nhs_number) FILTER (nhs_number IS NOT NULL) AS nhs,
                       list(DISTINCT nino) FILTER (nino IS NOT NULL) AS ninos,
                       list(DISTINCT upn) FILTER (upn IS NOT NULL) AS upns,
                       list(DISTINCT c) FILTER (c IS NOT NULL) AS contacts,
                       mode(first_name) AS first, mode(last_name) AS last, mode(middle_names) AS middle,
                       mode(sex) AS sex, min(birth_date) AS born
                FROM (SELECT id, unnest([mobile, phone, email]) AS c FROM t) JOIN t USING (id)
                JOIN lab USING (id) GROUP BY cluster;
            -- one cluster to another: the evidence of all pairs between them, unseen ones as even
            CREATE OR REPLACE TABLE between AS
                SELECT least(a.cluster, b.cluster) AS c1, greatest(a.cluster, b.cluster) AS c2,
                       sum(greatest(least(o, 8), -8)) AS sum_o, max(o) AS max_o, min(o) AS min_o, count(*) AS seen
                FROM s JOIN lab a ON a.id = s.l JOIN lab b ON b.id = s.r WHERE a.cluster <> b.cluster GROUP BY ALL;
            -- how many households another pair of probable people share: a family that moved together
            CREATE OR REPLACE TABLE stays AS
                SELECT DISTINCT cluster, place FROM t JOIN lab USING (id) WHERE place IS NOT NULL AND n_home < 40;
            CREATE OR REPLACE TABLE mates AS
                SELECT DISTINCT a.cluster AS c, b.cluster AS mate FROM stays a JOIN stays b
                ON a.place = b.place AND a.cluster <> b.cluster;
            CREATE OR REPLACE TABLE shared_mates AS
                SELECT c1, c2, count(*) AS mates FROM between JOIN mates a ON a.c = c1
                JOIN mates b ON b.c = c2 AND a.mate = b.mate GROUP BY ALL;
            """
        )
        columns = {
            "odds": "s.o",
            "top_low": "least(x.top, y.top)",
            "top_high": "greatest(x.top, y.top)",
            "next_low": "least(x.next, y.next)",
            "next_high": "greatest(x.next, y.next)",
            "total_low": "least(x.total, y.total)",
            "total_high": "greatest(x.total, y.total)",
            "edges_low": "least(x.edges, y.edges)",
            "edges_high": "greatest(x.edges, y.edges)",
            "thirds": "h.thirds",
            "third_both": "h.both_p",
            "third_best": "h.best_p",
            "third_torn": "h.torn",
            "together": "(a.cluster = b.cluster)::INT",
            "size_low": "least(a.size, b.size)",
            "size_high": "greatest(a.size, b.size)",
            "between_mean": "w.sum_o / (a.size / 3 * b.size / 3)",
            "between_max": "w.max_o",
            "between_min": "w.min_o",
            "between_seen": "w.seen",
            "cluster_sources": "bit_count(a.sources & b.sources)",
            "cluster_birth": "CASE WHEN a.birth IS NULL OR b.birth IS NULL THEN NULL "
            "WHEN list_has_any(a.births, b.births) THEN 20 ELSE -damerau_levenshtein(a.birth, b.birth) END",
            "cluster_years": "abs(year(a.born) - year(b.born))",
            "births_low": "least(coalesce(len(a.births), 0), coalesce(len(b.births), 0))",
            "cluster_first": "CASE WHEN list_has_any(a.firsts, b.firsts) THEN 2 "
            "ELSE jaro_winkler_similarity(a.first, b.first) END",
            "cluster_last": "CASE WHEN list_has_any(a.lasts, b.lasts) THEN 2 "
            "ELSE jaro_winkler_similarity(a.last, b.last) END",
            "cluster_middle": "jaro_winkler_similarity(a.middle, b.middle)",
            "cluster_place": "len(list_intersect(a.places, b.places))",
            "cluster_contact": "len(list_intersect(a.contacts, b.contacts))",
            "cluster_nhs": "list_has_any(a.nhs, b.nhs)::INT",
            "cluster_nino": "list_has_any(a.ninos, b.ninos)::INT",
            "cluster_upn": "list_has_any(a.upns, b.upns)::INT",
            "cluster_sex": "CASE WHEN a.sex IS NULL OR b.sex IS NULL THEN NULL ELSE (a.sex = b.sex)::INT END",
            "mates": "coalesce(m.mates, 0)",
        }
        select = ", ".join(f"({sql})::FLOAT AS {name}" for name, sql in columns.items())
        got = self.con.execute(
            f"SELECT {select} FROM s JOIN tops x ON x.x = s.l JOIN tops y ON y.x = s.r "
            "JOIN lab p ON p.id = s.l JOIN lab q ON q.id = s.r "
            "JOIN crowd a ON a.cluster = p.cluster JOIN crowd b ON b.cluster = q.cluster "
            "LEFT JOIN thirds h ON h.n = s.n "
            "LEFT JOIN between w ON w.c1 = least(p.cluster, q.cluster) AND w.c2 = greatest(p.cluster, q.cluster) "
            "LEFT JOIN shared_mates m ON m.c1 = least(p.cluster, q.cluster) AND m.c2 = greatest(p.cluster, q.cluster) "
            "ORDER BY s.n"
        ).fetchnumpy()
        self.con.unregister("scored_pairs")
        self.con.unregister("label_rows")
        return _matrix(got), list(columns)

    def cluster(self) -> tuple[Ints, dict[str, Any]]:
        """Average linkage within components; a label a tuple, and what was chosen."""
        strong = np.flatnonzero(_probability(self.odds) > _EDGE)
        graph = coo_array(
            (np.ones(len(strong), np.int8), (self.l[strong], self.r[strong])), shape=(self.tuples,) * 2
        )
        _, component = connected_components(graph, directed=False)
        inner = np.flatnonzero((component[self.l] == component[self.r]) & (self.odds > -_CLIP))
        inner = inner[np.argsort(component[self.l[inner]], kind="stable")]
        trees = list(_trees(component, self.l[inner], self.r[inner], self.odds[inner]))
        chosen = self._choose_cuts(trees)
        labels = np.arange(self.tuples, dtype=np.int64)
        for members, tree in trees:
            found = fcluster(tree, _CLIP - _CUTS[chosen[self.fold[members[0]]]], "distance")
            first = np.full(found.max() + 1, -1, dtype=np.int64)
            first[found[::-1]] = members[::-1]
            labels[members] = first[found]
        largest = max((len(members) for members, _ in trees), default=1)
        return labels, {"cuts": [_CUTS[place] for place in chosen], "largest_component": largest}

    def _choose_cuts(self, trees: list[tuple[Ints, Any]]) -> list[int]:
        """For each fold the cut with the best F1 over the components of the others."""
        gained = np.zeros((len(_CUTS) + 1, _FOLDS, 2))  # of merges that the cut before would not allow
        for members, tree in trees:
            fold = self.fold[members[0]]
            steps = np.searchsorted(_CUTS, _CLIP - tree[:, 2], "right")
            for step, counts in zip(
                steps, _merge_counts(tree, members, self.person, self.records), strict=True
            ):
                gained[step, fold] += counts
        scores = gained[::-1].cumsum(axis=0)[::-1][1:]
        inside, owed = float((self.records * (self.records - 1) // 2).sum()), self._owed()
        total = scores.sum(axis=1)
        chosen = []
        for fold in range(_FOLDS):
            rest = total - scores[:, fold]
            chosen.append(int(np.argmax(2 * (rest[:, 0] + inside) / (rest[:, 1] + inside + owed))))
        return chosen

    def _owed(self) -> float:
        totals = np.bincount(self.person, self.records)
        return float((totals * (totals - 1) // 2).sum())

    def judge(self, name: str) -> dict[str, Any]:
        """Cluster, write the index, evaluate it."""
        self.labels, chosen = self.cluster()
        self.con.register("label_rows", pa.table({"id": np.arange(self.tuples), "cluster": self.labels}))
        self.con.execute(f"CREATE OR REPLACE TABLE labels_{name} AS SELECT * FROM label_rows")
        self.con.unregister("label_rows")
        with tempfile.TemporaryDirectory() as folder:
            index = Path(folder) / "index.parquet"
            write_table(
                self.con,
                f"SELECT source, record_id, cluster::VARCHAR AS person_id FROM i JOIN t USING (tuple_id) "
                f"JOIN labels_{name} USING (id) ORDER BY source, record_id",
                index,
            )
            result = evaluate(self.con, index, self.truth)
        measures = " ".join(f"{key} {result['pairwise'][key]:.5f}" for key in ("precision", "recall", "f1"))
        self.notes[f"{name}_choice"] = chosen
        self.say(f"{name}: {measures} {chosen}")
        return result


def _probability(odds: Floats) -> Floats:
    return (1 / (1 + np.exp(-odds.astype(np.float64)))).astype(np.float32)


def _importances(models: dict[tuple[int, int], lgb.Booster], names: list[str]) -> dict[str, float]:
    """Share of all gain by feature, the greatest first."""
    gain = np.sum([model.feature_importance("gain") for model in models.values()], axis=0)
    order = np.argsort(-gain)
    return {names[place]: round(float(gain[place] / gain.sum()), 4) for place in order}


def _trees(component: Any, left: Ints, right: Ints, odds: Floats) -> Iterator[tuple[Ints, Any]]:
    """The average-linkage tree of each component of two and more; the pairs come sorted by component."""
    sizes = np.bincount(component)
    order = np.argsort(component, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)])
    place_in = np.empty(len(component), dtype=np.int64)
    place_in[order] = np.arange(len(component)) - starts[component[order]]
    of_pair = component[left]
    first = np.searchsorted(of_pair, np.arange(len(sizes)), "left")
    last = np.searchsorted(of_pair, np.arange(len(sizes)), "right")
    clipped = np.clip(odds, -_CLIP, _CLIP)
    for number in np.flatnonzero(sizes > 1):
        size = int(sizes[number])
        members = order[starts[number] : starts[number + 1]]
        pairs = slice(first[number], last[number])
        distance = np.full(size * (size - 1) // 2, _CLIP - _UNSEEN)
        one, two = place_in[left[pairs]], place_in[right[pairs]]
        low, high = np.minimum(one, two), np.maximum(one, two)
        distance[low * size - low * (low + 1) // 2 + high - low - 1] = _CLIP - clipped[pairs]
        yield members, linkage(distance, "average")


def _merge_counts(tree: Any, members: Ints, person: Ints, records: Ints) -> Iterator[tuple[float, float]]:
    """Of each merge of a tree: the right and all record pairs that it brings together."""
    holds: list[dict[int, int]] = [{int(person[member]): int(records[member])} for member in members]
    for one, two, _, _ in tree:
        left, right = holds[int(one)], holds[int(two)]
        if len(left) < len(right):
            left, right = right, left
        yield (
            float(sum(count * left.get(who, 0) for who, count in right.items())),
            float(sum(left.values()) * sum(right.values())),
        )
        joined = dict(left)
        for who, count in right.items():
            joined[who] = joined.get(who, 0) + count
        holds.append(joined)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path, help="keep the database of pairs and scores here")
    parser.add_argument("--without", default="", help="leave out features whose name matches this pattern")
    parser.add_argument("--rounds", type=int, default=2, choices=(1, 2))
    options = parser.parse_args()
    if options.keep:
        options.keep.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as temp:
        con = connect(options.keep or Path(temp) / "oracle.duckdb", memory="4GB", temp=Path(temp))
        oracle = Oracle(con, options.folder, options.truth, tell=not options.json)
        oracle.features, oracle.rounds = features(options.without), options.rounds
        result = oracle.run()
        if options.keep:
            con.register(
                "odds_rows", pa.table({"pair": np.arange(oracle.pairs, dtype=np.int32), "odds": oracle.odds})
            )
            con.execute("CREATE OR REPLACE TABLE odds AS SELECT * FROM odds_rows")
        con.close()
    print(json.dumps(result) if options.json else json.dumps(result["pairwise"], indent=2))


if __name__ == "__main__":
    main()
