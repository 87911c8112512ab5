"""All features of a shop together."""

import numpy as np
import pytest

from crossaisle.data.moments import DAY
from crossaisle.data.queries import from_histories
from crossaisle.errors import ArtifactError
from crossaisle.features import SHELF, FeatureSet, FittedFeatures, Selection, fit_fusion
from crossaisle.features.feature import packed

from .shop import ROWS, everyone, shop


def test_every_block_has_a_row_for_each_user_or_item_and_no_gaps() -> None:
    dataset = shop()
    fitted = FeatureSet().fit(dataset)
    for blocks, n_rows in ((fitted.users(everyone(dataset)), 4), (fitted.items(), dataset.n_items)):
        assert len({block.name for block in blocks}) == len(blocks)
        for block in blocks:
            assert block.dense().shape == (n_rows, len(block.columns))
            assert block.values.dtype == np.float32
            assert np.isfinite(block.dense()).all()


def test_new_user_with_the_history_of_a_known_one_is_described_alike() -> None:
    """bob as a stranger: the same entries, but no customer facts."""
    dataset = shop()
    fitted = FeatureSet().fit(dataset)
    known = dataset.queries(np.array([1]))
    stranger = dataset.queries(np.array([1]))
    stranger.users[:] = -1
    for one, other in zip(fitted.users(known), fitted.users(stranger), strict=True):
        if one.name != "customer":
            np.testing.assert_array_equal(one.dense(), other.dense())


def test_without_a_user_the_others_are_described_as_before_under_the_numbers_they_move_up_to() -> None:
    """Without ann, bob is 0 and cat 1; somebody unknown stays unknown."""
    dataset = shop()
    fitted = FeatureSet().fit(dataset)
    asked = dataset.queries(np.array([1, 2, -1]))
    before = fitted.users(asked)
    after = FittedFeatures.restore(fitted.without(np.array([0], dtype=np.int32)).state())
    asked.users[:] = (0, 1, -1)
    for one, other in zip(before, after.users(asked), strict=True):
        np.testing.assert_array_equal(one.dense(), other.dense())
    facts = [state["customer facts/places"] for state in (fitted.state(), after.state())]
    np.testing.assert_array_equal(facts[1], facts[0][1:])


def test_visitor_with_a_basket_of_item_numbers_gets_all_blocks() -> None:
    dataset = shop()
    fitted = FeatureSet().fit(dataset)
    visitor = from_histories(np.array([0, 2]), np.array([0, 2, 2]), dataset.n_items, moment=9 * DAY)
    blocks = fitted.users(visitor)
    assert [block.name for block in blocks] == [block.name for block in fitted.users(everyone(dataset))]
    assert all(np.isfinite(block.dense()).all() for block in blocks)


def test_restored_features_give_the_same_blocks() -> None:
    dataset = shop()
    fitted = FeatureSet().fit(dataset)
    again = FittedFeatures.restore(fitted.state())
    for old, new in zip(
        (*fitted.users(everyone(dataset)), *fitted.items()),
        (*again.users(everyone(dataset)), *again.items()),
        strict=True,
    ):
        assert (old.name, old.columns) == (new.name, new.columns)
        np.testing.assert_array_equal(old.dense(), new.dense())


def test_state_holds_plain_arrays_alone() -> None:
    for name, array in FeatureSet().fit(shop()).state().items():
        assert isinstance(array, np.ndarray), name
        assert array.dtype.kind in "biuf", name


def test_unknown_feature_in_a_state_is_refused() -> None:
    with pytest.raises(ArtifactError, match="horoscope"):
        FittedFeatures.restore({"names": packed(["horoscope"])})


def test_events_after_the_cut_change_no_feature() -> None:
    """A marker after the cut, of a new user in a new store, leaves every array as it was."""
    marker = ("zoe", "new", 30 * DAY, "purchase", "o9", "marker", 99.0, 99.0, None)
    plain, marked = (shop(rows).before(9 * DAY) for rows in (ROWS, [*ROWS, marker]))
    old, new = FeatureSet().fit(plain).state(), FeatureSet().fit(marked).state()
    assert old.keys() == new.keys()
    for name in old:
        np.testing.assert_array_equal(old[name], new[name], err_msg=name)


def test_names_on_the_shelf_differ_and_every_part_has_defaults() -> None:
    assert len({kind.name for kind in SHELF}) == len(SHELF)
    assert [feature.name for feature in FeatureSet().features] == [kind.name for kind in SHELF]


def test_blocks_are_fused_and_selected_for_people_who_come_later() -> None:
    dataset = shop()
    fitted = FeatureSet().fit(dataset)
    training = fitted.users(dataset.queries(np.arange(dataset.n_users)))
    fused = fit_fusion(training)
    selected = Selection(max_components=2).fit(fused.apply(training))
    later = fused.apply(fitted.users(everyone(dataset)))
    assert selected.apply(later).shape == (4, 2)


def test_smallest_shop_of_one_view_can_be_described() -> None:
    dataset = shop([("ann", "cola", 0, "view", None, None, None, None, None)])
    fitted = FeatureSet().fit(dataset)
    assert all(np.isfinite(block.dense()).all() for block in (*fitted.users(everyone(dataset)), *fitted.items()))
