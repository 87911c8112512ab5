"""What sequences are learnt from: stretches of visits, moments among them, and what is bought after each moment."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.moments import DAY
from crossaisle.models.sequences.visits import Visits
from crossaisle.numerics.arrays import AnyArray, Bools, Csr, Longs, Numbers, holds, row_numbers


@dataclass(frozen=True)
class Examples:
    """n stretches of visits, each with n_moments at which it is asked.

    Args:
        visits: the stretches, thinned.
        moments: int64 (n, n_moments), microseconds since 1970.
        before: int64 (n, n_moments), how many visits of the stretch lie before the moment.
        told, aside: sparse float32 (n · n_moments, n_items), 1 for what each moment is to tell, and for what it is not
            asked about.
    """

    visits: Visits
    moments: Longs
    before: Longs
    told: Csr
    aside: Csr


@dataclass(frozen=True)
class Drawing:
    """How examples are drawn.

    Args:
        length: visits of a stretch at most. n_moments: of each stretch.
        horizon: days after a moment within which a purchase is told; the next visit always is.
        thinning: share of the entries left out, which are told as well.
        category_thinning: share of the categories of a stretch left out, which are told as well.
        repeats: share of the items that the visits before a moment show already about which it is asked.
        category: int32 (n_items,), −1 where unknown.
    """

    length: int
    n_moments: int
    horizon: int
    thinning: float
    category_thinning: float
    repeats: float
    category: Numbers

    def of(self, visits: Visits, users: AnyArray, rng: np.random.Generator) -> Examples:
        """A stretch of each of these users' visits, every start as likely, and moments in it.

        A moment lies between two visits, each pair as likely, any time between them; after the only one where there is
        but one. What was left out before it, and what was bought after it, is told.
        """
        first, end = visits.indptr[users], visits.indptr[users + 1]
        spare = np.maximum(end - first - self.length, 0)
        start = first + rng.integers(0, spare + 1)
        stretch = visits.at(start, np.minimum(start + self.length, end))
        kept = (rng.random(len(stretch.items)) >= self.thinning) & ~self._is_dark(stretch, rng)
        # a visit has to come after the moment wherever there is one
        last = np.minimum(np.diff(stretch.indptr), np.maximum(end - start - 1, 1))
        before = rng.integers(1, last[:, None] + 1, (len(users), self.n_moments))
        after = start[:, None] + before
        earlier, later = visits.times[after - 1], visits.times[np.minimum(after, end[:, None] - 1)]
        moments = rng.integers(earlier, later, endpoint=True)
        until = _first_later(visits, end, moments + self.horizon * DAY, np.minimum(after + 1, end[:, None]))
        starts = np.repeat(stretch.indptr[:-1], self.n_moments)
        ends = starts + before.ravel()
        told = visits.bought(after.ravel(), until.ravel()).maximum(stretch.keeping(~kept).bought(starts, ends))
        shown = stretch.keeping(kept)
        aside = shown.bought(starts, ends)
        aside.data = (rng.random(len(aside.data)) >= self.repeats).astype(np.float32)
        aside.eliminate_zeros()
        told.data = (~holds(aside, row_numbers(told.indptr), told.indices)).astype(np.float32)
        told.eliminate_zeros()
        return Examples(shown, moments, before, told, aside)

    def _is_dark(self, stretch: Visits, rng: np.random.Generator) -> Bools:
        """bool (n_entries,): entries of a category that is drawn for their stretch."""
        is_drawn = rng.random((len(stretch), int(self.category.max(initial=-1)) + 2)) < self.category_thinning
        is_drawn[:, -1] = False
        row = row_numbers(stretch.indptr)[row_numbers(stretch.entries)]
        dark: Bools = is_drawn[row, self.category[stretch.items]]
        return dark


def _first_later(visits: Visits, end: AnyArray, times: Longs, least: AnyArray) -> Longs:
    """int64 (n, n_moments): the first visit of each user at or after `times`, and at least `least`.

    Args:
        end: int64 (n,), where each user's visits end. times, least: (n, n_moments).
    """
    found = least.copy()
    is_earlier = found < end[:, None]
    while is_earlier.any():
        is_earlier &= visits.times[np.minimum(found, end[:, None] - 1)] < times
        found += is_earlier
        is_earlier &= found < end[:, None]
    return found
