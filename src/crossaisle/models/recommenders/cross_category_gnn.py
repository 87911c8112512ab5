"""CrossCategoryGNN: a graph of users, items, categories and brands that parts the taste that carries over from one
category to others from the taste that stays in one.

Propagation is that of LightGCN, He et al. (2020); vectors in two parts that are held apart follow Cao et al. (2022),
"DisenCDR: Learning Disentangled Representations for Cross-Domain Recommendation". Whole categories are hidden from the
histories while learning: what they held can be told by the taste that carries over alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn.functional import dropout, normalize

from crossaisle.data.queries import Queries
from crossaisle.data.training import Training
from crossaisle.models.learning.candidates import Pool
from crossaisle.models.learning.curves import Curves
from crossaisle.models.learning.graphs import GraphNetwork, Layer0, begun
from crossaisle.models.learning.hiding import Hidden, hide
from crossaisle.models.learning.network import Rows
from crossaisle.models.learning.shop_graph import Nodes, Shares, bought_with
from crossaisle.models.learning.tensors import WEIGHTS, array, device, tensor, weights_of
from crossaisle.models.linear import Effects, contributions_of, joined
from crossaisle.models.part import part
from crossaisle.models.recommender import Cause, Contributions, Fitted, State
from crossaisle.models.training import learn
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers, batches
from crossaisle.numerics.degrees import power
from crossaisle.numerics.propagation import Propagation
from crossaisle.numerics.svd import randomised_svd
from crossaisle.numerics.topk import hold_back, top_k

HIDDEN = -1e9
"""Score of what a history shows already, which is not asked for."""


class Tastes(nn.Module):
    """Layer 0 of items, categories and brands for the taste that carries over; of items for the taste that stays."""

    unit: Tensor

    def __init__(self, start: Tensor, n_carried: int, nodes: Nodes) -> None:
        """Args: start: (n_nodes, n_carried + n_staying)."""
        super().__init__()
        sizes = [nodes.n_items, nodes.n_categories, nodes.n_brands]
        self.items, self.categories, self.brands = map(Layer0, torch.split(start[:, :n_carried], sizes))
        self.staying = Layer0(start[: nodes.n_items, n_carried:])
        self.gate = nn.Parameter(torch.zeros(nodes.n_categories))
        self.register_buffer("unit", torch.ones((), device=start.device))

    @torch.no_grad()
    def measure(self, graph: "Graph", layers: int) -> None:
        """Choose the unit of what is brought so that users' vectors begin with a mean square length of 1."""
        length = graph.to_users(self.carried(graph, layers)[0]).pow(2).sum(dim=1).mean()
        self.unit *= length.clamp(min=1e-12).rsqrt()

    def carried(self, graph: "Graph", layers: int) -> tuple[Tensor, Tensor]:
        """What a node brings to users and the node's own vector, both (n_nodes, n_carried): means over the layers.

        e^(k+1) = M̂ᵀ · M̂ · e^(k) + what items are bought with, for every other layer, as LightGCN's are equal in pairs.
        """
        nodes = [torch.cat([self.items(), self.categories(), self.brands()])]
        for layer in range(1, layers + 1):
            nodes.append(graph(nodes[-1]) if layer % 2 else nodes[-1])
        return self.unit * torch.stack([nodes[0], *nodes[:-1]]).mean(dim=0), torch.stack(nodes).mean(dim=0)


class Graph(NamedTuple):
    """Edges users → nodes and back, and, weighed, from items to what they are bought with."""

    to_users: Propagation
    to_nodes: Propagation
    to_items: Propagation
    weight: float

    def __call__(self, vectors: Tensor) -> Tensor:
        """(n_nodes, n): two steps by way of the users, one by way of the orders."""
        n_items = len(self.to_items.forward.starts) - 1
        near = nn.functional.pad(self.to_items(vectors[:n_items]), (0, 0, 0, len(vectors) - n_items))
        return self.to_nodes(self.to_users(vectors)) + self.weight * near

    def thinned(self, share: float) -> "Graph":
        """Without a share of the edges between users and nodes."""
        if not share:
            return self
        return self._replace(to_users=self.to_users.thinned(share), to_nodes=self.to_nodes.thinned(share))


