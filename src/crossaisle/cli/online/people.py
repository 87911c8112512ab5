"""`crossaisle consent` and `crossaisle forget`."""

from typing import Annotated

import typer

from crossaisle.cli.online.keys import stores_of
from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import print_json, table, told
from crossaisle.errors import UsageError
from crossaisle.privacy.consent import Purpose
from crossaisle.shop.care import Care
from crossaisle.words import say

Person = Annotated[str, typer.Option("--user", help=told("option.person"))]


def consent(
    user: Person,
    allow: Annotated[list[str] | None, typer.Option(help=told("option.allow"))] = None,
    refuse: Annotated[list[str] | None, typer.Option(help=told("option.refuse"))] = None,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle consent --user 17850 --refuse personalisation[/]"""
    said = dict.fromkeys(allow or [], True) | dict.fromkeys(refuse or [], False)
    wrong = [purpose for purpose in said if purpose not in set(Purpose)]
    if wrong:
        raise UsageError(f'there is no purpose "{wrong[0]}"', remedy=f"Choose of {', '.join(Purpose)}.")
    with stores_of(workspace) as (shop, stores):
        care = Care(shop, stores)
        if said:
            care.consent(user, said, "command line")
        found = care.consents(user)
    if as_json:
        print_json({"user_id": user, "consent": found})
        return
    language = shop.settings.language
    headings = [say(f"cli.consent.{name}", language) for name in ("purpose", "granted", "source")]
    table("", headings, [(purpose, one["granted"], one["source"]) for purpose, one in found.items()])


def forget(user: Person, workspace: Workspace = HERE, as_json: Json = False) -> None:
    """[dim]crossaisle forget --user 17850[/]"""
    with stores_of(workspace) as (shop, stores):
        receipt = Care(shop, stores).forget(user)
    if as_json:
        print_json(receipt)
        return
    language = shop.settings.language
    headings = [say(f"cli.forget.{name}", language) for name in ("part", "removed", "left")]
    rows = [(one["name"], one["removed"], one["left"]) for one in receipt["parts"]]
    table(say("cli.forgotten", language, receipt=receipt["id"]), headings, rows, numeric=(1, 2))
