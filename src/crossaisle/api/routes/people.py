"""People: what is known of them, what they wish and allow, and their right to be forgotten."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from crossaisle.api.ids import PathId, decoded
from crossaisle.api.named import by_name
from crossaisle.api.problems import told
from crossaisle.api.service import Keyed, Noted, answer, needs, service
from crossaisle.data.collecting import Id, Plain, Text
from crossaisle.privacy.consent import Purpose

router = APIRouter(tags=["people"], route_class=Keyed)

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,62}$")]


class Identity(BaseModel):
    """Another id under which the customer acted, such as the cookie they had before they logged in."""

    model_config = ConfigDict(extra="forbid", strict=True)

    alias: Id
    kind: Text = Field("cookie", description="cookie, device, e-mail hash, loyalty card, …", min_length=1)


class CustomerFacts(BaseModel):
    """What the shop says of a customer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    identities: list[Identity] = Field(default_factory=list, max_length=100)
    columns: dict[Name, Annotated[Plain, Field(max_length=2000)]] = Field(
        default_factory=dict,
        max_length=200,
        description="own columns of the customers' table",
        json_schema_extra=by_name,
    )


class Consents(BaseModel):
    """What a person allows or refuses; what is not said stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    personalisation: bool | None = Field(None, description="slates by what they did")
    training: bool | None = Field(None, description="models learn from what they did")
    analytics: bool | None = Field(None, description="they count in experiments")
    marketing: bool | None = Field(None, description="campaigns reach them")
    source: Text = Field("api", description="where they said so")


class Interests(BaseModel):
    """Corrections: category → weight, 0 for none of it, 1 as it is, up to 5 for more."""

    model_config = ConfigDict(extra="forbid", strict=True)

    categories: dict[Id, Annotated[float, Field(ge=0, le=5)]] = Field(
        min_length=1, max_length=500, json_schema_extra=by_name
    )


class InterestTold(BaseModel):
    """What somebody is held to care for."""

    category: str
    weight: float = Field(description="share of all that speaks for any category, in [0, 1]")
    corrected: float | None = Field(description="what they made of it, null if nothing")


class InterestsTold(BaseModel):
    """Interests, strongest first."""

    interests: list[InterestTold]


class ConsentTold(BaseModel):
    """What holds for a purpose."""

    granted: bool
    source: str = Field(description="where it was said; settings where nothing was")
    at: str | None = Field(description="when, ISO 8601 in UTC; null where nothing was said")


class ConsentsTold(BaseModel):
    """What holds, by purpose."""

    consent: dict[Purpose, ConsentTold]


@router.put("/v1/users/{user_id}", response_model=Noted, responses=told(), **needs("manage"))
async def put_user(user_id: PathId, facts: CustomerFacts, request: Request) -> Response:
    """Say something of a customer. Identities act at once: what was done under them is the customer's."""
    here, who = service(request), decoded(user_id)
    here.tell(request, who)
    aliases = [(one.alias, one.kind) for one in facts.identities]
    for change in await here.aside(here.online.care.note_customer, who, aliases, facts.columns):
        here.online.apply(change)
    return answer({"noted": True})


@router.get("/v1/users/{user_id}/interests", response_model=InterestsTold, responses=told(), **needs("privacy"))
async def get_interests(user_id: PathId, request: Request) -> Response:
    """The interests that somebody is held to have, strongest first, and what they corrected."""
    here, who = service(request), _customer(request, user_id)
    return answer({"interests": here.online.interests(who)})


@router.put("/v1/users/{user_id}/interests", response_model=InterestsTold, responses=told(), **needs("privacy"))
async def put_interests(user_id: PathId, wishes: Interests, request: Request) -> Response:
    """Correct interests: acts on the next slate."""
    here, who = service(request), _customer(request, user_id)
    here.online.apply(await here.aside(here.online.care.correct, who, wishes.categories))
    return answer({"interests": here.online.interests(who)})


@router.get("/v1/users/{user_id}/consent", response_model=ConsentsTold, responses=told(), **needs("privacy"))
async def get_consent(user_id: PathId, request: Request) -> Response:
    """What somebody allows, by purpose: what they said, else what the settings take for granted."""
    here, who = service(request), _customer(request, user_id)
    return answer({"consent": await here.aside(here.online.care.consents, who)})


@router.put("/v1/users/{user_id}/consent", response_model=ConsentsTold, responses=told(), **needs("privacy"))
async def put_consent(user_id: PathId, said: Consents, request: Request) -> Response:
    """Allow or refuse purposes: acts on the next slate. Without personalisation slates are the same for all."""
    here, who = service(request), _customer(request, user_id)
    granted = said.model_dump(exclude_none=True, exclude={"source"})
    here.online.apply(await here.aside(here.online.care.consent, who, granted, said.source))
    return answer({"consent": await here.aside(here.online.care.consents, who)})


@router.get("/v1/users/{user_id}/data", response_model=dict[str, Any], responses=told(), **needs("privacy"))
async def get_data(user_id: PathId, request: Request) -> Response:
    """Everything that is kept of somebody."""
    here, who = service(request), decoded(user_id)
    here.tell(request, who)
    return answer(await here.aside(here.online.care.export, who) | {"interests": here.online.interests(who)})


@router.delete("/v1/users/{user_id}", response_model=dict[str, Any], responses=told(), **needs("privacy"))
async def delete_user(user_id: PathId, request: Request) -> Response:
    """Forget somebody, everywhere; a receipt says what went. Asked again it finishes what was interrupted."""
    here, who = service(request), decoded(user_id)
    receipt = await here.aside(here.online.care.forget, who)
    return answer(receipt)


def _customer(request: Request, user_id: str) -> str:
    """Whom an id in an address belongs to; what they say under a cookie of theirs holds for them."""
    here, who = service(request), decoded(user_id)
    here.tell(request, who)
    return here.online.customer(who)
