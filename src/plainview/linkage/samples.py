"""A sample of pairs of records for people to judge, so that precision and recall can be estimated.

Every pair of records of the snapshot that could matter is in one stratum: linked (one person) or not, by what
was said of their tuples: identical, compared with a probability in one of five bands, or never compared; and by
group, if a file of groups is given. Of pairs that are not linked and were never compared only those are
reached that share one of the looser keys of `LOOSER`.

From each stratum the pairs with the smallest hashes are drawn, so that the same snapshot and seed give the same
sample. The sheet for the reviewer says nothing of probabilities, lest it lead them, and its rows are in a
random order: whoever stops half-way has judged a smaller sample of the same kind. What the strata mean, and how
many pairs each holds, stands in a second file beside it.
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from plainview.engine.duck import identifier
from plainview.engine.tables import read_table
from plainview.linkage.estimates import Stratum
from plainview.linkage.fields import table
from plainview.linkage.groups import read_groups
from plainview.project.errors import Problem, UserError, did_you_mean

SHEET = ("pair", "stratum", "one_source", "one_record_id", "other_source", "other_record_id", "verdict")
STRATA = ("stratum", "snapshot", "linked", "evidence", "group", "pairs", "sampled")
VERDICTS = ("same", "not_same", "cannot_tell")

LOOSER = (
    "birth_date, left(first_name, 1)",
    "birth_date, left(last_name, 1)",
    "first_name, last_name",
    "nhs_number",
    "upn",
    "nino",
    "mobile",
    "phone",
    "email",
)
"""What pairs that were never compared must share to be reached at all."""

_BANDS = ((0.99, "probability from .99", 0.995), (0.9, "probability .9 to .99", 0.95),
          (0.5, "probability .5 to .9", 0.7), (0.1, "probability .1 to .5", 0.3),
          (0.0, "probability under .1", 0.03))  # fmt: skip
"""From which probability, the words for it, and a share to expect in it."""

_IDENTICAL, _LINKED_UNCOMPARED, _LOOSE = "identical", "joined by way of others", "never compared"
_EXPECTED = {text: share for _, text, share in _BANDS} | {
    _IDENTICAL: 0.999,
    _LINKED_UNCOMPARED: 0.95,
    _LOOSE: 0.001,
}
_LEAST = 4


@dataclass(frozen=True)
class DrawnStratum:
    """A stratum and its drawn pairs: (one_source, one_record_id, other_source, other_record_id)."""

    linked: bool
    evidence: str
    group: str
    pairs: int
    drawn: tuple[tuple[str, ...], ...]


def draw_sample(
    con: duckdb.DuckDBPyConnection, folder: Path, pairs: int, *, groups: Path | None = None, seed: int = 0
) -> list[DrawnStratum]:
    """About `pairs` pairs of the snapshot `folder`, by stratum: more where there is more to learn.

    `groups` is a CSV or Parquet of source, record_id and a column of groups; pairs over two groups are
    "mixed". UserError if so few pairs are asked for that a stratum would go without.
    """
    _pair_tuples(con, folder)
    column = read_groups(con, groups) if groups else ""
    con.execute(_count_and_draw(folder, column, pairs, seed))
    rows = con.fetchall()
    con.execute("DROP TABLE temp.tuple_pairs")
    if pairs < _LEAST * len(rows):
        found = f"{pairs} pairs for {len(rows)} kinds of pairs"
        step = f"Ask for at least {_LEAST * len(rows)}, or for fewer groups."
        raise UserError(Problem("--pairs", 0, "", found, f"at least {_LEAST} of each kind", step))
    takes = _share_out([(bool(row[0]), int(row[3]), _EXPECTED[row[1]]) for row in rows], pairs)
    return [
        DrawnStratum(
            bool(row[0]), row[1], row[2], int(row[3]), tuple(tuple(p.values()) for p in row[4][:take])
        )
        for row, take in zip(rows, takes, strict=True)
    ]


def _pair_tuples(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """`tuple_pairs` (tuple_l, tuple_r, linked, evidence): in each cluster, all; between them, those compared and
    those that share a looser key.
    """
    tuples, clusters, links = (read_table(table(folder, name)) for name in ("tuples", "clusters", "links"))
    bands = " ".join(f"WHEN k.match_probability >= {low} THEN '{text}'" for low, text, _ in _BANDS)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE tuple_pairs AS
        SELECT tuple_id AS tuple_l, tuple_id AS tuple_r, true AS linked, '{_IDENTICAL}' AS evidence
        FROM {tuples} WHERE records > 1
        UNION ALL
        SELECT a.tuple_id, b.tuple_id, true, CASE {bands} ELSE '{_LINKED_UNCOMPARED}' END
        FROM {clusters} a JOIN {clusters} b ON a.cluster = b.cluster AND a.tuple_id < b.tuple_id
        LEFT JOIN {links} k ON k.tuple_l = a.tuple_id AND k.tuple_r = b.tuple_id
        UNION ALL
        SELECT k.tuple_l, k.tuple_r, false, CASE {bands} END
        FROM {links} k JOIN {clusters} a ON a.tuple_id = k.tuple_l JOIN {clusters} b ON b.tuple_id = k.tuple_r
        WHERE a.cluster <> b.cluster
        """
    )
    con.execute("CREATE OR REPLACE TEMP TABLE loose_pairs (tuple_l VARCHAR, tuple_r VARCHAR)")
    for key in LOOSER:
        _add_loose(con, tuples, clusters, key)
    con.execute(
        f"INSERT INTO tuple_pairs SELECT p.tuple_l, p.tuple_r, false, '{_LOOSE}' "
        f"FROM (SELECT DISTINCT * FROM loose_pairs) p ANTI JOIN {links} k USING (tuple_l, tuple_r)"
    )
    con.execute("DROP TABLE temp.loose_pairs")


