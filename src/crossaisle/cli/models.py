"""`crossaisle train` and `crossaisle models`."""

from typing import Annotated

import typer
from rich.markup import escape

from crossaisle.cli.options import HERE, Json, Workspace, pairs
from crossaisle.cli.terminal import out, print_json, progress, table, told
from crossaisle.errors import UsageError
from crossaisle.shop import Shop
from crossaisle.words import say

models_app = typer.Typer(invoke_without_command=True)


def train(
    until: Annotated[str | None, typer.Option(help=told("option.until"))] = None,
    model: Annotated[str | None, typer.Option(help=told("option.model"))] = None,
    option: Annotated[list[str] | None, typer.Option(help=told("option.option"))] = None,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle train --until 2017-11-01 --model ease --option l2=500[/]"""
    shop = Shop.open(workspace)
    options = pairs(option, "l2=500")
    if options and not model:
        raise UsageError("--option needs --model", remedy="Name the recommender that the option belongs to.")
    language = shop.settings.language
    with progress(language, as_json) as stages:
        version, trained = shop.train(until, model, options, stages)
    manifest = next(one for one in shop.models() if one["version"] == version)
    if as_json:
        print_json(manifest)
        return
    if trained.validation:
        ranked = sorted(trained.validation.items(), key=lambda one: -one[1])
        table(
            say("cli.validation", language),
            [say("cli.recommender", language), "capped_recall@20"],
            ranked,
            numeric=(1,),
        )
    facts = {
        "name": trained.name,
        "users": manifest["n_users"],
        "items": manifest["n_items"],
        "until": manifest["until"],
    }
    if manifest["title_categories"]:
        out.print(escape(say("cli.title_categories", language, n=manifest["title_categories"])))
    out.print(say("cli.trained", language, version=version, **facts))


@models_app.callback()
def models(context: typer.Context, workspace: Workspace = HERE, as_json: Json = False) -> None:
    """[dim]crossaisle models[/]"""
    if context.invoked_subcommand:
        return
    shop = Shop.open(workspace)
    published = shop.models()
    if as_json:
        print_json(published)
        return
    language = shop.settings.language
    headings = [say(f"cli.{name}", language) for name in ("version", "recommender", "until", "live")]
    unreadable = say("cli.unreadable", language)
    rows = [
        (one["version"], one.get("recommender", unreadable), one.get("until", ""), one["is_live"]) for one in published
    ]
    table("", headings, rows, numeric=(0,))


@models_app.command(help=told("help.rollback"))
def rollback(
    to: Annotated[int | None, typer.Option(help=told("option.to"))] = None,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """Make an earlier model live."""
    shop = Shop.open(workspace)
    version = shop.rollback(to)
    if as_json:
        print_json({"version": version})
    else:
        out.print(say("cli.rolled", shop.settings.language, version=version))
