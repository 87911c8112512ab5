"""`crossaisle recommend`."""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer

from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import out, print_json, progress, table, told
from crossaisle.errors import StorageError, UsageError
from crossaisle.shop import Shop
from crossaisle.words import Language, say


def recommend(
    user: Annotated[list[str] | None, typer.Option(help=told("option.user"))] = None,
    everyone: Annotated[bool, typer.Option("--all", help=told("option.all"))] = False,
    k: Annotated[int | None, typer.Option("-k", min=1, max=1000, help=told("option.k"))] = None,
    focus: Annotated[str | None, typer.Option(help=told("option.focus"))] = None,
    as_of: Annotated[str | None, typer.Option(help=told("option.as_of"))] = None,
    file: Annotated[Path | None, typer.Option("--out", help=told("option.out"))] = None,
    workspace: Workspace = HERE,
    as_json: Json = False,
) -> None:
    """[dim]crossaisle recommend --all --focus new-categories -k 20 --out recs.parquet[/]"""
    if bool(user) == everyone:
        raise UsageError("whose slates?", remedy="Give either --user ID or --all.")
    if everyone and file is None and not as_json:
        raise UsageError("--all needs --out", remedy="Name a file such as --out recs.parquet.")
    if file is not None and file.suffix not in _WRITERS:
        raise UsageError(f"{file}: unknown kind of file", remedy="Let it end in .parquet, .csv or .jsonl.")
    shop = Shop.open(workspace)
    language = shop.settings.language
    with progress(language, as_json) as stages:
        slates = shop.recommend("all" if everyone else user or [], k, focus, as_of, file is None, stages)
    if file is not None:
        _write(slates, file)
    if as_json:
        print_json(slates.to_dict("records") if file is None else {"rows": len(slates), "out": str(file)})
    elif file is not None:
        facts = {"users": slates["user_id"].nunique(), "rows": len(slates), "place": file}
        out.print(say("cli.written", language, **facts))
    else:
        show(slates, language)


_WRITERS = {
    ".parquet": lambda slates, path: slates.to_parquet(path, index=False),
    ".csv": lambda slates, path: slates.to_csv(path, index=False),
    ".jsonl": lambda slates, path: slates.to_json(path, orient="records", lines=True, force_ascii=False),
}


def _write(slates: pd.DataFrame, file: Path) -> None:
    fresh = file.with_name(f".{file.name}.new")
    try:
        _WRITERS[file.suffix](slates[["user_id", "item_id", "score", "rank"]], fresh)
        fresh.replace(file)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise StorageError(f"the file cannot be written: {error.strerror or error}", str(file)) from None


def show(slates: pd.DataFrame, language: Language) -> None:
    """A table for each user."""
    headings = [say(f"cli.{name}", language) for name in ("item", "title", "category", "why")]
    for user_id, slate in slates.groupby("user_id", sort=False):
        rows = [(one.rank, one.item_id, one.title, one.category, one.reason) for one in slate.itertuples()]
        table(say("cli.slate_of", language, user=user_id), ["#", *headings], rows, numeric=(0,))
