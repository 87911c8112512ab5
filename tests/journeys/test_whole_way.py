"""The whole way of a shop online, through real processes: from files to a model, to slates, to learning, to erasure."""

import hashlib
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from erasure_verifier import found, found_in_database
from servers import PostgreSQL
from small_shop import small_frames

from .program import PROGRAM, run
from .service import PATIENCE, Service, serving

PERSON, COOKIE = "customer-7f3a9c41d2", "cookie-b81e55d0aa"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Loaded and trained with the commands that a shop types."""
    folder = tmp_path_factory.mktemp("whole-way")
    events, catalog = small_frames()
    events.to_csv(folder / "events.csv", index=False)
    catalog.to_csv(folder / "catalog.csv", index=False)
    shop = folder / "shop"
    run("init", str(shop))
    with (shop / "crossaisle.toml").open("a") as file:
        file.write('\n[training]\ncandidates = ["ease"]\n[slates]\nfocus = "all"\n')
    run("load", "-w", str(shop), "--events", str(folder / "events.csv"), "--catalog", str(folder / "catalog.csv"))
    run("train", "-w", str(shop))
    return shop


def items(client: httpx.Client, user_id: str) -> list[str]:
    answer = client.get(f"/v1/users/{user_id}/recommendations", params={"k": 10})
    assert answer.status_code == 200, answer.text
    return [one["item_id"] for one in answer.json()["items"]]


def send(client: httpx.Client, *events: dict[str, object]) -> None:
    now = {"timestamp": int(time.time() * 1000)}
    answer = client.post("/v1/events", json={"events": [{**now, **one} for one in events]})
    assert answer.json() == {"accepted": len(events), "rejected": []}


def until(is_so: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < give_up, what
        time.sleep(0.1)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_shop_goes_the_whole_way(kind: str, workspace: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    database = None
    if kind == "postgresql":
        server: PostgreSQL = request.getfixturevalue("postgres")
        database = server.database("whole_way")
    with serving(workspace, tmp_path / "shop", workers=2, database=database) as service:
        client = service.client()
        assert client.get("/health/live").json()["model_version"] == 1

        # a visitor looks around, logs in, and buys
        stranger = items(client, COOKIE)
        send(client, {"user_id": COOKIE, "item_id": "i003", "event_type": "cart"})
        assert items(client, COOKIE) != stranger
        joined = client.put(
            f"/v1/users/{PERSON}", json={"identities": [{"alias": COOKIE}], "columns": {"city": "Bern"}}
        )
        assert joined.status_code == 200
        until(lambda: items(client, PERSON) == items(client, COOKIE) != stranger, "the log-in did not join them")
        slate = client.get(f"/v1/users/{PERSON}/recommendations", params={"k": 10}).json()
        bought = slate["items"][0]["item_id"]
        answers = {"user_id": PERSON, "item_id": bought, "recommendation_id": slate["recommendation_id"]}
        send(
            client,
            *({**answers, "event_type": kind} for kind in ("impression", "click")),
            {**answers, "event_type": "purchase", "price": 3.5, "quantity": 2, "order_id": "o-1"},
        )
        assert bought not in items(client, PERSON)

        # the shop learns, and the new model goes live without a request that fails
        told = learn(service)
        assert told["compacted"]["events"] == 4
        assert (told["outcome"], told["version"]) == ("published", 2)
        until(lambda: client.get("/health/live").json()["model_version"] == 2, "the new model is not live")
        assert bought not in items(client, PERSON)
        exported = client.get(f"/v1/users/{PERSON}/data").json()
        assert {one["event_type"] for one in exported["events"]} == {"cart", "impression", "click", "purchase"}
        assert exported["customers"] == [{"user_id": PERSON, "city": "Bern"}]

        # forgotten: not one byte is left, and whoever comes again is as new
        assert traces(service)
        receipt = client.delete(f"/v1/users/{PERSON}").json()
        assert {one["left"] for one in receipt["parts"]} == {0}
        assert sum(one["removed"] for one in receipt["parts"]) > 8
        assert traces(service) == []
        assert items(client, PERSON) == stranger
        send(client, {"user_id": PERSON, "item_id": "i003", "event_type": "cart"})
        assert items(client, PERSON) != stranger
        assert [one["event_type"] for one in client.get(f"/v1/users/{PERSON}/data").json()["events"]] == ["cart"]
        client.delete(f"/v1/users/{PERSON}")

        # back to the model before, by one command
        run("models", "rollback", "-w", str(service.folder))
        until(lambda: client.get("/health/live").json()["model_version"] == 1, "the rollback is not live")
    assert traces(service) == []


def learn(service: Service) -> dict[str, Any]:
    """What learning said, while slates are asked for all the time: none of them fails."""
    command = [*PROGRAM, "learn", "--json", "-w", str(service.folder)]
    with subprocess.Popen(command, env=dict(service.environment), stdout=subprocess.PIPE) as learning:
        client, n_slates = service.client(), 0
        while learning.poll() is None:
            assert items(client, "u001")
            n_slates += 1
        assert n_slates > 10
        assert learning.stdout is not None
        told: dict[str, Any] = json.loads(learning.stdout.read())
    assert learning.returncode == 0
    return told


def traces(service: Service) -> list[tuple[str, bytes]]:
    """Where the person still stands, by a verifier that knows nothing of how erasure works."""
    key = service.folder / "secrets" / "pseudonyms.key"
    needles = [PERSON.encode(), COOKIE.encode()]
    needles += [pseudonym(key.read_bytes(), one) for one in (PERSON, COOKIE)]
    left = found(service.folder, needles)
    if service.database.startswith("postgresql"):
        left += found_in_database(service.database, needles)
    return left


def pseudonym(key: bytes, user_id: str) -> bytes:
    """As the page on privacy says it is made: keyed BLAKE2b, 96 bits, in hexadecimal."""
    return hashlib.blake2b(user_id.encode(), key=key, digest_size=12).hexdigest().encode()
