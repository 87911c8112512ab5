"""Content as vectors, and where vectors begin."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.models.learning.content import ContentVectors, ItemContent, content_rows
from crossaisle.models.learning.initial import begin


def test_only_what_tells_items_apart_is_kept(small_shop: Dataset) -> None:
    content = ItemContent.of(Training(small_shop), reads_text=False)
    assert {kind: size for kind, size in content.sizes.items() if kind != "price_band"} == {
        "category": 9,
        "aisle": 5,
        "brand": 4,
    }
    np.testing.assert_array_equal(content.codes["category"], small_shop.catalogue.category + 1)
    assert content.text.shape == (40, 0)
    assert content.says.all()
    one = replace(small_shop.catalogue, brand=np.zeros(40, dtype=np.int32))
    assert "brand" not in ItemContent.of(Training(replace(small_shop, catalogue=one)), reads_text=False).codes


def test_an_items_vector_is_the_sum_over_kinds_by_hand() -> None:
    """Category 1 of (0, 1, 2) and brand 0 of (0, 10), and text 2 · 3 + 1 · 5."""
    content = ItemContent(
        {"category": np.array([1, 2], dtype=np.int32), "brand": np.array([0, 1], dtype=np.int32)},
        {"category": 3, "brand": 2},
        np.array([[2, 1], [0, 0]], dtype=np.float32),
    )
    vectors = ContentVectors(content, 1)
    vectors.load_state_dict(
        {
            "kinds.category.weight": torch.tensor([[0.0], [1.0], [2.0]]),
            "kinds.brand.weight": torch.tensor([[0.0], [10.0]]),
            "text.weight": torch.tensor([[3.0, 5.0]]),
        }
    )
    assert vectors(torch.tensor([0, 1])).tolist() == [[12.0], [12.0]]
    bags = vectors.bags(torch.tensor([0, 0, 1]), torch.tensor([0, 2, 3]), torch.tensor([1.0, 2.0, 0.5]))
    assert bags.tolist() == [[36.0], [6.0], [0.0]]
    assert content_rows(content, "content") == {
        "content.kinds.category.weight": "categories",
        "content.kinds.brand.weight": "brands",
    }


def test_content_comes_back_from_its_state(small_shop: Dataset) -> None:
    content = ItemContent.of(Training(small_shop), reads_text=True)
    again = ItemContent.restore(content.state())
    assert again.sizes == content.sizes
    np.testing.assert_array_equal(again.text, content.text)
    np.testing.assert_array_equal(again.codes["aisle"], content.codes["aisle"])


@pytest.mark.parametrize("how", ["xavier", "he", "graph-filter", "text"])
def test_a_start_is_as_long_as_said_and_drawn_from_the_seed(how: Any, small_shop: Dataset) -> None:
    training, bought = Training(small_shop, seed=2), small_shop.purchases()

    def table() -> Any:
        torch.manual_seed(0)
        made = nn.Embedding(40, 16)
        begin(made, how, training, bought)
        return made.weight.detach().numpy()

    np.testing.assert_array_equal(table(), table())
    spread = np.sqrt(2 / 16) if how == "he" else np.sqrt(2 / (40 + 16))
    assert np.linalg.norm(table(), axis=1).mean() == pytest.approx(spread * 4, rel=0.15)


def test_items_bought_by_the_same_users_begin_close_under_a_graph_filter(small_shop: Dataset) -> None:
    torch.manual_seed(0)
    table = nn.Embedding(40, 8)
    begin(table, "graph-filter", Training(small_shop), small_shop.purchases())
    vectors = table.weight.detach().numpy()
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    cosines, same = vectors @ vectors.T, np.arange(40)[:, None] % 8 == np.arange(40) % 8
    apart = ~np.eye(40, dtype=np.bool_)
    assert cosines[same & apart].mean() > cosines[~same].mean()
