"""`crossaisle serve` and `crossaisle prepare`."""

import os
from typing import Annotated

import typer

from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import err, print_json, progress, told
from crossaisle.shop import Shop
from crossaisle.words import say


def serve(
    host: Annotated[str, typer.Option(help=told("option.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help=told("option.port"))] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help=told("option.workers"))] = 1,
    workspace: Workspace = HERE,
) -> None:
    """[dim]crossaisle serve --port 8000 --workers 2[/]"""
    from crossaisle.api.server import serve as run  # the web server is imported when it is asked for
    from crossaisle.shop.stores import Stores

    shop = Shop.open(workspace)
    Stores(shop, os.environ).close()  # a database that cannot be used is told now, not by a worker

    def ready(place: str) -> None:
        err.print(say("cli.serving", shop.settings.language, place=place, workers=workers))

    run(shop, host, port, workers, ready)


def prepare(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """[dim]crossaisle prepare[/]"""
    from crossaisle.shop.feeds import prepare as make

    shop = Shop.open(workspace)
    version = shop.live.version
    with progress(shop.settings.language, as_json) as stages:
        make(shop, version, stages)
    if as_json:
        print_json({"version": version})
