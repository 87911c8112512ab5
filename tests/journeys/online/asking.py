"""What tests of the service ask, and what they expect of every answer."""

import itertools
import re
import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ..service import Service

PERSON = "zz-person"
"""In every id of a person that tests make, so that it is found wherever it must not be."""
_numbers = itertools.count()


def somebody(name: str = "") -> str:
    """An id that nobody had before."""
    return f"{PERSON}-{name}-{next(_numbers)}"


def event(user_id: str, item_id: str = "i000", event_type: str = "view", **told: Any) -> dict[str, Any]:
    """An event that happens now."""
    return {"user_id": user_id, "item_id": item_id, "event_type": event_type, "timestamp": int(time.time()), **told}


def send(client: httpx.Client, *events: Any, **headers: str) -> dict[str, Any]:
    """Send events; what became of them."""
    answer = client.post("/v1/events", json={"events": events}, headers=headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def encoded(one: str) -> str:
    """An id as part of an address. Clients take dots for steps upwards unless they are encoded."""
    return quote(one, safe="").replace(".", "%2E")


def address(user_id: str, what: str = "") -> str:
    """The address of somebody, or of something of theirs."""
    return f"/v1/users/{encoded(user_id)}{what and '/'}{what}"


def slate(client: httpx.Client, user_id: str, focus: str = "all", k: int = 40, **asked: str) -> dict[str, Any]:
    """A slate for somebody."""
    answer = client.get(address(user_id, "recommendations"), params={"focus": focus, "k": k, **asked})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def items_of(told: dict[str, Any]) -> list[str]:
    """Item ids of a slate."""
    return [one["item_id"] for one in told["items"]]


def is_alike(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two slates hold the same items with the same scores, as far as those do not fade with the seconds."""
    first, second = ({pick["item_id"]: pick["score"] for pick in told["items"]} for told in (one, other))
    return first.keys() == second.keys() and all(abs(first[item] - second[item]) < 0.01 for item in first)


def put(client: httpx.Client, path: str, body: Any) -> Any:
    """Say something; what was answered."""
    answer = client.put(path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """A problem as RFC 9457 has it, with the request's id, a reason and no trace of the program."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "remedy", "request_id"}
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"] == HTTPStatus(status).phrase
    assert body["detail"]
    assert re.fullmatch("[0-9a-f]{16}", body["request_id"])
    assert answer.headers["x-request-id"] == body["request_id"]
    assert not re.search(r"Traceback|\.py\b", answer.text)
    return body


def soon(is_so: Callable[[], bool], seconds: float = 10.0) -> float:
    """Wait until something is so; the seconds that it took."""
    began = time.monotonic()
    while not is_so():
        took = time.monotonic() - began
        assert took < seconds, f"it was not so for {took:.1f} s"
        time.sleep(0.01)
    return time.monotonic() - began


def everywhere(service: Service, is_so: Callable[[httpx.Client], bool]) -> float:
    """Wait until something is so in both workers; the seconds that it took."""
    clients = service.workers(2).values()
    return soon(lambda: all(is_so(client) for client in clients))


def raw(service: Service, request: bytes) -> bytes:
    """What is answered to bytes that no client would send."""
    host, _, port = service.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(request)
        connection.settimeout(30)
        answer = b""
        while part := connection.recv(65536):
            answer += part
        return answer
