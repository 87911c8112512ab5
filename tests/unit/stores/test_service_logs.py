"""Forgetting in the service's logs: names are overwritten where they stand, and no line is lost to it."""

import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.privacy.erasable import Person
from crossaisle.privacy.pseudonyms import Pseudonyms
from crossaisle.stores.service_logs import ServiceLogs

PSEUDONYMS = Pseudonyms(bytes(32))
ANN = Person.known_by(["ann", "7"], PSEUDONYMS)
NAME = PSEUDONYMS.of("ann")


def logs(folder: Path, *lines: Any) -> Path:
    """A log of JSON lines, or of texts as they are."""
    path = folder / "logs" / "serve-2026-01-01-1.log"
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{one if isinstance(one, str) else json.dumps(one)}\n" for one in lines), encoding="utf-8")
    return path


def test_a_pseudonym_is_overwritten_wherever_it_stands(tmp_path: Path) -> None:
    path = logs(tmp_path, {"user": NAME, "ms": 3}, {"user": PSEUDONYMS.of("bob")}, f"Traceback: {NAME} at {NAME}")
    part = ServiceLogs(path.parent)
    assert part.traces(ANN) == 3
    assert part.forget(ANN) == 3
    assert part.traces(ANN) == 0
    erased = "erased" + 18 * "-"
    assert path.read_text().splitlines() == [
        json.dumps({"user": erased, "ms": 3}),
        json.dumps({"user": PSEUDONYMS.of("bob")}),
        f"Traceback: {erased} at {erased}",
    ]


def test_an_id_is_overwritten_as_a_user_and_in_a_path_and_nowhere_else(tmp_path: Path) -> None:
    path = logs(
        tmp_path,
        {"user": "ann", "k": "7"},
        {"user_id": "7", "took": 7},
        {"path": "/v1/users/ann/recommendations?k=7"},
        '10.0.0.7 "GET /v1/users/7 HTTP/1.1" 200',
        {"path": "/v1/users/annabel", "item": "7", "user": "annabel"},
    )
    assert ServiceLogs(path.parent).forget(ANN) == 4
    assert path.read_text().splitlines() == [
        '{"user": "era", "k": "7"}',
        '{"user_id": "e", "took": 7}',
        '{"path": "/v1/users/era/recommendations?k=7"}',
        '10.0.0.7 "GET /v1/users/e HTTP/1.1" 200',
        '{"path": "/v1/users/annabel", "item": "7", "user": "annabel"}',
    ]


@given(st.text(min_size=1).filter(lambda text: text.isprintable() and "erased".find(text) != 0))
def test_whatever_the_id_it_is_found_as_json_and_as_a_step_of_a_path_and_lines_stay_json(
    tmp_path_factory: pytest.TempPathFactory, user_id: str
) -> None:
    from urllib.parse import quote

    person = Person.known_by([user_id], PSEUDONYMS)
    both = [
        json.dumps({"user": user_id, "path": f"/v1/users/{quote(user_id, safe='')}"}, ensure_ascii=one)
        for one in (True, False)
    ]
    path = logs(tmp_path_factory.mktemp("workspace"), *both)
    size = path.stat().st_size
    assert ServiceLogs(path.parent).forget(person) == 4
    assert path.stat().st_size == size
    for line in path.read_text(encoding="utf-8").splitlines():
        assert json.loads(line)["user"].rstrip("-") in ("e", "er", "era", "eras", "erase", "erased")
        assert user_id not in json.loads(line)["path"].rpartition("/")[2]


def test_the_file_is_the_same_one_and_a_torn_last_line_stays(tmp_path: Path) -> None:
    path = logs(tmp_path, {"user": NAME})
    with path.open("a") as file:
        file.write('{"user": "' + NAME[:10])
    inode = path.stat().st_ino
    ServiceLogs(path.parent).forget(ANN)
    assert path.stat().st_ino == inode
    assert path.read_text().endswith('"}\n{"user": "' + NAME[:10])


def test_empty_files_and_no_folder_are_no_trouble(tmp_path: Path) -> None:
    assert ServiceLogs(tmp_path / "logs").forget(ANN) == 0
    path = logs(tmp_path)
    assert path.stat().st_size == 0
    assert ServiceLogs(path.parent).forget(ANN) == 0


def _write_on(path: Path, ready: Any, stop: Any, told: Any) -> None:
    """Append as the service does: each line at once, to a file opened with O_APPEND."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    n = 0
    while not stop.is_set():
        line = {"n": n, "user": NAME if n % 3 else PSEUDONYMS.of("bob")}
        os.write(descriptor, json.dumps(line).encode() + b"\n")
        n += 1
        time.sleep(1e-4)
        if n == 100:
            ready.set()
    os.close(descriptor)
    told.put(n)


def test_no_line_is_lost_or_torn_while_another_process_appends(tmp_path: Path) -> None:
    path = logs(tmp_path, {"n": -1, "user": NAME})
    part = ServiceLogs(path.parent)
    context = multiprocessing.get_context("spawn")
    ready, stop, told = context.Event(), context.Event(), context.Queue()
    process = context.Process(target=_write_on, args=(path, ready, stop, told))
    process.start()
    assert ready.wait(60)
    removed = 0
    for _ in range(20):
        removed += part.forget(ANN)
        time.sleep(0.01)
    stop.set()
    n = told.get(timeout=60)
    process.join()
    removed += part.forget(ANN)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["n"] for line in lines] == list(range(-1, n))
    assert removed == sum(one == -1 or one % 3 > 0 for one in range(-1, n))
    erased = {line["user"] for line in lines if line["n"] == -1 or line["n"] % 3}
    assert erased == {"erased" + 18 * "-"}
    assert {line["user"] for line in lines if line["n"] >= 0 and not line["n"] % 3} == {PSEUDONYMS.of("bob")}
