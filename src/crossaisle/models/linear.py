"""Contributions of recommenders whose score is a sum over the items of a history."""

from collections.abc import Callable

import numpy as np

from crossaisle.data.queries import Queries
from crossaisle.models.recommender import Cause, Contributions
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, Numbers

Effects = Callable[[Numbers, Floats, Numbers], AnyArray]
"""What is held (h,), its weights (h,) and candidates (c,) → the part of each score due to each held, (h, c)."""


def item_contributions(queries: Queries, candidates: Numbers, n_causes: int, effects: Effects) -> Contributions:
    """The bought items with the largest positive part in each candidate's score, largest first."""
    return contributions_of(Cause.ITEM, queries.purchases(), candidates, n_causes, effects)


def contributions_of(
    cause: Cause, histories: Csr, candidates: Numbers, n_causes: int, effects: Effects
) -> Contributions:
    """What of each history has the largest positive part in each candidate's score, largest first.

    Args:
        cause: what the columns of the histories are. histories: sparse (n_queries, n_subjects).
    """
    shape = (*candidates.shape, n_causes)
    subjects = np.full(shape, -1, dtype=np.int32)
    amounts = np.zeros(shape, dtype=np.float32)
    for query in range(histories.shape[0]):
        places = slice(histories.indptr[query], histories.indptr[query + 1])
        held, weights = histories.indices[places], histories.data[places]
        if not len(held):
            continue
        parts = effects(held, weights, np.maximum(candidates[query], 0))
        write_strongest(subjects[query], amounts[query], held, parts, candidates[query])
    return Contributions(np.full(shape, cause, dtype=np.int8), subjects, amounts)


def write_strongest(subjects: Numbers, amounts: Floats, held: Numbers, parts: AnyArray, candidates: Numbers) -> None:
    """Write into `subjects` and `amounts`, (c, n_causes), what has the largest positive part, largest first.

    Args:
        held: (h,). parts: (h, c), what each held adds to each candidate's score. candidates: (c,), −1 for none.
    """
    strongest = np.argsort(-parts, axis=0, kind="stable")[: subjects.shape[1]]
    values = np.take_along_axis(parts, strongest, axis=0).T
    is_cause = (values > 0) & (candidates >= 0)[:, None]
    subjects[:, : len(strongest)] = np.where(is_cause, held[strongest].T, -1)
    amounts[:, : len(strongest)] = np.where(is_cause, values, 0)


def single_cause(cause: Cause, subjects: AnyArray, amounts: AnyArray, candidates: Numbers) -> Contributions:
    """One cause that depends on the item alone: `subjects` and `amounts` are (n_items,), −1 for no cause."""
    places = np.maximum(candidates, 0)
    is_cause = (candidates >= 0) & (subjects[places] >= 0)
    return Contributions(
        np.full((*candidates.shape, 1), cause, dtype=np.int8),
        np.where(is_cause, subjects[places], -1)[..., None].astype(np.int32),
        np.where(is_cause, amounts[places], 0)[..., None].astype(np.float32),
    )


def joined(first: Contributions, second: Contributions, n_causes: int) -> Contributions:
    """Causes of both, the strongest first, at most `n_causes`; `days` and `labels` are those of the first."""
    causes = np.concatenate([first.causes, second.causes], axis=2)
    subjects = np.concatenate([first.subjects, second.subjects], axis=2)
    amounts = np.concatenate([first.amounts, second.amounts], axis=2)
    order = np.argsort(np.where(subjects < 0, np.inf, -amounts), axis=2, kind="stable")[..., :n_causes]
    causes, subjects, amounts = (np.take_along_axis(one, order, axis=2) for one in (causes, subjects, amounts))
    return Contributions(causes, subjects, amounts, first.days, first.labels)
