"""What a new model and the live one would have earned at the explored places of logged slates.

Each is taken for the policy that puts there what it ranks highest among the items that were drawn from: the chance of
what was drawn is 1 where it is that item, shared by those of the same score. See evaluation.feedback.off_policy.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Dataset, Ids, Index
from crossaisle.data.focus import Allowed, Focus
from crossaisle.data.queries import Queries
from crossaisle.evaluation.feedback.off_policy import (
    Choices,
    PolicyDifference,
    PolicyValue,
    policy_difference,
    policy_value,
)
from crossaisle.loop.feedback.answered import Answered
from crossaisle.loop.feedback.shown import find
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Floats, Numbers, batches, row_numbers

Pools = Callable[[int], Sequence[str] | None]
"""Number of a pool → ids of its items, None if it is not kept."""
BYTES_PER_ITEM = 8
"""What marks of one item take for one choice."""


@dataclass(frozen=True)
class OffPolicy:
    """Clicks a choice at the explored place, by the model that chooses. Each estimate tells its own limits."""

    new: PolicyValue
    live: PolicyValue
    difference: PolicyDifference

    @property
    def is_worse(self) -> bool:
        """Whether the new model is surely worse, by estimates that may be trusted.

        That its own choices brought few clicks is no reason not to trust them: it is what makes it worse.
        """
        limits = {*self.live.limits, *(one for one in self.new.limits if one != "few_rewards")}
        return not limits and self.difference.snips.high < 0

    def to_dict(self) -> dict[str, Any]:
        """In plain values, None for what is not known."""
        return {name: getattr(self, name).to_dict() for name in ("new", "live", "difference")}


@dataclass(frozen=True)
class Candidate:
    """A model that is asked what it would have chosen. index: whose numbers it was fitted on."""

    fitted: Fitted
    index: Index


@dataclass(frozen=True)
class Drawn:
    """What was drawn at explored places that came before somebody's eyes, one entry a choice (n,).

    Args:
        slate: places of the slates in `answered`. item: numbers of the dataset. is_clicked: whether it was.
    """

    answered: Answered
    slate: AnyArray
    item: Numbers
    is_clicked: Bools

    @classmethod
    def of(cls, answered: Answered, items: Ids, since: int) -> "Drawn":
        """Of slates that were made at `since` or later."""
        logged, places = answered.logged(items)
        slate = answered.slates.slate[places]
        is_late = answered.slates.made_at[slate] >= since
        chosen = logged.is_explored & logged.in_seen_slates() & is_late & (answered.slates.pool[slate] >= 0)
        return cls(answered, slate[chosen], logged.item[chosen], logged.is_clicked[chosen])

    def at(self, rows: AnyArray) -> "Drawn":
        """Some of the choices."""
        return Drawn(self.answered, self.slate[rows], self.item[rows], self.is_clicked[rows])

    @property
    def choices(self) -> Choices:
        """As estimates read them; the reward is a click."""
        slates = self.answered.slates
        return Choices(slates.propensity[self.slate], self.is_clicked.astype(np.float64), slates.user[self.slate])

    def alike(self, names: Sequence[str]) -> Iterator[AnyArray]:
        """Rows that agree in these columns of the slates."""
        columns = np.stack([getattr(self.answered.slates, name)[self.slate] for name in names], axis=1)
        which = np.unique(columns, axis=0, return_inverse=True)[1].ravel()
        for one in range(which.max(initial=-1) + 1):
            yield np.flatnonzero(which == one)


def off_policy(
    answered: Answered, pools: Pools, whole: Dataset, new: Candidate, live: Candidate, since: int
) -> OffPolicy | None:
    """Estimates from the explored places of slates made at `since` or later; None where there are none.

    Args:
        whole: everything, from which histories at the time of each slate are read.
        new: has learnt from nothing that happened at `since` or later.
    """
    drawn = Drawn.of(answered, whole.index.items, since)
    chances = np.full((2, len(drawn.slate)), np.nan)
    for rows in drawn.alike(("pool", "focus")):
        some = drawn.at(rows)
        slate = some.slate[:1]
        pool = pools(int(answered.slates.pool[slate][0]))
        focus = Focus.parse(answered.slates.foci[answered.slates.focus[slate][0]])
        is_known = focus.category is None or whole.index.categories.number(focus.category) >= 0
        if pool is not None and is_known:
            chances[:, rows] = _chances(some, whole, pool, focus, (new, live))
    known = np.flatnonzero(~np.isnan(chances[0]))
    if not len(known):
        return None
    choices = drawn.at(known).choices
    of_new, of_live = chances[:, known]
    return OffPolicy(
        policy_value(choices, of_new),
        policy_value(choices, of_live),
        policy_difference(choices, of_new, of_live),
    )


def _chances(drawn: Drawn, whole: Dataset, pool: Sequence[str], focus: Focus, models: Sequence[Candidate]) -> Doubles:
    """float64 (n_models, n): the chance with which each model makes the choices, all of one pool and one focus."""
    ids = pa.array(list(pool), pa.large_string())
    numbers = whole.index.items.numbers(ids)
    ids, numbers = ids.filter(pa.array(numbers >= 0)), numbers[numbers >= 0]
    order = np.argsort(numbers)
    ids, numbers = ids.take(pa.array(order)), numbers[order]
    chances = np.full((len(models), len(drawn.slate)), np.nan)
    chosen = find(numbers, drawn.item)
    for part in batches(len(drawn.slate), BYTES_PER_ITEM * whole.n_items):
        rows = np.arange(len(drawn.slate))[part]
        rows = rows[chosen[rows] >= 0]
        queries = _before(whole, drawn.at(rows))
        is_open = _open(drawn.at(rows), queries, whole, numbers, focus)
        is_open[np.arange(len(rows)), chosen[rows]] = True
        for at, model in enumerate(models):
            columns = np.broadcast_to(model.index.items.numbers(ids), is_open.shape)
            scores = model.fitted.score_candidates(_numbered(queries, whole.index, model.index), columns)
            chances[at, rows] = _chance_of(scores, is_open, chosen[rows])
    return chances


def _chance_of(scores: Floats, is_open: Bools, chosen: AnyArray) -> Doubles:
    """float64 (n,): 1 over the number of highest scores among the open ones where the chosen has one, else 0."""
    open_scores = np.where(is_open, scores, -np.inf)
    is_highest = is_open & (open_scores == open_scores.max(axis=1, keepdims=True))
    share = 1 / is_highest.sum(axis=1)
    return np.asarray(np.where(is_highest[np.arange(len(chosen)), chosen], share, 0.0))


def _open(drawn: Drawn, queries: Queries, whole: Dataset, numbers: Numbers, focus: Focus) -> Bools:
    """bool (n, n_pool): what could be drawn: of the focus, and not in the rest of the slate."""
    allowed = Allowed(focus, numbers, whole.catalogue.category, whole.index.categories)
    is_open = allowed.mask(queries)
    slates = drawn.answered.slates
    shown = whole.index.items.numbers(slates.items)[slates.item]
    lengths = np.diff(slates.starts)[drawn.slate]
    ends = np.cumsum(lengths)
    places = np.arange(ends[-1] if len(ends) else 0) + np.repeat(slates.starts[drawn.slate] - (ends - lengths), lengths)
    columns, rows = find(numbers, shown[places]), np.repeat(np.arange(len(lengths)), lengths)
    is_open[rows[columns >= 0], columns[columns >= 0]] = False
    return is_open


def _before(whole: Dataset, drawn: Drawn) -> Queries:
    """What the people had done when their slates were made."""
    slates = drawn.answered.slates
    users = whole.index.users.numbers(slates.users)[slates.user[drawn.slate]]
    queries = replace(whole.queries(users), moments=slates.made_at[drawn.slate])
    return queries.keeping(queries.times < queries.moments[row_numbers(queries.indptr)])


def _numbered(queries: Queries, index: Index, wanted: Index) -> Queries:
    """The queries in another index's numbers, without what it does not know."""
    numbers = np.append(wanted.items.numbers(index.items.values), -1)
    users = np.append(wanted.users.numbers(index.users.values), -1)
    items = numbers[queries.items].astype(np.int32)
    nowhere = np.full(len(queries), -1, dtype=np.int32)
    renumbered = replace(
        queries,
        items=items,
        users=users[queries.users].astype(np.int32),
        n_items=len(wanted.items),
        entry_stores=np.full(len(items), -1, dtype=np.int32),
        channels=nowhere,
        stores=nowhere,
    )
    return renumbered.keeping((items >= 0) | (queries.searched >= 0))
