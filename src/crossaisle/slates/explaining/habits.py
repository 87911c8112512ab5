"""How often and when last somebody bought an item, or from a category, or searched for something."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.event_types import PURCHASE, SEARCH
from crossaisle.data.queries import Queries
from crossaisle.numerics.arrays import AnyArray, Longs, Numbers, row_numbers


@dataclass(frozen=True)
class Habits:
    """Purchases of subjects by queries, or searches.

    Args:
        keys: int64 (n_habits,), ascending: query · n_subjects + subject.
        n_subjects: size of the subjects' index.
        times: int64 (n_habits,), how often: those of the same moment count once.
        last: int64 (n_habits,), the latest, microseconds since 1970.
    """

    keys: Longs
    n_subjects: int
    times: Longs
    last: Longs

    @classmethod
    def of(cls, queries: Queries, subjects: Numbers, n_subjects: int) -> "Habits":
        """subjects: int32 (n_items,), what each item is counted as, −1 for nothing."""
        return cls._counted(queries, np.where(queries.types == PURCHASE, subjects[queries.items], -1), n_subjects)

    @classmethod
    def of_searches(cls, queries: Queries) -> "Habits":
        """The subjects are places in the queries' searches."""
        return cls._counted(queries, np.where(queries.types == SEARCH, queries.searched, -1), len(queries.searches))

    @classmethod
    def _counted(cls, queries: Queries, subjects: Numbers, n_subjects: int) -> "Habits":
        """subjects: int32 (n_entries,), −1 for nothing."""
        kept = subjects >= 0
        keys = row_numbers(queries.indptr)[kept].astype(np.int64) * n_subjects + subjects[kept]
        moments = queries.times[kept]
        order = np.lexsort((moments, keys))
        keys, moments = keys[order], moments[order]
        is_another = np.ones(len(keys), dtype=np.bool_)
        is_another[1:] = (keys[1:] != keys[:-1]) | (moments[1:] != moments[:-1])
        keys, moments = keys[is_another], moments[is_another]
        distinct, starts, times = np.unique(keys, return_index=True, return_counts=True)
        return cls(distinct, n_subjects, times.astype(np.int64), moments[starts + times - 1])

    def find(self, rows: AnyArray, subjects: AnyArray) -> tuple[AnyArray, AnyArray]:
        """How often and when last, of the shape of `subjects`; 0 times and moment 0 where never."""
        if not len(self.keys):
            return np.zeros(subjects.shape, dtype=np.int64), np.zeros(subjects.shape, dtype=np.int64)
        wanted = rows.astype(np.int64) * self.n_subjects + subjects
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        is_found = (self.keys[places] == wanted) & (subjects >= 0) & (subjects < self.n_subjects)
        return np.where(is_found, self.times[places], 0), np.where(is_found, self.last[places], 0)
