"""What is sent to the service and how it is refused: nothing breaks it, nothing is lost, everything is told."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from ..service import Service
from .asking import PERSON, encoded, event, items_of, problem, raw, send, slate, somebody

NASTY = (
    "'; DROP TABLE events; --",
    'a" OR ""="',
    "$1; SELECT 1",
    "%s %(user_id)s :user_id ?",
    "..",
    "../../etc/passwd",
    "/",
    "a/b//c",
    "\\..\\..",
    "%2F%00",
    " ",
    "\t\r\n",
    "\x01\x7f",
    "\u202ecba",
    "e\u0301",
    "é",
    "👩‍👧",
    "\ufffd",
    "\ufeff",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "null",
    "None",
    "ｎｕｍｂｅｒ",
    "x" * 512,
    "ä" * 256,
)
"""Ids that somebody's database, path, page or template would stumble over."""


def test_ids_are_stored_and_read_back_byte_for_byte_and_do_no_harm(service: Service) -> None:
    client = service.client()
    users = [f"{PERSON}{one}"[-512:] if len(one.encode()) < 480 else one for one in NASTY]
    sent = [event(user, item, order_id=item, query=item) for user, item in zip(users, NASTY, strict=True)]
    assert send(client, *sent) == {"accepted": len(NASTY), "rejected": []}
    found = {row["user_id"]: row for row in service.in_log(*users)}
    for user, item in zip(users, NASTY, strict=True):
        row = found[user]
        assert [row[name].encode() for name in ("user_id", "item_id", "order_id", "query")] == [
            user.encode(),
            *[item.encode()] * 3,
        ]
        assert items_of(slate(client, user, k=3))
        answer = client.put(f"/v1/items/{encoded(item)}", json={"is_sellable": True, "stock": {item: 1}})
        assert answer.json() == {"noted": True}
    assert len(service.in_log(*users)) == len(NASTY)


def test_a_thousand_events_are_taken_at_once_and_one_more_is_not(service: Service) -> None:
    client, who = service.client(), somebody()
    sent = [event(who, f"i{number % 40:03}", event_id=f"{who} {number}") for number in range(1001)]
    assert send(client, *sent[:1000]) == {"accepted": 1000, "rejected": []}
    assert len(service.in_log(who)) == 1000
    told = problem(client.post("/v1/events", json={"events": sent}), 422)
    assert "1 to 1000" in told["detail"]
    assert len(service.in_log(who)) == 1000


def test_the_bad_events_of_a_batch_are_told_with_their_place_and_reason_and_the_good_ones_are_kept(
    service: Service,
) -> None:
    client, who = service.client(), somebody()
    answer = send(
        client,
        event(who),
        {**event(who), "price": -1},
        event(who, "i001"),
        {"user_id": who},
        "no event",
        {**event(who), "timestamp": "yesterday"},
        {**event(who), "user_id": f"{who}\0"},
        {**event(who), "user_id": "x" * 513},
        {**event(who), "colour": "red"},
    )
    assert answer["accepted"] == 2
    assert [one["index"] for one in answer["rejected"]] == [1, 3, 4, 5, 6, 7, 8]
    reasons = [one["reason"] for one in answer["rejected"]]
    expected = ("price", "timestamp", "an event is", "timestamp", "user_id: it holds a zero", "user_id", "colour is no")
    assert [told.startswith(begins) for told, begins in zip(reasons, expected, strict=True)] == [True] * 7
    assert [row["item_id"] for row in service.in_log(who)] == ["i000", "i001"]


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"not json", 400),
        (b'{"events": [{"user_id": "\xff\xfe"}]}', 400),
        (b'{"events": [{"user_id": "\\ud800"}]}', 400),
        (b'{"events": [NaN]}', 400),
        (b"[" * 9000, 400),
        (b"\xef\xbb\xbf{}", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"events"', 422),
        (b"{}", 422),
        (b'{"events": []}', 422),
        (b'{"events": {}}', 422),
        (b'{"events": "x"}', 422),
    ],
)
def test_what_is_no_list_of_events_is_refused(strict_service: Service, content: bytes, status: int) -> None:
    problem(unhurried(strict_service).post("/v1/events", content=content), status)


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 422),
        (b"\xff", 400),
        (b"[" * 9000, 400),
        (b'{"\\ud800": 1}', 422),
        (b'{"title": "\\ud800"}', 422),
        (b'{"title": "a\\u0000b"}', 422),
        (b'{"price": NaN}', 422),
        (b'{"price": 1e999}', 422),
        (b'{"price": "1"}', 422),
        (b'{"price": -1}', 422),
        (b'{"stock": {"north": Infinity}}', 422),
        (b'{"stock": {"": 1}}', 422),
        (b'{"launched_at": "soon"}', 422),
        (b'{"launched_at": "0001-01-01T00:00:00+14:00"}', 422),
        (b'{"colour": "red"}', 422),
        (b'{"price": ' + b"9" * 5000 + b"}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b"", 422),
    ],
)
def test_what_is_no_fact_of_an_item_is_refused(strict_service: Service, content: bytes, status: int) -> None:
    headers = {"content-type": "application/json"}
    problem(unhurried(strict_service).put("/v1/items/i000", content=content, headers=headers), status)


