"""Logged slates are refused where their arrays are not what they should be."""

from dataclasses import replace

import numpy as np
import pytest

from crossaisle.errors import InputError

from .logs import logged


def test_columns_of_other_lengths_or_types_are_refused_by_name() -> None:
    log = logged(3)
    with pytest.raises(InputError, match=r"score: its shape is \(2,\), not \(3,\)"):
        replace(log, score=log.score[:2])
    with pytest.raises(InputError, match="is_clicked: it holds int64"):
        replace(log, is_clicked=np.zeros(3, dtype=np.int64))


def test_ranks_below_one_unknown_items_and_impossible_probabilities_are_refused() -> None:
    with pytest.raises(InputError, match="rank: a rank is below 1"):
        logged(2, rank=[1, 0])
    with pytest.raises(InputError, match="item: an item has no number"):
        logged(2, item=[0, -1])
    for propensity in (1.5, -0.1, np.nan):
        with pytest.raises(InputError, match="propensity: a probability lies outside"):
            logged(2, propensity=[1, propensity])


def test_only_slates_that_somebody_saw_any_of_count_where_impressions_are_logged() -> None:
    log = logged(4, slate=[7, 7, 8, 8], is_seen=[True, False, False, False])
    assert list(log.in_seen_slates()) == [True, True, False, False]
    assert log.at(log.in_seen_slates()).slate.tolist() == [7, 7]


def test_all_slates_count_where_no_impression_is_logged() -> None:
    assert logged(4, slate=[7, 7, 8, 8]).in_seen_slates().all()


def test_the_lowest_place_is_that_of_the_log_and_an_empty_log_has_none() -> None:
    assert logged(3, rank=[1, 4, 2]).n_ranks == 4
    assert logged(0).n_ranks == 0
