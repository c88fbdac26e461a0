"""The rules of a build, shown with two small stages: one writes what it is told, one copies that in capitals."""

import json
from pathlib import Path

import pytest

from plainview.build.plan import make_plan
from plainview.build.run import run_build
from plainview.build.snapshots import (
    begin,
    build_lock,
    current_snapshot,
    list_snapshots,
    need_snapshot,
    prune_snapshots,
    use_snapshot,
)
from plainview.build.stages import Stage, Work
from plainview.project.errors import Problem, UserError
from plainview.project.specs import AuthoritySpec, Project, ProjectSpec


def make_project(root: Path) -> Project:
    (root / "plainview.toml").touch()
    spec = ProjectSpec(authority=AuthoritySpec(name="Test", controller="Test Council"))
    return Project(root=root, spec=spec, sources=())


def make_stages(word: str, version: int = 1) -> list[Stage]:
    def write(work: Work) -> dict[str, int]:
        (work.folder / "first.txt").write_text(word.strip())
        return {"letters": len(word)}

    def shout(work: Work) -> dict[str, int]:
        (work.folder / "deep").mkdir()
        text = (work.folder / "first.txt").read_text()
        (work.folder / "deep" / "second.txt").write_text(text.upper())
        return {}

    return [
        Stage("write", "Writing", (), ("first.txt",), {"word": word}, write),
        Stage("shout", "Shouting", ("first.txt",), ("deep/second.txt",), {"version": version}, shout),
    ]


def kept(project: Project) -> dict[str, bool]:
    snapshot = need_snapshot(project.root)
    return {name: stage["kept"] for name, stage in snapshot.manifest["stages"].items()}


def test_a_first_build_runs_everything_and_serves(tmp_path: Path) -> None:
    run = run_build(make_project(tmp_path), make_stages("hello"))
    assert run.new
    assert (tmp_path / "snapshots/current/deep/second.txt").read_text() == "HELLO"
    assert run.snapshot.manifest["stages"]["write"]["counts"] == {"letters": 5}


