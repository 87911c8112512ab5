"""Rates from few counts, by hand and against gamma rates that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import polygamma

from crossaisle.evaluation.feedback.shrinkage import category_rates, likeliest_shape, posterior_means, shrunk
from crossaisle.numerics.arrays import Doubles


def rates_of(counts: list[float], exposures: list[float], category: list[int]) -> Doubles:
    return shrunk(np.array(counts), np.array(exposures), np.ones(len(counts)), np.array(category))


def test_posterior_mean_by_hand() -> None:
    """(3 + 20 · .1) / (10 + 20) = 1/6; without any exposure the prior."""
    found = posterior_means(np.array([3.0, 0.0]), np.array([10.0, 0.0]), 20.0, 0.1)
    np.testing.assert_allclose(found, [1 / 6, 0.1])


def test_an_item_speaks_for_its_category_no_louder_than_the_spread_of_items_allows() -> None:
    """One category, a = 10: weights 1000 · 10 / 1010 = 9.901 and 10 · 10 / 20 = 5, own rates .5 and .1.

    Weighed mean (4.9505 + .5) / 14.901 = .36578, where pooled counts would say 501 / 1010 = .496.
    """
    found, shop = category_rates(
        np.array([500.0, 1.0]), np.array([1000.0, 10.0]), np.full(2, 10.0), np.zeros(2, dtype=np.int64), 0.36578
    )
    assert shop == pytest.approx(0.36578, rel=1e-4)
    np.testing.assert_allclose(found, [0.36578], rtol=1e-4)


def test_shape_of_gamma_rates_is_found_within_its_standard_error() -> None:
    """Counts of 2,000 items whose rates have shape 2, each with some 400 expected counts: the rates are all but seen.

    The information on log s of a gamma of known mean is s² ψ'(s) − s a rate: .58 at s = 2, an error of .03 for 2,000.
    """
    rng = np.random.default_rng(0)
    exposures, prior = rng.uniform(2000, 6000, 2000), 0.1
    counts = rng.poisson(exposures * rng.gamma(2, prior / 2, 2000)).astype(np.float64)
    error = 1 / np.sqrt(2000 * (4 * polygamma(1, 2) - 2))
    assert np.log(likeliest_shape(counts, exposures, np.full(2000, prior)) / 2) == pytest.approx(0, abs=5 * error)


def test_items_that_do_not_differ_all_get_the_rate_of_all() -> None:
    """Poisson counts of one rate: the shape goes to its end, 1e4, where rates lie 1 % apart."""
    rng = np.random.default_rng(1)
    exposures = rng.uniform(10, 1000, 500)
    counts = rng.poisson(exposures * 0.1).astype(np.float64)
    found = shrunk(counts, exposures, np.ones(500), rng.integers(0, 5, 500))
    assert np.ptp(np.log(found)) < 0.1
    own = counts / exposures
    assert np.ptp(own) > 5 * np.ptp(found)


def test_shrunk_rates_err_as_little_as_the_best_possible_ones() -> None:
    """Rates in 40 categories of shape 4 around the shop's, items of shape 3 around their category's.

    Who knows all of that but the rates themselves has the posterior's mean square error, Σ (C + s) / (E + a)²: the
    excess of what was learnt from 4,000 items is small. Its mean is compared within five standard errors and the few
    percent that 40 categories' rates are unknown by: each from 100 items is known within 1 / √(100 · 3) of itself.
    Items' own rates err by more, five standard errors of the mean over.
    """
    rng = np.random.default_rng(2)
    category = np.repeat(np.arange(40), 100)
    prior = rng.gamma(4, 0.1 / 4, 40)[category]
    rates, exposures = rng.gamma(3, prior / 3), rng.uniform(1, 200, 4000)
    counts = rng.poisson(exposures * rates).astype(np.float64)
    best = (counts + 3) / (exposures + 3 / prior)
    found = shrunk(counts, exposures, np.ones(4000), category)
    excess = (found - rates) ** 2 - (best - rates) ** 2
    bound = 5 * excess.std() / np.sqrt(4000) + np.mean(prior**2) / 300
    assert excess.mean() < bound
    gain = (counts / exposures - rates) ** 2 - (found - rates) ** 2
    assert gain.mean() > 5 * gain.std() / np.sqrt(4000)


def test_an_item_never_shown_has_the_rate_of_its_category_and_a_category_never_shown_that_of_the_shop() -> None:
    counts, exposures = [90.0, 110.0, 0.0, 10.0, 8.0, 0.0], [100.0, 100.0, 0.0, 100.0, 100.0, 0.0]
    found = rates_of(counts, exposures, [0, 0, 0, 1, 1, 2])
    assert found[2] == pytest.approx(1, rel=0.1)
    assert found[4] < found[5] < found[2]


def test_counts_of_weights_that_differ_tell_as_much_as_their_evenness_says() -> None:
    """Counts halved and exposures halved, with an evenness of 2, spread as the whole ones do: the same shape."""
    rng = np.random.default_rng(3)
    exposures = rng.uniform(10, 100, 300)
    counts = rng.poisson(exposures * rng.gamma(2, 0.05, 300)).astype(np.float64)
    category = np.zeros(300, dtype=np.int64)
    whole = shrunk(counts, exposures, np.ones(300), category)
    halved = shrunk(counts / 2, exposures / 2, np.full(300, 2.0), category)
    unaware = shrunk(counts / 2, exposures / 2, np.ones(300), category)
    own = counts / exposures
    assert np.std(halved) < np.std(whole) < np.std(own)
    assert np.std(unaware) < np.std(halved)


def test_nothing_counted_is_a_rate_of_nothing() -> None:
    assert rates_of([0.0, 0.0], [5.0, 0.0], [0, 1]).tolist() == [0, 0]
    assert rates_of([], [], []).tolist() == []


@given(
    st.lists(st.tuples(st.integers(0, 20), st.floats(0.1, 200), st.integers(0, 3)), min_size=1, max_size=20).filter(
        lambda rows: sum(row[0] for row in rows) > 0
    )
)
def test_a_shrunk_rate_lies_among_the_rates_of_the_shop(rows: list[tuple[int, float, int]]) -> None:
    counts, exposures, category = (np.array(one) for one in zip(*rows, strict=True))
    own = counts / exposures
    found = shrunk(counts.astype(np.float64), exposures, np.ones(len(rows)), category)
    assert (found >= own.min() - 1e-9).all()
    assert (found <= own.max() + 1e-9).all()
    assert (found > 0).all()
