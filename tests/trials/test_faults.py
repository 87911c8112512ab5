"""Faults around the service: it goes on with what it can, says what it cannot, and recovers by itself."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from crossaisle.shop import Shop
from journeys.program import run
from journeys.service import Service, make_workspace, reading, serving
from servers import PostgreSQL, postgresql

PATIENCE = 30.0


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_workspace(tmp_path_factory.mktemp("shop") / "workspace")


@pytest.fixture
def own_server() -> Iterator[PostgreSQL]:
    with postgresql() as server:
        yield server


def post(client: httpx.Client, event_id: str) -> httpx.Response:
    event = {
        "event_id": event_id,
        "user_id": "u001",
        "item_id": "i001",
        "timestamp": int(time.time()),
        "event_type": "view",
    }
    return client.post("/v1/events", json={"events": [event]})


def slate(client: httpx.Client) -> httpx.Response:
    return client.get("/v1/users/u001/recommendations")


def until(is_so: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < give_up, what
        time.sleep(0.1)


def ids_in_log(service: Service) -> list[str]:
    return [row["event_id"] for row in service.in_log()]


def is_turned_away(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and int(answer.headers["retry-after"]) > 0


@pytest.mark.trials
def test_slates_go_on_while_the_database_is_down_and_events_are_taken_again_by_itself(
    workspace: Path, tmp_path: Path, own_server: PostgreSQL
) -> None:
    url = own_server.database("shop")
    with serving(workspace, tmp_path / "shop", database=url, settings={"database__wait": 1}) as service:
        client = service.client()
        assert post(client, "before").status_code == 200
        own_server.stop("immediate")
        try:
            for number in range(20):
                assert slate(client).status_code == 200
                assert is_turned_away(post(client, f"down{number}"))
            assert is_turned_away(client.get("/health/ready"))
            assert client.get("/health/live").status_code == 200
        finally:
            own_server.start()
        until(lambda: post(client, "after").status_code == 200, "events are not taken again")
        until(lambda: client.get("/health/ready").status_code == 200, "the service is not ready again")
        assert sorted(ids_in_log(service)) == ["after", "before"]


@pytest.mark.trials
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_slates_do_not_wait_for_a_slow_database(
    kind: str, workspace: Path, tmp_path: Path, postgres: PostgreSQL
) -> None:
    database = postgres.database("slow") if kind == "postgresql" else None
    with serving(workspace, tmp_path / "shop", database=database, settings={"database__wait": 1}) as service:
        client, other = service.client(), service.client()
        assert post(client, "before").status_code == 200
        with reading(service.database) as held, held.writing():
            began = time.monotonic()
            assert is_turned_away(post(client, "held"))
            assert time.monotonic() - began < 10
            times = []
            for _ in range(100):
                started = time.monotonic()
                assert slate(other).status_code == 200
                times.append(time.monotonic() - started)
            print(f"{kind}: slowest of 100 slates {max(times) * 1000:.1f} ms while the database was held")
            assert max(times) < 1
        until(lambda: post(client, "after").status_code == 200, "events are not taken again")
        assert {"before", "after"} <= set(ids_in_log(service)) <= {"before", "after", "held"}


@pytest.mark.trials
def test_a_full_disk_turns_events_away_and_loses_none_that_was_acknowledged(workspace: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(small)], check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    try:
        url = f"sqlite:///{small / 'events.db'}"
        with serving(workspace, tmp_path / "shop", database=url, settings={"serving__rate_limit": 100_000}) as service:
            client, acknowledged = service.client(), list[str]()
            for number in range(20_000):
                answer = post(client, f"e{number}" + "x" * 400)
                if answer.status_code != 200:
                    break
                acknowledged.append(f"e{number}" + "x" * 400)
            assert is_turned_away(answer)
            assert "full" in answer.json()["detail"]
            assert slate(client).status_code == 200
            subprocess.run(["mount", "-o", "remount,size=64m", str(small)], check=True)
            until(lambda: post(client, "after").status_code == 200, "events are not taken again")
            assert set(acknowledged) <= set(ids_in_log(service))
            print(f"{len(acknowledged)} events before the disk was full")
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@pytest.mark.trials
def test_a_corrupt_model_is_told_and_the_old_one_stays(workspace: Path, tmp_path: Path) -> None:
    with serving(workspace, tmp_path / "shop") as service:
        client = service.client()
        assert client.get("/health/live").json()["model_version"] == 1
        shop = Shop.open(service.folder)
        good = shop.registry.path(1)
        bad = shop.registry.path(2)
        bad.mkdir()
        for file in good.iterdir():
            if file.is_file():
                (bad / file.name).write_bytes(file.read_bytes())
        arrays = next(bad.glob("arrays*.safetensors"))
        content = bytearray(arrays.read_bytes())
        content[len(content) // 2] ^= 1
        arrays.write_bytes(content)
        (shop.registry.folder / "live.json").write_text(json.dumps({"version": 2}))
        until(lambda: "altered" in json.dumps(service.log()), "nobody told of the altered model")
        for _ in range(20):
            answer = slate(client)
            assert (answer.status_code, answer.json()["model_version"]) == (200, 1)
        arrays.write_bytes(next(good.glob("arrays*.safetensors")).read_bytes())
        (shop.registry.folder / "live.json").write_text(json.dumps({"version": 1}))
        assert slate(client).json()["model_version"] == 1


@pytest.mark.trials
def test_a_worker_that_is_killed_is_replaced_and_takes_nothing_acknowledged_with_it(
    workspace: Path, tmp_path: Path
) -> None:
    with serving(workspace, tmp_path / "shop", workers=2) as service:
        acknowledged = list[str]()
        victims = list(service.workers(2))
        for number in range(200):
            if number == 100:
                os.kill(victims[0], signal.SIGKILL)
            with httpx.Client(base_url=service.url, headers={"Authorization": f"Bearer {service.key}"}) as client:
                try:
                    if post(client, f"e{number}").status_code == 200:
                        acknowledged.append(f"e{number}")
                except httpx.TransportError:
                    continue  # the connection led to the one that was killed
        assert len(acknowledged) > 150
        assert set(acknowledged) <= set(ids_in_log(service))
        until(lambda: len(service.workers(2)) == 2, "the killed worker is not replaced")
        assert victims[0] not in service.workers(2)


@pytest.mark.trials
def test_a_clock_that_is_set_back_loses_no_event_and_no_order(workspace: Path, tmp_path: Path) -> None:
    """The service's clock lies 12 hours back: what shops send is from the future then."""
    with serving(workspace, tmp_path / "shop") as service:
        client = service.client()
        ahead = int(time.time()) + 12 * 3600
        before = [one["item_id"] for one in slate(client).json()["items"]]
        bought = before[0]
        event = {"user_id": "u001", "item_id": bought, "timestamp": ahead, "event_type": "purchase"}
        assert client.post("/v1/events", json={"events": [event]}).json()["accepted"] == 1
        after = [one["item_id"] for one in slate(client).json()["items"]]
        assert bought not in after
        with reading(service.database) as database, database.writing() as connection:
            connection.execute(sa.text("UPDATE events SET received_at = received_at - 86400000000"))
        told = json.loads(run("learn", "--compact", "--json", "-w", str(service.folder)))["compacted"]
        assert (told["events"], told["set_aside"]) == (1, 0)
