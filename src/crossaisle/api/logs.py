"""Logs as JSON lines: one a request and one for what happens behind; people stand in them as pseudonyms alone."""

import json
import logging
import os
import sys
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

LATEST, TOGETHER = 0.1, 500
"""Seconds after which a line of a request is written, and lines that are written at once."""
FRAMES = 12
"""Places that are told of an error, the innermost."""

_OWN = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Line(logging.LogRecord):
    """A record that does not look for where in the program it was made: most of what a record costs.

    Args:
        name: of the logger. message: what happened. told: what is said beside.
    """

    levelno, levelname, args, exc_info, exc_text, stack_info = logging.INFO, "INFO", (), None, None, None
    pathname = filename = module = funcName = threadName = processName = ""  # noqa: N815  # as logging calls them
    lineno, thread, process, msecs, relativeCreated = 0, None, None, 0.0, 0.0  # noqa: N815

    def __init__(self, name: str, message: str, told: Mapping[str, Any]) -> None:
        self.name, self.msg, self.created = name, message, time.time()
        self.__dict__.update(told)


class Lines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """time, level, message, and whatever was told beside."""
        told = {name: value for name, value in vars(record).items() if name not in _OWN}
        when = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": when, "level": record.levelname.lower(), "message": record.getMessage(), **told}
        if record.exc_info:
            line["trace"] = _places(record.exc_info[2])
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # half a surrogate pair or a number of more than 64 bits, which is no reason to tell nothing
            return json.dumps(line, default=str, separators=(",", ":"))


def _places(trace: TracebackType | None) -> list[str]:
    """Where an error came from, without what it says: that may quote an id."""
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{Path(one.filename).name}:{one.lineno} {one.name}" for one in frames]


class Daily(logging.Handler):
    """Writes to a file a day, `serve-YYYY-MM-DD-PID.log`, opened to append: erasure overwrites in place.

    Lines of requests are written together, at the latest `LATEST` seconds after they were made; all others at once.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder, self._day, self._file = folder, "", -1
        self._lines: list[bytes] = []
        self._is_waiting = threading.Event()
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, whole, or keep it for a moment."""
        try:
            line = (self.format(record) + "\n").encode()
            day = line[9:19].decode()
            if day != self._day:
                self._write()
                self._open(day)
            self._lines.append(line)
            if not isinstance(record, Line) or len(self._lines) >= TOGETHER:
                self._write()
            elif len(self._lines) == 1:
                self._wait()
        except OSError:
            self._lines.clear()
            self.handleError(record)

    def flush(self) -> None:
        """Write what is kept."""
        with self.lock or nullcontext():
            try:
                self._write()
            except OSError as error:
                self._lines.clear()
                self.handleError(logging.makeLogRecord({"msg": f"lines were lost: {error}"}))

    def close(self) -> None:
        """Write what is kept, and end."""
        self.flush()
        super().close()

    def _write(self) -> None:
        if self._lines:
            os.write(self._file, b"".join(self._lines))
            self._lines.clear()

    def _wait(self) -> None:
        """Let what is kept be written soon."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._flush_soon, name="log-writer", daemon=True)
            self._thread.start()
        self._is_waiting.set()

    def _flush_soon(self) -> None:
        while self._is_waiting.wait():
            self._is_waiting.clear()
            time.sleep(LATEST)
            self.flush()

    def _open(self, day: str) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"serve-{day}-{os.getpid()}.log"
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        self._day = day


def write_logs(folder: Path | None, level: int = logging.INFO) -> None:
    """Let everything that the service logs go to a folder, or to standard output where there is none."""
    handler: logging.Handler = Daily(folder) if folder else logging.StreamHandler(sys.stdout)
    handler.setFormatter(Lines())
    root = logging.getLogger("crossaisle")
    root.handlers, root.propagate = [handler], False
    root.setLevel(level)
    for name in ("uvicorn", "asyncio"):
        server = logging.getLogger(name)
        server.handlers, server.propagate = [handler], False
        server.setLevel(logging.WARNING)
