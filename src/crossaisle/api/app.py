"""The app: calls, what is around them, and the shop online behind them."""

import asyncio
import gc
import logging
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from crossaisle.api import problems
from crossaisle.api.access import Access, Buckets
from crossaisle.api.limits import Around
from crossaisle.api.metrics import Metrics
from crossaisle.api.quick import Front
from crossaisle.api.routes import events, experiments, health, items, people, recommendations
from crossaisle.api.service import Service
from crossaisle.errors import CrossaisleError, UnavailableError
from crossaisle.shop import Shop
from crossaisle.shop.online import Failed, Online
from crossaisle.shop.stores import Stores
from crossaisle.shop.watching import Watcher

WORKSPACE = "CROSSAISLE_WORKSPACE"
"""Environment variable that tells a worker its workspace."""
COUNTED_EVERY = 10
"""Seconds after which the events of the log are counted again."""
SWITCH = 0.001
"""Seconds after which a thread that serves lets another that waits go on: one that writes has to ask for its turn
several times in each transaction."""
WRONG_KEYS = 10.0
"""Requests a second that an address may send without a valid key."""

ROUTERS = tuple(part.router for part in (events, recommendations, items, people, experiments, health))

log = logging.getLogger("crossaisle.service")


def app_of(folder: Path) -> FastAPI:
    """The app of one worker."""
    shop = Shop.open(folder)
    metrics = Metrics()

    def failed(part: str, error: Exception) -> None:
        metrics.failures.labels(part).inc()
        detail = str(error) if isinstance(error, CrossaisleError) else ""
        log.error("failed", exc_info=error, extra={"part": part, "kind": type(error).__name__, "detail": detail})

    def failed_in_loop(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        failed("loop", context.get("exception") or RuntimeError(context["message"]))

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(failed_in_loop)
        stores = await asyncio.to_thread(_opened, shop, failed)
        online = Online(shop, stores, failed, metrics.unlogged.inc, loop.call_soon_threadsafe)

        counted = 0.0

        def looked(seconds: float) -> None:
            nonlocal counted
            if time.monotonic() - counted > COUNTED_EVERY:
                counted = time.monotonic()
                metrics.waiting.set(online.stores.log.count())
            metrics.lag.set(seconds)
            metrics.version.set(online.version)

        watcher = Watcher(online, loop.call_soon_threadsafe, looked)
        await asyncio.to_thread(watcher.start)
        by_key, by_address = Buckets(shop.settings.serving.rate_limit), Buckets(WRONG_KEYS)
        access = Access(lambda hashed: online.valid_keys.get(hashed), by_key, by_address, time.monotonic)
        app.state.service = Service(online, access, metrics)
        _settle()
        log.info("ready", extra={"version": online.version})
        yield
        await asyncio.to_thread(watcher.close)
        await asyncio.to_thread(online.close)
        log.info("stopped")

    app = FastAPI(
        title="Crossaisle",
        version="1",
        description="Recommendations across categories. Errors are problem details (RFC 9457).",
        lifespan=lifespan,
        redirect_slashes=False,
    )
    problems.handle(app)
    for router in ROUTERS:
        app.include_router(router)
    app.state.around = partial(Around, max_bytes=shop.settings.serving.max_body, metrics=metrics)
    app.add_middleware(app.state.around)
    _describe(app)
    return app


def served(folder: Path) -> Front:
    """The app as a server asks it."""
    app = app_of(folder)
    return Front(app, (route for router in ROUTERS for route in router.routes), app.state.around)


def _settle() -> None:
    """What was built to serve stays: the collector need not look at it again. Who writes waits less for who serves."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    sys.setswitchinterval(SWITCH)


def _opened(shop: Shop, failed: Failed) -> Stores:
    """The shop's stores, as soon as the database answers: a worker that starts anew must not end for want of it."""
    while True:
        try:
            return Stores(shop, os.environ)
        except UnavailableError as error:
            failed("database", error)
            time.sleep(1)


def _describe(app: FastAPI) -> None:
    """Let the app's description know keys, problems, and bodies that are read by hand."""
    made = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            parts = schema.setdefault("components", {})
            parts["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
            for model in (problems.Problem, events.Events, recommendations.Asked):
                told = model.model_json_schema(ref_template="#/components/schemas/{model}")
                parts["schemas"].update(told.pop("$defs", {}))
                parts["schemas"][model.__name__] = told
            parts["schemas"].pop("HTTPValidationError", None)
            parts["schemas"].pop("ValidationError", None)
        return app.openapi_schema or {}

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's documented way
