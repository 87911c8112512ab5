"""What a batch of users is compared over: all that they bought, and items drawn beside."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from crossaisle.models.learning.losses import Loss, binary_cross_entropy, bpr, sampled_softmax
from crossaisle.models.learning.tensors import tensor
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Doubles, holds, row_numbers


@dataclass(frozen=True)
class Candidates:
    """Items drawn for a batch.

    Args:
        items: int64 (n_candidates,), ascending.
        rows, columns: int64 (n_pairs,), which row of the batch bought which of them.
        others: int64 (n_pairs,), for each pair a candidate drawn at random that its row did not buy, −1 if it hit one.
        log_q: float32 (n_candidates,), log of the chance that the item is among them.
        left: bool (n_rows, n_candidates), what is neither to be told nor compared with; nothing when None.
    """

    items: Tensor
    rows: Tensor
    columns: Tensor
    others: Tensor
    log_q: Tensor
    left: Tensor | None = None

    def loss(self, loss: Loss, scores: Tensor) -> Tensor:
        """Of scores (n_rows, n_candidates): softmax over each row, BPR over pairs and others, or each place for itself.

        It is 0 where no row bought any.

        Raises:
            KeyError: there is no such loss.
        """
        if not len(self.rows):
            return scores.sum() * 0
        if loss == "softmax":
            compared = scores if self.left is None else scores.masked_fill(self.left, -torch.inf)
            return sampled_softmax(compared, self.rows, self.columns, self.log_q)
        if loss == "bpr":
            kept = self.others >= 0
            flat, n = scores.flatten(), scores.shape[1]
            of_pairs, of_others = (flat[self.rows[kept] * n + columns[kept]] for columns in (self.columns, self.others))
            return bpr(of_pairs, of_others[:, None]) if len(of_pairs) else scores.sum() * 0
        is_bought = torch.zeros_like(scores, dtype=torch.bool)
        is_bought[self.rows, self.columns] = True
        is_other = ~is_bought if self.left is None else ~(is_bought | self.left)
        return binary_cross_entropy(scores[is_bought], scores[is_other])


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
        return self.among(self.bought[users], None, len(users), n_others, rng)

    def telling(self, told: Csr, aside: Csr, rng: np.random.Generator, n_others: int, per_user: int = 1) -> Candidates:
        """What rows are to tell, and `n_others` beside; what a row is not asked about is left aside.

        Args:
            told, aside: sparse (n_users · per_user, n_items), `per_user` rows one after the other for each user.
        """
        users = row_numbers(told.indptr) // per_user
        n_told = len(np.unique(users.astype(np.int64) * told.shape[1] + told.indices))
        # as many purchases as so many users have: the chance of an item is that of as many whole users
        return self.among(told, aside, n_told / max(1e-12, float(self.share.sum())), n_others, rng)

    def among(
        self, told: Csr, aside: "Csr | None", n_users: float, n_others: int, rng: np.random.Generator
    ) -> Candidates:
        """All items of `told`, sparse (n_rows, n_items), which are the purchases of so many users, and others."""
        drawn = rng.choice(self.items, min(n_others, len(self.items)), replace=False, shuffle=False)
        items = np.union1d(told.indices, drawn)
        rows = row_numbers(told.indptr).astype(np.int64)
        columns = np.searchsorted(items, told.indices)
        others = rng.integers(0, max(1, len(items)), len(columns))
        left = None if aside is None else holds(aside, np.arange(told.shape[0])[:, None], items)
        hit = np.isin(rows * len(items) + others, rows * len(items) + columns)
        if left is not None:
            hit |= left[rows, others]
        missed = (1 - self.share[items]) ** n_users * (1 - len(drawn) / max(1, len(self.items)))
        log_q = np.log(np.maximum(1 - missed, 1e-12))
        return Candidates(
            tensor(items.astype(np.int64)),
            tensor(rows),
            tensor(columns.astype(np.int64)),
            tensor(np.where(hit, -1, others)),
            tensor(log_q.astype(np.float32)),
            None if left is None else tensor(left),
        )


def only(matrix: Csr, columns: Bools) -> Csr:
    """The matrix with the entries of these columns alone, each of them 1."""
    kept = matrix.copy()
    kept.data = columns[matrix.indices].astype(np.float32)
    kept.eliminate_zeros()
    return kept
