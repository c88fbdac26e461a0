"""What reviewers decide is about records, counts from the last line back, and is obeyed whole or not at all."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.linkage.decisions import (
    COLUMNS,
    FILE,
    append_decision,
    constraints,
    decisions_declared,
    parse_decisions,
    read_decisions,
    records_apart,
)
from plainview.project.errors import UserError
from plainview.project.specs import AuthoritySpec, Project, ProjectSpec

HEAD = ",".join(COLUMNS) + "\n"
CON = connect(memory="500MB", threads=1)


def line(kind, one, other=None, by="reviewer-1", reason="evidence_reviewed", at="2026-01-31T09:30:00Z"):
    sides = [*one.split(":"), *(other.split(":") if other else ["", ""])]
    return ",".join([at, by, kind, *sides, reason]) + "\n"


def parse(*lines):
    return parse_decisions(HEAD + "".join(lines))


@pytest.fixture
def project(tmp_path):
    spec = ProjectSpec(authority=AuthoritySpec(name="Smallmere", controller="Smallmere"))
    return Project(root=tmp_path, spec=spec, sources=())


def decide(project, *lines):
    (project.root / "decisions").mkdir(exist_ok=True)
    (project.root / FILE).write_text(HEAD + "".join(lines), encoding="utf-8")


def identities(tuples):
    return pa.table(
        {
            "source": pa.array([key.split(":")[0] for key in tuples], pa.string()),
            "record_id": pa.array([key.split(":")[1] for key in tuples], pa.string()),
            "tuple_id": pa.array(list(tuples.values()), pa.string()),
        }
    )


def apart(project, tuples):
    CON.register("hashed", identities(tuples))
    CON.execute(f"SELECT source, record_id FROM {records_apart(CON, project, 'hashed')}")
    found = {":".join(row) for row in CON.fetchall()}
    CON.unregister("hashed")
    return found


def in_tuples(project, tuples):
    pq.write_table(identities(tuples), project.root / "identities.parquet")
    found = constraints(CON, project, project.root)
    tables = []
    for name in (found.must, found.cannot, found.apart):
        CON.execute(f"SELECT * FROM {name} ORDER BY ALL")
        tables.append(CON.fetchall())
    return *tables, found.waiting


def test_no_file_is_no_decision(project):
    assert read_decisions(project).in_force == []
    assert apart(project, {"a:1": "t"}) == set()
    assert in_tuples(project, {"a:1": "t"}) == ([], [], [], ())


def test_a_later_decision_about_a_pair_replaces_an_earlier():
    found = parse(line("same", "a:1", "b:1"), line("not_same", "b:1", "a:1"))
    assert [one.line for one in found.in_force] == [3]
    assert found.not_same.keys() == {(("a", "1"), ("b", "1"))}


def test_withdraw_takes_a_decision_back():
    assert parse(line("same", "a:1", "b:1"), line("withdraw", "b:1", "a:1")).in_force == []
    assert parse(line("unlink", "a:1"), line("withdraw", "a:1")).in_force == []


def test_unlink_takes_back_same_and_same_takes_back_unlink():
    unlinked = parse(line("same", "a:1", "b:1"), line("unlink", "a:1"))
    assert [one.kind for one in unlinked.in_force] == ["unlink"]
    again = parse(line("unlink", "a:1"), line("same", "a:1", "b:1"))
    assert [one.kind for one in again.in_force] == ["same"]


def test_a_contradiction_names_the_lines_and_nothing_is_obeyed():
    lines = line("same", "a:1", "b:1"), line("same", "b:1", "c:1"), line("not_same", "a:1", "c:1")
    with pytest.raises(UserError) as caught:
        parse(*lines)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == (FILE, 4)
    assert problem.found == "not the same person, but lines 2, 3 together say that they are the same"
    assert len(parse(*lines, line("withdraw", "a:1", "b:1")).in_force) == 2


@pytest.mark.parametrize(
    ("bad", "key"),
    [
        (line("same", "a:1", "b:1", at="yesterday"), "decided_at"),
        (line("same", "a:1", "b:1", by="Ada Abara"), "decided_by"),
        (line("same", "a:1", "b:1", by="ada@example.org"), "decided_by"),
        (line("alike", "a:1", "b:1"), "kind"),
        (line("same", "a:1", "b:1", reason="her mother is Ada"), "reason"),
        (line("same", "a:1"), "other_record_id"),
        (line("same", "a:1", "a:1"), "other_record_id"),
        (line("unlink", "a:1", "b:1"), "other_record_id"),
        (line("unlink", ":1"), "one_record_id"),
        ("2026-01-31T09:30:00Z,x,same\n", ""),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_not_quoted(bad, key):
    with pytest.raises(UserError) as caught:
        parse(line("same", "x:1", "y:1"), bad)
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [(3, key)]
    assert "Ada" not in str(caught.value)


def test_every_bad_line_is_told_at_once():
    with pytest.raises(UserError) as caught:
        parse(line("alike", "a:1", "b:1"), line("same", "a:1"))
    assert [problem.line for problem in caught.value.problems] == [2, 3]


def test_another_header_is_told():
    with pytest.raises(UserError, match="other columns"):
        parse_decisions("a,b\n1,2\n")


def test_records_that_share_a_tuple_are_parted(project):
    decide(project, line("not_same", "a:2", "a:1"), line("unlink", "b:1"))
    tuples = {"a:1": "t", "a:2": "t", "a:3": "t", "b:1": "t"}
    assert apart(project, tuples) == {"a:2", "b:1"}
    salted = tuples | {"a:2": "t2", "b:1": "t3"}
    assert in_tuples(project, salted) == ([], [("t", "t2")], [("t3",)], ())


def test_a_decision_between_tuples_parts_nobody_from_their_copies(project):
    decide(project, line("not_same", "a:1", "b:1"), line("same", "a:1", "c:1"))
    assert apart(project, {"a:1": "t", "a:2": "t", "b:1": "u", "c:1": "v"}) == set()
    assert in_tuples(project, {"a:1": "t", "b:1": "u", "c:1": "v"})[:2] == (
        [("t", "v")],
        [("t", "u"), ("u", "v")],
    )


def test_what_follows_from_decisions_holds_while_the_record_between_is_away(project):
    decide(project, line("same", "a:1", "b:1"), line("same", "b:1", "c:1"), line("not_same", "b:1", "d:1"))
    assert in_tuples(project, {"a:1": "t", "c:1": "v", "d:1": "w"})[:2] == (
        [("t", "v")],
        [("t", "w"), ("v", "w")],
    )


def test_copies_that_decisions_put_on_two_sides_are_parted(project):
    """a:1 and a:2 say the same; a:1 is b:1, and a:2 is not."""
    decide(project, line("same", "a:1", "b:1"), line("not_same", "a:2", "b:1"))
    assert apart(project, {"a:1": "t", "a:2": "t", "b:1": "u"}) == {"a:2"}


def test_a_decision_about_a_record_that_is_gone_waits(project):
    decide(project, line("same", "a:1", "b:1"), line("unlink", "c:1"), line("not_same", "a:1", "d:1"))
    assert in_tuples(project, {"a:1": "t", "d:1": "u"}) == ([], [("t", "u")], [], (2, 3))
    assert in_tuples(project, {"a:1": "t", "b:1": "v", "c:1": "w", "d:1": "u"})[3] == ()


def test_appending_is_checked_and_changes_what_the_build_depends_on(project):
    before = decisions_declared(project)
    append_decision(project, "same", ("a", "1"), ("b", "1"), by="reviewer-1", reason="documents_seen")
    after = decisions_declared(project)
    assert before == {FILE: "none"} != after
    append_decision(project, "unlink", ("a", "x,y"), None, by="reviewer-1", reason="records_mixed")
    assert [one.kind for one in read_decisions(project).lines] == ["same", "unlink"]
    text = (project.root / FILE).read_bytes()
    with pytest.raises(UserError, match="decided_by"):
        append_decision(project, "same", ("a", "1"), ("c", "1"), by="Ada Abara", reason="documents_seen")
    append_decision(project, "same", ("b", "1"), ("c", "1"), by="r", reason="documents_seen")
    with pytest.raises(UserError, match="lines 2, 4 together"):
        append_decision(project, "not_same", ("a", "1"), ("c", "1"), by="r", reason="twins")
    assert (project.root / FILE).read_bytes().startswith(text)
    assert len(read_decisions(project).lines) == 3


def test_a_last_line_without_its_end_is_not_run_into(project):
    decide(project, line("same", "a:1", "b:1").rstrip("\n"))
    append_decision(project, "unlink", ("c", "1"), None, by="r", reason="records_mixed")
    assert [one.line for one in read_decisions(project).lines] == [2, 3]


keys = st.sampled_from(["a:1", "a:2", "a:3", "b:1", "b:2"])
rows = st.tuples(st.sampled_from(["same", "not_same", "unlink", "withdraw"]), keys, keys).filter(
    lambda row: row[1] != row[2]
)


@given(st.lists(rows, max_size=8), st.fixed_dictionaries({key: st.sampled_from("tuv") for key in ["a:1", "a:2", "a:3", "b:1", "b:2"]}))  # fmt: skip
def test_sound_decisions_never_contradict_each_other_in_tuples(tmp_path_factory, history, tuples):
    """Whatever shares a tuple: after records are parted, no pair that must not be is in one that must."""
    text = [line(kind, one, None if kind == "unlink" else other) for kind, one, other in history]
    try:
        parse(*text)
    except UserError:
        return
    spec = ProjectSpec(authority=AuthoritySpec(name="Smallmere", controller="Smallmere"))
    project = Project(root=tmp_path_factory.mktemp("d"), spec=spec, sources=())
    decide(project, *text)
    salted = tuples | {key: f"own {key}" for key in apart(project, tuples)}
    must, cannot, alone, _ = in_tuples(project, salted)
    top = {name: name for name in salted.values()}
    for one, other in must:
        low, high = sorted((top[one], top[other]))
        top = {name: low if to == high else to for name, to in top.items()}
    assert all(top[one] != top[other] for one, other in cannot)
    assert all(list(salted.values()).count(name) == 1 for (name,) in alone)
    for one, other in read_decisions(project).not_same:
        assert salted[":".join(one)] != salted[":".join(other)]
