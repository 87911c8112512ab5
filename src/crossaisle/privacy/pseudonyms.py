"""Pseudonyms: what stands for a user where the id itself must not, the same for the same id and key, and not undone
without the key.

Keyed BLAKE2b (RFC 7693, section 2.9), cut to 96 bits: among 10⁸ users two share one with a probability of
(10⁸)² / 2⁹⁷ < 10⁻¹³.
"""

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from crossaisle.errors import StorageError

KEY_BYTES, PSEUDONYM_BYTES = 32, 12
SECONDS_TO_WAIT = 60
_OTHERS = 0o077


class Pseudonyms:
    """Pseudonyms under one key.

    Args:
        key: 32 random bytes, kept secret.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key of {len(key)} bytes, not {KEY_BYTES}")
        self._key = key

    def of(self, user_id: str) -> str:
        """The pseudonym of an id, 24 hexadecimal digits."""
        # ids that a program sent may hold half a surrogate pair, which is no reason to answer nothing
        written = user_id.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(written, digest_size=PSEUDONYM_BYTES, key=self._key).hexdigest()

    @classmethod
    def kept(cls, path: Path, draw: Callable[[int], bytes] = secrets.token_bytes) -> "Pseudonyms":
        """Pseudonyms under the key in a file, which is made, for its owner alone, where there is none yet.

        Args:
            draw: so many random bytes.

        Raises:
            StorageError: others than its owner may read the file, or it holds no key.
        """
        try:
            if not path.exists():
                _make(path, draw)
            if os.name == "posix" and path.stat().st_mode & _OTHERS:
                raise StorageError(
                    "others than its owner may read or write the key of the pseudonyms",
                    str(path),
                    f"Run: chmod 600 {path}",
                )
            key = path.read_bytes()
        except OSError as error:
            what = f"the key of the pseudonyms cannot be read or made: {error.strerror}"
            raise StorageError(what, str(path), "Check the folder's permissions.") from None
        if len(key) != KEY_BYTES:
            raise StorageError(
                f"the key of the pseudonyms has {len(key)} bytes, not {KEY_BYTES}",
                str(path),
                "Restore it from a copy: with another key, nobody's earlier pseudonym is found again.",
            )
        return cls(key)


def _make(path: Path, draw: Callable[[int], bytes]) -> None:
    """Write a new key whole or not at all; of several processes that begin at once, one makes it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock"), timeout=SECONDS_TO_WAIT):
        if path.exists():
            return
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(draw(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)
