"""Groups of items, and how a history stands to them, with both regressions solved by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from crossaisle.data.moments import DAY
from crossaisle.models.ranking.group_affinity import GroupAffinity
from crossaisle.models.ranking.groups import Grouping, groupings
from crossaisle.models.ranking.newcomers import Newcomers

from .shops import everything, five_items, history, shop

TWELVE = {f"i{one:02}": f"category {one // 2}" for one in range(12)}
ONE_EACH = [f"name {one}" for one in range(12)]
PAIRS = [f"shelf {one // 2}" for one in range(12)]
OTHER_PAIRS = [f"maker {one % 6}" for one in range(12)]


def names(**columns: Sequence[str | None]) -> list[str]:
    """Names of the groupings of a shop of twelve items with these further columns."""
    return [one.name for one in groupings(shop([("u", "i00", 0)], TWELVE, **columns))]


def test_a_column_with_one_value_an_item_sorts_nothing() -> None:
    assert names(title=ONE_EACH, sort=OTHER_PAIRS) == ["category", "sort"]


def test_of_columns_that_sort_alike_the_first_is_kept() -> None:
    assert names(aisle=PAIRS, brand=OTHER_PAIRS, sort=PAIRS) == ["category", "brand"]


def test_columns_with_as_many_groups_that_sort_otherwise_are_both_kept() -> None:
    assert names(sort=OTHER_PAIRS) == ["category", "sort"]


def test_a_column_that_joins_groups_and_sorts_further_items_is_kept() -> None:
    """Five groups in either: the later joins two of the earlier, and has one of items that this leaves out."""
    some = ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e", None, None]
    other = ["v", "v", "v", "v", "w", "w", "x", "x", "y", "y", "z", "z"]
    assert names(some=some, other=other) == ["category", "some", "other"]


def test_a_column_with_too_few_groups_is_left_out() -> None:
    """Four groups are too few, five are enough."""
    four, five = ([f"part {one % n}" for one in range(12)] for n in (4, 5))
    assert names(half=four) == ["category"]
    assert names(half=five) == ["category", "half"]


def test_what_describes_is_no_grouping_even_where_it_repeats() -> None:
    assert names(description=OTHER_PAIRS) == ["category"]


def test_groups_of_one_item_are_no_groups_and_the_rest_is_numbered_anew() -> None:
    """Of seven values the two that a single item has are dropped."""
    values = ["b", "b", "alone", "c", "c", "d", "d", "e", "e", "f", "f", "only"]
    found = groupings(shop([("u", "i00", 0)], TWELVE, sort=values))[1]
    assert found.n_groups == 5
    assert (found.codes[2], found.codes[11]) == (-1, -1)
    assert sorted(set(found.codes.tolist())) == [-1, 0, 1, 2, 3, 4]
    assert np.asarray(found.member.sum(axis=0)).tolist() == [2, 2, 2, 2, 2]


def test_items_without_a_value_are_in_no_group() -> None:
    values = [None, *OTHER_PAIRS[1:6], *OTHER_PAIRS[1:6], None]
    found = groupings(shop([("u", "i00", 0)], TWELVE, sort=values))[1]
    assert (found.codes[0], found.codes[11], found.n_groups) == (-1, -1, 5)


def affinity() -> GroupAffinity:
    """Of the shop of five items, sorted by category alone."""
    dataset = five_items()
    grouping = Grouping("category", dataset.catalogue.category, 2)
    return GroupAffinity.fit(dataset, (grouping,), Newcomers.of(dataset, 10 * DAY))


def test_affinity_to_groups_by_hand() -> None:
    """u, v, w know A, u, v, x know B, u and v both: EASE of two groups says 2 / (3 + 100) of either by the other.

    Before the last ten days u and w knew A alone and v B alone; u entered B and v entered A since: the regression on
    entries says 1 / (2 + 300) of B by A, and 1 / (1 + 300) of A by B.
    """
    dataset, fitted = five_items(), affinity()
    assert fitted.names == ("inclination=category", "bought=category", "bought_lately=category", "entry=category")
    told = fitted.of(history(dataset, ["w", "x", "u"], day=20), everything(dataset, 3))
    w, x, u = told[..., 0]
    assert w == pytest.approx([0, 0, 2 / 103, 2 / 103, 0], rel=1e-4)
    assert x == pytest.approx([2 / 103, 2 / 103, 0, 0, 0], rel=1e-4)
    assert u == pytest.approx([2 / 103] * 4 + [0], rel=1e-4)
    w, x, u = told[..., 3]
    assert w == pytest.approx([0, 0, 1 / 302, 1 / 302, 0], rel=1e-4)
    assert x == pytest.approx([1 / 301, 1 / 301, 0, 0, 0], rel=1e-4)
    assert u == pytest.approx([1 / 301, 1 / 301, 1 / 302, 1 / 302, 0], rel=1e-4)


def test_items_bought_of_a_group_are_counted_once_each_ever_and_lately() -> None:
    """w bought a1 twice on days 4 and 5, a2 on day 15; u of B both on days 16 and 17: asked on day 26.5, ten days."""
    dataset = five_items()
    told = affinity().of(history(dataset, ["w", "u"], day=26.5), everything(dataset, 2))
    assert np.expm1(told[0, :, 1]) == pytest.approx([2, 2, 0, 0, 0])
    assert np.expm1(told[1, :, 1]) == pytest.approx([2, 2, 2, 2, 0])
    assert np.expm1(told[0, :, 2]) == pytest.approx([0, 0, 0, 0, 0])
    assert np.expm1(told[1, :, 2]) == pytest.approx([1, 1, 1, 1, 0])


def test_affinity_without_any_grouping_says_nothing() -> None:
    dataset = five_items()
    fitted = GroupAffinity.fit(dataset, (), Newcomers.of(dataset, 10 * DAY))
    assert fitted.names == ()
    assert fitted.of(history(dataset, ["u"], day=20), everything(dataset, 1)).shape == (1, 5, 0)


def test_affinity_is_restored_from_its_state() -> None:
    dataset, fitted = five_items(), affinity()
    again = GroupAffinity.restore(fitted.names, fitted.state())
    asked = history(dataset, ["u", "w", "nobody"], day=20)
    assert again.names == fitted.names
    assert np.array_equal(again.of(asked, everything(dataset, 3)), fitted.of(asked, everything(dataset, 3)))
