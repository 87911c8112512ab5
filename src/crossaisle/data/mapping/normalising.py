"""Normalising tables: texts to one Unicode form, one spelling of a name, money to one currency, amounts to
one unit.
"""

import unicodedata
from pathlib import Path
from typing import Annotated

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq
from ibis.backends.duckdb import Backend
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from crossaisle.data.cleaning.currencies import HAS_RATE
from crossaisle.data.cleaning.rule import TEXT

NAMES = ("category", "aisle", "brand")
"""Texts that name a group of items: spellings that differ in case only are one name."""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(strict=True, extra="forbid"))
class Normalising:
    """What is brought to one form.

    Args:
        unicode_texts: texts to Unicode's NFKC, without spaces at either end or in a row.
        merge_case: of category, aisle and brand names that differ in case only, the most frequent spelling.
        fold_id_case: user, item and other ids to lower case.
        currency: the currency that prices are turned into; none are turned without one.
        rates: currency → how much of `currency` one unit of it is worth.
        units: unit → how many of the shop's unit of quantity it is; the source's unit is mapped as `unit`.
    """

    unicode_texts: bool = True
    merge_case: bool = True
    fold_id_case: bool = False
    currency: str | None = None
    rates: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    units: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)


def in_one_currency(rows: ir.Table, how: Normalising) -> ir.Table:
    """Events with price and discount in the shop's currency, and HAS_RATE; unchanged if no currency is
    stated.

    A row without a currency is taken to be in the shop's.
    """
    if how.currency is None:
        return rows
    if "currency" not in rows.columns:
        return rows.mutate(currency=ibis.literal(how.currency))
    rates = {**how.rates, how.currency: 1.0}
    rate = rows.currency.fill_null(how.currency).cases(*rates.items(), else_=ibis.null("float64"))
    money = {name: rows[name] * rate for name in ("price", "discount") if name in rows.columns}
    has_rate = rate.notnull()
    money["currency"] = ibis.ifelse(has_rate, ibis.literal(how.currency), rows.currency)
    return rows.mutate(**{HAS_RATE: has_rate}, **money)


def in_one_unit(rows: ir.Table, how: Normalising) -> ir.Table:
    """Events with quantities in the shop's unit and prices per that unit; a quantity in an unknown unit is
    no number.

    A row without a unit is taken to be in the shop's. The column `unit` is gone afterwards.
    """
    if "unit" not in rows.columns:
        return rows
    if not how.units:
        return rows.drop("unit")
    factor = ibis.ifelse(rows.unit.isnull(), 1.0, rows.unit.cases(*how.units.items(), else_=ibis.null("float64")))
    changed = {name: rows[name] / factor for name in ("price", "discount") if name in rows.columns}
    if "quantity" in rows.columns:
        changed["quantity"] = rows.quantity * factor
        changed[TEXT + "quantity"] = rows.quantity.cast("string") + " " + rows.unit.fill_null("")
    return rows.mutate(**changed).drop("unit")


def with_folded_ids(rows: ir.Table, names: list[str], how: Normalising) -> ir.Table:
    """Rows with their ids in lower case, if that is wanted."""
    if not how.fold_id_case:
        return rows
    return rows.mutate(**{name: rows[name].lower() for name in names})


def plain(text: str) -> str:
    """A text in NFKC, without control characters, with single spaces and none at either end."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def with_plain_texts(rows: ir.Table, names: list[str], how: Normalising, engine: Backend, folder: Path) -> ir.Table:
    """Rows with the texts in `names` in one form. Python sees each distinct text once, those in no need of
    it never.
    """
    for name in names:
        if how.unicode_texts:
            rows = _replaced(rows, name, _plain_forms(rows, name, engine, folder))
        if how.merge_case and name in NAMES:
            rows = _replaced(rows, name, _spellings(rows, name))
    return rows


def _replaced(rows: ir.Table, name: str, forms: ir.Table | None) -> ir.Table:
    if forms is None:
        return rows
    joined = rows.left_join(forms, rows[name] == forms.old_form)
    new = ibis.ifelse(joined.old_form.notnull(), joined.new_form, joined[name]).nullif("")
    return joined.mutate(**{name: new}).select(rows.columns)


def _plain_forms(rows: ir.Table, name: str, engine: Backend, folder: Path) -> ir.Table | None:
    """old_form, new_form of the distinct texts that change."""
    texts = rows.filter(rows[name].re_search(r"[^!-~ ]|^ | $|  ")).select(name).distinct()
    schema = pa.schema([("old_form", pa.string()), ("new_form", pa.string())])
    path = folder / f"forms-{name}.parquet"
    n_changed = 0
    with pq.ParquetWriter(path, schema) as writer:
        for batch in engine.to_pyarrow_batches(texts, chunk_size=65_536):
            old = [text for text in batch.column(0).to_pylist() if text is not None and plain(text) != text]
            n_changed += len(old)
            writer.write_table(pa.table({"old_form": old, "new_form": [plain(text) for text in old]}, schema))
    return engine.read_parquet(path) if n_changed else None


def _spellings(rows: ir.Table, name: str) -> ir.Table:
    """old_form, new_form of spellings that yield to a more frequent one; of equals, the first by bytes
    stays.
    """
    counted = rows.filter(rows[name].notnull()).group_by(old_form=rows[name]).agg(n=ibis._.count())
    counted = counted.mutate(folded=counted.old_form.lower())
    best = ibis.window(group_by=counted.folded, order_by=[counted.n.desc(), counted.old_form])
    chosen = counted.mutate(new_form=counted.old_form.first().over(best))
    return chosen.filter(chosen.old_form != chosen.new_form).select("old_form", "new_form")
