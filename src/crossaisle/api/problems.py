"""Errors as problem details: RFC 9457, with what to do about them."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from crossaisle.errors import (
    BusyError,
    ConflictError,
    CrossaisleError,
    InputError,
    UnavailableError,
    UnknownError,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 2
"""Seconds that are told to whoever is turned away for a while."""

log = logging.getLogger("crossaisle.requests")


class Problem(BaseModel):
    """What was wrong with a request, as RFC 9457 has it."""

    type: str = Field("about:blank", description="what kind of problem; about:blank is that of the status")
    title: str = Field(description="the status in words", examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(description="what was wrong, and where", examples=["k=0"])
    remedy: str = Field("", description="what to do about it", examples=["Ask for at least one item."])
    request_id: str = Field("", description="stands in the log beside what happened")


class RefusedError(CrossaisleError):
    """A request that is not answered, with its status and headers."""

    def __init__(self, status: int, what: str, remedy: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(what, remedy=remedy)
        self.status, self.headers = status, dict(headers or {})


_STATUS: tuple[tuple[type[CrossaisleError], int], ...] = (
    (UnavailableError, 503),
    (BusyError, 503),
    (ConflictError, 409),
    (UnknownError, 404),
    (UsageError, 422),
    (InputError, 422),
)


def problem(
    status: int, detail: str, remedy: str = "", request_id: str = "", headers: Mapping[str, str] | None = None
) -> Response:
    """A problem as a response."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    body |= {"remedy": remedy, "request_id": request_id}
    return Response(orjson.dumps(body), status, dict(headers or {}), MEDIA_TYPE)


def of_error(error: CrossaisleError, request_id: str) -> Response:
    """The problem that an error is. What lies behind the service is for its log, not for whoever asks."""
    status = (
        error.status if isinstance(error, RefusedError) else next((n for k, n in _STATUS if isinstance(error, k)), 500)
    )
    headers = dict(error.headers) if isinstance(error, RefusedError) else {}
    if status == 503:
        headers.setdefault("Retry-After", str(RETRY_AFTER))
    if status < 500:
        place = f"{error.where}: " if error.where else ""
        return problem(status, place + error.what, error.remedy, request_id, headers)
    log.error("failed", extra={"request_id": request_id, "kind": type(error).__name__, "detail": str(error)})
    remedy = error.remedy if status == 503 else "The log says more at this request_id."
    return problem(status, error.what.partition(": ")[0], remedy, request_id, headers)


def of_http(error: HTTPException, request_id: str) -> Response:
    """The problem that an error of the protocol is."""
    remedy = _REMEDIES.get(error.status_code, "")
    return problem(error.status_code, str(error.detail), remedy, request_id, error.headers)


def told(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a call's documentation says of the problems it answers with, those of every call among them."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
        for status in sorted({400, 401, 403, 413, 422, 429, 503, *statuses})
    }


_REMEDIES = {
    400: "Send JSON in UTF-8.",
    404: "See /docs for the calls there are.",
    405: "See /docs for the calls there are.",
    413: "Send fewer events at once, or raise serving.max_body.",
}
_SCHEMA = {"$ref": "#/components/schemas/Problem"}


def handle(app: FastAPI) -> None:
    """Let the app answer every error as a problem."""

    @app.exception_handler(CrossaisleError)
    async def ours(request: Request, error: CrossaisleError) -> Response:
        return of_error(error, request_id(request))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        remedy = "See /docs for what the call takes."
        return problem(422, f"{place}: {first['msg'].removeprefix('Value error, ')}", remedy, request_id(request))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:  # the router names the methods of the first call of the address alone
            error.headers = {"Allow": ", ".join(_methods(request))}
        return of_http(error, request_id(request))


def _methods(request: Request) -> list[str]:
    """What the address of a request may be asked with."""
    path = getattr(request.scope.get("route"), "path", "")
    return sorted(method.upper() for method in request.app.openapi()["paths"].get(path, {}))


def request_id(request: Request) -> str:
    """The id that the request's log line carries."""
    return str(request.scope.get("request_id", ""))
