"""Slates for the ids of users, as tables: the one function that shop, command line and notebooks call."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Focus
from crossaisle.data.moments import FOREVER, moment
from crossaisle.data.training import Progress, silent
from crossaisle.errors import InputError, UsageError
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import batches
from crossaisle.slates.filtering.eligible import ESTABLISHED, Eligible
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.path import SlatePath
from crossaisle.slates.slate import Slates
from crossaisle.words import LANGUAGES, Language, say

Users = Iterable[str] | str


def recommend(
    model: Fitted,
    dataset: Dataset,
    user_ids: Users = "all",
    k: int = 20,
    focus: str | Focus = "all",
    as_of: str | date | datetime | int | None = None,
    *,
    options: SlateOptions | None = None,
    fallback: Fitted | None = None,
    sources: Sequence[Fitted] = (),
    stock: Stock | None = None,
    language: Language = "en",
    explain: bool = False,
) -> pd.DataFrame:
    """Slates as a frame: user_id, item_id, score, rank (from 1), and reason if explained.

    Args:
        model: fitted on `dataset`, or on a dataset of the same items.
        dataset: what is known of the users; their history is what lies in it before `as_of`.
        user_ids: ids in the order wanted, or "all": every user with a purchase in the history. An unknown
            user gets the fallback's slate.
        k: most items in a slate.
        focus: all, explore, new-categories or category=NAME.
        as_of: the moment of the slates, by default the end of the dataset.
        options: knobs of the path; by default the slate is the model's ranking.
        fallback: fills what the model leaves empty, by default with what most people bought.
        sources: recommenders that bring candidates beside the model's own, and rank where it is silent.
        stock: quantities, where they are known.
        language: en or zh, of the reasons.

    Raises:
        UsageError: an argument is out of its range or names what the shop does not have.
    """
    request = Request.of(
        model,
        dataset,
        focus,
        as_of,
        options,
        fallback=fallback,
        sources=sources,
        stock=stock,
        language=language,
    )
    tables = [made.to_table() for made in request.batches(user_ids, k, explain)]
    frame: pd.DataFrame = pa.concat_tables(tables).to_pandas()
    frame.attrs["notes"] = request.notes()
    return frame


@dataclass(frozen=True)
class Batch:
    """Slates of some of the users asked for. user_ids: Arrow strings in the order of the slates."""

    user_ids: "pa.Array[Any]"
    slates: Slates
    dataset: Dataset

    def to_table(self) -> "pa.Table":
        """See Slates.to_table."""
        return self.slates.to_table(self.user_ids, self.dataset.index.items)

    def n_fallback(self) -> tuple[int, int]:
        """Known users whose slate is the fallback's, and known users."""
        known = self.slates.users >= 0
        return int((self.slates.fallback & known).sum()), int(known.sum())


@dataclass(frozen=True)
class Request:
    """Slates of one focus at one moment, made batch by batch in bounded memory.

    Args:
        path: what makes them.
        allowed: what may be shown.
        moment: of the slates, microseconds since 1970.
    """

    path: SlatePath
    allowed: Eligible
    moment: int

    @classmethod
    def of(
        cls,
        model: Fitted,
        dataset: Dataset,
        focus: str | Focus = "all",
        as_of: str | date | datetime | int | None = None,
        options: SlateOptions | None = None,
        *,
        fallback: Fitted | None = None,
        sources: Sequence[Fitted] = (),
        stock: Stock | None = None,
        language: Language = "en",
    ) -> "Request":
        """Prepare. Arguments and errors are those of `recommend`."""
        if language not in LANGUAGES:
            raise UsageError(f"language={language!r}", remedy=f"Choose one of {', '.join(LANGUAGES)}.")
        if not isinstance(focus, str | Focus):
            raise UsageError(f"focus={focus!r}", remedy="Choose all, explore, new-categories or category=NAME.")
        if not isinstance(options, SlateOptions | None):
            raise UsageError(f"options={options!r}", remedy="Hand over SlateOptions(...).")
        history = dataset if as_of is None else history_before(dataset, moment(as_of))
        when = history.span()[1] if history.until == FOREVER else history.until
        path = SlatePath.of(model, history, options, fallback, sources, stock, language)
        return cls(path, path.allowed(Focus.parse(focus), when), when)

    def batches(
        self, user_ids: Users = "all", k: int = 20, explain: bool = False, progress: Progress = silent
    ) -> Iterator[Batch]:
        """The slates of users in the order given, at least one batch.

        Raises:
            UsageError: k or an id cannot be used.
        """
        if not isinstance(k, int | np.integer) or k < 1:
            raise UsageError(f"k={k!r}", remedy="Ask for a whole number of items, at least one.")
        dataset = self.path.dataset
        ids = self._ids(user_ids)
        users = dataset.index.users.numbers(ids)
        bytes_per_user = 4 * len(dataset.events) * _EVENT_BYTES // max(1, dataset.n_users) + self._slate_bytes(k)
        for rows in batches(max(1, len(users)), bytes_per_user):
            queries = dataset.queries(users[rows], self.moment)
            slates = self.path.slates(queries, self.allowed, k, explain)
            yield Batch(ids[rows.start : rows.stop], slates, dataset)
            progress("recommend", min(1.0, rows.stop / max(1, len(users))))

    def notes(self) -> list[str]:
        """What a person should know about these slates, in words."""
        wanted = self.path.options.min_purchases
        wanted = ESTABLISHED if wanted is None else wanted
        used = self.allowed.min_purchases
        if used in (wanted, 0):
            return []
        return [say("slates.established_lowered", self.path.language, wanted=wanted)]

    def _ids(self, user_ids: Users) -> "pa.Array[Any]":
        dataset = self.path.dataset
        if isinstance(user_ids, str):
            if user_ids != "all":
                raise UsageError(f'user_ids="{user_ids}"', remedy='Give a list of user ids, or "all".')
            return dataset.index.users.at(dataset.buyers())
        if isinstance(user_ids, bytes) or not isinstance(user_ids, Iterable):
            raise UsageError(f"user_ids={user_ids!r}", remedy='Give a list of user ids, or "all".')
        listed = list(user_ids)
        wrong = [one for one in listed if not isinstance(one, str)]
        if wrong:
            raise UsageError(f"user id {wrong[0]!r} is not text", remedy='Write ids as text, such as "7".')
        return pa.array(listed, pa.large_string())

    def _slate_bytes(self, k: int) -> int:
        """Working memory of one slate: candidates, their vectors if they are compared, and reasons."""
        options = self.path.options
        width = (1 + len(self.path.sources)) * (options.candidates if options.is_reranked else k)
        vectors = self.path.model.vectors() if options.diversity else None
        return 64 * width + (0 if vectors is None else 4 * width * vectors.shape[1]) + 2048 * k


_EVENT_BYTES = 64


def history_before(dataset: Dataset, cut: int) -> Dataset:
    """The same users and items with the events before `cut` (microseconds since 1970); numbers stay.

    Raises:
        InputError: no event lies before the cut.
    """
    events = dataset.events.at(dataset.events.time < cut)
    if not len(events):
        raise InputError("no event lies before the moment of the slates", remedy="Choose a later --as-of.")
    return replace(dataset, events=events, until=cut)
