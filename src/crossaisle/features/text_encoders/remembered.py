"""An encoder that is asked once for each text, as long as somebody holds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from crossaisle.data.text_encoder import TextEncoder, vectors_of
from crossaisle.numerics.arrays import Floats


@dataclass(frozen=True)
class Remembered:
    """For fits on several pasts of one catalogue; the memory is one vector a text. encoder: who is asked."""

    encoder: TextEncoder
    _kept: dict[str, Floats] = field(default_factory=dict, repr=False)

    @property
    def name(self) -> str:
        """The name of the encoder behind it."""
        return self.encoder.name

    def encode(self, texts: Sequence[str]) -> Floats:
        """float32 (n_texts, n_dimensions), rows as the encoder gave them.

        Raises:
            InputError: see vectors_of.
        """
        fresh = [text for text in dict.fromkeys(texts) if text not in self._kept]
        self._kept.update(zip(fresh, vectors_of(self.encoder, fresh), strict=True))
        return np.array([self._kept[text] for text in texts], dtype=np.float32)
