"""Sparse propagation of vectors along the edges of a graph, with gradients.

A row's sum over its edges is one bag of an embedding bag, which on a CPU takes a third of the time of torch's product
with a sparse matrix; the gradient is the same sum over the transposed edges.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from scipy import sparse
from torch import Tensor
from torch.nn.functional import embedding_bag

from crossaisle.numerics.arrays import Csr
from crossaisle.numerics.degrees import scaled_by_degrees

Normalisation = Literal["symmetric", "mean"]


def normalised(adjacency: Csr, by: Normalisation = "symmetric") -> Csr:
    """The adjacency scaled by degrees, the sums of its rows and columns; what has no edge stays without.

    Args:
        adjacency: sparse float32 (n_rows, n_columns), entries ≥ 0; square, or from one kind of node to another.
        by: symmetric, D^−½ · A · D^−½ of Kipf and Welling (2017); or mean, A / |N_k|, the mean over neighbours.
    """
    return scaled_by_degrees(adjacency, -1, 0) if by == "mean" else scaled_by_degrees(adjacency, -0.5, -0.5)


@dataclass(frozen=True)
class Edges:
    """Weighted edges by row: row r owns columns[starts[r]:starts[r + 1]].

    Args:
        starts: int64 (n_rows + 1,). columns: int64 (n_edges,). weights: float32 (n_edges,).
    """

    starts: Tensor
    columns: Tensor
    weights: Tensor

    def sums(self, vectors: Tensor) -> Tensor:
        """(n_rows, n_dimensions): the weighted sum of the vectors that each row's edges lead to."""
        return embedding_bag(
            self.columns,
            vectors,
            self.starts,
            mode="sum",
            per_sample_weights=self.weights,
            include_last_offset=True,
        )


@dataclass(frozen=True)
class Propagation:
    """x → M · x for a sparse M (n_rows, n_columns), with the gradient Mᵀ · g.

    Args:
        forward, backward: edges of M and of Mᵀ.
        crossing: int64 (n_edges,), the place in `forward` of each edge of `backward`.
    """

    forward: Edges
    backward: Edges
    crossing: Tensor

    @classmethod
    def of(cls, matrix: Csr, device: torch.device | str = "cpu") -> "Propagation":
        """Propagation by this matrix, held on the device."""
        places = sparse.csr_array((np.arange(matrix.nnz), matrix.indices, matrix.indptr), shape=matrix.shape)
        crossed = sparse.csr_array(places.T)
        crossing = torch.from_numpy(crossed.data.astype(np.int64)).to(device)
        weights = torch.from_numpy(matrix.data.astype(np.float32)).to(device)
        return cls(_edges(matrix, weights), _edges(crossed, weights[crossing]), crossing)

    def __call__(self, vectors: Tensor) -> Tensor:
        """(n_rows, n_dimensions) for vectors (n_columns, n_dimensions)."""
        return _along(vectors, self.forward, self.backward)

    def transposed(self) -> "Propagation":
        """Propagation by Mᵀ."""
        return Propagation(self.backward, self.forward, torch.argsort(self.crossing))

    def thinned(self, share: float) -> "Propagation":
        """With a share of the edges left out at random and the others as much heavier: dropout of edges."""
        kept = torch.nn.functional.dropout(torch.ones_like(self.forward.weights), share)
        return self.weighed(self.forward.weights * kept)

    def weighed(self, weights: Tensor) -> "Propagation":
        """The same edges with other weights, in the order of `forward`."""
        forward = Edges(self.forward.starts, self.forward.columns, weights)
        backward = Edges(self.backward.starts, self.backward.columns, weights[self.crossing])
        return Propagation(forward, backward, self.crossing)


def _edges(layout: Any, weights: Tensor) -> Edges:
    starts, columns = (
        torch.from_numpy(one.astype(np.int64)).to(weights.device) for one in (layout.indptr, layout.indices)
    )
    return Edges(starts, columns, weights)


class _Along(torch.autograd.Function):
    """Sums along edges; their gradient is the sum along the same edges backward."""

    @staticmethod
    def forward(context: Any, vectors: Tensor, edges: Edges, back: Edges) -> Tensor:
        context.back = back
        return edges.sums(vectors)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return context.back.sums(gradients[0].contiguous()), None, None


def _along(vectors: Tensor, edges: Edges, back: Edges) -> Tensor:
    found: Tensor = _Along.apply(vectors, edges, back)  # type: ignore[no-untyped-call]  # torch leaves it untyped
    return found
