"""How a history stands to the groups of a candidate: what was bought of them, and what speaks for entering them.

Two voices speak for a group: EASE between groups (Steck 2019), and a ridge regression of the groups that people
entered within a trailing window on all that they had bought from before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg, sparse

from crossaisle.data.dataset import Dataset
from crossaisle.features.feature import State
from crossaisle.models.ranking.groups import Grouping
from crossaisle.models.ranking.newcomers import Newcomers
from crossaisle.models.ranking.signal import History, Signal, Traces, lookup
from crossaisle.numerics.arrays import AnyArray, Csr, Floats, Numbers, csr
from crossaisle.numerics.ridge import gram_of, weights_of_others

L2, L2_OF_ENTRIES = 100.0, 300.0
WIDEST = 1500
"""Groupings with more groups take no part in the regression on entries."""


@dataclass(frozen=True)
class GroupAffinity(Signal):
    """Args: weights: by grouping, float32 (n_groups, n_groups); entries: float32 (n_inputs, n_groups), the wide ones'
    groups side by side → a grouping's."""

    groupings: tuple[Grouping, ...]
    weights: tuple[Floats, ...]
    entries: tuple[Floats, ...]

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]  # derived, not kept
        """Four a grouping, three where it has too many groups."""
        return tuple(
            f"{name}={one.name}"
            for one in self.groupings
            for name in ("inclination", "bought", "bought_lately", "entry")
            if name != "entry" or _is_input(one)
        )

    def of(self, history: History, candidates: Numbers) -> Floats:
        """Inclination, log of the items bought from the group, lately too, and what entries elsewhere say of it."""
        columns: list[Floats] = []
        inputs = _inputs(history.bought, self.groupings)
        told = iter(self.entries)
        for grouping, weights in zip(self.groupings, self.weights, strict=True):
            groups, one = grouping.codes[candidates], grouping.member
            counts, lately = (history.bought @ one).toarray(), (history.bought_lately @ one).toarray()
            columns += [
                lookup(np.minimum(counts, 1) @ weights, groups),
                np.log1p(lookup(counts, groups)),
                np.log1p(lookup(lately, groups)),
            ]
            if _is_input(grouping):
                columns.append(lookup(inputs @ next(told), groups))
        return np.stack(columns, axis=2) if columns else np.empty((*candidates.shape, 0), dtype=np.float32)

    def traced(self, history: History, candidates: Numbers) -> Iterator[Traces]:
        """Each group bought from has its weight of inclination and entry, each purchase in the candidate's group its
        share of what was bought of it; items of one group share evenly."""
        for row, wanted in enumerate(candidates):
            held = history.held(row)
            is_late = np.isin(held, history.bought_lately[[row]].indices)
            inputs = [_Input.of(one, held) for one in self.groupings if _is_input(one)]
            told = iter(self.entries)
            traces: dict[str, Floats] = {}
            for grouping, weights in zip(self.groupings, self.weights, strict=True):
                own, of = _Input.of(grouping, held), grouping.codes[wanted]
                is_same = (own.groups[:, None] == of) & (of >= 0)
                traces[f"inclination={grouping.name}"] = own.parts(weights, of)
                for name, among in (("bought", is_same), ("bought_lately", is_same & is_late[:, None])):
                    counts = among.sum(axis=0)
                    each = np.log1p(counts) / np.maximum(counts, 1)
                    traces[f"{name}={grouping.name}"] = np.where(among, each, 0).astype(np.float32)
                if _is_input(grouping):
                    traces[f"entry={grouping.name}"] = _entry_parts(inputs, next(told), of)
            yield traces

    def state(self) -> dict[str, AnyArray]:
        """Codes and weights of each grouping by its place."""
        state: dict[str, AnyArray] = {}
        for place, (grouping, weights) in enumerate(zip(self.groupings, self.weights, strict=True)):
            state |= {f"{place}/codes": grouping.codes, f"{place}/weights": weights}
        return state | {f"entries/{place}": one for place, one in enumerate(self.entries)}

    @classmethod
    def restore(cls, names: tuple[str, ...], state: State) -> "GroupAffinity":
        """From the arrays and the names of the numbers."""
        of = [name.removeprefix("inclination=") for name in names if name.startswith("inclination=")]
        weights = tuple(state[f"{place}/weights"] for place in range(len(of)))
        known = tuple(Grouping(name, state[f"{place}/codes"], len(weights[place])) for place, name in enumerate(of))
        entries = tuple(state[f"entries/{place}"] for place in range(sum(map(_is_input, known))))
        return cls(known, weights, entries)

    @classmethod
    def fit(cls, dataset: Dataset, groupings: tuple[Grouping, ...], newcomers: Newcomers) -> "GroupAffinity":
        """Solve both regressions in closed form."""
        bought = dataset.purchases()
        weights = tuple(weights_of_others(gram_of(_ones(bought @ one.member)), L2) for one in groupings)
        return cls(groupings, weights, _entries(groupings, newcomers))


