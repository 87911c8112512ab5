"""From ids to numbers, by their hashes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.dataset import Ids
from crossaisle.numerics.hashing import placed, size_for
from crossaisle.scenarios.feeds.lookup import Lookup


@given(st.sets(st.text(st.characters(exclude_categories=["Cs"])), max_size=40), st.text())
def test_every_id_has_its_number_and_no_other_has_one(known: set[str], other: str) -> None:
    ids = Ids.of(sorted(known))
    lookup = Lookup.of(ids)
    assert [lookup.number(one) for one in ids.to_list()] == list(range(len(known)))
    assert (lookup.number(other) >= 0) == (other in known)


def test_ids_whose_hashes_are_equal_are_told_apart() -> None:
    ids = Ids.of(["a", "b", "c"])
    for wanted in range(3):
        same = np.full(3, hash(ids.one(wanted)), dtype=np.int64)
        assert Lookup(ids, placed(same, size_for(3))).number(ids.one(wanted)) == wanted


def test_more_ids_than_are_hashed_at_once() -> None:
    n = 2**16 + 3
    lookup = Lookup.of(Ids.of([f"{one:06}" for one in range(n)]))
    assert [lookup.number(f"{one:06}") for one in (0, 2**16 - 1, 2**16, n - 1, n)] == [0, 2**16 - 1, 2**16, n - 1, -1]
