"""What is around every request, over small apps that answer, fail, or go on reading."""

import asyncio
import logging
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from prometheus_client.parser import text_string_to_metric_families
from pydantic import BaseModel
from starlette.responses import PlainTextResponse, Response

from crossaisle.api.limits import GONE, Around
from crossaisle.api.metrics import Metrics
from crossaisle.api.problems import MEDIA_TYPE, handle

MOST = 1000


class Torn(Response):
    """An answer that breaks off."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise RuntimeError("half way")


class Said(BaseModel):
    """A body that FastAPI reads."""

    text: str


def app() -> tuple[FastAPI, Metrics]:
    made, metrics = FastAPI(), Metrics()

    @made.post("/echo/{name}", response_model=None)
    async def echo(name: str, request: Request) -> Response:
        request.scope["told"] = {"name_length": len(name)}
        return PlainTextResponse(f"{name} {len(await request.body())}")

    @made.put("/model")
    async def model(said: Said) -> Said:
        return said

    @made.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret is ann@example.org")

    @made.get("/torn", response_model=None)
    async def torn() -> Response:
        return Torn()

    handle(made)
    made.add_middleware(Around, max_bytes=MOST, metrics=metrics)
    return made, metrics


def asked(made: FastAPI, method: str, path: str, **options: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(made, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
            return await client.request(method, path, **options)

    return asyncio.run(ask())


def counted(metrics: Metrics) -> dict[tuple[str, str], float]:
    """Route and status → requests."""
    return {
        (sample.labels["route"], sample.labels["status"]): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if sample.name == "crossaisle_requests_total"
    }


def problem_of(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    body: dict[str, Any] = answer.json()
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def test_an_answer_carries_its_request_id_which_stands_in_the_log_and_is_counted_by_route(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "crossaisle.requests")
    made, metrics = app()
    answer = asked(made, "POST", "/echo/ann", content=b"12345")
    assert answer.text == "ann 5"
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])
    (line,) = [one for one in caplog.records if one.name == "crossaisle.requests"]
    told = line.__dict__
    assert (told["request_id"], told["method"], told["route"], told["status"], told["name_length"]) == (
        answer.headers["x-request-id"],
        "POST",
        "/echo/{name}",
        200,
        3,
    )
    assert told["ms"] > 0
    assert "ann" not in str(told)
    assert counted(metrics) == {("/echo/{name}", "200"): 1}


def test_a_slash_within_an_id_stays_part_of_it() -> None:
    made, _ = app()
    assert asked(made, "POST", "/echo/a%2Fb%20c").text == "a%2Fb%20c 0"


def test_what_no_call_is_for_is_a_problem_and_is_counted_together(caplog: pytest.LogCaptureFixture) -> None:
    made, metrics = app()
    problem_of(asked(made, "GET", "/nothing/ann@example.org"), 404)
    assert asked(made, "DELETE", "/broken").headers["allow"] == "GET"
    assert counted(metrics)["none", "404"] == 1
    assert not any("ann@" in str(key) for key in counted(metrics))


@pytest.mark.parametrize(("path", "method"), [("/echo/a", "POST"), ("/model", "PUT")])
def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_read(path: str, method: str) -> None:
    made, _ = app()

    async def never() -> Any:
        yield b"{"
        raise AssertionError("nobody reads it")

    answer = asked(made, method, path, content=never(), headers={"content-length": str(MOST + 1)})
    told = problem_of(answer, 413)
    assert answer.headers["connection"] == "close"
    assert "max_body" in told["remedy"]


@pytest.mark.parametrize(("path", "method"), [("/echo/a", "POST"), ("/model", "PUT")])
def test_a_body_that_turns_out_too_large_is_refused_by_calls_of_either_kind(path: str, method: str) -> None:
    """One is read by hand, the other by FastAPI, which takes what it does not know for a body that it cannot parse."""
    made, metrics = app()

    async def much() -> Any:
        for _ in range(3):
            yield b'"' + b"x" * 400

    answer = asked(made, method, path, content=much(), headers={"content-type": "application/json"})
    problem_of(answer, 413)
    assert answer.headers["connection"] == "close"
    assert [status for _, status in counted(metrics)] == ["413"]


def test_as_many_bytes_as_are_taken_are_taken() -> None:
    made, _ = app()
    assert asked(made, "POST", "/echo/a", content=b"x" * MOST).text == f"a {MOST}"
    problem_of(asked(made, "POST", "/echo/a", content=b"x" * (MOST + 1)), 413)


def test_a_mistake_of_the_service_is_a_problem_without_a_word_of_it_and_the_log_has_its_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made, metrics = app()
    answer = asked(made, "GET", "/broken")
    told = problem_of(answer, 500)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert told["remedy"]
    (line,) = [one for one in caplog.records if one.message == "request failed"]
    assert line.__dict__["request_id"] == told["request_id"]
    assert counted(metrics) == {("/broken", "500"): 1}


def driven(made: FastAPI, method: str, path: str, *messages: dict[str, Any]) -> list[Any]:
    """What the app sends while it receives these messages."""
    sent: list[Any] = []
    coming = iter(messages)
    scope: dict[str, Any] = {"type": "http", "method": method, "path": path, "raw_path": path.encode()}
    scope |= {"query_string": b"", "headers": []}

    async def receive() -> Any:
        return next(coming)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(made(scope, receive, send))
    return sent


def test_an_answer_that_broke_off_is_not_begun_again() -> None:
    made, metrics = app()
    sent = driven(made, "GET", "/torn", {"type": "http.request", "body": b""})
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
    assert counted(metrics) == {("/torn", "200"): 1}


def test_who_goes_away_while_sending_is_no_mistake_of_the_service(caplog: pytest.LogCaptureFixture) -> None:
    made, metrics = app()
    begun = {"type": "http.request", "body": b"x", "more_body": True}
    assert not driven(made, "POST", "/echo/a", begun, {"type": "http.disconnect"})
    assert counted(metrics) == {("/echo/{name}", str(GONE)): 1}
    assert not [one for one in caplog.records if one.levelno >= logging.ERROR]
