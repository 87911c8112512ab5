"""Slates out."""

import time
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import Response

from crossaisle.api.ids import PathId, decoded
from crossaisle.api.problems import RefusedError, told
from crossaisle.api.quick import Quick
from crossaisle.api.service import Service, answer, body_of, service
from crossaisle.data.collecting import MOST_BYTES, NO_ZERO, Id, Plain, Text, Whole, collect
from crossaisle.errors import fault_of
from crossaisle.scenarios.feeds.feed import Seen
from crossaisle.shop.online import Recommendation, Wanted
from crossaisle.words import LANGUAGES, Language

MOST = 100
"""Items of a slate that a call may ask for."""
FOCUS = r"^(all|explore|new-categories|category=[^\x00]+)$"

router = APIRouter(tags=["recommendations"], route_class=Quick)


class ReasonTold(BaseModel):
    """Why an item is in a slate."""

    kind: str = Field(examples=["item"])
    text: str = Field(examples=["Because you bought Nappies (3 times)."])


class Picked(BaseModel):
    """An item of a slate."""

    item_id: str
    score: float
    rank: int = Field(description="from 1")
    reasons: list[ReasonTold]


class Slate(BaseModel):
    """What to show."""

    recommendation_id: str = Field(description="send it with the events that answer the slate")
    model_version: int = Field(description="0 without a model")
    took_ms: float
    items: list[Picked]
    fallback: bool = Field(description="whether nothing that is known of the person had a part in it")


class PastEvent(BaseModel):
    """Something a visitor did."""

    model_config = ConfigDict(extra="forbid")

    item_id: Id | None = None
    event_type: Annotated[str, Field(max_length=64)] = "view"
    timestamp: str | Whole | None = Field(None, description="now if it is not said")
    query: Text | None = None


class Asked(BaseModel):
    """A slate for somebody of whom nothing is kept."""

    model_config = ConfigDict(extra="forbid")

    history: list[PastEvent] = Field(default_factory=list, max_length=1000)
    k: Annotated[Whole, Field(ge=1, le=MOST)] | None = None
    focus: Annotated[Plain, Field(min_length=1, max_length=600, json_schema_extra={"pattern": FOCUS})] | None = None
    channel: Annotated[Text, Field(min_length=1)] | None = None
    language: Language | None = Field(None, description="of reasons; that of the settings if it is not said")


_FOCUS = "all, explore, new-categories or category=NAME; that of the settings if it is not said"
_CHANNEL = {"type": "string", "minLength": 1, "maxLength": MOST_BYTES, "pattern": NO_ZERO}
_QUERY: list[dict[str, Any]] = [
    {"name": "k", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": MOST}},
    {
        "name": "focus",
        "in": "query",
        "description": _FOCUS,
        "schema": {"type": "string", "maxLength": 600, "pattern": FOCUS},
    },
    {"name": "channel", "in": "query", "schema": _CHANNEL},
    {"name": "language", "in": "query", "schema": {"type": "string", "enum": list(LANGUAGES)}},
]
_SECURITY = [{"key": ["recommend"]}]


@router.get(
    "/v1/users/{user_id}/recommendations",
    response_model=Slate,
    responses=told(),
    openapi_extra={"parameters": _QUERY, "security": _SECURITY},
)
async def of_user(user_id: PathId, request: Request) -> Response:
    """A slate for a customer or a visitor, which every event of theirs has changed already."""
    began = time.perf_counter()
    here = service(request)
    await here.check(request, "recommend")
    asked = request.query_params
    focus, channel = _plain("focus", asked.get("focus"), 600), _plain("channel", asked.get("channel"), MOST_BYTES)
    wanted = Wanted(_k(asked.get("k")), focus, channel, _language(asked.get("language")))
    made = here.online.recommend(decoded(user_id), wanted)
    here.metrics.took("slate", time.perf_counter() - began)
    told_of = {"recommendation": made.recommendation_id, "fallback": made.choice.fallback}
    here.tell(request, decoded(user_id), **told_of, **({"channel": wanted.channel} if wanted.channel else {}))
    return _answer(here, made, began)


@router.post(
    "/v1/recommendations",
    response_model=Slate,
    responses=told(),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Asked"}}},
        },
        "security": _SECURITY,
    },
)
async def of_visitor(request: Request) -> Response:
    """A slate for a visitor whose history comes with the request and is not kept."""
    began = time.perf_counter()
    here = service(request)
    await here.check(request, "recommend")
    try:
        asked = Asked.model_validate(await body_of(request), strict=True)
    except ValidationError as error:
        raise RefusedError(422, fault_of(error), "See /docs for what the call takes.") from None
    wanted = Wanted(asked.k, asked.focus, asked.channel, asked.language)
    made = here.online.recommend_visitor(_history(here, asked), wanted)
    here.metrics.took("slate", time.perf_counter() - began)
    return _answer(here, made, began)


def _history(here: Service, asked: Asked) -> list[Seen]:
    now = here.online.clock()
    events = [
        {"user_id": "visitor", "timestamp": now // 1_000_000, **one.model_dump(exclude_none=True)}
        for one in asked.history
    ]
    collected = collect(events, now)
    if collected.rejected:
        first = collected.rejected[0]
        raise RefusedError(422, f"history.{first.index}: {first.reason}")
    return [Seen("", row["item_id"], row["event_type"], row["timestamp"], row["query"]) for row in collected.rows]


def _k(given: str | None) -> int | None:
    if given is None:
        return None
    if not given.isascii() or not given.isdigit() or len(given) > 9 or not 1 <= int(given) <= MOST:
        raise RefusedError(422, f'k="{given[:40]}"', f"Ask for 1 to {MOST} items.")
    return int(given)


def _plain(name: str, given: str | None, most: int) -> str | None:
    if given is not None and ("\0" in given or not 1 <= len(given) <= most):
        raise RefusedError(422, f"{name} is empty, holds a zero byte, or has more than {most} characters")
    return given


def _language(given: str | None) -> Language | None:
    if given is None:
        return None
    known = next((one for one in LANGUAGES if one == given), None)
    if known is None:
        raise RefusedError(422, f'language="{given[:40]}"', f"Choose of {', '.join(LANGUAGES)}.")
    return known


def _answer(here: Service, made: Recommendation, began: float) -> Response:
    choice = made.choice
    told_items = zip(choice.items, choice.scores, choice.reasons, strict=True)
    items = [
        {
            "item_id": item_id,
            "score": score,
            "rank": rank,
            "reasons": [{"kind": reason.kind, "text": reason.text} for reason in reasons],
        }
        for rank, (item_id, score, reasons) in enumerate(told_items, 1)
    ]
    here.metrics.shown(choice.fallback)
    took = time.perf_counter() - began
    return answer(
        {
            "recommendation_id": made.recommendation_id,
            "model_version": made.model_version,
            "took_ms": round(took * 1000, 3),
            "items": items,
            "fallback": choice.fallback,
        }
    )
