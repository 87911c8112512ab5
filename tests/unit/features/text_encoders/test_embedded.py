"""The embedded encoder: languages meet, and one text has one vector."""

import numpy as np
import pyarrow as pa
import pytest

from crossaisle.data.text_encoder import encode_texts
from crossaisle.features.text_encoders.embedded import Embedded

PAIRS = [
    ("green tea", "绿茶"),
    ("laptop computer", "笔记本电脑"),
    ("dog food", "狗粮"),
    ("toothbrush", "牙刷"),
    ("red wine", "红葡萄酒"),
    ("garden chair", "花园椅"),
]


def test_the_chinese_and_the_english_name_of_a_thing_are_nearer_than_those_of_different_things() -> None:
    english = Embedded().encode([english for english, _ in PAIRS])
    chinese = Embedded().encode([chinese for _, chinese in PAIRS])
    near = english @ chinese.T
    same = np.diag(near)
    different = near[~np.eye(len(PAIRS), dtype=np.bool_)]
    assert same.min() > different.max()
    assert (near.argmax(axis=1) == np.arange(len(PAIRS))).all()


def test_rows_have_length_one_and_do_not_depend_on_their_neighbours() -> None:
    alone = Embedded().encode(["hand soap"])
    among = Embedded().encode(["a much longer title of quite another thing", "hand soap", "tea"])
    assert alone.shape == (1, 512)
    assert alone.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(among, axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(among[1], alone[0], atol=1e-5)


def test_the_name_says_model_and_version() -> None:
    assert Embedded().name.startswith("embedded:use-multilingual-3@0.")


def test_titles_in_capitals_mean_what_they_mean_in_small_letters() -> None:
    found = encode_texts(
        Embedded(), pa.array(["WHITE HANGING HEART T-LIGHT HOLDER", "white hanging heart t-light holder"])
    )
    assert found.places.tolist() == [0, 0]
    assert found.whole()[0] @ found.whole()[1] == pytest.approx(1, abs=1e-5)