@dataclass(frozen=True)
class FittedCrossCategoryGNN(Fitted):
    """Score: the carried taste of a history · `carried` + within a category its staying taste · `staying`.

    Args:
        brought: float32 (n_nodes, n_carried). carried: float32 (n_items, n_carried), 0 for items of no purchase.
        stays, staying: float32 (n_items, n_staying), brought and scored, the category's gate in the latter.
    """

    nodes: Nodes
    brought: Floats
    carried: Floats
    stays: Floats
    staying: Floats
    weights: State
    curves: Curves

    @property
    def n_items(self) -> int:  # type: ignore[override]  # derived, not kept
        """Number of items."""
        return len(self.carried)

    def vectors(self) -> Floats:
        """float32 (n_items, n_carried): the items' vectors of the taste that carries over."""
        return self.carried

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        wanted = np.arange(self.n_items) if items is None else items
        bought, carried = queries.purchases(), self.carried[wanted]
        scores = np.asarray((self.nodes.edges(bought) @ self.brought) @ carried.T, dtype=np.float32)
        shares = Shares.of(bought, self.nodes)
        tastes = shares.edges @ self.stays
        for groups, places in shares.within(self.nodes.category[wanted]):
            scores[np.ix_(shares.rows[groups], places)] += tastes[groups] @ self.staying[wanted[places]].T
        scores[:, ~carried.any(axis=1)] = -np.inf
        return scores

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions:
        nodes, category, edges = self.nodes, self.nodes.category, self.nodes.edges(queries.purchases())
        n_items, n_kinds = nodes.n_items, nodes.n_items + nodes.n_categories

        def of_items(items: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
            is_own = (category[items][:, None] == category[scored]) & (category[scored] >= 0)
            staying = is_own * (self.stays[items] @ self.staying[scored].T)
            return np.asarray(weights[:, None] * (self.brought[items] @ self.carried[scored].T + staying))

        def of_nodes(first: int) -> Effects:
            def effects(held: Numbers, weights: Floats, scored: Numbers) -> AnyArray:
                return np.asarray(weights[:, None] * (self.brought[first + held] @ self.carried[scored].T))

            return effects

        found = contributions_of(Cause.ITEM, edges[:, :n_items], candidates, n_causes, of_items)
        kinds = ((Cause.CATEGORY, slice(n_items, n_kinds)), (Cause.BRAND, slice(n_kinds, nodes.n_nodes)))
        for cause, columns in kinds:
            other = contributions_of(cause, edges[:, columns], candidates, n_causes, of_nodes(columns.start))
            found = joined(found, other, n_causes)
        return found

    def associations(self, items: Numbers, n: int) -> tuple[Numbers, Floats]:
        """What goes with an item in other categories, by the taste that carries over.

        Returns:
            int32 (len(items), n), item numbers, the nearest first, −1 where there is none; float32 of that shape, the
            cosine of what the item brings to users and the other's vector, 0 there.
        """
        category, near = self.nodes.category, _unit(self.carried)
        found, cosines = [], []
        for rows in batches(len(items), 16 * self.n_items):
            scores = _unit(self.brought[items[rows]]) @ near.T
            is_other = (category >= 0) & (category != category[items[rows]][:, None])
            hold_back(scores, is_other & (scores > 0))
            places = top_k(scores, n)
            found.append(places)
            cosines.append(np.where(places >= 0, np.take_along_axis(scores, np.maximum(places, 0), axis=1), 0))
        return np.concatenate(found), np.concatenate(cosines)

    def state(self) -> State:
        vectors = {"brought": self.brought, "carried": self.carried, "stays": self.stays, "staying": self.staying}
        return {**self.nodes.state(), **vectors, **self.weights, **self.curves.state()}

    @classmethod
    def restore(cls, state: State) -> "FittedCrossCategoryGNN":
        weights = {name: one for name, one in state.items() if name.startswith(WEIGHTS)}
        brought, carried, stays, staying = (state[name] for name in ("brought", "carried", "stays", "staying"))
        return cls(Nodes.restore(state), brought, carried, stays, staying, weights, Curves.restore(state))


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


class Lesson:
    """What is hidden of a history, whole categories and single items, is to be told from the rest."""

    def __init__(self, options: "CrossCategoryGNN", training: Training) -> None:
        self.options = options
        dataset = training.dataset
        self.bought = dataset.purchases()
        self.pool = Pool(self.bought)
        self.nodes = Nodes.of(dataset, options.item_exponent, options.category_weight, options.brand_weight)
        edges = self.nodes.edges(self.bought)
        strongest = float(randomised_svd(edges, 1, training.seed)[1][0])
        to_users = Propagation.of(edges, device())
        to_users = to_users.weighed(to_users.forward.weights / max(strongest, 1e-12))
        near = Propagation.of(bought_with(dataset, options.neighbours), device())
        self.graph = Graph(to_users, to_users.transposed(), near, options.co_purchase)
        buyers = power(np.asarray(self.bought.sum(axis=0)), options.return_exponent)
        self.given_back = tensor((buyers / max(buyers.mean(where=buyers > 0), 1e-12)).astype(np.float32)[:, None])
        width = options.dimension + options.staying
        start = begun(options, training, edges, width, self.nodes.placed)
        self.module = Tastes(start, options.dimension, self.nodes)
        self.module.measure(self.graph._replace(to_users=Propagation.of(edges, device())), options.layers)
        kinds: dict[str, Rows] = {"items": "items", "categories": "categories", "brands": "brands", "staying": "items"}
        layer0 = {f"{name}.{part}": rows for name, rows in kinds.items() for part in ("start", "learnt")}
        self.rows: dict[str, Rows] = {"gate": "categories", **layer0}

    def batches(self, rng: np.random.Generator) -> Iterator[Hidden]:
        """Users with a purchase, in a random order."""
        options = self.options
        order = rng.permutation(np.flatnonzero(np.diff(self.bought.indptr)))
        for start in range(0, len(order), options.batch_size):
            bought = self.bought[users := order[start : start + options.batch_size]]
            drawn = self.pool.draw(users, options.negatives, rng)
            is_hidden = hide(bought, self.nodes, options.category_dropout, options.edge_dropout, rng)
            yield Hidden.of(bought, drawn, is_hidden, self.nodes)

    def loss(self, batch: Hidden) -> Tensor:
        options, module, items = self.options, self.module, batch.drawn.items
        brought, vectors = module.carried(self.graph.thinned(options.edge_dropout), options.layers)
        users = dropout(batch.to_users(brought), options.dropout, module.training)
        carried, staying = vectors[items], module.staying()
        scores = users @ (carried * self.given_back[items]).T + self._of_own(batch, staying)
        scores = torch.index_put(scores / options.temperature, batch.left, scores.new_tensor(HIDDEN))
        overlap = normalize(carried, dim=0).T @ normalize(staying[items], dim=0)
        return batch.drawn.loss(options.loss, scores) + options.orthogonality * overlap.pow(2).sum()

    def _of_own(self, batch: Hidden, staying: Tensor) -> Tensor:
        """(n_users, n_candidates): σ(gate) · staying taste, where the user still knows the candidate's category."""
        module, n_users = self.module, len(batch.to_users.forward.starts) - 1
        gates = torch.cat([torch.sigmoid(module.gate), module.gate.new_zeros(1)])[batch.category]
        scored = torch.split(staying[batch.drawn.items] * gates[:, None], batch.sizes)
        tastes = torch.split(batch.to_shares(module.unit * staying), [len(rows) for rows in batch.knowers])
        blocks = [
            torch.index_put(one.new_zeros(n_users, len(one)), (rows,), taste @ one.T)
            for rows, taste, one in zip(batch.knowers, tastes, scored, strict=True)
        ]
        return torch.cat(blocks, dim=1)

    @torch.no_grad()
    def fitted(self, curves: Curves) -> FittedCrossCategoryGNN:
        n_items, category = self.nodes.n_items, self.nodes.category
        brought, vectors = self.module.carried(self.graph, self.options.layers)
        is_bought = (np.asarray(self.bought.sum(axis=0)) > 0)[:, None] / np.float32(self.options.temperature)
        carried, staying = array(vectors[:n_items] * self.given_back), array(self.module.staying())
        gate = np.append(array(torch.sigmoid(self.module.gate)), np.float32(0))[category][:, None]
        return FittedCrossCategoryGNN(
            self.nodes,
            array(brought),
            (carried * is_bought).astype(np.float32),
            staying * array(self.module.unit),
            (staying * gate * is_bought).astype(np.float32),
            weights_of(self.module),
            curves,
        )


@part
class CrossCategoryGNN(GraphNetwork):
    """Carried taste + within a category σ(gate) · staying taste, over temperature; `batch_size` counts users."""

    fitted: ClassVar[type[Fitted]] = FittedCrossCategoryGNN

    staying: Annotated[int, Field(ge=1, le=1024, description="length of the vectors of taste that stays")] = 16
    orthogonality: Annotated[
        float, Field(ge=0, le=100, description="weight of the penalty on what the two tastes have in common")
    ] = 0.1
    layers: Annotated[int, Field(ge=0, le=8, description="K, steps along the graph")] = 1
    category_weight: Annotated[float, Field(gt=0, le=100, description="weight of an edge to a category")] = 2.0
    brand_weight: Annotated[float, Field(gt=0, le=100, description="weight of an edge to a brand")] = 0.3
    co_purchase: Annotated[float, Field(ge=0, le=100, description="weight of what items are bought with")] = 0.1
    neighbours: Annotated[int, Field(ge=1, le=10_000, description="how many such items are kept of each")] = 50
    item_exponent: Annotated[float, Field(ge=0, le=1, description="how far much-bought items are held back")] = 0.3
    return_exponent: Annotated[float, Field(ge=0, le=1, description="how far that is given back")] = 0.2
    category_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of a user's categories hidden while learning")
    ] = 0.3
    edge_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of edges, and of single purchases, hidden while learning")
    ] = 0.1
    epochs: Annotated[
        int, Field(ge=1, le=10_000, description="epochs; at most so many where a validation window is watched")
    ] = 5
    batch_size: Annotated[int, Field(ge=1, le=1_000_000, description="users in a batch")] = 256
    learning_rate: Annotated[float, Field(gt=0, le=10, description="step size of Adam")] = 0.001
    temperature: Annotated[float, Field(gt=0, le=100, description="what scores are divided by while learning")] = 0.5
    l2: Annotated[
        float, Field(ge=0, le=10, description="pulls what is learnt towards the start by learning_rate · l2 a step")
    ] = 10.0

    def fit(self, training: Training) -> Any:
        return learn(self, training)

    def learner(self, training: Training) -> Lesson:
        return Lesson(self, training)
