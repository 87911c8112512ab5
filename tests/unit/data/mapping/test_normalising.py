"""Normalising texts, spellings, money and units."""

from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa

from crossaisle.data.cleaning.currencies import HAS_RATE
from crossaisle.data.mapping.normalising import (
    Normalising,
    in_one_currency,
    in_one_unit,
    plain,
    with_folded_ids,
    with_plain_texts,
)
from crossaisle.stores.engine import open_engine


def engine_rows(expression: Any, engine: Any = None) -> list[dict[str, Any]]:
    engine = engine or open_engine(Path("unused"), threads=1)
    rows: list[dict[str, Any]] = engine.to_pyarrow(expression).to_pylist()
    return rows


def test_texts_are_in_nfkc_with_single_spaces() -> None:
    """A full-width letter, a ligature, a no-break space, a line end and spaces at either end."""
    assert plain("  \uff34ea\u00a0\ufb01ne \n cup ") == "Tea fine cup"


def test_texts_of_a_table_are_brought_to_one_form_and_names_to_their_most_frequent_spelling(
    tmp_path: Path,
) -> None:
    """TEA stands twice and Tea once; of Cup and CUP, once each, the first by bytes stays."""
    names = ["TEA", "Tea", " TEA", "Cup", "CUP", None]
    rows = ibis.memtable(
        pa.table(
            {
                "item_id": [f"i{n}" for n in range(6)],
                "category": names,
                "title": [" A  b", "c", "ｄ", "E", "", None],
            }
        )
    )
    engine = open_engine(tmp_path / "spill", threads=1)
    found = engine_rows(with_plain_texts(rows, ["category", "title"], Normalising(), engine, tmp_path), engine)
    by_item = {row["item_id"]: (row["category"], row["title"]) for row in found}
    assert by_item == {
        "i0": ("TEA", "A b"),
        "i1": ("TEA", "c"),
        "i2": ("TEA", "d"),
        "i3": ("CUP", "E"),
        "i4": ("CUP", None),
        "i5": (None, None),
    }


def test_money_is_turned_by_the_stated_rate_and_an_unknown_currency_is_marked() -> None:
    rows = ibis.memtable(pa.table({"currency": ["GBP", "EUR", "XXX", None], "price": [10.0, 10.0, 10.0, 10.0]}))
    found = engine_rows(in_one_currency(rows, Normalising(currency="EUR", rates={"GBP": 1.17})))
    assert [(row["price"], row[HAS_RATE]) for row in found][:2] == [(11.7, True), (10.0, True)]
    assert [row[HAS_RATE] for row in found] == [True, True, False, True]
    assert [row["currency"] for row in found] == ["EUR", "EUR", "XXX", "EUR"]


def test_quantities_in_other_units_are_turned_with_their_prices() -> None:
    """Two dozen at 6 a dozen are 24 at 0.5."""
    rows = ibis.memtable(pa.table({"unit": ["dozen", None], "quantity": [2.0, 2.0], "price": [6.0, 6.0]}))
    found = engine_rows(in_one_unit(rows, Normalising(units={"dozen": 12.0})))
    assert [(row["quantity"], row["price"]) for row in found] == [(24.0, 0.5), (2.0, 6.0)]


def test_ids_are_folded_only_if_that_is_wanted() -> None:
    rows = ibis.memtable(pa.table({"item_id": ["85123A"]}))
    assert engine_rows(with_folded_ids(rows, ["item_id"], Normalising()))[0]["item_id"] == "85123A"
    assert engine_rows(with_folded_ids(rows, ["item_id"], Normalising(fold_id_case=True)))[0]["item_id"] == "85123a"
