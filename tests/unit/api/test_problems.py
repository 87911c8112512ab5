"""Every error as a problem: its status, its media type, and nothing in it that is for the shop alone."""

import logging
from http import HTTPStatus
from typing import Any

import orjson
import pytest
from starlette.exceptions import HTTPException
from starlette.responses import Response

from crossaisle.api.problems import MEDIA_TYPE, RefusedError, of_error, of_http, problem, told
from crossaisle.errors import (
    BusyError,
    ConflictError,
    CrossaisleError,
    InputError,
    StorageError,
    UnavailableError,
    UnknownError,
    UsageError,
)


def read(answer: Response) -> dict[str, Any]:
    assert answer.media_type == MEDIA_TYPE
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = orjson.loads(bytes(answer.body))
    assert body["status"] == answer.status_code
    assert body["title"] == HTTPStatus(answer.status_code).phrase
    return body


def test_a_problem_is_as_rfc_9457_has_it() -> None:
    answer = problem(404, "there is no such item", "Look again.", "abc", {"X-Told": "yes"})
    assert read(answer) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "there is no such item",
        "remedy": "Look again.",
        "request_id": "abc",
    }
    assert answer.headers["x-told"] == "yes"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UsageError("k=0", "k", "Ask for one."), 422),
        (InputError("no", "there"), 422),
        (UnknownError("there is no item", "item_id"), 404),
        (ConflictError("the key came before"), 409),
        (RefusedError(413, "too much"), 413),
    ],
)
def test_what_the_caller_did_wrong_is_told_with_its_place_and_remedy(error: CrossaisleError, status: int) -> None:
    body = read(of_error(error, "r"))
    assert body["status"] == status
    assert body["detail"] == (f"{error.where}: {error.what}" if error.where else error.what)
    assert (body["remedy"], body["request_id"]) == (error.remedy, "r")


@pytest.mark.parametrize("kind", [UnavailableError, BusyError])
def test_what_is_away_for_a_while_is_told_with_when_to_ask_again_and_not_where_it_is(
    kind: type[CrossaisleError], caplog: pytest.LogCaptureFixture
) -> None:
    error = kind("the database does not answer: no route to db7.shop.internal", "postgresql://shop@db7/x", "Ask again.")
    answer = of_error(error, "r")
    body = read(answer)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert (body["detail"], body["remedy"]) == ("the database does not answer", "Ask again.")
    (line,) = caplog.records
    assert (line.levelno, line.__dict__["request_id"]) == (logging.ERROR, "r")
    assert "db7.shop.internal" in line.__dict__["detail"]


def test_a_mistake_of_the_service_says_no_more_than_where_to_look() -> None:
    body = read(of_error(StorageError("the database refuses: column x", "/srv/shop/events.db", "Restore it."), "r"))
    assert (body["status"], body["detail"]) == (500, "the database refuses")
    assert "log" in body["remedy"]


def test_a_refusal_carries_its_headers() -> None:
    answer = of_error(RefusedError(429, "too many", headers={"Retry-After": "7"}), "")
    assert answer.headers["retry-after"] == "7"


def test_errors_of_the_protocol_are_problems_too() -> None:
    answer = of_http(HTTPException(405, headers={"Allow": "GET"}), "r")
    assert (read(answer)["detail"], answer.headers["allow"]) == ("Method Not Allowed", "GET")
    assert "/docs" in read(answer)["remedy"]


def test_the_documentation_names_the_problems_of_every_call_and_those_of_this_one() -> None:
    assert list(told()) == [400, 401, 403, 413, 422, 429, 503]
    assert list(told(404, 409)) == [400, 401, 403, 404, 409, 413, 422, 429, 503]
    assert told()[401]["content"] == {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
