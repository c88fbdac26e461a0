"""Reading delimited text, against Python's csv module as the slow obvious oracle."""

import csv
import io
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.project.specs import FileSpec
from plainview.sources import layouts
from plainview.sources.streams import BrokenFile
from plainview.sources.texts import read_delimited

CON = connect(threads=2)
Rows = list[list[str]]
Reading = tuple[tuple[str, ...], list[tuple[int, str]], Rows]


def spec_of(**keys: str) -> FileSpec:
    return FileSpec.model_validate({"pattern": "x_{date}.csv", **keys})


def read(text: str | bytes, spec: FileSpec, *, careful: bool = False) -> Reading | str:
    """Header, malformed rows and good rows; or the sentence that says what is wrong."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            raw = read_delimited(path, "x.csv", spec, Path(folder), careful=careful)
        except BrokenFile as error:
            return str(error)
        rows = [[value or "" for value in row] for row in CON.execute(raw.select).fetchall()]
        assert len(rows) == raw.good_rows
        cut = list(zip(raw.cut_rows.tolist(), raw.cut_rules, strict=True))
        return raw.header, cut, rows


def oracle(text: str, delimiter: str, quote: str) -> Reading | None:
    """What Python's csv makes of it; None where it does not parse it."""
    try:
        table = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote, strict=True)
        )
    except csv.Error:
        return None
    header, *rows = table
    rows = [row for row in rows if row]
    cut = [
        (number, "wrong_number_of_columns") for number, row in enumerate(rows, 1) if len(row) != len(header)
    ]
    good = [row for row in rows if len(row) == len(header)]
    return tuple(name.strip() for name in header), cut, good


def ends_early(text: str, delimiter: str, quote: str) -> bool:
    """Whether the last row is short and no line end follows it."""
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote))
    filled = [row for row in table[1:] if row]
    return bool(filled) and len(filled[-1]) < len(table[0]) and text[-1] not in "\r\n"


VALUES = st.text(alphabet="ab é\n\r\"',;|\t", max_size=6)
TABLES = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.one_of(
            st.lists(VALUES, min_size=width, max_size=width),
            st.lists(VALUES, min_size=0, max_size=width + 2),
        ),
        max_size=8,
    ).map(lambda rows: [[f"h{i}" for i in range(width)], *rows])
)


@settings(max_examples=80, deadline=None)
@given(
    TABLES,
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(['"', "'"]),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_any_table_written_by_a_csv_writer_reads_as_csv_reads_it(
    table: Rows, delimiter: str, quote: str, newline: str, quoting: int
) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(
        out,
        delimiter=delimiter,
        quotechar=quote,
        lineterminator=newline,
        quoting=quoting,  # type: ignore[arg-type]
    )
    writer.writerows(table)
    spec = spec_of(delimiter=delimiter, quote=quote)
    expected = oracle(out.getvalue(), delimiter, quote)
    if expected is not None:
        assert read(out.getvalue(), spec) == expected
    assert read(out.getvalue(), spec) == read(out.getvalue(), spec, careful=True)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet='a,"\n', max_size=30), st.sampled_from(["", "\r"]))
@example('"a"b,c\n1,2\n', "")
@example('1,"2\n3,4\n5,6\n', "")
@example('1,2\n"', "")
@example('"",""\n"""",""""""\n', "")
def test_any_text_at_all_reads_the_same_fast_and_slowly(body: str, odd_return: str) -> None:
    text = "x,y\n" + body.replace("aa", "a" + odd_return)
    spec = spec_of()
    result = read(text, spec)
    assert result == read(text, spec, careful=True)
    expected = oracle(text, ",", '"')
    if expected is not None:
        if ends_early(text, ",", '"'):
            assert isinstance(result, str)
            assert "ends inside a row" in result
        else:
            assert result == expected


@settings(max_examples=60, deadline=None)
@given(TABLES, st.integers(1, 40))
def test_where_the_chunks_are_cut_does_not_matter(table: Rows, chunk: int) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(table)
    spec = spec_of()
    whole = read(out.getvalue(), spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(layouts, "_CHUNK", chunk)
        assert read(out.getvalue(), spec) == whole


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", "||", "¦", "~|~"])
def test_encodings_and_delimiters_give_one_result(encoding: str, delimiter: str) -> None:
    text = f'näme{delimiter}b\nZoë{delimiter}€5\n"a\nb"{delimiter}"x{delimiter}y"\nshort\n'
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    declared = {"cp1252": "windows-1252"}.get(encoding, "utf-16" if "16" in encoding else "utf-8")
    spec = spec_of(encoding=declared, delimiter=delimiter)
    assert read(mark + text.encode(encoding), spec) == (
        ("näme", "b"),
        [(3, "wrong_number_of_columns")],
        [["Zoë", "€5"], ["a\nb", f"x{delimiter}y"]],
    )


def test_row_numbers_count_rows_not_lines_and_blank_lines_are_no_rows() -> None:
    text = 'a,b\n1,"x\ny\nz"\n\n3\n\n4,5\n6,7,8\n"9"9,1\n2,3\n'
    assert read(text, spec_of()) == (
        ("a", "b"),
        [(2, "wrong_number_of_columns"), (4, "wrong_number_of_columns"), (5, "bad_quoting")],
        [["1", "x\ny\nz"], ["4", "5"], ["2", "3"]],
    )


def test_a_stray_quote_costs_its_own_line_only() -> None:
    text = "a,b\n" + '1,"2\n' + "".join(f"{i},{i}\n" for i in range(50))
    result = read(text, spec_of())
    assert isinstance(result, tuple)
    assert result[1] == [(1, "bad_quoting")]
    assert len(result[2]) == 50


def test_a_header_that_ends_otherwise_than_its_rows_loses_no_row() -> None:
    assert read("a,b\n1,2\r\n3,4\r\n", spec_of()) == (("a", "b"), [], [["1", "2"], ["3", "4"]])
    assert read("a,b\r1,2\r3,4\r", spec_of()) == (("a", "b"), [], [["1", "2"], ["3", "4"]])


def test_a_quote_inside_a_plain_value_is_a_character() -> None:
    assert read('a,b\n5" pipe,x\n', spec_of()) == (("a", "b"), [], [['5" pipe', "x"]])


def test_values_longer_than_a_field_may_be_are_cut() -> None:
    text = 'a,b\n1,"' + "x" * 200_000 + '"\n2,y\n'
    assert read(text, spec_of()) == (("a", "b"), [(1, "bad_quoting")], [["2", "y"]])


@pytest.mark.slow
@pytest.mark.parametrize("value", ["x\n", "x,", "long enough to fill several of the reader's buffers " * 3])
def test_many_rows_keep_their_order_and_number(value: str) -> None:
    """Large enough to be read in parallel, where no value holds a line break."""
    rows = [[str(i), value * (i % 3), 'q"' * (i % 5)] for i in range(400_000)]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([["a", "b", "c"], *rows])
    result = read(out.getvalue(), spec_of())
    assert isinstance(result, tuple)
    assert result[2] == rows


def test_the_database_alone_would_lose_rows_with_the_wrong_line_end(tmp_path: Path) -> None:
    """Why nothing is left to the reader's defaults: it reads no row at all here, and says nothing."""
    path = tmp_path / "x.csv"
    path.write_bytes(b"a\r\n1\r\n")
    query = f"SELECT * FROM read_csv('{path}', columns={{'a': 'VARCHAR'}}, auto_detect=false, header=true"
    assert duckdb.sql(query + ", delim=',', new_line='\\n')").fetchall() == []
