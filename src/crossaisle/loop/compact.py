"""Compaction: what the running shop wrote goes to the lake, without loss or doubling, whenever it is interrupted.

A portion is in the lake before it leaves the log, and the lake leaves out what it has: the next run makes good whatever
was interrupted in between.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
import pyarrow as pa

from crossaisle.data.mapping import Map
from crossaisle.data.sources.frames import Frames
from crossaisle.data.tables import CATALOG, EVENTS, STOCK
from crossaisle.data.training import Progress
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.stores.database.event_log import CHUNK, Change, EventLog, Row
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

PORTION = 200_000
"""Events that move at a time."""
_ITEM_CATALOG = tuple(column.name for column in CATALOG.columns if column.name != "item_id")


@dataclass(frozen=True)
class Compacted:
    """What moved: events kept, events that the lake had, events set aside by the rules of cleaning, changed items."""

    events: int = 0
    already_there: int = 0
    set_aside: int = 0
    items: int = 0
    customers: int = 0
    identities: int = 0


@dataclass(frozen=True)
class Compaction:
    """Moves what lies in the log.

    Args:
        shop: how the shop's rows are normalised and cleaned; its columns are those of its files, not of the log.
    """

    log: EventLog
    lake: Lake
    quarantine: Quarantine
    shop: Map
    memory_limit: str = "2GB"
    threads: int | None = None

    def run(self, now: int, progress: Progress, identities: Sequence[Mapping[str, Any]] = ()) -> Compacted:
        """Move everything that was written before this was asked.

        Args:
            now: microseconds since 1970. identities: links of customers and other ids; the lake gets those it lacks.

        Raises:
            BusyError: another process changes the lake.
            UnavailableError: the database does not answer.
            StorageError: the disk is full. What has moved by then has moved.
        """
        done = self._items(now, progress)
        if identities:
            frame = pd.DataFrame(identities)[["user_id", "alias", "kind"]]
            done = replace(done, identities=self._load(now, progress, identities=frame).table("identities").kept)
        last, number = self.log.last(), 0
        while rows := self._portion(last):
            number = rows[-1]["number"]
            events = pa.Table.from_pylist([_event(row) for row in rows], schema=EVENTS.arrow_schema())
            latest = max(row["timestamp"] for row in rows)
            report = self._load(max(now, latest), progress, events=events).table("events")
            self.log.drop_until(number)
            done = replace(
                done,
                events=done.events + report.kept,
                already_there=done.already_there + report.already_there,
                set_aside=done.set_aside + sum(report.set_aside.values()),
            )
            progress("compact", number / max(1, last))
        return done

    def _portion(self, last: int) -> list[Row]:
        rows: list[Row] = []
        while len(rows) < PORTION:
            found = self.log.since(rows[-1]["number"] if rows else 0, CHUNK)
            rows += [row for row in found if row["number"] <= last]
            if len(found) < CHUNK or found[-1]["number"] > last:
                break
        return rows

    def _items(self, now: int, progress: Progress) -> Compacted:
        changes = _all(self.log.changes_since)
        if not changes:
            return Compacted()
        items, customers = _merged(changes, "item"), _merged(changes, "customer")
        catalog = [
            {"item_id": item_id, **{name: facts[name] for name in _ITEM_CATALOG if name in facts}}
            for item_id, facts in items.items()
            if any(name in facts for name in _ITEM_CATALOG)
        ]
        stock = [
            {"item_id": item_id, "store_id": store, "quantity": float(quantity), "as_of": pd.Timestamp(now, unit="us")}
            for item_id, facts in items.items()
            for store, quantity in (facts.get("stock") or {}).items()
        ]
        for some in _alike(catalog):
            self._load(now, progress, catalog=some)
        if stock:
            self._load(now, progress, stock=pd.DataFrame(stock, columns=list(STOCK.names)))
        for some in _alike([{"user_id": user_id, **facts} for user_id, facts in customers.items()]):
            self._load(now, progress, customers=some)
        self.log.drop_changes(["item", "customer"], changes[-1].number)
        return Compacted(items=len(items), customers=len(customers))

    def _load(self, now: int, progress: Progress, **frames: Any) -> Any:
        cleaning = replace(self.shop.cleaning, max_bad_share=1.0)
        shop = Map(normalising=self.shop.normalising, cleaning=cleaning)
        options = LoadOptions(map=shop, memory_limit=self.memory_limit, threads=self.threads)
        return load(Frames(**frames, map=shop), self.lake, self.quarantine, options, now, progress)


def _event(row: Row) -> dict[str, Any]:
    return {
        name: pd.Timestamp(row[name], unit="us", tz="UTC") if name == "timestamp" else row[name]
        for name in EVENTS.names
    }


def _all(read: Callable[[int], list[Change]]) -> list[Change]:
    found: list[Change] = []
    while more := read(found[-1].number if found else 0):
        found += more
    return found


def _merged(changes: Iterable[Change], kind: str) -> dict[str, dict[str, Any]]:
    """Subject → what was said last of each of its facts."""
    merged: dict[str, dict[str, Any]] = {}
    for change in changes:
        if change.kind == kind:
            facts = merged.setdefault(change.subject, {})
            facts |= {**change.body, **_stock(facts, change)}
    return merged


def _stock(facts: Mapping[str, Any], change: Change) -> dict[str, Any]:
    told = change.body.get("stock")
    return {} if told is None else {"stock": {**(facts.get("stock") or {}), **told}}


def _alike(rows: Sequence[Mapping[str, Any]]) -> list[pd.DataFrame]:
    """Frames of rows that tell the same columns, so that what a row does not tell stays as it was."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(sorted(row)), []).append(row)
    return [pd.DataFrame(group) for group in groups.values()]
