"""The generated pages are true: of the commands, and of a real snapshot's tables and columns."""

import re
from pathlib import Path

import duckdb
import pytest
from small_projects import make_small_project

from plainview import api
from plainview.build.catalogue import CATALOGUE, Table, render_snapshot
from plainview.cli.main import cli
from plainview.cli.reference import render_commands

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


@pytest.mark.parametrize(
    ("page", "text"), [("commands.md", render_commands(cli)), ("snapshot.md", render_snapshot())]
)
def test_committed_pages_are_what_is_generated(page: str, text: str) -> None:
    assert (REFERENCE / page).read_text(encoding="utf-8") == text, "run: python scripts/write_reference.py"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = make_small_project(tmp_path_factory.mktemp("reference") / "project")
    return api.build(project).snapshot.folder


def described(name: str) -> Table | None:
    pattern = re.sub(r"/.*", "/<source>", name)
    return next((table for table in CATALOGUE if table.name == pattern), None)


def test_every_table_and_column_is_described(snapshot: Path) -> None:
    missing = []
    seen = set()
    for path in snapshot.rglob("*.parquet"):
        name = str(path.relative_to(snapshot)).removesuffix(".parquet")
        table = described(name)
        if table is None:
            missing.append(name)
            continue
        seen.add(table.name)
        columns = [row[0] for row in duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]
        prefixes = tuple(table.more)
        missing += [
            f"{name}.{column}"
            for column in columns
            if column not in table.columns and not (prefixes and column.startswith(prefixes))
        ]
        missing += [
            f"{name}.{column} is described and not there" for column in table.columns.keys() - {*columns}
        ]
    assert missing == []
    assert seen == {table.name for table in CATALOGUE}


def test_every_link_between_pages_leads_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    broken = []
    for page in pages:
        targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
        local = [target for target in targets if not target.startswith(("http:", "https:"))]
        broken += [f"{page.name}: {target}" for target in local if not (page.parent / target).exists()]
    assert broken == []
