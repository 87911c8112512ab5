"""What each item bought has of a signal: parts that add up to the number, or that change it as leaving out does."""

from functools import cache

import numpy as np
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import from_histories
from crossaisle.models.ranking.context import Context
from crossaisle.models.ranking.group_affinity import GroupAffinity
from crossaisle.models.ranking.groups import Grouping
from crossaisle.models.ranking.neighbours import Neighbours
from crossaisle.models.ranking.people import People
from crossaisle.models.ranking.signal import History
from crossaisle.numerics.arrays import Floats

from .shops import everything, five_items, history, moment_of, shop

CODES = np.array([0, 0, 1, 1, -1], dtype=np.int32)
WEIGHTS = np.array([[0.5, 2.0], [-1.0, 3.0]], dtype=np.float32)
ENTRIES = np.array([[10.0, 20.0], [30.0, 40.0]], dtype=np.float32)


def affinity() -> GroupAffinity:
    """Two groups, of a1 and a2 and of b1 and b2; c1 is of none."""
    return GroupAffinity((Grouping("sort", CODES, 2),), (WEIGHTS,), (ENTRIES,))


def asked(*items: int) -> History:
    """Somebody who bought these of the five items."""
    return History(from_histories(np.array(items), np.array([0, len(items)]), 5, moment_of(20)), 10 * DAY)


def test_items_of_one_group_share_its_weight_evenly_and_one_without_a_group_has_none() -> None:
    """a1, a2 and b1 were bought: of the inclination to the second group 2 are due to the first, 3 to the second."""
    (traces,) = affinity().traced(asked(0, 1, 2, 4), np.array([[3, 0, 4]]))
    assert traces["inclination=sort"].tolist() == [[1, 0.25, 0], [1, 0.25, 0], [3, -1, 0], [0, 0, 0]]
    assert traces["entry=sort"].tolist() == [[10, 5, 0], [10, 5, 0], [40, 30, 0], [0, 0, 0]]


def test_what_was_bought_of_the_own_group_is_shared_by_it_alone() -> None:
    (traces,) = affinity().traced(asked(0, 1, 2), np.array([[3, 0]]))
    each = np.log(3) / 2
    assert traces["bought=sort"] == pytest.approx(np.array([[0, each], [0, each], [np.log(2), 0]]))


def test_lately_counts_what_was_bought_lately() -> None:
    """v bought b1 on day 3 and a1 on day 15; ten days are recent."""
    (traces,) = affinity().traced(history(five_items(), ["v"], day=20), np.array([[1, 3]]))
    assert traces["bought_lately=sort"] == pytest.approx(np.array([[np.log(2), 0], [0, 0]]))


def test_sums_over_groups_are_the_sums_of_their_traces() -> None:
    several = history(five_items(), ["u", "v", "w", "nobody"], day=20)
    items = everything(five_items(), len(several))
    signal = affinity()
    numbers = signal.of(several, items)
    for row, traces in enumerate(signal.traced(several, items)):
        for place, name in enumerate(signal.names):
            assert traces[name].sum(axis=0) == pytest.approx(numbers[row, :, place], abs=1e-6)


def test_what_was_bought_before_is_its_own_trace_and_another_is_traced_to_its_category() -> None:
    """u bought a1: of a2 the trace is a1, of b1 and of c1, which has no category, there is none."""
    people = People.fit(five_items(), np.zeros(5, dtype=np.float32))
    (traces,) = people.traced(asked(0), np.array([[0, 1, 2, 4]]))
    assert traces["own_purchases"].tolist() == [[1, 0, 0, 0]]
    assert traces["category_absence"].tolist() == [[0, 1, 0, 0]]


@cache
def neighbourhood() -> Dataset:
    """p shares a with whoever asks, q shares b; x was bought by p alone, y by both."""
    categories: dict[str, str | None] = {"a": "A", "b": "B", "x": "X", "y": "Y", "z": "Z"}
    bought = (("p", "a", 1), ("p", "x", 2), ("p", "y", 3), ("q", "b", 4), ("q", "y", 5), ("r", "z", 6))
    return shop(bought, categories)


def test_likeness_to_those_who_bought_the_candidate_is_due_to_what_is_shared_with_them() -> None:
    """p and q are like whoever asks by L and M: of x, which only p bought, a has L/L − L/(L + M), b −M/(L + M)."""
    signal = Neighbours.fit(neighbourhood(), 10 * DAY, seed=0)
    rare = np.log(3)
    pair = rare / np.hypot(rare, rare)
    rarer = [rare, rare, np.log(3 / 2)]
    of_p, of_q = rare / np.linalg.norm(rarer), rare / np.linalg.norm(rarer[1:])
    share = pair * of_p / (pair * of_p + pair * of_q)
    for name in ("alike=items", "alike=categories"):
        (traces,) = signal.traced(asked(0, 1), np.array([[2, 3, 4]]))
        assert traces[name][:, 0] == pytest.approx([1 - share, -(1 - share)], abs=1e-5)
        assert traces[name][:, 1:] == pytest.approx(np.zeros((2, 2)), abs=1e-6)


def test_without_an_item_the_share_of_neighbours_falls_as_its_trace_says() -> None:
    """Of a share, the part that is lost is nearly the trace where the item weighs little."""
    signal = Neighbours.fit(neighbourhood(), 10 * DAY, seed=0)
    wanted = np.array([[2]])
    (traces,) = signal.traced(asked(0, 1), wanted)
    with_both, without_a, without_b = (signal.of(asked(*some), wanted)[0, 0, 0] for some in ((0, 1), (1,), (0,)))
    assert with_both > without_a
    assert without_b > with_both
    assert np.sign(traces["alike=items"][:, 0]).tolist() == [1, -1]


def test_traces_of_a_context_are_those_of_all_signals() -> None:
    dataset = five_items()
    context = Context.fit(dataset, 10 * DAY, seed=0)
    several = history(dataset, ["u", "nobody"], day=20)
    first, nobody = context.traced(several, everything(dataset, 2))
    assert set(first) == {
        *People.fit(dataset, np.zeros(5, dtype=np.float32)).names[7:],
        *context.signals["neighbours"].names,
    }
    held: list[Floats] = list(first.values())
    assert all(one.shape == (len(several.held(0)), 5) for one in held)
    assert all(one.shape == (0, 5) for one in nobody.values())
