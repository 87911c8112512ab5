"""LightGCN: He, Deng, Wang, Li, Zhang and Wang (2020), "LightGCN: Simplifying and Powering Graph Convolution Network
for Recommendation".

A user has no vector of layer 0 of their own: it is the normalised sum of the items' vectors of layer 0. So a stranger
is scored as somebody known with the same history is, and a score is a sum over the items of the history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import dropout

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.learning.candidates import Candidates, Pool
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.graphs import (
    Bipartite,
    GraphNetwork,
    Layer0,
    begun,
    held_back,
    history_scales,
    sizes,
)
from crossaisle.models.learning.network import Rows
from crossaisle.models.learning.tensors import WEIGHTS, array, weights_of, with_weights
from crossaisle.models.linear import item_contributions
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, State
from crossaisle.models.training import learn
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Floats, Numbers, moved
from crossaisle.numerics.propagation import Normalisation, Propagation


class Light(nn.Module):
    """Propagation without weights or activation."""

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.items = Layer0(start)

    def forward(self, graph: Bipartite, layers: int) -> tuple[Tensor, Tensor]:
        """What an item brings to those who bought it, and its own vector, both (n_items, dimension).

        e_u^(k+1) = Σ_i e_i^(k) / √(|N_u| |N_i|), e_i^(k+1) = Σ_u e_u^(k) / √(|N_u| |N_i|) (equation 3), and the mean
        over layers (equation 4, α_k = 1 / (K + 1)). As e_u^(0) comes from e_i^(0), the layers of items are equal in
        pairs from the first on, 1 and 2, 3 and 4, …, so that every other one is computed.
        """
        items = [self.items()]
        for layer in range(1, layers + 1):
            items.append(graph.to_items(graph.to_users(items[-1])) if layer % 2 else items[-1])
        of_users = [items[0], *items[:-1]]
        return torch.stack(of_users).mean(dim=0), torch.stack(items).mean(dim=0)


@dataclass(frozen=True)
class Form:
    """How vectors of layer 0 become scores: the options of the recommender that bear on it."""

    layers: int
    normalisation: Normalisation
    temperature: float

    def state(self) -> State:
        """As arrays."""
        return {"form": np.array([self.layers, self.normalisation == "mean", self.temperature], dtype=np.float64)}

    @classmethod
    def restore(cls, state: State) -> "Form":
        """The form whose `state()` this holds."""
        layers, is_mean, temperature = state["form"]
        return cls(int(layers), "mean" if is_mean else "symmetric", float(temperature))


@dataclass(frozen=True)
class FittedLightGCN(Fitted):
    """Score: Σ over the history of `brought` · |history|^exponent · `scored`.

    Args:
        brought, scored: float32 (n_items, dimension), 0 for items of no purchase.
        exponent: −½, or −1 for the mean.
        weights: layer 0.
    """

    brought: Floats
    scored: Floats
    exponent: float
    form: Form
    weights: State
    curves: Curves

    @classmethod
    def of(cls, module: Light, bought: Csr, form: Form, curves: Curves) -> "FittedLightGCN":
        """Propagated along the purchases, sparse (n_users, n_items)."""
        with torch.no_grad():
            brought, scored = map(array, module(Bipartite.of(bought, form.normalisation), form.layers))
        scales, exponent = history_scales(bought, form.normalisation)
        is_bought = np.asarray(bought.sum(axis=0) > 0)[:, None]
        return cls(
            (brought * is_bought * scales[:, None]).astype(np.float32),
            (scored * is_bought / form.temperature).astype(np.float32),
            exponent,
            form,
            weights_of(module),
            curves,
        )

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.scored)

    @cached_property
    def _unknown(self) -> Bools:
        """bool (n_items,): items of no purchase."""
        return np.asarray(~self.scored.any(axis=1))

    def vectors(self) -> Floats:
        """float32 (n_items, dimension): the items' vectors."""
        return self.scored

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        bought = queries.purchases()
        users = (bought @ self.brought) * sizes(bought, self.exponent)
        scored, unknown = (self.scored, self._unknown) if items is None else (self.scored[items], self._unknown[items])
        scores = np.asarray(users @ scored.T, dtype=np.float32)
        scores[:, unknown] = -np.inf
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        def effects(items: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            scale = weights.sum(dtype=np.float64) ** self.exponent
            return np.asarray(scale * weights[:, None] * (self.brought[items] @ self.scored[scored].T))

        return item_contributions(queries, candidates, n_causes, effects)

    def update(self, dataset: Dataset, kept: Numbers | None = None) -> "FittedLightGCN":
        """Propagate what was learnt along the purchases of a later dataset: see Fitted.update.

        Nothing is learnt anew: an item of which nothing was known gets a vector from those who bought it.
        """
        weights = self.weights if kept is None else {name: moved(one, kept) for name, one in self.weights.items()}
        module = with_weights(Light(torch.zeros(dataset.n_items, self.scored.shape[1])), weights)
        return FittedLightGCN.of(module, dataset.purchases(), self.form, self.curves)

    def state(self) -> State:
        vectors = {"brought": self.brought, "scored": self.scored, "exponent": np.array(self.exponent)}
        return {**vectors, **self.form.state(), **self.weights, **self.curves.state()}

    @classmethod
    def restore(cls, state: State) -> "FittedLightGCN":
        weights = {name: one for name, one in state.items() if name.startswith(WEIGHTS)}
        vectors = (state["brought"], state["scored"], float(state["exponent"]))
        return cls(*vectors, Form.restore(state), weights, Curves.restore(state))


class Lesson:
    """Batches of users, compared over what they bought and items drawn beside."""

    rows: ClassVar[dict[str, Rows]] = {"items.start": "items", "items.learnt": "items"}

    def __init__(self, options: "LightGCN", training: Training) -> None:
        self.options = options
        self.form = Form(options.layers, options.normalisation, options.temperature)
        self.bought = training.dataset.purchases()
        self.graph = Bipartite.of(self.bought, options.normalisation)
        self.pool = Pool(self.bought)
        start = begun(options, training, held_back(self.bought), options.dimension)
        self.module = Light(start)

    def batches(self, rng: np.random.Generator) -> Iterator[tuple[Propagation, Candidates]]:
        """Users with a purchase, in a random order."""
        order = rng.permutation(np.flatnonzero(np.diff(self.bought.indptr)))
        for start in range(0, len(order), self.options.batch_size):
            users = order[start : start + self.options.batch_size]
            drawn = self.pool.draw(users, self.options.negatives, rng)
            yield self.graph.of_users(users, self.options.edge_dropout, rng), drawn

    def loss(self, batch: tuple[Propagation, Candidates]) -> Tensor:
        to_users, drawn = batch
        graph = self.graph.thinned(self.options.edge_dropout)
        brought, scored = self.module(graph, self.options.layers)
        users = dropout(to_users(brought), self.options.dropout, self.module.training)
        scores = users @ scored[drawn.items].T / self.options.temperature
        return drawn.loss(self.options.loss, scores)

    def fitted(self, curves: Curves) -> FittedLightGCN:
        return FittedLightGCN.of(self.module, self.bought, self.form, curves)


@part
class LightGCN(GraphNetwork):
    """ŷ_ui = e_uᵀ e_i / temperature, with e the mean over the layers; `batch_size` counts users."""

    fitted: ClassVar[type[Fitted]] = FittedLightGCN

    layers: Annotated[int, Field(ge=0, le=8, description="K, steps along the graph")] = 2
    normalisation: Annotated[
        Normalisation, Field(description="edges weigh 1 / √(d_u · d_i), or are averaged over the neighbours")
    ] = "symmetric"
    l2: Annotated[
        float, Field(ge=0, le=10, description="pulls what is learnt towards the start by learning_rate · l2 a step")
    ] = 3.0

    def fit(self, training: Training) -> Any:
        return learn(self, training)

    def learner(self, training: Training) -> Lesson:
        return Lesson(self, training)
