"""Every figure of a task: what each user got, and what the slates are like as a whole."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.split import Split
from crossaisle.evaluation.scoring import Ranking
from crossaisle.evaluation.tasks import Task
from crossaisle.numerics import metrics
from crossaisle.numerics.arrays import Bools, Doubles, Numbers, holds, row_numbers
from crossaisle.numerics.shares import label_shares


@dataclass(frozen=True)
class Measured:
    """Figures of one recommender on one task.

    Args:
        by_user: metric → float64 (n_users,), averaged to the figure.
        whole: metric → a figure of all slates together.
        main: the metrics that recommenders are compared by.
    """

    by_user: dict[str, Doubles]
    whole: dict[str, float]
    main: tuple[str, ...]


def hits_in(ranked: Numbers, task: Task) -> Bools:
    """bool (n_users, k): whether each recommended item was to be found."""
    return holds(task.truth, np.arange(len(ranked))[:, None], ranked)


def measure(ranking: Ranking, split: Split, task: Task, threshold: float | None = None) -> Measured:
    """All figures of a ranking; the balanced accuracy only with its threshold."""
    items, k = ranking.items, ranking.items.shape[1]
    hits, sizes = hits_in(items, task), task.sizes
    capped = {} if split.is_published else {f"capped_recall@{k}": metrics.capped_recall(hits, sizes)}
    recall = {f"recall@{k}": metrics.recall(hits, sizes)}
    ndcg = {f"ndcg@{k}": metrics.ndcg(hits, sizes)}
    by_user = (capped or recall) | ndcg | {f"hit_rate@{k}": metrics.hit_rate(hits)}
    main = tuple(by_user)[:2]
    by_user |= recall | {
        f"precision@{k}": metrics.precision(hits),
        f"f1@{k}": metrics.f1(hits, sizes),
        f"map@{k}": metrics.average_precision(hits, sizes),
        f"mrr@{k}": metrics.reciprocal_rank(hits),
        "accuracy_pairwise": _mean_of_truth((ranking.below + ranking.up_to) / 2, task),
    }
    if threshold is not None:
        right = _mean_of_truth(metrics.called_true(ranking.below, ranking.up_to, threshold), task)
        by_user["accuracy_balanced"] = (right + threshold) / 2
    if split.train.n_categories:
        by_user |= _of_categories(items, split, task)
    if task.name != "published":
        by_user[f"revenue@{k}"] = _revenue(items, hits, task)
    counts = split.train.purchase_counts()
    shown = np.bincount(items[items >= 0], minlength=split.train.n_items)[task.allowed.items]
    information = -np.log2(np.maximum(counts, 1) / max(1, counts.sum()))
    shown_places = np.maximum((items >= 0).sum(axis=1), 1)
    by_user["novelty"] = np.where(items >= 0, information[items], 0).sum(axis=1) / shown_places
    whole = {
        "coverage": float((shown > 0).mean()),
        "gini": metrics.gini(shown),
        "popularity_slope": metrics.log_slope(shown, counts[task.allowed.items]),
    }
    return Measured(by_user, whole, main)


def _mean_of_truth(values: Doubles, task: Task) -> Doubles:
    """Means over each user's truth: float64 (n_users,) from (n_truth,)."""
    return np.asarray(np.add.reduceat(values, task.truth.indptr[:-1]) / task.sizes)


def _of_categories(items: Numbers, split: Split, task: Task) -> dict[str, Doubles]:
    train, k = split.train, items.shape[1]
    category = train.catalogue.category
    shown = np.sort(np.where(items >= 0, category[items], -1), axis=1)
    is_first = np.diff(shown, axis=1, prepend=-1) != 0
    labels = category[task.truth.indices]
    sought = label_shares(row_numbers(task.truth.indptr), labels, (len(items), train.n_categories))
    met = (holds(sought, np.arange(len(items))[:, None], shown) & is_first).sum(axis=1)
    n_sought = np.diff(sought.indptr)
    return {
        f"category_hit_rate@{k}": (met > 0).astype(np.float64),
        f"category_recall@{k}": np.divide(met, n_sought, out=np.zeros(len(met)), where=n_sought > 0),
        "categories_per_slate": metrics.distinct_in_rows(shown),
        "diversity": metrics.differing_pairs(shown),
        "calibration": _calibration(items, split, task),
    }


def _calibration(items: Numbers, split: Split, task: Task) -> Doubles:
    """Hellinger distance between the aisles of the slate and of what the user bought, categories without aisles."""
    train = split.train
    aisle = train.catalogue.aisle if len(train.index.aisles) else train.catalogue.category
    rows, bought, n_rows = train.queries(task.users).bought()
    shape = (n_rows, int(aisle.max(initial=0)) + 1)
    taste = label_shares(rows, aisle[bought], shape)
    shown = np.where(items >= 0, aisle[items], -1)
    slate = label_shares(np.repeat(np.arange(n_rows), items.shape[1]), shown.ravel(), shape)
    common = np.asarray(taste.multiply(slate).sqrt().sum(axis=1), dtype=np.float64)
    return np.sqrt(np.maximum(0, 1 - common))


def _revenue(items: Numbers, hits: Bools, task: Task) -> Doubles:
    rows, places = np.nonzero(hits)
    if not len(rows):
        return np.zeros(len(items))
    spent = np.asarray(task.spend[rows, items[rows, places]], dtype=np.float64).ravel()
    return np.asarray(np.bincount(rows, spent, minlength=len(items)), dtype=np.float64)
