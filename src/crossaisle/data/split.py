"""Split: what is known before a cut, and what people did after it. The past ends at the cut by construction."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset, Ids
from crossaisle.data.event_types import PURCHASE
from crossaisle.data.moments import FOREVER, moment, span
from crossaisle.data.training import Training
from crossaisle.errors import InputError
from crossaisle.numerics.arrays import Csr, Longs, csr


@dataclass(frozen=True)
class Split:
    """A train Dataset and the truth that models never see.

    Args:
        train: everything before the cut.
        truth: float32 (n_users, n_items), 1 where the user bought the item in the window; train's numbers.
        spend: the same places as truth, what the user spent on the item in the window.
        cut, end: the window [cut, end) in microseconds since 1970.
        sales: int64 (n_items,), purchases of each item in the window, by anybody.
        is_published: a split given as two frames, measured by the published-split rules.
    """

    train: Dataset
    truth: Csr
    spend: Csr
    cut: int
    end: int
    sales: Longs
    is_published: bool = False

    @property
    def training(self) -> Training:
        """What a recommender is handed to learn from."""
        return Training(self.train)

    @classmethod
    def at(cls, data: Dataset, cut: str | int, horizon: str | int | None = None) -> "Split":
        """Cut time globally: the window is `[cut, cut + horizon)`, by default to the end of the data.

        Args:
            data: a dataset that reaches past the cut.
            cut: an ISO date or time, or microseconds since 1970.
            horizon: a span such as `60d`.

        Raises:
            InputError: nothing was bought before the cut or in the window.
        """
        start = moment(cut)
        end = FOREVER if horizon is None else start + span(horizon)
        train = data.before(start)
        return cls._of(train, data, start, min(end, max(start, data.span()[1]) + 1))

    @classmethod
    def between(cls, train: Dataset, data: Dataset, cut: int) -> "Split":
        """A past that was read by itself, and all that happened from `cut` on in `data`.

        Raises:
            InputError: nobody known bought anything known in the window.
        """
        return cls._of(train, data, cut, max(cut, data.span()[1]) + 1)

    @classmethod
    def window(cls, data: Dataset, cut: int, length: int) -> "Split | None":
        """The window of `length` microseconds after the cut; None where nobody known bought anything known in it."""
        try:
            return cls.at(data.before(cut + length), cut)
        except InputError:
            return None

    @classmethod
    def _of(cls, train: Dataset, data: Dataset, cut: int, end: int) -> "Split":
        window = data.since(cut, end)
        window = window.at(window.type == PURCHASE)
        users = train.index.users.numbers(data.index.users.at(window.user))
        items = train.index.items.numbers(data.index.items.at(window.item))
        kept = (users >= 0) & (items >= 0)
        if not kept.any():
            raise InputError("no known user bought a known item in the window", remedy="Choose an earlier cut.")
        shape = (train.n_users, train.n_items)
        spend = csr(users[kept], items[kept], window.spend()[kept], shape)
        sales = np.bincount(items[items >= 0], minlength=train.n_items)
        return cls(train, _ones(spend), spend, cut, end, sales)

    @classmethod
    def given(cls, train: Any, test: Any) -> "Split":
        """A published split: two frames of user_id and item_id (pandas, polars, Arrow or Ibis), no times.

        Users and items that occur in `test` alone are added without history.
        """
        known, held = _pairs(train, "train"), _pairs(test, "test")
        users, items = (Ids.of(known[name], held[name]) for name in ("user_id", "item_id"))
        data = Dataset.from_pairs(users, items, known)
        rows, columns = users.numbers(held["user_id"]), items.numbers(held["item_id"])
        truth = _ones(csr(rows, columns, np.ones(len(rows)), (data.n_users, data.n_items)))
        sales = np.bincount(columns, minlength=data.n_items)
        return cls(data, truth, truth, FOREVER, FOREVER, sales, is_published=True)


def _pairs(frame: Any, name: str) -> "pa.Table":
    table = pa.table(frame)
    absent = {"user_id", "item_id"} - set(table.column_names)
    if absent:
        raise InputError(f"no column {' and '.join(sorted(absent))}", name, "Name the columns user_id and item_id.")
    return table.select(["user_id", "item_id"]).cast(
        pa.schema([("user_id", pa.large_string()), ("item_id", pa.large_string())])
    )


def _ones(matrix: Csr) -> Csr:
    ones = matrix.copy()
    ones.data = np.ones_like(matrix.data)
    return ones
