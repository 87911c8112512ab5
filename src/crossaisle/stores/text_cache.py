"""The cache of text vectors: a file in the workspace that keeps what an encoder said, so that it is asked once."""

import hashlib
import sqlite3
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

import numpy as np
from filelock import FileLock

from crossaisle.data.text_encoder import TextEncoder, vectors_of
from crossaisle.errors import StorageError
from crossaisle.numerics.arrays import AnyArray, Floats
from crossaisle.privacy.erasable import Person
from crossaisle.stores.engine import failures_in_words

FILE = "text_vectors.db"
SECONDS_TO_WAIT = 60
KEYS_AT_ONCE = 500
TEXTS_AT_ONCE = 4096
"""After so many new texts they are written, so that little is lost when the program is stopped."""

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class CachedEncoder:
    """An encoder that answers from the cache where it can, and adds what is new.

    Rows are rounded to half precision, cached or not, so that it makes no difference where one came from. The key of a
    row is the SHA-256 of the encoder's name and the text; the text itself is not kept.

    Args:
        encoder: who is asked. folder: of the cache; it is made when first needed.
    """

    encoder: TextEncoder
    folder: Path

    @property
    def name(self) -> str:
        """The name of the encoder behind it."""
        return self.encoder.name

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (n_texts, n_dimensions), each row as the encoder gave it, rounded.

        Raises:
            InputError: see vectors_of.
            StorageError: the cache cannot be read or written.
        """
        name = self.name
        keys = [_key(name, text) for text in texts]
        rows = self._kept(keys)
        rows |= self._asked_for([place for place, key in enumerate(keys) if key not in rows], keys, texts)
        if len({row.size for row in rows.values()}) > 1:
            # behind the same name there is another model now
            rows = self._asked_for(range(len(keys)), keys, texts)
        return np.array([rows[key] for key in keys], dtype=np.float32)

    def _asked_for(self, places: Sequence[int], keys: Sequence[bytes], texts: Sequence[str]) -> dict[bytes, AnyArray]:
        """Rows of the texts at `places` from the encoder, kept as they come."""
        rows: dict[bytes, AnyArray] = {}
        for start in range(0, len(places), TEXTS_AT_ONCE):
            some = places[start : start + TEXTS_AT_ONCE]
            vectors = vectors_of(self.encoder, [texts[place] for place in some]).astype(np.float16)
            fresh = {keys[place]: vector for place, vector in zip(some, vectors, strict=True)}
            self._keep(fresh)
            rows |= fresh
        return rows

    def _kept(self, keys: Sequence[bytes]) -> dict[bytes, AnyArray]:
        """The rows that are there and whole."""

        def read(connection: sqlite3.Connection) -> list[tuple[bytes, bytes, int]]:
            found = []
            for start in range(0, len(keys), KEYS_AT_ONCE):
                some = keys[start : start + KEYS_AT_ONCE]
                places = ",".join("?" * len(some))
                found += connection.execute(f"SELECT * FROM vectors WHERE key IN ({places})", some).fetchall()
            return found

        rows = _asked(self.folder, read)
        return {key: np.frombuffer(row, dtype=np.float16) for key, row, sum_ in rows if zlib.crc32(row) == sum_}

    def _keep(self, fresh: dict[bytes, AnyArray]) -> None:
        rows = [(key, vector.tobytes(), zlib.crc32(vector.tobytes())) for key, vector in fresh.items()]

        def write(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)

        _asked(self.folder, write)


@dataclass(frozen=True)
class TextCacheErasure:
    """The cache as something that erasure can ask: someone may have searched for an id of theirs.

    Args:
        folder: of the cache. encoders: names of those whose rows it holds.
    """

    folder: Path
    encoders: tuple[str, ...]

    name: ClassVar[str] = "text cache"

    def forget(self, person: Person) -> int:
        """See Erasable.forget."""
        keys = [(_key(name, one),) for name in self.encoders for one in person.ids]

        def drop(connection: sqlite3.Connection) -> int:
            connection.execute("PRAGMA secure_delete = ON")
            with connection:
                return connection.executemany("DELETE FROM vectors WHERE key = ?", keys).rowcount

        return _asked(self.folder, drop) if (self.folder / FILE).exists() else 0

    def traces(self, person: Person) -> int:
        """See Erasable.traces."""
        keys = [_key(name, one) for name in self.encoders for one in person.ids]

        def count(connection: sqlite3.Connection) -> int:
            asked = (connection.execute("SELECT count(*) FROM vectors WHERE key = ?", (key,)) for key in keys)
            return sum(int(one.fetchone()[0]) for one in asked)

        return _asked(self.folder, count) if (self.folder / FILE).exists() else 0


def _key(encoder: str, text: str) -> bytes:
    return hashlib.sha256(f"{encoder}\0{text}".encode()).digest()


def _asked(folder: Path, what: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """The file's answer; a file that is no database is thrown away and begun again, being only a cache."""
    path = folder / FILE
    with failures_in_words(str(path)):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return _answer(path, what)
        except sqlite3.OperationalError as error:
            raise StorageError(f"the cache cannot be used: {error}", str(path), "Check disk and folder.") from None
        except sqlite3.DatabaseError:
            with FileLock(path.with_suffix(".lock"), timeout=SECONDS_TO_WAIT):
                return _answer_after_mending(path, what)


def _answer_after_mending(path: Path, what: Callable[[sqlite3.Connection], Answer]) -> Answer:
    """Look again first: another process may have begun the file anew."""
    try:
        return _answer(path, what)
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
        path.with_name(f"{FILE}-journal").unlink(missing_ok=True)
        return _answer(path, what)


def _answer(path: Path, what: Callable[[sqlite3.Connection], Answer]) -> Answer:
    with closing(sqlite3.connect(path, timeout=SECONDS_TO_WAIT)) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB, checksum INTEGER)")
        return what(connection)
