"""Chances to be the best by closed forms and by simulation, and draws whose propensities are right."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaln

from crossaisle.errors import UsageError
from crossaisle.evaluation.experiments.thompson import choice_probabilities, draw
from crossaisle.numerics.arrays import Doubles

from .chances import CHANCE

FLAT = (1.0, 1.0)
PRECISION = 1e-5


def of_posteriors(*posteriors: tuple[int, int], floor: float = 0) -> Doubles:
    """Probabilities for Beta posteriors of these whole a and b ≥ 1."""
    a, b = np.array(posteriors).T
    return choice_probabilities(a - 1, a + b - 2, FLAT, floor)


def first_of_two(first: tuple[int, int], second: tuple[int, int]) -> float:
    """The probability that Beta(first) exceeds Beta(second), for whole a: a sum of the beta functions of each i < a."""
    (a, b), (c, d) = first, second
    i = np.arange(a)
    return float(np.exp(betaln(c + i, b + d) - np.log(b + i) - betaln(1 + i, b) - betaln(c, d)).sum())


def test_two_items_by_hand() -> None:
    """Beta(2, 1) has density 2x and exceeds a uniform number with probability ∫ 2x · x = 2/3; Beta(1, 2) with 1/3."""
    assert of_posteriors((2, 1), (1, 1)) == pytest.approx([2 / 3, 1 / 3], abs=PRECISION)
    assert of_posteriors((1, 2), (1, 1)) == pytest.approx([1 / 3, 2 / 3], abs=PRECISION)


def test_three_items_by_hand() -> None:
    """Beta(1, 2), density 2(1 − x), against two uniform numbers: ∫ 2(1 − x) x² = 2/3 − 1/2 = 1/6."""
    assert of_posteriors((1, 2), (1, 1), (1, 1)) == pytest.approx([1 / 6, 5 / 12, 5 / 12], abs=PRECISION)


@given(*(st.tuples(st.integers(1, 2000), st.integers(1, 20_000)) for _ in range(2)))
def test_two_items_have_the_closed_form(first: tuple[int, int], second: tuple[int, int]) -> None:
    expected = first_of_two(first, second)
    assert of_posteriors(first, second) == pytest.approx([expected, 1 - expected], abs=PRECISION)


@pytest.mark.parametrize("seed", range(3))
def test_pool_agrees_with_drawn_rates(seed: int) -> None:
    """Old items with many impressions, new ones with few and none at all; bounds of each are binomial, all at once."""
    rng = np.random.default_rng(seed)
    impressions = rng.choice([0, 10, 300, 5000, 200_000], 40)
    clicks = rng.binomial(impressions, rng.beta(3, 60, 40))
    found = choice_probabilities(clicks, impressions, (1, 19), 0)
    n = 400_000
    best = np.concatenate(
        [rng.beta(1 + clicks, 19 + impressions - clicks, (n // 10, 40)).argmax(axis=1) for _ in range(10)]
    )
    z = -math.log(CHANCE / 80) * 2  # the square of a bound on the normal's quantile
    bound = np.sqrt(z * found * (1 - found) / n) + z / n
    assert (np.abs(np.bincount(best, minlength=40) / n - found) <= bound + PRECISION).all()


POOLS = st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**9)), min_size=1, max_size=30)


@given(POOLS, st.floats(0.01, 100), st.floats(0.01, 100), st.floats(0, 1))
def test_probabilities_sum_to_one_above_the_floor(
    pool: list[tuple[int, int]], a: float, b: float, floor: float
) -> None:
    clicks, others = np.array(pool).T
    found = choice_probabilities(clicks, clicks + others, (a, b), floor)
    assert found.sum() == pytest.approx(1, abs=1e-12)
    assert (found >= floor / len(pool)).all()


@given(POOLS)
def test_order_of_items_does_not_matter(pool: list[tuple[int, int]]) -> None:
    clicks, others = np.array(pool).T
    order = np.random.default_rng(len(pool)).permutation(len(pool))
    found = choice_probabilities(clicks, clicks + others, FLAT, 0.1)
    moved = choice_probabilities(clicks[order], (clicks + others)[order], FLAT, 0.1)
    np.testing.assert_allclose(moved, found[order], rtol=1e-12, atol=1e-15)


def test_items_nothing_is_known_of_share_alike() -> None:
    np.testing.assert_allclose(choice_probabilities(np.zeros(1000, int), np.zeros(1000, int), (1, 20), 0), 1e-3)


def test_another_click_makes_the_best_place_likelier() -> None:
    less, more = (of_posteriors((clicks, 100), (12, 100), (9, 80))[0] for clicks in (10, 11))
    assert more > less + PRECISION


def test_floor_mixes_equal_chances() -> None:
    """.8 · 2/3 + .2 / 2 and .8 · 1/3 + .2 / 2."""
    assert of_posteriors((2, 1), (1, 1), floor=0.2) == pytest.approx([19 / 30, 11 / 30], abs=PRECISION)
    assert of_posteriors((9, 1), (1, 9), floor=1).tolist() == [0.5, 0.5]


def test_pools_of_none_and_one() -> None:
    assert choice_probabilities(np.zeros(0), np.zeros(0), FLAT, 0.1).tolist() == []
    assert choice_probabilities(np.zeros(1), np.zeros(1), FLAT, 0.1) == pytest.approx([1])


@pytest.mark.parametrize(
    ("clicks", "impressions", "prior", "floor", "what"),
    [
        ([1, 5], [3, 4], FLAT, 0.1, "item 1 has 5 clicks of 4"),
        ([-1], [3], FLAT, 0.1, "item 0 has -1 clicks"),
        ([math.nan], [3], FLAT, 0.1, "item 0 has nan clicks"),
        ([1], [math.inf], FLAT, 0.1, "of inf impressions"),
        ([1], [3, 4], FLAT, 0.1, "1 items have clicks and 2"),
        ([1], [3], (0.0, 1.0), 0.1, "the prior is"),
        ([1], [3], FLAT, 1.5, "the floor is 1.5"),
    ],
)
def test_impossible_counts_are_refused(
    clicks: list[float], impressions: list[float], prior: tuple[float, float], floor: float, what: str
) -> None:
    with pytest.raises(UsageError, match=what):
        choice_probabilities(np.array(clicks), np.array(impressions), prior, floor)


def test_draw_by_hand() -> None:
    """Of .1, .2, .3, .4 the second is not allowed: the rest are 1/8, 3/8 and 4/8, one after the other."""
    probabilities, is_allowed = np.array([0.1, 0.2, 0.3, 0.4]), np.array([True, False, True, True])
    for uniform, index, propensity in (
        (0, 0, 1 / 8),
        (0.12, 0, 1 / 8),
        (0.13, 2, 3 / 8),
        (0.49, 2, 3 / 8),
        (0.51, 3, 1 / 2),
    ):
        drawn = draw(probabilities, is_allowed, uniform)
        assert drawn is not None
        assert drawn[0] == index
        assert drawn[1] == pytest.approx(propensity)


def test_nothing_is_drawn_where_nothing_is_allowed() -> None:
    assert draw(np.array([0.5, 0.5]), np.zeros(2, bool), 0.3) is None
    assert draw(np.zeros(0), np.zeros(0, bool), 0.3) is None


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 1e-300, 1e-9, 0.1, 1 / 3, 1.0]), st.booleans()), min_size=1, max_size=8),
    st.sampled_from([0.0, 0.5, 1 - 2**-53]) | st.floats(0, 1, exclude_max=True),
)
def test_only_what_is_allowed_and_possible_is_drawn(items: list[tuple[float, bool]], uniform: float) -> None:
    masses, allowed = (np.array(column) for column in zip(*items, strict=True))
    drawn = draw(masses, allowed, uniform)
    if drawn is None:
        assert not masses[allowed].any()
    else:
        assert allowed[drawn[0]]
        assert drawn[1] > 0
        assert drawn[1] == pytest.approx(masses[drawn[0]] / masses[allowed].sum())


def test_each_item_is_drawn_as_often_as_its_propensity_says() -> None:
    """Over a grid of 20,000 numbers each item's interval holds its share of them but for one at each end."""
    rng = np.random.default_rng(0)
    probabilities, is_allowed = rng.dirichlet(np.ones(50)), rng.random(50) < 0.6
    drawn = [draw(probabilities, is_allowed, (i + 0.5) / 20_000) for i in range(20_000)]
    propensities = dict(filter(None, drawn))
    counts = np.bincount([one[0] for one in filter(None, drawn)], minlength=50)
    for index, propensity in propensities.items():
        assert counts[index] == pytest.approx(20_000 * propensity, abs=1)
    assert sum(propensities.values()) == pytest.approx(1, abs=is_allowed.sum() / 20_000)


