from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from crossaisle.errors import UsageError
from crossaisle.slates.filtering.stock import Stock

from ..shop import ANN, BOB, shop


def test_an_item_is_to_be_had_in_the_store_of_the_query_or_anywhere_without_one() -> None:
    """Store 0 lacks item 0, store 1 lacks item 1, both lack item 2; what is unknown is not lacking."""
    quantities = np.ones((2, 8), dtype=np.float32)
    quantities[0, 0] = quantities[1, 1] = quantities[:, 2] = 0
    quantities[:, 3] = np.nan
    queries = shop().queries(np.array([ANN, BOB, -1]))
    queries = replace(queries, stores=np.array([0, 1, -1], dtype=np.int32))
    items = np.arange(4, dtype=np.int32)
    assert Stock(quantities).mask(queries, items).tolist() == [
        [False, True, False, True],
        [True, False, False, True],
        [True, True, False, True],
    ]


def test_quantities_of_all_stores_are_added_and_unknown_ones_stay_unknown() -> None:
    """a: 0 + 2; b: 0; c: an unknown quantity; z is no item of the shop; d and the others are not in the table."""
    table = pa.table({"item_id": ["a", "a", "b", "c", "z"], "quantity": [0, 2, 0, None, 5]})
    stock = Stock.of(table, shop().index.items)
    assert stock.anywhere().tolist() == [True, False] + [True] * 6
    assert np.isnan(stock.quantities[2:]).all()


def test_stock_of_another_number_of_items_is_refused() -> None:
    with pytest.raises(UsageError, match="for 8 items"):
        Stock(np.ones(7, dtype=np.float32)).checked(8)
