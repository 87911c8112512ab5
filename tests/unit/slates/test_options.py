import pytest

from crossaisle.errors import UsageError
from crossaisle.models.part import from_text, from_values, options
from crossaisle.slates.options import ShopRules, SlateOptions


def test_every_knob_is_off_by_default() -> None:
    plain = SlateOptions()
    assert not plain.is_reranked
    assert plain.max_per_category is None
    assert plain.price_band == "off"
    assert plain.rules == ShopRules()


def test_options_are_read_as_people_type_them() -> None:
    read = from_text(SlateOptions, {"diversity": "0.3", "max_per_category": "2", "price_band": "filter"})
    assert (read.diversity, read.max_per_category, read.price_band) == (0.3, 2, "filter")


@pytest.mark.parametrize("wrong", [{"diversity": 1.5}, {"max_per_category": 0}, {"price_width": 0.5}, {"sort": 1}])
def test_options_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        from_values(SlateOptions, wrong)


def test_rules_are_read_from_nested_tables_as_toml_gives_them() -> None:
    rules = {"never": {"categories": ["TOYS"]}, "not_together": [{"one": {"items": ["a"]}, "other": {"items": ["b"]}}]}
    read = from_values(SlateOptions, {"rules": rules})
    assert read.rules.never.categories == ("TOYS",)
    assert read.rules.not_together[0].other.items == ("b",)


def test_every_option_says_what_it_does() -> None:
    assert all(field.description for field in options(SlateOptions).values())
