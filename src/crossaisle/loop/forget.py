"""Forgetting: a person is taken out of every store, each is asked what is left, and a receipt says so."""

from collections.abc import Sequence
from pathlib import Path

from crossaisle.data.mapping.user_columns import UserColumns
from crossaisle.evaluation.report.erasure import ReportsErasure
from crossaisle.loop.prepared import forget_in
from crossaisle.models.erasure import traces_in
from crossaisle.privacy.erasable import Erasable, Person
from crossaisle.privacy.receipt import PartReceipt, Receipt
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine
from crossaisle.stores.quarantine_erasure import QuarantineErasure
from crossaisle.stores.registry import ModelsErasure, Registry
from crossaisle.stores.service_logs import ServiceLogs
from crossaisle.stores.text_cache import TextCacheErasure

RECEIPTS = Path("reports") / "erasures.jsonl"
"""Where a workspace keeps its copies of receipts (privacy.receipt.Receipts)."""


def forget(person: Person, parts: Sequence[Erasable], now: int, receipt_id: str, salt: bytes) -> Receipt:
    """Take a person out of all parts, then ask all of them what is left.

    There is a receipt only if every part came to its end. What was broken off, by a kill or because a part was busy, is
    asked for again with the same person: what is done already is no work. Stop what reads the person's data on the
    way to a file before, or erase again after: a training that began earlier publishes whom it read.

    Args:
        parts: in their order. The one that the person's aliases are known from comes last: whoever erases again must
            still find them.
        now: microseconds since 1970. receipt_id: random. salt: random bytes, at least 16, which nobody else is given.

    Raises:
        BusyError: another process changes a part.
        StorageError: a part cannot be read or written.
    """
    removed = [part.forget(person) for part in parts]
    told = [PartReceipt(part.name, n, part.traces(person)) for part, n in zip(parts, removed, strict=True)]
    return Receipt.of(person, tuple(told), now, receipt_id, salt)


def file_parts(
    folder: Path,
    lake: Lake,
    quarantine: Quarantine,
    registry: Registry,
    columns: UserColumns,
    encoders: tuple[str, ...],
) -> tuple[Erasable, ...]:
    """All parts of a workspace that keep people in files, the lake with its identities last.

    Checkpoints and the trials of tuning hold nobody: weights, options and scores alone.

    Args:
        folder: of the workspace. columns: that hold users in raw rows. encoders: names of those in the cache of texts.
    """
    return (
        ServiceLogs(folder / "logs"),
        ReportsErasure(folder / "reports"),
        TextCacheErasure(folder / "cache", encoders),
        ModelsErasure(registry, forget_in, traces_in),
        QuarantineErasure(quarantine, lake, columns),
        lake,
    )
