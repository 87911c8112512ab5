"""Two towers, after Covington, Adams and Sargin (2016), "Deep Neural Networks for YouTube Recommendations", and Yi et
al. (2019), "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations".

The softmax is the multinomial likelihood of Liang, Krishnan, Hoffman and Jebara (2018), "Variational Autoencoders for
Collaborative Filtering": all that a user bought is told from the history, of which some is left out. Ratings are told
from the user's other ratings.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training, no_validation
from crossaisle.models.learning.candidates import Candidates, Pool, only
from crossaisle.models.learning.content import ItemContent, content_rows
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.initial import Initialisation, begin, begin_at_popularity, has_enough
from crossaisle.models.learning.network import Network, Rows
from crossaisle.models.learning.ratings import RATED, RatingLevels, offsets_without, user_offsets
from crossaisle.models.learning.tensors import array, device, tensor, weights_of, with_weights
from crossaisle.models.learning.towers import Histories, Towers, thinned
from crossaisle.models.occlusion import occluded
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, State
from crossaisle.models.training import learn
from crossaisle.numerics.arrays import Bools, Csr, Floats, Numbers, row_numbers

ROWS: dict[str, Rows] = {"history.weight": "items", "own.weight": "items", "own_bias.weight": "items"}


@dataclass(frozen=True)
class FittedTwoTower(Fitted):
    """Both towers with what they read of items.

    Args:
        is_learnt: bool (n_items,), items that speak for themselves.
        levels: of ratings, where scores are ratings.
    """

    module: Towers
    content: ItemContent
    is_learnt: Bools
    curves: Curves
    levels: RatingLevels | None = None

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.is_learnt)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        vectors, bias = self._items
        users, offsets = self._users(queries)
        chosen = slice(None) if items is None else items
        return np.asarray(users @ vectors[chosen].T + bias[chosen] + offsets[:, None], dtype=np.float32)

    def score_candidates(self, queries: Queries, candidates: Numbers) -> Floats:
        vectors, bias = self._items
        users, offsets = self._users(queries)
        scored = np.einsum("qd,qcd->qc", users, vectors[candidates]) + bias[candidates] + offsets[:, None]
        return np.where(candidates < 0, -np.inf, scored).astype(np.float32)

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        """What the score loses without an item of the history."""
        kinds = None if self.levels is None else RATED
        return occluded(self.score_candidates, queries, candidates, n_causes, most=500, kinds=kinds)

    def vectors(self) -> Floats:
        """float32 (n_items, dimension): the items' vectors."""
        return self._items[0]

    def state(self) -> State:
        return {
            **weights_of(self.module),
            **self.content.state(),
            "is_learnt": self.is_learnt,
            **self.curves.state(),
            **(self.levels.state() if self.levels else {}),
        }

    @classmethod
    def restore(cls, state: State) -> "FittedTwoTower":
        content, is_learnt = ItemContent.restore(state), state["is_learnt"]
        layers = sum(name.endswith("inner.bias") for name in state)
        module = Towers(content, is_learnt, len(state["weights/anyone"]), layers, dropout=0)
        levels = RatingLevels.restore(state)
        return cls(with_weights(module, state), content, is_learnt, Curves.restore(state), levels)

    @torch.no_grad()
    def _users(self, queries: Queries) -> tuple[Floats, Floats]:
        """Vectors (n_queries, dimension), and what is added to all scores of each query (n_queries,)."""
        held = queries.purchases() if self.levels is None else self.levels.differences(queries)
        histories = Histories.of(held)
        users = array(self.module.users(self.module.sums(histories), histories.sizes))
        return users, np.zeros(len(users), dtype=np.float32) if self.levels is None else user_offsets(held)

    @cached_property
    def _items(self) -> tuple[Floats, Floats]:
        """Vectors (n_items, dimension) and biases (n_items,), −inf for an item of which nothing is known."""
        with torch.no_grad():
            vectors, bias = self.module.items(torch.arange(self.n_items, device=device()))
        says = self.is_learnt | self.content.says
        level = 0 if self.levels is None else self.levels.of_items
        return array(vectors), np.where(says, array(bias) + level, -np.inf).astype(np.float32)


@dataclass(frozen=True)
class Batch:
    """Some users: what is left of their histories, and all they bought among candidates.

    Args:
        shown: float32 (n_candidates,), 0 for a candidate that its content has to speak for.
    """

    histories: Histories
    candidates: Candidates
    shown: Tensor


