"""Purchases come in order, whatever is looked at at a time."""

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.slates.live.past.past import Past
from crossaisle.slates.live.past.purchases import purchases_of

from ...shop import shop


@pytest.mark.parametrize("most", [1, 100, 10_000])
def test_all_purchases_by_user_item_and_time(most: int, small_shop: Dataset) -> None:
    parts = list(purchases_of(small_shop, None, most))
    found = [np.concatenate([getattr(one, name) for one in parts]) for name in ("user", "item", "time", "weight")]
    events = small_shop.events
    order = np.lexsort((events.time, events.item, events.user))
    for column, name in zip(found, ("user", "item", "time", "weight"), strict=True):
        np.testing.assert_array_equal(column, getattr(events, name)[order])
    for one in parts:
        pairs = list(zip(one.user.tolist(), one.item.tolist(), strict=True))
        assert one.begins.tolist() == [at == 0 or pairs[at] != pairs[at - 1] for at in range(len(pairs))]
    users = [set(one.user.tolist()) for one in parts]
    assert sum(map(len, users)) == len(set().union(*users))


def test_a_label_takes_the_items_place_and_what_has_none_is_left_out(small_shop: Dataset) -> None:
    label = np.arange(small_shop.n_items, dtype=np.int32) % 3 - 1
    (found,) = purchases_of(small_shop, label)
    events = small_shop.events
    own = label[events.item]
    order = np.lexsort((events.time, own, events.user))
    order = order[own[order] >= 0]
    np.testing.assert_array_equal(found.item, own[order])
    np.testing.assert_array_equal(found.time, events.time[order])


def test_other_events_are_none_of_them() -> None:
    bought = shop([("ann", "a", DAY, "view"), ("ann", "b", DAY, "purchase"), ("bob", "a", DAY, "cart")])
    assert [one.item.tolist() for one in purchases_of(bought)] == [[1]]


def test_the_past_restores_from_its_arrays(small_shop: Dataset) -> None:
    past = Past.of(small_shop)
    again = Past.restore(past.state())
    np.testing.assert_array_equal(again.histories.items, past.histories.items)
    np.testing.assert_array_equal(again.rest, past.rest)
    np.testing.assert_array_equal(again.buyers, past.buyers)
    assert past.buyers.sum() == len(past.histories.items)
