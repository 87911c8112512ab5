"""Random ids: of their length, never twice, in any thread and any child."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection

import pytest

from crossaisle.data.random_ids import AT_ONCE, RandomIds


@pytest.mark.parametrize("n_bytes", [1, 8, 12, AT_ONCE + 1])
def test_an_id_has_two_digits_a_byte(n_bytes: int) -> None:
    ids = RandomIds(n_bytes)
    assert all(re.fullmatch(rf"[0-9a-f]{{{2 * n_bytes}}}", ids()) for _ in range(3))


def test_no_id_is_given_twice_whatever_thread_asks() -> None:
    ids = RandomIds(8)
    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(lambda _: ids(), range(5 * AT_ONCE // 8)))
    assert len(set(given)) == len(given)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_gives_other_ids_than_its_parent() -> None:
    ids = RandomIds(8)
    ids()
    here, there = get_context("fork").Pipe()
    child = get_context("fork").Process(target=_tell, args=(ids, there))
    child.start()
    told = here.recv()
    child.join()
    assert told != ids()


def _tell(ids: RandomIds, there: "Connection[str, str]") -> None:
    there.send(ids())
