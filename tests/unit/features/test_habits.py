"""Recency, frequency, spend, baskets, weekday, hour and store."""

import numpy as np
import pytest

from crossaisle.data.moments import DAY
from crossaisle.features import Habits
from crossaisle.features.habits import MEASURES, FittedHabits, measures, visits_of

from .shop import HOUR, ROWS, everyone, shop


def test_measures_of_a_history_are_those_counted_by_hand() -> None:
    """ann at day 10: visits on day 0 at 9 h and day 4 at 18 h, so 5.25 days ago, 4.375 days apart; three
    lines, spend 2·1 + 1·4 + 1·3 = 9; cola twice and soap: 2 items and categories, 1/3 of lines again."""
    dataset = shop()
    queries = everyone(dataset)
    table = measures(queries, visits_of(queries), dataset.catalogue.category)
    ann = dict(zip(MEASURES, table[0].tolist(), strict=True))
    assert ann == pytest.approx(
        {
            "days since last visit": 5.25,
            "days since first visit": 9.625,
            "days between visits": 4.375,
            "visits": 2,
            "lines": 3,
            "spend": 9,
            "lines per visit": 1.5,
            "spend per visit": 4.5,
            "different items": 2,
            "different categories": 2,
            "share of lines bought again": 1 / 3,
            "looks": 0,
        }
    )


def test_one_visit_has_no_days_between_and_no_purchase_has_no_recency() -> None:
    dataset = shop()
    queries = everyone(dataset)
    table = measures(queries, visits_of(queries), dataset.catalogue.category)
    between, last, looks = (MEASURES.index(name) for name in ("days between visits", "days since last visit", "looks"))
    assert np.isnan(table[1, between])
    assert np.isnan(table[2, last])
    assert table[:, looks].tolist() == [0, 1, 1, 0]


def test_purchases_without_order_at_one_moment_are_one_visit() -> None:
    rows = [
        ("ann", "cola", 0, "purchase", None, None, None, None, None),
        ("ann", "soap", 0, "purchase", None, None, None, None, None),
        ("ann", "cola", 1, "purchase", None, None, None, None, None),
        ("bob", "cola", 1, "purchase", None, None, None, None, None),
    ]
    visits = visits_of(everyone(shop(rows)))
    assert visits.row.tolist() == [0, 0, 1]
    assert visits.time.tolist() == [0, 1, 1]


def test_lines_of_an_order_at_several_moments_are_one_visit_at_the_first() -> None:
    rows = [
        ("ann", "cola", 5, "purchase", "o1", None, None, None, None),
        ("ann", "soap", 3, "purchase", "o1", None, None, None, None),
        ("ann", "cola", 4, "purchase", "o2", None, None, None, None),
    ]
    assert sorted(visits_of(everyone(shop(rows))).time.tolist()) == [3, 4]


def test_unknown_user_has_zeros_and_the_mark_of_no_purchase() -> None:
    dataset = shop()
    habits = Habits().fit(dataset).users(everyone(dataset))[0].dense()
    assert habits[3].tolist() == [0] * len(MEASURES) + [1]
    assert habits[:, -1].tolist() == [0, 0, 1, 1]


def test_weekday_and_hour_are_those_of_the_shops_clock() -> None:
    """Day 0 of 1970 is a Thursday and day 4 a Monday; six hours on, 18 h is midnight of Tuesday."""
    dataset = shop()
    _, weekday, hour, _ = Habits().fit(dataset).users(everyone(dataset))
    assert weekday.dense()[0].tolist() == [0.5, 0, 0, 0.5, 0, 0, 0]
    assert np.flatnonzero(hour.dense()[0]).tolist() == [9, 18]
    _, weekday, hour, _ = Habits(utc_offset_hours=6.0).fit(dataset).users(everyone(dataset))
    assert np.flatnonzero(weekday.dense()[0]).tolist() == [1, 3]
    assert np.flatnonzero(hour.dense()[0]).tolist() == [0, 15]


def test_stores_beyond_the_most_visited_are_together() -> None:
    """north and south have one visit each; the first is kept. bob's visit has no store."""
    dataset = shop()
    store = Habits(max_stores=1).fit(dataset).users(everyone(dataset))[3]
    assert store.columns == ("store=north", "other store", "no store")
    assert store.dense().tolist() == [[0.5, 0.5, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert len(Habits(max_stores=0).fit(dataset).users(everyone(dataset))) == 3


def test_scales_are_learnt_from_buyers_alone() -> None:
    """Two buyers, so the z-scores of any measure are −1 and 1, or 0 where equal or one is missing."""
    dataset = shop()
    queries = dataset.queries(np.arange(2), moment=dataset.span()[1])
    table = Habits().fit(dataset).users(queries)[0].dense()[:, :-1]
    assert np.abs(table).max() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(table.sum(axis=0), 0, atol=1e-5)


def test_shop_of_views_alone_can_be_fitted() -> None:
    dataset = shop([row for row in ROWS if row[3] == "view"])
    blocks = Habits().fit(dataset).users(everyone(dataset))
    assert (blocks[0].dense()[:, -1] == 1).all()


def test_restored_habits_give_the_same_blocks() -> None:
    dataset = shop()
    fitted = Habits(utc_offset_hours=-5.5).fit(dataset)
    again = FittedHabits.restore(fitted.state())
    assert again.utc_offset == -5.5 * HOUR
    for old, new in zip(fitted.users(everyone(dataset)), again.users(everyone(dataset)), strict=True):
        assert old.columns == new.columns
        np.testing.assert_array_equal(old.dense(), new.dense())


def test_history_after_which_time_goes_on_grows_older() -> None:
    dataset = shop()
    early, late = (
        measures(queries, visits_of(queries), dataset.catalogue.category)[0, 0]
        for queries in (dataset.queries(np.array([0]), moment=day * DAY) for day in (5, 15))
    )
    assert late - early == pytest.approx(10)