def unhurried(service: Service) -> httpx.Client:
    """A client of the service that takes 20 requests a second, which asks no faster."""
    time.sleep(0.05)
    return service.client()


def chunks(n: int) -> Iterator[bytes]:
    yield b'{"events": ['
    for _ in range(n):
        yield b" " * 1000


def test_a_body_that_is_too_large_is_refused_with_and_without_a_length(strict_service: Service) -> None:
    client, headers = unhurried(strict_service), {"content-type": "application/json"}
    for method, path in (("POST", "/v1/events"), ("PUT", "/v1/items/i000"), ("POST", "/v1/recommendations")):
        for content in (b" " * 10_001, chunks(20)):
            told = problem(client.request(method, path, content=content, headers=headers), 413)
            assert "10000 bytes" in told["detail"]
    assert send(unhurried(strict_service), event(somebody()))["accepted"] == 1
    body = json.dumps({"events": [event(somebody())]}).encode().ljust(10_000)
    assert client.post("/v1/events", content=iter([body[:5000], body[5000:]])).json()["accepted"] == 1


@pytest.mark.parametrize(
    ("user_id", "status"),
    [("%ff", 400), ("%ED%A0%80", 400), ("%00", 422), ("a%00b", 422), ("x" * 513, 422), ("%C3%A4" * 257, 422)],
)
def test_an_address_that_holds_no_id_is_refused(strict_service: Service, user_id: str, status: int) -> None:
    client = unhurried(strict_service)
    problem(client.get(f"/v1/users/{user_id}/recommendations"), status)
    problem(client.put(f"/v1/users/{user_id}/consent", json={"training": True}), status)


@pytest.mark.parametrize("path", ["/v1/users//recommendations", "/v1/nothing", "/", "/v1/users/a/b/recommendations"])
def test_what_no_call_is_for_is_told(strict_service: Service, path: str) -> None:
    problem(unhurried(strict_service).get(path), 404)


def test_a_method_that_a_call_does_not_know_is_told_with_those_it_knows(strict_service: Service) -> None:
    answer = unhurried(strict_service).delete("/v1/events")
    problem(answer, 405)
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/v1/users/../recommendations", "/v1/users/..%2f..%2f/recommendations"])
def test_steps_upwards_are_an_id_and_lead_nowhere(strict_service: Service, path: str) -> None:
    time.sleep(0.05)
    key = strict_service.key
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\r\n"
    answer = raw(strict_service, request.encode())
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"fallback":true' in answer


@pytest.mark.parametrize(
    "request_line",
    [b"GET /v1/users/\xff\xfe/recommendations HTTP/1.1", b"GET /a b HTTP/1.1", b"\x00\x01\x02", b"GET / HTTP/9.9"],
)
def test_what_is_no_http_is_refused_without_a_trace(strict_service: Service, request_line: bytes) -> None:
    answer = raw(strict_service, request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"Traceback" not in answer
    assert strict_service.client(None).get("/health/live").status_code == 200


@pytest.mark.parametrize("query", ["k=0", "k=101", "k=ten", "k=", "k=1.5", "k=-1", "k=" + "9" * 5000, "k=%00", "k=٣"])
def test_a_number_of_items_that_is_none_is_refused(strict_service: Service, query: str) -> None:
    problem(unhurried(strict_service).get(f"/v1/users/u003/recommendations?{query}"), 422)


@pytest.mark.parametrize(
    "query",
    ["focus=nothing", "focus=category=NO", "focus=" + "x" * 601, "focus=category=%00", "channel=%00", "language=fr"],
)
def test_a_focus_channel_or_language_that_is_none_is_refused(strict_service: Service, query: str) -> None:
    problem(unhurried(strict_service).get(f"/v1/users/u003/recommendations?{query}"), 422)


@pytest.mark.parametrize(
    "body",
    [
        {"history": [{"item_id": "i000", "event_type": "gaze"}]},
        {"history": [{"item_id": "i000", "timestamp": "soon"}]},
        {"history": [{"colour": "red"}]},
        {"history": [{}] * 1001},
        {"history": {}},
        {"k": 0},
        {"k": "3"},
        {"focus": "category=\0"},
        {"language": "fr"},
        {"user_id": "u003"},
        [],
    ],
)
def test_a_history_that_is_none_is_refused(strict_service: Service, body: Any) -> None:
    problem(unhurried(strict_service).post("/v1/recommendations", json=body), 422)