@pytest.mark.parametrize("uniform", [-0.1, 1.0, math.nan])
def test_random_number_outside_its_range_is_refused(uniform: float) -> None:
    with pytest.raises(UsageError, match="the random number is"):
        draw(np.ones(1), np.ones(1, bool), uniform)


def test_logged_propensities_give_an_unbiased_estimate_of_another_policy() -> None:
    """A bandit with known rates learns while it is logged; each allowed set holds six of eight items.

    Estimated is the policy that shows any allowed item alike. Each term, click / propensity / 6, has the mean of that
    policy given what came before, so the errors are a martingale: its variance sums Σ rate / propensity / 36 less the
    squared mean, and five standard errors are passed less than once in a million times.
    """
    rng = np.random.default_rng(7)
    rates = np.array([0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 0.6])
    clicks, impressions = np.zeros(8, int), np.zeros(8, int)
    error, variance = 0.0, 0.0
    for _ in range(60):
        probabilities = choice_probabilities(clicks, impressions, FLAT, 0.2)
        for _ in range(200):
            is_allowed = np.ones(8, bool)
            is_allowed[rng.choice(8, 2, replace=False)] = False
            drawn = draw(probabilities, is_allowed, rng.random())
            assert drawn is not None
            item, propensity = drawn
            is_click = rng.random() < rates[item]
            target = rates[is_allowed].mean()
            exact = probabilities[is_allowed] / probabilities[is_allowed].sum()
            error += is_click / propensity / 6 - target
            variance += (rates[is_allowed] / exact).sum() / 36 - target**2
            clicks[item] += is_click
            impressions[item] += 1
    assert abs(error) <= 5 * math.sqrt(variance)
    naive = clicks.sum() - 60 * 200 * rates.mean()
    assert naive > 5 * math.sqrt(variance)
