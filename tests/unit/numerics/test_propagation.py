"""Graph convolution by hand, in both normalisations, and its gradient against the dense product's."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from crossaisle.numerics.propagation import Normalisation, Propagation, normalised


def of(rows: list[list[float]]) -> "sparse.csr_array[np.float32]":
    return sparse.csr_array(np.array(rows, dtype=np.float32))


def test_mean_over_neighbours_by_hand() -> None:
    """Node 0 has neighbours 1 and 2, node 1 has 0 alone, node 2 has 0 alone, node 3 none: |N_k| = 2, 1, 1, 0.

    h' = (Σ over N_k of h) / |N_k|: (2 + 6) / 2 = 4, then 1, 1, 0.
    """
    graph = of([[0, 1, 1, 0], [1, 0, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]])
    h = torch.tensor([[1.0], [2.0], [6.0], [9.0]])
    found = Propagation.of(normalised(graph, "mean"))(h)
    assert found.flatten().tolist() == [4, 1, 1, 0]


def test_symmetric_normalisation_by_hand() -> None:
    """Two users and two items, u0–i0, u0–i1, u1–i1: degrees 2, 1 of users and 1, 2 of items.

    Weights 1 / √(d_u · d_i): u0–i0 1/√2, u0–i1 1/2, u1–i1 1/√2. With items 2 and 4: u0 = 2/√2 + 4/2, u1 = 4/√2.
    """
    found = Propagation.of(normalised(of([[1, 1], [0, 1]])))(torch.tensor([[2.0], [4.0]]))
    np.testing.assert_allclose(found.flatten(), [2**0.5 + 2, 8**0.5], rtol=1e-6)


def test_a_layer_of_graph_convolution_by_hand() -> None:
    """Kipf and Welling, equation 2, on two joined nodes with self-loops: every entry of Â is 1/2.

    H = [1, 3], W = [2, −1]: Â·H = [2, 2], ReLU(Â·H·W) = [[4, 0], [4, 0]].
    """
    average = Propagation.of(normalised(of([[1, 1], [1, 1]])))
    layer = torch.relu(average(torch.tensor([[1.0], [3.0]])) @ torch.tensor([[2.0, -1.0]]))
    assert layer.tolist() == [[4, 0], [4, 0]]


@pytest.mark.parametrize("by", ["symmetric", "mean"])
@given(seed=st.integers(0, 10**6), n_rows=st.integers(1, 8), n_columns=st.integers(1, 8))
def test_sums_and_gradients_are_those_of_the_dense_product(
    by: Normalisation, seed: int, n_rows: int, n_columns: int
) -> None:
    rng = np.random.default_rng(seed)
    dense = (rng.random((n_rows, n_columns)) * (rng.random((n_rows, n_columns)) < 0.4)).astype(np.float32)
    matrix = normalised(sparse.csr_array(dense), by)
    vectors = rng.standard_normal((n_columns, 3)).astype(np.float32)
    weight = torch.from_numpy(rng.standard_normal((n_rows, 3)).astype(np.float32))
    ours, theirs = (torch.from_numpy(vectors).requires_grad_() for _ in range(2))
    found, wanted = Propagation.of(matrix)(ours), torch.from_numpy(matrix.toarray()) @ theirs
    torch.testing.assert_close(found, wanted)
    (of_ours,) = torch.autograd.grad((found.pow(2) * weight).sum(), ours)
    (of_theirs,) = torch.autograd.grad((wanted.pow(2) * weight).sum(), theirs)
    torch.testing.assert_close(of_ours, of_theirs)
    back = Propagation.of(matrix).transposed()
    torch.testing.assert_close(back(wanted.detach()), torch.from_numpy(matrix.toarray().T) @ wanted.detach())


def test_rows_of_a_mean_add_up_to_one_and_a_symmetric_matrix_has_no_stretch() -> None:
    """The largest singular value of D^−½ · A · D^−½ is 1, at the square roots of the degrees."""
    graph = sparse.random_array((30, 20), density=0.2, rng=np.random.default_rng(1), dtype=np.float32).tocsr()
    sums = normalised(graph, "mean").toarray().sum(axis=1)
    np.testing.assert_allclose(sums[sums > 0], 1, rtol=1e-5)
    assert np.linalg.norm(normalised(graph).toarray(), 2) == pytest.approx(1, abs=1e-5)


def test_thinned_edges_are_as_many_as_are_left_and_as_much_heavier_both_ways() -> None:
    """Of 10,000 edges of weight 1 a quarter is left out: 7,500 ± 5 · √(10,000 · ¼ · ¾) of weight 4/3 stay."""
    torch.manual_seed(0)
    thin = Propagation.of(sparse.csr_array(np.ones((100, 100), dtype=np.float32))).thinned(0.25)
    kept = thin.forward.weights > 0
    assert abs(int(kept.sum()) - 7500) < 5 * 43.4
    torch.testing.assert_close(thin.forward.weights[kept], torch.full((int(kept.sum()),), 4 / 3))
    there = thin(torch.eye(100))
    torch.testing.assert_close(thin.transposed()(torch.eye(100)), there.T)
