"""Fused features: the same of a stranger, the same again, and what a warm start finds of them."""

from dataclasses import replace

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.training import Training
from crossaisle.models.fused.features import FusedFeatures


def test_columns_of_users_and_items_are_named_and_as_many_as_said(small_shop: Dataset) -> None:
    features = FusedFeatures.of(Training(small_shop), reads_text=False)
    users = features.users(small_shop.queries(small_shop.buyers()))
    assert (users.shape[1], features.items.shape[1]) == features.widths
    assert features.items.shape[0] == small_shop.n_items
    of_users, of_items = features.named()
    assert (len(of_users.now), len(of_items.now)) == features.widths
    assert "item category: category=category 3" in of_items.now
    assert any(name.startswith("interest in brand: ") for name in of_users.now)
    assert len(set(of_users.now)) == len(of_users.now)


def test_text_is_read_where_it_is_to_be(small_shop: Dataset) -> None:
    without, with_text = (FusedFeatures.of(Training(small_shop), reads_text=one) for one in (False, True))
    more = set(with_text.of_items.names) - set(without.of_items.names)
    assert more
    assert all(name.startswith("text: ") for name in more)


def test_a_stranger_with_the_same_history_has_the_same_features(small_shop: Dataset) -> None:
    features = FusedFeatures.of(Training(small_shop), reads_text=False)
    known = small_shop.queries(np.array([4]))
    stranger = replace(known, users=np.array([-1], dtype=np.int32))
    np.testing.assert_array_equal(features.users(known).toarray(), features.users(stranger).toarray())


def test_features_come_back_from_their_state_with_their_names(small_shop: Dataset) -> None:
    features = FusedFeatures.of(Training(small_shop), reads_text=True)
    state = features.state()
    again = FusedFeatures.restore(state)
    queries = small_shop.queries(small_shop.buyers())
    np.testing.assert_array_equal(again.users(queries).toarray(), features.users(queries).toarray())
    np.testing.assert_array_equal(again.items.toarray(), features.items.toarray())
    for named in features.named():
        assert tuple(named.earlier(state)) == tuple(named.now)
        assert tuple(named.earlier({})) == ()
