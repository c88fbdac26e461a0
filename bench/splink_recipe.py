"""Plain Splink 5 as its documentation has it, on the records of a built project: the measure to beat.

    python bench/splink_recipe.py PROJECT TRUTH [--threshold 0.95] [--folder FOLDER] [--json]

FOLDER holds the tables of the records; by default the snapshot that serves. Training, prediction (blocking and
comparing) and clustering are timed apart.

The recipe is that of Splink's example "Deduplicate 50k rows historical persons": its comparisons (with the
e-mail comparison of the tutorial), its blocking rules, its training, clusters at .95. Left out are what these
records do not have (birth place, occupation) and the rules on the first three letters of the postcode:
within one authority nearly all postcodes begin alike. Every record goes in, as Splink asks for no collapsing;
names are lower-cased and full names parted, postcodes are taken from addresses, and no more.
"""

from __future__ import annotations

import argparse
import json
import logging
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from plainview.engine.duck import connect
from plainview.engine.tables import write_table
from plainview.linkage.evaluate import evaluate
from plainview.linkage.fields import read_records
from plainview.project.read import read_project

_LINES = ("address", "address_line_1", "address_line_2", "address_line_3")
_COLUMNS = ("full_name", "first_name", "last_name", "birth_date", "postcode", "email", *_LINES)
_POSTCODE = "([A-Za-z]{1,2}[0-9][A-Za-z0-9]? ?[0-9][A-Za-z]{2})"


def read_input(con: duckdb.DuckDBPyConnection, root: Path, folder: Path) -> int:
    """All records that have a name, lightly tidied, as the table `people`."""
    project = read_project(root)
    records = read_records(con, project, folder, _COLUMNS)
    lines = f"concat_ws(' ', {', '.join(_LINES)})"
    con.execute(
        f"""
        CREATE TABLE people AS
        WITH parted AS (
            SELECT *, CASE WHEN contains(full_name, ',')
                           THEN split_part(full_name, ',', 2) || ' ' || split_part(full_name, ',', 1)
                           ELSE full_name END AS whole,
                   coalesce(postcode, nullif(regexp_extract({lines}, '{_POSTCODE}', 1), '')) AS code
            FROM ({records})
        ), named AS (
            SELECT source, record_id, code, email, birth_date::VARCHAR AS dob,
                   nullif(lower(trim(coalesce(last_name, split_part(trim(whole), ' ', -1)))), '') AS surname,
                   nullif(lower(trim(coalesce(first_name, split_part(trim(whole), ' ', 1)))), '')
                       AS first_name
            FROM parted
        )
        SELECT row_number() OVER (ORDER BY source, record_id) AS unique_id, source AS data_set, record_id,
               first_name, surname, first_name || ' ' || surname AS first_name_surname_concat, dob,
               upper(code) AS postcode, lower(email) AS email
        FROM named WHERE coalesce(first_name, surname) IS NOT NULL
        """
    )
    con.execute("SELECT count(*) FROM people")
    return int(con.fetchall()[0][0])


def settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("substr(first_name,1,3)", "substr(surname,1,4)"),
            block_on("surname", "dob"),
            block_on("first_name", "dob"),
            block_on("postcode", "first_name"),
            block_on("postcode", "surname"),
            block_on("substr(first_name,1,2)", "substr(surname,1,2)", "substr(dob,1,4)"),
            block_on("email"),
        ],
        comparisons=[
            cl.ForenameSurnameComparison(
                "first_name", "surname", forename_surname_concat_col_name="first_name_surname_concat"
            ),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.PostcodeComparison("postcode"),
            cl.EmailComparison("email"),
        ],
        retain_matching_columns=False,
    )


class Phases:
    """CPU and wall seconds from one mark to the next, threads included, said as they end."""

    def __init__(self) -> None:
        self.seconds: dict[str, dict[str, float]] = {}
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def end(self, name: str) -> None:
        """The phase `name` is over."""
        wall, cpu = time.perf_counter(), time.process_time()
        took = {"cpu_s": round(cpu - self._cpu, 2), "wall_s": round(wall - self._wall, 2)}
        self.seconds[name] = took
        self._wall, self._cpu = wall, cpu
        print(f"    splink {name}: {took['cpu_s']} CPU s, {took['wall_s']} s", file=sys.stderr, flush=True)


def link(con: duckdb.DuckDBPyConnection, threshold: float, phases: Phases) -> str:
    """Train, predict and cluster; the name of the table with cluster_id and unique_id."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = Linker(DuckDBAPI(connection=con).register("people"), settings(), log_level=None)
    _train(linker)
    phases.end("train")
    predictions = linker.inference.predict(threshold_match_probability=0.5)
    phases.end("predict")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        predictions, threshold_match_probability=threshold
    )
    phases.end("cluster")
    return str(clusters.physical_name)


def _train(linker: Linker) -> None:
    linker.training.estimate_probability_two_random_records_match(
        [
            block_on("first_name", "surname", "dob"),
            block_on("substr(first_name,1,2)", "surname", "postcode"),
            block_on("dob", "postcode"),
        ],
        recall=0.6,
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first_name", "surname"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))


def measure(root: Path, truth: Path, threshold: float, folder: Path | None = None) -> dict[str, Any]:
    """Link the records and hold the result against the truth; plain data for JSON."""
    con = connect(memory="6GB")
    phases = Phases()
    records = read_input(con, root, folder or root / "snapshots" / "current")
    phases.end("prepare")
    clusters = link(con, threshold, phases)
    peak = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(scratch) / "index.parquet"
        query = (
            f"SELECT p.data_set AS source, p.record_id, c.cluster_id::VARCHAR AS person_id "
            f"FROM people p JOIN {clusters} c USING (unique_id) ORDER BY source, p.record_id"
        )
        write_table(con, query, index)
        result = evaluate(con, index, truth)
    linked = [phases.seconds[name] for name in ("train", "predict", "cluster")]
    return {
        **result,
        "linked_records": records,
        "stages": phases.seconds,
        "cpu_seconds": sum(phase["cpu_s"] for phase in linked),
        "wall_seconds": sum(phase["wall_s"] for phase in linked),
        "peak_mb": peak,
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("project", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--threshold", type=float, default=0.95)
    parser.add_argument("--folder", type=Path, help="where the records' tables are")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    result = measure(args.project, args.truth, args.threshold, args.folder)
    if args.json:
        print(json.dumps(result, indent=2))
        return
    for name in ("precision", "recall", "f1"):
        print(f"{name:10} {result['pairwise'][name]:.4f}")
    print(
        f"{result['linked_records']:,} records, {result['cpu_seconds']:.0f} CPU s, {result['wall_seconds']:.0f} s"
    )


if __name__ == "__main__":
    main()
