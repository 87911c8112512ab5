"""The perceptron by hand."""

from collections.abc import Mapping

import numpy as np
import pytest
import torch

from crossaisle.models.fused.perceptron import Perceptron
from crossaisle.numerics.arrays import csr
from crossaisle.numerics.propagation import Propagation

IS_LEARNT = np.array([True, True, False])
WEIGHTS: Mapping[str, list[float] | list[list[float]]] = {
    "anyone": [0.5],
    "history.weight": [[2.0], [4.0], [99.0]],
    "own.weight": [[3.0], [-1.0], [99.0]],
    "own_bias.weight": [[0.1], [0.2], [99.0]],
    "user_features.weight": [[1.0], [10.0]],
    "item_features.weight": [[-2.0], [0.5]],
    "feature_bias.weight": [[0.3], [0.0]],
    "of_user.weight": [[1.0], [-1.0]],
    "of_user.bias": [0.5, 2.0],
    "of_item.weight": [[2.0], [1.0]],
    "of_both.weight": [[-0.25], [0.5]],
    "deeper.0.weight": [[1.0, 1.0], [-1.0, 0.0]],
    "deeper.0.bias": [0.0, 1.0],
    "told.weight": [[2.0, 3.0]],
}


@pytest.fixture
def perceptron() -> Perceptron:
    module = Perceptron((2, 2), IS_LEARNT, dimension=1, hidden=2, layers=2, dropout=0.0)
    module.load_state_dict({name: torch.tensor(one) for name, one in WEIGHTS.items()})
    return module.eval()


def bags(*rows: list[float]) -> Propagation:
    matrix = np.array(rows)
    at, columns = np.nonzero(matrix)
    return Propagation.of(csr(at, columns, matrix[at, columns], (len(rows), matrix.shape[1])))


def test_a_user_is_history_and_features_by_hand(perceptron: Perceptron) -> None:
    """½ + (2 + 4 + nothing of item 2) / √3 + 2 · 1 + .1 · 10, and ½ alone."""
    found = perceptron.users(bags([1, 1, 1], [0, 0, 0]), bags([2, 0.1], [0, 0]))
    np.testing.assert_allclose(found.detach().numpy()[:, 0], [0.5 + 6 / np.sqrt(3) + 3, 0.5], rtol=1e-6)


def test_an_item_is_its_own_vector_and_features_by_hand(perceptron: Perceptron) -> None:
    """Item 0: 3 − 2, bias .1 + .3; item 1, not shown: ½ · 2; item 2, not learnt: −2, bias .3."""
    features = bags([1, 0], [0, 2], [1, 0])
    vectors, bias = perceptron.items(torch.arange(3), features, torch.tensor([1.0, 0.0, 1.0]))
    np.testing.assert_allclose(vectors.detach().numpy()[:, 0], [1.0, 1.0, -2.0], rtol=1e-6)
    np.testing.assert_allclose(bias.detach().numpy(), [0.4, 0.0, 0.3], rtol=1e-6)


def by_hand(p: float, q: float, b: float) -> float:
    first = [max(0, p + 0.5 + 2 * q - 0.25 * p * q), max(0, -p + 2 + q + 0.5 * p * q)]
    second = [max(0, first[0] + first[1]), max(0, -first[0] + 1)]
    return p * q + b + 2 * second[0] + 3 * second[1]


def test_scores_by_hand(perceptron: Perceptron) -> None:
    """p = 2, q = 1, b = .1: z₁ = (2 + ½ + 2 − ½, −2 + 2 + 1 + 1), z₂ = (4 + 2, 0), 2 + .1 + 2 · 6."""
    assert by_hand(2, 1, 0.1) == pytest.approx(14.1)
    users, items, bias = np.array([2.0, -1.0, 0.3]), np.array([1.0, -0.5]), np.array([0.1, 0.0])
    found = perceptron(
        *(torch.tensor(one, dtype=torch.float32) for one in (users[:, None, None], items[None, :, None], bias))
    )
    expected = [[by_hand(p, q, b) for q, b in zip(items, bias, strict=True)] for p in users]
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-5)


def test_a_fresh_perceptron_is_the_product_alone() -> None:
    torch.manual_seed(0)
    module = Perceptron((2, 2), IS_LEARNT, dimension=3, hidden=4, layers=2, dropout=0.0)
    users, items = torch.randn(2, 1, 3), torch.randn(1, 5, 3)
    expected = (users[:, 0] @ items[0].T).detach().numpy()
    np.testing.assert_allclose(module(users, items, torch.zeros(5)).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
