"""Kinds of columns found by their values, however these are cut into batches."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.sources.sql.columns import Columns, Kind
from crossaisle.data.sources.sql.spool import spooled
from crossaisle.errors import InputError

EAST = timezone(timedelta(hours=8))


def column(
    values: Sequence[Any], cuts: Sequence[int] = (), declared: Kind | None = None, is_steady: bool = False
) -> "pa.ChunkedArray[Any]":
    """Values as a column of the file that they become in batches that end at `cuts`."""
    edges = [0, *sorted(cuts), len(values)]
    batches = [[(value,) for value in values[start:end]] for start, end in pairwise(edges) if end > start]
    columns = Columns(["value"], [declared], "here", is_steady)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        told: list[int] = []
        assert spooled(batches, columns, path, told.append) == len(values)
        assert [*told[-1:]] == [len(values)][: len(told)]
        assert [one.name for one in Path(folder).iterdir()] == ["rows.parquet"]
        return pq.read_table(path)["value"]


NUMBERS: list[tuple[list[Any], pa.DataType, list[Any]]] = [
    ([1, None, 17850], pa.int64(), [1, None, 17850]),
    ([2**63 - 1, -(2**63)], pa.int64(), [2**63 - 1, -(2**63)]),
    ([1, 2**63], pa.string(), ["1", str(2**63)]),
    ([1, 2.5], pa.float64(), [1.0, 2.5]),
    ([2**53 + 1, 2.5], pa.string(), [str(2**53 + 1), "2.5"]),
    ([Decimal("5"), Decimal("1E+3")], pa.int64(), [5, 1000]),
    ([Decimal("5.00"), Decimal("2.25"), 1], pa.float64(), [5.0, 2.25, 1.0]),
    ([Decimal("98765432109876543210")], pa.string(), ["98765432109876543210"]),
    ([True, None, False], pa.bool_(), [True, None, False]),
    ([1, 2.5, Decimal("3.50"), "x", True], pa.string(), ["1", "2.5", "3.5", "x", "true"]),
]


@pytest.mark.parametrize(("values", "kind", "wanted"), NUMBERS)
def test_numbers_are_held_by_the_narrowest_kind_that_keeps_them(
    values: list[Any], kind: pa.DataType, wanted: list[Any]
) -> None:
    for cuts in (range(0), range(1, len(values))):
        found = column(values, cuts)
        assert (found.type, found.to_pylist()) == (kind, wanted)


OTHERS: list[tuple[Any, pa.DataType, Any]] = [
    (date(2024, 2, 29), pa.date32(), date(2024, 2, 29)),
    (datetime(2024, 2, 29, 1, 2, 3, 4), pa.timestamp("us"), datetime(2024, 2, 29, 1, 2, 3, 4)),
    (datetime(2024, 3, 1, 1, tzinfo=EAST), pa.timestamp("us", "UTC"), datetime(2024, 2, 29, 17, tzinfo=UTC)),
    (time(9, 30), pa.string(), "09:30:00"),
    (timedelta(days=1, minutes=2), pa.string(), "1 day, 0:02:00"),
    (UUID(int=7), pa.string(), "00000000-0000-0000-0000-000000000007"),
    ({"a": [1, "茶"]}, pa.string(), '{"a": [1, "茶"]}'),
    (["x", None], pa.string(), '["x", null]'),
    (None, pa.string(), None),
]


@pytest.mark.parametrize(("value", "kind", "wanted"), OTHERS)
def test_other_values_are_typed_or_written_out(value: Any, kind: pa.DataType, wanted: Any) -> None:
    found = column([None, value], cuts=[1])
    assert (found.type, found.to_pylist()) == (kind, [None, wanted])


@pytest.mark.parametrize(("value", "said"), [(b"x", "bytes"), (memoryview(b"x"), "bytes"), (1j, "the type complex")])
def test_bytes_and_what_no_table_holds_are_refused_with_their_column(value: Any, said: str) -> None:
    with pytest.raises(InputError, match=f"^here: column value holds .*{said}"):
        column([None, "text", value])


def test_in_a_steady_column_a_value_looks_the_same_whatever_stands_beside_it() -> None:
    """A whole number is written like that alone as beside a fraction, so that an event keeps its hash."""
    alone = column([5], is_steady=True).cast(pa.string()).to_pylist()
    assert column([5, 2.5], is_steady=True).to_pylist()[:1] == alone == ["5"]
    for value in (Decimal("5"), Decimal("5.00"), Decimal("2.50"), Decimal("0.00"), Decimal("-0")):
        alone = column([value], is_steady=True).to_pylist()
        assert alone == column([value, 1, "x"], is_steady=True).to_pylist()[:1]
        assert alone == [f"{float(value) + 0.0:g}"]


def test_what_is_declared_holds_though_there_is_no_value() -> None:
    assert column([None, None], declared="number").type == pa.float64()
    assert column([], declared="moment").type == pa.timestamp("us", "UTC")


EXACT = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.integers(-9, 9),
    st.floats(allow_nan=False),
    EXACT,
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    st.dates(),
    st.datetimes(),
    st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=st.just(EAST)),
    st.uuids(),
)


@given(st.lists(VALUES, max_size=12), st.sets(st.integers(0, 12), max_size=4), st.booleans())
def test_a_column_is_the_same_however_its_rows_are_cut_into_batches(
    values: list[Any], cuts: set[int], is_steady: bool
) -> None:
    whole = column(values, is_steady=is_steady)
    cut = column(values, [one for one in cuts if one <= len(values)], is_steady=is_steady)
    assert (cut.type, cut.to_pylist()) == (whole.type, whole.to_pylist())
