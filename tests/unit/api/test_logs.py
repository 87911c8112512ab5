"""Lines of the log: whole, in a file a day, and without the values of what went wrong."""

import io
import json
import logging
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.api.logs import Daily, Line, Lines, write_logs


def record(message: str = "request", when: float = 0.0, **told: Any) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "crossaisle", "levelno": logging.INFO, "levelname": "INFO", **told})
    made.msg, made.created = message, when
    return made


def test_a_line_says_when_how_grave_what_and_all_that_was_told_beside() -> None:
    line = Lines().format(record(when=86_400.25, status=200, ms=1.5))
    assert line == '{"time":"1970-01-02T00:00:00.250+00:00","level":"info","message":"request","status":200,"ms":1.5}'


names = st.text(min_size=1, max_size=8).filter(lambda name: name not in {*vars(record()), "when", "message"})
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.binary(max_size=4) | st.just(Path("x")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@given(st.text(st.characters()), st.dictionaries(names, values, max_size=4))
def test_whatever_is_told_is_one_line_of_json(message: str, told: dict[str, Any]) -> None:
    line = Lines().format(record(message, **told))
    assert "\n" not in line
    found = json.loads(line)
    assert found["message"] == message
    assert set(told) <= set(found)


def test_of_an_exception_the_log_says_where_and_not_what_it_was_about() -> None:
    def fail(user_id: str) -> None:
        try:
            raise LookupError(f"nobody is called {user_id}")
        except LookupError as error:
            raise KeyError(user_id) from error

    try:
        fail("ann@" + "example.org")
    except KeyError:
        line = Lines().format(record("request failed", exc_info=sys.exc_info()))
    found = json.loads(line)
    assert [place.split()[-1] for place in found["trace"]] == [
        "test_of_an_exception_the_log_says_where_and_not_what_it_was_about",
        "fail",
    ]
    assert "ann@example.org" not in line


def test_a_day_has_a_file_of_its_own(tmp_path: Path) -> None:
    handler = Daily(tmp_path / "logs")
    handler.setFormatter(Lines())
    days = [datetime(2026, 3, day, 23, 59, tzinfo=UTC).timestamp() for day in (1, 1, 2)]
    for number, when in enumerate(days):
        handler.emit(record(f"line {number}", when))
    found = {path.name: path.read_text("utf-8").splitlines() for path in (tmp_path / "logs").iterdir()}
    assert sorted(found) == [f"serve-2026-03-01-{os.getpid()}.log", f"serve-2026-03-02-{os.getpid()}.log"]
    assert [len(found[name]) for name in sorted(found)] == [2, 1]
    for path in (tmp_path / "logs").iterdir():
        assert path.stat().st_mode & 0o007 == 0


def test_lines_of_requests_are_written_soon_or_with_the_next_other_line(tmp_path: Path) -> None:
    handler = Daily(tmp_path)
    handler.setFormatter(Lines())
    handler.emit(record("one"))
    (path,) = tmp_path.iterdir()
    told = Line("crossaisle", "request", {"status": 200})
    told.created = 0.0
    handler.emit(told)
    assert len(path.read_text().splitlines()) == 1
    deadline = time.monotonic() + 30
    while len(path.read_text().splitlines()) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert json.loads(path.read_text().splitlines()[1])["status"] == 200
    handler.emit(told)
    handler.emit(record("two"))
    handler.emit(told)
    handler.close()
    assert [json.loads(line)["message"] for line in path.read_text().splitlines()[2:]] == ["request", "two", "request"]


def test_a_file_that_was_overwritten_in_place_is_gone_on_with(tmp_path: Path) -> None:
    handler = Daily(tmp_path)
    handler.setFormatter(Lines())
    handler.emit(record("one"))
    (path,) = tmp_path.iterdir()
    path.write_text("x\n")
    handler.emit(record("two"))
    kept, added = path.read_text().splitlines()
    assert (kept, json.loads(added)["message"]) == ("x", "two")


def test_a_folder_that_cannot_be_written_breaks_no_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    (tmp_path / "taken").write_text("")
    handler = Daily(tmp_path / "taken")
    handler.setFormatter(Lines())
    handler.emit(record("one"))
    assert "taken" in said.getvalue()


def test_logs_of_the_service_and_of_its_server_go_to_one_place(tmp_path: Path) -> None:
    names = ("crossaisle", "uvicorn", "asyncio")
    before = {name: (logging.getLogger(name).handlers, logging.getLogger(name).propagate) for name in names}
    levels = {name: logging.getLogger(name).level for name in names}
    try:
        write_logs(tmp_path)
        logging.getLogger("crossaisle.requests").info("request", extra={"status": 200})
        logging.getLogger("crossaisle.requests").debug("not asked for")
        logging.getLogger("uvicorn.error").warning("odd")
        logging.getLogger("uvicorn.access").info("not asked for")
        logging.getLogger("asyncio").error("odd, too")
    finally:
        for name, (handlers, propagates) in before.items():
            logging.getLogger(name).handlers, logging.getLogger(name).propagate = handlers, propagates
            logging.getLogger(name).setLevel(levels[name])
    (path,) = tmp_path.iterdir()
    assert [json.loads(line)["message"] for line in path.read_text().splitlines()] == ["request", "odd", "odd, too"]
