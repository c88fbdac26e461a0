"""FEBRL 4, people nobody here invented: the general code, its settings in the example's folder alone."""

from pathlib import Path

import pytest
from linkage_stages import run_to_persons

from plainview.linkage.evaluate import evaluate
from plainview.linkage.model import PROJECT_MODEL
from plainview.project.read import read_project

ROOT = Path(__file__).parents[3] / "examples" / "febrl4"


def load_records(con, project, folder):
    folder.mkdir()
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
            f"TO '{folder}/{source.id}.parquet' (FORMAT parquet)"
        )


@pytest.mark.slow
@pytest.mark.parametrize("anew", [False, True], ids=["as the example is", "trained anew"])
def test_f1_of_at_least_999(con, tmp_path, anew):
    project = read_project(ROOT)
    load_records(con, project, tmp_path / "records")
    if anew:
        project = project.model_copy(update={"root": tmp_path})
    counts = run_to_persons(con, project, tmp_path)
    assert counts["fitted"] == (not (project.root / PROJECT_MODEL).is_file())
    result = evaluate(con, tmp_path / "index.parquet", ROOT / "truth.csv")
    assert result["pairwise"]["f1"] >= 0.999
    assert result["records"] == {"measured": 10000, "only_in_truth": 0, "only_in_index": 0}
