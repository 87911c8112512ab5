"""Categories made of titles: what belongs together, what it is called, and what it is learnt from."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from crossaisle.data.dataset import Dataset
from crossaisle.data.mapping import read_map
from crossaisle.data.moments import moment
from crossaisle.data.sources.files import Files
from crossaisle.data.split import Split
from crossaisle.data.training import silent
from crossaisle.errors import UsageError
from crossaisle.evaluation.tasks import tasks_of
from crossaisle.features.title_categories import with_title_categories
from crossaisle.loop.loading.load import LoadOptions, load
from crossaisle.numerics.arrays import Floats
from crossaisle.stores.lake import Lake
from crossaisle.stores.quarantine import Quarantine

TITLES = [
    "tall glass lamp",
    "old glass lamp",
    "lamp, green glass",
    "wool socks",
    "warm wool socks",
    "long socks",
    None,
]
THINGS = ("lamp", "socks", "茶")


class Things:
    """One axis for each of THINGS, and a little beside it for each other word."""

    name = "things"

    def encode(self, texts: Sequence[str]) -> Floats:
        rows = [[thing in text for thing in THINGS] + [0.01 * len(text)] for text in texts]
        return np.array(rows, dtype=np.float32)


class Noting(Things):
    """Notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Floats:
        self.asked += texts
        return super().encode(texts)


def catalog_of(titles: Sequence[str | None]) -> "pa.Table":
    return pa.table({"item_id": ids_of(len(titles)), "title": pa.array(titles, pa.string())})


def ids_of(n: int) -> list[str]:
    return [f"i{number:02}" for number in range(n)]


def shop_events(sold: Sequence[int]) -> dict[str, Any]:
    ids = ids_of(max(sold, default=0) + 1)
    return {
        "user_id": ["ann"] * len(sold),
        "item_id": pa.array([ids[one] for one in sold], pa.string()),
        "timestamp": pa.array([0] * len(sold), pa.timestamp("us", "UTC")),
        "event_type": ["purchase"] * len(sold),
    }


def shop(titles: Sequence[str | None], sold: Sequence[int]) -> Dataset:
    return Dataset.from_tables(pa.table(shop_events(sold)), catalog_of(titles))


def categories(dataset: Dataset) -> list[str | None]:
    """The category of each item."""
    found: list[str | None] = dataset.index.categories.at(dataset.catalogue.category).to_pylist()
    return found


def test_titles_that_mean_alike_are_one_category_named_by_its_words_in_their_order() -> None:
    """Glass and lamp are in all three titles, with the mean places ⅔ and 1; socks in all three, wool in two."""
    made = with_title_categories(shop(TITLES, range(7)), 2, Things())
    assert categories(made) == [*["Glass lamp"] * 3, *["Wool socks"] * 3, None]
    assert made.n_categories == 2


def test_what_a_title_says_of_looks_neither_parts_nor_names() -> None:
    titles = [
        "SMALL RED LAMP",
        "set of 6 lamps, 40x40cm",
        "Grey socks",
        "pair of socks, red",
        "红色茶",
        "茶 大号 500g",
        "XXL",
    ]
    encoder = Noting()
    made = with_title_categories(shop(titles, range(7)), 4, encoder)
    assert encoder.asked == ["lamp", "lamps,", "socks", "socks,", "xxl", "茶"]
    assert categories(made)[4:6] == ["茶", "茶"]
    assert "red" not in " ".join(made.index.categories.to_list()).lower()


def test_chinese_titles_get_a_name_without_spaces() -> None:
    made = with_title_categories(shop(["绿茶", "红茶", "绿茶 100g", "lamp"], range(4)), 2, Things())
    assert categories(made) == [*["绿茶"] * 3, "Lamp"]


def test_two_categories_never_share_a_name() -> None:
    """Those whose titles hold no word are told apart by a number, and "1" and "2 2" mean the same to the encoder."""
    made = with_title_categories(shop(["lamp", "lamp " + "x" * 200, "socks", "1", "2 2"], range(5)), 5, Things())
    assert len(set(made.index.categories.to_list())) == made.n_categories == 4


def test_without_a_number_there_are_as_many_as_the_root_of_the_number_of_titles() -> None:
    titles = [f"thing {letter}{'x' * number}" for number, letter in enumerate("abcdefghijklmnop")]
    assert with_title_categories(shop(titles, range(16))).n_categories == 4


def test_the_same_seed_gives_the_same_categories() -> None:
    first, second = (with_title_categories(shop(TITLES, range(7)), 3, seed=5) for _ in range(2))
    assert categories(first) == categories(second)


def test_an_item_that_nobody_says_was_there_before_the_cut_changes_neither_clusters_nor_names() -> None:
    """It goes to the nearest; sold before the cut, it has a category of its own."""
    titles = [*TITLES, "茶"]
    made = with_title_categories(shop(titles, range(7)), 3, Things())
    assert categories(made)[:7] == categories(with_title_categories(shop(TITLES, range(7)), 3, Things()))
    assert categories(made)[7] in categories(made)[:6]
    sold = categories(with_title_categories(shop(titles, range(8)), 3, Things()))
    assert sold[7] == "茶"
    assert sold[7] not in sold[:7]


def test_who_bought_an_item_and_when_and_how_often_changes_no_category() -> None:
    """What a window before the cut asks for is in none of its categories, though they know its items."""
    plain = shop(TITLES, range(7))
    users = {**shop_events(range(7)), "user_id": [f"user {one}" for one in range(7)]}
    days = pa.array([one * 10**12 for one in (5, 3, 1, 6, 2, 4, 0)], pa.timestamp("us", "UTC"))
    often = shop_events([*range(7), 0, 0, 0, 4, 4])
    for events in (users, {**users, "timestamp": days}, often):
        moved = Dataset.from_tables(pa.table(events), catalog_of(TITLES))
        assert categories(with_title_categories(moved, 3)) == categories(with_title_categories(plain, 3))


def test_a_shop_without_titles_and_a_number_below_one_are_refused() -> None:
    with pytest.raises(UsageError, match="no item has a title"):
        with_title_categories(shop([None, " "], [0]))
    with pytest.raises(UsageError, match="0 categories"):
        with_title_categories(shop(TITLES, [0]), 0)


ROOT = Path(__file__).parents[3]


def test_online_retail_gets_categories_and_with_them_the_task_of_new_ones(datasets: Path, tmp_path: Path) -> None:
    """Nobody counts whose new categories are none; the words of a name are those of its titles."""
    file = datasets / "online_retail" / "online_retail.parquet"
    source = Files(events=(str(file),), map=read_map(ROOT / "docs" / "examples" / "online_retail.toml"))
    lake = Lake(tmp_path / "lake")
    load(source, lake, Quarantine(tmp_path / "quarantine"), LoadOptions(), moment("2026-01-01"), silent)
    split = Split.at(Dataset.from_tables(lake.events(), lake.table("catalog")), "2011-10-01", "60d")
    assert [task.name for task in tasks_of(split, 5)] == ["explore", "all"]
    made = with_title_categories(split.train, 100)
    assert made.n_categories == 100
    task = tasks_of(replace(split, train=made), 5)[0]
    assert task.name == "new-categories"
    assert len(task.users) > 1000
    titles = np.array(made.catalogue.titles().to_pylist())
    necklaces = [number for number, one in enumerate(made.index.categories.to_list()) if "ecklace" in one]
    chosen = np.isin(made.catalogue.category, necklaces)
    has_word = np.array(["NECKLACE" in title for title in titles])
    assert has_word[chosen].mean() > 0.5
    assert has_word[~chosen].mean() < 0.01
