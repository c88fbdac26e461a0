"""The measures against a slow and obvious oracle that looks at every pair."""

import csv
import itertools
import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plainview.engine.duck import connect
from plainview.linkage.evaluate import evaluate
from plainview.project.errors import UserError


def write_index(path, index):
    rows = [key.split(":") for key in index]
    table = {
        "source": [r[0] for r in rows],
        "record_id": [r[1] for r in rows],
        "person_id": list(index.values()),
    }
    pq.write_table(pa.table({name: pa.array(values, pa.string()) for name, values in table.items()}), path)


def write_truth(path, truth, groups=None):
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["source", "record_id", "truth_id", *(["area"] if groups else [])])
        for key, id in truth.items():
            writer.writerow([*key.split(":"), id, *([groups[key]] if groups else [])])


CON = connect(memory="500MB", threads=1)  # opening one an example would cost more than the measuring


def measure(folder, index, truth, groups=None):
    write_index(folder / "index.parquet", index)
    write_truth(folder / "truth.csv", truth, groups)
    return evaluate(CON, folder / "index.parquet", folder / "truth.csv")


def ordered_pairs(keys, same):
    return {(a, b) for a, b in itertools.permutations(keys, 2) if same(a, b)}


def divide(y, x):
    return y / x if x else None


def oracle(found, truth, members):
    """Precision, recall, F1 over the members' own partners, and the linearised intervals, pair by pair."""
    claimed = ordered_pairs(truth, lambda a, b: found[a] == found[b])
    true = ordered_pairs(truth, lambda a, b: truth[a] == truth[b])
    result = {}
    for name in ("precision", "recall", "f1"):
        sums = {}
        for person in {truth[key] for key in members}:
            own = {key for key in members if truth[key] == person}
            hits = sum(a in own for a, _ in claimed & true)
            in_claimed, in_true = sum(a in own for a, _ in claimed), sum(a in own for a, _ in true)
            sums[person] = {
                "precision": (hits, in_claimed), "recall": (hits, in_true), "f1": (2 * hits, in_claimed + in_true)
            }[name]  # fmt: skip
        y, x = sum(s[0] for s in sums.values()), sum(s[1] for s in sums.values())
        ratio = divide(y, x)
        result[name] = ratio
        n = sum(s[1] > 0 for s in sums.values())
        if ratio is not None and n >= 2 and y < x:
            variance = n / (n - 1) * sum((s[0] - ratio * s[1]) ** 2 for s in sums.values()) / x**2
            half = 1.959963984540054 * math.sqrt(variance)
            result[f"{name}_interval"] = [max(ratio - half, 0), min(ratio + half, 1)]
    return result


keys = [f"{source}:{n}" for source in "ab" for n in range(4)]
ids = st.sampled_from("pqrs")


@settings(max_examples=30)
@given(
    truth=st.dictionaries(st.sampled_from(keys), ids, min_size=1),
    index=st.dictionaries(st.sampled_from(keys), ids),
    areas=st.lists(st.sampled_from(["north", "south"]), min_size=8, max_size=8),
)
def test_pairs_clusters_and_groups(tmp_path_factory, truth, index, areas):
    groups = dict(zip(keys, areas, strict=True))
    result = measure(tmp_path_factory.mktemp("m"), index, truth, groups)
    found = {key: index.get(key, f"alone {key}") for key in truth}

    overall = oracle(found, truth, set(truth))
    agree(result["pairwise"], overall)
    for group in result["groups"]:
        members = {key for key in truth if groups[key] == group["value"]}
        agree(group, oracle(found, truth, members))
    check_clusters(result["clusters"], found, truth, set(truth) & set(index))
    missing = len(set(truth) - set(index))
    assert result["records"] == {
        "measured": len(truth), "only_in_truth": missing, "only_in_index": len(set(index) - set(truth))
    }  # fmt: skip


def agree(measured, expected):
    for name, value in expected.items():
        assert measured[name] == (value if value is None else pytest.approx(value, abs=1e-7)), name


def check_clusters(clusters, found, truth, there):
    """`there` are the records of the truth that are in the index: nobody is found in the others."""

    def parts(ids):
        return {frozenset(key for key in truth if ids[key] == id) for id in set(ids.values())}

    true, made = parts(truth), parts({key: found[key] for key in truth})
    overlap = {
        key: len({k for k in truth if truth[k] == truth[key] and found[k] == found[key]}) for key in truth
    }
    precision = sum(overlap[k] / sum(found[j] == found[k] for j in truth) for k in truth) / len(truth)
    recall = sum(overlap[k] / sum(truth[j] == truth[k] for j in truth) for k in truth) / len(truth)
    assert clusters == pytest.approx(
        {
            "people_true": len(true),
            "people_found": len({found[key] for key in there}),
            "exact": sum(part <= there for part in true & made),
            "split": sum(len({found[k] for k in part}) > 1 for part in true),
            "merged": sum(len({truth[k] for k in part}) > 1 for part in made),
            "bcubed_precision": precision,
            "bcubed_recall": recall,
            "bcubed_f1": 2 * precision * recall / (precision + recall),
        },
        abs=1e-6,
    )


def test_no_error_seen_still_leaves_doubt(tmp_path):
    same = {f"a:{n}": str(n // 2) for n in range(20)}
    pairwise = measure(tmp_path, same, same)["pairwise"]
    assert pairwise["precision"] == pairwise["recall"] == pairwise["f1"] == 1
    assert pairwise["recall_interval"] == pytest.approx([0.05 ** (1 / 10), 1])


def test_json_begins_with_pairwise_clusters_groups(tmp_path):
    result = measure(tmp_path, {"a:1": "p"}, {"a:1": "x"})
    assert list(result)[:3] == ["pairwise", "clusters", "groups"]
    assert next(iter(result["pairwise"])) == "precision"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "no such file; expected a CSV or Parquet file with the truth. Check the path."),
        (
            "source,record_id,person\na,1,x\n",
            "truth_id: no such column; expected columns source, record_id, truth_id. "
            "Use one of: source, record_id, person.",
        ),
        (
            "source,recordid,truth_id\na,1,x\n",
            "record_id: no such column; expected columns source, record_id, truth_id. "
            'Did you mean "recordid"?',
        ),
        ("source,record_id,truth_id\n", "no rows; expected one row a record. Write the truth into it."),
        (
            "source,record_id,truth_id\na,1,x\na,1,y\n",
            "record_id: 1 rows that repeat a source and record_id; expected each record once. Leave one row a record.",
        ),
        (
            "source,record_id,truth_id\na,1,\n",
            "1 rows with an empty source, record_id or truth_id; expected all three filled. "
            "Fill them or leave the rows out.",
        ),
    ],
)
def test_a_bad_truth_file(con, tmp_path, text, message):
    write_index(tmp_path / "index.parquet", {"a:1": "p"})
    truth = tmp_path / "truth.csv"
    if text is not None:
        truth.write_text(text)
    with pytest.raises(UserError) as error:
        evaluate(con, tmp_path / "index.parquet", truth)
    assert str(error.value.problems[0]).endswith(message)
