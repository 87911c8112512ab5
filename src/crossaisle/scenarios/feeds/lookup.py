"""From an id to its number among millions, without a table of texts: a place by its hash, then a look at the id."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Ids
from crossaisle.numerics.arrays import Numbers
from crossaisle.numerics.hashing import placed, size_for


@dataclass(frozen=True)
class Lookup:
    """table: int32, see numerics.hashing.placed. Hashes are those of this process alone."""

    ids: Ids
    table: Numbers

    @classmethod
    def of(cls, ids: Ids) -> "Lookup":
        """Hash all ids, a part at a time."""
        n = len(ids)
        hashes = np.empty(n, dtype=np.int64)
        for start in range(0, n, 2**16):
            part = ids.values[start : start + 2**16].to_pylist()
            hashes[start : start + len(part)] = [hash(one) for one in part]
        return cls(ids, placed(hashes, size_for(n)))

    def number(self, one: str) -> int:
        """The number of an id, −1 if it is unknown."""
        last = len(self.table) - 1
        place = hash(one) & last
        while (number := int(self.table[place])) >= 0:
            if self.ids.one(number) == one:
                return number
            place = (place + 1) & last
        return -1