class PurchaseLesson:
    """Users, told all that they bought from a part of it."""

    def __init__(self, options: "TwoTower", training: Training) -> None:
        self.options = options
        bought = training.dataset.purchases()
        bought.eliminate_zeros()
        bought.data[:] = 1
        self.is_learnt, self.content, self.module, self.rows = _towers(options, training, bought)
        begin_at_popularity(self.module.own_bias, bought, self.is_learnt)
        self.histories, self.pool = bought, Pool(only(bought, self.is_learnt))
        self.users = np.flatnonzero(np.diff(self.pool.bought.indptr))

    def batches(self, rng: np.random.Generator) -> Iterator[Batch]:
        order, size = rng.permutation(self.users), self.options.batch_size
        for start in range(0, len(order), size):
            users = order[start : start + size]
            histories = thinned(self.histories[users], self.options.event_dropout, rng)
            candidates = self.pool.draw(users, self.options.negatives, rng)
            shown = rng.random(len(candidates.items)) >= self.options.item_dropout
            yield Batch(Histories.of(histories), candidates, tensor(shown.astype(np.float32)))

    def loss(self, batch: Batch) -> Tensor:
        vectors, bias = self.module.items(batch.candidates.items, batch.shown)
        users = self.module.users(self.module.sums(batch.histories), batch.histories.sizes)
        return batch.candidates.loss(self.options.loss, users @ vectors.T + bias)

    def fitted(self, curves: Curves) -> FittedTwoTower:
        return FittedTwoTower(self.module, self.content, self.is_learnt, curves)


class RatingLesson:
    """Each rating, told from the user's others: (r − levels − f(…) · v(i) − b(i))²."""

    def __init__(self, options: "TwoTower", training: Training) -> None:
        self.options, dataset = options, training.dataset
        self.levels = RatingLevels.of(dataset)
        self.ratings = self.levels.differences(dataset.queries(np.arange(dataset.n_users)))
        rated = self.ratings.copy()
        rated.data = np.ones_like(rated.data)
        self.is_learnt, self.content, self.module, self.rows = _towers(options, training, rated)
        self.users = np.flatnonzero(np.diff(rated.indptr))

    def batches(self, rng: np.random.Generator) -> Iterator[Csr]:
        order, size = rng.permutation(self.users), self.options.batch_size
        for start in range(0, len(order), size):
            yield thinned(self.ratings[order[start : start + size]], self.options.event_dropout, rng)

    def loss(self, batch: Csr) -> Tensor:
        histories = Histories.of(batch)
        rows, items = tensor(row_numbers(batch.indptr).astype(np.int64)), histories.items
        shown = (torch.rand(len(items), device=device()) >= self.options.item_dropout).float()
        own = histories.weights[:, None] * self.module.parts(items)
        users = self.module.users(self.module.sums(histories)[rows] - own, histories.sizes[rows] - 1)
        vectors, bias = self.module.items(items, shown)
        predicted = (users * vectors).sum(dim=1) + bias + tensor(offsets_without(batch))
        return ((predicted - histories.weights) ** 2).mean()

    def fitted(self, curves: Curves) -> FittedTwoTower:
        return FittedTwoTower(self.module, self.content, self.is_learnt, curves, self.levels)


def _towers(options: "TwoTower", training: Training, held: Csr) -> tuple[Bools, ItemContent, Towers, dict[str, Rows]]:
    """Fresh towers for items held by users, sparse (n_users, n_items)."""
    is_learnt = has_enough(held, options.min_buyers)
    content = ItemContent.of(training, options.text)
    module = Towers(content, is_learnt, options.dimension, options.layers, options.dropout)
    for table in (module.history, module.own):
        begin(table, options.initialisation, training, held)
    return is_learnt, content, module, ROWS | content_rows(content, "history_content", "content", "content_bias")


@part
class TwoTower(Network):
    """score(u, i) = f(a + Σ over the history of e(j) / √n) · v(i) + b(i)."""

    fitted: ClassVar[type[Fitted]] = FittedTwoTower

    epochs: Annotated[
        int, Field(ge=1, le=10_000, description="epochs; at most so many where a validation window is watched")
    ] = 20
    batch_size: Annotated[int, Field(ge=1, le=1_000_000, description="users in a batch")] = 128
    learning_rate: Annotated[float, Field(gt=0, le=10, description="step size of Adam")] = 0.002
    target: Annotated[
        Literal["purchase", "rating"],
        Field(description="what is told: what is bought, or how an item is rated (loss and negatives are unused then)"),
    ] = "purchase"
    layers: Annotated[int, Field(ge=0, le=10, description="hidden layers of the user's tower, f")] = 0
    initialisation: Annotated[
        Initialisation, Field(description="where the vectors begin: at random, or with what is known before")
    ] = "xavier"
    event_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of each history left out at random while learning")
    ] = 0.2
    item_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of items that their content speaks for while learning")
    ] = 0.1
    min_buyers: Annotated[
        int, Field(ge=1, le=1_000_000, description="buyers from which an item has a vector of its own")
    ] = 3
    text: Annotated[bool, Field(description="whether titles and descriptions are read")] = True

    def learner(self, training: Training) -> PurchaseLesson | RatingLesson:
        """The towers and what they learn from."""
        return PurchaseLesson(self, training) if self.target == "purchase" else RatingLesson(self, training)

    def fit(self, training: Training) -> Any:
        """Run the loop. The protocol's window is of purchases, so ratings are learnt for all epochs."""
        if self.target == "rating":
            training = replace(training, validate=no_validation)
        return learn(self, training)
