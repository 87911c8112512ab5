"""From visits to what a moment makes of those before it: how a batch is laid out, and the network that reads it."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import embedding_bag

from crossaisle.data.event_types import EVENT_TYPES
from crossaisle.data.moments import DAY
from crossaisle.models.learning.tensors import tensor
from crossaisle.models.learning.towers import Histories, Towers
from crossaisle.models.sequences.attention import Block, buckets
from crossaisle.models.sequences.visits import TOLD, Visits
from crossaisle.numerics.arrays import AnyArray, Bools

N_TYPES = 1 + max(EVENT_TYPES.index(name) for name in TOLD)
"""Event types with a vector: types that are told of nobody's interest may come after them."""
PER_DOUBLING = 3.0
"""Buckets while a distance doubles, of visits and of days: the last begins at 1,290."""


@dataclass(frozen=True)
class Sequences:
    """n sequences, each of up to `longest` visits, the last ones of all side by side, and then of moments.

    Args:
        bags: what each visit holds. types: int64 (n_entries,), the event type of each entry.
        place: int64 (n_visits,), where each visit stands among n · length places, row by row.
        longest: places of visits; the others of `length` are moments.
        steps, gaps: int64 (n, length, length), buckets of how far two places lie apart, in visits and in days.
        is_seen: bool (n, length, length): a visit sees itself and those before it, a moment itself and all visits
            before it. No moment is seen by anything else.
    """

    bags: Histories
    types: Tensor
    place: Tensor
    longest: int
    steps: Tensor
    gaps: Tensor
    is_seen: Tensor

    @classmethod
    def of(cls, visits: Visits, moments: AnyArray, before: AnyArray) -> "Sequences":
        """Lay out visits and moments.

        Args:
            moments: int64 (n, n_moments), microseconds since 1970.
            before: int64 (n, n_moments), how many visits of the sequence lie before the moment.
        """
        n, sizes = len(visits), np.diff(visits.indptr)
        longest = int(sizes.max(initial=0))
        length = longest + moments.shape[1]
        row = np.repeat(np.arange(n), sizes)
        column = np.arange(len(row)) - np.repeat(visits.indptr[1:], sizes) + longest
        # of no visit: the moments lie at the end, and what lies before the first visit is seen by nothing
        times = np.repeat(moments.max(axis=1, initial=0)[:, None], length, axis=1)
        times[row, column], times[:, longest:] = visits.times, moments
        rank = np.repeat(np.arange(length)[None], n, axis=0)
        rank[:, longest:] = longest - sizes[:, None] + before
        is_there = np.arange(longest) >= longest - sizes[:, None]
        days = tensor(((times - times.max(axis=1, keepdims=True)) / DAY).astype(np.float32))
        return cls(
            Histories(
                tensor(visits.items.astype(np.int64)),
                tensor(visits.entries[:-1]),
                tensor(np.ones(len(visits.items), dtype=np.float32)),
                tensor(np.diff(visits.entries).astype(np.float32)[:, None]),
            ),
            tensor(visits.types.astype(np.int64)),
            tensor(row * length + column),
            longest,
            _apart(tensor(rank.astype(np.float32))),
            _apart(days),
            tensor(_seen(is_there, rank[:, longest:])),
        )


def _apart(places: Tensor) -> Tensor:
    """int64 (n, length, length): buckets of the distances between places (n, length) on a line."""
    return buckets((places[:, :, None] - places[:, None, :]).abs(), PER_DOUBLING)


def _seen(is_there: Bools, before: AnyArray) -> Bools:
    """bool (n, length, length) of the places of visits, bool (n, longest), and the place after the last one before each
    moment, int64 (n, n_moments)."""
    n, longest = is_there.shape
    length = longest + before.shape[1]
    seen = np.zeros((n, length, length), dtype=np.bool_)
    seen[:, :longest, :longest] = np.tri(longest, dtype=np.bool_) & is_there[:, None, :]
    seen[:, longest:, :longest] = (np.arange(longest) < before[:, :, None]) & is_there[:, None, :]
    seen |= np.eye(length, dtype=np.bool_)
    return seen


class Encoder(nn.Module):
    """Items and what speaks for them as in two towers, blocks of attention, and the states of the moments at their end.

    A visit begins as Σ of its items' vectors / √n, beside one for each event type. A moment begins as the vector of
    anyone plus Σ of the visits before it / √n, where the paper has the last item alone.
    """

    def __init__(self, towers: Towers, heads: int, blocks: int, dropout: float) -> None:
        super().__init__()
        dimension = len(towers.anyone)
        self.towers = towers
        self.types = nn.Embedding(N_TYPES, dimension)
        nn.init.zeros_(self.types.weight)
        self.blocks = nn.ModuleList(Block(dimension, heads, dropout) for _ in range(blocks))
        self.dropout = nn.Dropout(dropout)

    def forward(self, sequences: Sequences) -> Tensor:
        """(n, n_moments, dimension)."""
        states = self.dropout(self._begun(sequences))
        for block in self.blocks:
            states = block(states, sequences.steps, sequences.gaps, sequences.is_seen)
        moments: Tensor = states[:, sequences.longest :]
        return moments

    def _begun(self, sequences: Sequences) -> Tensor:
        """(n, length, dimension)."""
        n, length, _ = sequences.is_seen.shape
        bags, longest = sequences.bags, sequences.longest
        of_types = embedding_bag(sequences.types, self.types.weight, bags.starts, mode="sum")
        visits = (self.towers.sums(bags) + of_types) / bags.sizes.clamp(min=1).sqrt()
        states = torch.zeros(n * length, visits.shape[1], device=visits.device)
        states = states.index_copy(0, sequences.place, visits).view(n, length, -1)
        before = sequences.is_seen[:, longest:, :longest].to(visits.dtype)
        sums = before @ states[:, :longest] / before.sum(dim=2, keepdim=True).clamp(min=1).sqrt()
        return torch.cat([states[:, :longest], self.towers.anyone + sums], dim=1)
