"""Where vectors begin: at random, or with what is known before anything is learnt."""

from typing import Literal

import numpy as np
import torch
from scipy import sparse
from torch import nn

from crossaisle.data.training import Training
from crossaisle.features.text_vectors import TextVectors
from crossaisle.models.learning.tensors import tensor
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Floats
from crossaisle.numerics.svd import randomised_svd

Initialisation = Literal["xavier", "he", "graph-filter", "text"]


def begin(table: nn.Embedding, how: Initialisation, training: Training, bought: Csr) -> None:
    """Set a table of item vectors (n_items, dimension).

    Args:
        how: `xavier`, Glorot and Bengio (2010); `he`, He et al. (2015); `graph-filter`, the leading directions of the
            purchases normalised by degrees; `text`, those of titles and descriptions.
        bought: sparse (n_users, n_items).
    """
    if how == "he":
        nn.init.kaiming_normal_(table.weight)
        return
    nn.init.xavier_normal_(table.weight)
    if how == "xavier":
        return
    known = _graph_vectors(bought, table.embedding_dim, training.seed)
    if how == "text":
        known = TextVectors(components=min(512, table.embedding_dim)).fit(training.dataset, training.encoder).of_items
    _lay_over(table, known)


def has_enough(held: Csr, min_buyers: int) -> Bools:
    """bool (n_items,): items with so many buyers in `held` (n_users, n_items), or as many as the most bought has."""
    buyers = _buyers(held)
    return np.asarray(buyers >= min(min_buyers, int(buyers.max(initial=1))))


@torch.no_grad()
def begin_at_popularity(bias: nn.Embedding, held: Csr, is_learnt: Bools) -> None:
    """Begin an item's bias (n_items, 1) at the log of its buyers, less the mean among those that are learnt."""
    level = np.log1p(_buyers(held))
    bias.weight[:, 0] = tensor((level - level[is_learnt].mean()).astype(np.float32))


def _buyers(held: Csr) -> AnyArray:
    return np.bincount(held.indices, minlength=held.shape[1])


@torch.no_grad()
def _lay_over(table: nn.Embedding, known: Floats) -> None:
    """Known vectors instead of the random ones, as long as these on average; the others stay."""
    is_known = known.any(axis=1)
    if not is_known.any():
        return
    drawn = float(table.weight.norm(dim=1).mean())
    lengths = float(np.linalg.norm(known[is_known], axis=1).mean())
    rows = tensor(np.flatnonzero(is_known))
    table.weight[rows, : known.shape[1]] = tensor(known[is_known] * np.float32(drawn / lengths))


def _graph_vectors(bought: Csr, dimension: int, seed: int) -> Floats:
    """float32 (n_items, at most dimension): right singular vectors of D_u^−½ · R · D_i^−½, each times its strength."""
    of_users, of_items = (_roots(np.asarray(bought.sum(axis=axis)).ravel()) for axis in (1, 0))
    scaled = (sparse.diags_array(of_users) @ bought @ sparse.diags_array(of_items)).tocsr().astype(np.float32)
    _, strengths, right = randomised_svd(scaled, min(dimension, *scaled.shape), seed, iterations=2)
    return np.asarray(right.T * strengths, dtype=np.float32)


def _roots(degrees: AnyArray) -> AnyArray:
    return np.where(degrees > 0, np.maximum(degrees, 1e-12) ** -0.5, 0)
