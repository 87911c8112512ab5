"""Histories of which whole categories and single purchases are hidden, to be told from what is left."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from crossaisle.models.learning.candidates import Candidates
from crossaisle.models.learning.shop_graph import Nodes, Shares
from crossaisle.models.learning.tensors import array, device, tensor
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, row_numbers
from crossaisle.numerics.propagation import Propagation


@dataclass(frozen=True)
class Hidden:
    """A batch of n users, and candidates by category.

    Args:
        to_users, to_shares: propagation of what is left, to each user and to each category that a user still knows.
        drawn: what is asked for among the candidates: the hidden, or everything where nothing is hidden.
        left: rows and columns of the candidates that are not asked for, as the history still shows them.
        category: int64 (n_candidates,), ascending, −1 where unknown.
        knowers: for each category among the candidates the rows that still know it.
    """

    to_users: Propagation
    to_shares: Propagation
    drawn: Candidates
    left: tuple[Tensor, Tensor]
    category: Tensor
    knowers: list[Tensor]

    @classmethod
    def of(cls, bought: Csr, drawn: Candidates, is_hidden: Bools, nodes: Nodes) -> "Hidden":
        """Of histories, sparse (n, n_items). is_hidden: bool (n_entries,), in the order of `drawn`'s pairs."""
        left = bought.copy()
        left.data = np.where(is_hidden, 0, left.data).astype(np.float32)
        left.eliminate_zeros()
        shares = Shares.of(left, nodes)
        drawn, category = _by_category(drawn, nodes)
        asked = torch.from_numpy(is_hidden if is_hidden.any() else ~is_hidden).to(device())
        present = np.unique(category)
        starts, ends = (np.searchsorted(shares.categories, present + after) for after in (0, 1))
        return cls(
            Propagation.of(nodes.edges(left), device()),
            Propagation.of(shares.edges, device()),
            replace(drawn, rows=drawn.rows[asked], columns=drawn.columns[asked], others=drawn.others[asked]),
            (drawn.rows[~asked], drawn.columns[~asked]),
            tensor(category),
            [tensor(shares.rows[start:end]) for start, end in zip(starts, ends, strict=True)],
        )

    @property
    def sizes(self) -> list[int]:
        """How many candidates there are of each category among them."""
        counts: list[int] = torch.unique_consecutive(self.category, return_counts=True)[1].tolist()
        return counts


def hide(bought: Csr, nodes: Nodes, category_share: float, purchase_share: float, rng: np.random.Generator) -> Bools:
    """bool (n_entries,): entries of histories, sparse (n, n_items), of a drawn category of theirs or drawn alone."""
    rows = row_numbers(bought.indptr)
    is_dark = rng.random((bought.shape[0], nodes.n_categories + 1)) < category_share
    is_dark[:, -1] = False
    hidden: Bools = is_dark[rows, nodes.category[bought.indices]] | (rng.random(len(rows)) < purchase_share)
    return hidden


def _by_category(drawn: Candidates, nodes: Nodes) -> tuple[Candidates, AnyArray]:
    """The same candidates in the order of their categories, and those."""
    category = nodes.category[array(drawn.items)].astype(np.int64)
    order = np.argsort(category, kind="stable")
    places = np.empty(len(order) + 1, dtype=np.int64)
    places[order], places[-1] = np.arange(len(order)), -1
    to, back = tensor(order), tensor(places)
    moved = replace(drawn, items=drawn.items[to], log_q=drawn.log_q[to], columns=back[drawn.columns])
    return replace(moved, others=back[drawn.others]), category[order]
