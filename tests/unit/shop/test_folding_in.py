"""Between full fits what is new is folded into the live model, where it is asked for and can be done."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from crossaisle.data.moments import DAY
from crossaisle.data.training import silent
from crossaisle.errors import UsageError
from crossaisle.settings import Settings
from crossaisle.shop.learning import Learning
from crossaisle.shop.shop import Shop

from .running import Running, running


def cut_of_full_fit(shop: Running) -> int:
    version = shop.shop.registry.live()
    assert version is not None
    return int(shop.shop.model(version).artifact.facts["full_until_microseconds"])


def a_day_later(shop: Running, item_id: str = "i000") -> None:
    """Everybody buys an item, which the lake learns."""
    shop.now += DAY
    shop.tell([(f"u{one:03}", item_id, "purchase", None) for one in range(20)])
    shop.learning.compact(shop.now, silent)


def als(**learning: Any) -> dict[str, Any]:
    return {"training": {"candidates": ["als"]}, "learning": {"tolerance": 1.0, **learning}}


def test_what_is_new_is_folded_in_when_it_is_asked_for(frames: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    without = (frames[0][frames[0]["item_id"] != "i003"], frames[1][frames[1]["item_id"] != "i003"])
    with running(tmp_path / "ws", without, **als()) as shop:
        shop.learning.learn(silent)
        first = cut_of_full_fit(shop)
        shop.introduce("i003", "Thing 3", "category 3")
        a_day_later(shop, "i003")
        learnt = shop.learning.learn(silent, is_folded=True)
        assert (learnt.outcome, learnt.version) == ("published", 2)
        live = shop.shop.model(2)
        assert live.until > first
        assert cut_of_full_fit(shop) == first
        assert live.artifact.index.items.number("i003") == 3
        a_day_later(shop)
        shop.learning.learn(silent)
        assert cut_of_full_fit(shop) == shop.shop.model(3).until > live.until


def test_settings_say_how_old_a_full_fit_may_become(frames: tuple[pd.DataFrame, ...], tmp_path: Path) -> None:
    with running(tmp_path / "ws", frames, **als(fold_in="5d")) as shop:
        shop.learning.learn(silent)
        first = cut_of_full_fit(shop)
        a_day_later(shop)
        shop.learning.learn(silent)
        assert cut_of_full_fit(shop) == first
        shop.now += 5 * DAY
        a_day_later(shop)
        shop.learning.learn(silent)
        assert cut_of_full_fit(shop) == shop.shop.model(3).until > first


def test_a_model_that_takes_nothing_in_is_trained_anew_unless_folding_in_is_asked_for(
    frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    with running(tmp_path / "ws", frames, learning={"tolerance": 1.0, "fold_in": "5d"}) as shop:
        shop.learning.learn(silent)
        a_day_later(shop)
        with pytest.raises(UsageError, match="ease takes nothing in"):
            shop.learning.learn(silent, is_folded=True)
        assert shop.learning.learn(silent).outcome == "published"
        assert cut_of_full_fit(shop) == shop.shop.model(2).until


def test_nothing_is_folded_into_no_model_or_one_of_other_options(
    frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    with running(tmp_path / "ws", frames, **als(fold_in="5d")) as shop:
        with pytest.raises(UsageError, match="there is no model"):
            shop.learning.learn(silent, is_folded=True)
        shop.learning.learn(silent)
        a_day_later(shop)
        others = Settings(**als(fold_in="5d"), models={"als": {"factors": 8}})
        changed = Learning(Shop(shop.shop.folder, others), shop.stores)
        with pytest.raises(UsageError, match="options of the live model were changed"):
            changed.learn(silent, is_folded=True)
        assert changed.learn(silent).outcome == "published"
        assert cut_of_full_fit(shop) == shop.shop.model(2).until
