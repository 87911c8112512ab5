"""The cache of text vectors: asked once, whole after two writers, begun again when broken."""

import multiprocessing
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.errors import StorageError
from crossaisle.numerics.arrays import Floats
from crossaisle.privacy.erasable import Person
from crossaisle.stores.text_cache import FILE, CachedEncoder, TextCacheErasure


class Letters:
    """A third in the place of the text's length, two thirds beside it, and how many texts it was asked for."""

    def __init__(self, name: str = "letters", n_dimensions: int = 8) -> None:
        self.name, self.n_dimensions, self.n_asked = name, n_dimensions, 0

    def encode(self, texts: Sequence[str]) -> Floats:
        self.n_asked += len(texts)
        vectors = np.zeros((len(texts), self.n_dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row, [len(text) % self.n_dimensions, (len(text) + 1) % self.n_dimensions]] = (1 / 3, 2 / 3)
        return vectors


def test_a_text_is_asked_for_once_and_read_again_as_it_was_given_first(tmp_path: Path) -> None:
    first, second = Letters(), Letters()
    fresh = CachedEncoder(first, tmp_path / "cache").encode(["soap", "cola", "soap"])
    again = CachedEncoder(second, tmp_path / "cache").encode(["cola", "soap"])
    assert (first.n_asked, second.n_asked) == (3, 0)
    np.testing.assert_array_equal(again, fresh[[1, 0]])
    assert fresh.dtype == np.float32
    np.testing.assert_allclose(fresh[0, [4, 5]], [1 / 5**0.5, 2 / 5**0.5], rtol=1e-3)


def test_another_encoder_or_version_does_not_find_the_rows_of_the_first(tmp_path: Path) -> None:
    CachedEncoder(Letters("letters@1"), tmp_path).encode(["soap"])
    newer = Letters("letters@2")
    CachedEncoder(newer, tmp_path).encode(["soap"])
    assert newer.n_asked == 1


def test_the_file_holds_neither_text_nor_name(tmp_path: Path) -> None:
    CachedEncoder(Letters("secret encoder"), tmp_path).encode(["a private search"])
    content = (tmp_path / FILE).read_bytes()
    assert b"private" not in content
    assert b"secret" not in content


@pytest.mark.parametrize("content", [b"", b"no database at all", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_broken_file_is_begun_again(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    encoder = Letters()
    for _ in range(2):
        CachedEncoder(encoder, tmp_path).encode(["soap", "cola"])
    assert encoder.n_asked == 2


def test_an_altered_row_is_asked_for_again_and_mended(tmp_path: Path) -> None:
    encoder = Letters()
    cached = CachedEncoder(encoder, tmp_path)
    fresh = cached.encode(["soap", "cola"])
    with closing(sqlite3.connect(tmp_path / FILE)) as connection, connection:
        connection.execute("UPDATE vectors SET vector = ? WHERE key = (SELECT min(key) FROM vectors)", (bytes(16),))
    for _ in range(2):
        np.testing.assert_array_equal(cached.encode(["soap", "cola"]), fresh)
    assert encoder.n_asked == 3


def test_rows_of_another_length_under_the_same_name_are_asked_for_again(tmp_path: Path) -> None:
    CachedEncoder(Letters(), tmp_path).encode(["soap"])
    grown = Letters(n_dimensions=12)
    assert CachedEncoder(grown, tmp_path).encode(["soap", "cola"]).shape == (2, 12)
    assert grown.n_asked == 3


def write_many(folder: str, start: int) -> None:
    cached = CachedEncoder(Letters(), Path(folder))
    for number in range(20):
        cached.encode([f"{start + number} {text}" for text in range(50)])


def test_two_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(str(tmp_path), start)) for start in (0, 10)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    reader = Letters()
    CachedEncoder(reader, tmp_path).encode([f"{number} {text}" for number in range(30) for text in range(50)])
    assert reader.n_asked == 0


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="file"):
        CachedEncoder(Letters(), tmp_path / "file" / "cache").encode(["soap"])


@given(st.lists(st.text(max_size=8), max_size=30))
def test_whatever_the_texts_the_cache_answers_as_the_encoder_does(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("cache")
    fresh, kept = (CachedEncoder(Letters(), folder).encode(texts) for _ in range(2))
    np.testing.assert_array_equal(fresh, kept)
    if texts:
        assert (np.abs(np.linalg.norm(kept, axis=1) - 1) < 1e-3).all()


def test_an_id_that_somebody_searched_for_is_forgotten_and_the_rest_is_not_asked_for_again(tmp_path: Path) -> None:
    encoder = Letters()
    cached = CachedEncoder(encoder, tmp_path)
    cached.encode(["ann@example.org", "soap"])
    part = TextCacheErasure(tmp_path, ("another", "letters"))
    person = Person(frozenset({"ann@example.org", "device-1"}), frozenset())
    assert (part.traces(person), part.forget(person), part.traces(person)) == (1, 1, 0)
    key = sha256(b"letters\0ann@example.org").digest()
    assert not any(key in path.read_bytes() for path in tmp_path.iterdir())
    cached.encode(["soap"])
    assert encoder.n_asked == 2
    cached.encode(["ann@example.org"])
    assert encoder.n_asked == 3


def test_without_a_cache_there_is_nothing_to_forget_and_none_is_made(tmp_path: Path) -> None:
    part = TextCacheErasure(tmp_path / "cache", ("letters",))
    person = Person(frozenset({"ann"}), frozenset())
    assert (part.forget(person), part.traces(person)) == (0, 0)
    assert not (tmp_path / "cache").exists()
