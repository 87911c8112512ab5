"""MLP: a perceptron over fused features, after Covington, Adams and Sargin (2016), "Deep Neural Networks for YouTube
Recommendations", section 4, and He et al. (2017), "Neural Collaborative Filtering".

What is told is hidden: whole categories of a history and single items, of which the features are read without them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.fused.features import FusedFeatures
from crossaisle.models.fused.perceptron import Perceptron
from crossaisle.models.learning.candidates import Candidates, Pool, only
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.initial import Initialisation, begin, begin_at_popularity, has_enough
from crossaisle.models.learning.losses import Loss
from crossaisle.models.learning.network import Named, Network, Rows
from crossaisle.models.learning.tensors import array, device, tensor, weights_of, with_weights
from crossaisle.models.occlusion import occluded
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, State
from crossaisle.models.training import learn
from crossaisle.numerics.arrays import Bools, Csr, Floats, Numbers, batches, row_numbers
from crossaisle.numerics.propagation import Propagation

ROWS: dict[str, Rows] = {f"{name}.weight": "items" for name in ("history", "own", "own_bias")}
BYTES_PER_NUMBER, COPIES = 4, 4
"""Of what a pair of user and item takes while scoring, and how often it is held."""
MOST_TAKEN = 40
"""Items of a history, the latest, that are taken out to see what the score owes to them: each time all is read anew."""
BATCH_BYTES = 32 * 2**20
"""What a block of pairs may take; small ones stay in the cache."""


@dataclass(frozen=True)
class FittedMLP(Fitted):
    """The perceptron with what it reads.

    Args:
        is_learnt: bool (n_items,), items that speak for themselves; the others by their features.
    """

    proposes: ClassVar[bool] = False

    module: Perceptron
    features: FusedFeatures
    is_learnt: Bools
    curves: Curves

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.is_learnt)

    @torch.no_grad()
    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        users, (vectors, bias) = self._users(queries), self._items
        chosen = tensor(np.arange(self.n_items) if items is None else items.astype(np.int64))
        scores = np.empty((len(queries), len(chosen)), dtype=np.float32)
        width = min(len(chosen), max(1, BATCH_BYTES // self._bytes_per_pair))
        for columns in batches(len(chosen), self._bytes_per_pair, BATCH_BYTES):
            own, own_bias = vectors[chosen[columns]], bias[chosen[columns]]
            for rows in batches(len(queries), self._bytes_per_pair * width, BATCH_BYTES):
                scores[rows, columns] = array(self.module(users[rows, None], own[None], own_bias))
        return scores

    @torch.no_grad()
    def score_candidates(self, queries: Queries, candidates: Numbers) -> Floats:
        users, (vectors, bias) = self._users(queries), self._items
        scores = np.empty(candidates.shape, dtype=np.float32)
        for rows in batches(len(queries), self._bytes_per_pair * candidates.shape[1], BATCH_BYTES):
            own = tensor(np.maximum(candidates[rows], 0).astype(np.int64))
            scores[rows] = array(self.module(users[rows, None], vectors[own], bias[own]))
        return np.where(candidates < 0, -np.inf, scores).astype(np.float32)

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        """What the score loses without an item of the history, of which the features are read anew."""
        return occluded(self.score_candidates, queries, candidates, n_causes, most=MOST_TAKEN)

    def vectors(self) -> Floats:
        """float32 (n_items, dimension): the items' vectors."""
        return array(self._items[0])

    def state(self) -> State:
        own = {"is_learnt": self.is_learnt}
        return {**weights_of(self.module), **self.features.state(), **own, **self.curves.state()}

    @classmethod
    def restore(cls, state: State) -> "FittedMLP":
        features, is_learnt = FusedFeatures.restore(state), state["is_learnt"]
        hidden, dimension = state["weights/of_user.weight"].shape
        layers = 1 + sum(name.startswith("weights/deeper.") and name.endswith("bias") for name in state)
        module = Perceptron(features.widths, is_learnt, dimension, hidden, layers, 0)
        return cls(with_weights(module, state), features, is_learnt, Curves.restore(state))

    @property
    def _bytes_per_pair(self) -> int:
        return BYTES_PER_NUMBER * COPIES * sum(self.module.of_user.weight.shape)

    @torch.no_grad()
    def _users(self, queries: Queries) -> Tensor:
        """(n_queries, dimension)."""
        return self.module.users(_bags(queries.purchases()), _bags(self.features.users(queries)))

    @cached_property
    def _items(self) -> tuple[Tensor, Tensor]:
        """(n_items, dimension) and (n_items,)."""
        with torch.no_grad():
            return self.module.items(torch.arange(self.n_items, device=device()), _bags(self.features.items))


@dataclass(frozen=True)
class Batch:
    """Some users, what is left of their histories as bags of items and of features, and what is hidden of them.

    Args:
        item_features: of the candidates.
        shown: float32 (n_candidates,), 0 for a candidate that its features have to speak for.
    """

    histories: Propagation
    features: Propagation
    candidates: Candidates
    item_features: Propagation
    shown: Tensor


