"""Around every request: its id, its size, its time, its line in the log; and no traceback to anybody."""

import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from crossaisle.api.logs import Line
from crossaisle.api.metrics import Metrics
from crossaisle.api.problems import of_http, problem
from crossaisle.data.random_ids import RandomIds

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

log = logging.getLogger("crossaisle.requests")


GONE = 499
"""Told in log and figures of whoever went away before the answer; nobody is sent it."""


class TooLargeError(HTTPException):
    """The body has more bytes than are taken."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"the body has more than {most} bytes", {"Connection": "close"})


class Around:
    """ASGI middleware.

    Args:
        app: what answers. max_bytes: of a body. metrics: counts.
    """

    def __init__(self, app: Any, max_bytes: int, metrics: Metrics) -> None:
        self._app, self._max_bytes, self._metrics = app, max_bytes, metrics
        self._ids = RandomIds(8)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        answer = _Answer(send, self._ids())
        scope["request_id"] = answer.request_id
        scope["path"] = scope["raw_path"].decode("ascii", "replace")  # a slash within an id stays part of it
        try:
            await self._answer(scope, receive, answer)
        except ClientDisconnect:
            answer.status = answer.status or GONE
        except Exception as error:  # whatever it is, whoever asked gets a problem and the log says what happened
            facts = {"request_id": answer.request_id, "kind": type(error).__name__}
            log.error("request failed", exc_info=error, extra=facts)
            if not answer.status:
                remedy = "The log says more at this request_id."
                await problem(500, "the service made a mistake", remedy, answer.request_id)(scope, receive, answer.send)
        seconds = time.perf_counter() - began
        route = getattr(scope.get("route"), "path", "none")
        self._metrics.answered(route, answer.status, seconds)
        if log.isEnabledFor(logging.INFO):
            told = {"request_id": answer.request_id, "method": scope["method"], "route": route}
            told |= {"status": answer.status, "ms": round(seconds * 1000, 3), **scope.get("told", {})}
            log.handle(Line(log.name, "request", told))

    async def _answer(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        n_bytes, declared = 0, b"0"
        for name, value in scope["headers"]:
            if name == b"content-length":
                declared = value

        async def counted() -> MutableMapping[str, Any]:
            nonlocal n_bytes
            message = await receive()
            n_bytes += len(message.get("body", b""))
            if n_bytes > self._max_bytes:
                raise TooLargeError(self._max_bytes)
            return message

        if declared.isdigit() and int(declared) > self._max_bytes:
            await of_http(TooLargeError(self._max_bytes), answer.request_id)(scope, receive, answer.send)
        else:
            await self._app(scope, counted, answer.send)


class _Answer:
    """What is sent, with the request's id among its headers."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self.request_id, self.status = send, request_id, 0

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.request_id.encode())]
        await self._send(message)
