"""Why a user is shown an item: one score taken apart, for the ids of a user and an item."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

import pandas as pd

from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Focus
from crossaisle.data.moments import as_text
from crossaisle.errors import UsageError
from crossaisle.models.recommender import Fitted
from crossaisle.slates.explaining.explanation import Explanation
from crossaisle.slates.filtering.stock import Stock
from crossaisle.slates.options import SlateOptions
from crossaisle.slates.recommend import Request
from crossaisle.slates.slate import FALLBACK
from crossaisle.words import Language


def explain(
    model: Fitted,
    dataset: Dataset,
    user_id: str,
    item_id: str,
    n: int = 3,
    focus: str | Focus = "all",
    as_of: str | date | datetime | int | None = None,
    *,
    options: SlateOptions | None = None,
    fallback: Fitted | None = None,
    sources: Sequence[Fitted] = (),
    stock: Stock | None = None,
    language: Language = "en",
) -> pd.DataFrame:
    """The parts of a score as a frame: kind, what, amount and share of the score, the largest first, the rest last.

    Its `attrs` hold score, rank, n_ranked, left_out (why the user is not shown the item, in words) and reason (what a
    slate says).

    Args:
        n: how many causes are told.
        focus, as_of, options, fallback, sources, stock, language: see `recommend`.

    Raises:
        UsageError: the shop has no such item, or an argument is out of its range.
    """
    given = {"fallback": fallback, "sources": sources, "stock": stock}
    request = Request.of(model, dataset, focus, as_of, options, language=language, **given)  # type: ignore[arg-type]
    return explained(request, user_id, item_id, n).to_frame()


@dataclass(frozen=True)
class Explained:
    """An explanation with the names of what it is about."""

    user_id: str
    item_id: str
    title: str
    category: str
    focus: str
    is_known: bool
    found: Explanation

    @property
    def is_fallback(self) -> bool:
        """Whether the recommender of last resort speaks."""
        return self.found.ranker == FALLBACK

    def to_frame(self) -> pd.DataFrame:
        """See `explain`."""
        columns = ["kind", "what", "amount", "share"]
        frame = pd.DataFrame([asdict(one) for one in self.found.parts], columns=columns)
        frame.attrs |= {name: getattr(self.found, name) for name in ("score", "rank", "n_ranked", "left_out")}
        frame.attrs["reason"] = " ".join(reason.text for reason in self.found.reasons)
        return frame

    def to_dict(self) -> dict[str, Any]:
        """Everything in plain values, for JSON."""
        found = self.found
        return {
            "user_id": self.user_id,
            "item_id": self.item_id,
            "title": self.title,
            "category": self.category,
            "focus": self.focus,
            "score": found.score,
            "rank": found.rank,
            "n_ranked": found.n_ranked,
            "fallback": self.is_fallback,
            "left_out": {"why": found.why.name.lower(), "text": found.left_out} if found.left_out else None,
            "parts": [{key: value for key, value in asdict(one).items() if key != "subject"} for one in found.parts],
            "reasons": [{"kind": reason.kind, "text": reason.text} for reason in found.reasons],
        }


def explained(request: Request, user_id: str, item_id: str, n: int = 3) -> Explained:
    """The explanation of a request's slates; see `explain`."""
    dataset = request.path.dataset
    for name, one in (("user_id", user_id), ("item_id", item_id)):
        if not isinstance(one, str):
            raise UsageError(f"{name} {one!r} is not text", remedy='Write ids as text, such as "7".')
    if n < 1:
        raise UsageError(f"n={n}", remedy="Ask for at least one cause.")
    item = dataset.index.items.number(item_id)
    if item < 0:
        raise UsageError(f'the model knows no item "{item_id}"', remedy=_advice(item_id, request))
    user = dataset.index.users.number(user_id)
    found = request.path.explanation(dataset.queries([user], request.moment), item, request.allowed, n)  # type: ignore[arg-type]
    category = int(dataset.catalogue.category[item])
    return Explained(
        user_id,
        item_id,
        dataset.catalogue.titles()[item].as_py() or "",
        dataset.index.categories.one(category) if category >= 0 else "",
        str(request.allowed.focus),
        user >= 0,
        found,
    )


def _advice(item_id: str, request: Request) -> str:
    close = get_close_matches(item_id, request.path.dataset.index.items.to_list(), 1, cutoff=0.7)
    if close:
        return f'Did you mean "{close[0]}"?'
    until = as_text(request.moment)
    return f"Write the id as it stands in the catalogue; what came after {until} is known once a model is trained anew."