def _add_loose(con: duckdb.DuckDBPyConnection, tuples: str, clusters: str, key: str) -> None:
    """The pairs of tuples of two clusters that share `key`, none of whose parts is missing."""
    parts = key.replace("left(", "").replace(", 1)", "").split(", ")
    filled = " AND ".join(f"{part} IS NOT NULL" for part in parts)
    con.execute(
        f"""
        INSERT INTO loose_pairs
        WITH keyed AS MATERIALIZED (
            SELECT t.tuple_id, c.cluster, hash({key}) AS k FROM {tuples} t JOIN {clusters} c USING (tuple_id)
            WHERE {filled}
        )
        SELECT a.tuple_id, b.tuple_id FROM keyed a JOIN keyed b ON a.k = b.k AND a.tuple_id < b.tuple_id
        WHERE a.cluster <> b.cluster
        """
    )


def _count_and_draw(folder: Path, column: str, pairs: int, seed: int) -> str:
    """SQL: for each stratum how many pairs of records it has, and the first `pairs` of them by hash."""
    identities = read_table(table(folder, "identities"))
    if column:
        field = identifier(column)
        group = f"CASE WHEN gl.{field} = gr.{field} THEN gl.{field} ELSE 'mixed' END"
        joins = (
            "LEFT JOIN groups gl ON gl.source = l.source AND gl.record_id = l.record_id "
            "LEFT JOIN groups gr ON gr.source = r.source AND gr.record_id = r.record_id"
        )
    else:
        group, joins = "''", ""
    return f"""
        SELECT linked, evidence, group_name, count(*), min_by(pair, (draw, pair), {pairs}) FROM (
            SELECT p.linked, p.evidence, {group} AS group_name,
                   {{'a': l.source, 'b': l.record_id, 'c': r.source, 'd': r.record_id}} AS pair,
                   hash(l.source, l.record_id, r.source, r.record_id, {seed}) AS draw
            FROM tuple_pairs p JOIN {identities} l ON l.tuple_id = p.tuple_l
            JOIN {identities} r ON r.tuple_id = p.tuple_r {joins}
            WHERE p.tuple_l < p.tuple_r OR (l.source, l.record_id) < (r.source, r.record_id)
        ) GROUP BY ALL ORDER BY linked DESC, evidence, group_name
    """


