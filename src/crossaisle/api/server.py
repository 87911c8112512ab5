"""The server: workers that answer, and beside them one process that prepares and learns."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from crossaisle.api.app import WORKSPACE, served
from crossaisle.api.logs import write_logs
from crossaisle.api.metrics import SHARED
from crossaisle.api.quick import Front
from crossaisle.errors import ArtifactError, StorageError, UsageError
from crossaisle.shop import Shop

LOGS = "logs"
GRACE = 20
"""Seconds that requests under way are given when the service stops."""


def worker_app() -> Front:
    """What every worker process runs: the app of the workspace that the environment names, with its logs."""
    folder = Path(os.environ[WORKSPACE])
    write_logs(folder / LOGS)
    return served(folder)


def serve(shop: Shop, host: str, port: int, workers: int, ready: Callable[[str], None]) -> None:
    """Serve until a signal ends it; requests under way are answered first.

    Args:
        ready: told the address once it is taken.

    Raises:
        UsageError: the address cannot be taken.
        StorageError: the service could not start.
    """
    taken = _listening(host, port)
    os.environ[WORKSPACE] = str(shop.folder.absolute())
    shared = tempfile.mkdtemp(prefix="crossaisle-metrics-") if workers > 1 else ""
    if shared:
        os.environ[SHARED] = shared
    write_logs(shop.folder / LOGS)
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, _end)
    config = uvicorn.Config(
        "crossaisle.api.server:worker_app",
        factory=True,
        workers=workers,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=30,
        limit_concurrency=1000,
    )
    ready(f"http://{host}:{taken.getsockname()[1]}")
    beside = Beside(shop)
    beside.start()
    try:
        if not (_served_by_many(config, taken) if workers > 1 else _served_by_one(config, taken)):
            remedy = "The last lines of the newest file there say why."
            raise StorageError("the service could not start", str(shop.folder / LOGS), remedy)
    finally:
        beside.close()
        taken.close()
        if shared:
            shutil.rmtree(shared, ignore_errors=True)


def _served_by_one(config: uvicorn.Config, taken: socket.socket) -> bool:
    """Serve in this process; whether it ever did."""
    server = uvicorn.Server(config)
    try:
        server.run(sockets=[taken])
    except SystemExit as ended:
        if ended.code != STARTUP_FAILURE:
            raise
    return server.started


def _served_by_many(config: uvicorn.Config, taken: socket.socket) -> bool:
    """Serve in processes of their own; whether they could."""
    several = Multiprocess(config, sockets=[taken])
    several.run()
    return all(process.exitcode != STARTUP_FAILURE for process in several.processes)


def _end(number: int, frame: object) -> None:
    """End as a command that did what it should: the server raises its signal again once requests are answered."""
    raise SystemExit(0)


class Beside:
    """Prepares the live model for serving and learns at its hours, in processes of low priority beside the workers."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._work, name="beside", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, and whatever is at work."""
        self._stopped.set()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        self._thread.join()

    def _work(self) -> None:
        every = self._shop.settings.serving.learn_seconds
        due = time.monotonic() + every if every else None
        refused: int | None = None
        while not self._stopped.wait(1):
            version = _live(self._shop)
            if version is not None and version != refused and not self._shop.is_prepared(version):
                refused = None if self._run("prepare") == 0 else version
            if due is not None and time.monotonic() >= due:
                self._run("learn")
                due = time.monotonic() + (every or 0)

    def _run(self, command: str) -> int:
        arguments = [sys.executable, "-m", "crossaisle.cli", command, "-w", str(self._shop.folder.absolute())]
        logs = self._shop.folder / LOGS
        logs.mkdir(exist_ok=True)
        with (logs / f"{command}.log").open("ab") as told:
            self._process = subprocess.Popen(
                arguments, stdout=told, stderr=told, stdin=subprocess.DEVNULL, preexec_fn=_humbly
            )
            return self._process.wait()


def _live(shop: Shop) -> int | None:
    try:
        return shop.registry.live()
    except ArtifactError:  # the workers tell of it
        return None


def _humbly() -> None:
    os.nice(10)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    one = socket.socket(family)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        one.bind((host, port))
    except OSError as error:
        one.close()
        remedy = "Choose another --host or --port."
        raise UsageError(f"the address cannot be taken: {error.strerror or error}", f"{host}:{port}", remedy) from None
    one.set_inheritable(True)
    return one
