"""Items: what goes with them, and what the shop says of them now."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.responses import Response

from crossaisle.api.ids import PathId, decoded
from crossaisle.api.named import by_name
from crossaisle.api.problems import told
from crossaisle.api.service import Keyed, Noted, answer, needs, service
from crossaisle.data.collecting import Id, Plain, Text, Whole
from crossaisle.data.moments import moment
from crossaisle.errors import UsageError

router = APIRouter(tags=["items"], route_class=Keyed)

Wanted = Annotated[int, Query(ge=1, le=100, description="items at most")]


class Related(BaseModel):
    """Items that go with others, strongest first."""

    items: list["RelatedItem"]


class RelatedItem(BaseModel):
    """An item that goes with others."""

    item_id: str
    score: float


class Basket(BaseModel):
    """What lies in a basket."""

    model_config = ConfigDict(extra="forbid", strict=True)

    item_ids: list[Id] = Field(min_length=1, max_length=200)
    k: Whole = Field(10, ge=1, le=100)


def _is_moment(text: str) -> str:
    try:
        moment(text)
    except (UsageError, OverflowError):
        raise ValueError(f'"{text}" is no time; write it as 2026-03-01 or 2026-03-01T09:30:00Z') from None
    return text


_MOMENT: dict[str, Any] = {"anyOf": [{"format": "date"}, {"format": "date-time"}]}


class ItemFacts(BaseModel):
    """What the shop says of an item. What is not said stays as it was."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    title: Annotated[Plain, Field(max_length=2000)] | None = None
    category: Text | None = None
    aisle: Text | None = None
    brand: Text | None = None
    description: Annotated[Plain, Field(max_length=20_000)] | None = None
    price: float | None = Field(None, ge=0, description="currency per unit")
    cost: float | None = Field(None, ge=0, description="currency per unit")
    launched_at: Annotated[str, Field(max_length=64, json_schema_extra=_MOMENT), AfterValidator(_is_moment)] | None = (
        Field(None, description="ISO 8601, UTC where it names no zone")
    )
    is_sellable: bool | None = None
    stock: Annotated[dict[Id, float], Field(max_length=2000, json_schema_extra=by_name)] | None = Field(
        None, description="store → units on its shelf; a shop of one store calls it what it likes"
    )


@router.get("/v1/items/{item_id}/similar", response_model=Related, responses=told(404), **needs("recommend"))
async def similar(item_id: PathId, request: Request, k: Wanted = 10) -> Response:
    """Items of its own category that go with the item."""
    here = service(request)
    return _related(here.online.similar(decoded(item_id, "item_id"), k))


@router.get("/v1/items/{item_id}/complements", response_model=Related, responses=told(404), **needs("recommend"))
async def complements(item_id: PathId, request: Request, k: Wanted = 10) -> Response:
    """Items of other categories that go with the item."""
    here = service(request)
    return _related(here.online.complements(decoded(item_id, "item_id"), k))


@router.post("/v1/baskets/complete", response_model=Related, responses=told(), **needs("recommend"))
async def complete(basket: Basket, request: Request) -> Response:
    """Items that go with what lies in a basket; of items that the shop does not know nothing is said."""
    here = service(request)
    return _related(here.online.complete(basket.item_ids, basket.k))


@router.put("/v1/items/{item_id}", response_model=Noted, responses=told(), **needs("manage"))
async def put_item(item_id: PathId, facts: ItemFacts, request: Request) -> Response:
    """Say something of an item: price, stock and whether it is sold act at once, the rest with the next model."""
    here = service(request)
    change = await here.aside(here.online.note_item, decoded(item_id, "item_id"), facts.model_dump(exclude_unset=True))
    here.online.apply(change)
    return answer({"noted": True})


def _related(found: list[tuple[str, float]]) -> Response:
    return answer({"items": [{"item_id": item_id, "score": score} for item_id, score in found]})
