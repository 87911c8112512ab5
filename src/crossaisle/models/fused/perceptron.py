"""A multi-layer perceptron over a user's and an item's features, with a product of their vectors beside it.

He, Liao, Zhang, Nie, Hu and Chua (2017), "Neural Collaborative Filtering", join the product and the perceptron
(equation 12); Cheng et al. (2016), "Wide & Deep Learning for Recommender Systems", a wide and a deep part.
"""

import numpy as np
import torch
from torch import Tensor, nn

from crossaisle.models.learning.tensors import tensor
from crossaisle.numerics.arrays import Bools
from crossaisle.numerics.propagation import Propagation

SPREAD = 0.1
"""Standard deviation of the features' vectors at first."""


class Perceptron(nn.Module):
    """score(u, i) = p · q + b + w · z_L, z_l = relu(W_l z_(l−1) + b_l), z_0 = (p, q, p ∘ q).

    p, of the user: Σ of the history's vectors / √n + Σ of features · their vectors; q, of the item: its own vector,
    where it has one, + Σ of features · their vectors; b the same with numbers. w begins as zeros.
    """

    def __init__(
        self, columns: tuple[int, int], is_learnt: Bools, dimension: int, hidden: int, layers: int, dropout: float
    ) -> None:
        """Args: columns: how many features users and items have. is_learnt: bool (n_items,), has vectors of its own."""
        super().__init__()
        of_users, of_items = columns
        n_items = len(is_learnt)
        self.anyone = nn.Parameter(torch.zeros(dimension))
        self.history, self.own = nn.Embedding(n_items, dimension), nn.Embedding(n_items, dimension)
        self.own_bias = nn.Embedding(n_items, 1)
        self.user_features, self.item_features = nn.Embedding(of_users, dimension), nn.Embedding(of_items, dimension)
        self.feature_bias = nn.Embedding(of_items, 1)
        self.of_user = nn.Linear(dimension, hidden)
        self.of_item, self.of_both = (nn.Linear(dimension, hidden, bias=False) for _ in range(2))
        self.deeper = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(layers - 1))
        self.told = nn.Linear(hidden, 1, bias=False)
        self.dropout = nn.Dropout(dropout)
        for table in (self.user_features, self.item_features):
            nn.init.normal_(table.weight, std=SPREAD)
        for nothing in (self.own_bias, self.feature_bias, self.told):
            nn.init.zeros_(nothing.weight)
        self.register_buffer("is_learnt", tensor(is_learnt.astype(np.float32)), persistent=False)

    def users(self, histories: Propagation, features: Propagation) -> Tensor:
        """p, (n, dimension). histories: bags of items, features: bags of columns."""
        edges = histories.forward
        learnt = histories.weighed(edges.weights * self.get_buffer("is_learnt")[edges.columns])
        sizes = edges.starts.diff()[:, None].clamp(min=1)
        found: Tensor = self.anyone + learnt(self.history.weight) / sizes.sqrt()
        return found + features(self.user_features.weight)

    def items(self, items: Tensor, features: Propagation, shown: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """q, (n, dimension), and b, (n,).

        Args:
            features: bags of columns.
            shown: float32 (n,), 0 where features have to speak for an item that could do so itself.
        """
        own = self.get_buffer("is_learnt")[items, None]
        own = own if shown is None else own * shown[:, None]
        bias = own * self.own_bias(items) + features(self.feature_bias.weight)
        return own * self.own(items) + features(self.item_features.weight), bias[:, 0]

    def forward(self, users: Tensor, items: Tensor, bias: Tensor) -> Tensor:
        """(n, m): scores of p (n, 1, dimension), and q and b of the items of all or of each, (1 or n, m, dimension)."""
        users, items = self.dropout(users), self.dropout(items)
        product = users * items
        state = torch.relu(self.of_user(users) + self.of_item(items) + self.of_both(product))
        for layer in self.deeper:
            state = torch.relu(layer(self._thinned(state)))
        scores: Tensor = product.sum(dim=2) + bias + self.told(self._thinned(state))[:, :, 0]
        return scores

    def _thinned(self, state: Tensor) -> Tensor:
        """Dropout with one mask (1, m, hidden) for all users: drawing one for each pair costs more than the layer."""
        return state * self.dropout(torch.ones_like(state[:1])) if self.training else state
