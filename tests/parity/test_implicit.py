"""Parity with the library `implicit` on the same matrix."""

from typing import Literal

import numpy as np
import pytest
from implicit.nearest_neighbours import BM25Recommender, CosineRecommender, TFIDFRecommender
from scipy import sparse

from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.models.recommenders.als import ALS
from crossaisle.models.recommenders.item_knn import ItemKNN

PEERS = {"cosine": CosineRecommender, "tf-idf": TFIDFRecommender, "bm25": BM25Recommender}


@pytest.mark.parametrize("weighting", ["cosine", "tf-idf", "bm25"])
@pytest.mark.filterwarnings("ignore")
def test_similarities_are_those_of_implicit(
    weighting: Literal["cosine", "tf-idf", "bm25"], small_shop: Dataset
) -> None:
    matrix = sparse.csr_matrix(small_shop.purchases().astype(np.float64))
    peer = PEERS[weighting](K=small_shop.n_items + 1, num_threads=1)
    peer.fit(matrix, show_progress=False)
    wanted = peer.similarity.toarray()
    np.fill_diagonal(wanted, 0)
    ours = ItemKNN(neighbours=small_shop.n_items, weighting=weighting).fit(Training(small_shop))
    np.testing.assert_allclose(ours.similarity.toarray(), np.maximum(wanted, 0), rtol=1e-4, atol=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_users_solved_from_history_are_those_of_implicit(small_shop: Dataset) -> None:
    """implicit's recalculate_user solves the same system by conjugate gradients."""
    from implicit.cpu.als import AlternatingLeastSquares

    ours = ALS(factors=5, alpha=3.0, l2=0.5).fit(Training(small_shop, seed=1))
    peer = AlternatingLeastSquares(factors=5, alpha=3.0, regularization=0.5, random_state=1, num_threads=1)
    matrix = sparse.csr_matrix(small_shop.purchases())
    peer.fit(matrix, show_progress=False)
    users = np.arange(small_shop.n_users)
    theirs = peer.recalculate_user(users, matrix) @ peer.item_factors.T
    scores = ours.scores(small_shop.queries(users))
    np.testing.assert_allclose(scores, theirs, rtol=1e-3, atol=2e-3)
