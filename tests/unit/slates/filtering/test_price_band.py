import math
from dataclasses import replace

import numpy as np

from crossaisle.slates.filtering.price_band import PriceBand

from ..shop import ANN, CAT, shop

ONES = np.ones(8)
PRICES = np.array([1, 2, 3, 4, 0.5, 8, 16, np.nan], dtype=np.float32)


def test_the_band_reaches_from_the_usual_price_over_width_to_times_width() -> None:
    """Ann paid 1, 2 and 4: usual 2, width 2, so the band is [1, 4]. 8 and .5 lie ln 2 outside, 16 lies ln 4 outside."""
    band = PriceBand(PRICES, ONES, 2.0)
    queries = shop().queries(np.array([ANN]))
    queries = replace(queries, prices=np.array([1, 2, 4], dtype=np.float32))
    excess = band.excess(queries, np.arange(8, dtype=np.int32))
    ln2 = math.log(2)
    np.testing.assert_allclose(excess[0], [0, 0, 0, 0, ln2, ln2, 2 * ln2, 0], atol=1e-6)
    assert band.mask(queries, np.arange(8, dtype=np.int32))[0].tolist() == [True] * 4 + [False] * 3 + [True]


def test_prices_are_compared_with_the_middle_of_their_category() -> None:
    """Ann bought a (1.0) twice and c (3.0), whose middles are 1 and 6: levels 0, 0, ln ½, the median 0.

    An item of price 16 in a category of middle 16 is as usual; one of 8 with middle 1 lies ln 8 − ln 2 outside.
    """
    middles = np.array([1, 1, 6, 1, 1, 1, 16, 1], dtype=np.float64)
    band = PriceBand(PRICES, middles, 2.0)
    queries = shop().queries(np.array([ANN]))
    np.testing.assert_allclose(band.usual(queries), [0], atol=1e-6)
    np.testing.assert_allclose(band.excess(queries, np.array([6, 5], np.int32))[0], [0, math.log(4)], atol=1e-6)


def test_who_never_paid_a_price_has_no_band() -> None:
    band = PriceBand(PRICES, ONES, 1.0)
    queries = shop().queries(np.array([CAT, -1]))
    assert np.isnan(band.usual(queries)).all()
    assert band.mask(queries, np.arange(8, dtype=np.int32)).all()


def test_the_shops_band_is_learnt_from_the_catalogue() -> None:
    """Without ten priced items in a category the whole shop's median stands in: of 1, 2, 3, 4, 5, 6, 8 it is 4."""
    within_category = PriceBand.of(shop(), "category", 2.0)
    np.testing.assert_allclose(within_category.middles, np.full(8, 4.0))
    np.testing.assert_allclose(PriceBand.of(shop(), "shop", 2.0).middles, np.ones(8))
