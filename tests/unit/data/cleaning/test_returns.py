"""Netting returns against purchases, by hand and against taking them back one after the other."""

import tempfile
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from crossaisle.data.cleaning import matched_returns, net_returns
from crossaisle.stores.engine import open_engine

SCHEMA = pa.schema(
    [
        ("event_id", pa.string()),
        ("event_type", pa.string()),
        ("user_id", pa.string()),
        ("item_id", pa.string()),
        ("timestamp", pa.timestamp("us", "UTC")),
        ("quantity", pa.float64()),
        ("order_id", pa.string()),
    ]
)
ENGINE = open_engine(Path(tempfile.gettempdir()) / "crossaisle-spill", threads=1)
Row = tuple[str, str, int, float | None, str | None]


def table(rows: list[Row]) -> Any:
    """Events of item i from (event type, user, time, quantity, order); ids are e0, e1, …"""
    columns = [
        {
            "event_id": f"e{n}",
            "event_type": kind,
            "user_id": user,
            "item_id": "i",
            "timestamp": time,
            "quantity": units,
            "order_id": order,
        }
        for n, (kind, user, time, units, order) in enumerate(rows)
    ]
    return ibis.memtable(pa.Table.from_pylist(columns, SCHEMA))


def left(rows: list[Row]) -> dict[str, float | None]:
    """event_id → quantity of the purchases that remain."""
    found = ENGINE.to_pyarrow(net_returns(table(rows))).to_pylist()
    return {row["event_id"]: row["quantity"] for row in found if row["event_type"] == "purchase"}


def one_after_the_other(rows: list[Row]) -> dict[str, float]:
    """The same by two rounds over the rows in time: within an order, then over all; latest purchase first."""
    order = sorted(range(len(rows)), key=lambda n: (rows[n][2], rows[n][0] == "return", rows[n][3] or 1.0, f"e{n}"))
    units = {n: 1.0 if rows[n][3] is None else float(rows[n][3] or 0) for n in order}
    for same_order in (True, False):
        for place, n in enumerate(order):
            kind, user, _, _, order_id = rows[n]
            if kind != "return" or (same_order and order_id is None):
                continue
            for earlier in reversed(order[:place]):
                fits = rows[earlier][0] == "purchase" and rows[earlier][1] == user
                if fits and (not same_order or rows[earlier][4] == order_id):
                    taken = min(units[earlier], units[n])
                    units[earlier] -= taken
                    units[n] -= taken
    return {f"e{n}": units[n] for n in order if rows[n][0] == "purchase" and units[n] > 0}


def test_a_return_takes_from_the_latest_earlier_purchases_and_never_from_later_ones() -> None:
    """Bought 2, 3 and 4 at times 1, 2 and 9; 4 returned at time 5: 3 from the second, 1 from the first."""
    rows: list[Row] = [("purchase", "u", 1, 2, None), ("purchase", "u", 2, 3, None)]
    rows += [("return", "u", 5, 4, None), ("purchase", "u", 9, 4, None)]
    assert left(rows) == {"e0": 1.0, "e3": 4.0}


def test_a_return_of_the_same_order_takes_from_that_order_first() -> None:
    """Orders A and B of 2 each; 3 of A returned: A's 2, then 1 of B."""
    rows: list[Row] = [("purchase", "u", 1, 2, "A"), ("purchase", "u", 2, 2, "B"), ("return", "u", 3, 3, "A")]
    assert left(rows) == {"e1": 1.0}


def test_a_return_without_a_purchase_changes_nothing_and_is_not_matched() -> None:
    rows: list[Row] = [
        ("return", "u", 1, 5, None),
        ("purchase", "u", 2, 3, None),
        ("purchase", "v", 0, 3, None),
    ]
    assert left(rows) == {"e1": 3.0, "e2": 3.0}
    assert ENGINE.to_pyarrow(matched_returns(table(rows)).count()).as_py() == 0


def test_a_missing_quantity_is_one() -> None:
    assert left([("purchase", "u", 1, None, None), ("return", "u", 2, None, None)]) == {}
    assert left([("purchase", "u", 1, None, None), ("view", "u", 2, None, None)]) == {"e0": None}


rows_of_a_shop = st.lists(
    st.tuples(
        st.sampled_from(["purchase", "return"]),
        st.sampled_from(["u", "v"]),
        st.integers(0, 6),
        st.one_of(st.none(), st.integers(1, 4).map(float)),
        st.sampled_from([None, "A", "B"]),
    ),
    max_size=12,
)


@settings(max_examples=40)
@given(rows_of_a_shop)
def test_netting_equals_taking_back_one_after_the_other(rows: list[Row]) -> None:
    found = {event: 1.0 if units is None else units for event, units in left(rows).items()}
    assert found == one_after_the_other(rows)