def test_nothing_changed_makes_no_new_snapshot(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    first = run_build(project, make_stages("hello"))
    second = run_build(project, make_stages("hello"))
    assert not second.new
    assert second.snapshot.id == first.snapshot.id
    assert len(list_snapshots(tmp_path)) == 1


def test_a_changed_declaration_runs_its_stage_and_what_reads_it(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    run_build(project, make_stages("hello"))
    run_build(project, make_stages("goodbye"))
    assert kept(project) == {"write": False, "shout": False}
    assert (tmp_path / "snapshots/current/deep/second.txt").read_text() == "GOODBYE"


def test_a_stage_that_writes_the_same_bytes_stops_the_work_there(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    run_build(project, make_stages("hello"))
    run_build(project, make_stages("hello "))
    assert kept(project) == {"write": False, "shout": True}


def test_force_runs_every_stage(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    run_build(project, make_stages("hello"))
    assert run_build(project, make_stages("hello"), force=True).new
    assert kept(project) == {"write": False, "shout": False}


def test_the_plan_says_what_and_why(tmp_path: Path) -> None:
    project = make_project(tmp_path)

    def reasons(word: str, **more: int) -> list[tuple[str, str]]:
        serving = current_snapshot(tmp_path)
        plans = make_plan(make_stages(word, **more), serving.manifest if serving else None)
        return [(plan.action, plan.reason) for plan in plans]

    assert reasons("hello")[0] == ("run", "there is no earlier snapshot")
    run_build(project, make_stages("hello"))
    unchanged = ("keep", "nothing it depends on has changed")
    assert reasons("hello") == [unchanged, unchanged]
    assert reasons("bye") == [("run", "changed: word"), ("run", "it reads what write will write")]
    assert reasons("hello", version=2) == [unchanged, ("run", "changed: version")]


def test_a_stage_that_fails_changes_nothing(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    first = run_build(project, make_stages("hello"))

    def fail(work: Work) -> dict[str, int]:
        (work.folder / "deep").mkdir()
        raise RuntimeError("disk on fire")

    writing, shouting = make_stages("other")
    broken = Stage("shout", "Shouting", shouting.inputs, shouting.outputs, {"version": 3}, fail)
    with pytest.raises(RuntimeError, match="disk on fire"):
        run_build(project, [writing, broken])
    serving = current_snapshot(tmp_path)
    assert serving is not None
    assert serving.id == first.snapshot.id
    assert not list((tmp_path / "snapshots").glob(".building-*"))


def test_every_first_stage_is_tried_before_giving_up(tmp_path: Path) -> None:
    def fail_with(path: str) -> Stage:
        def fail(work: Work) -> dict[str, int]:
            raise UserError(Problem(path, 1, "", "bad", "good", "Mend it."))

        return Stage(path, path, (), (f"{path}.txt",), {}, fail)

    with pytest.raises(UserError) as caught:
        run_build(make_project(tmp_path), [fail_with("a"), fail_with("b"), *make_stages("hello")])
    assert [problem.path for problem in caught.value.problems] == ["a", "b"]
    assert list_snapshots(tmp_path) == []


def test_snapshots_cannot_be_written_to(tmp_path: Path) -> None:
    run = run_build(make_project(tmp_path), make_stages("hello"))
    for path in run.snapshot.folder.rglob("*"):
        assert path.is_dir() or path.stat().st_mode & 0o222 == 0


def test_going_back_and_forward(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    first = run_build(project, make_stages("hello")).snapshot
    second = run_build(project, make_stages("bye")).snapshot
    assert use_snapshot(tmp_path, first.id).id == first.id
    assert need_snapshot(tmp_path).id == first.id
    assert use_snapshot(tmp_path, second.id).id == second.id
    with pytest.raises(UserError, match='0 snapshots called "nonsense"'):
        use_snapshot(tmp_path, "nonsense")


def test_prune_keeps_the_newest_and_the_one_that_serves(tmp_path: Path) -> None:
    project = make_project(tmp_path)
    ids = [run_build(project, make_stages(word * 3)).snapshot.id for word in "abcd"]
    use_snapshot(tmp_path, ids[0])
    gone = prune_snapshots(tmp_path, keep=1)
    left = {snapshot.id for snapshot in list_snapshots(tmp_path)}
    assert ids[0] in left
    assert len(left) == 2
    assert set(gone) == set(ids) - left
    assert (tmp_path / "snapshots/current/first.txt").read_text() == "aaa"


def test_one_build_at_a_time(tmp_path: Path) -> None:
    make_project(tmp_path)
    with build_lock(tmp_path), pytest.raises(UserError, match="another build of this project is at work"):
        run_build(make_project(tmp_path), make_stages("hello"))


def test_what_a_dead_build_left_is_cleared_away(tmp_path: Path) -> None:
    remains = tmp_path / "snapshots" / ".building-1"
    remains.mkdir(parents=True)
    (remains / "half.parquet.part").write_text("half")
    make_project(tmp_path)
    with build_lock(tmp_path):
        begin(tmp_path)
    assert not remains.exists()


def test_before_the_first_build_the_next_step_is_told(tmp_path: Path) -> None:
    make_project(tmp_path)
    with pytest.raises(UserError, match="no snapshot yet; expected a finished build"):
        need_snapshot(tmp_path)


def test_the_manifest_says_where_everything_came_from(tmp_path: Path) -> None:
    run = run_build(make_project(tmp_path), make_stages("hello"))
    manifest = json.loads((run.snapshot.folder / "manifest.json").read_text())
    assert manifest["id"].endswith(manifest["content"][:8])
    assert manifest["code"]["version"]
    assert set(manifest["stages"]["shout"]["inputs"]) == {"first.txt"}
    assert set(manifest["stages"]["shout"]["outputs"]) == {"deep/second.txt"}
