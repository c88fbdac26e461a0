"""What an engine does with tables and files, on both."""

import pytest

from plainview.engine.spark import SparkFault
from plainview.engine.tables import read_table

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

NUMBERED = "SELECT unnest(string_split('b a d c e', ' ')) AS word"


@pytest.fixture(params=["duckdb", "spark"])
def engine(request, duck, spark):
    return {"duckdb": duck, "spark": spark}[request.param]


def test_a_file_has_the_same_rows_types_and_order(duck, spark, tmp_path):
    query = f"""
        SELECT word, md5(word) AS hash, length(word) AS letters, year(DATE '2020-01-01') AS y, 0.5::DOUBLE AS half,
               row_number() OVER (ORDER BY word) AS place, 1::TINYINT AS one, [word] AS words, nullif(word, 'c') AS maybe
        FROM ({NUMBERED}) ORDER BY maybe DESC, word
    """
    written = []
    for engine in (duck, spark):
        path = tmp_path / engine.name / "words.parquet"
        assert engine.write(query, path) == 5
        assert [file.name for file in path.parent.iterdir()] == ["words.parquet"]
        written.append(
            (
                duck.rows(f"SELECT * FROM {read_table(path)}"),
                [row[:2] for row in duck.rows(f"DESCRIBE SELECT * FROM {read_table(path)}")],
            )
        )
    assert written[1] == written[0]


def test_a_file_is_read_back_in_its_order(engine, tmp_path):
    engine.write(f"{NUMBERED} ORDER BY word", tmp_path / "words.parquet")
    assert engine.rows(f"SELECT * FROM {read_table(tmp_path / 'words.parquet')} ORDER BY word LIMIT 2") == [
        ("a",),
        ("b",),
    ]


def test_a_table_can_be_replaced_by_a_query_over_itself(engine):
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE w AS {NUMBERED}; CREATE OR REPLACE TEMP TABLE w AS SELECT * FROM w WHERE word < 'c'"
    )
    assert engine.rows("SELECT word FROM w ORDER BY word") == [("a",), ("b",)]


def test_a_dropped_table_is_gone(engine):
    engine.run(f"CREATE OR REPLACE TEMP TABLE gone AS {NUMBERED}; DROP TABLE gone")
    with pytest.raises(Exception, match=r"gone|TABLE_OR_VIEW_NOT_FOUND"):
        engine.rows("SELECT * FROM gone")


def test_an_empty_table_keeps_its_columns(engine, tmp_path):
    assert (
        engine.write(
            f"SELECT word FROM ({NUMBERED}) WHERE word > 'z' ORDER BY word", tmp_path / "none.parquet"
        )
        == 0
    )
    assert engine.arrow(f"SELECT * FROM {read_table(tmp_path / 'none.parquet')}").column_names == ["word"]


def test_a_fault_on_spark_names_no_value(spark, capfd):
    spark.run("CREATE OR REPLACE TEMP TABLE secret AS SELECT 'Winterbottom' AS name")
    with pytest.raises(SparkFault, match="CAST_INVALID_INPUT") as fault:
        spark.rows("SELECT name::BIGINT AS n FROM secret")
    assert "Winterbottom" not in str(fault.value)
    assert fault.value.__context__ is None
    with pytest.raises(SparkFault, match="UNRESOLVED_COLUMN"):
        spark.run("CREATE OR REPLACE TEMP TABLE none AS SELECT 'Winterbottom' AS name, nothing FROM secret")
    assert "".join(capfd.readouterr()) == ""


def test_rows_may_be_sorted_by_what_is_not_written(engine, tmp_path):
    path = tmp_path / "sorted.parquet"
    assert engine.write(f"SELECT upper(w.word) AS capital FROM ({NUMBERED}) w ORDER BY w.word", path) == 5
    assert engine.rows(f"SELECT * FROM {read_table(path)} LIMIT 1") == [("A",)]


def test_a_view_follows_its_table(engine):
    engine.run(
        f"CREATE OR REPLACE TEMP TABLE v AS {NUMBERED}; CREATE OR REPLACE TEMP VIEW early AS SELECT word FROM v WHERE word < 'c'"
    )
    assert engine.rows("SELECT word FROM early ORDER BY word") == [("a",), ("b",)]
    engine.run("DROP VIEW early; DROP TABLE v")
    with pytest.raises(Exception, match=r"early|TABLE_OR_VIEW_NOT_FOUND"):
        engine.rows("SELECT * FROM early")


def test_rows_of_a_file_are_numbered_in_its_order(engine, duck, tmp_path):
    path = tmp_path / "numbered.parquet"
    duck.write("SELECT i AS n FROM range(300000) t(i) ORDER BY n DESC", path)
    (found,) = engine.rows(
        "SELECT count(*), count(*) FILTER (WHERE n + file_row_number = 299999) "
        f"FROM read_parquet('{path}', file_row_number = true)"
    )
    assert found == (300000, 300000)
