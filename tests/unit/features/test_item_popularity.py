"""Popularity and trend of items."""

import numpy as np
import pytest

from crossaisle.data.denoising import Denoising, denoise
from crossaisle.data.moments import DAY
from crossaisle.features import ItemPopularity
from crossaisle.features.item_popularity import MEASURES, FittedItemPopularity

from .shop import shop


def sales(item: str, days: list[int]) -> list[tuple[object, ...]]:
    return [(f"u{n}", item, day * DAY, "purchase", None, None, None, None, None) for n, day in enumerate(days)]


def test_measures_are_those_counted_by_hand() -> None:
    """To day 20 (the last event is at day 20, so the windows of 10 days begin just after day 10 and day 0):
    cola lately 3 buyers, before 1; soap lately 0, before 2 (day 0 itself is too old for one more)."""
    rows = sales("cola", [5, 15, 16, 20]) + sales("soap", [0, 6, 7])
    dataset = shop(rows)
    table = ItemPopularity(window_days=10, smoothing=1.0).measures(dataset)
    cola = dict(zip(MEASURES, table[dataset.index.items.number("cola")].tolist(), strict=True))
    soap = dict(zip(MEASURES, table[dataset.index.items.number("soap")].tolist(), strict=True))
    assert cola["buyers"] == cola["purchases"] == 4
    assert cola["buyers lately"] == 3
    assert cola["trend"] == pytest.approx(np.log((3 + 1) / (1 + 1)))
    assert soap["trend"] == pytest.approx(np.log((0 + 1) / (2 + 1)))
    assert cola["days since first sale or launch"] == pytest.approx(15)
    assert cola["views"] == 0


def test_purchases_per_buyer_count_repeats() -> None:
    """ann bought cola twice and nobody else did."""
    dataset = shop()
    table = ItemPopularity().measures(dataset)
    assert table[dataset.index.items.number("cola"), :3].tolist() == [1, 2, 2]
    assert table[dataset.index.items.number("soap"), 3] == 2


def test_item_never_sold_stands_below_the_others() -> None:
    dataset = shop()
    values = ItemPopularity().fit(dataset).items()[0].dense()
    new, cola = (dataset.index.items.number(item) for item in ("new", "cola"))
    assert values[new, 0] < values[cola, 0]
    assert np.isfinite(values).all()


def test_events_of_weight_zero_do_not_count() -> None:
    rows = sales("cola", [1]) + [
        ("bot", "soap", n * DAY // 24, "purchase", None, None, None, None, None) for n in range(48)
    ]
    dataset, flags = denoise(shop(rows), Denoising())
    assert flags.counts()["programs"] == 1
    table = ItemPopularity().measures(dataset)
    assert table[dataset.index.items.number("soap"), :2].tolist() == [0, 0]


def test_restored_popularity_gives_the_same_block() -> None:
    fitted = ItemPopularity().fit(shop())
    again = FittedItemPopularity.restore(fitted.state())
    np.testing.assert_array_equal(again.items()[0].dense(), fitted.items()[0].dense())
