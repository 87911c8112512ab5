"""What was asked once is not asked again, and every text has the row of its own."""

from collections.abc import Sequence

import numpy as np

from crossaisle.features.text_encoders.remembered import Remembered
from crossaisle.numerics.arrays import Floats


class Counting:
    """Points by a text's length, and keeps what it was asked."""

    name = "counting"

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        self.asked.append(list(texts))
        return np.array([[np.cos(len(text)), np.sin(len(text))] for text in texts], dtype=np.float32)


def test_each_text_is_asked_once() -> None:
    counting = Counting()
    encoder = Remembered(counting)
    assert encoder.name == "counting"
    for texts in (["tea", "茶", "tea"], ["milk", "茶"]):
        np.testing.assert_allclose(encoder.encode(texts), Counting().encode(texts), atol=1e-6)
    assert counting.asked == [["tea", "茶"], ["milk"]]


def test_nothing_asked_is_nothing_said() -> None:
    assert Remembered(Counting()).encode([]).shape == (0,)
