"""Care for people: what they say of themselves, what they wish and allow, what is kept of them, and forgetting it."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from crossaisle.data.mapping.user_columns import user_columns
from crossaisle.data.moments import as_text
from crossaisle.errors import BusyError
from crossaisle.loop.export import export
from crossaisle.loop.forget import RECEIPTS, file_parts, forget
from crossaisle.privacy.consent import Purpose
from crossaisle.privacy.erasable import Person
from crossaisle.privacy.notice import salted
from crossaisle.privacy.pseudonyms import Pseudonyms
from crossaisle.privacy.receipt import Receipt, Receipts
from crossaisle.shop.shop import Shop
from crossaisle.shop.stores import Stores
from crossaisle.stores.database.erasure import DatabaseErasure
from crossaisle.stores.database.event_log import Change
from crossaisle.stores.database.slate_log import Shown
from crossaisle.stores.quarantine_erasure import QuarantineErasure

SECRET = Path("secrets", "pseudonyms.key")
"""The key of pseudonyms, below the workspace."""
ATTEMPTS = 3
"""Times that erasure goes over all parts: what moved from one to another meanwhile is found the next time."""
PATIENCE, BETWEEN = 20.0, 0.2
"""Seconds that an erasure waits for another that is under way, and after which it looks again."""
SETTLED = 1.0
"""Seconds in which every worker has written, or let go of, what it held when it was told of an erasure."""


class Care:
    """What is done for one person at a time. clock: microseconds since 1970."""

    def __init__(self, shop: Shop, stores: Stores, clock: Callable[[], int] = lambda: time.time_ns() // 1000) -> None:
        self._shop, self._stores, self._clock = shop, stores, clock

    def note_customer(
        self, user_id: str, aliases: Sequence[tuple[str, str]], columns: Mapping[str, str]
    ) -> list[Change]:
        """Keep other ids of a customer, and own columns of theirs."""
        now = self._clock()
        self._stores.people.join(user_id, aliases, now)
        if columns:
            self._stores.log.note(Change("customer", user_id, dict(columns), now))
        return [Change("identity", user_id, {"alias": alias, "kind": kind}, now) for alias, kind in aliases]

    def correct(self, user_id: str, weights: Mapping[str, float]) -> Change:
        """Keep the interests that somebody corrected: category → weight."""
        now = self._clock()
        self._stores.people.correct(user_id, weights, now)
        return Change("interests", user_id, dict(weights), now)

    def consent(self, user_id: str, granted: Mapping[str, bool], source: str) -> Change:
        """Keep what somebody allows or refuses."""
        now = self._clock()
        self._stores.people.consent(user_id, granted, source, now)
        return Change("consent", user_id, dict(granted), now)

    def export(self, user_id: str) -> dict[str, Any]:
        """Everything that is kept of somebody, in plain values: by table, and what they allow.

        Raises:
            StorageError: a file cannot be read. UnavailableError: the database does not answer.
        """
        shop = self._shop.again()
        ids = self._ids(shop, user_id)
        found: dict[str, Any] = {"user_ids": ids, "events": [], "identities": [], "slates": []}
        person = Person.known_by(ids, self._pseudonyms)
        for table, row in export(person, shop.lake, _quarantine(shop)):
            found.setdefault(table, []).append(row)
        known = {row["event_id"] for row in found["events"]}
        for event in self._stores.log.of_users(ids):
            if event["event_id"] not in known:
                found["events"].append(_told(event))
        for one in ids:
            found["identities"] += [_told(row) for row in self._stores.people.identities(one)]
            found["slates"] += [_shown(slate) for slate in self._stores.slates.of_user(one)]
        return found | {"consent": self.consents(ids[0])}

    def forget(self, user_id: str) -> dict[str, Any]:
        """Take somebody out of everything that is kept; the receipt, which is theirs.

        Workers are told first, and given the time to let go of what they were about to write.

        Raises:
            BusyError: another process goes on changing the lake or publishing a model; nothing is lost by asking again.
            UnavailableError: the database does not answer.
        """
        shop, now = self._shop.again(), self._clock()
        ids = self._ids(shop, user_id)
        # the database forgets last, so it has to know all ids: whoever asks again after a kill must still find them
        self._stores.people.join(ids[0], [(one, "known") for one in ids[1:]], now)
        person = Person.known_by(ids, self._pseudonyms)
        salt = secrets.token_hex(16)
        self._tell("erasure", {"salt": salt, "hashes": [salted(salt, one) for one in ids]}, now)
        time.sleep(shop.settings.serving.look + SETTLED)
        columns, encoders = user_columns(shop.settings.map), (shop.encoder.name,)
        files = file_parts(shop.folder, shop.lake, shop.quarantine, shop.registry, columns, encoders)
        parts = (*files, DatabaseErasure(self._stores.database))
        for _ in range(ATTEMPTS):
            receipt = _in_turn(lambda: forget(person, parts, now, secrets.token_hex(16), secrets.token_bytes(16)))
            if receipt.is_complete:
                break
        self._tell("erased", {"salt": salt}, now)
        Receipts(shop.folder / RECEIPTS).add(receipt)
        return receipt.to_dict()

    def _tell(self, kind: str, body: Mapping[str, Any], now: int) -> None:
        """Let every worker know something of somebody whom it does not name."""
        self._stores.log.note(Change(kind, "", body, now))

    @property
    def _pseudonyms(self) -> Pseudonyms:
        return Pseudonyms.kept(self._shop.folder / SECRET)

    def _ids(self, shop: Shop, user_id: str) -> list[str]:
        """All ids of a person, the customer's own first: what the running shop was told, and what was loaded."""
        ids = self._stores.people.ids_of(user_id)
        links = shop.lake.table("identities")
        if links is None:
            return ids
        owners = links.filter(links["alias"] == user_id)["user_id"].to_pyarrow().to_pylist()
        customer = owners[0] if len(set(owners)) == 1 else ids[0]
        aliases = links.filter(links["user_id"] == customer)["alias"].to_pyarrow().to_pylist()
        return list(dict.fromkeys([customer, *ids, *aliases]))

    def consents(self, user_id: str) -> dict[str, Any]:
        """Purpose → whether it is granted, and when and where somebody said so."""
        said = {row["purpose"]: row for row in self._stores.people.consents(user_id)}
        defaults = self._shop.settings.privacy
        return {
            purpose.value: {
                "granted": said[purpose]["is_granted"] if purpose in said else getattr(defaults, purpose),
                "source": said[purpose]["source"] if purpose in said else "settings",
                "at": as_text(said[purpose]["made_at"]) if purpose in said else None,
            }
            for purpose in Purpose
        }


def _in_turn(erase: Callable[[], Receipt]) -> Receipt:
    """Erase as soon as nobody else changes the same: several erasures at once wait for each other."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return erase()
        except BusyError:
            if time.monotonic() > until:
                raise
            time.sleep(BETWEEN)


def _quarantine(shop: Shop) -> QuarantineErasure:
    return QuarantineErasure(shop.quarantine, shop.lake, user_columns(shop.settings.map))


TIMES = ("timestamp", "received_at", "made_at")


def _told(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the database without what is the database's own, times as text."""
    kept = {str(name): value for name, value in row.items() if name != "number" and value is not None}
    return kept | {name: as_text(kept[name]) for name in TIMES if name in kept}


def _shown(slate: Shown) -> dict[str, Any]:
    return {
        "recommendation_id": slate.recommendation_id,
        "shown_at": as_text(slate.made_at),
        "model_version": slate.model_version,
        "item_ids": [item_id for item_id, _ in slate.items],
    }
