"""What a text encoder is: texts in, vectors out, and the one way in which a shop's texts are handed to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crossaisle.errors import InputError
from crossaisle.numerics.arrays import Floats, Numbers


class TextEncoder(Protocol):
    """Turns texts into vectors; the same text always into the same vector, whatever the language."""

    @property
    def name(self) -> str:
        """Kind, model and version: vectors of different names have nothing to do with each other."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (n_texts, n_dimensions), rows of length one."""


@dataclass(frozen=True)
class EncodedTexts:
    """Texts as vectors, equal texts sharing one.

    Args:
        places: int32 (n_texts,), the vector of each text, −1 where there is no text.
        vectors: float32 (n_distinct, n_dimensions), rows of length one, in byte order of their texts.
    """

    places: Numbers
    vectors: Floats

    def whole(self) -> Floats:
        """float32 (n_texts, n_dimensions): a row for each text, zeros where there is none."""
        padded = np.vstack([self.vectors, np.zeros((1, self.vectors.shape[1]), dtype=np.float32)])
        return padded[self.places]


def encode_texts(encoder: TextEncoder, texts: "pa.Array[Any] | pa.ChunkedArray[Any]") -> EncodedTexts:
    """Encode each distinct text once.

    Space at either end does not count, an empty text is none, and a text in capitals alone is read in small letters:
    encoders learnt from running text know those better.

    Args:
        texts: Arrow strings (n_texts,).

    Raises:
        InputError: see vectors_of.
    """
    read = pc.utf8_trim_whitespace(texts.cast(pa.large_string()))
    read = pc.if_else(pc.utf8_is_upper(read), pc.utf8_lower(read), read)
    read = pc.if_else(pc.equal(read, ""), None, read)
    distinct = pc.drop_null(pc.unique(read))
    distinct = distinct.take(pc.array_sort_indices(distinct))
    places = np.asarray(pc.fill_null(pc.index_in(read, value_set=distinct, skip_nulls=True), -1), dtype=np.int32)
    return EncodedTexts(places, vectors_of(encoder, distinct.to_pylist()))


def vectors_of(encoder: TextEncoder, texts: Sequence[str]) -> Floats:
    """What the encoder answers, proved: float32 (n_texts, n_dimensions), rows of length one.

    Raises:
        InputError: the answer has another shape or is not finite.
    """
    if not texts:
        return np.zeros((0, 0), dtype=np.float32)
    vectors = np.asarray(encoder.encode(texts), dtype=np.float32)
    if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
        shape = " × ".join(str(size) for size in vectors.shape)
        raise InputError(
            f"{len(texts):,} texts gave {shape} numbers, not a row of finite numbers each",
            f"text encoder {encoder.name}",
            "Choose another encoder or model under [text] in crossaisle.toml.",
        )
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-12)), dtype=np.float32)
