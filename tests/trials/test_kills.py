"""Killed at any moment: what was acknowledged is there, once, in the log and in the lake."""

import os
import random
import subprocess
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from crossaisle.shop import Shop
from journeys.program import PROGRAM
from journeys.service import Service, make_workspace, reading, serving
from servers import PostgreSQL

KILLS = 25
"""Of each database."""
WRITERS = 4


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("shop") / "workspace")


def write(service: Service, name: str, seed: int, acknowledged: list[str], stop: threading.Event) -> None:
    """Send batches, some of them twice, and note what was acknowledged, until the service is gone."""
    rng = random.Random(seed)
    number = 0
    with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {service.key}"}, timeout=10) as client:
        while not stop.is_set():
            ids = [f"{name}-{seed}-{number}-{one}" for one in range(rng.randint(1, 20))]
            number += 1
            events = [
                {
                    "event_id": one,
                    "user_id": f"u{rng.randrange(60):03}",
                    "item_id": f"i{rng.randrange(40):03}",
                    "timestamp": int(time.time() * 1000),
                    "event_type": "view",
                }
                for one in ids
            ]
            for _ in range(rng.choice((1, 1, 2))):
                try:
                    answer = client.post("/v1/events", json={"events": events})
                except httpx.TransportError:
                    return
                if answer.status_code == 200:
                    assert answer.json() == {"accepted": len(ids), "rejected": []}
                    acknowledged += ids


@pytest.mark.trials
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_acknowledged_event_is_there_once_after_many_kills(
    kind: str, workspace: Path, tmp_path: Path, postgres: PostgreSQL
) -> None:
    folder, database = tmp_path / "shop", postgres.database("kills") if kind == "postgresql" else None
    rng, acknowledged = random.Random(f"kills {kind}"), list[str]()
    url = ""
    for kill in range(KILLS):
        stop, before = threading.Event(), len(acknowledged)
        with serving(workspace, folder, database=database, settings={"serving__rate_limit": 100_000}) as service:
            url = service.database
            told = [(service, f"kill{kill}", seed, acknowledged, stop) for seed in range(WRITERS)]
            threads = [threading.Thread(target=write, args=one) for one in told]
            for one in threads:
                one.start()
            time.sleep(rng.uniform(0.05, 1.0))
            service.process.kill()
            service.process.wait()
            stop.set()
            for one in threads:
                one.join()
        print(f"{kind}: kill {kill + 1}, {len(acknowledged) - before} acknowledged")
    assert acknowledged
    with reading(url) as store, store.reading() as connection:
        there = Counter(connection.exec_driver_sql("SELECT event_id FROM events").scalars())
    assert [one for one in acknowledged if there[one] != 1] == []
    settings = {} if database is None else {"CROSSAISLE_DATABASE__URL": database}
    compact_under_fire(folder, settings, rng)
    lake = Shop.open(folder).lake.events().select("event_id").to_pyarrow()["event_id"].to_pylist()
    in_lake = Counter(lake)
    assert [one for one in set(acknowledged) if in_lake[one] != 1] == []
    with reading(url) as store, store.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar_one() == 0


def compact_under_fire(folder: Path, settings: dict[str, str], rng: random.Random) -> None:
    """Compaction, killed at ten moments, then left alone."""

    command = [*PROGRAM, "learn", "--compact", "--json", "-w", str(folder)]
    for _ in range(10):
        one = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
        time.sleep(rng.uniform(1.0, 5.0))
        one.kill()
        one.wait()
    subprocess.run(command, env={**os.environ, **settings}, check=True, stdout=subprocess.DEVNULL)
