"""Vectors of texts: of items, of histories and of searches."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.data.queries import from_histories
from crossaisle.features import TextVectors
from crossaisle.features.feature import Block
from crossaisle.features.searches import search_keys
from crossaisle.features.text_vectors import FittedTextVectors, item_texts
from crossaisle.numerics.arrays import Floats

WORDS = ("tea", "green", "black", "soap", "drinks", "care")


class Words:
    """One axis a word of WORDS; what it was asked for is noted."""

    name = "words"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return np.array([[word in text.lower().split() for word in WORDS] for text in texts], dtype=np.float32)


CATALOG = pa.table(
    {
        "item_id": ["black", "green", "nameless", "soap"],
        "title": ["black tea", "green tea", None, "soap"],
        "description": [None, "tea", "", None],
        "category": ["drinks", "drinks", None, "care"],
        "brand": pa.nulls(4, pa.string()),
    }
)


Row = tuple[str, str | None, int, str, str | None]


def shop(rows: Sequence[Row], catalog: "pa.Table" = CATALOG) -> Dataset:
    """A dataset of rows of user, item, day, event type and query."""
    columns = dict(
        zip(("user_id", "item_id", "timestamp", "event_type", "query"), zip(*rows, strict=True), strict=True)
    )
    columns["timestamp"] = pa.array([day * DAY for day in columns["timestamp"]], pa.timestamp("us", "UTC"))
    for name in ("item_id", "query"):
        columns[name] = pa.array(columns[name], pa.large_string())
    return Dataset.from_tables(pa.table(columns), catalog)


ROWS: list[Row] = [
    ("ann", "green", 0, "purchase", None),
    ("ann", "soap", 10, "purchase", None),
    ("ann", None, 10, "search", "Soap"),
    ("bob", "nameless", 10, "purchase", None),
    ("bob", None, 0, "search", "green  TEA"),
    ("bob", None, 10, "search", "black tea"),
    ("cat", "black", 10, "view", None),
]


def blocks(found: tuple[Block, ...]) -> dict[str, Floats]:
    return {block.name: block.dense() for block in found}


def test_an_item_is_the_weighted_sum_of_what_its_fields_say() -> None:
    """green: title (1, 1)/√2 on tea and green, description ½ on tea, category .3 on drinks."""
    texts = item_texts(shop(ROWS), Words())
    wanted = np.array([1 / np.sqrt(2) + 0.5, 1 / np.sqrt(2), 0, 0, 0.3, 0])
    np.testing.assert_allclose(texts.whole()[1], wanted / np.linalg.norm(wanted), rtol=1e-6)
    assert texts.places[2] == -1
    np.testing.assert_array_equal(texts.whole()[2], np.zeros(6))


def test_items_of_equal_texts_share_a_vector_and_each_text_is_asked_for_once() -> None:
    encoder = Words()
    catalog = pa.table({"item_id": ["a", "b", "c"], "title": ["soap", "soap", "tea"]})
    texts = item_texts(shop([("ann", "a", 0, "purchase", None)], catalog), encoder)
    assert texts.places.tolist() == [0, 0, 1]
    assert encoder.asked == ["soap", "tea"]


def test_with_as_many_directions_as_there_are_nothing_is_lost() -> None:
    fitted = TextVectors().fit(shop(ROWS), Words())
    whole = item_texts(shop(ROWS), Words()).whole()
    np.testing.assert_allclose(fitted.of_items @ fitted.of_items.T, whole @ whole.T, atol=1e-5)


def test_a_history_is_the_mean_of_its_texts_and_the_latest_weighs_most() -> None:
    """At day 10 with a half-life of 10 days: ann bought green (½) and soap (1); cat's one look is black itself."""
    dataset = shop(ROWS)
    fitted = TextVectors(half_life_days=10).fit(dataset, Words())
    values = blocks(fitted.users(dataset.queries(np.array([0, 1, 2]), moment=10 * DAY)))["text of history"]
    black, green, soap = fitted.of_items[[0, 1, 3]]
    np.testing.assert_allclose(values[0], [*((0.5 * green + soap) / 1.5), 0], atol=1e-6)
    np.testing.assert_allclose(values[1], [*np.zeros(len(soap)), 1], atol=1e-6)
    np.testing.assert_allclose(values[2], [*black, 0], atol=1e-6)


