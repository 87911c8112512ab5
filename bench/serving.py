"""The service under load, beside an empty FastAPI route in the same run: slates a second, times, events a second.

python bench/serving.py [--items 100000] [--users 1000000] [--seconds 20] makes a shop, loads and trains it as a shop
does, and serves it on one core while the generator has the other. Each slate is of another user, after an event of
theirs; nothing of a slate is kept from one request to the next.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from load import Figures, Requests, at_full_speed, at_rate

PROGRAM = str(Path(sys.executable).parent / "crossaisle")
PER_USER, PER_CATEGORY, AT_HOME, BATCH, CONNECTIONS = 10, 100, 8, 100, 32

EMPTY = """
from fastapi import FastAPI
app = FastAPI()
@app.get("/empty")
async def get(): return {}
@app.post("/empty")
async def post(): return {}
"""


def write_shop(folder: Path, n_users: int, n_items: int) -> None:
    """A year of purchases: items of very unequal size, users at home in a few categories."""
    rng = np.random.default_rng(5)
    n_categories = max(1, n_items // PER_CATEGORY)
    schema = pa.schema([("user_id", pa.string()), ("item_id", pa.string()), ("timestamp", pa.timestamp("s", "UTC"))])
    items = np.array([f"i{one:07}" for one in range(n_items)])
    with pq.ParquetWriter(folder / "events.parquet", schema) as writer:
        for start in range(0, n_users, 100_000):
            users = np.repeat(np.arange(start, min(start + 100_000, n_users)), PER_USER)
            home = (n_categories * rng.random((len(users) // PER_USER, AT_HOME)) ** 2).astype(int)
            category = home[users - start, rng.integers(0, AT_HOME, len(users))]
            place = (PER_CATEGORY * rng.random(len(users)) ** 2.5).astype(int)
            item = np.minimum(category * PER_CATEGORY + place, n_items - 1)
            when = 1_735_689_600 + rng.integers(0, 364 * 86_400, len(users))
            names = np.char.add("u", np.char.zfill(users.astype(str), 7))
            columns = [pa.array(names), pa.array(items[item]), pa.array(when, pa.timestamp("s", "UTC"))]
            writer.write_table(pa.table(columns, schema=schema))
    categories = [f"category {min(one // PER_CATEGORY, n_categories - 1)}" for one in range(n_items)]
    titles = [f"Thing {one} of {name}" for one, name in enumerate(categories)]
    pq.write_table(pa.table({"item_id": items, "title": titles, "category": categories}), folder / "catalog.parquet")
    (folder / "map.toml").write_text('[columns.events]\nevent_type = { value = "purchase" }\n')


def run(*arguments: str) -> float:
    """Seconds of a command."""
    began = time.perf_counter()
    subprocess.run([PROGRAM, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


@contextmanager
def on_core(command: list[str], core: int, port: int, path: str, **named: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A server on one core, as soon as it answers."""
    one = subprocess.Popen(["taskset", "-c", str(core), *command], **named)
    try:
        for _ in range(6000):
            try:
                if httpx.get(f"http://127.0.0.1:{port}{path}").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield one
    finally:
        one.terminate()
        one.wait()


def get(path: bytes, key: bytes) -> bytes:
    """A request."""
    return b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + b"\r\n\r\n"


def post(path: bytes, key: bytes, body: bytes) -> bytes:
    """A request with a body."""
    head = b" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + b"\r\nContent-Type: application/json\r\n"
    return b"POST " + path + head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def views(users: list[int], n_items: int, rng: random.Random) -> bytes:
    """A batch: each user looks at something just now."""
    told = [
        {
            "user_id": f"u{user:07}",
            "item_id": f"i{rng.randrange(n_items):07}",
            "timestamp": int(time.time() * 1000),
            "event_type": "view",
        }
        for user in users
    ]
    return json.dumps({"events": told}).encode()


