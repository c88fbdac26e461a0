"""String similarities agree to the last bit, so that both engines give every pair the same levels."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plainview.engine.tables import read_table

pytestmark = [pytest.mark.slow, pytest.mark.enable_socket]

WORDS = st.one_of(
    st.none(),
    st.text("ab", max_size=8),
    st.text("abcdef' -", max_size=20),
    st.text("aeéßłöçя漢😀", max_size=12),
    st.text(max_size=80),
    st.sampled_from(["martha", "marhta", "dwayne", "duane", "bcabb", "abcabb", "", "a", "ca", "abc"]),
)


@st.composite
def _pairs(draw):
    """Words, and words a few slips away from them."""
    left = draw(WORDS)
    if left is None or draw(st.booleans()):
        return left, draw(WORDS)
    letters = list(left)
    for place in draw(st.lists(st.integers(0, 90), max_size=3)):
        place %= len(letters) + 1
        letters[place : place + 2] = draw(
            st.sampled_from([letters[place : place + 2][::-1], [], ["a"], ["é", *letters[place:]]])
        )
    return left, "".join(letters)


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(pairs=st.lists(_pairs(), min_size=150, max_size=250))
def test_random_words_have_the_same_similarities(duck, spark, tmp_path_factory, pairs):
    path = tmp_path_factory.mktemp("pairs") / "pairs.parquet"
    left, right = (pa.array([pair[side] for pair in pairs], pa.string()) for side in (0, 1))
    pq.write_table(pa.table({"n": range(len(pairs)), "a": left, "b": right}), path)
    query = f"""
        SELECT n, jaro_winkler_similarity(a, b) AS jw, jaro_similarity(a, b) AS j, damerau_levenshtein(a, b) AS d,
               levenshtein(a, b) AS l, CASE WHEN jaro_winkler_similarity(a, b) >= 0.92 THEN 2
               WHEN damerau_levenshtein(a, b) <= 1 THEN 1 ELSE 0 END AS level
        FROM {read_table(path)} ORDER BY n
    """
    assert spark.rows(query) == duck.rows(query)
