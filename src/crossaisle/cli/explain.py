"""`crossaisle explain`."""

from typing import Annotated

import typer
from rich.markup import escape

from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import err, out, print_json, progress, table, told
from crossaisle.shop import Shop
from crossaisle.slates.explain import Explained, explained
from crossaisle.words import Language, say


def explain(
    user: Annotated[str, typer.Option(help=told("option.user"))],
    item: Annotated[str, typer.Option(help=told("option.item"))],
    n: Annotated[int, typer.Option("-n", min=1, max=100, help=told("option.n"))] = 3,
    focus: Annotated[str | None, typer.Option(help=told("option.focus"))] = None,
    as_of: Annotated[str | None, typer.Option(help=told("option.as_of"))] = None,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle explain --user 1 --item 1082185[/]"""
    shop = Shop.open(workspace)
    language = shop.settings.language
    with progress(language, as_json) as stages:
        stages("read", 0)
        request = shop.slates(focus, as_of)
        stages("explain", 0)
        found = explained(request, user, item, n)
    for note in request.notes():
        err.print(note)
    if as_json:
        print_json(found.to_dict())
    else:
        show(found, language)


def show(one: Explained, language: Language) -> None:
    """Where the item stands, what moved its score, and what a slate says."""
    found = one.found
    title = say("cli.explained", language, user=one.user_id, item=_named(one))
    lines = [_standing(one, language)]
    if found.ranker:
        lines.append(say("cli.explained.fallback" if one.is_fallback else "cli.explained.source", language))
    if not found.parts:
        out.print(f"[bold]{escape(title)}[/]")
        lines += [say("cli.explained.no_cause", language)] if found.score is not None else []
    else:
        headings = [say(f"cli.{name}", language) for name in ("cause", "amount", "share")]
        rows = [
            (
                part.what if part.kind == "rest" else f"{say(f'cli.kind.{part.kind}', language)}: {part.what}",
                f"{part.amount:.4g}",
                "" if part.share is None else f"{part.share:.1%}",
            )
            for part in found.parts
        ]
        table(title, headings, rows, numeric=(1, 2))
    if found.reasons:
        lines.append(say("cli.explained.says", language, text=" ".join(reason.text for reason in found.reasons)))
    for line in lines:
        out.print(escape(line))


def _standing(one: Explained, language: Language) -> str:
    found = one.found
    said = "" if found.score is None else say("cli.explained.score", language, score=found.score)
    if found.left_out:
        return f"{say('cli.explained.out', language, focus=one.focus, why=found.left_out)} {said}".strip()
    if found.score is None or found.rank is None:
        return say("cli.explained.silent", language)
    facts = {"score": found.score, "rank": found.rank, "n": found.n_ranked, "focus": one.focus}
    return say("cli.explained.place", language, **facts)


def _named(one: Explained) -> str:
    named = f"{one.title} ({one.item_id})" if one.title else one.item_id
    return f"{named} · {one.category}" if one.category else named
