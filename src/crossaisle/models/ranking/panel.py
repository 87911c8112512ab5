"""A panel: recommenders fitted on the same past, the pool of items they compete over, and what else is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.queries import Queries
from crossaisle.features.feature import packed, unpacked, within
from crossaisle.models.ranking.context import Context
from crossaisle.models.ranking.judge import Judge
from crossaisle.models.ranking.pool import KINDS, N_CANDIDATES, Pool, Voices, relevance, standardised
from crossaisle.models.ranking.signal import History
from crossaisle.models.recommender import Fitted, State
from crossaisle.models.shelf import recommender
from crossaisle.numerics.arrays import AnyArray, Codes, Doubles, Floats, Numbers, batches
from crossaisle.numerics.topk import top_k

STEP = 0.1
"""What an item that is not judged lies below the last of those that are, in log-odds a unit of the blend."""


@dataclass(frozen=True)
class Candidates:
    """Of one kind. columns: int32 (n_queries, n_candidates), places in the pool, −1 for none. blend: −inf likewise."""

    columns: Numbers
    blend: Floats


@dataclass(frozen=True)
class Panel:
    """Args: parts: fitted recommenders by name. context: None where time tells nothing."""

    parts: Mapping[str, Fitted]
    pool: Pool
    context: Context | None

    @property
    def proposers(self) -> Mapping[str, Fitted]:
        """Parts that score the whole pool, of which the best by their blend are candidates."""
        return {name: fitted for name, fitted in self.parts.items() if fitted.proposes}

    @property
    def advisers(self) -> Mapping[str, Fitted]:
        """Parts that are asked about candidates alone."""
        return {name: fitted for name, fitted in self.parts.items() if not fitted.proposes}

    @property
    def names(self) -> tuple[str, ...]:
        """One a signal: what proposers say, what advisers say, then what else is known."""
        own = [f"{what}={name}" for of in (self.proposers, self.advisers) for what in ("rank", "score") for name in of]
        return (*own, *(self.context.names if self.context else ()))

    def batches(self, n_queries: int) -> Iterator[slice]:
        """Slices of queries whose scores and signals stay within the limit of a batch."""
        n_signals = 3 * len(self.parts) + (4 * len(self.context.names) if self.context else 0)
        return batches(
            n_queries, 4 * (len(self.pool.items) * (3 * len(self.parts) + 4) + sum(N_CANDIDATES) * n_signals)
        )

    def history(self, queries: Queries) -> History:
        """The queries as signals read them."""
        return History(queries, self.context.recent if self.context else 0)

    def scores(self, queries: Queries) -> list[Floats]:
        """float32 (n_queries, n_pool) of each proposer."""
        return [np.asarray(fitted.scores(queries, self.pool.items)) for fitted in self.proposers.values()]

    def advice(self, queries: Queries, columns: Numbers) -> Floats:
        """float32 (n_queries, n_candidates, 2 · n_advisers): relevances among the candidates, then scores standardised
        over them; columns: places in the pool, −1 for none."""
        items = np.where(columns >= 0, self.pool.items[np.maximum(columns, 0)], -1)
        scores = [fitted.score_candidates(queries, items) for fitted in self.advisers.values()]
        told = [*map(relevance, scores), *map(standardised, scores)]
        return np.stack(told, axis=2) if told else np.empty((*columns.shape, 0), dtype=np.float32)

    def signals(
        self, history: History, voices: Sequence[Voices], columns: Sequence[Numbers], advice: Sequence[Floats]
    ) -> list[Floats]:
        """float32 (n_queries, n_columns, n_names) of the pool's items at each of several `columns`, −1 as the first.

        What else is known is asked once for all of them.
        """
        places = [np.maximum(one, 0) for one in columns]
        own = [np.concatenate([one.at(at), said], axis=2) for one, at, said in zip(voices, places, advice, strict=True)]
        if self.context is None or not own:
            return own
        known = self.context.of(history, self.pool.items[np.concatenate(places, axis=1)])
        ends = np.cumsum([one.shape[1] for one in places])[:-1]
        several = zip(own, np.split(known, ends, axis=1), strict=True)
        return [np.concatenate([one, other], axis=2) for one, other in several]

    def voices(self, scores: Sequence[Floats], kinds: Codes) -> list[Voices]:
        """What the parts say, kind by kind."""
        return [Voices.of(scores, kinds == kind) for kind in KINDS]

    def candidates(self, voices: Voices, kind: int, weights: Doubles) -> tuple[Floats, Candidates]:
        """The blend over the pool, and the best of it."""
        blend = voices.blend(weights)
        columns = top_k(blend, min(N_CANDIDATES[kind], blend.shape[1]))
        chosen = np.where(columns >= 0, np.take_along_axis(blend, np.maximum(columns, 0), axis=1), -np.inf)
        return blend, Candidates(columns, chosen.astype(np.float32))

    def judged(self, queries: Queries, judges: Sequence[Judge]) -> Floats:
        """float32 (n_queries, n_pool): log-odds of a purchase, those not judged below those that are."""
        history, scores = self.history(queries), self.scores(queries)
        kinds = self.pool.kinds(history)
        n_bought = np.diff(history.bought.indptr)
        voices = self.voices(scores, kinds)
        found = [self.candidates(voices[kind], kind, judges[kind].part_weights) for kind in KINDS]
        learnt = [kind for kind in KINDS if judges[kind].is_learnt]
        columns = [found[kind][1].columns for kind in learnt]
        advice = [self.advice(queries, one) for one in columns]
        told = self.signals(history, [voices[kind] for kind in learnt], columns, advice)
        signals = dict(zip(learnt, told, strict=True))
        nothing = np.empty((len(queries), 0, 0), dtype=np.float32)
        odds = np.full(kinds.shape, -np.inf, dtype=np.float32)
        for kind, (judge, (blend, one)) in enumerate(zip(judges, found, strict=True)):
            scored = judge.scores(signals.get(kind, nothing), one.blend)
            _lay_out(odds, blend, one.columns, judge.log_odds(scored, n_bought))
        return odds

    def without(self, users: Numbers) -> "Panel":
        """See Fitted.without."""
        parts = {name: fitted.without(users) for name, fitted in self.parts.items()}
        return Panel(parts, self.pool, self.context.without(users) if self.context else None)

    def state(self) -> dict[str, AnyArray]:
        """Each part's under `parts/NAME/`, the pool and the context."""
        state: dict[str, AnyArray] = {
            "names": packed(tuple(self.parts)),
            "pool/items": self.pool.items,
            "pool/category": self.pool.category,
            "pool/n_categories": np.array(self.pool.n_categories),
        }
        for name, fitted in self.parts.items():
            state |= {f"parts/{name}/{key}": array for key, array in fitted.state().items()}
        if self.context:
            state |= {f"context/{key}": array for key, array in self.context.state().items()}
        return state

    @classmethod
    def restore(cls, state: State) -> "Panel":
        """The panel whose `state()` this is; its parts are found by their registered names."""
        pool = Pool(state["pool/items"], state["pool/category"], int(state["pool/n_categories"]))
        parts = {
            name: recommender(name).fitted.restore(within(state, f"parts/{name}")) for name in unpacked(state["names"])
        }
        context = within(state, "context")
        return cls(parts, pool, Context.restore(context) if context else None)


def _lay_out(told: Floats, blend: Floats, columns: Numbers, odds: Floats) -> None:
    """Write the kind's items into `told` (n_queries, n_pool): the judged as they are, the others by their blend."""
    is_kind = np.isfinite(blend)
    is_there = columns >= 0
    rows = np.broadcast_to(np.arange(len(columns))[:, None], columns.shape)
    lowest = np.where(is_there, odds, np.inf).min(axis=1, keepdims=True, initial=np.inf)
    highest = np.where(is_kind, blend, -np.inf).max(axis=1, keepdims=True, initial=-np.inf)
    with np.errstate(invalid="ignore"):
        below = np.where(np.isfinite(lowest), lowest, 0) - STEP * (1 + highest - blend)
    np.copyto(told, below.astype(np.float32), where=is_kind)
    told[rows[is_there], columns[is_there]] = odds[is_there]


def pool_of(dataset: Dataset, min_purchases: int) -> Pool:
    """The items with enough purchases; all that were bought where none has."""
    counts = dataset.purchase_counts()
    items = np.flatnonzero(counts >= min_purchases)
    if not len(items):
        items = np.flatnonzero(counts)
    return Pool(items.astype(np.int32), dataset.catalogue.category, dataset.n_categories)
