"""Receipts of erasures: what went and what is left, and a proof of whose they are that names nobody."""

import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from filelock import FileLock

from crossaisle.errors import StorageError
from crossaisle.privacy.erasable import Person

SECONDS_TO_WAIT = 60


@dataclass(frozen=True)
class PartReceipt:
    """What one store did: entries removed, and entries left when it was asked again."""

    name: str
    removed: int
    left: int


@dataclass(frozen=True)
class Receipt:
    """An erasure that came to its end.

    Args:
        id: of the receipt. when: microseconds since 1970.
        hashes: HMAC-SHA-256 of each of the person's ids under the salt, in order. Without the salt they say nothing.
        salt: hexadecimal; the person's copy has it, the shop's does not, so that only the person can prove whose the
            receipt is.
    """

    id: str
    when: int
    parts: tuple[PartReceipt, ...]
    hashes: tuple[str, ...]
    salt: str | None = None

    @classmethod
    def of(cls, person: Person, parts: tuple[PartReceipt, ...], when: int, receipt_id: str, salt: bytes) -> "Receipt":
        """The person's copy."""
        hashes = sorted(_hash(one, salt) for one in person.ids)
        return cls(receipt_id, when, parts, tuple(hashes), salt.hex())

    @property
    def is_complete(self) -> bool:
        """Whether nothing was left."""
        return not any(part.left for part in self.parts)

    def proves(self, user_id: str, salt: str) -> bool:
        """Whether it is the receipt of this id's erasure. salt: from the person's copy."""
        found = _hash(user_id, bytes.fromhex(salt))
        return found in self.hashes

    def to_dict(self) -> dict[str, Any]:
        """In plain values, for JSON; without a salt where it has none."""
        plain = asdict(self)
        if self.salt is None:
            del plain["salt"]
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Receipt":
        """What `to_dict` gave."""
        parts = tuple(PartReceipt(**one) for one in plain["parts"])
        return cls(plain["id"], plain["when"], parts, tuple(plain["hashes"]), plain.get("salt"))


class Receipts:
    """The shop's copies in a file of JSON lines, which only grows."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, receipt: Receipt) -> None:
        """Append a receipt, without its salt; it is there after a power cut, too.

        Raises:
            StorageError: the file cannot be written.
        """
        plain = receipt.to_dict()
        plain.pop("salt", None)
        line = json.dumps(plain).encode() + b"\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock"), timeout=SECONDS_TO_WAIT), self.path.open("ab+") as file:
                _drop_torn(file)
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            what = f"the receipt cannot be kept: {error.strerror}"
            raise StorageError(what, str(self.path), "Erase again when there is space.") from None

    def all(self) -> list[Receipt]:
        """All receipts, the earliest first.

        Raises:
            StorageError: the file is no list of receipts.
        """
        if not self.path.exists():
            return []
        content = self.path.read_bytes()
        try:
            return [Receipt.from_dict(json.loads(line)) for line in content[: _whole(content)].splitlines()]
        except (ValueError, KeyError, TypeError):
            raise StorageError("this is no list of receipts", str(self.path), "Restore it from a copy.") from None


def _drop_torn(file: IO[bytes]) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - 1))
    if size and file.read(1) != b"\n":
        file.seek(0)
        file.truncate(_whole(file.read()))


def _whole(content: bytes) -> int:
    """How many bytes the whole lines take: a kill may have left the last one torn."""
    return content.rfind(b"\n") + 1


def _hash(user_id: str, salt: bytes) -> str:
    return hmac.new(salt, user_id.encode(), hashlib.sha256).hexdigest()
