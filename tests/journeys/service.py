"""The service as a shop runs it: a process of its own, asked over a real socket."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx
import pandas as pd
import sqlalchemy as sa

from crossaisle.data.sources.frames import Frames
from crossaisle.shop import Shop
from crossaisle.shop.feeds import prepare
from crossaisle.stores.database.connection import Database
from crossaisle.stores.database.keys import Keys
from crossaisle.stores.database.schema import events
from small_shop import small_frames

from .program import PROGRAM, run

ALL_SCOPES = "events,recommend,manage,privacy"
EMPTY: Mapping[str, object] = {}
PATIENCE = 60.0
"""Seconds until a service that does not answer is a failure: the machine may have much else to do."""


def make_workspace(folder: Path) -> Path:
    """A workspace of the small shop with a trained model that is ready to serve.

    Items 1 and 2 have stock in two stores; of the others it is unknown.
    """
    shop = Shop.create(folder)
    frames = small_frames()
    stock = {"item_id": ["i001", "i001", "i002", "i002"], "store_id": ["north", "south"] * 2, "quantity": [5, 0, 3, 2]}
    shop.load(Frames(events=frames[0], catalog=frames[1], stock=pd.DataFrame(stock)))
    version, _ = shop.train(model="ease", options={"l2": "20"})
    prepare(shop, version)
    return folder


@dataclass
class Service:
    """A service that runs.

    Args:
        folder: its workspace. url: where it answers. key: of all scopes. key_id: its name.
        environment: its settings. database: the URL of its database.
    """

    folder: Path
    url: str
    key: str
    key_id: str
    environment: Mapping[str, str]
    database: str
    process: "subprocess.Popen[bytes]"
    open: ExitStack = field(default_factory=ExitStack)

    def client(self, key: str | None = "", **options: Any) -> httpx.Client:
        """A client with the key of all scopes, another key, or none; closed when the service stops."""
        headers = {} if key is None else {"Authorization": f"Bearer {key or self.key}"}
        return self.open.enter_context(httpx.Client(base_url=self.url, headers=headers, timeout=30, **options))

    def workers(self, n: int) -> dict[int, httpx.Client]:
        """Process → a client whose one connection leads to it, for `n` workers."""
        found: dict[int, httpx.Client] = {}
        give_up = time.monotonic() + PATIENCE
        while len(found) < n and time.monotonic() < give_up:
            client = self.client(limits=httpx.Limits(max_connections=1))
            worker = self.worker_of(client.get("/health/live"))
            if found.setdefault(worker, client) is not client:
                client.close()
        assert len(found) == n, f"of {n} workers {len(found)} answered"
        return found

    def worker_of(self, answer: httpx.Response) -> int:
        """The process that gave an answer."""
        return int(self.line_of(answer)["worker"])

    def line_of(self, answer: httpx.Response) -> dict[str, Any]:
        """The line of the log that tells of an answered request; it is written just after the answer."""
        wanted = answer.headers["x-request-id"]
        give_up = time.monotonic() + PATIENCE
        while time.monotonic() < give_up:
            found = [one for one in self.log() if one.get("request_id") == wanted and one["message"] == "request"]
            if found:
                return dict(found[0])
            time.sleep(0.01)
        raise AssertionError(f"no line tells of the request {wanted}")

    def log(self) -> list[dict[str, Any]]:
        """All whole lines of the log, with the worker that wrote each."""
        return [
            {**json.loads(line), "worker": path.stem.rpartition("-")[2]}
            for path in sorted((self.folder / "logs").glob("serve-*.log"))
            for line in path.read_text("utf-8").split("\n")  # a text in a line may hold other ends of lines
            if line
        ]

    def said(self) -> str:
        """Everything that it wrote anywhere but in its answers: logs, standard output, standard error."""
        files = [*sorted((self.folder / "logs").iterdir()), self.folder / "out.txt", self.folder / "err.txt"]
        return "\n".join(path.read_text("utf-8") for path in files)

    def in_log(self, *user_ids: str) -> list[dict[str, Any]]:
        """Events that are durable, those of some users or all."""
        with reading(self.database) as database, database.reading() as connection:
            chosen = sa.select(events).order_by(events.c.number)
            if user_ids:
                chosen = chosen.where(events.c.user_id.in_(user_ids))
            return [dict(row) for row in connection.execute(chosen).mappings()]

    def new_key(self, *scopes: str) -> str:
        """Another key, of these scopes."""
        with reading(self.database) as database:
            return Keys(database).create(scopes, "", 0)[0]

    def run(self, *words: str) -> str:
        """What a command prints that is run in the workspace, with the service's settings."""
        return run(*words, "-w", str(self.folder), env=dict(self.environment))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop and wait until it has; its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(
    workspace: Path, folder: Path, workers: int = 1, database: str | None = None, settings: Mapping[str, object] = EMPTY
) -> Iterator[Service]:
    """A service over a workspace, or a copy of it in another `folder`, ready when the block begins, stopped after it.

    Args:
        database: a URL; SQLite in the workspace if there is none.
        settings: such as serving__rate_limit.
    """
    if workspace != folder:
        shutil.copytree(workspace, folder, dirs_exist_ok=True)
    chosen = {**settings} if database is None else {**settings, "database__url": database}
    own = {f"CROSSAISLE_{name.upper()}": str(value) for name, value in chosen.items()}
    environment = {**os.environ, **own}
    made = make_key(folder, ALL_SCOPES, environment)
    command = [*PROGRAM, "serve", "--port", "0", "--workers", str(workers), "-w", str(folder)]
    with (folder / "out.txt").open("wb") as out, (folder / "err.txt").open("wb") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment)
        try:
            url = _address(process, folder / "err.txt")
            where = database or f"sqlite:///{(folder / 'events.db').absolute()}"
            service = Service(folder, url, made["key"], made["key_id"], environment, where, process)
            _wait_until_ready(service)
            with service.open:
                yield service
            if process.poll() is None:
                assert service.stop() == 0, service.said()
        finally:
            _end(process, out)


@contextmanager
def reading(url: str) -> Iterator[Database]:
    """A database by its URL."""
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def make_key(folder: Path, scopes: str, environment: Mapping[str, str]) -> dict[str, Any]:
    """A key, made with the command."""
    words = ("keys", "create", "--scopes", scopes, "-w", str(folder), "--json")
    made: dict[str, Any] = json.loads(run(*words, env=dict(environment)))
    return made


def _address(process: "subprocess.Popen[bytes]", told: Path) -> str:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and process.poll() is None:
        words = told.read_text("utf-8").split()
        if found := [word for word in words if word.startswith("http://")]:
            return found[0].rstrip(".")
        time.sleep(0.02)
    raise AssertionError(f"the service told no address: {told.read_text('utf-8')}")


def _wait_until_ready(service: Service) -> None:
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up and service.process.poll() is None:
        try:
            if httpx.get(f"{service.url}/health/ready").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the service is not ready: {service.said()}")


def _end(process: "subprocess.Popen[bytes]", out: IO[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    out.flush()
