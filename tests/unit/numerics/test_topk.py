"""Top-k against a full sort."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics.topk import BLOCK, BLOCKS_PER_PLACE, hold_back, top_k


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 40), st.integers(1, 6))
def test_top_k_is_a_full_sort_with_ties_to_the_smaller_column(seed: int, k: int, n_columns: int, n_values: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, n_values, (4, n_columns)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.3] = -np.inf
    for row, chosen in zip(scores, top_k(scores, k), strict=True):
        wanted = [column for column in np.argsort(-row, kind="stable") if np.isfinite(row[column])][:k]
        assert chosen.tolist() == wanted + [-1] * (k - len(wanted))


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.sampled_from([3, 500, 10**6]))
def test_search_by_blocks_is_a_full_sort(seed: int, k: int, n_values: int) -> None:
    rng = np.random.default_rng(seed)
    n_columns = BLOCKS_PER_PLACE * BLOCK * k + int(rng.integers(0, 100))
    scores = rng.integers(0, n_values, (3, n_columns)).astype(np.float32)
    scores[0, rng.random(n_columns) < 0.999] = -np.inf
    scores[1] = -np.inf
    for row, chosen in zip(scores, top_k(scores, k), strict=True):
        wanted = [column for column in np.argsort(-row, kind="stable") if np.isfinite(row[column])][:k]
        assert chosen.tolist() == wanted + [-1] * (k - len(wanted))


def test_what_is_not_allowed_is_held_back_and_the_rest_is_untouched() -> None:
    scores = np.array([[1.5, -np.inf, 3.4e38, -2], [0, 1, 2, 3]], dtype=np.float32)
    hold_back(scores, np.array([[True, True, True, False], [False, True, False, True]]))
    np.testing.assert_array_equal(scores, [[1.5, -np.inf, np.float32(3.4e38), -np.inf], [-np.inf, 1, -np.inf, 3]])
