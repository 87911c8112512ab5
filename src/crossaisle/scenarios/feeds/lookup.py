"""From an id to its number among millions, without a table of texts: hashes in order, and one look at the id itself."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.dataset import Ids
from crossaisle.numerics.arrays import Longs, Numbers


@dataclass(frozen=True)
class Lookup:
    """hashes: int64 (n,), ascending. numbers: int32 (n,), of the ids. Hashes are those of this process alone."""

    ids: Ids
    hashes: Longs
    numbers: Numbers

    @classmethod
    def of(cls, ids: Ids) -> "Lookup":
        """Hash all ids, a part at a time."""
        n = len(ids)
        hashes = np.empty(n, dtype=np.int64)
        for start in range(0, n, 2**16):
            part = ids.values[start : start + 2**16].to_pylist()
            hashes[start : start + len(part)] = [hash(one) for one in part]
        order = np.argsort(hashes, kind="stable")
        return cls(ids, hashes[order], order.astype(np.int32))

    def number(self, one: str) -> int:
        """The number of an id, −1 if it is unknown."""
        wanted = hash(one)
        place = int(np.searchsorted(self.hashes, wanted))
        while place < len(self.hashes) and self.hashes[place] == wanted:
            number = int(self.numbers[place])
            if self.ids.one(number) == one:
                return number
            place += 1
        return -1
