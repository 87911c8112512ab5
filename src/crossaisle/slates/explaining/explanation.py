"""One score taken apart: its place, its causes with their amounts, and the sentence that a slate says."""

from collections.abc import Sequence
from dataclasses import dataclass

from crossaisle.slates.explaining.sentences import Fact
from crossaisle.slates.filtering.eligible import Why
from crossaisle.slates.slate import Reason
from crossaisle.words import Language, say


@dataclass(frozen=True)
class Part:
    """A part of a score.

    Args:
        kind: item, category, brand, search, buyers, rise, share or feature, as in Reason; rest is what others leave.
        what: in words.
        subject: an item, category or brand number, a figure, or the place of a search or feature; −1 of the rest.
        amount: in the unit of the score.
        share: amount / score; None where the score is not above zero.
    """

    kind: str
    what: str
    subject: int
    amount: float
    share: float | None


@dataclass(frozen=True)
class Explanation:
    """Why a user is shown an item, or is not.

    Args:
        score: None where nobody has anything to say of the item.
        rank: by score among what the user may be shown, from 1; None where the item is not among it.
        n_ranked: how many that are.
        ranker: who scored, as in Slates.rankers.
        why: what keeps the item out, ELIGIBLE if nothing does. left_out: that in words.
        parts: the largest first, the rest last; empty where the recommender cannot say.
        reasons: what a slate says; nothing where none may hold the item.
    """

    score: float | None
    rank: int | None
    n_ranked: int
    ranker: int
    why: Why
    left_out: str
    parts: tuple[Part, ...]
    reasons: tuple[Reason, ...]


def parts_of(told: Sequence[tuple[str, str, Fact]], score: float, language: Language) -> tuple[Part, ...]:
    """Causes as parts of the score, and the rest that makes up the score together with them."""
    if not told:
        return ()
    rest = score - sum(fact.amount for _, _, fact in told)
    amounts = [(kind, words, fact.subject, fact.amount) for kind, words, fact in told]
    amounts.append(("rest", say("why.rest", language), -1, rest))
    return tuple(
        Part(kind, what, subject, amount, amount / score if score > 0 else None)
        for kind, what, subject, amount in amounts
    )
