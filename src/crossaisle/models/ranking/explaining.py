"""What moved a judged score: single purchases and categories bought from, and what tells of nobody's purchases.

How far the score falls without a family of signals is shared by what is behind them: the causes that a part names
itself, and the items bought as they make up a sum over the history, in which the linear ranker weighs the signals of a
family. What several signals owe to one item or category adds up. A family without anything of the history behind it is
a cause of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.models.linear import joined
from crossaisle.models.ranking.falls import Falls
from crossaisle.models.ranking.families import DEMAND, HABITS, families_of, family, is_of_categories
from crossaisle.models.ranking.judge import Judge
from crossaisle.models.ranking.panel import Panel
from crossaisle.models.ranking.signal import Traces
from crossaisle.models.recommender import Cause, Contributions
from crossaisle.numerics.arrays import Bools, Doubles, Floats, Numbers

MOST_CAUSES = 100
"""Of each score of a part, that share what is due to the part."""
_OF_EVERYBODY = (Cause.BUYERS, Cause.RISE, Cause.SHARE)
_OF_THE_HISTORY = (Cause.ITEM, Cause.CATEGORY, Cause.BRAND, Cause.SEARCH)


def contributions(panel: Panel, judges: Sequence[Judge], queries: Queries, items: Numbers, n: int) -> Contributions:
    """The `n` strongest causes of each item's score, in log-odds; items: int32 (n_queries, n_items), −1 for none."""
    shape = (*items.shape, n)
    causes, subjects = np.zeros(shape, dtype=np.int8), np.full(shape, -1, dtype=np.int32)
    amounts = np.zeros(shape, dtype=np.float32)
    for rows in panel.batches(len(queries)):
        found = _contributions(panel, judges, queries[rows], items[rows], n)
        causes[rows], subjects[rows], amounts[rows] = found.causes, found.subjects, found.amounts
    return Contributions(causes, subjects, amounts, labels=families_of(panel.names))


def _contributions(panel: Panel, judges: Sequence[Judge], queries: Queries, items: Numbers, n: int) -> Contributions:
    history, wanted = panel.history(queries), np.maximum(items, 0)
    families = families_of(panel.names)
    falls = Falls.of(panel, judges, history, items)
    due = np.where((items >= 0)[..., None], np.maximum(falls.amounts, 0), 0)
    slopes = np.stack([_slopes(judge, len(panel.names)) for judge in judges])
    of_parts = [
        _shared(found, due, families.index(f"part={name}"), families.index(DEMAND))
        for name, fitted in panel.parts.items()
        if (found := fitted.contributions(queries, items, MOST_CAUSES)) is not None
    ]
    if HABITS in families:
        due[..., families.index(HABITS)] = 0
    traced = panel.context.traced(history, wanted) if panel.context else iter([{}] * len(queries))
    told = _empty((*items.shape, n))
    for row, traces in enumerate(traced):
        table = _Table.of(history.held(row), panel.pool.category, len(families), items.shape[1])
        for found in of_parts:
            found.amounts[row][table.add(found.causes[row], found.subjects[row], found.amounts[row])] = 0
        table.share(panel.names, families, traces, slopes[falls.kinds[row]], due[row])
        table.strongest(told, row)
    for found in of_parts:
        told = joined(told, replace(found, subjects=np.where(found.amounts > 0, found.subjects, -1)), n)
    return told


def _slopes(judge: Judge, n_names: int) -> Doubles:
    """float64 (n_names,): how the linear ranker counts a unit of each signal."""
    return judge.rankers.linear.weights / judge.rankers.linear.spread if judge.rankers else np.zeros(n_names)


def _empty(shape: tuple[int, ...]) -> Contributions:
    none = np.full(shape, -1, dtype=np.int32)
    return Contributions(np.zeros(shape, dtype=np.int8), none, np.zeros(shape, dtype=np.float32))


