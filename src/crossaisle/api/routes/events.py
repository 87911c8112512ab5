"""Events in."""

import asyncio
import time
from functools import partial
from typing import Any

import orjson
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from crossaisle.api.problems import RefusedError, told
from crossaisle.api.quick import Quick
from crossaisle.api.service import Json, body_of, service
from crossaisle.data.collecting import Collected, Event
from crossaisle.errors import ConflictError
from crossaisle.stores.database.writer import Answer

MOST = 1000
"""Events of one request."""
KEY = "Idempotency-Key"

router = APIRouter(tags=["events"], route_class=Quick)


class Events(BaseModel):
    """What people did."""

    events: list[Event] = Field(min_length=1, max_length=MOST)


class RejectedEvent(BaseModel):
    """An event that was not taken."""

    index: int = Field(description="its place in the request, from 0")
    reason: str = Field(examples=['timestamp "yesterday" is no time; write it as 2026-03-01T09:30:00Z'])


class EventsTaken(BaseModel):
    """What became of the events: those that were accepted are durable."""

    accepted: int
    rejected: list[RejectedEvent]


_EXAMPLE = {
    "events": [
        {"user_id": "17850", "item_id": "85123A", "timestamp": "2026-03-01T09:30:00Z", "event_type": "view"},
        {"user_id": "17850", "query": "tea", "timestamp": "2026-03-01T09:31:00Z", "event_type": "search"},
    ]
}


@router.post(
    "/v1/events",
    response_model=EventsTaken,
    responses=told(409),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Events"}, "example": _EXAMPLE}},
        },
        "parameters": [
            {
                "name": KEY,
                "in": "header",
                "required": False,
                "description": "the same key again is answered as the first time, and writes nothing",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        ],
        "security": [{"key": ["events"]}],
    },
)
async def post_events(request: Request) -> Response:
    """Take events in. They are answered once they are durable; events sent again are harmless."""
    here = service(request)
    key = await here.check(request, "events")
    idempotency = request.headers.get(KEY)
    if idempotency is not None and not 1 <= len(idempotency) <= 255:
        raise RefusedError(422, f"{KEY} is empty or has more than 255 characters", "Send one such as a UUID.")
    events = _listed(await body_of(request))
    body = await request.body()
    durable = asyncio.get_running_loop().create_future()
    name = f"{key.key_id} {idempotency}" if idempotency else ""
    taken = here.online.take(events, _told, partial(_settle, durable), name, body)
    began = time.perf_counter()
    said = _said(await durable)
    here.metrics.took("durable", time.perf_counter() - began)
    here.online.observe(taken.rows)
    here.metrics.taken(len(taken.rows), len(taken.rejected))
    here.tell(request, key=key.key_id, events=len(taken.rows), rejected=len(taken.rejected))
    return Json(said.encode())


def _settle(durable: "asyncio.Future[Answer]", answer: Answer) -> None:
    if not durable.done():  # else whoever sent it has gone
        durable.set_result(answer)


def _said(answer: Answer) -> str:
    if isinstance(answer, Exception):
        raise answer
    if answer is None:
        raise ConflictError(f"this {KEY} came before with another body", KEY, "Use a new key for a new request.")
    return answer


def _listed(body: Any) -> list[Any]:
    events = body.get("events") if isinstance(body, dict) else None
    if not isinstance(events, list) or not 1 <= len(events) <= MOST:
        raise RefusedError(422, f"events is no list of 1 to {MOST}", 'Send {"events": [{…}, …]}.')
    return events


def _told(collected: Collected) -> str:
    rejected = [{"index": one.index, "reason": one.reason} for one in collected.rejected]
    return orjson.dumps({"accepted": len(collected.rows), "rejected": rejected}).decode()
