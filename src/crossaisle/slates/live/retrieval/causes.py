"""Which items of a person moved each pick of a slate: the strongest parts of its score."""

from collections.abc import Mapping

import numpy as np

from crossaisle.data.event_types import PURCHASE
from crossaisle.numerics.arrays import AnyArray, Codes, Floats, Numbers
from crossaisle.slates.live.live_slate import N_CAUSES, Ranked
from crossaisle.slates.live.retrieval.gathering import Scratch, Told

Parts = tuple[AnyArray, AnyArray, AnyArray]
"""Of each pick and each item that speaks for it: place of the pick, the item, the amount."""


def causes_of(
    picks: Ranked, history: Told, session: Told | None, kinds: Mapping[int, int], scratch: Scratch
) -> tuple[Numbers, Floats, Codes]:
    """Causes int32 (n, N_CAUSES), −1 for none, their amounts and their event types, strongest first.

    The long-term part of a score is shared among the items of the history as they speak for the pick. An item that
    speaks in the session, too, is told as what was done with it lately.

    Args:
        history, session: who says what; amounts of the session are parts of scores. kinds: item → event type.
    """
    n = len(picks.items)
    place, item, amount = _parts(picks.items, history, scratch)
    sums = np.bincount(place, weights=amount, minlength=n)
    amount = amount * (picks.base / np.maximum(sums, _TINY))[place]
    if session is not None:
        of, said, by = _parts(picks.items, session, scratch)
        other = of, said, by * picks.scale[of]
        place, item, amount = (np.concatenate(two) for two in zip((place, item, amount), other, strict=True))
        if not kinds.keys().isdisjoint(history.speakers.tolist()):
            place, item, amount = _added(place, item, amount)
    amount = amount.astype(np.float32)
    order = np.lexsort((item, -amount, place))
    place, item, amount = place[order], item[order], amount[order]
    rank = np.arange(len(place)) - np.searchsorted(place, place)
    kept = (rank < N_CAUSES) & (amount > 0)
    at = place[kept], rank[kept]
    item = item[kept]
    causes = np.full((n, N_CAUSES), -1, dtype=np.int32)
    amounts = np.zeros((n, N_CAUSES), dtype=np.float32)
    types = np.full((n, N_CAUSES), PURCHASE, dtype=np.int8)
    causes[at], amounts[at] = item, amount[kept]
    if session is not None:
        types[at] = [kinds.get(one, PURCHASE) for one in item.tolist()]
    return causes, amounts, types


_TINY = np.float32(1e-30)


def _parts(picks: Numbers, told: Told, scratch: Scratch) -> Parts:
    """What is said of the picks."""
    places = scratch.places(told.items.ravel(), picks)
    heard = np.flatnonzero(places >= 0)
    return places[heard], told.speakers[heard // max(1, told.items.shape[1])], told.amounts.ravel()[heard]


def _added(place: AnyArray, item: AnyArray, amount: AnyArray) -> Parts:
    """Amounts of the same item for the same pick in one."""
    order = np.lexsort((item, place))
    place, item, amount = place[order], item[order], amount[order]
    starts = np.flatnonzero(np.append(True, (place[1:] != place[:-1]) | (item[1:] != item[:-1])))
    return (place[starts], item[starts], np.add.reduceat(amount, starts)) if len(place) else (place, item, amount)
