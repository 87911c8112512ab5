"""Tasks: for which users, which items may be recommended, and which of them turned out to be right."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.focus import Allowed, Focus, Kind
from crossaisle.data.split import Split
from crossaisle.errors import InputError, UsageError
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Numbers, csr, holds, row_numbers

TASKS: tuple[Kind, ...] = ("new-categories", "explore", "all")


@dataclass(frozen=True)
class Task:
    """One task on one split.

    Args:
        name: a focus, or "published".
        users: int32 (n,), those with something to find, ascending.
        allowed: what a slate may hold. truth, spend: sparse (n, n_items), what was to be found, and what it cost.
    """

    name: str
    users: Numbers
    allowed: Allowed
    truth: Csr
    spend: Csr

    @property
    def sizes(self) -> AnyArray:
        """int (n,): how many items each user was to be shown."""
        return np.diff(self.truth.indptr)


def tasks_of(split: Split, min_purchases: int, names: tuple[str, ...] | None = None) -> list[Task]:
    """The tasks that the split allows: new-categories only where items have categories."""
    if split.is_published:
        return [_task(split, "published", Focus("explore"), np.ones(split.train.n_items, dtype=np.bool_))]
    eligible = split.train.established(min_purchases)
    has_categories = bool((split.train.catalogue.category >= 0).any())
    chosen = [kind for kind in TASKS if kind != "new-categories" or has_categories]
    return [_task(split, kind, Focus(kind), eligible) for kind in chosen if names is None or kind in names]


def counted_tasks(split: Split, min_purchases: int, names: tuple[str, ...] | None = None) -> list[Task]:
    """The tasks that somebody counts for.

    Raises:
        UsageError: a name is no task.
        InputError: there is nobody to measure on.
    """
    unknown = set(names or ()) - set(TASKS)
    if unknown:
        raise UsageError(f"{', '.join(sorted(unknown))} is no task", remedy=f"Choose of {', '.join(TASKS)}.")
    found = [task for task in tasks_of(split, min_purchases, names) if len(task.users)]
    if not found:
        raise InputError(
            "nobody bought an item in the window that counts for a task",
            remedy="Choose an earlier cut, a longer horizon, or fewer min_purchases.",
        )
    return found


def _task(split: Split, name: str, focus: Focus, eligible: Bools) -> Task:
    train = split.train
    buyers = train.buyers()
    allowed = Allowed(
        focus, np.flatnonzero(eligible).astype(np.int32), train.catalogue.category, train.index.categories
    )
    wanted = _wanted(split, focus, eligible, buyers)
    found = np.diff(wanted.indptr) > 0
    users = buyers[found]
    spend = split.spend[users]
    return Task(name, users, allowed, wanted[found], spend)


def _wanted(split: Split, focus: Focus, eligible: Bools, users: Numbers) -> Csr:
    """The truth of these users without what is not eligible or what the focus rules out."""
    train = split.train
    truth = split.truth[users]
    rows = row_numbers(truth.indptr)
    kept = eligible[truth.indices]
    queries = train.queries(users)
    category = train.catalogue.category
    if focus.kind == "explore":
        kept &= ~holds(queries.purchases(), rows, truth.indices)
    if focus.kind == "new-categories":
        of_truth = category[truth.indices]
        known_rows, known, n_rows = queries.known_categories(category, train.n_categories)
        bought = csr(known_rows, known, np.ones(len(known)), (n_rows, train.n_categories))
        kept &= (of_truth >= 0) & ~holds(bought, rows, of_truth)
    wanted = truth.copy()
    wanted.data = np.where(kept, 1, 0).astype(np.float32)
    wanted.eliminate_zeros()
    return wanted
