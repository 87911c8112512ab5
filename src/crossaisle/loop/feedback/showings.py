"""How often each person was shown each item and category before a place of a slate, and until now."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.evaluation.feedback.appeal import Appeal, Traits, appeal
from crossaisle.evaluation.feedback.logged import Logged
from crossaisle.loop.feedback.answered import Answered
from crossaisle.numerics.arrays import AnyArray, Bools, Doubles, Longs
from crossaisle.scenarios.feeds.memory import Past

MOST_HALF_LIVES = 20
"""What is older counts as if it were so old."""


@dataclass(frozen=True)
class Showings:
    """Shown items (n,) in some order, with the time and the slate of each.

    Args:
        logged: of slates that came before somebody's eyes. at: float64 (n,), half-lives, 0 for the latest.
        category: int64 (n,), n_categories for none.
    """

    logged: Logged
    at: Doubles
    category: Longs

    def before(self, key: AnyArray, counted: Bools | None = None, is_above: bool = False) -> Doubles:
        """float64 (n,): faded times that something with the same key was shown in slates before.

        Args:
            key: what is held for the same, (n,). counted: which alone count, (n,); None for all.
            is_above: whether what stands above in the same slate counts, too.
        """
        order = np.lexsort((self.logged.rank, self.logged.slate, self.at, key))
        weight = np.exp2(self.at[order]) * (1 if counted is None else counted[order])
        sums = np.append(0, np.cumsum(weight))
        first = _starts_of((key[order],))
        since = np.arange(len(order)) if is_above else _starts_of((key[order], self.logged.slate[order]))
        times = np.empty(len(order))
        times[order] = np.maximum(sums[since] - sums[first], 0) * np.exp2(-self.at[order])
        return times

    def until(self, key: AnyArray, end: float, counted: Bools | None = None) -> tuple[Longs, Doubles]:
        """Distinct keys, ascending, and the faded times of each at `end`, in half-lives."""
        keys, which = np.unique(key, return_inverse=True)
        weight = np.exp2(self.at - end) * (1 if counted is None else counted)
        return keys, np.bincount(which, weight, len(keys)).astype(np.float64)


def learnt(
    answered: Answered, logged: Logged, places: AnyArray, dataset: Dataset, half_life: float
) -> tuple[Appeal, Past] | None:
    """What a click hangs on, and what everybody was shown; None where too little was clicked.

    Args:
        logged, places: see Answered.logged. half_life: days.
    """
    kept = logged.in_seen_slates()
    shown, slates, n_categories = logged.at(kept), answered.slates, dataset.n_categories
    slate, made_at = slates.slate[places][kept], slates.made_at[slates.slate[places]][kept]
    category = dataset.catalogue.category.astype(np.int64)[shown.item]
    age = np.minimum(np.maximum(dataset.until - made_at, 0) / (half_life * DAY), MOST_HALF_LIVES)
    one = Showings(shown, -age, np.where(category < 0, n_categories, category))
    of_item = shown.user.astype(np.int64) * dataset.n_items + shown.item
    of_category = shown.user.astype(np.int64) * (n_categories + 1) + one.category
    traits = Traits(
        shown.rank,
        _shares(slates.score, slates.lift, slates.slate, shown.is_explored, places[kept], slate),
        one.before(of_item),
        one.before(of_category, is_above=True),
        one.before(of_category, shown.is_clicked),
        shown.item,
        category,
    )
    found = appeal(traits, shown.is_clicked, np.exp2(-age), dataset.n_items, n_categories)
    return None if found is None else (found, _past(one, of_item, of_category, answered, dataset, half_life))


def _shares(
    score: AnyArray, lift: AnyArray, of: AnyArray, is_explored: Bools, places: AnyArray, slate: AnyArray
) -> Doubles:
    """float64 (n,): scores without lifts as shares of the highest of the slate, or of 1; NaN for what was tried out."""
    plain = (score / lift).astype(np.float64)
    highest = np.ones(int(of.max(initial=-1)) + 1)
    np.maximum.at(highest, of, plain)
    return np.where(is_explored, np.nan, plain[places] / highest[slate])


def _past(
    one: Showings, of_item: AnyArray, of_category: AnyArray, answered: Answered, dataset: Dataset, half_life: float
) -> Past:
    """What everybody known was shown until now."""
    n_users, n_kinds = dataset.n_users, dataset.n_categories + 1
    number = dataset.index.users.numbers(answered.slates.users)
    keys, shown = one.until(of_item, 0)
    kinds, near = one.until(of_category, 0)
    _, clicked = one.until(of_category, 0, one.logged.is_clicked)
    items = _by_user(number[keys // dataset.n_items], keys % dataset.n_items, n_users)
    categories = _by_user(number[kinds // n_kinds], kinds % n_kinds, n_users)
    return Past(
        dataset.until,
        half_life * DAY,
        items[0],
        items[1],
        shown[items[2]].astype(np.float32),
        categories[0],
        categories[1],
        near[categories[2]].astype(np.float32),
        clicked[categories[2]].astype(np.float32),
    )


def _by_user(user: AnyArray, what: AnyArray, n_users: int) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Where each user's entries start, what they are of, ascending, and where each stood; without users of −1."""
    order = np.lexsort((what, user))
    order = order[user[order] >= 0]
    starts = np.searchsorted(user[order], np.arange(n_users + 1)).astype(np.int64)
    return starts, what[order].astype(np.int32), order


def _starts_of(columns: tuple[AnyArray, ...]) -> Longs:
    """int64 (n,): where the run of equal entries begins that each is of."""
    n = len(columns[0])
    begins = np.ones(n, dtype=np.bool_)
    begins[1:] = np.any([one[1:] != one[:-1] for one in columns], axis=0) if n else begins[1:]
    return np.maximum.accumulate(np.where(begins, np.arange(n), 0)).astype(np.int64)
