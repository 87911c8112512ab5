"""`crossaisle recommend`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer

from crossaisle.cli.options import HERE, Json, Workspace
from crossaisle.cli.terminal import err, out, print_json, progress, table, told
from crossaisle.errors import StorageError, UsageError
from crossaisle.shop import Shop
from crossaisle.slates.recommend import Batch
from crossaisle.slates.writing import write_parquet
from crossaisle.words import Language, say

SUFFIXES = (".parquet", ".csv", ".jsonl")


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
    if file is not None and file.suffix not in SUFFIXES:
        raise UsageError(f"{file}: unknown kind of file", remedy="Let it end in .parquet, .csv or .jsonl.")
    shop = Shop.open(workspace)
    language = shop.settings.language
    with progress(language, as_json or file is None) as stages:
        request = shop.slates(focus, as_of)
        asked = "all" if everyone else list(user or [])
        made = request.batches(asked, k or shop.settings.slates.k, explain=file is None, progress=stages)
        if file is not None:
            written = _write(made, file)
    for note in request.notes():
        err.print(note)
    if file is not None:
        _say_written(written, file, language, as_json)
    elif as_json:
        print_json([row for batch in made for row in described(batch)])
    else:
        show(made, language)


@dataclass
class _Written:
    """How much was written, and how many known users got a fallback slate."""

    rows: int = 0
    users: int = 0
    known: int = 0
    fallback: int = 0


def _write(made: Iterable[Batch], file: Path) -> _Written:
    written = _Written()

    def tables() -> Iterator[pa.Table]:
        for batch in made:
            table = batch.to_table().select(["user_id", "item_id", "score", "rank"])
            fallback, known = batch.n_fallback()
            written.rows += len(table)
            written.users += len(batch.user_ids)
            written.known += known
            written.fallback += fallback
            yield table

    if file.suffix == ".parquet":
        write_parquet(tables(), file)
        return written
    fresh = file.with_name(f".{file.name}.new")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as stream:
            for number, table in enumerate(tables()):
                frame = table.to_pandas()
                if file.suffix == ".csv":
                    frame.to_csv(stream, index=False, header=number == 0)
                else:
                    frame.to_json(stream, orient="records", lines=True, force_ascii=False)
        fresh.replace(file)
    except OSError as error:
        raise StorageError(f"the file cannot be written: {error.strerror or error}", str(file)) from None
    finally:
        fresh.unlink(missing_ok=True)
    return written


def _say_written(written: _Written, file: Path, language: Language, as_json: bool) -> None:
    share = written.fallback / max(1, written.known)
    if as_json:
        print_json({"out": str(file), "users": written.users, "rows": written.rows, "fallback_share": share})
        return
    out.print(say("cli.written", language, users=written.users, rows=written.rows, place=file))
    out.print(say("cli.fallback", language, share=share))


def described(batch: Batch) -> Iterator[dict[str, Any]]:
    """The picks of a batch as rows with title, category and reasons."""
    dataset = batch.dataset
    titles, category = dataset.catalogue.titles(), dataset.catalogue.category
    for place, user_id in enumerate(batch.user_ids.to_pylist()):
        slate = batch.slates.slate(place)
        for pick in slate.picks:
            number = int(category[pick.item])
            yield {
                "user_id": user_id,
                "item_id": dataset.index.items.one(pick.item),
                "score": pick.score,
                "rank": pick.rank,
                "title": titles[pick.item].as_py() or "",
                "category": dataset.index.categories.one(number) if number >= 0 else "",
                "reasons": [{"kind": reason.kind, "text": reason.text} for reason in pick.reasons],
                "fallback": slate.fallback,
            }


def show(made: Iterable[Batch], language: Language) -> None:
    """A table for each user."""
    headings = ["#", *(say(f"cli.{name}", language) for name in ("item", "category", "why"))]
    for batch in made:
        for (user_id, fallback), slate in groupby(described(batch), key=lambda row: (row["user_id"], row["fallback"])):
            rows = [
                (one["rank"], _named(one), one["category"], "; ".join(r["text"] for r in one["reasons"]))
                for one in slate
            ]
            title = "cli.fallback_of" if fallback else "cli.slate_of"
            table(say(title, language, user=user_id), headings, rows, numeric=(0,))


def _named(row: dict[str, Any]) -> str:
    return f"{row['title']} ({row['item_id']})" if row["title"] else str(row["item_id"])
