"""Which candidates make the slate: the strongest, or what the shop's limits and knobs choose among the strongest."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.numerics.arrays import AnyArray, Bools, Floats, Numbers
from crossaisle.slates.filtering.price_band import PriceBand
from crossaisle.slates.filtering.rules import apart
from crossaisle.slates.live.retrieval.gathering import highest
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.reranking.calibration import Distance, Taste
from crossaisle.slates.reranking.diversity import Likeness, Sameness
from crossaisle.slates.reranking.limits import Limits
from crossaisle.slates.reranking.selection import Cost, relevance, select

MORE = 4
"""How many times as many candidates are looked at where limits left the slate short."""


@dataclass(frozen=True)
class Choosing:
    """As the slate path chooses, among fewer candidates. Items are alike by their labels, prices are the catalogue's.

    Args:
        options: knobs and limits. limits: what no slate breaks.
        n_candidates: the strongest, among which there is a choice.
    """

    options: SlateOptions
    limits: Limits
    likeness: Likeness
    taste: Taste
    band: PriceBand | None
    n_candidates: int

    @classmethod
    def of(cls, dataset: Dataset, options: SlateOptions, n_candidates: int) -> "Choosing":
        """Read what the knobs and limits need."""
        shop = dataset.catalogue
        limits = Limits(shop.category, dataset.n_categories, options.max_per_category, apart(options.rules, dataset))
        labels = [column for column in (shop.category, shop.brand) if (column >= 0).any()]
        likeness = Likeness(None, np.array(labels, dtype=np.int32).reshape(len(labels), dataset.n_items))
        is_banded = options.price_band != "off"
        band = PriceBand.of(dataset, options.price_within, options.price_width) if is_banded else None
        return cls(options, limits, likeness, Taste.of(dataset, options.calibrate_by), band, n_candidates)

    @property
    def is_plain(self) -> bool:
        """Whether the strongest candidates are the slate."""
        return self.limits.is_free and not self.options.is_reranked

    def passes(self, items: Numbers, history: Callable[[], Queries]) -> Bools | None:
        """bool (n_items,): whether the price is near what the person pays; None where that keeps nothing out."""
        if self.band is None or self.options.price_band != "filter":
            return None
        passed: Bools = self.band.mask(history(), items)[0]
        return passed

    def chosen(
        self, items: Numbers, scores: Floats, begun: Numbers, k: int, history: Callable[[], Queries] | None
    ) -> AnyArray:
        """Places of up to `k` candidates, best first.

        Args:
            items: int32 (n_candidates,), of equal scores the smaller wins. scores: float32 (n_candidates,).
            begun: int32 (n_begun,), what the slate holds already.
            history: the person's purchases, for the knobs; None where the order is to stay and limits alone count.
        """
        if self.is_plain or (self.limits.is_free and history is None):
            return highest(scores, items, k)
        width = max(k, self.n_candidates)
        while True:
            strongest = highest(scores, items, width)
            found = self._selected(items[strongest], scores[strongest], begun, k, history)
            if len(found) == k or width >= len(scores):
                places: AnyArray = strongest[found]
                return places
            width *= MORE

    def _selected(
        self, items: Numbers, scores: Floats, begun: Numbers, k: int, history: Callable[[], Queries] | None
    ) -> AnyArray:
        if not len(items):
            return np.empty(0, dtype=np.int64)
        candidates, worth, costs = items[None, :], relevance(scores[None, :]), []
        if history is None:
            worth = -np.arange(len(items), dtype=np.float32)[None, :]
        else:
            queries = history()
            if self.band is not None and self.options.price_band == "penalty":
                worth = worth - np.float32(self.options.price_penalty) * self.band.excess(queries, candidates)
            costs = self._costs(queries, candidates)
        columns: AnyArray = select(candidates, worth, costs, self.limits, begun[None, :], k + len(begun))[0]
        kept: AnyArray = columns[columns >= 0]
        return kept

    def _costs(self, queries: Queries, candidates: Numbers) -> list[tuple[float, Cost]]:
        costs: list[tuple[float, Cost]] = []
        if self.options.diversity:
            costs.append((self.options.diversity, Sameness.begin(self.likeness, candidates)))
        if self.options.calibration:
            costs.append((self.options.calibration, Distance.begin(self.taste, queries, candidates)))
        return costs
