"""`crossaisle keys create`, `keys list`, `keys revoke`."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import err, out, print_json, table, told
from crossaisle.data.moments import as_text
from crossaisle.shop import Shop
from crossaisle.shop.stores import Stores
from crossaisle.words import Language, say

keys_app = typer.Typer(no_args_is_help=True)


@contextmanager
def stores_of(workspace: Path) -> Iterator[tuple[Shop, Stores]]:
    """A workspace and its database."""
    shop = Shop.open(workspace)
    stores = Stores(shop, os.environ)
    try:
        yield shop, stores
    finally:
        stores.close()


@keys_app.command(help=told("help.keys.create"))
def create(
    scopes: Annotated[str, typer.Option(help=told("option.scopes"))],
    note: Annotated[str, typer.Option(help=told("option.note"))] = "",
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Make a key."""
    with stores_of(workspace) as (shop, stores):
        wanted = [scope.strip() for scope in scopes.split(",") if scope.strip()]
        key, made = stores.keys.create(wanted, note, time.time_ns() // 1000)
    if as_json:
        print_json({"key": key, "scopes": list(made.scopes), "key_id": made.key_id})
        return
    err.print(say("cli.key", shop.settings.language))
    out.print(key, soft_wrap=True)


@keys_app.command("list", help=told("help.keys.list"))
def list_(workspace: Workspace = HERE, as_json: Json = False) -> None:
    """All keys."""
    with stores_of(workspace) as (shop, stores):
        found = stores.keys.all()
    if as_json:
        print_json([asdict(one) for one in found])
        return
    language: Language = shop.settings.language
    headings = [say(f"cli.keys.{name}", language) for name in ("id", "scopes", "note", "made", "revoked")]
    rows = [
        (
            one.key_id,
            ", ".join(one.scopes),
            one.note,
            as_text(one.made_at),
            "" if one.revoked_at is None else as_text(one.revoked_at),
        )
        for one in found
    ]
    table("", headings, rows)


@keys_app.command(help=told("help.keys.revoke"))
def revoke(
    key_id: Annotated[str, typer.Argument(help=told("option.key_id"))],
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Revoke a key."""
    with stores_of(workspace) as (shop, stores):
        stores.keys.revoke(key_id, time.time_ns() // 1000)
    if as_json:
        print_json({"revoked": key_id})
    else:
        out.print(say("cli.revoked", shop.settings.language, key_id=key_id))
