"""How a shop's texts are handed to an encoder."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from crossaisle.data.text_encoder import encode_texts, vectors_of
from crossaisle.errors import InputError
from crossaisle.numerics.arrays import Floats


class Lengths:
    """(number of letters, 1), and what it was asked."""

    name = "lengths"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)


class Broken:
    name = "broken"

    def __init__(self, answer: list[list[float]]) -> None:
        self.answer = answer

    def encode(self, texts: Sequence[str]) -> Floats:
        return np.array(self.answer, dtype=np.float32)


def test_distinct_texts_are_asked_for_once_in_their_order_and_rows_have_length_one() -> None:
    """soap: (4, 1) / √17; "  soap " and "soap" are one text, an empty one is none."""
    encoder = Lengths()
    found = encode_texts(encoder, pa.array(["soap", "ax", None, "  soap ", " "]))
    assert encoder.asked == ["ax", "soap"]
    assert found.places.tolist() == [1, 0, -1, 1, -1]
    np.testing.assert_allclose(found.vectors, np.array([[2, 1] / np.sqrt(5), [4, 1] / np.sqrt(17)]), rtol=1e-6)
    np.testing.assert_array_equal(found.whole()[[0, 2]], [found.vectors[1], [0, 0]])


def test_a_text_in_capitals_alone_is_read_in_small_letters() -> None:
    encoder = Lengths()
    encode_texts(encoder, pa.array(["WHITE HANGING HEART", "USB cable", "牛奶", "2024"]))
    assert encoder.asked == ["2024", "USB cable", "white hanging heart", "牛奶"]


def test_no_text_at_all_gives_no_vector() -> None:
    found = encode_texts(Lengths(), pa.nulls(3, pa.string()))
    assert found.places.tolist() == [-1, -1, -1]
    assert found.whole().shape == (3, 0)


@pytest.mark.parametrize("answer", [[[1.0, 2.0]], [[1.0], [np.nan]], [[np.inf], [1.0]]])
def test_an_answer_that_is_not_a_row_a_text_is_refused_with_the_encoder_s_name(answer: list[list[float]]) -> None:
    with pytest.raises(InputError, match="broken"):
        vectors_of(Broken(answer), ["a", "b"])
