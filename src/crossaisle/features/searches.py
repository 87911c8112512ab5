"""What people searched for, as vectors: those known when it was fitted by a hash of their words, others read anew."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from crossaisle.data.queries import Queries
from crossaisle.data.text_encoder import TextEncoder, encode_texts
from crossaisle.features.feature import State, packed, unpacked
from crossaisle.features.text_encoders.embedded import Embedded
from crossaisle.numerics.arrays import AnyArray, Floats, Longs


@dataclass(frozen=True)
class Searches:
    """Vectors of searches along given directions of an encoder's space.

    Args:
        keys: int64 (n_known,), ascending, hashes of what was searched for.
        vectors: float32 (n_known, n_components).
        directions: float32 (n_dimensions, n_components), from the encoder's dimensions to the components.
        encoder: reads searches that are new; without one they are zeros.
        encoder_name: of the encoder that was fitted with.
    """

    keys: Longs
    vectors: Floats
    directions: Floats
    encoder: TextEncoder | None
    encoder_name: str

    @classmethod
    def fit(cls, texts: "pa.Array[Any]", encoder: TextEncoder, directions: Floats) -> "Searches":
        """Read each of the texts, Arrow strings; without directions none."""
        keys = search_keys(texts.to_pylist())
        order = np.argsort(keys, kind="stable")
        vectors = _along(directions, encoder, texts)[order]
        return cls(keys[order], vectors, directions, encoder, encoder.name)

    def of(self, queries: Queries) -> Floats:
        """float32 (n_searches of the queries, n_components), zeros where nothing can be said."""
        keys = search_keys(queries.searches.to_pylist())
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        is_known = self.keys[places] == keys if len(self.keys) else np.zeros(len(keys), dtype=np.bool_)
        vectors = np.zeros((len(keys), self.directions.shape[1]), dtype=np.float32)
        vectors[is_known] = self.vectors[places[is_known]]
        new = np.setdiff1d(queries.searched[queries.searched >= 0], np.flatnonzero(is_known))
        if self.encoder is not None and len(new):
            vectors[new] = _along(self.directions, self.encoder, queries.searches.take(pa.array(new)))
        return vectors

    def state(self) -> dict[str, AnyArray]:
        """All arrays needed to restore it; none holds the words."""
        return {
            "keys": self.keys,
            "vectors": self.vectors,
            "directions": self.directions,
            "encoder": packed([self.encoder_name]),
        }

    @classmethod
    def restore(cls, state: State) -> "Searches":
        """Those whose `state()` this is. New ones are read where they were fitted with the embedded encoder."""
        name = unpacked(state["encoder"])[0]
        encoder = Embedded() if name == Embedded().name else None
        return cls(state["keys"], state["vectors"], state["directions"], encoder, name)


def _along(directions: Floats, encoder: TextEncoder, texts: "pa.Array[Any]") -> Floats:
    """float32 (n_texts, n_components), zeros for a text that says nothing."""
    if not directions.shape[1] or not len(texts):
        return np.zeros((len(texts), directions.shape[1]), dtype=np.float32)
    read = encode_texts(encoder, texts)
    if not len(read.vectors):
        return np.zeros((len(texts), directions.shape[1]), dtype=np.float32)
    return np.asarray(read.whole() @ directions, dtype=np.float32)


def search_keys(texts: Sequence[str]) -> Longs:
    """int64 (n,): what stands for a search, so that its words need not be kept; capitals and space do not count."""
    digests = [hashlib.sha256(" ".join(text.casefold().split()).encode()).digest()[:8] for text in texts]
    return np.frombuffer(b"".join(digests), dtype=np.int64)
