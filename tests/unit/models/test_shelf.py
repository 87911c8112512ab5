"""The shelf: recommenders are found by the names they are registered under, and names by their classes."""

import pytest

from crossaisle.errors import UsageError
from crossaisle.models.recommender import Recommender
from crossaisle.models.recommenders.als import ALS
from crossaisle.models.recommenders.ease import EASE
from crossaisle.models.shelf import name_of, recommender, registered


def test_every_name_leads_to_a_class_and_back() -> None:
    assert {"als", "ease", "fusion"} <= set(registered())
    for name in ("als", "ease"):
        assert name_of(recommender(name)()) == name


def test_names_make_recommenders_with_their_default_options_in_order() -> None:
    assert tuple(recommender(name)() for name in ("ease", "als")) == (EASE(), ALS())


def test_an_unknown_name_is_told_with_those_installed() -> None:
    with pytest.raises(UsageError, match='no recommender "easy"') as raised:
        recommender("easy")
    assert raised.value.remedy is not None
    assert "ease, " in raised.value.remedy


def test_a_class_that_is_not_registered_has_no_name() -> None:
    """One derived from a registered class is not that class: its state would be restored as another's."""

    class Own(EASE):
        pass

    one: Recommender = Own()
    with pytest.raises(UsageError, match="Own is not registered"):
        name_of(one)
