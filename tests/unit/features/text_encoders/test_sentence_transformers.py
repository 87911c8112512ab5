"""The encoder of sentence-transformers: what is said without the extra, and what a model in a folder gives with it."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from crossaisle.errors import UsageError
from crossaisle.features.text_encoders.sentence_transformers import SentenceTransformers

IS_INSTALLED = importlib.util.find_spec("sentence_transformers") is not None


@pytest.mark.skipif(IS_INSTALLED, reason="the extra is installed")
def test_without_the_extra_it_is_named() -> None:
    with pytest.raises(UsageError, match=r"pip install 'crossaisle\[sentence-transformers\]'"):
        SentenceTransformers().encode(["soap"])


def test_the_name_says_model_and_revision_and_what_is_in_a_folder(tmp_path: Path) -> None:
    assert SentenceTransformers(model="some/model", revision="abc").name == "sentence-transformers:some/model@abc"
    assert SentenceTransformers(model="some/model").name == "sentence-transformers:some/model"
    (tmp_path / "weights").write_bytes(b"1")
    before = SentenceTransformers(model=str(tmp_path)).name
    (tmp_path / "weights").write_bytes(b"12")
    assert SentenceTransformers(model=str(tmp_path)).name != before


@pytest.mark.skipif(not IS_INSTALLED, reason="the extra sentence-transformers is not installed")
def test_a_model_in_a_folder_gives_rows_of_length_one(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer, models
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    tokenizer = Tokenizer(WordLevel({"soap": 0, "tea": 1, "[UNK]": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    rows = np.array([[3, 0], [0, 2], [1, 1]], dtype=np.float32)
    SentenceTransformer(modules=[models.StaticEmbedding(tokenizer, embedding_weights=rows)]).save(str(tmp_path))
    encoder = SentenceTransformers(model=str(tmp_path))
    np.testing.assert_allclose(encoder.encode(["soap", "tea"]), [[1, 0], [0, 1]], atol=1e-6)


@pytest.mark.skipif(not IS_INSTALLED, reason="the extra sentence-transformers is not installed")
def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "nothing.txt").write_text("")
    with pytest.raises(UsageError, match="cannot be read"):
        SentenceTransformers(model=str(tmp_path)).encode(["soap"])
