"""What a batch of users is compared over: all that they bought, and items drawn beside."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from crossaisle.models.learning.losses import Loss, binary_cross_entropy, bpr, sampled_softmax
from crossaisle.models.learning.tensors import tensor
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Doubles, row_numbers


@dataclass(frozen=True)
class Candidates:
    """Items drawn for a batch.

    Args:
        items: int64 (n_candidates,), ascending.
        rows, columns: int64 (n_pairs,), which row of the batch bought which of them.
        others: int64 (n_pairs,), for each pair a candidate drawn at random that its row did not buy, −1 if it hit one.
        log_q: float32 (n_candidates,), log of the chance that the item is among them.
    """

    items: Tensor
    rows: Tensor
    columns: Tensor
    others: Tensor
    log_q: Tensor

    def loss(self, loss: Loss, scores: Tensor) -> Tensor:
        """Of scores (n_rows, n_candidates): softmax over each row, BPR over pairs and others, or each place for itself.

        It is 0 where no row bought any.

        Raises:
            KeyError: there is no such loss.
        """
        if not len(self.rows):
            return scores.sum() * 0
        if loss == "softmax":
            return sampled_softmax(scores, self.rows, self.columns, self.log_q)
        if loss == "bpr":
            kept = self.others >= 0
            flat, n = scores.flatten(), scores.shape[1]
            of_pairs, of_others = (flat[self.rows[kept] * n + columns[kept]] for columns in (self.columns, self.others))
            return bpr(of_pairs, of_others[:, None]) if len(of_pairs) else scores.sum() * 0
        is_bought = torch.zeros_like(scores, dtype=torch.bool)
        is_bought[self.rows, self.columns] = True
        return binary_cross_entropy(scores[is_bought], scores[~is_bought])


class Pool:
    """All that can be drawn: items with buyers, each with its share of the users."""

    def __init__(self, bought: Csr) -> None:
        """Args: bought: sparse (n_users, n_items); an entry is a purchase."""
        self.bought = bought
        buyers = np.bincount(bought.indices, minlength=bought.shape[1])
        self.share: Doubles = buyers / max(1, bought.shape[0])
        self.items = np.flatnonzero(buyers)

    def draw(self, users: AnyArray, n_others: int, rng: np.random.Generator) -> Candidates:
        """All items of these users' purchases, and `n_others` drawn from all that can be, each equally likely."""
        return self.among(self.bought[users], len(users), n_others, rng)

    def among(self, bought: Csr, n_users: int, n_others: int, rng: np.random.Generator) -> Candidates:
        """The same for rows that are given, purchases of so many users, sparse (n_rows, n_items)."""
        drawn = rng.choice(self.items, min(n_others, len(self.items)), replace=False, shuffle=False)
        items = np.union1d(bought.indices, drawn)
        rows = row_numbers(bought.indptr).astype(np.int64)
        columns = np.searchsorted(items, bought.indices)
        others = rng.integers(0, max(1, len(items)), len(columns))
        hit = np.isin(rows * len(items) + others, rows * len(items) + columns)
        missed = (1 - self.share[items]) ** n_users * (1 - len(drawn) / max(1, len(self.items)))
        log_q = np.log(1 - missed)
        return Candidates(
            tensor(items.astype(np.int64)),
            tensor(rows),
            tensor(columns.astype(np.int64)),
            tensor(np.where(hit, -1, others)),
            tensor(log_q.astype(np.float32)),
        )


def only(matrix: Csr, columns: Bools) -> Csr:
    """The matrix with the entries of these columns alone, each of them 1."""
    kept = matrix.copy()
    kept.data = columns[matrix.indices].astype(np.float32)
    kept.eliminate_zeros()
    return kept
