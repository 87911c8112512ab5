"""What a search is about: the items whose titles hold most of its words, those bought most of them first."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.features.interests import title_words
from crossaisle.numerics.arrays import Floats, Longs, Numbers

MOST = 20
"""Items that a search finds."""
MOST_PER_WORD = 5000
"""Items that are looked at for one word, those bought most."""


@dataclass(frozen=True)
class Searching:
    """Items of words.

    Args:
        words: word → number. buyers: float32 (n_items,).
        indptr: int64 (n_words + 1,), items: int32, of each word, most bought first.
    """

    words: dict[str, int]
    indptr: Longs
    items: Numbers
    buyers: Floats

    @classmethod
    def of(cls, titles: "pa.Array[Any]", buyers: Floats) -> "Searching":
        """Read the titles once. titles: Arrow strings (n_items,)."""
        places, words = title_words(titles)
        encoded = words.dictionary_encode()
        codes = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)
        order = np.lexsort((places, -buyers[places], codes))
        indptr = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
        known = {word: number for number, word in enumerate(encoded.dictionary.to_pylist())}
        return cls(known, indptr.astype(np.int64), places[order].astype(np.int32), buyers)

    def found(self, query: str) -> list[int]:
        """Items for a query, best first."""
        _, words = title_words(pa.array([query], pa.large_string()))
        numbers = {self.words[word] for word in words.to_pylist() if word in self.words}
        if not numbers:
            return []
        parts = [self.items[self.indptr[one] : self.indptr[one + 1]][:MOST_PER_WORD] for one in sorted(numbers)]
        items, counts = np.unique(np.concatenate(parts), return_counts=True)
        order = np.lexsort((items, -self.buyers[items], -counts))[:MOST]
        return [int(one) for one in items[order]]