def visits(key: bytes, n_users: int, n_items: int, of_batch: int, is_empty: bool) -> Callable[[int], Requests]:
    """Batches of events of users who were not there before, then a slate for each of them."""
    counter = iter(range(10**9))

    def make(number: int) -> Requests:
        rng = random.Random(number)
        size = rng.randrange(1, of_batch + 1)  # else connections would send their batches all at once ever after
        while True:
            first = next(counter) * of_batch
            users = [(one * 7919) % n_users for one in range(first, first + size)]
            size = of_batch
            body = views(users, n_items, rng)
            yield "events", post(b"/empty" if is_empty else b"/v1/events", key, body)
            for user in users:
                path = b"/empty" if is_empty else b"/v1/users/u%07d/recommendations" % user
                yield "slates", get(path, key)

    return make


def told(figures: Figures) -> dict[str, Any]:
    """Rates and times by name."""
    if figures.failed:
        raise RuntimeError(f"{figures.failed} answers were not 200")
    return {
        name: {
            "a_second": round(figures.rate(name)),
            "p50_ms": round(figures.percentile(name, 0.5), 2),
            "p99_ms": round(figures.percentile(name, 0.99), 2),
        }
        for name in figures.seconds
    }


def events_alone(key: bytes, n_users: int, n_items: int) -> Callable[[int], Requests]:
    """Batches of events, one after the other."""

    def make(number: int) -> Requests:
        rng = random.Random(number)
        while True:
            yield (
                "events",
                post(b"/v1/events", key, views([rng.randrange(n_users) for _ in range(BATCH)], n_items, rng)),
            )

    return make


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="crossaisle-serving-"))
    shop = folder / "shop"
    found: dict[str, Any] = {"items": asked.items, "users": asked.users}
    if not shop.exists():
        folder.mkdir(exist_ok=True)
        write_shop(folder, asked.users, asked.items)
        run("init", str(shop))
        given = ["--events", str(folder / "events.parquet"), "--catalog", str(folder / "catalog.parquet")]
        found["load_seconds"] = run("load", "-w", str(shop), *given, "--columns", str(folder / "map.toml"))
        found["train_seconds"] = run("train", "-w", str(shop), "--model", "item-knn", "--option", "neighbours=64")
        found["prepare_seconds"] = run("prepare", "-w", str(shop))
    made = subprocess.run(
        [PROGRAM, "keys", "create", "-w", str(shop), "--scopes", "events,recommend", "--json"],
        check=True,
        capture_output=True,
    )
    key = json.loads(made.stdout)["key"].encode()
    os.sched_setaffinity(0, {1})
    environment = {**os.environ, "CROSSAISLE_SERVING__RATE_LIMIT": "1000000"}
    seconds = asked.seconds
    for of_batch in (BATCH, 1):
        (folder / "empty_app.py").write_text(EMPTY)
        empty = [sys.executable, "-m", "uvicorn", "empty_app:app", "--port", "8971", "--no-access-log"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with on_core(empty, 0, 8971, "/empty", cwd=folder, **quiet):
            make = visits(key, asked.users, asked.items, of_batch, True)
            bare = at_full_speed("127.0.0.1", 8971, make, CONNECTIONS, seconds)
        serve = [PROGRAM, "serve", "-w", str(shop), "--port", "8972"]
        with on_core(serve, 0, 8972, "/health/ready", env=environment, **quiet) as service:
            make = visits(key, asked.users, asked.items, of_batch, False)
            at_full_speed("127.0.0.1", 8972, make, CONNECTIONS, 3)
            full = at_full_speed("127.0.0.1", 8972, make, CONNECTIONS, seconds)
            rate = sum(len(one) for one in full.seconds.values()) / (full.ended - full.began) / 2
            half = at_rate("127.0.0.1", 8972, make, 4 * CONNECTIONS, seconds, rate)
            name = f"event_before_each_slate_in_batches_of_{of_batch}"
            ratio = full.rate("slates") / bare.rate("slates")
            found[name] = {"empty": told(bare), "service": told(full), "at_half": told(half), "ratio": round(ratio, 3)}
            if of_batch == BATCH:
                alone = at_full_speed("127.0.0.1", 8972, events_alone(key, asked.users, asked.items), 4, seconds)
                found["events_a_second"] = round(BATCH * alone.rate("events"))
                found["events_batch"] = told(alone)
            memory = psutil.Process(service.pid).memory_info()
            found["service_memory_gb"] = round(memory.rss / 2**30, 2)
        print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
