"""The published model's own judgement of known users, made beforehand: where a slate begins before anything happens."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.focus import Focus, Kind
from crossaisle.data.queries import Queries
from crossaisle.data.training import Progress, silent
from crossaisle.models.recommender import Fitted, State
from crossaisle.numerics.arrays import Floats, Numbers, batches
from crossaisle.slates.live.options import LiveOptions
from crossaisle.slates.path import SlatePath

FOCI: tuple[Kind, ...] = ("all", "explore", "new-categories")
"""What lists are made for; one category is left to the neighbours."""
SOFTEN = 5.0
"""What is added to ranks, as where voices of several recommenders are joined (see models.ranking.pool)."""
BYTES_PER_SCORE = 40


@dataclass(frozen=True)
class Standing:
    """Lists of users by focus.

    Args:
        rows: int32 (n_users,), where the lists of a user of the model stand, −1 for a user without.
        items: int32 (n_rows, len(FOCI), n_listed), best first, −1 where no item is left. Either may be mapped from a
            file.
    """

    rows: Numbers
    items: Numbers

    def of(self, user: int, focus: Kind) -> tuple[Numbers, Floats] | None:
        """The user's list, int32 (≤ n_listed,), and what its places are worth; None where there is none."""
        row = self.rows[user] if user >= 0 else -1
        if row < 0 or focus not in FOCI:
            return None
        listed = np.asarray(self.items[row, FOCI.index(focus)])
        if listed[-1] < 0:
            listed = listed[listed >= 0]
        return listed, self._worth[: len(listed)]

    @cached_property
    def _worth(self) -> Floats:
        """float32 (n_listed,): 1 at the first place, falling with the logarithm of the rank, above 0 at the last."""
        n_listed = self.items.shape[2]
        ranks = np.arange(n_listed)
        return np.asarray(1 - np.log1p(ranks / SOFTEN) / np.log1p(n_listed / SOFTEN), dtype=np.float32)

    def without(self, users: Numbers) -> "Standing":
        """The lists of the other users, who are numbered anew in their order. users: int32 (n,), distinct."""
        gone = np.sort(self.rows[users])
        gone = gone[gone >= 0]
        rows = np.delete(self.rows, users)
        return Standing((rows - np.searchsorted(gone, rows)).astype(np.int32), np.delete(self.items, gone, axis=0))

    def state(self) -> dict[str, Numbers]:
        """All arrays needed to restore it."""
        return {"rows": self.rows, "items": self.items}

    @classmethod
    def restore(cls, state: State) -> "Standing":
        """The lists whose `state()` this is."""
        return cls(state["rows"], state["items"])


def make_standing(path: SlatePath, moment: int, options: LiveOptions, progress: Progress = silent) -> Standing:
    """Slates of `standing_items` for the most recently active users, as the slate path makes them at `moment`.

    The model scores each user once for all foci. Users without a purchase are left to what most people bought.
    """
    dataset = path.dataset
    users = _most_recent(dataset, options.standing_users)
    rows = np.full(dataset.n_users, -1, dtype=np.int32)
    rows[users] = np.arange(len(users), dtype=np.int32)
    items = np.full((len(users), len(FOCI), options.standing_items), -1, dtype=np.int32)
    foci = [kind for kind in FOCI if kind != "new-categories" or (dataset.catalogue.category >= 0).any()]
    for part in batches(len(users), BYTES_PER_SCORE * dataset.n_items):
        queries = dataset.queries(users[part], moment)
        once = replace(path, model=Once(path.model), sources=tuple(Once(one) for one in path.sources))
        for kind in foci:
            slates = once.slates(queries, path.allowed(Focus(kind), moment), options.standing_items)
            items[part, FOCI.index(kind)] = slates.items
        progress("standing", part.stop / len(users))
    return Standing(rows, items)


def _most_recent(dataset: Dataset, n: int) -> Numbers:
    """int32 (≤ n,), ascending: users with a purchase whose last event is latest, of equal ones the smaller number."""
    buyers = dataset.buyers()
    last = dataset.events.time[np.searchsorted(dataset.events.user, buyers, side="right") - 1]
    return np.sort(buyers[np.argsort(-last, kind="stable")[:n]])


class Once(Fitted):
    """A recommender that remembers what it said, so that several foci of one batch of users cost one scoring."""

    def __init__(self, model: Fitted) -> None:
        self.model, self.n_items = model, model.n_items
        self._said: dict[tuple[bytes, bytes], Floats] = {}

    def scores(self, queries: Queries, items: Numbers | None = None) -> Floats:
        """A copy, which may be changed."""
        key = queries.users.tobytes(), b"" if items is None else items.tobytes()
        if key not in self._said:
            self._said[key] = self.model.scores(queries, items)
        return self._said[key].copy()

    def score_candidates(self, queries: Queries, candidates: Numbers) -> Floats:
        """As the recommender scores them."""
        return self.model.score_candidates(queries, candidates)

    def vectors(self) -> Floats | None:
        """The recommender's."""
        return self.model.vectors()

    def state(self) -> State:
        """The recommender's."""
        return self.model.state()

    @classmethod
    def restore(cls, state: State) -> "Once":
        """Nobody keeps it: what is kept is the recommender itself."""
        raise TypeError("restore the recommender itself")
