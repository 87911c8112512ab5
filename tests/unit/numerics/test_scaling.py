"""Scaling of numeric columns, by hand and by its invariants."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crossaisle.numerics.scaling import METHODS, Method, Scaling, fit_scaling

NUMBERS = st.one_of(st.floats(-1e6, 1e6), st.just(float("nan")))
TABLES = arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=NUMBERS)


def test_z_score_takes_away_the_mean_and_divides_by_the_deviation() -> None:
    """Mean of 1, 2, 3, 6 is 3; squared distances 4, 1, 0, 9 average 3.5; so 6 becomes 3 / √3.5."""
    column = np.array([[1.0], [2.0], [3.0], [6.0]])
    scaled = fit_scaling(column, ["z-score"]).apply(column)
    assert scaled[3, 0] == pytest.approx(3 / np.sqrt(3.5))
    assert scaled[2, 0] == 0


def test_min_max_puts_training_between_0_and_1_and_clips_what_comes_later() -> None:
    """2 → 0 and 10 → 1, so 4 → (4 − 2) / 8 = 0.25; 20 lies above all of training."""
    scaling = fit_scaling(np.array([[2.0], [10.0]]), ["min-max"])
    assert scaling.apply(np.array([[4.0], [20.0], [-5.0]]))[:, 0].tolist() == [0.25, 1.0, 0.0]


def test_rank_is_the_share_below_and_half_of_the_equal() -> None:
    """Of 5, 1, 5, 9: below 1 none, half of one of four is 1/8; below 5 one, half of two: 2/4; 9: 3.5/4."""
    scaling = fit_scaling(np.array([[5.0], [1.0], [5.0], [9.0]]), ["rank"])
    assert scaling.apply(np.array([[1.0], [5.0], [9.0]]))[:, 0].tolist() == [0.125, 0.5, 0.875]
    assert scaling.apply(np.array([[3.0], [0.0], [99.0]]))[:, 0].tolist() == [0.3125, 0.125, 0.875]


def test_log1p_keeps_the_sign() -> None:
    """log(1 + (e − 1)) = 1, and the mirror image for a negative number."""
    values = np.array([[np.e - 1], [1 - np.e], [0.0]])
    assert fit_scaling(values, ["log1p"]).apply(values)[:, 0].tolist() == pytest.approx([1.0, -1.0, 0.0])


def test_steps_follow_one_another() -> None:
    """log1p of 0 and e² − 1 is 0 and 2; min-max of that is 0 and 1; e − 1 lies halfway."""
    scaling = fit_scaling(np.array([[0.0], [np.e**2 - 1]]), ["log1p", "min-max"])
    assert scaling.apply(np.array([[np.e - 1]]))[0, 0] == pytest.approx(0.5)


@pytest.mark.parametrize(("method", "expected"), [("z-score", 0.0), ("min-max", 0.0), ("rank", 0.5)])
def test_constant_column_becomes_constant(method: Method, expected: float) -> None:
    column = np.full((4, 1), 0.1)
    assert fit_scaling(column, [method]).apply(column)[:, 0].tolist() == [expected] * 4


@pytest.mark.parametrize("method", METHODS)
def test_column_without_any_number_stays_missing(method: Method) -> None:
    column = np.full((3, 1), np.nan)
    assert np.isnan(fit_scaling(column, [method]).apply(column)).all()


def test_missing_values_do_not_move_the_others() -> None:
    with_gap = fit_scaling(np.array([[1.0], [np.nan], [3.0]]), ["z-score"])
    without = fit_scaling(np.array([[1.0], [3.0]]), ["z-score"])
    assert with_gap.centres == without.centres
    assert with_gap.widths == without.widths


def test_ranks_of_many_distinct_values_are_exact_to_a_thousandth() -> None:
    """20,000 equally spaced values kept at 1,024 knots: straight lines between them lose only rounding."""
    column = np.arange(20_000.0)[:, None]
    ranks = fit_scaling(column, ["rank"]).apply(column)[:, 0]
    assert np.abs(ranks - (np.arange(20_000) + 0.5) / 20_000).max() < 1e-3


@given(TABLES)
def test_min_max_of_training_lies_within_0_and_1(table: np.ndarray) -> None:
    scaled = fit_scaling(table, ["min-max"]).apply(table)
    seen = scaled[~np.isnan(scaled)]
    assert ((seen >= 0) & (seen <= 1)).all()


@given(TABLES)
def test_rank_never_falls_as_the_value_rises(table: np.ndarray) -> None:
    scaled = fit_scaling(table, ["rank"]).apply(table)
    for values, ranks in zip(table.T, scaled.T, strict=True):
        known = ~np.isnan(values)
        assert (np.diff(ranks[known][np.argsort(values[known], kind="stable")]) >= 0).all()


@given(TABLES, st.lists(st.sampled_from(METHODS), min_size=1, max_size=3))
def test_restored_scaling_gives_the_same(table: np.ndarray, steps: list[Method]) -> None:
    scaling = fit_scaling(table, steps)
    again = Scaling.restore(scaling.state())
    np.testing.assert_array_equal(again.apply(table), scaling.apply(table))


@given(TABLES, st.lists(st.sampled_from(METHODS), min_size=1, max_size=3))
def test_missing_stays_missing_and_the_rest_is_finite(table: np.ndarray, steps: list[Method]) -> None:
    scaled = fit_scaling(table, steps).apply(table)
    np.testing.assert_array_equal(np.isnan(scaled), np.isnan(table))
    assert not np.isinf(scaled).any()


def test_no_rows_can_be_fitted_and_scaled() -> None:
    empty = np.empty((0, 2))
    for method in METHODS:
        assert fit_scaling(empty, [method]).apply(empty).shape == (0, 2)