def test_searches_lie_in_the_space_of_the_items() -> None:
    """bob searched for green tea ten days ago (½) and for black tea now (1); nothing is looked for by cat."""
    dataset = shop(ROWS)
    fitted = TextVectors(half_life_days=10).fit(dataset, Words())
    values = blocks(fitted.users(dataset.queries(np.array([0, 1, 2]), moment=10 * DAY)))["text of searches"]
    green, black, soap = Words().encode(["green tea", "black tea", "soap"]) @ fitted.searches.directions
    np.testing.assert_allclose(values[0, :-1], soap, atol=1e-6)
    wanted = (0.5 * green / np.sqrt(2) + black / np.sqrt(2)) / 1.5
    np.testing.assert_allclose(values[1, :-1], wanted, atol=1e-6)
    assert values[:, -1].tolist() == [0, 0, 1]


def test_a_restored_feature_knows_the_searches_it_was_fitted_with_without_an_encoder() -> None:
    dataset = shop(ROWS)
    fitted = TextVectors().fit(dataset, Words())
    restored = FittedTextVectors.restore(fitted.state())
    assert restored.searches.encoder is None
    queries = dataset.queries(np.array([0, 1, 2]))
    for one, other in zip(fitted.users(queries), restored.users(queries), strict=True):
        np.testing.assert_array_equal(one.dense(), other.dense())


def test_searches_are_told_by_their_words_whatever_numbers_another_dataset_gives_them() -> None:
    dataset = shop(ROWS)
    fitted = TextVectors().fit(dataset, Words())
    later = shop([("dan", None, 10, "search", "a new one"), ("dan", None, 10, "search", "soap ")])
    values = blocks(fitted.users(later.queries(np.array([0]), moment=10 * DAY)))["text of searches"]
    np.testing.assert_allclose(values[0, :-1], (Words().encode(["soap"]) @ fitted.searches.directions)[0], atol=1e-6)


def test_a_new_search_is_read_by_the_embedded_encoder_after_restoring_too() -> None:
    dataset = shop(ROWS)
    fitted = FittedTextVectors.restore(TextVectors().fit(dataset).state())
    later = shop([("dan", None, 10, "search", "绿茶"), ("eve", None, 10, "search", "hand soap")])
    values = blocks(fitted.users(later.queries(np.array([0, 1]), moment=10 * DAY)))["text of searches"][:, :-1]
    near = values @ fitted.of_items.T
    assert near[0, 1] > near[0, 3]
    assert near[1, 3] > near[1, 1]


def test_directions_are_learnt_from_items_that_were_there_before_the_cut() -> None:
    """The title of an item that nobody says was there changes no direction; one that was sold does."""
    sold: list[Row] = [("ann", "black", 0, "purchase", None), ("ann", "green", 0, "purchase", None)]
    other = CATALOG.set_column(1, "title", pa.array(["black tea", "green tea", "care soap soap", "drinks"]))
    directions = [TextVectors().fit(shop(sold, one), Words()).searches.directions for one in (CATALOG, other)]
    np.testing.assert_array_equal(directions[0], directions[1])
    with_soap = [*sold, ("ann", "soap", 0, "purchase", None)]
    assert TextVectors().fit(shop(with_soap), Words()).searches.directions.shape != directions[0].shape


def test_a_shop_without_texts_gets_no_block() -> None:
    bare = pa.table({"item_id": ["a", "b"]})
    dataset = shop([("ann", "a", 0, "purchase", None), ("ann", None, 0, "search", "tea")], bare)
    fitted = TextVectors().fit(dataset, Words())
    assert (fitted.items(), fitted.users(dataset.queries(np.array([0])))) == ((), ())


def test_a_key_stands_for_a_search_but_not_for_its_capitals_and_spaces() -> None:
    keys = search_keys(["Green  tea ", "green tea", "GREEN TEA", "greentea"])
    assert len(set(keys[:3].tolist())) == 1
    assert keys[3] != keys[0]


@pytest.fixture(scope="module")
def fitted() -> FittedTextVectors:
    return TextVectors().fit(shop(ROWS), Words())


@given(items=st.lists(st.sampled_from([0, 1, 3]), min_size=1, max_size=8), seed=st.integers(0, 99))
def test_the_order_of_purchases_of_one_moment_does_not_matter_and_no_mean_is_longer_than_its_texts(
    fitted: FittedTextVectors, items: list[int], seed: int
) -> None:
    shuffled = np.random.default_rng(seed).permutation(items)
    values = [
        blocks(fitted.users(from_histories(np.array(one), np.array([0, len(items)]), 4, DAY)))["text of history"]
        for one in (items, shuffled)
    ]
    np.testing.assert_allclose(values[0], values[1], atol=1e-5)
    assert np.linalg.norm(values[0][0, :-1]) <= 1 + 1e-5
