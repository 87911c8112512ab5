"""What a recommender is: fitted on the past, it scores items for queries and can say what moved a score."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, ClassVar

import numpy as np

from crossaisle.data.dataset import Dataset, Index
from crossaisle.data.queries import Queries, from_histories
from crossaisle.data.training import Training
from crossaisle.models.learning.curves import Curves
from crossaisle.models.neighbours import Neighbours
from crossaisle.numerics.arrays import AnyArray, Codes, Floats, Numbers, batches

State = Mapping[str, AnyArray]
"""Fitted state: names to arrays, all that is needed to score again."""


class Cause(IntEnum):
    """What a contribution comes from."""

    ITEM = 0
    """An item of the history; its subject is an item number."""
    CATEGORY = 1
    """A category of the history; its subject is a category number."""
    BUYERS = 2
    """How many bought the item; its subject is that number of users, each counted once."""
    RISE = 3
    """Demand for the item has risen; its subject is the growth in whole percent of an earlier demand above zero."""
    SHARE = 4
    """The item's share of its market; its subject is parts per million of spend or ratings."""
    BRAND = 5
    """A brand of the history; its subject is a brand number."""
    FEATURE = 6
    """Something else that the model knows of user and item; its subject is a place in `Contributions.labels`."""
    SEARCH = 7
    """A search of the history; its subject is a place in the queries' `searches`."""


@dataclass(frozen=True)
class Contributions:
    """The strongest causes of each score, strongest first.

    Args:
        causes: int8 (n_queries, n_candidates, n_causes), places in Cause.
        subjects: int32, the same shape, read by cause; −1 where there is no further cause.
        amounts: float32, the same shape, the part of the score that is due to it.
        days: how many days before the cut BUYERS were counted in, all when None.
        labels: the names of the FEATUREs, as `words.features` has them: `name`, or `name=of` for one of several alike.
    """

    causes: Codes
    subjects: Numbers
    amounts: Floats
    days: int | None = None
    labels: tuple[str, ...] = ()


class Fitted(ABC):
    """A fitted recommender. Item numbers are those of the Dataset it was fitted on."""

    n_items: int
    curves: Curves | None = None
    """How it was learnt, epoch by epoch; None if it was not learnt in epochs."""
    proposes: ClassVar[bool] = True
    """Whether all items are scored cheaply enough to find candidates for others; else it is asked about theirs."""

    @abstractmethod
    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        """float32 (n_queries, n_items or len(items)): higher is better, −inf where it has nothing to say."""

    def score_candidates(self, queries: Queries, candidates: Numbers) -> Floats:
        """float32 (n_queries, n_candidates) for candidates int32 of that shape; −1 scores −inf."""
        scored = np.empty(candidates.shape, dtype=np.float32)
        for rows in batches(len(queries), 4 * self.n_items):
            scores = self.scores(queries[rows])
            scored[rows] = np.take_along_axis(scores, np.maximum(candidates[rows], 0), axis=1)
        scored[candidates < 0] = -np.inf
        return scored

    def contributions(self, queries: Queries, candidates: Numbers, n_causes: int = 3) -> Contributions | None:
        """What moved the candidates' scores; None if the recommender cannot say."""
        return None

    def vectors(self) -> Floats | None:
        """float32 (n_items, n_dimensions) whose cosines say how alike items are; None if the recommender has none."""
        return None

    def neighbours(self, n: int) -> Neighbours | None:
        """Of each item the `n` others that it adds most to: what is said of somebody who bought it alone.

        None where nothing can be said item by item, or where asking of all pairs is too dear.
        """
        if not self.proposes:
            return None

        def score(items: Numbers) -> Floats:
            return self.scores(from_histories(items, np.arange(len(items) + 1), self.n_items, 0))

        return Neighbours.of_scores(score, self.n_items, n)

    def without(self, users: Numbers) -> "Fitted":
        """The same without what it keeps of single users; itself where it keeps nothing of any.

        Others are scored the same bit by bit, unless one of these users was among the people they are compared with.

        Args:
            users: numbers of the Dataset it was fitted on, ascending. Those after them move up.
        """
        return self

    def update(self, dataset: Dataset, kept: Numbers | None = None) -> "Fitted | None":
        """What was learnt, taken along to a later past, with little or nothing learnt anew; None where it cannot be.

        Args:
            dataset: ends later than what it was fitted on, and holds all of that.
            kept: int32 (dataset.n_items,), the number that each item had then, −1 for one that was not known; None
                where the items are the same.
        """
        return None

    @abstractmethod
    def state(self) -> State:
        """All arrays needed to restore it."""

    @classmethod
    @abstractmethod
    def restore(cls, state: State) -> "Fitted":
        """The fitted recommender whose `state()` this is."""


class Recommender(ABC):
    """The options of a recommender; its subclasses are parts (see models.part)."""

    fitted: ClassVar[type[Fitted]]
    """The class that `fit` returns, which restores its artifacts."""

    @abstractmethod
    def fit(self, training: Training) -> Any:
        """Learn from the past; the same training and options give the same Fitted."""

    def fold_in(self, fitted: Any, known: Index, training: Training) -> Any:
        """What is new taken into an earlier fit, in a small part of a fit's time; None where that cannot be done.

        Args:
            fitted: by a recommender of this kind. known: the ids of what it was fitted on.
            training: ends later. Users and items are found again by their ids.
        """
        return fitted.update(training.dataset, known.items.numbers(training.dataset.index.items.values))
