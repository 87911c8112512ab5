"""What is searched is read off the options: within their declared ranges, near their defaults, by factors if wide."""

from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from crossaisle import plugins
from crossaisle.models.part import from_values, options, part
from crossaisle.models.search import Choices, Range, search_space

NAMES = plugins.recommender_names()


@part
class Everything:
    """A part with an option of every kind."""

    rate: Annotated[float, Field(gt=0, le=1, description="")] = 0.001
    penalty: Annotated[float, Field(ge=1e-6, le=1e6, description="")] = 10.0
    share: Annotated[float, Field(ge=0, le=1, description="")] = 0.25
    shift: Annotated[float, Field(ge=-2, le=2, description="")] = 0.0
    layers: Annotated[int, Field(ge=1, le=8, description="")] = 3
    size: Annotated[int, Field(gt=0, lt=1025, description="")] = 64
    rounds: Annotated[int, Field(ge=0, description="")] = 20
    endless: Annotated[float, Field(ge=0, description="")] = 0.0
    window: Annotated[int | None, Field(ge=1, le=100, description="")] = None
    length: Annotated[int | Literal["auto"], Field(ge=10, le=1000, description="")] = "auto"
    kind: Annotated[Literal["a", "b"], Field(description="")] = "a"
    only: Annotated[Literal["a"], Field(description="")] = "a"
    deep: Annotated[bool, Field(description="")] = False
    name: Annotated[str, Field(description="")] = ""
    told: Annotated[int, Field(ge=1, le=50_000, description="", json_schema_extra={"search": [10, 2000]})] = 600
    left: Annotated[int, Field(ge=1, le=50, description="", json_schema_extra={"search": False})] = 6


def test_each_kind_of_option_has_its_choices() -> None:
    """Numbers of wide ranges: a hundredth to a hundredfold of the default, whole ones a quarter to fourfold."""
    assert search_space(Everything) == {
        "rate": Choices((), Range(1e-5, 0.1, True, False)),
        "penalty": Choices((), Range(0.1, 1000.0, True, False)),
        "share": Choices((), Range(0.0, 1.0, False, False)),
        "shift": Choices((), Range(-2.0, 2.0, False, False)),
        "layers": Choices((), Range(1, 8, False, True)),
        "size": Choices((), Range(16, 256, True, True)),
        "rounds": Choices((), Range(5, 80, True, True)),
        "window": Choices((None,), Range(1, 100, False, True)),
        "length": Choices(("auto",), Range(10, 1000, False, True)),
        "kind": Choices(("a", "b"), None),
        "deep": Choices((False, True), None),
        "told": Choices((), Range(10, 2000, True, True)),
    }


def test_a_space_is_widened_for_what_is_set_already() -> None:
    space = search_space(Everything)
    assert space["penalty"].including(1e5).range == Range(0.1, 1e5, True, False)
    assert space["penalty"].including(50.0) == space["penalty"]
    assert space["window"].including(None) == space["window"]
    assert space["kind"].including("c") == Choices(("a", "b", "c"))
    assert Range(1.0, 10.0, True, False).including(0.0) == Range(0.0, 10.0, False, False)


def test_numbers_that_are_tried_have_few_figures_and_stay_within_the_range() -> None:
    assert Range(0.1, 1000.0, True, False).rounded(312.34567) == 312.3
    assert Range(0.12344, 1.0, True, False).rounded(0.12344) == 0.12344
    assert Range(1, 9, False, True).rounded(8.6) == 9


@pytest.mark.parametrize("name", NAMES)
@given(data=st.data())
def test_whatever_is_tried_of_a_recommender_its_options_allow(name: str, data: st.DataObject) -> None:
    kind = plugins.recommender(name)
    values = {option: data.draw(tried(choices), label=option) for option, choices in search_space(kind).items()}
    made = from_values(kind, values)
    assert {option: getattr(made, option) for option in values} == values


@pytest.mark.parametrize("name", NAMES)
def test_the_defaults_of_a_recommender_lie_in_what_is_searched(name: str) -> None:
    kind = plugins.recommender(name)
    space = search_space(kind)
    assert space
    for option, choices in space.items():
        default = options(kind)[option].get_default(call_default_factory=True)
        assert choices.including(default) == choices, option


def tried(choices: Choices) -> st.SearchStrategy[Any]:
    """Any constant, and any number of the range, its ends among them."""
    strategies: list[st.SearchStrategy[Any]] = []
    if choices.constants:
        strategies.append(st.sampled_from(choices.constants))
    numbers = choices.range
    if numbers is not None:
        ends = st.sampled_from((numbers.low, numbers.high))
        strategies += [one.map(numbers.rounded) for one in (ends, st.floats(numbers.low, numbers.high))]
    return st.one_of(strategies)
