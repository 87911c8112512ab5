"""Working memory is left as it was found, and what is distinct or highest is so by definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics.topk import top_k
from crossaisle.slates.live.retrieval.gathering import FEW, Scratch, highest
from crossaisle.slates.live.retrieval.kernels import IS_SHUT, MARK, gathered, within

numbers = st.lists(st.integers(-1, 9), max_size=30)


@given(
    items=numbers,
    others=numbers,
    shut=st.sets(st.integers(0, 9)),
    closed=st.sets(st.integers(-1, 3)),
    wanted=st.integers(-1, 3),
)
def test_candidates_are_the_different_numbers_that_may_be_shown_with_what_is_said_of_them(
    items: list[int], others: list[int], shut: set[int], closed: set[int], wanted: int
) -> None:
    category = np.array([0, 1, 2, 3, 0, 1, 2, 3, -1, -1], dtype=np.int32)
    codes, is_open, work = np.append(category + 2, 0).astype(np.int32), np.ones(5, dtype=np.bool_), Scratch(10, 4).work
    codes[3], is_open[list(closed)], work[list(shut), MARK] = 0, False, IS_SHUT
    before = work.copy()
    passing = {one for one in set(range(10)) - shut if category[one] not in closed and wanted in (-1, category[one])}
    said, late = (np.array(one, dtype=np.int32) for one in (items, others))
    ones = np.ones(30, dtype=np.float32)
    quarters = ones / np.float32(4)
    found, base, sums = gathered(said, ones[: len(said)], late, quarters[: len(late)], codes, is_open, wanted, work)
    assert sorted(found.tolist()) == sorted((passing - {3}) & {*items, *others})
    assert base.tolist() == [items.count(one) for one in found]
    assert sums.tolist() == [others.count(one) / 4 for one in found]
    work[list(shut)] = before[list(shut)]  # as whoever shut them does
    assert (work == before).all()
    assert within(said, work, is_open, category, wanted).tolist() == [one in passing for one in items]


@given(scores=st.lists(st.integers(-3, 3), max_size=30), n=st.integers(1, 12))
def test_the_highest_are_those_of_top_k(scores: list[int], n: int) -> None:
    values = np.array(scores, dtype=np.float32)
    wanted = top_k(values[None, :], n)[0]
    assert highest(values, np.arange(len(values), dtype=np.int32), n).tolist() == wanted[wanted >= 0].tolist()
    many = np.tile(values, 100)
    wanted = top_k(many[None, :], FEW + n)[0]
    assert highest(many, np.arange(len(many), dtype=np.int32), FEW + n).tolist() == wanted[wanted >= 0].tolist()


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
