"""Logs as JSON lines: one a request and one for what happens behind; people stand in them as pseudonyms alone."""

import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

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
    """Writes to a file a day, `serve-YYYY-MM-DD-PID.log`, opened to append: erasure overwrites in place."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder, self._day, self._file = folder, "", -1

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, whole."""
        try:
            line = (self.format(record) + "\n").encode()
            day = line[9:19].decode()
            if day != self._day:
                self._open(day)
            os.write(self._file, line)
        except OSError:
            self.handleError(record)

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
