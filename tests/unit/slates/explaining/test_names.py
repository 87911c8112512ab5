import numpy as np
import pytest

from crossaisle.data.moments import DAY, moment
from crossaisle.slates.explaining.names import LONGEST, Names, days, readable, shortened

from ..shop import shop


@pytest.mark.parametrize(
    ("name", "read"),
    [
        ("FLUID MILK  2L", "Fluid milk 2L"),
        ("iPhone case", "IPhone case"),
        ("水果", "水果"),
        ("", ""),
    ],
)
def test_names_are_not_shouted(name: str, read: str) -> None:
    assert readable(name) == read


def test_an_item_without_a_title_is_called_by_its_id() -> None:
    names = Names.of(shop())
    assert names.items == ["Cola 2L", "Juice", "Apples", "Pears", "Soap", "Shampoo", "Ball", "h"]


def test_days_tell_their_year_only_when_it_is_another() -> None:
    moments = np.array([moment("2017-10-12"), moment("2016-02-29") + 5])
    now = moment("2017-11-01")
    told = days(moments, now, "en")
    assert told == {moments[0] // DAY: "12 Oct", moments[1] // DAY: "29 Feb 2016"}
    assert list(days(moments, now, "zh").values()) == ["2016年2月29日", "10月12日"]


def test_a_search_is_told_as_typed_on_one_line_and_not_at_length() -> None:
    assert shortened("  GREEN \n tea ") == "GREEN tea"
    long = shortened("tea " * 40)
    assert len(long) <= LONGEST
    assert long.endswith("tea…")