def _share_out(strata: Sequence[tuple[bool, int, float]], total: int) -> list[int]:
    """Half of `total` for linked pairs, of which precision is made, and half for the others, which hold what
    recall lacks and are so many more that they would take nearly all; what one half cannot use the other has.
    """
    linked = [(size, share) for is_linked, size, share in strata if is_linked]
    others = [(size, share) for is_linked, size, share in strata if not is_linked]
    for_others = allocate(others, total - sum(allocate(linked, total // 2)))
    halves = {True: iter(allocate(linked, total - sum(for_others))), False: iter(for_others)}
    return [next(halves[is_linked]) for is_linked, _, _ in strata]


def allocate(strata: Sequence[tuple[int, float]], total: int) -> list[int]:
    """How many of `total` to take of each stratum, given its size and the share expected of it.

    A few of each, the rest in proportion to size times standard deviation (Neyman 1934; Cochran 1977,
    section 5.5); never more than there are.
    """
    takes = [min(size, _LEAST) for size, _ in strata]
    weights = [size * math.sqrt(share * (1 - share)) for size, share in strata]
    left = total - sum(takes)
    while left > 0:
        room = [at for at, (size, _) in enumerate(strata) if takes[at] < size]
        whole = sum(weights[at] for at in room)
        if not room or not whole:
            break
        before = left
        for at in room:
            more = min(math.floor(before * weights[at] / whole), strata[at][0] - takes[at], left)
            takes[at] += more
            left -= more
        if left == before:  # less than one for each: one each, the weightiest first
            for at in sorted(room, key=lambda at: -weights[at])[:left]:
                takes[at] += 1
                left -= 1
    return takes


def strata_file(sheet: Path) -> Path:
    """Where what the strata mean is kept, beside the reviewer's sheet."""
    return sheet.with_suffix(".strata.csv")


def write_sample(drawn: Sequence[DrawnStratum], snapshot: str, sheet: Path) -> int:
    """Write the sheet with an empty `verdict` and the file of the strata beside it; the number of pairs."""
    rows = [(pair, f"s{number:02}") for number, one in enumerate(drawn, start=1) for pair in one.drawn]
    rows.sort(key=lambda row: _shuffled(row[0]))
    _write_csv(sheet, SHEET, ((at, code, *pair, "") for at, (pair, code) in enumerate(rows, start=1)))
    strata = (
        (f"s{number:02}", snapshot, int(one.linked), one.evidence, one.group, one.pairs, len(one.drawn))
        for number, one in enumerate(drawn, start=1)
    )
    _write_csv(strata_file(sheet), STRATA, strata)
    return len(rows)


def _shuffled(pair: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\x1f".join(pair).encode()).digest()


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_verdicts(sheet: Path) -> list[Stratum]:
    """The judged strata of a sheet and the file beside it. A pair without a verdict was not judged.

    UserError for a file that is missing or changed in more than its verdicts, and for each verdict that is
    not one of `VERDICTS`, with its line.
    """
    strata = {row["stratum"]: row for _, row in _read_csv(strata_file(sheet), STRATA)}
    counts = {code: dict.fromkeys(VERDICTS, 0) for code in strata}
    problems = []
    for line, row in _read_csv(sheet, SHEET):
        verdict = _verdict(row)
        if row["stratum"] not in counts:
            step = "Draw the sample again, or put the strata file of this sheet beside it."
            problems.append(Problem(str(sheet), line, "stratum", "not in the strata file", "one of it", step))
        elif verdict and verdict not in VERDICTS:
            step = did_you_mean(verdict, VERDICTS)
            problems.append(Problem(str(sheet), line, "verdict", "no such verdict", "a verdict", step))
        elif verdict:
            counts[row["stratum"]][verdict] += 1
    if problems:
        raise UserError(problems)
    judged = [_stratum(row, counts[code]) for code, row in strata.items()]
    _need_verdicts(sheet, judged)
    return judged


def read_judgements(sheet: Path) -> list[tuple[tuple[str, str], tuple[str, str], bool]]:
    """The pairs of records of a sheet that were judged to be one person (True) or two; others are left out.

    UserError for a sheet changed in more than its verdicts, and for each verdict that is not one of `VERDICTS`.
    """
    judged, problems = [], []
    for line, row in _read_csv(sheet, SHEET):
        verdict = _verdict(row)
        if verdict and verdict not in VERDICTS:
            step = did_you_mean(verdict, VERDICTS)
            problems.append(Problem(str(sheet), line, "verdict", "no such verdict", "a verdict", step))
        elif verdict and verdict != "cannot_tell":
            one, other = ((row[f"{side}_source"], row[f"{side}_record_id"]) for side in ("one", "other"))
            judged.append((one, other, verdict == "same"))
    if problems:
        raise UserError(problems)
    return judged


def _verdict(row: dict[str, str]) -> str:
    return row["verdict"].strip().lower().replace(" ", "_").replace("'", "")


def _stratum(row: dict[str, str], counts: dict[str, int]) -> Stratum:
    return Stratum(
        linked=row["linked"] == "1",
        pairs=int(row["pairs"]),
        same=counts["same"],
        not_same=counts["not_same"],
        cannot_tell=counts["cannot_tell"],
        group=row["group"],
    )


def _need_verdicts(sheet: Path, strata: list[Stratum]) -> None:
    empty = sum(1 for stratum in strata if stratum.pairs and not stratum.judged)
    if empty:
        found = f"{empty} of {len(strata)} strata have no same and no not_same yet"
        step = "Judge further pairs, from the top down."
        raise UserError(Problem(str(sheet), 0, "verdict", found, "some verdicts in each", step))


def _read_csv(path: Path, header: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Rows by column, each with its line."""
    if not path.is_file():
        step = "Write both with: plainview sample PROJECT --pairs N --out FILE.csv"
        raise UserError(Problem(str(path), 0, "", "no such file", "a sheet and its strata file", step))
    with path.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.DictReader(handle)
        if tuple(reader.fieldnames or ()) != tuple(header):
            step = "Fill in the verdicts and leave all else as it was."
            raise UserError(Problem(str(path), 1, "", "other columns", ", ".join(header), step))
        rows = []
        for row in reader:
            if None in row or None in row.values():
                step = "Fill in the verdicts and leave all else as it was."
                raise UserError(Problem(str(path), reader.line_num, "", "broken row", "every column", step))
            rows.append((reader.line_num, row))
        return rows
