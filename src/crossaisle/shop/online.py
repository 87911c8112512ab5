"""The shop online: what one worker of the service holds and does."""

import hashlib
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from crossaisle.data.collecting import Collected, collect
from crossaisle.data.focus import Focus
from crossaisle.data.random_ids import RandomIds
from crossaisle.errors import UnknownError
from crossaisle.privacy.notice import Notice
from crossaisle.privacy.pseudonyms import Pseudonyms
from crossaisle.scenarios.feeds.acquaintance import Acquaintance
from crossaisle.scenarios.feeds.feed import Choice, Feed, Seen
from crossaisle.shop.arms import Arms
from crossaisle.shop.care import SECRET, Care
from crossaisle.shop.recorder import Recorder
from crossaisle.shop.shop import Shop
from crossaisle.shop.stores import Stores
from crossaisle.shop.trying import Trying
from crossaisle.stores.database.event_log import Batch, Change
from crossaisle.stores.database.experiments import Arm
from crossaisle.stores.database.keys import Key
from crossaisle.stores.database.slate_log import Shown
from crossaisle.stores.database.writer import Answered, Deliver, Writer, at_once
from crossaisle.words import Language

Failed = Callable[[str, Exception], None]
"""Told which part failed, and how."""


class Wanted(NamedTuple):
    """What a slate is to be like; None is what the settings say."""

    k: int | None = None
    focus: str | None = None
    channel: str | None = None
    language: Language | None = None


@dataclass(frozen=True)
class Recommendation:
    """A slate as it is answered."""

    recommendation_id: str
    model_version: int
    choice: Choice


