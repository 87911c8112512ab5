"""What graph networks share: users and items joined by purchases, the vectors learning starts from, and options."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import torch
from pydantic import Field
from scipy import sparse
from torch import Tensor, nn

from crossaisle.data.training import Training
from crossaisle.features.text_vectors import TextVectors
from crossaisle.models.learning.network import Network
from crossaisle.models.learning.tensors import device, tensor
from crossaisle.models.part import part
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, csr
from crossaisle.numerics.degrees import power, scaled_by_degrees
from crossaisle.numerics.propagation import Normalisation, Propagation, normalised
from crossaisle.numerics.svd import randomised_svd

Initialisation = Literal["graph-filter", "text", "xavier", "he"]
SHORT = 0.1
"""Length of a random vector beside one drawn by the rule of xavier."""
USER_EXPONENT, ITEM_EXPONENT = -0.3, -0.35
"""Powers of the degrees in the matrix whose singular vectors are the start, as graph filter has them."""


@dataclass(frozen=True)
class Bipartite:
    """Users and items joined by purchases, without a parameter for any user.

    Args:
        rows: sparse float32 (n_users, n_items), what a user takes over from each item bought, normalised.
        to_users, to_items: (n_users, n_items) and (n_items, n_users), propagation along the same edges.
    """

    rows: Csr
    to_users: Propagation
    to_items: Propagation

    @classmethod
    def of(cls, bought: Csr, by: Normalisation) -> "Bipartite":
        """The graph of purchases, sparse (n_users, n_items)."""
        rows = normalised(bought, by)
        to_users = Propagation.of(rows, device())
        if by == "symmetric":
            return cls(rows, to_users, to_users.transposed())
        return cls(rows, to_users, Propagation.of(normalised(sparse.csr_array(bought.T), by), device()))

    def thinned(self, share: float) -> "Bipartite":
        """Without a share of the edges, drawn anew in either direction."""
        return Bipartite(self.rows, self.to_users.thinned(share), self.to_items.thinned(share)) if share else self

    def of_users(self, users: AnyArray, share: float, rng: np.random.Generator) -> Propagation:
        """Propagation from the items to these users alone, without a share of the edges."""
        rows = self.rows[users]
        rows.data = rows.data * (rng.random(len(rows.data)) >= share) / np.float32(1 - share)
        return Propagation.of(rows, device())


def with_loops(bought: Csr) -> Csr:
    """A + I of users and items as one graph, float32 (n_users + n_items, n_users + n_items), users first."""
    n_users, n_items = bought.shape
    users, items = bought.nonzero()
    kept = bought.data[bought.data != 0]
    loops = np.arange(n_users + n_items)
    rows = np.concatenate([loops, users, items + n_users])
    columns = np.concatenate([loops, items + n_users, users])
    weights = np.concatenate([np.ones(len(loops)), kept, kept])
    return csr(rows, columns, weights, (len(loops), len(loops)))


def history_scales(bought: Csr, by: Normalisation) -> tuple[Floats, float]:
    """What `normalised` makes of one row: a weight for each column and the power of the row's sum that scales it.

    Args:
        bought: sparse (n_users, n_items), the graph.
    """
    if by == "mean":
        return np.ones(bought.shape[1], dtype=np.float32), -1.0
    return power(np.asarray(bought.sum(axis=0)), -0.5).astype(np.float32), -0.5


def sizes(histories: Csr, exponent: float) -> Floats:
    """float32 (n, 1): the sum of each history to a power, 0 for an empty one."""
    return power(np.asarray(histories.sum(axis=1)), exponent).astype(np.float32)[:, None]


def held_back(bought: Csr) -> Csr:
    """Purchases scaled by powers of the degrees of users and items: the matrix that graph filter decomposes."""
    return scaled_by_degrees(bought, USER_EXPONENT, ITEM_EXPONENT)


def start_vectors(scaled: Csr, how: Initialisation, dimension: int, seed: int, texts: Floats | None = None) -> Tensor:
    """(n_columns, dimension), of mean square length 1, or 2 by He's rule.

    Args:
        scaled: sparse (n_rows, n_columns), what the singular vectors are of.
        how: graph-filter, right singular vectors, 0 for a column without entries, short random ones beyond the rank;
            text, the texts instead of those, 0 for a column without text; xavier, Glorot and Bengio (2010); he, He et
            al. (2015).
        texts: float32 (n_columns, at most dimension), of what the columns stand for.
    """
    n_columns = scaled.shape[1]
    if how in ("xavier", "he"):
        drawn = torch.empty((n_columns, dimension), device=device())
        return nn.init.normal_(drawn, std=(1 if how == "xavier" else 2**0.5) / dimension**0.5)
    known: AnyArray
    if how == "text":
        known = np.zeros((n_columns, 0)) if texts is None else texts
        is_used = np.any(known != 0, axis=1)
    else:
        known = randomised_svd(scaled, min(dimension, *scaled.shape), seed, iterations=2)[2].T
        is_used = np.bincount(scaled.indices, minlength=n_columns) > 0
    vectors = np.random.default_rng(seed).normal(scale=SHORT / dimension**0.5, size=(n_columns, dimension))
    vectors[:, : known.shape[1]] = known * np.sqrt(is_used.sum() / max(float((known**2).sum()), 1e-12))
    return tensor((vectors * is_used[:, None]).astype(np.float32))


class Layer0(nn.Module):
    """Where learning starts, and what is learnt beside it, which a penalty holds near 0."""

    start: Tensor

    def __init__(self, start: Tensor) -> None:
        super().__init__()
        self.register_buffer("start", start)
        self.learnt = nn.Parameter(torch.zeros_like(start))

    def forward(self) -> Tensor:
        """(n_nodes of the kind, width)."""
        return self.start + self.learnt


@part
class GraphNetwork(Network):
    """Options of graph networks; `batch_size` counts users, and every batch propagates along the whole graph."""

    epochs: Annotated[
        int, Field(ge=1, le=10_000, description="epochs; at most so many where a validation window is watched")
    ] = 10
    patience: Annotated[
        int, Field(ge=1, le=1000, description="epochs without a better validation after which learning stops")
    ] = 3
    batch_size: Annotated[int, Field(ge=1, le=1_000_000, description="users in a batch")] = 512
    learning_rate: Annotated[float, Field(gt=0, le=10, description="step size of Adam")] = 0.003
    dropout: Annotated[float, Field(ge=0, lt=1, description="share of units left out at random while learning")] = 0.0
    negatives: Annotated[int, Field(ge=1, le=100_000, description="items not bought drawn for comparison")] = 200
    initialisation: Annotated[
        Initialisation, Field(description="vectors learning starts from: singular vectors, texts, or drawn at random")
    ] = "graph-filter"
    temperature: Annotated[float, Field(gt=0, le=100, description="what scores are divided by while learning")] = 0.2
    edge_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of edges left out at random while learning")
    ] = 0.0


def begun(
    options: GraphNetwork,
    training: Training,
    scaled: Csr,
    dimension: int,
    placed: Callable[[Floats], Floats] = lambda of_items: of_items,
) -> Tensor:
    """(n_columns, dimension), where layer 0 begins; zeros where an earlier fit is gone on from, for what it lacks.

    Args:
        scaled: see `start_vectors`.
        placed: from the texts' vectors of items to those of the columns; the columns are the items by default.
    """
    if training.start:
        return torch.zeros((scaled.shape[1], dimension), device=device())
    how, texts = options.initialisation, None
    if how == "text":
        of_items = TextVectors(components=min(512, dimension)).fit(training.dataset, training.encoder).of_items
        texts = placed(of_items)
    return start_vectors(scaled, how, dimension, training.seed, texts)
