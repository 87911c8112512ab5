"""Parity of graph propagation with PyTorch Geometric's layers on the same graph."""

import numpy as np
import pytest
import torch
from scipy import sparse
from torch_geometric.nn import GCNConv, LGConv, SimpleConv

from crossaisle.data.dataset import Dataset
from crossaisle.numerics.arrays import Csr, csr
from crossaisle.numerics.propagation import Propagation, normalised


@pytest.fixture
def graph(small_shop: Dataset) -> Csr:
    """Users and items of the small shop as one symmetric graph."""
    users, items = small_shop.purchases().nonzero()
    rows, columns = (
        np.concatenate([users, items + small_shop.n_users]),
        np.concatenate([items + small_shop.n_users, users]),
    )
    n_nodes = small_shop.n_users + small_shop.n_items
    return csr(rows, columns, np.ones(len(rows)), (n_nodes, n_nodes))


@pytest.fixture
def vectors(graph: Csr) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(0).standard_normal((graph.shape[0], 6)).astype(np.float32))


def edge_index(graph: Csr) -> torch.Tensor:
    return torch.from_numpy(np.stack(graph.nonzero()).astype(np.int64))


def test_a_light_layer_is_theirs(graph: Csr, vectors: torch.Tensor) -> None:
    wanted = LGConv()(vectors, edge_index(graph))
    torch.testing.assert_close(Propagation.of(normalised(graph))(vectors), wanted, rtol=1e-5, atol=1e-6)


def test_a_mean_layer_is_theirs(graph: Csr, vectors: torch.Tensor) -> None:
    wanted = SimpleConv(aggr="mean")(vectors, edge_index(graph))
    torch.testing.assert_close(Propagation.of(normalised(graph, "mean"))(vectors), wanted, rtol=1e-5, atol=1e-6)


def test_a_convolution_with_weights_and_its_gradient_are_theirs(graph: Csr, vectors: torch.Tensor) -> None:
    """Theirs adds a self-loop to each node."""
    torch.manual_seed(2)
    layer = GCNConv(6, 4, bias=False)
    wanted = torch.relu(layer(vectors, edge_index(graph)))
    (theirs,) = torch.autograd.grad(wanted.sum(), layer.lin.weight)
    weight = layer.lin.weight.detach().clone().requires_grad_()
    loops = sparse.csr_array(graph + sparse.eye_array(graph.shape[0], dtype=np.float32))
    found = torch.relu(Propagation.of(normalised(loops))(vectors @ weight.T))
    (ours,) = torch.autograd.grad(found.sum(), weight)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