class Lesson:
    """Users, told what is hidden of their histories from the features of what is left."""

    def __init__(self, options: "MLP", training: Training) -> None:
        self.options, dataset = options, training.dataset
        self.category, self.n_categories = dataset.catalogue.category, dataset.n_categories
        self.queries = dataset.queries(np.arange(dataset.n_users))
        bought = dataset.purchases()
        bought.eliminate_zeros()
        self.is_learnt = has_enough(bought, options.min_buyers)
        self.features = FusedFeatures.of(training, options.text)
        self.module = Perceptron(
            self.features.widths, self.is_learnt, options.dimension, options.hidden, options.layers, options.dropout
        )
        for table in (self.module.history, self.module.own):
            begin(table, options.initialisation, training, bought)
        begin_at_popularity(self.module.own_bias, bought, self.is_learnt)
        of_users, of_items = self.features.named()
        self.rows: dict[str, Rows | Named] = {**ROWS, "user_features.weight": of_users}
        self.rows |= {"item_features.weight": of_items, "feature_bias.weight": of_items}
        self.pool = Pool(only(bought, self.is_learnt))
        self.users = np.flatnonzero(np.diff(self.pool.bought.indptr))

    def batches(self, rng: np.random.Generator) -> Iterator[Batch]:
        options, order = self.options, rng.permutation(self.users)[: self.options.users_per_epoch]
        for start in range(0, len(order), options.batch_size):
            users = order[start : start + options.batch_size]
            queries = self.queries[users]
            left = queries.keeping(~self._hidden(queries, rng))
            histories = left.purchases()
            told, aside = self._told(self.pool.bought[users], histories, rng)
            candidates = self.pool.telling(told, aside, rng, options.negatives)
            shown = rng.random(len(candidates.items)) >= options.item_dropout
            yield Batch(
                _bags(histories),
                _bags(self.features.users(left)),
                candidates,
                _bags(self.features.items[array(candidates.items)]),
                tensor(shown.astype(np.float32)),
            )

    def _hidden(self, queries: Queries, rng: np.random.Generator) -> Bools:
        """bool (n_entries,): all entries of an item, or of a category, that is drawn."""
        rows = row_numbers(queries.indptr).astype(np.int64)
        is_dark = rng.random((len(queries), self.n_categories + 1)) < self.options.category_dropout
        is_dark[:, -1] = False
        _, of_pair = np.unique(rows * queries.n_items + queries.items, return_inverse=True)
        is_drawn = rng.random(int(of_pair.max(initial=-1)) + 1) < self.options.event_dropout
        hidden: Bools = (is_dark[rows, self.category[queries.items]] | is_drawn[of_pair]) & (queries.items >= 0)
        return hidden

    def _told(self, bought: Csr, left: Csr, rng: np.random.Generator) -> tuple[Csr, Csr]:
        """What is bought and hidden, with a share of what is still seen; and what is seen and not asked about."""
        aside = left.copy()
        aside.data = (rng.random(len(left.data)) >= self.options.repeats).astype(np.float32)
        aside.eliminate_zeros()
        told = bought - bought.multiply(aside)
        told.eliminate_zeros()
        return told, aside

    def loss(self, batch: Batch) -> Tensor:
        users = self.module.users(batch.histories, batch.features)
        vectors, bias = self.module.items(batch.candidates.items, batch.item_features, batch.shown)
        return batch.candidates.loss(self.options.loss, self.module(users[:, None], vectors[None], bias))

    def fitted(self, curves: Curves) -> FittedMLP:
        return FittedMLP(self.module, self.features, self.is_learnt, curves)


@part
class MLP(Network):
    """score(u, i) = p · q + b + w · relu(W_L · … relu(W_1 · (p, q, p ∘ q) + b_1) … + b_L)."""

    fitted: ClassVar[type[Fitted]] = FittedMLP

    epochs: Annotated[
        int, Field(ge=1, le=10_000, description="epochs; at most so many where a validation window is watched")
    ] = 6
    patience: Annotated[
        int, Field(ge=1, le=1000, description="epochs without a better validation after which learning stops")
    ] = 2
    users_per_epoch: Annotated[
        int, Field(ge=1, le=1_000_000_000, description="users of an epoch at most, drawn anew for each")
    ] = 100_000
    batch_size: Annotated[int, Field(ge=1, le=1_000_000, description="users in a batch")] = 32
    learning_rate: Annotated[float, Field(gt=0, le=10, description="step size of Adam")] = 0.002
    dimension: Annotated[int, Field(ge=1, le=4096, description="length of the vectors p and q")] = 32
    loss: Annotated[Loss, Field(description="what is made small, see above")] = "softmax"
    negatives: Annotated[int, Field(ge=1, le=100_000, description="items not bought drawn for comparison")] = 500
    layers: Annotated[int, Field(ge=1, le=10, description="hidden layers of the perceptron")] = 2
    hidden: Annotated[int, Field(ge=1, le=4096, description="units of each hidden layer")] = 32
    initialisation: Annotated[
        Initialisation, Field(description="where the vectors begin: at random, or with what is known before")
    ] = "xavier"
    category_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of a user's categories hidden while learning, and told")
    ] = 0.2
    event_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of a user's items hidden while learning, and told")
    ] = 0.2
    repeats: Annotated[float, Field(ge=0, le=1, description="share of the items not hidden that are told, too")] = 0.1
    item_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of items that their features speak for while learning")
    ] = 0.1
    min_buyers: Annotated[
        int, Field(ge=1, le=1_000_000, description="buyers from which an item has a vector of its own")
    ] = 3
    text: Annotated[bool, Field(description="whether titles and descriptions are read, beside title words")] = True

    def learner(self, training: Training) -> Lesson:
        """The perceptron and what it learns from."""
        return Lesson(self, training)

    def fit(self, training: Training) -> Any:
        return learn(self, training)


def _bags(matrix: Csr) -> Propagation:
    """Rows to sum vectors by; a sum's gradient along the edges takes a fraction of that of a bag's."""
    return Propagation.of(matrix, device())
