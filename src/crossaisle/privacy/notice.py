"""Notices of erasures: whom they are about, told to every process without naming anybody."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


def salted(salt: str, user_id: str) -> str:
    """A hash of an id that tells nothing unless all ids are tried with it. salt: hexadecimal."""
    return hashlib.blake2b(user_id.encode(), key=bytes.fromhex(salt), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Notice:
    """Somebody who is being forgotten. hashes: of each of their ids, with the salt."""

    salt: str
    hashes: frozenset[str]

    def is_about(self, user_ids: Iterable[str]) -> bool:
        """Whether any of these ids is theirs."""
        return any(salted(self.salt, one) in self.hashes for one in user_ids)
