"""What the most similar people bought: nearest neighbours by items and by categories, weighed as tf–idf."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from crossaisle.data.dataset import Dataset
from crossaisle.features.feature import State, matrix_of, matrix_state
from crossaisle.models.ranking.groups import member
from crossaisle.models.ranking.signal import History, Signal, Traces
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Doubles, Floats, Numbers, batches

N_NEIGHBOURS, MOST_PEOPLE = 100, 20_000
SAME = 1 - 1e-6
"""Someone as similar as this is the one who asks."""
FLOOR = 1e-3


@dataclass(frozen=True)
class Neighbours(Signal):
    """People to compare with, at most `MOST_PEOPLE` drawn by the seed.

    Args:
        people: int32 (n_people,), their user numbers, −1 for someone who was forgotten and has empty rows below.
        member: float32 (n_items, n_categories).
        rarity: float32 (n_items,) and (n_categories,), log of people over buyers.
        vectors: float32 (n_people, n_items) and (n_people, n_categories), rows of length 1.
        bought, lately: float32 (n_people, n_items), 1 for each item bought, and bought recently.
    """

    people: Numbers
    member: Csr
    rarity: tuple[Floats, Floats]
    vectors: tuple[Csr, Csr]
    bought: Csr
    lately: Csr
    names: tuple[str, ...] = ("alike=items", "alike_lately=items", "alike=categories", "alike_lately=categories")

    def of(self, history: History, candidates: Numbers) -> Floats:
        """log of the share of neighbours, weighed by likeness, who bought the candidate: ever, and recently."""
        told = np.empty((*candidates.shape, 4), dtype=np.float32)
        for rows in batches(len(history), 8 * (len(self.names) * history.queries.n_items + self.bought.shape[0])):
            own = history.bought[rows]
            for kind, counts in enumerate((own, own @ self.member)):
                near = _nearest(_unit(counts, self.rarity[kind]), self.vectors[kind])
                for column, of_people in enumerate((self.bought, self.lately)):
                    shares = (near @ of_people).toarray()
                    chosen = np.take_along_axis(shares, candidates[rows], axis=1)
                    told[rows, :, 2 * kind + column] = np.log(np.maximum(chosen, FLOOR))
        return told

    def traced(self, history: History, candidates: Numbers) -> Iterator[Traces]:
        """How much larger, by the first order, the log of the share is for what is bought and shared with neighbours.

        log share = log Σ likeness of those who bought it − log Σ likeness, and a likeness is a sum over what is shared.
        """
        for rows in batches(len(history), 8 * (len(self.names) * history.queries.n_items + self.bought.shape[0])):
            own = history.bought[rows]
            units = [_unit(one, rarity) for one, rarity in zip((own, own @ self.member), self.rarity, strict=True)]
            nearest = [_nearest(one, vectors) for one, vectors in zip(units, self.vectors, strict=True)]
            for row, wanted in enumerate(candidates[rows]):
                of_items, of_categories = (
                    self._shared(unit[[row]], near[[row]], vectors, wanted)
                    for unit, near, vectors in zip(units, nearest, self.vectors, strict=True)
                )
                is_of = self.member[own[[row]].indices][:, units[1][[row]].indices].toarray()
                each = is_of / np.maximum(is_of.sum(axis=0), 1)
                yield dict(zip(self.names, (*of_items, *(each @ one for one in of_categories)), strict=True))

    def _shared(self, unit: Csr, near: Csr, vectors: Csr, wanted: Numbers) -> Iterator[Floats]:
        """float32 (n_subjects, n_candidates) of what was bought ever, and recently; subjects are those of `unit`."""
        people = near.indices
        likeness = vectors[people][:, unit.indices].toarray() * unit.data
        of_all = likeness.sum(axis=0) / max(float(likeness.sum()), 1e-12)
        for of_people in (self.bought, self.lately):
            parts = likeness.T @ of_people[people][:, wanted].toarray()
            whole = parts.sum(axis=0)
            yield np.where(whole > 0, parts / np.maximum(whole, 1e-12) - of_all[:, None], 0).astype(np.float32)

    def without(self, users: Numbers) -> "Neighbours":
        """Their rows are emptied and not cut out, so that sums over people add up in the same order."""
        gone = np.isin(self.people, users)
        people = np.where(gone | (self.people < 0), -1, self.people - np.searchsorted(users, self.people))
        bought, lately = _emptied(self.bought, gone), _emptied(self.lately, gone)
        vectors = (_emptied(self.vectors[0], gone), _emptied(self.vectors[1], gone))
        return replace(self, people=people.astype(np.int32), vectors=vectors, bought=bought, lately=lately)

    def state(self) -> dict[str, AnyArray]:
        """All sparse matrices in parts, and the rarities."""
        matrices = {"member": self.member, "bought": self.bought, "lately": self.lately}
        matrices |= {"vectors/0": self.vectors[0], "vectors/1": self.vectors[1]}
        state: dict[str, AnyArray] = {
            "people": self.people,
            "rarity/0": self.rarity[0],
            "rarity/1": self.rarity[1],
        }
        for name, one in matrices.items():
            state |= matrix_state(name, one)
        return state

    @classmethod
    def restore(cls, names: tuple[str, ...], state: State) -> "Neighbours":
        """From its parts."""
        member, bought, lately = (matrix_of(name, state) for name in ("member", "bought", "lately"))
        vectors = (matrix_of("vectors/0", state), matrix_of("vectors/1", state))
        rarity = (state["rarity/0"], state["rarity/1"])
        return cls(state["people"], member, rarity, vectors, bought, lately, names)

    @classmethod
    def fit(cls, dataset: Dataset, recent: int, seed: int) -> "Neighbours":
        """Draw the people and weigh what they bought."""
        people = dataset.buyers()
        if len(people) > MOST_PEOPLE:
            people = np.sort(np.random.default_rng(seed).choice(people, MOST_PEOPLE, replace=False))
        bought = dataset.purchases()[people]
        lately = dataset.purchases(within=dataset.events.time >= dataset.end - recent)[people]
        one = member(dataset.catalogue.category, dataset.n_categories)
        counts = (bought, bought @ one)
        rarity = (_rarity(counts[0]), _rarity(counts[1]))
        vectors = (_unit(counts[0], rarity[0]), _unit(counts[1], rarity[1]))
        return cls(people, one, rarity, vectors, bought, lately)


def _emptied(matrix: Csr, gone: Bools) -> Csr:
    """The matrix with nothing in the rows that are gone."""
    sizes = np.diff(matrix.indptr)
    kept = np.repeat(~gone, sizes)
    indptr = np.concatenate([[0], np.cumsum(np.where(gone, 0, sizes))]).astype(matrix.indptr.dtype)
    return sparse.csr_array((matrix.data[kept], matrix.indices[kept], indptr), shape=matrix.shape)


def _rarity(counts: Csr) -> Floats:
    n_people = counts.shape[0]
    n_buyers = np.bincount(counts.indices, minlength=counts.shape[1])
    return np.log(n_people / np.maximum(n_buyers, 1)).astype(np.float32)


def _unit(counts: Csr, rarity: Floats) -> Csr:
    """Rows of log(1 + count) · rarity, of length 1; an empty row stays empty."""
    weighed = counts.tocsr().copy()
    weighed.data = np.log1p(weighed.data) * rarity[weighed.indices]
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed.data = (weighed.data / np.repeat(np.where(lengths > 0, lengths, 1), np.diff(weighed.indptr))).astype(
        np.float32
    )
    return weighed


def _nearest(vectors: Csr, people: Csr) -> Csr:
    """float32 (n_queries, n_people): the likeness of the nearest, adding up to 1, nothing elsewhere."""
    likeness: Doubles = (vectors @ people.T).toarray().astype(np.float64)
    likeness[likeness >= SAME] = 0
    n_kept = min(N_NEIGHBOURS, likeness.shape[1])
    lowest = np.partition(likeness, likeness.shape[1] - n_kept, axis=1)[:, likeness.shape[1] - n_kept]
    likeness[likeness < lowest[:, None]] = 0
    likeness /= np.maximum(likeness.sum(axis=1, keepdims=True), 1e-12)
    return sparse.csr_array(likeness.astype(np.float32))
