"""Parents and carers found in an invented authority, held against its truth; and every contact accounted for."""

from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from plainview import api
from plainview.engine.duck import connect
from plainview.linkage.family_truths import evaluate_families


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("families") / "authority"
    api.make_demo(root, residents=2500, seed=11)
    api.build(root)
    return root


def test_hardly_anybody_is_taken_for_a_parent_who_is_none(authority: Path) -> None:
    found = evaluate_families(connect(), api.serving(authority).folder, authority / "truth")
    assert found["precision"] >= 0.98
    assert found["recall_of_named"] >= 0.9
    assert found["families_right"] >= 0.98


def test_every_record_that_names_somebody_is_accounted_for(authority: Path) -> None:
    summary, folder = api.summary(authority), api.serving(authority).folder
    parts = (summary.relationships, summary.contacts_unmatched, summary.contacts_excluded)
    assert summary.statements == sum(parts)
    rows = [pq.read_table(folder / f"relationships{name}.parquet").num_rows for name in ("", "_unmatched")]
    assert sum(rows) == summary.statements > 400
    assert summary.families > 100
    assert summary.professional_families > 10


def test_no_family_table_holds_a_name_or_a_number_of_a_service(authority: Path) -> None:
    folder = api.serving(authority).folder
    said = duckdb.sql(
        f"SELECT related_name AS word FROM '{folder}/records/schools.parquet' WHERE word IS NOT NULL "
        f"UNION SELECT family_number FROM '{folder}/records/early_help.parquet' WHERE family_number IS NOT NULL"
    ).fetchall()
    words = {word for (word,) in said}
    for name in ("families", "family_members", "family_differences", "relationships_unmatched"):
        for column in pq.read_table(folder / f"{name}.parquet").columns:
            assert words.isdisjoint(str(value) for value in column.to_pylist()), name
