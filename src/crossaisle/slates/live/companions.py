"""What goes with items, whoever asks: others of the same category, others of other categories, the rest of a basket."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.focus import Focus
from crossaisle.errors import UsageError
from crossaisle.numerics.arrays import Numbers
from crossaisle.slates.live.interest import NOTHING
from crossaisle.slates.live.live_slate import LiveSlate, unranked
from crossaisle.slates.live.person import NOBODY
from crossaisle.slates.live.retrieval.causes import causes_of
from crossaisle.slates.live.retrieval.choosing import Choosing
from crossaisle.slates.live.retrieval.gathering import Told, highest
from crossaisle.slates.live.retrieval.popular import Popular
from crossaisle.slates.live.retrieval.retrieval import Retrieval


@dataclass(frozen=True)
class Companions:
    """For one thread. Causes are the items that were asked about; their kinds mean nothing."""

    retrieval: Retrieval
    choosing: Choosing
    popular: Popular

    def similar(self, item: int, k: int, moment: int) -> LiveSlate:
        """Up to `k` others of the item's category, by what people buy with it, then the most bought of the category.

        Of an item without a category, whatever people buy with it.
        """
        category = int(self.retrieval.category[item])
        return self._beside(np.array([item], dtype=np.int32), k, moment, category if category >= 0 else None, False)

    def complements(self, items: Numbers, k: int, moment: int) -> LiveSlate:
        """Up to `k` items of other categories than these have, by what people buy with them; fewer if less is known."""
        return self._beside(items, k, moment, None, True)

    def complete(self, items: Numbers, k: int, moment: int) -> LiveSlate:
        """Up to `k` items of any category that people buy with these; fewer if less is known."""
        return self._beside(items, k, moment, None, False)

    def _beside(self, items: Numbers, k: int, moment: int, wanted: int | None, is_elsewhere: bool) -> LiveSlate:
        """Args: wanted: the one category. is_elsewhere: whether the items' own categories are left out."""
        if k < 1:
            raise UsageError(f"k={k}", remedy="Ask for at least one item.")
        retrieval, items = self.retrieval, np.unique(items[items >= 0])
        told = Told.of(retrieval.neighbours, items)
        retrieval.gate.catalogue.at(moment)
        with retrieval.gate.open(NOBODY, NOTHING, Focus(), wanted) as gate:
            gate.shut(items)
            if is_elsewhere:
                own = retrieval.category.take(items)
                gate.shut_categories(own[own >= 0])
            ranked = retrieval.ranked(told, None, None, NOTHING)
            if wanted is None:
                picks = ranked.at(self.choosing.chosen(ranked.items, ranked.scores, items[:0], k, None))
            else:
                picks = ranked.at(
                    highest(ranked.scores, ranked.items, k)
                )  # of one category alone: limits a category have no place
            n_said = len(picks.items)
            if wanted is not None and n_said < k:
                gate.shut(picks.items)
                picks = picks.beside(unranked(self.popular.first(k - n_said, gate, wanted)))
        causes = causes_of(picks, told, None, {}, retrieval.scratch)
        return LiveSlate(picks.items, picks.scores, *causes, len(picks.items) - n_said)