def _shared(found: Contributions, due: Floats, part: int, demand: int) -> Contributions:
    """A part's causes that are of the history, sharing what is due to the part as they share its score.

    What the part owes to everybody's purchases moves to demand in `due` (n_queries, n_items, n_families).
    """
    positive = np.where(found.subjects >= 0, np.maximum(found.amounts, 0), 0)
    total = positive.sum(axis=2, keepdims=True)
    shares = np.divide(positive, total, out=np.zeros_like(positive), where=total > 0)
    amounts = (shares * due[..., [part]]).astype(np.float32)
    of_everybody = np.where(np.isin(found.causes, _OF_EVERYBODY), amounts, 0).sum(axis=2)
    amounts[~np.isin(found.causes, _OF_THE_HISTORY)] = 0
    due[..., demand] += of_everybody
    due[..., part] -= of_everybody + amounts.sum(axis=2)
    return replace(found, amounts=amounts)


@dataclass(frozen=True)
class _Table:
    """Amounts of one query.

    Args:
        held: int32 (n_held,), items bought, ascending. categories: int32 (n_categories,), theirs, ascending.
        member: float32 (n_categories, n_held), 1 where the item is of the category.
        amounts: float64 (n_held + n_categories + n_families, n_items).
    """

    held: Numbers
    categories: Numbers
    member: Floats
    amounts: Doubles

    @classmethod
    def of(cls, held: Numbers, category: Numbers, n_families: int, n_items: int) -> "_Table":
        own = category[held]
        categories = np.unique(own[own >= 0])
        of_category = (categories[:, None] == own).astype(np.float32)
        return cls(held, categories, of_category, np.zeros((len(held) + len(categories) + n_families, n_items)))

    def add(self, causes: Numbers, subjects: Numbers, amounts: Floats) -> Bools:
        """Add causes (n_items, n_causes) that are items or categories of the history; which of them were."""
        is_added = np.zeros(subjects.shape, dtype=np.bool_)
        for cause, known, start in ((Cause.ITEM, self.held, 0), (Cause.CATEGORY, self.categories, len(self.held))):
            if not len(known):
                continue
            places = np.minimum(np.searchsorted(known, subjects), len(known) - 1)
            is_known = (causes == cause) & (known[places] == subjects)
            np.add.at(self.amounts, (start + places[is_known], np.nonzero(is_known)[0]), amounts[is_known])
            is_added |= is_known
        return is_added

    def share(
        self, names: Sequence[str], families: tuple[str, ...], traces: Traces, slopes: Doubles, due: Floats
    ) -> None:
        """Add what is due to each family, float32 (n_items, n_families), to what is behind it, else to itself.

        Args:
            slopes: float64 (n_items, n_names): how the signals of one family count.
        """
        n_held, n_history = len(self.held), len(self.held) + len(self.categories)
        behind = {name: np.zeros((n_history, len(due))) for name in dict.fromkeys(map(family, traces))}
        for name, trace in traces.items():
            steps = trace * slopes[:, names.index(name)]
            of = behind[family(name)]
            if is_of_categories(name):
                of[n_held:] += self.member @ steps
            else:
                of[:n_held] += steps
        for place, name in enumerate(families):
            left = due[:, place].astype(np.float64)
            if name in behind:
                positive = np.maximum(behind[name], 0)
                total = positive.sum(axis=0)
                shares = np.where(total > 0, left / np.where(total > 0, total, 1), 0)
                self.amounts[:n_history] += positive * shares
                left = np.where(total > 0, 0, left)
            self.amounts[n_history + place] += left

    def strongest(self, told: Contributions, row: int) -> None:
        """Write the strongest causes of each item into the query's row."""
        n_features = len(self.amounts) - len(self.held) - len(self.categories)
        subjects = np.concatenate([self.held, self.categories, np.arange(n_features, dtype=np.int32)])
        sizes = (len(self.held), len(self.categories), n_features)
        causes = np.repeat(np.array([Cause.ITEM, Cause.CATEGORY, Cause.FEATURE], dtype=np.int8), sizes)
        order = np.argsort(-self.amounts, axis=0, kind="stable")[: told.causes.shape[2]].T
        values = np.take_along_axis(self.amounts.T, order, axis=1).astype(np.float32)
        is_cause = values > 0
        places = slice(0, order.shape[1])
        told.causes[row][:, places] = causes[order]
        told.subjects[row][:, places] = np.where(is_cause, subjects[order], -1)
        told.amounts[row][:, places] = np.where(is_cause, values, 0)
