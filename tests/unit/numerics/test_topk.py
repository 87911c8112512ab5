"""Top-k against a full sort."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics.topk import top_k


@given(st.integers(0, 2**32 - 1), st.integers(1, 30), st.integers(1, 40), st.integers(1, 6))
def test_top_k_is_a_full_sort_with_ties_to_the_smaller_column(seed: int, k: int, n_columns: int, n_values: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, n_values, (4, n_columns)).astype(np.float32)
    scores[rng.random(scores.shape) < 0.3] = -np.inf
    for row, chosen in zip(scores, top_k(scores, k), strict=True):
        wanted = [column for column in np.argsort(-row, kind="stable") if np.isfinite(row[column])][:k]
        assert chosen.tolist() == wanted + [-1] * (k - len(wanted))
