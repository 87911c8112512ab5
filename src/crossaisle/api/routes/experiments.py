"""Experiments: start, list, read, stop."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from crossaisle.api.problems import told
from crossaisle.api.service import Keyed, answer, needs, service

router = APIRouter(tags=["experiments"], route_class=Keyed)

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
Name = Annotated[str, Field(pattern=NAME)]
PathName = Annotated[str, Path(pattern=NAME, description="the experiment's id")]


class ArmAsked(BaseModel):
    """What one arm is served."""

    model_config = ConfigDict(extra="forbid")

    model: Annotated[int, Field(ge=1)] | Literal["live", "none"] = Field(
        "live", description="a published version, live, or none: what most people bought"
    )
    focus: str | None = Field(None, max_length=600, description="all, explore, new-categories or category=NAME")


class ExperimentAsked(BaseModel):
    """What is compared with what."""

    model_config = ConfigDict(extra="forbid")

    experiment_id: Name
    arms: dict[Name, ArmAsked] = Field(
        min_length=2, max_length=20, examples=[{"control": {}, "popular": {"model": "none"}}]
    )
    weights: list[Annotated[float, Field(gt=0, le=1_000_000)]] = Field(min_length=2, max_length=20, examples=[[1, 1]])
    share: float = Field(1.0, gt=0, le=1, description="of the traffic")
    purpose: str = Field("", max_length=500)
    metric: Literal["conversion", "revenue", "repeat_visit_rate"] = "conversion"
    days: float = Field(7.0, gt=0, le=365, description="how long what somebody does counts")
    planned_units: int = Field(10_000, ge=10, le=1_000_000_000)


@router.post("/v1/experiments", response_model=dict[str, Any], responses=told(), **needs("manage"))
async def start(asked: ExperimentAsked, request: Request) -> Response:
    """Start an experiment; assignment is by hash, so nobody changes arms while it runs."""
    here = service(request)
    return answer(await here.aside(here.online.trying.start, asked.model_dump()))


@router.get("/v1/experiments", response_model=dict[str, Any], responses=told(), **needs("manage"))
async def list_(request: Request) -> Response:
    """All experiments, the oldest first."""
    here = service(request)
    return answer({"experiments": await here.aside(here.online.trying.all)})


@router.get("/v1/experiments/{experiment_id}", response_model=dict[str, Any], responses=told(404), **needs("manage"))
async def read(experiment_id: PathName, request: Request) -> Response:
    """What an experiment says so far: by arm and metric, with intervals for one look and for any look."""
    here = service(request)
    found: Any = await here.aside(here.online.trying.read, experiment_id)
    return answer(found.to_dict())


@router.post("/v1/experiments/{experiment_id}/stop", response_model=dict[str, Any], responses=told(), **needs("manage"))
async def stop(experiment_id: PathName, request: Request) -> Response:
    """End an experiment; everybody is served alike again."""
    here = service(request)
    return answer(await here.aside(here.online.trying.stop, experiment_id))
