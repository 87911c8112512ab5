"""Watching: what other workers took in, what changed, and which model is live; so that every worker knows within a
second."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from crossaisle.errors import ArtifactError, CrossaisleError
from crossaisle.scenarios.feeds.feed import Feed, Seen
from crossaisle.shop.feeds import Pools, feed_of
from crossaisle.shop.online import Online
from crossaisle.stores.database.event_log import CHUNK
from crossaisle.stores.database.experiments import KIND as EXPERIMENT
from crossaisle.stores.database.experiments import Run

Call = Callable[..., Any]
"""Runs a function with arguments in the thread that serves, soon."""

AT_ONCE = 500
"""Events that the serving thread is given at a time, so that no slate waits long."""


class Watcher:
    """Two threads beside the one that serves: one looks often, one builds feeds.

    Args:
        online: what is kept up to date. call: see Call.
        looked: told after each look, in its thread: seconds since the look before it.
    """

    def __init__(self, online: Online, call: Call, looked: Callable[[float], None]) -> None:
        self._online, self._call, self._looked = online, call, looked
        self._stopped = threading.Event()
        self._event, self._change = 0, 0
        self._behind: int | None = None
        self._shown: tuple[object, ...] = ()
        self._refused: tuple[object, ...] = ()
        self._released: list[str] = []
        self._builder: threading.Thread | None = None
        self._thread = threading.Thread(target=self._work, name="watcher", daemon=True)

    def start(self) -> None:
        """Build the first feed, then watch. Called before anything is served.

        Raises:
            UnavailableError: the database does not answer.
            CrossaisleError: the workspace cannot be read. Without a model that can be, most people's choice is served.
        """
        self._online.read_keys()
        self._change = self._last_change()
        self._online.acquaint()
        state = self._state()
        try:
            feeds, number = self._built()
        except ArtifactError as error:
            self._online.failed("model", error)
            self._refused = state
            feeds, number = self._built(is_live=False)
        self._swap(feeds, number, state)
        self._event = number
        self._thread.start()

    def close(self) -> None:
        """Stop watching."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        last = time.monotonic()
        while not self._stopped.wait(self._online.shop.settings.serving.look):
            try:
                self._look()
                now = time.monotonic()
                self._looked(now - last)
                last = now
            except CrossaisleError as error:  # it answers again some time; slates go on from memory
                self._online.failed("database", error)
                continue
            except Exception as error:  # a watcher that ends in silence would leave slates stale for ever
                self._online.failed("watcher", error)
                continue

    def _look(self) -> None:
        online = self._online
        online.read_keys()
        for change in online.stores.log.changes_since(self._change):
            self._change = change.number
            self._call(online.apply, change)
            if change.kind == EXPERIMENT:
                self._call(self._run, online.stores.experiments.running())
            if change.kind == "erased":  # the stores hold nothing any more, so a new feed will not either
                self._released.append(change.body["salt"])
                self._shown = ()
        behind, self._behind = self._behind, None
        self._event = self._told(self._event if behind is None else min(self._event, behind))
        state = self._state()
        is_building = self._builder is not None and self._builder.is_alive()
        if state not in (self._shown, self._refused) and not is_building:
            self._builder = threading.Thread(target=self._build, args=(state,), name="feed-builder", daemon=True)
            self._builder.start()

    def _run(self, running: Sequence[Run]) -> None:
        self._online.arms.running = running

    def _told(self, number: int) -> int:
        """Tell the feed of events after a number; the last number."""
        while rows := self._online.stores.log.seen_since(number):
            seen = [Seen(*row[1:]) for row in rows]
            for start in range(0, len(seen), AT_ONCE):
                self._call(self._observe, seen[start : start + AT_ONCE])
            number = rows[-1][0]
            if len(rows) < CHUNK:
                break
        return number

    def _observe(self, seen: list[Seen]) -> None:
        self._online.see(seen)

    def _state(self) -> tuple[object, ...]:
        """What a feed is made of: the model and the tables that are not events."""
        shop = self._online.shop
        snapshot = shop.lake.snapshot
        tables = tuple(file.path for name in ("catalog", "stock") for file in snapshot.files(name))
        has_events = bool(snapshot.rows("events"))
        version = shop.registry.live()
        prepared = None if version is None else shop.prepared_at(version)
        others = tuple(sorted(self._online.arms.versions - {version}))
        return (version, prepared, tables, has_events, others)

    def _build(self, state: tuple[object, ...]) -> None:
        released, self._released = self._released, []
        try:
            feeds, number = self._built()
        except Exception as error:  # whatever it is, slates go on from the feed there is
            self._refused, self._released = state, released + self._released
            self._online.failed("model" if isinstance(error, CrossaisleError) else "feed", error)
        else:
            self._call(self._swap, feeds, number, state, released)

    def _built(self, is_live: bool = True) -> tuple[dict[int | None, Feed], int]:
        """Feeds by version, the live one's at None, that know all events up to a number of the log, and that number.

        The log is read before the lake: what moves from one to the other meanwhile is then in one of them at least.
        """
        log, shop = self._online.stores.log, self._online.shop.again()
        number, rows = 0, list[Any]()
        while more := log.seen_since(number):
            rows += more
            number = more[-1][0]
        pools = Pools(self._online.stores.slates, self._online.clock())
        live = feed_of(shop, self._online.acquaintance, shop.registry.live() if is_live else None, pools)
        feeds: dict[int | None, Feed] = {} if live is None else {None: live}
        for version in sorted(self._online.arms.versions - {shop.registry.live()}):
            other = feed_of(shop, self._online.acquaintance, version, pools)
            if other is not None:
                feeds[version] = other
        changes = [change for change in log.changes_since(0) if change.kind == "item"]
        for feed in feeds.values():
            feed.observe(Seen(*row[1:]) for row in rows)
            for change in changes:
                feed.change_item(change.subject, change.body)
        return feeds, number

    def _swap(
        self,
        feeds: dict[int | None, Feed],
        number: int,
        state: tuple[object, ...],
        released: Sequence[str] = (),
    ) -> None:
        """Serve from a new feed; events that came meanwhile are told again, which changes nothing for those known.

        Args:
            released: notices of erasures that were done before the feed was made.
        """
        for salt in released:
            self._online.forgotten.pop(salt, None)
        for feed in feeds.values():
            feed.people = self._online.acquaintance
            for notice in self._online.forgotten.values():
                feed.forget(notice)
        self._online.feed = feeds.get(None)
        self._online.others = {version: feed for version, feed in feeds.items() if version is not None}
        self._shown = state
        self._behind = number

    def _last_change(self) -> int:
        found = self._online.stores.log.changes_since(0, limit=2**31 - 1)
        return found[-1].number if found else 0
