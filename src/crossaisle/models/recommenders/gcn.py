"""GCN on the graph of users and items: Kipf and Welling (2017), "Semi-Supervised Classification with Graph
Convolutional Networks".

Items have vectors of layer 0; a user's is the normalised sum of those of the items bought. The items' vectors of every
layer are kept, so that a stranger is scored as somebody known with the same history is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

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
    begun,
    held_back,
    history_scales,
    sizes,
    with_loops,
)
from crossaisle.models.learning.network import Rows
from crossaisle.models.learning.tensors import WEIGHTS, array, device, tensor, weights_of, with_weights
from crossaisle.models.occlusion import occluded
from crossaisle.models.part import part
from crossaisle.models.recommender import Contributions, Fitted, State
from crossaisle.models.training import learn
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Floats, Numbers, moved
from crossaisle.numerics.degrees import power
from crossaisle.numerics.propagation import Normalisation, Propagation, normalised

Activation = Literal["relu", "tanh"]
ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "tanh": torch.tanh}


class Convolutions(nn.Module):
    """H^(l+1) = σ(Â · H^(l) · W^(l)) with Â = D̂^−½ · (A + I) · D̂^−½ (equation 2) or D̂^−1 · (A + I); the last without σ.

    The weights begin as the identity: learning starts from layer 0 passed along the graph.
    """

    def __init__(self, start: Tensor, layers: int, activation: Activation) -> None:
        super().__init__()
        self.items = nn.Parameter(start)
        eye = torch.eye(start.shape[1], device=start.device)
        self.mixing = nn.ParameterList(nn.Parameter(eye.clone()) for _ in range(layers))
        self.activation = ACTIVATIONS[activation]

    def forward(self, to_users: Propagation, along: Propagation, share: float) -> list[Tensor]:
        """Users and items of each layer, (n_users + n_items, d). share: of units that are left out."""
        nodes = [torch.cat([to_users(self.items), self.items])]
        for layer in range(len(self.mixing)):
            nodes.append(dropout(self.step(along(nodes[-1]), layer), share, self.training))
        return nodes

    def step(self, gathered: Tensor, layer: int) -> Tensor:
        """σ(gathered · W^(layer)), gathered being Â · H^(layer)."""
        mixed = gathered @ self.mixing[layer]
        return mixed if layer == len(self.mixing) - 1 else self.activation(mixed)


@dataclass(frozen=True)
class FittedGCN(Fitted):
    """layers: float32 (n_layers + 1, n_items, d), items' vectors; scored are the last.

    Args:
        start_scales, scales: float32 (n_items,), what an edge to an item weighs in layer 0 and above it.
        is_bought: bool (n_items,), whether there is anything to say.
    """

    module: Convolutions
    layers: Floats
    start_scales: Floats
    scales: Floats
    is_bought: Bools
    normalisation: Normalisation
    activation: Activation
    curves: Curves

    @classmethod
    @torch.no_grad()
    def of(
        cls, module: Convolutions, bought: Csr, normalisation: Normalisation, activation: Activation, curves: Curves
    ) -> "FittedGCN":
        """Passed along the purchases, sparse (n_users, n_items)."""
        to_users, along = _graph(bought, normalisation)
        nodes = module(to_users, along, 0.0)
        buyers: AnyArray = np.asarray(bought.sum(axis=0))
        scales = np.ones(len(buyers)) if normalisation == "mean" else power(buyers + 1, -0.5)
        layers = array(torch.stack(nodes)[:, bought.shape[0] :])
        fixed = (history_scales(bought, normalisation)[0], scales.astype(np.float32), buyers > 0)
        return cls(module, layers, *fixed, normalisation, activation, curves)

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.scales)

    def vectors(self) -> Floats:
        """float32 (n_items, d): the items' vectors of the last layer."""
        return np.where(self.is_bought[:, None], self.layers[-1], 0).astype(np.float32)

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        wanted = np.arange(self.n_items) if items is None else items
        scores = np.asarray(self._users(queries.purchases()) @ self.layers[-1, wanted].T, dtype=np.float32)
        scores[:, ~self.is_bought[wanted]] = -np.inf
        return scores

    def score_candidates(self, queries: Queries, candidates: Numbers) -> Floats:
        users = self._users(queries.purchases())
        vectors = self.layers[-1, np.maximum(candidates, 0)]
        scores: Floats = np.einsum("qd,qcd->qc", users, vectors).astype(np.float32)
        scores[(candidates < 0) | ~self.is_bought[candidates]] = -np.inf
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        return occluded(self.score_candidates, queries, candidates, n_causes)

    def update(self, dataset: Dataset, kept: Numbers | None = None) -> "FittedGCN":
        """Pass what was learnt along the purchases of a later dataset: see Fitted.update.

        Nothing is learnt anew: an item of which nothing was known begins at 0 and takes over from those who bought it.
        """
        weights = weights_of(self.module)
        items = weights[f"{WEIGHTS}items"] if kept is None else moved(weights[f"{WEIGHTS}items"], kept)
        module = Convolutions(tensor(items), len(self.layers) - 1, self.activation)
        module = with_weights(module, {**weights, f"{WEIGHTS}items": items})
        return FittedGCN.of(module, dataset.purchases(), self.normalisation, self.activation, self.curves)

    @torch.no_grad()
    def _users(self, bought: Csr) -> Floats:
        """float32 (n, d): each history passed through the layers as a node of the graph would be."""
        exponent = -1.0 if self.normalisation == "mean" else -0.5
        degrees: AnyArray = np.asarray(bought.sum(axis=1))[:, None] + 1
        own, others = (power(degrees, by).astype(np.float32) for by in (-1.0, exponent))
        users = (bought @ (self.layers[0] * self.start_scales[:, None])) * sizes(bought, exponent)
        for layer in range(len(self.layers) - 1):
            gathered = own * users + others * (bought @ (self.layers[layer] * self.scales[:, None]))
            users = array(self.module.step(tensor(gathered.astype(np.float32)), layer))
        return np.asarray(users, dtype=np.float32)

    def state(self) -> State:
        form = np.array([self.normalisation == "mean", list(ACTIVATIONS).index(self.activation)], dtype=np.int8)
        scales = {"start_scales": self.start_scales, "scales": self.scales, "is_bought": self.is_bought}
        return {"form": form, "layers": self.layers, **scales, **weights_of(self.module), **self.curves.state()}

    @classmethod
    def restore(cls, state: State) -> "FittedGCN":
        is_mean, place = state["form"]
        activation = list(ACTIVATIONS)[place]
        module = Convolutions(tensor(state[f"{WEIGHTS}items"]), len(state["layers"]) - 1, activation)
        fixed = (state["layers"], state["start_scales"], state["scales"], state["is_bought"])
        form: Normalisation = "mean" if is_mean else "symmetric"
        return cls(with_weights(module, state), *fixed, form, activation, Curves.restore(state))


