"""What the shop knows of its customers, as one-hot columns; a missing fact is a value of its own."""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Annotated, Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.features.feature import Block, Feature, FittedFeature, State, options, packed, unpacked
from crossaisle.numerics.arrays import AnyArray, Numbers, csr


@dataclass(frozen=True)
class FittedCustomerFacts(FittedFeature):
    """Facts of the known users.

    Args:
        columns: one name a one-hot column.
        places: int32 (n_users + 1, n_facts), the column of each fact; the last row is somebody unknown.
        left_out: columns of the customers table with too many values, or of a kind that cannot be told apart.
    """

    columns: tuple[str, ...]
    places: Numbers
    left_out: tuple[str, ...]

    def users(self, queries: Queries) -> tuple[Block, ...]:
        """One-hot columns of each fact; all facts of a user unknown to the shop are missing."""
        if not self.columns:
            return ()
        places = self.places[queries.users]
        rows = np.repeat(np.arange(len(queries)), places.shape[1])
        values = csr(rows, places.ravel(), np.ones(places.size), (len(queries), len(self.columns)))
        return (Block("customer", self.columns, values),)

    def without(self, users: Numbers) -> "FittedCustomerFacts":
        return replace(self, places=np.delete(self.places, users, axis=0))

    def state(self) -> dict[str, AnyArray]:
        return {"columns": packed(self.columns), "places": self.places, "left_out": packed(self.left_out)}

    @classmethod
    def restore(cls, state: State) -> "FittedCustomerFacts":
        return cls(unpacked(state["columns"]), state["places"], unpacked(state["left_out"]))


@options
class CustomerFacts(Feature):
    """One-hot facts. Numbers with many values are put into bands of equal numbers of users."""

    name: ClassVar[str] = "customer facts"
    fitted: ClassVar[type[FittedFeature]] = FittedCustomerFacts

    max_values: Annotated[int, Field(ge=2, le=1000, description="different values of a column that is used")] = 20
    n_bands: Annotated[int, Field(ge=2, le=50, description="bands of a number with more values than that")] = 5

    def fit(self, dataset: Dataset) -> FittedCustomerFacts:
        columns: list[str] = []
        places: list[Numbers] = []
        left_out: list[str] = []
        for name in dataset.customers.column_names:
            if name == "user_id":
                continue
            found = self._coded(dataset.customers[name])
            if found is None:
                left_out.append(name)
                continue
            codes, labels = found
            codes = np.append(codes, -1)
            places.append(np.where(codes < 0, len(labels), codes) + len(columns))
            columns += [*(f"{name}={label}" for label in labels), f"{name} missing"]
        table = np.stack(places, axis=1) if places else np.empty((dataset.n_users + 1, 0))
        return FittedCustomerFacts(tuple(columns), table.astype(np.int32), tuple(left_out))

    def _coded(self, column: "pa.ChunkedArray[Any]") -> tuple[Numbers, list[str]] | None:
        """A code and a label of each value, −1 where it is missing; None for a column that is left out."""
        kind = column.type
        if pa.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
        if not (is_number or pa.types.is_boolean(kind) or _is_text(kind)):
            return None
        if pa.types.is_floating(kind):
            column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
        values = pc.drop_null(pc.unique(column))
        if len(values) <= self.max_values:
            values = values.take(pc.array_sort_indices(values))
            codes = pc.fill_null(pc.index_in(column, value_set=values, skip_nulls=True), -1)
            return codes.to_numpy().astype(np.int32), [str(value) for value in values.to_pylist()]
        return self._banded(column) if is_number else None

    def _banded(self, column: "pa.ChunkedArray[Any]") -> tuple[Numbers, list[str]]:
        numbers = np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
        inner = np.arange(1, self.n_bands) / self.n_bands
        edges = np.unique(np.nanquantile(numbers, inner))
        codes = np.where(np.isnan(numbers), -1, np.searchsorted(edges, numbers, side="left"))
        bounds = [f"{edge:.6g}" for edge in edges]
        between = [f"{low}–{high}" for low, high in pairwise(bounds)]
        return codes.astype(np.int32), [f"≤{bounds[0]}", *between, f">{bounds[-1]}"]


def _is_text(kind: "pa.DataType") -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))
