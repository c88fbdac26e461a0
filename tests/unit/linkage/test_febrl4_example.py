"""FEBRL 4, people nobody here invented: the general code, its settings in the example's folder alone."""

from pathlib import Path

import pytest

from plainview.linkage.cluster import cluster
from plainview.linkage.collapse import collapse
from plainview.linkage.evaluate import evaluate
from plainview.linkage.persons import assign_persons
from plainview.linkage.score import score
from plainview.linkage.standardise import standardise
from plainview.linkage.train import train
from plainview.project.read import read_project

ROOT = Path(__file__).parents[3] / "examples" / "febrl4"


@pytest.mark.slow
def test_f1_of_at_least_999(con, tmp_path):
    project = read_project(ROOT)
    (tmp_path / "records").mkdir()
    for source in project.sources:
        (delivery,) = (ROOT / "deliveries").glob(f"{source.id}_*.csv")
        columns = ", ".join(
            f"try_strptime(\"{header}\", '%Y%m%d')::DATE AS {column.meaning}"
            if column.stored_type == "date"
            else f'"{header}" AS {column.meaning}'
            for header, column in source.columns.items()
        )
        con.execute(
            f"COPY (SELECT {columns} FROM read_csv('{delivery}', header = true, all_varchar = true) ORDER BY 1) "
            f"TO '{tmp_path}/records/{source.id}.parquet' (FORMAT parquet)"
        )
    for stage in (standardise, collapse, train, score, cluster):
        stage(con, project, tmp_path)
    assign_persons(con, project, tmp_path, None)
    result = evaluate(con, tmp_path / "index.parquet", ROOT / "truth.csv")
    assert result["pairwise"]["f1"] >= 0.999
    assert result["records"] == {"measured": 10000, "only_in_truth": 0, "only_in_index": 0}
