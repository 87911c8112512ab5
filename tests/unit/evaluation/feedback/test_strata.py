"""Strata against what is known of Poisson counts."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.evaluation.feedback.strata import PRIOR_CLICKS, Strata, Table
from crossaisle.numerics.arrays import Longs


def strata(key: list[int], rank: list[int], clicked: list[int], n_ranks: int) -> Strata:
    n = len(key)
    keys: Longs = np.array(key, dtype=np.int64)
    return Strata.of(keys, np.array(rank), np.arange(n), np.array(clicked, dtype=np.bool_), np.ones(n), n_ranks)


def test_strata_without_clicks_or_of_one_rank_tell_nothing_and_are_left_out() -> None:
    """Key 5 has no click and key 6 one rank; key 9 was shown once at rank 1, clicked, and twice at rank 3."""
    found = strata([5, 5, 6, 6, 9, 9, 9], [1, 2, 1, 1, 1, 3, 3], [0, 0, 1, 1, 1, 0, 0], 3)
    table = found.table()
    assert table.shown.tolist() == [[1, 0, 2]]
    assert table.by_rank.tolist() == [1, 0, 0]
    assert table.by_stratum.tolist() == [1]
    assert found.n_clicks == 1


def test_a_slate_that_is_drawn_twice_counts_twice() -> None:
    found = strata([0, 0, 0], [1, 2, 2], [1, 1, 0], 2)
    assert found.table(np.array([1.0, 2.0, 0.0])).shown.tolist() == [[1, 2]]
    assert found.table(np.array([1.0, 2.0, 0.0])).by_rank.tolist() == [1, 2]


def test_share_of_a_second_rank_is_the_ratio_of_its_clicks_a_time_shown() -> None:
    """Shown 1,000 and 2,000 times, clicked 400 and 200 times: θ_2 = (200 / 2000) / (400 / 1000) = 1/4.

    Two ranks fit the power form, 2^−η with η = 2, so that the prior draws nowhere.
    """
    table = Table(np.array([[1000.0, 2000.0]]), np.array([400.0, 200.0]), np.array([600.0]))
    np.testing.assert_allclose(table.shares(), [1, 0.25], rtol=1e-4)


def test_strata_of_other_appeal_and_other_ranks_are_held_to_themselves() -> None:
    """γ is .4 where rank 1 is mostly shown and .1 where rank 2 is, θ_2 = .5: pooled clicks would say .5 · .133 / .367.

    Clicks: 900 · .4 = 360 and 100 · .2 = 20; 100 · .1 = 10 and 900 · .05 = 45.
    """
    table = Table(np.array([[900.0, 100.0], [100.0, 900.0]]), np.array([370.0, 65.0]), np.array([380.0, 55.0]))
    np.testing.assert_allclose(table.shares(), [1, 0.5], rtol=1e-4)


def test_error_of_a_log_ratio_is_that_of_two_poisson_counts() -> None:
    """Var log(C_2 / C_1) = 1/C_1 + 1/C_2 = 1/60 + 1/30 = .05."""
    table = Table(np.array([[100.0, 100.0]]), np.array([60.0, 30.0]), np.array([90.0]))
    np.testing.assert_allclose(table.errors(np.array([1, 0.5])), [np.sqrt(0.05)])


def test_a_rank_that_nothing_ties_to_the_first_has_no_bound_on_its_error() -> None:
    """Ranks 1 and 2 were exchanged, and ranks 3 and 4, but neither with the others."""
    shown = np.array([[10.0, 10, 0, 0], [0, 0, 10, 10]])
    table = Table(shown, np.array([5.0, 3, 4, 2]), np.array([8.0, 6]))
    assert np.isinf(table.errors(table.shares())).all()


def test_a_rank_with_few_clicks_is_drawn_to_the_power_form() -> None:
    """Three ranks shown 10,000 times each at 1/rank; the fourth 4 times without a click, and its form is 1/4.

    Before scaling to θ_1 = 1, the first is c, the fourth 5 / (4 · .3 / c + 5 · 4), and as multiples of the form all
    four sum to 4: 3c + 20 / (1.2 / c + 20) = 4 for c = 1.0187, so the fourth is .2361 and its share .2361 / 1.0187.
    """
    clicks = np.array([3000.0, 1500, 1000, 0])
    shares = Table(np.array([[10_000.0, 10_000, 10_000, 4]]), clicks, np.array([5500.0])).shares()
    assert PRIOR_CLICKS == 5
    np.testing.assert_allclose(shares, [1, 1 / 2, 1 / 3, 0.2318], rtol=2e-3)


@given(
    st.lists(st.lists(st.integers(1, 500), min_size=3, max_size=3), min_size=1, max_size=6),
    st.lists(st.integers(1, 50), min_size=3, max_size=3),
)
def test_shares_do_not_hang_on_the_order_of_strata_and_begin_with_one(
    shown: list[list[int]], clicks: list[int]
) -> None:
    table, by_rank = np.array(shown, dtype=np.float64), np.array(clicks, dtype=np.float64)
    of_strata = by_rank.sum() * table.sum(axis=1) / table.sum()
    shares = Table(table, by_rank, of_strata).shares()
    assert shares[0] == 1
    assert (shares > 0).all()
    np.testing.assert_allclose(Table(table[::-1], by_rank, of_strata[::-1]).shares(), shares, rtol=1e-6)
