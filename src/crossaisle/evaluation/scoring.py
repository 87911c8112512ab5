"""Scoring for measurement: a user's scores are computed once for all tasks, in batches of bounded memory."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.data.split import Split
from crossaisle.data.training import Progress, silent
from crossaisle.evaluation.tasks import TASKS, Task
from crossaisle.models.recommender import Fitted
from crossaisle.numerics.arrays import AnyArray, Doubles, Floats, Numbers, batches
from crossaisle.numerics.metrics import shares_below
from crossaisle.numerics.topk import hold_back, top_k

BYTES_PER_SCORE = 16
"""A score, its mask, what a recommender and the ranking keep beside them."""


@dataclass(frozen=True)
class Ranking:
    """What a recommender answers to a task.

    Args:
        items: int32 (n_users, k), best first, −1 where no item is left.
        below, up_to: float64 (n_truth,), for each entry of the task's truth the shares of the user's other allowed
            items that score below it, and below or equal.
    """

    items: Numbers
    below: Doubles
    up_to: Doubles


def rank_tasks(
    fitted: Fitted, split: Split, tasks: Sequence[Task], k: int, progress: Progress = silent, stage: str = "rank"
) -> list[Ranking]:
    """Rank all eligible items for every user of each task; nothing is sampled.

    The tasks are of one `tasks_of`: they share their eligible items, and what a narrower task allows the wider do too.
    """
    found = [_empty(task, k) for task in tasks]
    widest_first = sorted(zip(tasks, found, strict=True), key=lambda pair: -_narrowness(pair[0]))
    columns = [np.searchsorted(task.allowed.items, task.truth.indices) for task, _ in widest_first]
    for users, queries, scored in _scored(fitted, split, tasks, progress, stage):
        for (task, ranking), places in zip(widest_first, columns, strict=True):
            allowed = task.allowed.mask(queries)
            n_out = allowed.shape[1] - np.count_nonzero(allowed, axis=1)
            if n_out.any():
                hold_back(scored, allowed)
            _fill(ranking, task, places, users, scored, n_out)
    return found


def _empty(task: Task, k: int) -> Ranking:
    n_truth = len(task.truth.indices)
    return Ranking(np.full((len(task.users), k), -1, dtype=np.int32), np.empty(n_truth), np.empty(n_truth))


def _narrowness(task: Task) -> int:
    return TASKS.index(task.allowed.focus.kind)


def _scored(
    fitted: Fitted, split: Split, tasks: Sequence[Task], progress: Progress, stage: str
) -> Iterator[tuple[Numbers, Queries, Floats]]:
    """Users, their queries and their scores of the eligible items, batch by batch."""
    users = np.unique(np.concatenate([task.users for task in tasks]))
    eligible = tasks[0].allowed.items
    for rows in batches(len(users), BYTES_PER_SCORE * len(eligible) + split.train.n_items):
        queries = split.train.queries(users[rows])
        # row by row is how they are read from here on
        yield users[rows], queries, np.ascontiguousarray(fitted.scores(queries, eligible))
        progress(stage, rows.stop / len(users))


def _fill(ranking: Ranking, task: Task, columns: AnyArray, users: Numbers, scored: Floats, n_out: AnyArray) -> None:
    """Write down the places of the batch's users that the task counts."""
    first, last = np.searchsorted(task.users, [users[0], users[-1] + 1])
    rows = np.searchsorted(users, task.users[first:last])
    chosen = top_k(scored if len(rows) == len(users) else scored[rows], ranking.items.shape[1])
    ranking.items[first:last] = np.where(chosen >= 0, task.allowed.items[chosen], -1)
    for user, row in enumerate(rows, start=first):
        entries = slice(task.truth.indptr[user], task.truth.indptr[user + 1])
        ranking.below[entries], ranking.up_to[entries] = shares_below(scored[row], columns[entries], n_out[row])
