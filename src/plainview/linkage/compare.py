"""Find the pairs worth comparing and compare them: tuples to pairs with their agreement patterns."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import numpy as np

from plainview.engine.tables import read_table, write_table
from plainview.linkage.blocking import CANDIDATES, find_candidates, rules_for
from plainview.linkage.comparisons import compared, comparisons
from plainview.linkage.features import FEATURES, make_features
from plainview.linkage.fields import table
from plainview.linkage.mixture import Ints
from plainview.linkage.model import read_kept_model
from plainview.linkage.statistics import Statistics, take_statistics
from plainview.project.specs import Project

STATISTICS = "statistics.json"


def count_statistics(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`tuples` and `identities` to `statistics.json`: those of the project's model, or, without one, counted here.

    Counts: `tuples`, `first_names` and `last_names` (names that are not rare), `sources`.
    """
    kept = read_kept_model(project)
    statistics = kept.statistics if kept else take_statistics(con, project, folder)
    text = json.dumps(statistics.as_dict(), indent=1, ensure_ascii=False) + "\n"
    (folder / STATISTICS).write_text(text, "utf-8")
    bands = statistics.bands
    return {
        "tuples": statistics.tuples,
        "first_names": len(bands["first_name"]),
        "last_names": len(bands["last_name"]),
        "sources": len(statistics.sources),
    }


def compare(con: duckdb.DuckDBPyConnection, project: Project, folder: Path) -> dict[str, int]:
    """`tuples`, `identities` and `statistics.json` to `pairs`.

    `pairs`: node_l < node_r (the 0-based places of two tuples in `tuples`) and pattern (see `comparisons`), a
    row for each two tuples that some blocking rule brings together. Counts: `tuples`, `rules`, `pairs`.
    """
    statistics = read_statistics(folder)
    tuples = make_features(con, project, folder, statistics)
    rules = rules_for(project.spec.linkage.blocking)
    find_candidates(con, rules)
    query = compared(CANDIDATES, FEATURES, comparisons(statistics.sources))
    pairs = write_table(con, f"{query} ORDER BY node_l, node_r", table(folder, "pairs"))
    con.execute(f"DROP TABLE {FEATURES}; DROP TABLE {CANDIDATES}")
    return {"tuples": tuples, "rules": len(rules), "pairs": pairs}


def read_statistics(folder: Path) -> Statistics:
    """Those that a snapshot's pairs were compared with."""
    return Statistics.from_dict(json.loads((folder / STATISTICS).read_text("utf-8")))


def count_patterns(con: duckdb.DuckDBPyConnection, folder: Path) -> tuple[Ints, Ints]:
    """The patterns of `pairs` in ascending order, and how many pairs have each."""
    found = con.execute(
        f"SELECT pattern, count(*) AS n FROM {read_table(table(folder, 'pairs'))} GROUP BY pattern ORDER BY pattern"
    ).fetchnumpy()
    return found["pattern"].astype(np.int64), found["n"].astype(np.int64)
