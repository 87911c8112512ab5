"""Working memory is left as it was found, and what is distinct or highest is so by definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics.topk import top_k
from crossaisle.slates.live.retrieval.gathering import Scratch, distinct, highest

numbers = st.lists(st.integers(-1, 9), max_size=30)


@given(items=numbers)
def test_distinct_numbers_are_ascending_without_none(items: list[int]) -> None:
    assert distinct(np.array(items, dtype=np.int32)).tolist() == sorted(set(items) - {-1})


@given(scores=st.lists(st.integers(-3, 3), max_size=30), n=st.integers(1, 12))
def test_the_highest_are_those_of_top_k(scores: list[int], n: int) -> None:
    values = np.array(scores, dtype=np.float32)
    wanted = top_k(values[None, :], n)[0]
    assert highest(values, n).tolist() == wanted[wanted >= 0].tolist()


@given(items=numbers, others=st.sets(st.integers(0, 9)))
def test_sums_and_places_are_counted_and_forgotten(items: list[int], others: set[int]) -> None:
    scratch = Scratch(10, 4)
    said, candidates = np.array(items, dtype=np.int32), np.array(sorted(others), dtype=np.int32)
    for _ in range(2):
        found = scratch.summed(said, np.ones(len(said), dtype=np.float32), candidates)
        assert found.tolist() == [items.count(one) for one in candidates]
        places = scratch.places(said, candidates)
        assert places.tolist() == [candidates.tolist().index(one) if one in others else -1 for one in items]


def test_factors_are_those_told_and_one_elsewhere() -> None:
    scratch = Scratch(10, 4)
    category = np.array([0, 3, -1, 2], dtype=np.int32)
    assert scratch.factors(category, {3: 0.5, 2: 0.0}).tolist() == [1, 0.5, 1, 0]
    assert scratch.factors(category, {}).tolist() == [1, 1, 1, 1]