@dataclass(frozen=True)
class _Input:
    """groups: int32 (n_held,), of each item bought, −1 for none. share: float32 (n_held,), of its group's weight.
    n_groups: how many the grouping has."""

    groups: Numbers
    share: Floats
    n_groups: int

    @classmethod
    def of(cls, grouping: Grouping, held: Numbers) -> "_Input":
        groups = grouping.codes[held]
        counts = np.bincount(groups[groups >= 0], minlength=grouping.n_groups)
        share = np.where(groups >= 0, 1 / np.maximum(counts[groups], 1), 0)
        return cls(groups, share.astype(np.float32), grouping.n_groups)

    def parts(self, weights: Floats, wanted: Numbers) -> Floats:
        """float32 (n_held, n_candidates): of weights (n_groups, ...) towards the groups wanted, −1 for none."""
        found = weights[np.ix_(self.groups, wanted)] * self.share[:, None]
        return np.where(wanted >= 0, found, np.float32(0))


def _entry_parts(inputs: Sequence[_Input], weights: Floats, wanted: Numbers) -> Floats:
    """What each item bought has of an entry: the sum over the groups that it stands in, side by side in `weights`."""
    ends = np.cumsum([one.n_groups for one in inputs]).tolist()
    several = [one.parts(weights[end - one.n_groups : end], wanted) for one, end in zip(inputs, ends, strict=True)]
    return np.asarray(np.sum(several, axis=0), dtype=np.float32)


def _entries(groupings: tuple[Grouping, ...], newcomers: Newcomers) -> tuple[Floats, ...]:
    inputs = _inputs(newcomers.before, groupings)
    system = gram_of(inputs).astype(np.float64)
    system[np.diag_indices_from(system)] += L2_OF_ENTRIES
    wide = [one for one in groupings if _is_input(one)]
    if not wide:
        return ()
    factor = linalg.cho_factor(system, overwrite_a=True, check_finite=False)
    return tuple(
        linalg.cho_solve(factor, (inputs.T @ _ones(newcomers.entered @ one.member)).toarray()).astype(np.float32)
        for one in wide
    )


def _is_input(grouping: Grouping) -> bool:
    return grouping.n_groups <= WIDEST


def _inputs(bought: Csr, groupings: tuple[Grouping, ...]) -> Csr:
    """float32 (n_rows, n_inputs): whether anything was bought of each group that takes part."""
    none = np.empty(0, dtype=np.int32)
    nothing = csr(none, none, none, (bought.shape[0], 0))
    wide: list[Csr] = [_ones(bought @ one.member) for one in groupings if _is_input(one)]
    return sparse.csr_array(sparse.hstack([nothing, *wide], format="csr", dtype=np.float32))


def _ones(counts: Csr) -> Csr:
    ones = counts.tocsr()
    ones.data = np.minimum(ones.data, 1)
    return ones
