"""Visits: what is one, and that nothing is lost or moved."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.event_types import CART, PURCHASE, RETURN, VIEW
from crossaisle.data.queries import Queries, from_histories
from crossaisle.models.sequences.visits import Visits, ranges
from crossaisle.numerics.arrays import row_numbers

Entry = tuple[int, int, int, int]
"""Item, event type, time, order."""


def histories(*rows: list[Entry]) -> Queries:
    entries = np.array([one for row in rows for one in sorted(row, key=lambda one: one[2])]).reshape(-1, 4)
    plain = from_histories(entries[:, 0], np.cumsum([0, *map(len, rows)]), 10, 100)
    types, times, orders = (entries[:, 1].astype(np.int8), entries[:, 2], entries[:, 3].astype(np.int32))
    return replace(plain, types=types, times=times, orders=orders)


def told(visits: Visits) -> list[list[tuple[int, list[int]]]]:
    """For each query its visits: the time, and the items."""
    of_visits = [
        (int(time), visits.items[start:stop].tolist())
        for time, start, stop in zip(visits.times, visits.entries[:-1], visits.entries[1:], strict=True)
    ]
    return [of_visits[start:stop] for start, stop in zip(visits.indptr[:-1], visits.indptr[1:], strict=True)]


def test_a_visit_is_an_order_or_a_moment_and_holds_an_item_once_by_hand() -> None:
    """Order 7 began at 5 and has a line at 9; item 3 without an order stands by itself, and at 9 again."""
    first = [(4, PURCHASE, 5, 7), (2, PURCHASE, 9, 7), (4, PURCHASE, 9, 7), (3, PURCHASE, 6, -1), (3, PURCHASE, 9, -1)]
    visits = Visits.of(histories(first, [], [(1, PURCHASE, 2, -1), (0, PURCHASE, 2, -1)]))
    assert told(visits) == [[(5, [2, 4]), (6, [3]), (9, [3])], [], [(2, [0, 1])]]


def test_what_was_returned_or_does_not_count_is_no_visit_and_a_look_is_one() -> None:
    queries = histories([(1, VIEW, 1, -1), (1, CART, 1, -1), (2, RETURN, 2, -1), (3, PURCHASE, 3, -1)])
    visits = Visits.of(replace(queries, weights=np.array([1, 1, 1, 0], dtype=np.float32)))
    assert told(visits) == [[(1, [1, 1])]]
    assert visits.types.tolist() == [CART, VIEW]
    assert visits.bought(np.array([0]), np.array([1])).nnz == 0


def test_the_latest_visits_are_kept_with_their_items() -> None:
    visits = Visits.of(histories([(1, PURCHASE, 1, -1), (2, PURCHASE, 2, -1), (3, PURCHASE, 2, -1)], [], []))
    assert told(visits.latest(1)) == [[(2, [2, 3])], [], []]
    assert told(visits.keeping(np.array([True, False, True]))) == [[(1, [1]), (2, [3])], [], []]


entries = st.tuples(st.integers(0, 9), st.just(PURCHASE), st.integers(0, 5), st.integers(-1, 2))


@given(st.lists(st.lists(entries, max_size=12), min_size=1, max_size=4))
def test_visits_hold_what_was_bought_and_ascend_in_time(rows: list[list[Entry]]) -> None:
    # an order belongs to one customer
    owned = [[(i, kind, t, o + 3 * row if o >= 0 else -1) for i, kind, t, o in one] for row, one in enumerate(rows)]
    queries = histories(*owned)
    visits = Visits.of(queries)
    found = visits.bought(visits.indptr[:-1], visits.indptr[1:])
    np.testing.assert_array_equal(found.toarray(), queries.purchases().toarray())
    of_query = row_numbers(visits.indptr)
    assert (np.diff(visits.times)[np.diff(of_query) == 0] >= 0).all()
    assert (np.diff(visits.entries) > 0).all()


def test_ranges_by_hand() -> None:
    numbers, indptr = ranges(np.array([3, 5, 0]), np.array([5, 5, 1]))
    assert (numbers.tolist(), indptr.tolist()) == ([3, 4, 0], [0, 2, 2, 3])
