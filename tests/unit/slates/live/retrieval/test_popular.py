"""What fills up: the most bought that are allowed, however far down they stand."""

import numpy as np
import pytest

from crossaisle.numerics.arrays import Bools, Numbers
from crossaisle.slates.live.retrieval.popular import Popular

BUYERS = np.array([5, 9, 5, 0, 9], dtype=np.float32)
CATEGORY = np.array([0, 1, -1, 1, 0], dtype=np.int32)


def anything(items: Numbers) -> Bools:
    return np.ones(len(items), dtype=np.bool_)


def test_the_most_bought_first_and_the_smaller_number_of_equals() -> None:
    popular = Popular.of(BUYERS, CATEGORY, 3)
    assert popular.first(4, anything).tolist() == [1, 4, 0, 2]
    assert popular.first(9, anything).tolist() == [1, 4, 0, 2, 3]
    assert popular.first(2, lambda items: items != 4).tolist() == [1, 0]


@pytest.mark.parametrize(("category", "wanted"), [(0, [4, 0]), (1, [1, 3]), (2, [])])
def test_of_one_category(category: int, wanted: list[int]) -> None:
    assert Popular.of(BUYERS, CATEGORY, 3).first(5, anything, category).tolist() == wanted


def test_what_is_allowed_far_down_is_found() -> None:
    buyers = np.arange(5000, 0, -1, dtype=np.float32)
    popular = Popular.of(buyers, np.full(5000, -1, dtype=np.int32), 0)
    assert popular.first(2, lambda items: items >= 4998).tolist() == [4998, 4999]
