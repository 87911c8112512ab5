"""What the calls share: the shop online, who may ask, and figures."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.responses import Response

from crossaisle.api.access import Access
from crossaisle.api.metrics import Metrics
from crossaisle.api.problems import RefusedError
from crossaisle.shop.online import Online
from crossaisle.stores.database.keys import Key

T = TypeVar("T")


@dataclass
class Service:
    """One worker's."""

    online: Online
    access: Access
    metrics: Metrics

    async def check(self, request: Request, scope: str) -> Key:
        """The key of a request that may pass; one made just now is looked for.

        Raises:
            RefusedError: it may not.
        """
        key = self.access.known(request)
        if key is None and self.access.may_be_new(request):
            await asyncio.to_thread(self.online.read_keys)
            key = self.access.known(request)
        key = self.access.admit(key, request, scope)
        request.scope["key"] = key
        return key

    async def aside(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do what waits for a store in another thread, so that slates do not wait with it."""
        return await asyncio.to_thread(work, *arguments)

    def tell(self, request: Request, user_id: str = "", **facts: Any) -> None:
        """Let the request's line in the log say who and what; ids as pseudonyms."""
        told = request.scope.setdefault("told", {})
        if user_id:
            told["user"] = self.online.pseudonyms.of(user_id)
        told.update(facts)


class Noted(BaseModel):
    """What was said is durable, and acts."""

    noted: bool = True


def service(request: Request) -> Service:
    """The service that answers a request."""
    found: Service = request.app.state.service
    return found


def needs(scope: str) -> dict[str, Any]:
    """Arguments of a call for keys with a scope; in a `Keyed` router its body waits until the key is checked."""

    async def check(request: Request) -> None:
        if "key" not in request.scope:
            await service(request).check(request, scope)

    return {"dependencies": [Depends(check)], "openapi_extra": {"security": [{"key": [scope]}]}}


class Keyed(APIRoute):
    """A call whose key is checked before its body is read: who has none learns nothing of what else was wrong."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Check, then answer."""
        handle = super().get_route_handler()
        ((scope,),) = (one["key"] for one in (self.openapi_extra or {})["security"])

        async def checked(request: Request) -> Response:
            await service(request).check(request, scope)
            return await handle(request)

        return checked


class Json(Response):
    """JSON that was written before; what every answer of the kind has alike is not worked out again."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.status_code, self.body, self.background = status, body, None
        self.raw_headers = [(b"content-length", b"%d" % len(body)), (b"content-type", b"application/json")]


def answer(value: Any, status: int = 200) -> Response:
    """A value as JSON; keys may be the names that a database gives to columns, which are texts of a kind of its own."""
    return Json(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS), status)


async def body_of(request: Request) -> Any:
    """The JSON that a request came with.

    Raises:
        RefusedError: it is none.
    """
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise RefusedError(400, f"the body is no JSON: {error}", "Send JSON in UTF-8.") from None
