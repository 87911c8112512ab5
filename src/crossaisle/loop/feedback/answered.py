"""Slates with what people did with them: events that name a slate, joined to its places."""

from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossaisle.data.dataset import Ids
from crossaisle.data.event_types import CART, CLICK, DISMISS, EVENT_TYPES, IMPRESSION, PURCHASE
from crossaisle.evaluation.feedback.logged import Logged
from crossaisle.loop.feedback.shown import Slates, find, places_of
from crossaisle.numerics.arrays import AnyArray, Bools, Longs

ANSWERS: dict[str, tuple[int, ...]] = {
    "is_seen": (IMPRESSION,),
    "is_clicked": (CLICK, CART, PURCHASE),
    "is_bought": (PURCHASE,),
    "is_dismissed": (DISMISS,),
}
"""What each kind of answer is told by: whoever puts an item of a slate into the cart has chosen it there, too."""


@dataclass(frozen=True)
class Answered:
    """Slates and the answers to each of their m places, bool (m,)."""

    slates: Slates
    is_seen: Bools
    is_clicked: Bools
    is_bought: Bools
    is_dismissed: Bools

    @classmethod
    def of(cls, slates: Slates, events: Iterable["pa.RecordBatch"], within: int | None = None) -> "Answered":
        """Join events, which come in any order; those that name another slate or item answer nothing.

        Args:
            events: user_id, item_id, event_type, timestamp and recommendation_id.
            within: microseconds after a slate in which a purchase of what it showed counts as made from it, though the
                event names none, if an impression of it arrived; None for never.
        """
        told = {name: np.zeros(len(slates.item), dtype=np.bool_) for name in ANSWERS}
        unsaid = np.zeros(len(slates.item), dtype=np.bool_)
        names, attribution = _Names.of(slates), _Attribution.of(slates) if within is not None else None
        for batch in events:
            kind = places_of(batch.column("event_type"), pa.array(EVENT_TYPES, pa.large_string()))
            places = names.places(batch)
            for name, kinds in ANSWERS.items():
                told[name][places[(places >= 0) & np.isin(kind, kinds)]] = True
            if attribution is not None and within is not None:
                is_unsaid = (kind == PURCHASE) & pc.is_null(batch.column("recommendation_id")).to_numpy(False)
                places = attribution.places(batch.filter(pa.array(is_unsaid)), within)
                unsaid[places[places >= 0]] = True
        told["is_bought"] |= unsaid & told["is_seen"]
        return cls(slates, **told)

    def at(self, chosen: Bools) -> "Answered":
        """Those slates alone, bool (n_slates,)."""
        kept = chosen[self.slates.slate]
        return Answered(self.slates.at(chosen), **{name: getattr(self, name)[kept] for name in ANSWERS})

    def logged(self, items: Ids) -> tuple[Logged, AnyArray]:
        """Entries of the places whose items have a number among `items`, and which places these are.

        What was drawn at random has no score.
        """
        slates = self.slates
        number = items.numbers(slates.items)[slates.item] if len(slates.items) else slates.item
        is_explored = slates.is_explored
        slate = slates.slate
        score = np.where(is_explored, np.float32(np.nan), slates.score)
        propensity = np.where(is_explored, slates.propensity[slate], 1)
        log = {
            "slate": slate.astype(np.int64),
            "user": slates.user[slate],
            "item": number.astype(np.int32),
            "rank": slates.rank,
            "score": score.astype(np.float32),
            "propensity": propensity.astype(np.float32),
            "is_explored": is_explored,
            "model_version": slates.version[slate],
            **{name: getattr(self, name) for name in ANSWERS},
        }
        kept = np.flatnonzero(number >= 0)
        return Logged(**{one.name: log[one.name][kept] for one in fields(Logged)}), kept


@dataclass(frozen=True)
class _Names:
    """Places by slate and item. keys: int64 (m,), ascending. places: (m,), of each key."""

    slates: Slates
    keys: Longs
    order: AnyArray

    @classmethod
    def of(cls, slates: Slates) -> "_Names":
        keys = slates.slate.astype(np.int64) * len(slates.items) + slates.item
        order = np.argsort(keys, kind="stable")
        return cls(slates, keys[order], order)

    def places(self, batch: "pa.RecordBatch") -> AnyArray:
        """int64 (n_events,): the place that an event answers, −1 for none."""
        slate = places_of(batch.column("recommendation_id"), self.slates.ids)
        item = places_of(batch.column("item_id"), self.slates.items)
        found = find(self.keys, slate * len(self.slates.items) + item)
        return np.where((slate >= 0) & (item >= 0) & (found >= 0), np.append(self.order, -1)[found], -1)


@dataclass(frozen=True)
class _Attribution:
    """Places by user, item and slate. keys: int64 (m,), ascending. order: (m,), the place of each key."""

    slates: Slates
    keys: Longs
    order: AnyArray

    @classmethod
    def of(cls, slates: Slates) -> "_Attribution":
        slate = slates.slate.astype(np.int64)
        keys = (slates.user[slate].astype(np.int64) * len(slates.items) + slates.item) * len(slates) + slate
        order = np.argsort(keys, kind="stable")
        return cls(slates, keys[order], order)

    def places(self, batch: "pa.RecordBatch", within: int) -> AnyArray:
        """int64 (n_purchases,): where the latest slate before it showed the buyer the item, −1 for nowhere."""
        slates = self.slates
        user, item = (places_of(batch.column(f"{name}_id"), getattr(slates, f"{name}s")) for name in ("user", "item"))
        time = np.asarray(batch.column("timestamp").cast(pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
        n_before = np.searchsorted(slates.made_at, time, side="right")
        whose = user * len(slates.items) + item
        latest = np.searchsorted(self.keys, whose * len(slates) + n_before) - 1
        key = np.append(self.keys, -1)[latest]
        is_there = (user >= 0) & (item >= 0) & (latest >= 0) & (key // max(1, len(slates)) == whose)
        soon = time - np.append(slates.made_at, 0)[np.where(is_there, key % max(1, len(slates)), -1)] <= within
        return np.where(is_there & soon, np.append(self.order, -1)[latest], -1)
