"""Who may ask what, over a real socket."""

import itertools
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import httpx
import pytest

from crossaisle.stores.database.keys import SCOPES, Keys

from ..service import Service, reading
from .asking import event, everywhere, problem, send, somebody, soon

WRONG = {
    "none": None,
    "a wrong one": "Bearer cak_wrong",
    "an empty one": "Bearer",
    "another scheme": "Basic Y2FrOmtleQ==",
    "no scheme": "cak_wrong",
    "bytes": b"Bearer \xff\xfe",
}


def operations(service: Service) -> list[tuple[str, str, str]]:
    """Method, path and scope of every call that needs a key, as the service itself documents them."""
    described = service.client(None).get("/openapi.json").json()
    return [
        (method, path.replace("{user_id}", "u003").replace("{item_id}", "i000"), told["security"][0]["key"][0])
        for path, methods in described["paths"].items()
        for method, told in methods.items()
        if "security" in told
    ]


@pytest.mark.parametrize("header", WRONG.values(), ids=WRONG)
def test_without_a_valid_key_nothing_is_answered(service: Service, header: Any) -> None:
    headers = {} if header is None else {"Authorization": header}
    with httpx.Client(base_url=service.url, headers=headers) as client:
        answer = soon_asked(lambda: client.get("/v1/users/u003/recommendations"))
    told = problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "crossaisle keys create" in told["remedy"]
    assert "cak_wrong" not in answer.text


def soon_asked(ask: Callable[[], httpx.Response]) -> httpx.Response:
    """An answer that is not that too many wrong keys came from here: other tests send some too."""
    while (answer := ask()).status_code == 429:
        time.sleep(float(answer.headers["retry-after"]))
    return answer


def test_every_call_is_for_its_scope_and_whoever_has_none_learns_nothing_else(service: Service) -> None:
    """A body that is no JSON, is too deep to read or is not there at all is not looked at without the right key."""
    found = operations(service)
    assert {scope for _, _, scope in found} == set(SCOPES)
    assert {path for _, path, _ in found} >= {"/v1/events", "/v1/items/i000", "/v1/users/u003/data"}
    nobody = service.client(None)
    others = {scope: service.client(service.new_key(*(one for one in SCOPES if one != scope))) for scope in SCOPES}
    is_json = {"content-type": "application/json"}
    for (method, path, scope), body in zip(found, itertools.cycle((b"{", b"[" * 10_000, b"")), strict=False):
        problem(soon_asked(partial(nobody.request, method, path, content=body, headers=is_json)), 401)
        told = problem(others[scope].request(method, path, content=body, headers=is_json), 403)
        assert f"--scopes {scope}" in told["remedy"]


def test_health_figures_and_documentation_need_no_key(service: Service) -> None:
    nobody = service.client(None)
    for path in ("/health/live", "/health/ready", "/metrics", "/docs", "/openapi.json"):
        assert nobody.get(path).status_code == 200
    assert nobody.get("/health/ready").json() == {"status": "ok", "model_version": 1}
    assert "swagger" in nobody.get("/docs").text.lower()


def test_a_key_made_while_the_service_runs_opens_every_worker_at_once(service: Service) -> None:
    workers = service.workers(2)
    for client in workers.values():
        client.headers["Authorization"] = f"Bearer {service.new_key('recommend')}"
        assert client.get("/v1/users/u003/recommendations").status_code == 200


def test_a_revoked_key_opens_nothing_within_a_second(service: Service) -> None:
    """The quickest of three tells how it is built: a machine that is busy may be late with one."""
    took, clients = [], service.workers(2).values()

    def is_answered(*statuses: int) -> bool:
        return all(one.get("/v1/users/u003/recommendations").status_code in statuses for one in clients)

    with reading(service.database) as database:
        for _ in range(3):
            key, made = Keys(database).create(["recommend"], "", 0)
            for client in clients:
                client.headers["Authorization"] = f"Bearer {key}"
            soon(lambda: is_answered(200))
            Keys(database).revoke(made.key_id, 1)
            took.append(soon(lambda: is_answered(401, 429)))
    assert min(took) < 1


def test_a_key_is_made_listed_and_revoked_with_the_commands(strict_service: Service) -> None:
    made = json.loads(strict_service.run("keys", "create", "--scopes", "recommend,events", "--json"))
    assert made["scopes"] == ["events", "recommend"]
    client = strict_service.client(made["key"])
    assert client.get("/v1/users/u003/recommendations").status_code == 200
    listed = strict_service.run("keys", "list", "--json")
    assert made["key_id"] in listed
    assert made["key"] not in listed
    strict_service.run("keys", "revoke", made["key_id"])
    soon(lambda: client.get("/v1/users/u003/recommendations").status_code == 401)


def test_a_key_that_asks_too_much_waits_as_long_as_it_is_told(strict_service: Service) -> None:
    """Twenty a second, forty at once."""
    client = strict_service.client()
    answers = [client.get("/v1/users/u003/recommendations") for _ in range(120)]
    refused = [one for one in answers if one.status_code == 429]
    assert 0 < len(refused) <= 80
    assert {one.status_code for one in answers} == {200, 429}
    told = problem(refused[0], 429)
    assert "rate_limit" in told["remedy"]
    wait = refused[-1].headers["retry-after"]
    assert wait.isdigit()
    assert int(wait) >= 1
    other = strict_service.client(strict_service.new_key("recommend"))
    assert other.get("/v1/users/u003/recommendations").status_code == 200
    time.sleep(int(wait))
    assert client.get("/v1/users/u003/recommendations").status_code == 200


def test_wrong_keys_are_slowed_down_and_right_ones_are_not(strict_service: Service) -> None:
    wrong = strict_service.client("cak_wrong")
    statuses = [wrong.get("/v1/users/u003/recommendations").status_code for _ in range(60)]
    assert set(statuses) == {401, 429}
    assert "retry-after" in soon_refused(wrong).headers
    valid = strict_service.client(strict_service.new_key("recommend"))
    assert soon(lambda: valid.get("/v1/users/u003/recommendations").status_code == 200) < 5


def soon_refused(client: httpx.Client) -> httpx.Response:
    while (answer := client.get("/v1/users/u003/recommendations")).status_code != 429:
        pass
    problem(answer, 429)
    return answer


def test_events_of_a_key_count_in_both_workers(service: Service) -> None:
    who = somebody()
    send(service.client(), event(who))
    everywhere(service, lambda client: not client.get(f"/v1/users/{who}/recommendations").json()["fallback"])
