"""k-means by hand, and what holds of any of its answers."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crossaisle.numerics.clustering import k_means, nearest_centres


def test_two_heaps_have_their_means_as_centres() -> None:
    """(0, 1, 2) has the mean 1, (10, 14) the mean 12; 6 lies nearer to 1."""
    rows = np.array([[0.0], [14.0], [1.0], [10.0], [2.0]])
    centres = np.sort(k_means(rows, 2, seed=0), axis=0)
    np.testing.assert_allclose(centres, [[1], [12]])
    assert nearest_centres(np.array([[6.0], [7.0]]), centres).tolist() == [0, 1]


def test_as_many_clusters_as_different_rows_are_the_most_there_can_be() -> None:
    rows = np.array([[0.0, 0], [1, 0], [0, 0], [1, 0]])
    assert sorted(k_means(rows, 5, seed=1).tolist()) == [[0, 0], [1, 0]]


@given(
    rows=arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 4)), elements=st.integers(-20, 20)),
    n=st.integers(1, 8),
    seed=st.integers(0, 9),
)
def test_the_same_seed_gives_the_same_centres_and_clustering_helps(rows: np.ndarray, n: int, seed: int) -> None:
    centres = k_means(rows, n, seed)
    np.testing.assert_array_equal(centres, k_means(rows, n, seed))
    assert 1 <= len(centres) <= n
    labels = nearest_centres(rows, centres)
    within = ((rows - centres[labels]) ** 2).sum()
    whole = ((rows - rows.mean(axis=0)) ** 2).sum()
    assert within <= whole + 1e-9
