"""A build can be killed at any point: the old snapshot still serves, whole, and the next build runs."""

import hashlib
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from small_projects import change_a_delivery, make_small_project

from plainview import api
from plainview.build.snapshots import need_snapshot

pytestmark = pytest.mark.slow

_PROGRAM = Path(__file__).with_name("killed_build.py")


def run(project: Path, how: str, number: int) -> "subprocess.CompletedProcess[str]":
    words = [sys.executable, str(_PROGRAM), str(project), how, str(number)]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def bytes_of(folder: Path) -> dict[str, str]:
    """Every file of a snapshot with the hash of its bytes."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def make_waiting_project(root: Path) -> Path:
    """A project with a snapshot that serves, and a changed delivery waiting to be built."""
    project = make_small_project(root)
    api.build(project)
    change_a_delivery(project)
    return project


@pytest.mark.parametrize("how", ["before", "within"])
def test_a_killed_build_loses_nothing(tmp_path: Path, how: str) -> None:
    disturbed = make_waiting_project(tmp_path / "disturbed")
    serving = need_snapshot(disturbed)
    before = bytes_of(serving.folder)

    killed = 0
    while (ended := run(disturbed, how, killed + 1)).returncode:
        assert ended.returncode == -signal.SIGKILL, ended.stderr
        killed += 1
        assert need_snapshot(disturbed).id == serving.id, f"an unfinished build showed: rename {killed}"
        assert bytes_of(serving.folder) == before
    assert killed > 12, "killed at too few points to say anything"

    # The build that was left alone at last equals one that was never disturbed.
    calm = make_waiting_project(tmp_path / "calm")
    expected = api.build(calm).snapshot.manifest["content"]
    assert need_snapshot(disturbed).manifest["content"] == expected
