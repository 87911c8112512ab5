import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.numerics.arrays import Bools, Numbers
from crossaisle.slates.reranking.limits import Limits
from crossaisle.slates.reranking.selection import relevance, select

NONE_BEGUN = np.empty((1, 0), dtype=np.int32)


def chosen(items: list[int], limits: Limits, k: int, begun: Numbers = NONE_BEGUN) -> list[int]:
    """Candidates in the order of falling relevance, as they are chosen under limits alone."""
    candidates = np.array([items], dtype=np.int32)
    worth = np.linspace(1, 0, len(items), dtype=np.float32)[None, :]
    columns = select(candidates, worth, [], limits, begun, k)[0]
    return [items[column] for column in columns if column >= 0]


def test_at_most_n_of_a_category_and_no_limit_without_one() -> None:
    """Items 0 to 2 are of category 0, 3 of category 1, 4 and 5 of none."""
    limits = Limits(np.array([0, 0, 0, 1, -1, -1], dtype=np.int32), 2, 1, ())
    assert chosen([0, 1, 2, 3, 4, 5], limits, 6) == [0, 3, 4, 5]


def test_items_already_in_the_slate_count_towards_the_limit_and_are_not_chosen_again() -> None:
    limits = Limits(np.array([0, 0, 1, 1], dtype=np.int32), 2, 1, ())
    assert chosen([0, 1, 2, 3], limits, 3, begun=np.array([[0]], dtype=np.int32)) == [2]


def test_groups_that_stay_apart_never_meet_whichever_comes_first() -> None:
    def group(*items: int) -> Bools:
        mask = np.zeros(4, dtype=np.bool_)
        mask[list(items)] = True
        return mask

    limits = Limits(np.zeros(4, dtype=np.int32), 1, None, ((group(0), group(1, 2)),))
    assert chosen([0, 1, 2, 3], limits, 4) == [0, 3]
    assert chosen([1, 0, 2, 3], limits, 4) == [1, 2, 3]


def test_relevance_is_stretched_to_one_within_each_query() -> None:
    scores = np.array([[3, 2, 1, -np.inf], [5, 5, -np.inf, -np.inf]], dtype=np.float32)
    assert relevance(scores).tolist() == [[1, 0.5, 0, 0], [1, 1, 0, 0]]


@given(
    category=st.lists(st.integers(-1, 3), min_size=1, max_size=12),
    most=st.integers(1, 3),
    k=st.integers(1, 15),
)
def test_no_item_comes_twice_and_no_category_too_often(category: list[int], most: int, k: int) -> None:
    limits = Limits(np.array(category, dtype=np.int32), 4, most, ())
    picked = chosen(list(range(len(category))), limits, k)
    assert len(set(picked)) == len(picked) <= k
    counts = np.bincount([category[item] for item in picked if category[item] >= 0], minlength=4)
    assert counts.max() <= most
    open_places = sum(min(most, category.count(one)) for one in range(4)) + category.count(-1)
    assert len(picked) == min(k, open_places)
