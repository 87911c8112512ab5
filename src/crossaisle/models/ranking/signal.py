"""What a signal is: fitted on the past, it says one or more numbers of each pair of a query and a candidate."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, Longs, Numbers


@dataclass(frozen=True)
class History:
    """A batch of queries and what several signals count in it, once.

    Args:
        recent: what counts as recent, microseconds before the moment.
    """

    queries: Queries
    recent: int

    def __len__(self) -> int:
        return len(self.queries)

    @cached_property
    def bought(self) -> Csr:
        """float32 (n_queries, n_items): 1 for each item bought."""
        return self.queries.purchases()

    @cached_property
    def bought_lately(self) -> Csr:
        """float32 (n_queries, n_items): 1 for each item bought recently."""
        return self.queries.purchases(within=self.ago < self.recent)

    def held(self, row: int) -> Numbers:
        """int32 (n_held,): the items that the query bought, ascending."""
        return self.bought.indices[self.bought.indptr[row] : self.bought.indptr[row + 1]]

    @cached_property
    def ago(self) -> Longs:
        """int64 (n_entries,): microseconds from the entry to the moment."""
        lengths = np.diff(self.queries.indptr)
        return np.asarray(np.repeat(self.queries.moments, lengths) - self.queries.times)


Traces = Mapping[str, Floats]
"""Of one query, by signal: float32 (n_held, n_candidates), what each item bought has of the number; negative where the
number would be larger without it. Of numbers that single purchases have no part in there is none."""


class Signal(ABC):
    """Fitted; `names` are one a number: `name`, or `name=of` for one of several alike."""

    names: tuple[str, ...]

    @abstractmethod
    def of(self, history: History, candidates: Numbers) -> Floats:
        """float32 (n_queries, n_candidates, n_names), without NaN, for int32 (n_queries, n_candidates), none −1."""

    def traced(self, history: History, candidates: Numbers) -> Iterator[Traces]:
        """Query by query what each item bought has of the numbers; nothing unless a signal says."""
        return iter([{}] * len(history))

    def without(self, users: Numbers) -> "Signal":
        """See Fitted.without."""
        return self

    @abstractmethod
    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it."""


def lookup(table: Floats, candidates: Numbers) -> Floats:
    """Of a table (n_queries, n_columns) the columns at `candidates` (n_queries, n_candidates), 0 where one is −1."""
    found = np.take_along_axis(table, np.maximum(candidates, 0), axis=1)
    return np.where(candidates >= 0, found, np.float32(0))
