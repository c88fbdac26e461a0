from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import pyarrow.parquet as pq
import pytest

from plainview.demo.authority import AuthorityRun, write_authority
from plainview.demo.deliveries.declared import DemoSource, find_sources
from plainview.demo.deliveries.dice import define_dice
from plainview.demo.deliveries.mistakes import define_mistakes


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> AuthorityRun:
    """A small authority with two rounds of deliveries. Only to be read."""
    folder = tmp_path_factory.mktemp("demo") / "authority"
    return write_authority(folder, residents=1500, seed=3, weeks=2)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the dice and the mistakes defined."""
    with duckdb.connect() as connection:
        define_dice(connection)
        define_mistakes(connection)
        yield connection


Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def rows_of(authority: AuthorityRun) -> Callable[[str], Rows]:
    """The rows of a source's newest delivery, read the plainest way, without the product's own reader."""
    sources = {source.id: source for source in find_sources()}

    @cache
    def read(id: str) -> Rows:
        pattern: str = sources[id].toml["file"]["pattern"]
        return read_rows(authority.directory / pattern.replace("{date}", "2026-11-02"), sources[id])

    return read


_CODECS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}


def read_rows(path: Path, source: DemoSource) -> Rows:
    spec = source.toml["file"]
    if spec["format"] == "parquet":
        return pq.read_table(path).to_pylist()
    if spec["format"] == "excel":
        sheet = fastexcel.read_excel(path).load_sheet(spec["sheet"], dtypes="string")
        return sheet.to_arrow().to_pylist()
    text = io.StringIO(_unpack(path).decode(_CODECS[spec["encoding"]]), newline="")
    return list(csv.DictReader(text, delimiter=spec["delimiter"], strict=True))


def _unpack(path: Path) -> bytes:
    if path.suffix == ".gz":
        return gzip.decompress(path.read_bytes())
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.read(archive.namelist()[0])
    return path.read_bytes()
