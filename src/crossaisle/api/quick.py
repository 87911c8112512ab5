"""Calls that are asked all the time: described by the framework, answered without its layers between."""

from collections.abc import Awaitable, Callable, Coroutine, Iterable, MutableMapping
from typing import Any, NamedTuple

from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from crossaisle.api.problems import of_error, of_http
from crossaisle.errors import CrossaisleError

Endpoint = Callable[..., Coroutine[Any, Any, Response]]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Quick(APIRoute):
    """A call whose address is fixed but for at most one id, and which reads of its request whatever it wants itself."""


class _Place(NamedTuple):
    """An address: what it begins and ends with."""

    begin: str
    end: str
    has_id: bool
    route: Quick


class QuickCalls:
    """The quick calls of some routers, by method and address."""

    def __init__(self, routes: Iterable[object]) -> None:
        self._places: dict[str, list[_Place]] = {}
        for route in routes:
            if isinstance(route, Quick):
                begin, has_id, rest = route.path.partition("{")
                for method in route.methods or ():
                    place = _Place(begin, rest.partition("}")[2], bool(has_id), route)
                    self._places.setdefault(method, []).append(place)

    def find(self, method: str, path: str) -> tuple[Quick, tuple[str, ...]] | None:
        """The call of an address, as it came, and the id in it; None where it is none of these."""
        for begin, end, has_id, route in self._places.get(method, ()):
            if not has_id:
                if path == begin:
                    return route, ()
            elif path.startswith(begin) and path.endswith(end):
                given = path[len(begin) : len(path) - len(end)]
                if given and "/" not in given:
                    return route, (given,)
        return None


async def answered(
    endpoint: Endpoint, given: tuple[str, ...], scope: MutableMapping[str, Any], receive: Any
) -> Response:
    """The answer to a request, a problem where that is what it is."""
    request_id = scope["request_id"]
    try:
        return await endpoint(*given, Request(scope, receive))
    except CrossaisleError as error:
        return of_error(error, request_id)
    except HTTPException as error:
        return of_http(error, request_id)
