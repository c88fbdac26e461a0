"""One session of each engine for all tests here: Java takes six seconds to start."""

import pytest

from plainview.engine.engines import open_engine


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    scratch = tmp_path_factory.mktemp("spark")
    with open_engine("spark", master="local[2]", memory="1GB", scratch=scratch) as engine:
        yield engine


@pytest.fixture(scope="session")
def duck(tmp_path_factory):
    with open_engine("duckdb", scratch=tmp_path_factory.mktemp("duck")) as engine:
        yield engine
