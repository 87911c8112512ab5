"""The path from a model's scores to finished slates: retrieve, filter, rank, rerank, fill, explain."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Focus
from crossaisle.data.queries import Queries
from crossaisle.errors import UsageError
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import Bools, Numbers
from crossaisle.slates.explaining.explainer import Explainer
from crossaisle.slates.explaining.explanation import Explanation, parts_of
from crossaisle.slates.fallback import MostBought
from crossaisle.slates.filtering.eligible import Eligible, Why, eligible
from crossaisle.slates.filtering.left_out import passed_over, removed
from crossaisle.slates.filtering.price_band import PriceBand
from crossaisle.slates.filtering.rules import apart
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.reranking.calibration import Distance, Taste
from crossaisle.slates.reranking.diversity import Likeness, Sameness
from crossaisle.slates.reranking.limits import Limits
from crossaisle.slates.reranking.selection import Cost, relevance, select
from crossaisle.slates.retrieval import Candidates, first, retrieve
from crossaisle.slates.slate import FALLBACK, LeftOut, Slates, empty, filled
from crossaisle.words import Language


@dataclass(frozen=True)
class Stage:
    """Who fills places: the model that ranks, sources beside it, and its number in Slates.rankers."""

    model: Fitted
    sources: tuple[Fitted, ...]
    ranker: int


@dataclass(frozen=True)
class SlatePath:
    """Makes slates for one model, shop and set of options.

    Args:
        model: ranks; its numbers are those of `dataset`.
        dataset: the history that slates start from.
        options: see SlateOptions.
        fallback: fills what the model leaves empty.
        sources: recommenders that bring candidates beside the model, and rank where it has nothing to say.
        stock: quantities, or None where they are unknown.
        language: of reasons.
    """

    model: Fitted
    dataset: Dataset
    options: SlateOptions
    fallback: Fitted
    sources: tuple[Fitted, ...] = ()
    stock: Stock | None = None
    language: Language = "en"

    @classmethod
    def of(
        cls,
        model: Fitted,
        dataset: Dataset,
        options: SlateOptions | None = None,
        fallback: Fitted | None = None,
        sources: Sequence[Fitted] = (),
        stock: Stock | None = None,
        language: Language = "en",
    ) -> "SlatePath":
        """With defaults: no knob turned, and the items that most people bought as the fallback.

        Raises:
            UsageError: a model was fitted on another shop, or the weights exceed one.
        """
        options = options or SlateOptions()
        fallback = fallback or MostBought.of(dataset)
        for one in (model, fallback, *sources):
            if one.n_items != dataset.n_items:
                raise UsageError(
                    f"a recommender of {one.n_items} items for a dataset of {dataset.n_items}",
                    remedy="Hand over the dataset that it was fitted on.",
                )
        if options.diversity + options.calibration > 1:
            raise UsageError(
                f"diversity={options.diversity} and calibration={options.calibration} add up to more than 1",
                remedy="Lower one of them: what is left is the weight of relevance.",
            )
        return cls(model, dataset, options, fallback, tuple(sources), stock, language)

    def allowed(self, focus: Focus, moment: int) -> Eligible:
        """What may be shown at `moment`, microseconds since 1970."""
        return eligible(self.dataset, focus, moment, self.options, self.stock)

    def slates(self, queries: Queries, allowed: Eligible, k: int, explain: bool = False) -> Slates:
        """A slate of up to `k` items for each query. For many queries, call it batch by batch.

        What the model leaves empty is filled by the sources in their order, then by the fallback, each
        ranking for itself. A query without history is the fallback's alone.

        Raises:
            UsageError: k is below one.
        """
        if k < 1:
            raise UsageError(f"k={k}", remedy="Ask for at least one item.")
        slates = empty(queries.users, k)
        with_history = np.diff(queries.indptr) > 0
        for stage in self._stages():
            is_short = np.any(slates.items < 0, axis=1)
            wanted = is_short if stage.ranker == FALLBACK else is_short & with_history
            slates = self._filled(slates, stage, queries, allowed, wanted)
        by_fallback = np.all((slates.rankers == FALLBACK) | (slates.items < 0), axis=1)
        slates = replace(slates, fallback=by_fallback & (slates.items[:, 0] >= 0))
        if self.options.left_out:
            slates = replace(slates, left_out=self._left_out(queries, allowed, slates))
        if explain:
            slates = replace(slates, reasons=self._explainer.reasons(queries, slates, len(allowed.items)))
        return slates

    def explanation(self, queries: Queries, item: int, allowed: Eligible, n: int = 3) -> Explanation:
        """Why the item is where it is for a single query, with its `n` largest causes.

        Who speaks is the first that slates are filled by and that has something to say of the item.
        """
        ranker, score = self._speaker(queries, item)
        scored = self._explainer.rankers[ranker].scores(queries, allowed.items)[0]
        in_play = allowed.mask(queries)[0] & np.isfinite(scored)
        place = np.flatnonzero(allowed.items == item)
        rank = None
        if len(place) and in_play[place[0]]:
            score = float(scored[place[0]])  # alone it may differ in the last digit
            ahead = (scored > score) | ((scored == score) & (allowed.items < item))
            rank = int((ahead & in_play).sum()) + 1
        why = Why(int(allowed.reasons(queries)[0, item]))
        n_ranked = int(in_play.sum())
        told, reasons = self._explainer.told(ranker, queries, item, rank, n_ranked, n)
        left_out = "" if why is Why.ELIGIBLE else self._explainer.left_out(item, why, allowed)
        parts = parts_of(told, score, self.language) if np.isfinite(score) else ()
        said = float(score) if np.isfinite(score) else None
        return Explanation(said, rank, n_ranked, ranker, why, left_out, parts, reasons)

    def _speaker(self, queries: Queries, item: int) -> tuple[int, float]:
        """Number of who speaks of the item, and the score."""
        one = np.array([item], dtype=np.int32)
        stages = self._stages() if len(queries.items) else self._stages()[-1:]
        for stage in stages:
            score = float(stage.model.scores(queries, one)[0, 0])
            if np.isfinite(score):
                break
        return stage.ranker, score

    def _stages(self) -> tuple[Stage, ...]:
        alone = (Stage(source, (), number) for number, source in enumerate(self.sources, start=1))
        return (Stage(self.model, self.sources, 0), *alone, Stage(self.fallback, (), FALLBACK))

    def _filled(self, begun: Slates, stage: Stage, queries: Queries, allowed: Eligible, wanted: Bools) -> Slates:
        """The begun slates, those of the rows `wanted`, bool (n_queries,), filled up by one stage.

        Where limits leave a slate short, the stage is asked again for four times as many candidates.
        """
        slates, rows = begun, np.flatnonzero(wanted)
        k, n_items = begun.items.shape[1], len(allowed.items)
        n_begun = int((begun.items[rows] >= 0).sum(axis=1).max(initial=0))
        width = n_begun + (k if self._is_plain else max(k, self.options.candidates))
        while len(rows) and n_items:
            n = min(width, n_items)
            candidates = retrieve(stage.model, stage.sources, queries[rows], allowed, n)
            columns = self._chosen(candidates, queries[rows], begun.items[rows])
            slates = filled(slates, rows, begun, candidates, columns, stage.ranker)
            has_more = candidates.items[:, n - 1] >= 0
            rows = rows[has_more & (slates.items[rows] < 0).any(axis=1)] if n < n_items else rows[:0]
            width *= 4
        return slates

    def _chosen(self, candidates: Candidates, queries: Queries, begun: Numbers) -> Numbers:
        """int32 (n_queries, k): columns of the chosen candidates."""
        items, k = candidates.items, begun.shape[1]
        if self._is_plain and not (begun >= 0).any():
            return first(items, k)
        worth = relevance(candidates.scores)
        if self._band is not None:
            worth = worth - np.float32(self.options.price_penalty) * self._band.excess(queries, items)
        costs: list[tuple[float, Cost]] = []
        if self.options.diversity:
            costs.append((self.options.diversity, Sameness.begin(self._likeness, items)))
        if self.options.calibration:
            costs.append((self.options.calibration, Distance.begin(self._taste, queries, items)))
        return select(items, worth, costs, self._limits, begun, k)

    def _left_out(self, queries: Queries, allowed: Eligible, slates: Slates) -> list[tuple[LeftOut, ...]]:
        n, k = self.options.left_out, slates.items.shape[1]
        own = (slates.items >= 0) & (slates.rankers == 0)
        lowest = np.where(own, slates.scores, np.inf).min(axis=1)
        lowest = np.where(np.isfinite(lowest) & (slates.items[:, -1] >= 0), lowest, -np.inf).astype(np.float32)
        told = removed(self.model, queries, allowed, lowest, n)
        if not self._is_plain:
            ranked = retrieve(self.model, (), queries, allowed, min(k, max(1, len(allowed.items))))
            for row, found in enumerate(told):
                found += passed_over(ranked.items[row], ranked.scores[row], slates.items[row], self._limits, n)
        told = [sorted(found, key=lambda one: (-one[2], one[0])) for found in told]
        return [
            tuple(LeftOut(item, why, self._explainer.left_out(item, why, allowed)) for item, why, _ in found)
            for found in told
        ]

    @property
    def _is_plain(self) -> bool:
        return self._limits.is_free and not self.options.is_reranked

    @cached_property
    def _limits(self) -> Limits:
        shop = self.dataset
        pairs = apart(self.options.rules, shop)
        return Limits(shop.catalogue.category, shop.n_categories, self.options.max_per_category, pairs)

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness.of(self.model, self.dataset)

    @cached_property
    def _taste(self) -> Taste:
        return Taste.of(self.dataset, self.options.calibrate_by)

    @cached_property
    def _band(self) -> PriceBand | None:
        if self.options.price_band != "penalty":
            return None
        return PriceBand.of(self.dataset, self.options.price_within, self.options.price_width)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer.of({stage.ranker: stage.model for stage in self._stages()}, self.dataset, self.language)
