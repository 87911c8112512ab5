"""Calls that are asked all the time: described by the framework, answered without its layers between."""

from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crossaisle.api.limits import Receive, Scope, Send
from crossaisle.api.problems import of_error, of_http
from crossaisle.errors import CrossaisleError

Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


class Quick(APIRoute):
    """A call whose address is fixed but for at most one id, and which reads of its request whatever it wants itself."""


class _Place(NamedTuple):
    """An address: what it begins and ends with."""

    begin: str
    end: str
    has_id: bool
    route: Quick


class Front:
    """What a server asks: quick calls are answered here, the others by the framework's app.

    Args:
        app: the framework's. routes: of its calls. around: what is around every request, see limits.Around.
    """

    def __init__(self, app: FastAPI, routes: Iterable[object], around: Callable[[Asgi], Asgi]) -> None:
        self._app, self._quick = app, around(self._answer)
        self._places: dict[str, list[_Place]] = {}
        for route in routes:
            if isinstance(route, Quick):
                begin, has_id, rest = route.path.partition("{")
                for method in route.methods or ():
                    place = _Place(begin, rest.partition("}")[2], bool(has_id), route)
                    self._places.setdefault(method, []).append(place)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] == "http":
            found = self.find(scope["method"], scope["raw_path"].decode("ascii", "replace"))
            if found is not None:
                scope["app"] = self._app
                scope["route"], scope["given"] = found
                await self._quick(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def find(self, method: str, path: str) -> tuple[Quick, tuple[str, ...]] | None:
        """The quick call of an address, as it came, and the id in it; None where it is none of these."""
        for begin, end, has_id, route in self._places.get(method, ()):
            if not has_id:
                if path == begin:
                    return route, ()
            elif path.startswith(begin) and path.endswith(end):
                given = path[len(begin) : len(path) - len(end)]
                if given and "/" not in given:
                    return route, (given,)
        return None

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask the call itself; an error is a problem, as the framework's handlers have it."""
        answer: Response
        try:
            answer = await scope["route"].endpoint(*scope["given"], Request(scope, receive))
        except CrossaisleError as error:
            answer = of_error(error, scope["request_id"])
        except HTTPException as error:
            answer = of_http(error, scope["request_id"])
        await answer(scope, receive, send)
