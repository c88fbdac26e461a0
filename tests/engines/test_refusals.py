"""What Spark would not do, or would do otherwise, is refused by name before it runs. No Java is needed."""

import sys

import pytest
from small_projects import make_small_project

from plainview.build.run import run_build
from plainview.engine.engines import open_engine
from plainview.engine.transpile import UntranslatableError, statements, transpile
from plainview.project.errors import UserError
from plainview.project.read import read_project


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELECT hash(a) FROM t", "md5"),
        ("SELECT made_up(a) FROM t", "made_up"),
        ("SELECT strftime(d, '%Y') FROM t", "year"),
        ("SELECT date_diff('month', a, b) FROM t", "only days and years"),
        ("SELECT list(a ORDER BY b) FROM t", "sorted by itself"),
        ("SELECT left(a, n) FROM t", "substring"),
        ("SELECT a[1:2] FROM t", "substring"),
        ("SELECT log(3, a) FROM t", "log2"),
        ("SELECT * REPLACE (a + 1 AS a) FROM t", "name the columns"),
        ("SELECT * FROM a ASOF JOIN b ON a.x >= b.x", "ON or USING"),
        ("SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b", "QUALIFY"),
        ("SELECT * FROM t USING SAMPLE 10", "md5"),
        ("SELECT * FROM read_parquet('x', filename = true)", "only file_row_number"),
        ("INSERT INTO t SELECT 1", "CREATE TEMP TABLE"),
        ("CREATE TABLE t AS SELECT 1", "CREATE TEMP TABLE"),
        ("CREATE MACRO f(a) AS a + 1", "CREATE TEMP TABLE"),
    ],
)
def test_what_has_no_equal_is_refused(statement, told):
    with pytest.raises(UntranslatableError, match=told):
        statements(statement)


def test_a_script_becomes_its_statements():
    made = statements(
        "CREATE OR REPLACE TEMP TABLE a AS SELECT 1 AS b ORDER BY b; DROP TABLE IF EXISTS c; SELECT b FROM a ORDER BY b"
    )
    assert [(s.kind, s.table, s.order) for s in made] == [
        ("create", "a", ""),
        ("drop", "c", ""),
        ("select", "", "ORDER BY b"),
    ]
    assert made[2].query == "SELECT b FROM a"


def test_a_dear_call_gets_nulls_where_its_gate_is_shut():
    written = transpile("SELECT CASE WHEN a = b THEN damerau_levenshtein(c, d) <= 1 ELSE false END FROM t")
    assert "DUCKDB_DAMERAU_LEVENSHTEIN(CASE WHEN a = b THEN c END, d)" in written


@pytest.mark.parametrize("missing", ["pyspark", "java"])
def test_a_missing_part_is_told_with_the_next_step(monkeypatch, tmp_path, missing):
    if missing == "pyspark":
        monkeypatch.setitem(sys.modules, "pyspark", None)
        monkeypatch.setattr("plainview.engine.spark.find_spec", lambda name: None)
    else:
        monkeypatch.setattr("plainview.engine.spark.find_spec", lambda name: object())
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UserError) as told:
        open_engine("spark", scratch=tmp_path)
    (problem,) = told.value.problems
    assert (problem.path, problem.key) == ("plainview.toml", "engine.name")
    assert {"pyspark": "pip install", "java": "apt-get install openjdk"}[missing] in problem.next_step


def test_a_build_without_spark_stops_before_it_reads(monkeypatch, tmp_path):
    make_small_project(tmp_path)
    toml = tmp_path / "plainview.toml"
    toml.write_text(toml.read_text("utf-8") + '\n[engine]\nname = "spark"\n', "utf-8")
    monkeypatch.setattr("plainview.engine.spark.find_spec", lambda name: None)
    with pytest.raises(UserError, match="PySpark is not installed"):
        run_build(read_project(tmp_path), [])
    assert not (tmp_path / "snapshots").exists()
