"""Where tables are made, and that each side sees the other's; a second DuckDB stands in for Spark."""

import re

import duckdb
import pyarrow as pa
import pytest

from plainview.engine.duck import connect
from plainview.engine.spark_connection import SparkConnection
from plainview.engine.tables import read_table, write_table


class StandIn:
    """As much of a SparkEngine as the connection uses."""

    def __init__(self, folder):
        self.con, self.folder, self.number, self.written = connect(), folder, 0, []

    def run(self, script):
        if drop := re.fullmatch(r"DROP TABLE (\w+)", script):
            self.con.execute(f"DROP VIEW IF EXISTS {drop[1]}")
        elif made := re.match(r"CREATE OR REPLACE TEMP TABLE (\w+) AS", script):
            path = self.place(made[1])
            self.con.execute(f"COPY ({script[made.end() :]}) TO '{path}' (FORMAT parquet)")
            self.take(made[1], path)
        else:
            self.con.execute(script)

    def place(self, table):
        self.number += 1
        return self.folder / f"{self.number}-{table}.parquet"

    def take(self, table, path):
        self.con.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM {read_table(path)}")

    def parts(self, table):
        (sql,) = self.con.execute(f"SELECT sql FROM duckdb_views() WHERE view_name = '{table}'").fetchall()[0]
        return sql[sql.index("FROM") + 4 :].rstrip("; \n")

    def write(self, query, path):
        self.written.append(path.name)
        return write_table(self.con, query, path)


@pytest.fixture
def spark(tmp_path):
    return StandIn(tmp_path)


@pytest.fixture
def over(spark):
    return SparkConnection(connect(), spark)


@pytest.fixture
def words(tmp_path):
    path = tmp_path / "words.parquet"
    write_table(connect(), "SELECT unnest(['a', 'b', 'c']) AS word ORDER BY word", path)
    return read_table(path)


def _rows(over, query):
    return over.execute(query).fetchall()


def test_what_reads_a_file_is_made_on_spark_and_so_is_what_comes_of_it(over, words):
    over.execute(f"CREATE OR REPLACE TEMP TABLE early AS SELECT * FROM {words} WHERE word < 'c'")
    over.execute("CREATE OR REPLACE TEMP TABLE earlier AS SELECT * FROM early WHERE word < 'b'")
    assert over.made == {"early": "spark", "earlier": "spark"}
    assert _rows(over, "SELECT * FROM earlier") == [("a",)]


def test_what_is_made_of_things_of_this_machine_or_by_a_macro_is_made_here(over, words):
    over.register("given", pa.table({"word": ["b"], "n": [7]}))
    over.execute("CREATE OR REPLACE TEMP TABLE kept AS SELECT * FROM given")
    over.unregister("given")
    over.execute("CREATE OR REPLACE TEMP MACRO shout(x) AS upper(x)")
    over.execute(f"CREATE OR REPLACE TEMP TABLE loud AS SELECT word, shout(word) AS shouted FROM {words}")
    assert over.made == {"kept": "here", "loud": "here"}
    over.execute(
        f"CREATE OR REPLACE TEMP TABLE joined AS SELECT shouted, n FROM {words} JOIN kept USING (word) JOIN loud USING (word)"
    )
    assert over.made["joined"] == "spark"
    assert _rows(over, "SELECT * FROM joined") == [("B", 7)]


def test_spark_sees_a_table_as_it_is_now(over, words):
    over.execute("CREATE OR REPLACE TEMP TABLE chosen AS SELECT 'a' AS word")
    for expected in (1, 2):
        over.execute(
            f"CREATE OR REPLACE TEMP TABLE both_sides AS SELECT * FROM {words} SEMI JOIN chosen USING (word)"
        )
        assert _rows(over, "SELECT count(*) FROM both_sides") == [(expected,)]
        over.execute("INSERT INTO chosen SELECT 'c'")


def test_a_table_may_be_replaced_by_a_query_over_itself_and_change_sides(over, words):
    over.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM {words}")
    over.execute("CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM t WHERE word > 'a'")
    assert _rows(over, "SELECT * FROM t ORDER BY word") == [("b",), ("c",)]
    over.execute("CREATE OR REPLACE TEMP TABLE t AS SELECT 1 AS n")
    assert (over.made["t"], _rows(over, "SELECT * FROM t")) == ("here", [(1,)])
    over.execute(f"CREATE OR REPLACE TEMP TABLE t AS SELECT * FROM {words}")
    assert (over.made["t"], len(_rows(over, "SELECT * FROM t"))) == ("spark", 3)


def test_a_view_is_seen_on_both_sides_until_it_is_dropped(over, words):
    over.execute(f"CREATE OR REPLACE TEMP VIEW seen AS SELECT * FROM {words} WHERE word > 'b'")
    over.execute("CREATE OR REPLACE TEMP TABLE made AS SELECT * FROM seen")
    assert _rows(over, "SELECT s.word FROM seen s JOIN made m USING (word)") == [("c",)]
    over.execute("DROP VIEW seen; DROP TABLE made")
    for name in ("seen", "made"):
        with pytest.raises(duckdb.CatalogException):
            over.execute(f"SELECT * FROM {name}")


def test_files_are_written_where_their_rows_are(over, spark, words, tmp_path):
    over.execute("CREATE OR REPLACE TEMP TABLE here AS SELECT 1 AS n")
    assert write_table(over, "SELECT n FROM here ORDER BY n", tmp_path / "small.parquet") == 1
    assert write_table(over, f"SELECT word FROM {words} ORDER BY word", tmp_path / "large.parquet") == 3
    assert spark.written == ["large.parquet"]


def test_hashes_of_this_machine_are_signed_on_spark_and_stay_in_order(over, words):
    over.execute(
        "CREATE OR REPLACE TEMP TABLE hashes AS SELECT unnest([0, 1, 18446744073709551615]::UBIGINT[]) AS h"
    )
    over.execute(f"CREATE OR REPLACE TEMP TABLE sent AS SELECT DISTINCT h FROM {words}, hashes")
    assert _rows(over, "SELECT h FROM sent ORDER BY h") == [(-(2**63),), (-(2**63) + 1,), (2**63 - 1,)]
