"""Reasons from a recommender's own contributions, and nothing else, in words."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import Queries
from crossaisle.models.recommender import Cause, Contributions, Fitted
from crossaisle.numerics.arrays import AnyArray, Longs, Numbers
from crossaisle.slates.explaining.habits import Habits
from crossaisle.slates.explaining.names import Names, days, shortened
from crossaisle.slates.explaining.sentences import Fact, Place, Sentences
from crossaisle.slates.filtering.eligible import Eligible, Why, has_times
from crossaisle.slates.slate import Explained, Reason, Slates
from crossaisle.words import Language, say

N_CAUSES = 4
"""Causes asked of the recommender: two are told, the others stand in for those of the same name."""


@dataclass(frozen=True)
class Explainer:
    """Explains picks by what moved their scores.

    Args:
        rankers: number in Slates.rankers → recommender.
        category, brand: int32 (n_items,), −1 where unknown.
        counts: int64 (n_items,), purchases.
    """

    rankers: dict[int, Fitted]
    names: Names
    category: Numbers
    brand: Numbers
    counts: Longs
    is_dated: bool
    language: Language

    @classmethod
    def of(cls, rankers: dict[int, Fitted], dataset: Dataset, language: Language) -> "Explainer":
        """Read the names once."""
        return cls(
            rankers,
            Names.of(dataset),
            dataset.catalogue.category,
            dataset.catalogue.brand,
            dataset.purchase_counts(),
            has_times(dataset),
            language,
        )

    def reasons(self, queries: Queries, slates: Slates, n_eligible: int) -> Explained:
        """Up to two reasons for each pick, strongest first.

        Args:
            n_eligible: how many items were ranked.
        """
        habits = self._habits(queries)
        facts: list[list[list[Fact]]] = [[[] for _ in row] for row in slates.items]
        for ranker, model in self.rankers.items():
            is_his = (slates.rankers == ranker) & (slates.items >= 0)
            rows = np.flatnonzero(is_his.any(axis=1))
            if len(rows):
                items = np.where(is_his, slates.items, -1)[rows]
                told = _facts(model, queries[rows], rows, items, habits, N_CAUSES)
                for row, found in zip(rows.tolist(), told, strict=True):
                    facts[row] = [new or old for old, new in zip(facts[row], found, strict=True)]
        sentences = Sentences(self.names, self._dates(habits, queries), self.language)
        all_places = self._places(queries, slates.items, habits[Cause.CATEGORY], n_eligible)
        return [
            [sentences.reasons(causes, place) for causes, place in zip(row, places, strict=False)]
            for row, places in zip(facts, all_places, strict=True)
        ]

    def told(
        self, ranker: int, queries: Queries, item: int, rank: int | None, n_ranked: int, n: int
    ) -> tuple[list[tuple[str, str, Fact]], tuple[Reason, ...]]:
        """The `n` strongest causes of one item's score for one query: kind, words and fact; and what a slate says.

        Args:
            rank: of the item among the `n_ranked` that were ranked; None where it is not among them.
        """
        habits, items = self._habits(queries), np.array([[item]], dtype=np.int32)
        facts = _facts(self.rankers[ranker], queries, np.arange(1), items, habits, max(n, N_CAUSES))[0][0]
        sentences = Sentences(self.names, self._dates(habits, queries), self.language)
        place = self._places(queries, items, habits[Cause.CATEGORY], n_ranked)[0][0]
        reasons = () if rank is None else sentences.reasons(facts[:N_CAUSES], place._replace(rank=rank))
        return [(Cause(fact.cause).name.lower(), sentences.named(fact), fact) for fact in facts[:n]], reasons

    def left_out(self, item: int, why: Why, allowed: Eligible) -> str:
        """Why an item is not in a slate, in words."""
        category = int(self.category[item])
        key = f"left_out.{why.name.lower()}"
        if why is Why.FOCUS:
            is_nameless = allowed.focus.kind == "new-categories" and category < 0
            key = "left_out.no_category" if is_nameless else f"{key}.{allowed.focus.kind}"
        return say(
            key,
            self.language,
            n=int(self.counts[item]),
            wanted=allowed.min_purchases,
            category=self.names.categories[category] if category >= 0 else "",
        )

    def _habits(self, queries: Queries) -> dict[Cause, Habits]:
        """What is told of the subjects of each cause that is of the history."""
        return {
            Cause.ITEM: Habits.of(queries, np.arange(queries.n_items, dtype=np.int32), queries.n_items),
            Cause.CATEGORY: Habits.of(queries, self.category, len(self.names.categories)),
            Cause.BRAND: Habits.of(queries, self.brand, len(self.names.brands)),
            Cause.SEARCH: Habits.of_searches(queries),
        }

    def _dates(self, habits: dict[Cause, Habits], queries: Queries) -> dict[int, str]:
        if not self.is_dated or not len(queries):
            return {}
        moments = np.concatenate([one.last for one in habits.values()])
        return days(moments, int(queries.moments.max()), self.language)

    def _places(self, queries: Queries, items: Numbers, habits: Habits, n_ranked: int) -> list[list[Place]]:
        """Where each pick stands; a row is as long as its slate."""
        category, brand = (np.where(items < 0, -1, one[np.maximum(items, 0)]) for one in (self.category, self.brand))
        times, last = habits.find(np.arange(len(items))[:, None], category)
        told = (items, category, brand, times, last // DAY)
        columns = zip(*(one.tolist() for one in told), strict=True)
        has_history = queries.has_history().tolist()
        return [
            [
                Place(item, rank, n_ranked, label, n_times, day, has_history[row], maker)
                for rank, (item, label, maker, n_times, day) in enumerate(zip(*picks, strict=True), start=1)
                if item >= 0
            ]
            for row, picks in enumerate(columns)
        ]


def _facts(
    model: Fitted, queries: Queries, rows: AnyArray, items: Numbers, habits: dict[Cause, Habits], n: int
) -> list[list[list[Fact]]]:
    """Up to `n` causes of each item of the queries at `rows`, strongest first; none where the model cannot say."""
    found = model.contributions(queries, items, n)
    if found is None:
        return [[[] for _ in row] for row in items.tolist()]
    times, last = np.zeros((2, *found.subjects.shape), dtype=np.int64)
    for cause, one in habits.items():
        is_of_cause = found.causes == cause
        for told, of_cause in zip((times, last), one.find(rows[:, None, None], found.subjects), strict=True):
            told[is_of_cause] = of_cause[is_of_cause]
    is_told = (found.subjects >= 0) & (found.amounts > 0) & (items >= 0)[..., None]
    columns = (is_told, found.causes, found.subjects, found.amounts, times, last // DAY)
    return [
        [
            [
                Fact(cause, subject, amount, n_times, day, found.days, _label(found, queries, cause, subject))
                for told, cause, subject, amount, n_times, day in zip(*place, strict=True)
                if told
            ]
            for place in zip(*row, strict=True)
        ]
        for row in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _label(found: Contributions, queries: Queries, cause: int, subject: int) -> str:
    """The name of what has none in the catalogue."""
    if cause == Cause.SEARCH:
        return shortened(queries.searches[subject].as_py())
    return found.labels[subject] if cause == Cause.FEATURE else ""
