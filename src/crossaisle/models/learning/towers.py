"""The towers of a two-tower network: a user from the bag of a history, an item from itself or from its content."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding_bag

from crossaisle.models.learning.content import ContentVectors, ItemContent
from crossaisle.models.learning.tensors import tensor
from crossaisle.numerics.arrays import Bools, Csr, row_numbers


@dataclass(frozen=True)
class Histories:
    """Bags of items, one after the other.

    Args:
        items: int64 (n_entries,). starts: int64 (n,), where each bag begins.
        weights: float32 (n_entries,). sizes: float32 (n, 1), how many items each bag holds.
    """

    items: Tensor
    starts: Tensor
    weights: Tensor
    sizes: Tensor

    @classmethod
    def of(cls, matrix: Csr) -> "Histories":
        """The rows of a sparse matrix (n, n_items), whose values are the weights."""
        return cls(
            tensor(matrix.indices.astype(np.int64)),
            tensor(matrix.indptr[:-1].astype(np.int64)),
            tensor(matrix.data.astype(np.float32)),
            tensor(np.diff(matrix.indptr).astype(np.float32)[:, None]),
        )


class Hidden(nn.Module):
    """x + W₂ · tanh(W₁ · x + b₁) + b₂, which begins as x."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.inner, self.outer = nn.Linear(dimension, dimension), nn.Linear(dimension, dimension)
        nn.init.xavier_normal_(self.inner.weight)
        nn.init.zeros_(self.outer.weight)
        nn.init.zeros_(self.outer.bias)

    def forward(self, x: Tensor) -> Tensor:
        """(n, dimension) of the same shape."""
        moved: Tensor = x + self.outer(torch.tanh(self.inner(x)))
        return moved


class Towers(nn.Module):
    """score(u, i) = f(anyone + Σ of the history's vectors / √n) · vector of i + bias of i.

    An item with buyers enough has vectors and a bias of its own, any other those of its content.
    """

    def __init__(self, content: ItemContent, is_learnt: Bools, dimension: int, layers: int, dropout: float) -> None:
        """Args: is_learnt: bool (n_items,), items with buyers enough. layers: hidden ones of the user's tower, f."""
        super().__init__()
        n_items = len(is_learnt)
        self.anyone = nn.Parameter(torch.zeros(dimension))
        self.history = nn.Embedding(n_items, dimension)
        self.history_content = ContentVectors(content, dimension)
        self.hidden = nn.ModuleList(Hidden(dimension) for _ in range(layers))
        self.own = nn.Embedding(n_items, dimension)
        self.content = ContentVectors(content, dimension)
        self.own_bias = nn.Embedding(n_items, 1)
        self.content_bias = ContentVectors(content, 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.own_bias.weight)
        self.register_buffer("is_learnt", tensor(is_learnt.astype(np.float32)), persistent=False)

    def sums(self, histories: Histories) -> Tensor:
        """(n, dimension): Σ of weight · vector over each history."""
        items, starts, weights = histories.items, histories.starts, histories.weights
        own = weights * self.get_buffer("is_learnt")[items]
        of_own = embedding_bag(items, self.history.weight, starts, mode="sum", per_sample_weights=own)
        return of_own + self.history_content.bags(items, starts, weights - own)

    def parts(self, items: Tensor) -> Tensor:
        """(n, dimension): what each of the items adds to a history that holds it."""
        own = self.get_buffer("is_learnt")[items, None]
        found: Tensor = own * self.history(items) + (1 - own) * self.history_content(items)
        return found

    def users(self, sums: Tensor, sizes: Tensor) -> Tensor:
        """(n, dimension) of the sums of histories and their sizes (n, 1)."""
        users = self.anyone + sums / sizes.clamp(min=1).sqrt()
        for layer in self.hidden:
            users = layer(users)
        dropped: Tensor = self.dropout(users)
        return dropped

    def items(self, items: Tensor, shown: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Vectors (n, dimension) and biases (n,).

        Args:
            shown: float32 (n,), 0 where content has to speak for an item that could do so itself.
        """
        own = self.get_buffer("is_learnt")[items, None]
        own = own if shown is None else own * shown[:, None]
        vectors = own * self.own(items) + (1 - own) * self.content(items)
        bias = own * self.own_bias(items) + (1 - own) * self.content_bias(items)
        return vectors, bias[:, 0]


def thinned(matrix: Csr, share: float, rng: np.random.Generator) -> Csr:
    """The matrix with this share of its entries left out at random, but not all of a row."""
    kept = rng.random(len(matrix.data)) >= share
    rows = row_numbers(matrix.indptr)
    emptied = np.bincount(rows[kept], minlength=matrix.shape[0]) == 0
    kept |= emptied[rows]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[kept], minlength=matrix.shape[0]))])
    found: Csr = type(matrix)((matrix.data[kept], matrix.indices[kept], indptr), shape=matrix.shape)
    return found
