"""Working memory is left as it was found, and what is distinct or highest is so by definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics.topk import top_k
from crossaisle.slates.live.retrieval.gathering import FEW, Scratch, highest
from crossaisle.slates.live.retrieval.kernels import candidates_of, within

numbers = st.lists(st.integers(-1, 9), max_size=30)


@given(
    items=numbers,
    others=numbers,
    shut=st.sets(st.integers(0, 9)),
    closed=st.sets(st.integers(-1, 3)),
    wanted=st.integers(-1, 3),
)
def test_candidates_are_the_different_numbers_that_may_be_shown(
    items: list[int], others: list[int], shut: set[int], closed: set[int], wanted: int
) -> None:
    category = np.array([0, 1, 2, 3, 0, 1, 2, 3, -1, -1], dtype=np.int32)
    eligible, is_in, is_open = np.ones(11, dtype=np.bool_), np.ones(11, dtype=np.bool_), np.ones(5, dtype=np.bool_)
    eligible[[3, -1]], is_in[list(shut)], is_open[list(closed)] = False, False, False
    is_met = np.zeros(11, dtype=np.bool_)
    allowed = {
        item for item in set(range(10)) - shut - {3} if category[item] not in closed and wanted in (-1, category[item])
    }
    masks = (is_in, is_open, category, wanted)
    given_items, given_others = (np.array(one, dtype=np.int32) for one in (items, others))
    for _ in range(2):
        found = candidates_of(given_items, given_others, eligible, *masks, is_met)
        assert sorted(found.tolist()) == sorted(allowed & {*items, *others})
    is_within = within(given_items, *masks).tolist()
    assert is_within == [
        one >= 0 and (one in allowed or (one == 3 and _is_third(shut, closed, wanted))) for one in items
    ]


def _is_third(shut: set[int], closed: set[int], wanted: int) -> bool:
    """Whether item 3 passes but for not being eligible."""
    return 3 not in shut and 3 not in closed and wanted in (-1, 3)


@given(scores=st.lists(st.integers(-3, 3), max_size=30), n=st.integers(1, 12))
def test_the_highest_are_those_of_top_k(scores: list[int], n: int) -> None:
    values = np.array(scores, dtype=np.float32)
    wanted = top_k(values[None, :], n)[0]
    assert highest(values, n).tolist() == wanted[wanted >= 0].tolist()
    many = np.tile(values, 100)
    wanted = top_k(many[None, :], FEW + n)[0]
    assert highest(many, FEW + n).tolist() == wanted[wanted >= 0].tolist()


@given(items=numbers, others=st.sets(st.integers(0, 9)))
def test_sums_are_counted_and_forgotten(items: list[int], others: set[int]) -> None:
    scratch = Scratch(10, 4)
    said, candidates = np.array(items, dtype=np.int32), np.array(sorted(others), dtype=np.int32)
    for _ in range(2):
        found = scratch.summed(said, np.ones(len(said), dtype=np.float32), candidates)
        assert found.tolist() == [items.count(one) for one in candidates]


def test_factors_are_those_told_and_one_elsewhere() -> None:
    scratch = Scratch(10, 4)
    category = np.array([0, 3, -1, 2], dtype=np.int32)
    assert scratch.factors(category, {3: 0.5, 2: 0.0}).tolist() == [1, 0.5, 1, 0]
    assert scratch.factors(category, {}).tolist() == [1, 1, 1, 1]
