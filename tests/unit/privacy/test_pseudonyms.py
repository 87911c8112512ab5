"""Pseudonyms: one for each id and key, kept by a key that only its owner may read."""

import hashlib
import multiprocessing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.errors import StorageError
from crossaisle.privacy.pseudonyms import Pseudonyms

KEY = bytes(range(32))


def test_a_pseudonym_is_the_keyed_hash_of_the_id() -> None:
    """The keyed hash as RFC 7693 has it, taken without the product's code."""
    expected = hashlib.blake2b(b"u1", key=KEY, digest_size=12).hexdigest()
    assert Pseudonyms(KEY).of("u1") == expected
    assert len(expected) == 24


@given(st.text(), st.text())
def test_different_ids_have_different_pseudonyms_and_the_same_id_has_one(first: str, second: str) -> None:
    pseudonyms = Pseudonyms(KEY)
    assert (pseudonyms.of(first) == pseudonyms.of(second)) == (first == second)


def test_another_key_gives_another_pseudonym() -> None:
    assert Pseudonyms(KEY).of("u1") != Pseudonyms(bytes(32)).of("u1")


def test_an_id_that_is_no_text_has_a_pseudonym_too() -> None:
    assert len(Pseudonyms(KEY).of("\ud800")) == 24


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="31 bytes"):
        Pseudonyms(bytes(31))


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "pseudonyms.key"
    first = Pseudonyms.kept(path).of("u1")
    assert Pseudonyms.kept(path).of("u1") == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert len(path.read_bytes()) == 32


def test_the_key_is_what_was_drawn(tmp_path: Path) -> None:
    pseudonyms = Pseudonyms.kept(tmp_path / "pseudonyms.key", draw=lambda n: KEY[:n])
    assert pseudonyms.of("u1") == Pseudonyms(KEY).of("u1")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "pseudonyms.key"
    path.write_bytes(KEY)
    path.chmod(mode)
    with pytest.raises(StorageError, match="chmod 600"):
        Pseudonyms.kept(path)


@pytest.mark.parametrize("n_bytes", [0, 31, 33])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, n_bytes: int) -> None:
    path = tmp_path / "pseudonyms.key"
    path.write_bytes(bytes(n_bytes))
    path.chmod(0o600)
    with pytest.raises(StorageError, match=f"{n_bytes} bytes"):
        Pseudonyms.kept(path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("in the way")
    with pytest.raises(StorageError, match="secrets"):
        Pseudonyms.kept(tmp_path / "secrets" / "pseudonyms.key")


def _told(path: Path, start: Any, answers: Any) -> None:
    start.wait(60)
    answers.put(Pseudonyms.kept(path).of("u1"))


def test_processes_that_begin_at_once_have_one_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Event(), context.Queue()
    path = tmp_path / "secrets" / "pseudonyms.key"
    processes = [context.Process(target=_told, args=(path, start, answers)) for _ in range(4)]
    for process in processes:
        process.start()
    start.set()
    told = {answers.get(timeout=60) for _ in processes}
    for process in processes:
        process.join()
    assert told == {Pseudonyms.kept(path).of("u1")}
