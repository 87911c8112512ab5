"""The encoder: where things begin, and that no moment hears of what comes after it."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from crossaisle.data.moments import DAY
from crossaisle.data.queries import from_histories
from crossaisle.models.learning.content import ItemContent
from crossaisle.models.learning.towers import Towers
from crossaisle.models.sequences.attention import BUCKETS
from crossaisle.models.sequences.encoder import Encoder, Sequences
from crossaisle.models.sequences.visits import Visits

N_ITEMS = 6
VISITS = ([0, 1], [2], [3, 4, 5], [1])


def encoder(dimension: int = 4, heads: int = 2, blocks: int = 2) -> Encoder:
    """With every weight drawn, so that everything is heard."""
    torch.manual_seed(3)
    content = ItemContent({}, {}, np.zeros((N_ITEMS, 0), dtype=np.float32))
    towers = Towers(content, np.ones(N_ITEMS, dtype=np.bool_), dimension, 0, 0.0)
    module = Encoder(towers, heads, blocks, dropout=0.0)
    for weight in module.parameters():
        nn.init.normal_(weight, std=0.5)
    return module.eval()


def visits_of(*rows: tuple[list[int], ...], days: int = 3) -> Visits:
    """Each query's visits, so many days apart."""
    times = np.array([days * DAY * at for row in rows for at, items in enumerate(row) for _ in items])
    flat = np.array([item for row in rows for items in row for item in items])
    queries = from_histories(flat, np.cumsum([0, *(sum(map(len, row)) for row in rows)]), N_ITEMS, 0)
    queries.times[:] = times
    return Visits.of(queries)


def states(module: Encoder, visits: Visits, moments: Any, before: Any) -> Any:
    with torch.no_grad():
        return module(Sequences.of(visits, np.array(moments), np.array(before))).numpy()


def test_without_blocks_a_moment_is_the_sum_of_its_visits_by_hand() -> None:
    """Visits (0, 1) and (2), event type ½: ((1 + 2 + ½ + ½) / √2 + (4 + ½)) / √2 + .1, and .1 of no visit."""
    module = encoder(dimension=1, blocks=0)
    with torch.no_grad():
        module.towers.history.weight[:, 0] = torch.tensor([1.0, 2, 4, 8, 16, 32])
        module.towers.anyone.fill_(0.1)
        module.types.weight.fill_(0.5)
    found = states(module, visits_of(([0, 1], [2]), ()), [[10 * DAY], [10 * DAY]], [[2], [0]])
    expected = (4 / np.sqrt(2) + 4.5) / np.sqrt(2) + 0.1
    np.testing.assert_allclose(found[:, 0, 0], [expected, 0.1], rtol=1e-5)


def test_distances_are_counted_in_visits_and_in_days_by_hand() -> None:
    """Visits at days 0 and 3, a moment at day 10 after both: 2, 1 and 0 visits away, 10, 7 and 0 days."""
    found = Sequences.of(visits_of(([0], [1])), np.array([[10 * DAY]]), np.array([[2]]))
    steps, gaps = np.array([2, 1, 0]), np.array([10, 7, 0])
    np.testing.assert_array_equal(found.steps[0, 2], np.floor(3 * np.log2(1 + steps)))
    np.testing.assert_array_equal(found.gaps[0, 2], np.floor(3 * np.log2(1 + gaps)))
    assert int(found.gaps.max()) < BUCKETS


def test_a_later_visit_changes_no_earlier_moment() -> None:
    module = encoder()
    moments, before = [[3 * DAY + 1, 9 * DAY + 1]], [[2, 4]]
    found = states(module, visits_of(VISITS), moments, before)
    other = states(module, visits_of((*VISITS[:2], [0], [5])), moments, before)
    np.testing.assert_array_equal(found[:, 0], other[:, 0])
    assert not np.allclose(found[:, 1], other[:, 1])


def test_a_moment_is_told_the_same_whatever_other_moments_are_asked_for_and_what_comes_later() -> None:
    module = encoder()
    beside = states(module, visits_of(VISITS), [[3 * DAY + 1, 9 * DAY + 1]], [[2, 4]])
    alone = states(module, visits_of(VISITS[:2]), [[3 * DAY + 1]], [[2]])
    np.testing.assert_allclose(beside[0, 0], alone[0, 0], rtol=1e-4, atol=1e-5)


def test_sequences_side_by_side_are_as_each_alone() -> None:
    module = encoder()
    rows, moments = (VISITS, ([5],), ()), np.array([[20 * DAY], [30 * DAY], [5 * DAY]])
    together = states(module, visits_of(*rows), moments, [[4], [1], [0]])
    for at, row in enumerate(rows):
        alone = states(module, visits_of(row), moments[[at]], [[len(row)]])
        np.testing.assert_allclose(together[at], alone[0], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("rows", [([0, 1, 2],), ([2, 1, 0],)])
def test_there_is_no_order_within_a_visit(rows: tuple[list[int], ...]) -> None:
    found = states(encoder(), visits_of(rows), [[DAY]], [[1]])
    expected = states(encoder(), visits_of(([0, 1, 2],)), [[DAY]], [[1]])
    np.testing.assert_array_equal(found, expected)


def test_the_order_of_visits_and_the_time_since_them_are_heard() -> None:
    module = encoder()
    found = states(module, visits_of(VISITS), [[10 * DAY]], [[4]])
    assert not np.allclose(found, states(module, visits_of(VISITS[::-1]), [[10 * DAY]], [[4]]), atol=1e-3)
    assert not np.allclose(found, states(module, visits_of(VISITS), [[60 * DAY]], [[4]]), atol=1e-3)
    assert not np.allclose(found, states(module, visits_of(VISITS, days=1), [[10 * DAY]], [[4]]), atol=1e-3)
