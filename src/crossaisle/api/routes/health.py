"""Whether the service lives, whether it is ready, and figures for Prometheus."""

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from starlette.responses import Response

from crossaisle.api.problems import told
from crossaisle.api.service import answer, service

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """status: ok. model_version: 0 without a model."""

    status: str = "ok"
    model_version: int = 0


@router.get("/health/live", response_model=Health)
async def live(request: Request) -> Response:
    """The process answers."""
    return answer({"status": "ok", "model_version": service(request).online.version})


@router.get("/health/ready", response_model=Health, responses={503: told(503)[503]})
async def ready(request: Request) -> Response:
    """The stores answer; without a model slates are what most people bought."""
    here = service(request)
    await here.aside(here.online.stores.log.last)
    return answer({"status": "ok", "model_version": here.online.version})


@router.get(
    "/metrics", response_class=Response, responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
)
async def metrics(request: Request) -> Response:
    """Figures of all workers."""
    here = service(request)
    return Response(await here.aside(here.metrics.text), media_type=CONTENT_TYPE_LATEST)
