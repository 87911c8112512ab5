"""Quick calls are found by their address as it came, answered as the framework would, and described by it."""

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from crossaisle.api.limits import Around
from crossaisle.api.metrics import Metrics
from crossaisle.api.problems import MEDIA_TYPE, handle
from crossaisle.api.quick import Asgi, Front, Quick
from crossaisle.errors import UsageError

router = APIRouter(route_class=Quick)


@router.get("/users/{user_id}/slate", response_model=None)
async def slate(user_id: str, request: Request) -> Response:
    return PlainTextResponse(f"{user_id} {request.query_params.get('k', '')} {request.app.title}")


@router.post("/events", response_model=None)
async def events(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())}")


@router.get("/odd/{kind}", response_model=None)
async def odd(kind: str, request: Request) -> Response:
    if kind == "usage":
        raise UsageError("that is not it", remedy="Try this.")
    if kind == "http":
        raise HTTPException(409, "not now")
    raise RuntimeError("the secret is ann@example.org")


def front() -> Front:
    app = FastAPI(title="a shop")
    app.include_router(router)

    @app.get("/slow")
    async def slow() -> str:
        return "by the framework"

    handle(app)

    def around(inner: Asgi) -> Asgi:
        return Around(inner, max_bytes=100, metrics=Metrics())

    app.add_middleware(Around, max_bytes=100, metrics=Metrics())
    return Front(app, router.routes, around)


def asked(method: str, path: str, **options: Any) -> httpx.Response:
    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(front()), base_url="http://shop") as client:
            return await client.request(method, path, **options)

    return asyncio.run(ask())


def test_quick_calls_and_others_are_answered() -> None:
    assert asked("GET", "/users/ann/slate?k=3").text == "ann 3 a shop"
    assert asked("POST", "/events", content=b"12345").text == "5"
    assert asked("GET", "/slow").json() == "by the framework"
    assert all("x-request-id" in asked("GET", path).headers for path in ("/users/ann/slate", "/slow"))


def test_what_is_like_a_quick_call_is_left_to_the_framework() -> None:
    assert asked("GET", "/users//slate").status_code == 404
    assert asked("GET", "/users/a/b/slate").status_code == 404
    assert asked("DELETE", "/users/ann/slate").status_code == 405
    assert asked("GET", "/events").status_code == 405


@pytest.mark.parametrize(("kind", "status"), [("usage", 422), ("http", 409), ("other", 500)])
def test_errors_of_quick_calls_are_problems(kind: str, status: int) -> None:
    found = asked("GET", f"/odd/{kind}")
    assert (found.status_code, found.headers["content-type"]) == (status, MEDIA_TYPE)
    assert found.json()["request_id"] == found.headers["x-request-id"]
    assert "ann@" not in found.text


def test_a_body_that_is_too_large_is_not_read() -> None:
    assert asked("POST", "/events", content=b"x" * 101).status_code == 413


@given(st.text(st.characters(codec="ascii"), min_size=1).filter(lambda given: "/" not in given))
def test_an_id_is_given_as_it_came(user_id: str) -> None:
    found = front().find("GET", f"/users/{user_id}/slate")
    assert found is not None
    assert (found[0].path, found[1]) == ("/users/{user_id}/slate", (user_id,))
