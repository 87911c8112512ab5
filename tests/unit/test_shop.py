"""A shop knows what it has done before: figures and a model of the same data and options are not made twice."""

import pandas as pd
import pytest

from crossaisle.data.sources.frames import Frames
from crossaisle.shop import Shop

CUT, NAMES = "2017-10-01", ("popularity", "ease")


@pytest.fixture(scope="module")
def shop(frames: tuple[pd.DataFrame, ...], tmp_path_factory: pytest.TempPathFactory) -> Shop:
    made = Shop.create(tmp_path_factory.mktemp("shop") / "ws")
    made.load(Frames(events=frames[0], catalog=frames[1]))
    return made


def test_figures_are_found_again_until_data_models_or_options_change(
    shop: Shop, frames: tuple[pd.DataFrame, ...]
) -> None:
    assert shop.measured_before(CUT, None, NAMES) is None
    measured, folder = shop.evaluate(CUT, None, NAMES)
    found = shop.measured_before(CUT, None, NAMES)
    assert found is not None
    assert (found[0].to_dict(), found[1]) == (measured.to_dict(), folder)
    assert found[0].best == measured.best

    assert shop.measured_before("2017-09-01", None, NAMES) is None
    assert shop.measured_before(CUT, "30d", NAMES) is None
    assert shop.measured_before(CUT, None, ("popularity",)) is None
    changed = Shop(shop.folder, shop.settings.model_copy(update={"models": {"ease": {"l2": 7.0}}}))
    assert changed.measured_before(CUT, None, NAMES) is None
    (folder / "report.json").write_text("{", encoding="utf-8")
    assert shop.measured_before(CUT, None, NAMES) is None


def test_a_live_model_is_known_by_name_options_cut_and_data(shop: Shop, frames: tuple[pd.DataFrame, ...]) -> None:
    assert not shop.is_live(CUT, "ease")
    shop.train(CUT, "ease")
    assert shop.is_live(CUT, "ease")
    assert not shop.is_live(CUT, "popularity")
    assert not shop.is_live("2017-09-01", "ease")
    changed = Shop(shop.folder, shop.settings.model_copy(update={"models": {"ease": {"l2": 7.0}}}))
    assert not changed.is_live(CUT, "ease")
    shop.load(Frames(events=frames[0].head(1).assign(user_id="late")))
    assert not shop.is_live(CUT, "ease")
