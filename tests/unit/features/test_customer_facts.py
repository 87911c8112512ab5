"""Facts of customers as one-hot columns."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.features import CustomerFacts
from crossaisle.features.customer_facts import FittedCustomerFacts

from .shop import everyone, shop


def with_customers(**columns: Any) -> Dataset:
    rows = [(f"u{n:03}", "cola", n, "purchase", None, None, None, None, None) for n in range(100)]
    dataset = shop(rows)
    return replace(dataset, customers=pa.table({"user_id": dataset.index.users.values, **columns}))


def test_missing_fact_is_a_value_of_its_own_and_unknown_users_miss_all() -> None:
    """ann is gold and 30; bob has no plan and is 40; cat is not in the table; the last user is unknown."""
    dataset = shop()
    block = CustomerFacts().fit(dataset).users(everyone(dataset))[0]
    assert block.columns == ("plan=gold", "plan missing", "age=30", "age=40", "age missing")
    assert block.dense().tolist() == [
        [1, 0, 1, 0, 0],
        [0, 1, 0, 1, 0],
        [0, 1, 0, 0, 1],
        [0, 1, 0, 0, 1],
    ]


def test_number_with_many_values_is_put_into_bands_of_equal_numbers() -> None:
    """0 to 99 in four bands: quarters at 24.75, 49.5 and 74.25."""
    dataset = with_customers(income=list(range(100)))
    block = CustomerFacts(n_bands=4).fit(dataset).users(dataset.queries(np.arange(100)))[0]
    assert block.columns[0] == "income=≤24.75"
    assert block.dense().sum(axis=0).tolist() == [25, 25, 25, 25, 0]


def test_text_with_too_many_values_is_left_out_and_named() -> None:
    fitted = CustomerFacts().fit(with_customers(email=[f"{n}@example.org" for n in range(100)]))
    assert fitted.columns == ()
    assert fitted.left_out == ("email",)


def test_numbers_that_are_no_numbers_are_missing() -> None:
    values = [float("nan"), float("inf"), *([1.0] * 98)]
    dataset = with_customers(score=values, is_member=[True] * 50 + [False] * 50)
    block = CustomerFacts().fit(dataset).users(dataset.queries(np.array([0, 1, 2])))[0]
    assert block.columns[:2] == ("score=1.0", "score missing")
    assert block.dense()[:, 1].tolist() == [1, 1, 0]
    assert "is_member=True" in block.columns


def test_shop_without_customer_facts_has_no_block() -> None:
    dataset = with_customers()
    assert CustomerFacts().fit(dataset).users(dataset.queries(np.array([0]))) == ()


def test_restored_facts_give_the_same_block() -> None:
    dataset = shop()
    fitted = CustomerFacts().fit(dataset)
    again = FittedCustomerFacts.restore(fitted.state())
    old, new = fitted.users(everyone(dataset))[0], again.users(everyone(dataset))[0]
    assert old.columns == new.columns
    np.testing.assert_array_equal(old.dense(), new.dense())
