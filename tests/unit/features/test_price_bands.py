"""Price bands within the category."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.moments import DAY
from crossaisle.features import PriceBands
from crossaisle.features.price_bands import FittedPriceBands, group_quantiles, item_prices

from .shop import everyone, shop


def listed(prices: dict[str, float], category: dict[str, str]) -> "pa.Table":
    return pa.table(
        {"item_id": list(prices), "price": list(prices.values()), "category": [category[i] for i in prices]}
    )


def test_price_of_an_item_is_the_catalogues_else_the_median_paid() -> None:
    """cola was paid at 1 and 3: median 2; soap 4; juice 2; new was never sold."""
    dataset = shop()
    prices = dict(zip(dataset.index.items.to_list(), item_prices(dataset).tolist(), strict=True))
    assert prices["cola"] == 2
    assert prices["soap"] == 4
    assert np.isnan(prices["new"])
    catalog = pa.table({"item_id": ["cola", "soap", "juice"], "price": [9.0, None, None]})
    assert item_prices(shop(catalog=catalog)).tolist() == [9, 2, 4]


def test_same_price_is_cheap_in_one_category_and_dear_in_another() -> None:
    """Wines cost 10 to 50 and teas 1 to 5; two bands split at the medians 30 and 3.
    Wine of 10 is below, tea of 5 above; those at the median itself take the band (0 + 1) // 2 = 0."""
    wines = {f"wine{n}": 10.0 * n for n in range(1, 6)}
    teas = {f"tea{n}": 1.0 * n for n in range(1, 6)}
    prices = wines | teas
    category = {item: item[:-1] for item in prices}
    rows = [("ann", item, 0, "purchase", None, None, None, None, None) for item in ("wine1", "tea5", "tea5")]
    dataset = shop(rows, listed(prices, category))
    fitted = PriceBands(n_bands=2, min_items=5).fit(dataset)
    bands = dict(zip(dataset.index.items.to_list(), fitted.bands.tolist(), strict=True))
    assert bands["wine1"] == 0
    assert bands["tea5"] == 1
    assert bands["wine3"] == bands["tea3"] == 0
    block = fitted.users(dataset.queries(np.array([0])))[0]
    expected = [1 / 3, 2 / 3, 0, (np.log(10 / 30) + 2 * np.log(5 / 3)) / 3]
    np.testing.assert_allclose(block.dense()[0], expected, rtol=1e-6)


def test_small_category_takes_the_bands_of_the_shop() -> None:
    """One spice of 100 has no bands of its own; among 1, 2, 3, 100 the median is 2.5, so it is dear."""
    prices = {"tea1": 1.0, "tea2": 2.0, "tea3": 3.0, "spice": 100.0}
    category = {item: item.rstrip("123") for item in prices}
    rows = [("ann", "spice", 0, "purchase", None, None, None, None, None)]
    dataset = shop(rows, listed(prices, category))
    fitted = PriceBands(n_bands=2, min_items=3).fit(dataset)
    assert fitted.bands[dataset.index.items.number("spice")] == 1
    assert fitted.edges[dataset.index.categories.number("spice"), 0] == 2.5


def test_category_of_one_price_stands_in_the_middle() -> None:
    """All four edges equal the price: (0 + 4) // 2 = 2 of the bands 0 to 4."""
    prices = {f"i{n}": 2.0 for n in range(10)}
    dataset = shop(
        [("ann", "i1", 0, "purchase", None, None, None, None, None)],
        listed(prices, dict.fromkeys(prices, "c")),
    )
    assert PriceBands().fit(dataset).bands.tolist() == [2] * 10


def test_user_without_purchases_and_item_without_price_have_zeros_and_a_mark() -> None:
    dataset = shop()
    fitted = PriceBands().fit(dataset)
    assert (fitted.users(everyone(dataset))[0].dense()[-1] == 0).all()
    new = fitted.items()[0].dense()[dataset.index.items.number("new")]
    assert new.tolist() == [0, 0, 0, 0, 0, 1, 0]


def test_shop_without_any_price_marks_all_as_unknown() -> None:
    dataset = shop([("ann", "cola", 0, "purchase", None, None, None, None, None)])
    fitted = PriceBands().fit(dataset)
    assert (fitted.bands == -1).all()
    assert fitted.users(dataset.queries(np.array([0]), moment=DAY))[0].dense()[0].tolist() == [
        0,
        0,
        0,
        0,
        0,
        1,
        0,
    ]


def test_restored_bands_give_the_same_blocks() -> None:
    dataset = shop()
    fitted = PriceBands().fit(dataset)
    again = FittedPriceBands.restore(fitted.state())
    np.testing.assert_array_equal(again.items()[0].dense(), fitted.items()[0].dense())
    old, new = fitted.users(everyone(dataset))[0], again.users(everyone(dataset))[0]
    np.testing.assert_array_equal(old.dense(), new.dense())


@given(
    st.lists(st.tuples(st.floats(-100, 100, width=32), st.integers(-1, 2)), max_size=30),
    st.lists(st.floats(0, 1), min_size=1, max_size=4),
)
def test_quantiles_of_groups_are_those_of_numpy(pairs: list[tuple[float, int]], wanted: list[float]) -> None:
    values = np.array([value for value, _ in pairs], dtype=np.float64)
    groups = np.array([group for _, group in pairs], dtype=np.int32)
    found = group_quantiles(values, groups, 3, np.array(wanted))
    for group in range(3):
        own = values[groups == group]
        expected = np.quantile(own, wanted) if len(own) else np.full(len(wanted), np.nan)
        assert found[group] == pytest.approx(expected, abs=1e-9, nan_ok=True)
