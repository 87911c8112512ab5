"""Forgetting a person in the quarantine, whose rows are the shop's own, as they came."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crossaisle.data.mapping.user_columns import UserColumns
from crossaisle.errors import StorageError
from crossaisle.numerics.arrays import Bools
from crossaisle.privacy.erasable import Person
from crossaisle.stores.engine import failures_in_words
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

BATCH = 10_000
WHOLE = 2.0**53
"""Whole floats below it are ids in digits, as in data.mapping.reading.as_id."""
_PLAIN = re.compile(r'[^"\\/\x00-\x1f\x7f]+')
"""Ids that JSON writes as they are."""


@dataclass(frozen=True)
class QuarantineErasure:
    """The quarantine as something that erasure can ask.

    A row is the person's if one of their ids stands in it as a whole value: in any column, but where the id reads as a
    number, which could be a quantity or a price, only in a column that holds users; in any again where the row has no
    such column. A line that could not be read is theirs if the id stands in it as a whole word.

    Args:
        lake: held meanwhile, so that no load writes to the quarantine. columns: that hold users.
    """

    quarantine: Quarantine
    lake: Lake
    columns: UserColumns

    name: ClassVar[str] = "quarantine"

    def forget(self, person: Person) -> int:
        """See Erasable.forget: a file that holds the person is written anew without the rows, or goes if it has no
        others.
        """
        sought = _Sought(person.ids, self.columns)
        with failures_in_words(str(self.quarantine.folder)), self.lake.held():
            for torn in self.quarantine.folder.glob("*/.*.new"):
                torn.unlink()
            return sum(_forget_in(path, sought) for path in self._files())

    def traces(self, person: Person) -> int:
        """See Erasable.traces."""
        return sum(1 for _ in self.rows_of(person))

    def rows_of(self, person: Person) -> Iterator[dict[str, Any]]:
        """The person's rows: source, line, table, rule, reason, row."""
        sought = _Sought(person.ids, self.columns)
        with failures_in_words(str(self.quarantine.folder)):
            for path in self._files():
                for batch in _batches(path):
                    yield from batch.filter(pa.array(sought.is_in(batch))).to_pylist()

    def _files(self) -> list[Path]:
        return [path for load in self.quarantine.loads() for path in sorted(load.glob("*.parquet"))]


@dataclass(frozen=True)
class _Sought:
    """Ids that are looked for in raw rows."""

    ids: frozenset[str]
    columns: UserColumns

    def is_in(self, batch: "pa.RecordBatch") -> Bools:
        """bool (n_rows,): whether a row is the person's."""
        found = self._may_be_in(batch)
        names = ("rule", "reason", "row")
        for place in np.flatnonzero(found):
            rule, reason, row = (batch[name][int(place)].as_py() or "" for name in names)
            is_line = rule == "unreadable_lines"
            found[place] = bool(self._words.search(f"{row}\n{reason}")) if is_line else self._is_value_of(row)
        return found

    def _may_be_in(self, batch: "pa.RecordBatch") -> Bools:
        """A quick look that leaves out most rows and none that counts."""
        if not all(_PLAIN.fullmatch(one) for one in self.ids):
            return np.ones(len(batch), dtype=np.bool_)
        found = np.zeros(len(batch), dtype=np.bool_)
        for one in self.ids:
            for name in ("row", "reason"):
                hits = pc.match_substring(batch[name], one, ignore_case=self.columns.folds_case)
                found |= pc.fill_null(hits, False).to_numpy(zero_copy_only=False)
        return found

    def _is_value_of(self, row: str) -> bool:
        try:
            leaves = list(_leaves(json.loads(row, parse_int=str, parse_float=_digits)))
        except ValueError:
            return bool(self._words.search(row))
        of_users = [value for path, value in leaves if path in self.columns.names]
        everywhere = [value for _, value in leaves]
        wanted = self.ids if not of_users else self._telling
        return self._has(of_users, self.ids) or self._has(everywhere, wanted)

    def _has(self, values: list[str], ids: frozenset[str]) -> bool:
        folded = (value.lower() for value in values) if self.columns.folds_case else ()
        return not ids.isdisjoint(values) or not ids.isdisjoint(folded)

    @cached_property
    def _telling(self) -> frozenset[str]:
        """Ids that are no number."""
        return frozenset(one for one in self.ids if not _is_number(one))

    @cached_property
    def _words(self) -> "re.Pattern[str]":
        forms = {form for one in self.ids for form in (one, one.replace('"', '""'))}
        several = "|".join(re.escape(one) for one in sorted(forms))
        return re.compile(rf"(?<!\w)(?:{several})(?!\w)", re.IGNORECASE if self.columns.folds_case else 0)


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every text and number in a JSON value."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from _leaves(one, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for one in value:
            yield from _leaves(one, path)
    elif isinstance(value, str):
        yield path, value


def _digits(number: str) -> str:
    value = float(number)
    return str(int(value)) if abs(value) < WHOLE and value.is_integer() else number


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _forget_in(path: Path, sought: _Sought) -> int:
    n_gone = sum(int(sought.is_in(batch).sum()) for batch in _batches(path))
    if not n_gone:
        return 0
    if n_gone == pq.read_metadata(path).num_rows:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
        return n_gone
    fresh = path.with_name(f".{path.stem}.new")
    with pq.ParquetWriter(fresh, pq.read_schema(path), compression="zstd") as writer:
        for batch in _batches(path):
            writer.write_batch(batch.filter(pa.array(~sought.is_in(batch))))
    with fresh.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(fresh, path)
    return n_gone


def _batches(path: Path) -> Iterator["pa.RecordBatch"]:
    try:
        with pq.ParquetFile(path) as file:
            yield from file.iter_batches(BATCH)
    except pa.ArrowInvalid as error:
        raise StorageError(f"this is no whole file of the quarantine: {error}", str(path), "Delete it.") from None
