"""Mapping own columns onto the tables, and what is said when one is missing."""

from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from crossaisle.data.mapping import Map, Taken, Value, mapped, read_map
from crossaisle.data.tables import CATALOG, EVENTS
from crossaisle.errors import InputError, UsageError
from crossaisle.stores.engine import open_engine


def read(
    rows: list[dict[str, Any]], table: Any = EVENTS, shop: Map | None = None, schema: Any = None
) -> list[dict[str, Any]]:
    engine = open_engine(Path("unused"), threads=1)
    found = mapped(ibis.memtable(pa.Table.from_pylist(rows, schema)), table, shop or Map(), "shop.csv")
    answered: list[dict[str, Any]] = engine.to_pyarrow(found).to_pylist()
    return answered


def test_a_missing_column_is_named_with_what_is_there_the_closest_name_and_how_to_map_it() -> None:
    rows = [{"User": "u", "item_id": "i", "timestamp": "2025-01-01", "event_type": "view"}]
    with pytest.raises(InputError) as error:
        read(rows)
    text = str(error.value)
    assert text.startswith("shop.csv: events need the column user_id, and there is only User, item_id, timestamp")
    assert "Closest to user_id: User." in text
    assert '[columns.events] user_id = "its name in your file"' in text


def test_one_column_with_delimiters_in_its_name_hints_at_the_delimiter() -> None:
    with pytest.raises(InputError, match="set delimiter"):
        read([{"user_id#item_id|x": "a"}])


def test_a_map_that_names_an_absent_column_is_refused() -> None:
    shop = Map(columns={"events": {"price": "Prize"}})
    rows = [{"user_id": "u", "item_id": "i", "timestamp": "2025-01-01", "event_type": "view", "Price": "1"}]
    with pytest.raises(InputError, match=r'no column "Prize".*Closest to Prize: Price'):
        read(rows, shop=shop)


def test_constants_and_renamed_columns_are_taken() -> None:
    shop = Map(
        columns={"events": {"user_id": "who", "event_type": Value(value="purchase"), "channel": Value(value="web")}}
    )
    (row,) = read([{"who": 2**63 - 1, "item_id": 5, "timestamp": "2025-01-01"}], shop=shop)
    assert (row["user_id"], row["item_id"], row["event_type"], row["channel"]) == (
        str(2**63 - 1),
        "5",
        "purchase",
        "web",
    )


def test_whole_floats_are_ids_without_a_point_and_nan_is_missing() -> None:
    rows = [
        {"user_id": x, "item_id": "i", "timestamp": "2025-01-01", "event_type": "view"} for x in (17850.0, float("nan"))
    ]
    assert [row["user_id"] for row in read(rows)] == ["17850", None]


def test_an_export_of_google_analytics_is_known_without_a_map() -> None:
    """One purchase of two items, one search; the session is a parameter, the visitor has a pseudo id only."""
    item = pa.struct(
        [
            ("item_id", pa.string()),
            ("item_name", pa.string()),
            ("price", pa.float64()),
            ("quantity", pa.int64()),
        ]
    )
    value = pa.struct([("string_value", pa.string()), ("int_value", pa.int64())])
    schema = pa.schema(
        [
            ("event_name", pa.string()),
            ("event_timestamp", pa.int64()),
            ("user_id", pa.string()),
            ("user_pseudo_id", pa.string()),
            ("ecommerce", pa.struct([("transaction_id", pa.string())])),
            ("event_params", pa.list_(pa.struct([("key", pa.string()), ("value", value)]))),
            ("items", pa.list_(item)),
        ]
    )
    at = 1_735_732_800_000_000
    session = {"key": "ga_session_id", "value": {"string_value": None, "int_value": 77}}
    term = {"key": "search_term", "value": {"string_value": "tea", "int_value": None}}
    items = [
        {"item_id": "a", "item_name": "A", "price": 2.0, "quantity": 3},
        {"item_id": "b", "item_name": "B", "price": 5.0, "quantity": 1},
    ]
    rows: list[dict[str, Any]] = [
        {"event_name": "purchase", "ecommerce": {"transaction_id": "T"}, "event_params": [session],
         "items": items},
        {"event_name": "view_search_results", "ecommerce": None, "event_params": [session, term],
         "items": []},
    ]  # fmt: skip
    for row in rows:
        row |= {"event_timestamp": at, "user_pseudo_id": "p.1"}
    found = sorted(read(rows, schema=schema), key=lambda row: row["item_id"] or "")
    assert [(row["event_type"], row["item_id"], row["query"], row["order_id"]) for row in found] == [
        ("search", None, "tea", None),
        ("purchase", "a", None, "T"),
        ("purchase", "b", None, "T"),
    ]
    assert {(row["user_id"], row["session_id"]) for row in found} == {("p.1", "77")}
    assert found[1]["timestamp"].isoformat() == "2025-01-01T12:00:00+00:00"
    assert (found[1]["price"], found[1]["quantity"]) == (2.0, 3.0)
    assert len({row["event_id"] for row in found}) == 3


def test_names_of_schema_org_are_known_without_a_map() -> None:
    offer = {"price": 3.5, "priceCurrency": "EUR"}
    rows = [
        {
            "sku": "s1",
            "name": "Tea",
            "brand": {"name": "Leaf"},
            "category": "Drinks",
            "offers": offer,
            "colour": "red",
        }
    ]
    (row,) = read(rows, CATALOG)
    expected = {
        "item_id": "s1",
        "title": "Tea",
        "brand": "Leaf",
        "category": "Drinks",
        "price": 3.5,
        "colour": "red",
    }
    assert {name: row[name] for name in expected} == expected


def test_event_ids_tell_rows_apart_whatever_separators_they_hold_and_null_from_empty() -> None:
    base = {"timestamp": "2025-01-01", "event_type": "view"}
    pairs = [("a\x1f", "b"), ("a", "\x1fb"), ("a", "b"), ("b", "a"), ("a1", "b"), ("a", "1b")]
    pairs += [("a\x1e", "b"), ("a\x1f", "\x1fb"), ("a\x1f\x1f", "b")]
    rows: list[dict[str, Any]] = [{"user_id": user, "item_id": item, "channel": None, **base} for user, item in pairs]
    rows += [{"user_id": "a", "item_id": "b", "channel": channel, **base} for channel in ("x", "\x1e", "\x1f")]
    assert len({row["event_id"] for row in read(rows)}) == len(rows)


def test_the_map_of_the_docs_reads_and_a_wrong_entry_is_named(tmp_path: Path) -> None:
    shop = read_map(Path(__file__).parents[4] / "docs" / "examples" / "online_retail.toml")
    assert shop.timezone == "Europe/London"
    assert shop.of("events")["user_id"] == Taken(column="CustomerID")
    assert shop.has_catalog_in_events
    path = tmp_path / "map.toml"
    path.write_text("[cleaning.zero_price]\nonn = true\n")
    with pytest.raises(UsageError, match=r"cleaning\.zero_price\.onn"):
        read_map(path)
    path.write_text('timezone = "Mars/Olympus"\n')
    with pytest.raises(UsageError, match="not a time zone"):
        read_map(path)
    path.write_text("timezone = \n")
    with pytest.raises(InputError, match="not TOML"):
        read_map(path)
