"""A network as small as the loop allows, for its tests: score(u, i) = mean vector of the bought items · vector of i."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.losses import pairwise
from crossaisle.models.learning.network import Network, Rows
from crossaisle.models.learning.tensors import WEIGHTS, tensor, weights_of
from crossaisle.models.part import part
from crossaisle.models.recommender import Fitted, State
from crossaisle.models.training import learn
from crossaisle.numerics.arrays import Floats, Numbers


@dataclass(frozen=True)
class FittedFactors(Fitted):
    """weights: what the module holds. curves: how it was learnt."""

    weights: State
    curves: Curves

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.weights[f"{WEIGHTS}weight"])

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        vectors = self.weights[f"{WEIGHTS}weight"]
        bought = queries.purchases()
        users = (bought @ vectors) / np.maximum(1, np.asarray(bought.sum(axis=1)))[:, None]
        return np.asarray(users @ (vectors if items is None else vectors[items]).T, dtype=np.float32)

    def state(self) -> State:
        return {**self.weights, **self.curves.state()}

    @classmethod
    def restore(cls, state: State) -> "FittedFactors":
        return cls({name: one for name, one in state.items() if name.startswith(WEIGHTS)}, Curves.restore(state))


class Factors:
    """One vector an item, learnt from pairs of user and bought item."""

    rows: ClassVar[dict[str, Rows]] = {"weight": "items"}

    def __init__(self, options: "Factorisation", training: Training) -> None:
        self.options = options
        self.module = nn.Embedding(training.dataset.n_items, options.dimension)
        self.bought = training.dataset.purchases()
        self.users, self.items = (tensor(one.astype(np.int64)) for one in self.bought.nonzero())

    def batches(self, rng: np.random.Generator) -> Iterator[Any]:
        for rows in np.array_split(rng.permutation(len(self.items)), -(-len(self.items) // self.options.batch_size)):
            others = rng.integers(0, self.module.num_embeddings, (len(rows), self.options.negatives))
            yield self.users[rows], self.items[rows], tensor(others)

    def loss(self, batch: Any) -> Tensor:
        users, items, others = batch
        histories = tensor(self.bought[users.numpy()].toarray())
        of_users = nn.functional.dropout(histories @ self.module.weight, self.options.dropout, self.module.training)
        positive = (of_users * self.module(items)).sum(dim=1)
        return pairwise(self.options.loss, positive, torch.einsum("ud,und->un", of_users, self.module(others)))

    def fitted(self, curves: Curves) -> FittedFactors:
        return FittedFactors(weights_of(self.module), curves)


@part
class Factorisation(Network):
    """Options of the loop alone."""

    fitted: ClassVar[type[Fitted]] = FittedFactors

    def learner(self, training: Training) -> Factors:
        return Factors(self, training)

    def fit(self, training: Training) -> Any:
        return learn(self, training)
