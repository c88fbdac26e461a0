"""The tutorial is run as written: every `sh` block in turn, and what it says is printed is printed.

A `text` block after an `sh` block is part of its output, line by line, where `...` stands for anything. A
command expected to fail is followed by `# exit 2` in the block.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"^```(sh|text|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(path: Path) -> Iterator[tuple[str, list[str]]]:
    """Each shell block of a page with the lines of output that the page shows for it."""
    commands = ""
    for kind, body in _BLOCK.findall(path.read_text(encoding="utf-8")):
        if kind == "sh":
            if commands:
                yield commands, []
            commands = body
        elif kind == "text" and commands:
            yield commands, body.splitlines()
            commands = ""
    if commands:
        yield commands, []


def run(commands: str, folder: Path, **variables: str) -> str:
    """What the block prints; fails if a command does not end as the page says."""
    script = "set -e\n"
    for line in re.sub(r"\\\n\s*", "", commands).splitlines():
        command, _, code = line.partition("# exit ")
        script += f"set +e; {command}; code=$?; set -e; [ $code = {code} ]\n" if code else f"{line}\n"
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "COLUMNS": "110",
    }
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{commands}\n{done.stdout}"
    return done.stdout


def assert_shows(output: str, lines: list[str]) -> None:
    """Each line stands in the output, in order."""
    place = 0
    for line in filter(str.strip, lines):
        pattern = r"\s+".join(".*?".join(map(re.escape, word.split("..."))) for word in line.split())
        found = re.compile(pattern).search(output, place)
        assert found, f"not printed: {line}\n--- the output was\n{output}"
        place = found.end()


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    done = 0
    for commands, lines in steps(ROOT / "docs" / "tutorial.md"):
        assert_shows(run(commands, tmp_path), lines)
        done += 1
    assert done >= 8


_EXTRACT = """Tenant Ref,Surname,Forename,D.O.B.,Gender,NI Number,Address,Postcode,Rent Arrears,Benefit,Officer Notes
T1,Marlowe,Ines,04/07/1988,Female,,1 Alder Lane,ZQ1 1AB,0,Y,
T2,Okafor,Chidi,13/02/2001,Male,,2 Alder Lane,ZQ1 1AB,12.50,N,
"""


def test_the_readme_leads_to_a_first_snapshot_of_your_own(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    block = next(body for kind, body in _BLOCK.findall(readme) if "plainview new" in body)
    commands = "\n".join(line for line in block.splitlines() if line.startswith(("plainview", "cp")))
    (tmp_path / "extracts").mkdir()
    (tmp_path / "extracts" / "tenancies_2026-11-02.csv").write_text(_EXTRACT, encoding="utf-8")
    assert_shows(run(commands, tmp_path, HOME=str(tmp_path)), ["now serves", "completeness"])