class Lesson:
    """Batches of users, compared over what they bought and items drawn beside."""

    rows: ClassVar[dict[str, Rows]] = {"items": "items"}

    def __init__(self, options: "GCN", training: Training) -> None:
        self.options = options
        self.bought = training.dataset.purchases()
        self.to_users, self.along = _graph(self.bought, options.normalisation)
        self.pool = Pool(self.bought)
        start = begun(options, training, held_back(self.bought), options.dimension)
        self.module = Convolutions(start, options.layers, options.activation)

    def batches(self, rng: np.random.Generator) -> Iterator[tuple[Tensor, Candidates]]:
        """Users with a purchase, in a random order."""
        order = rng.permutation(np.flatnonzero(np.diff(self.bought.indptr)))
        for start in range(0, len(order), self.options.batch_size):
            users = order[start : start + self.options.batch_size]
            yield tensor(users), self.pool.draw(users, self.options.negatives, rng)

    def loss(self, batch: tuple[Tensor, Candidates]) -> Tensor:
        users, drawn = batch
        share = self.options.edge_dropout
        to_users, along = (one.thinned(share) if share else one for one in (self.to_users, self.along))
        nodes = self.module(to_users, along, self.options.dropout)[-1]
        scores = nodes[users] @ nodes[self.bought.shape[0] + drawn.items].T / self.options.temperature
        return drawn.loss(self.options.loss, scores)

    def fitted(self, curves: Curves) -> FittedGCN:
        options = self.options
        return FittedGCN.of(self.module, self.bought, options.normalisation, options.activation, curves)


def _graph(bought: Csr, by: Normalisation) -> tuple[Propagation, Propagation]:
    """From items to users, and along the graph of both."""
    return Bipartite.of(bought, by).to_users, Propagation.of(normalised(with_loops(bought), by), device())


@part
class GCN(GraphNetwork):
    """ŷ_ui = h_u^(L) · h_i^(L) / temperature; `batch_size` counts users."""

    fitted: ClassVar[type[Fitted]] = FittedGCN

    layers: Annotated[int, Field(ge=1, le=8, description="L, convolutions")] = 2
    normalisation: Annotated[
        Normalisation, Field(description="edges weigh 1 / √(d_u · d_i), or are averaged over the neighbours")
    ] = "symmetric"
    activation: Annotated[Activation, Field(description="σ between the layers")] = "tanh"
    dropout: Annotated[float, Field(ge=0, lt=1, description="share of units left out at random while learning")] = 0.1

    def fit(self, training: Training) -> Any:
        return learn(self, training)

    def learner(self, training: Training) -> Lesson:
        return Lesson(self, training)