class Online:
    """Events in, slates out. Its feed is changed and asked by one thread: whoever calls `observe` and `recommend`.

    Args:
        shop: the workspace. stores: its database.
        failed: told of what goes wrong behind the answers. lost: told of slates that were not kept.
        deliver: runs what hears that events are durable, in the thread that serves.
        clock: microseconds since 1970. chance: a random number in [0, 1), another each time.
    """

    def __init__(
        self,
        shop: Shop,
        stores: Stores,
        failed: Failed,
        lost: Callable[[int], None],
        deliver: Deliver = at_once,
        clock: Callable[[], int] = lambda: time.time_ns() // 1000,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.shop, self.stores, self.failed, self.clock, self.chance = shop, stores, failed, clock, chance
        self.acquaintance = Acquaintance()
        self.care = Care(shop, stores, clock)
        self.trying = Trying(shop, stores, clock)
        self.feed: Feed | None = None
        self.others: dict[int, Feed] = {}
        self.arms = Arms()
        self.forgotten: dict[str, Notice] = {}
        self.valid_keys: dict[str, Key] = {}
        self.pseudonyms = Pseudonyms.kept(shop.folder / SECRET)
        self.writer = Writer(stores.log, deliver=deliver)
        self._ids = RandomIds(6)
        told = (lost, lambda error: failed("slates", error))
        self.recorder = Recorder(stores.slates, stores.experiments, *told)

    def close(self) -> None:
        """Write what waits, and let everything go."""
        self.writer.close()
        self.recorder.close()
        self.stores.close()

    @property
    def version(self) -> int:
        """Version of the model that serves, 0 without one."""
        return self.feed.version if self.feed else 0

    # ── events ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def take(
        self,
        events: Sequence[Any],
        answer: Callable[[Collected], str],
        answered: Answered,
        key: str = "",
        body: bytes = b"",
    ) -> Collected:
        """Check events and hand the good ones to the writer; they count from `observe` on.

        Args:
            answer: what is said once they are durable. answered: told that, see Writer.append.
            key: the Idempotency-Key of the request, and `body` what it came with.

        Raises:
            UnavailableError: too many events are waiting to be written.
        """
        collected = collect(events, self.clock())
        told = answer(collected)
        batch = Batch(collected.rows, key, hashlib.sha256(body).hexdigest() if key else "", told)
        self.writer.append(batch, answered)
        return collected

    def observe(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Let events that are durable count."""
        self.see(
            [Seen(row["user_id"], row["item_id"], row["event_type"], row["timestamp"], row["query"]) for row in rows]
        )

    def see(self, events: Sequence[Seen]) -> None:
        """Let events count in all feeds."""
        for feed in self.feeds:
            feed.observe(events)

    @property
    def feeds(self) -> list[Feed]:
        """The live model's feed, and those of models that an experiment asks for."""
        return [one for one in (self.feed, *self.others.values()) if one is not None]

    # ── slates ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def recommend(self, user_id: str, wanted: Wanted) -> Recommendation:
        """A slate for somebody.

        Raises:
            UsageError: the focus is none, or the shop has no such category.
        """
        feed, focus, k, language = self._asked(wanted)
        if feed is None:
            return self._shown(user_id, str(focus), NOTHING, 0)
        now, is_personal = self.clock(), True
        if self.arms.running:
            arm = self._arm(user_id, now)
            is_personal = arm.model != "none"
            feed = self.others.get(arm.model, feed) if isinstance(arm.model, int) else feed
            focus = Focus.parse(arm.focus) if arm.focus else focus
        choice = feed.slate(user_id, focus, k, now, language, is_personal, self.chance())
        return self._shown(choice.customer, str(focus), choice, feed.version)

    def _arm(self, user_id: str, now: int) -> Arm:
        """What experiments ask for this customer, who is exposed from now on, unless they do not want to be counted."""
        customer = self.acquaintance.customer(user_id)
        if not self.acquaintance.allows(customer, "analytics", self.shop.settings.privacy.analytics):
            return Arm()
        arm, exposed = self.arms.of(customer, now)
        for one in exposed:
            self.recorder.expose(one)
        return arm

    def recommend_visitor(self, history: Sequence[Seen], wanted: Wanted) -> Recommendation:
        """A slate for somebody of whom only `history` is known."""
        feed, focus, k, language = self._asked(wanted)
        if feed is None:
            return self._shown("", str(focus), NOTHING, 0)
        return self._shown("", str(focus), feed.slate_of(history, focus, k, self.clock(), language), feed.version)

    def _asked(self, wanted: Wanted) -> tuple[Feed | None, Focus, int, Language]:
        settings = self.shop.settings
        focus = Focus.parse(wanted.focus or settings.slates.focus)
        return self.feed, focus, wanted.k or settings.slates.k, wanted.language or settings.language

    def _shown(self, user_id: str, focus: str, choice: Choice, version: int) -> Recommendation:
        now = self.clock()
        recommendation_id = f"{now // 1000:012x}{self._ids()}"  # in the order of time, so that a database appends them
        items = list(zip(choice.items, choice.scores, strict=True))
        shown = Shown(recommendation_id, user_id, now, version, focus, items, lifts=choice.lifts)
        if tried := choice.explored:
            shown = replace(shown, explored_rank=tried.rank, propensity=tried.propensity, pool=tried.pool)
        self.recorder.keep(shown)
        return Recommendation(recommendation_id, version, choice)

    # ── what changes beside events ───────────────────────────────────────────────────────────────────────────────────

    def acquaint(self) -> None:
        """Read what is known of people beside events."""
        people, known = self.stores.people, Acquaintance()
        for row in people.identities():
            known.join(row["user_id"], row["alias"])
        for row in people.interests():
            known.wish(row["user_id"], {row["category"]: row["weight"]})
        for row in people.consents():
            known.consent(row["user_id"], {row["purpose"]: row["is_granted"]})
        self.acquaintance = known
        self.arms.running = self.stores.experiments.running()
        for feed in self.feeds:
            feed.people = known

    def apply(self, change: Change) -> None:
        """Let a change count."""
        known = self.acquaintance
        if change.kind == "identity":
            known.join(change.subject, change.body["alias"])
        elif change.kind == "interests":
            known.wish(change.subject, change.body)
        elif change.kind == "consent":
            known.consent(change.subject, change.body)
        elif change.kind == "item":
            for feed in self.feeds:
                feed.change_item(change.subject, change.body)
        elif change.kind == "erasure":
            notice = Notice(change.body["salt"], frozenset(change.body["hashes"]))
            self.forgotten[notice.salt] = notice
            self.recorder.forget(notice)
            self.acquaintance.forget(notice)
            for feed in self.feeds:
                feed.forget(notice)

    def note_item(self, item_id: str, facts: Mapping[str, Any]) -> Change:
        """Keep what the shop says of an item; it counts from `apply` on.

        What is said of some stores is joined with what is known of the others: an item is to be had if it is anywhere.
        """
        body = dict(facts)
        if facts.get("stock") is not None:
            body["units"] = sum({**self._in_stores(item_id), **facts["stock"]}.values())
        change = Change("item", item_id, body, self.clock())
        self.stores.log.note(change)
        return change

    def _in_stores(self, item_id: str) -> dict[str, float]:
        """Store → units of an item, as the lake knows them and as was said since."""
        table, known = self.shop.again().lake.table("stock"), dict[str, float]()
        if table is not None:
            for row in table.filter(table["item_id"] == item_id).to_pyarrow().to_pylist():
                known[row.get("store_id") or ""] = row["quantity"]
        for change in self.stores.log.changes_since(0):
            if change.kind == "item" and change.subject == item_id:
                known |= change.body.get("stock") or {}
        return known

    def interests(self, user_id: str) -> list[dict[str, Any]]:
        """The interests that somebody is held to have, strongest first."""
        return [] if self.feed is None else self.feed.interests(user_id, self.clock())

    def customer(self, user_id: str) -> str:
        """The customer that an id belongs to, for whom what is said under it holds."""
        return self.acquaintance.customer(user_id)

    def read_keys(self) -> None:
        """Know the keys that are valid now."""
        self.valid_keys = self.stores.keys.valid()

    def similar(self, item_id: str, k: int) -> list[tuple[str, float]]:
        """Items of its own category that go with an item.

        Raises:
            UnknownError: the shop does not know the item.
        """
        feed, item = self._item(item_id)
        return feed.named(feed.slates.similar(item, k, self.clock()))

    def complements(self, item_id: str, k: int) -> list[tuple[str, float]]:
        """Items of other categories that go with an item.

        Raises:
            UnknownError: the shop does not know the item.
        """
        feed, item = self._item(item_id)
        return feed.named(feed.slates.complements(np.array([item], dtype=np.int32), k, self.clock()))

    def complete(self, item_ids: Sequence[str], k: int) -> list[tuple[str, float]]:
        """Items that go with a basket; what the shop does not know in it is passed over."""
        if self.feed is None:
            return []
        known = [item for item in map(self.feed.item, dict.fromkeys(item_ids)) if item >= 0]
        return self.feed.named(self.feed.slates.complete(np.array(known, dtype=np.int32), k, self.clock()))

    def _item(self, item_id: str) -> tuple[Feed, int]:
        item = -1 if self.feed is None else self.feed.item(item_id)
        if self.feed is None or item < 0:
            remedy = "An item is known once a model was trained on it."
            raise UnknownError(f'there is no item "{item_id}"', "item_id", remedy)
        return self.feed, item


NOTHING = Choice((), (), (), True, "", False)
"""The slate of a shop without events."""
