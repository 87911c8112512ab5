"""How slates are made: every knob is off by default, so that a default slate is the model's ranking."""

from typing import Annotated, Literal, TypeVar, cast, dataclass_transform

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

Names = tuple[str, ...]
C = TypeVar("C")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def options(cls: type[C]) -> type[C]:
    """Make a class of annotated options frozen. Lists and tables of a settings file are taken for what they hold."""
    made = dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))(cls)
    return cast("type[C]", made)


@options
class Group:
    """Items that a rule speaks of: all of these ids, categories, aisles and brands together."""

    items: Annotated[Names, Field(description="item ids")] = ()
    categories: Annotated[Names, Field(description="categories as in the catalogue")] = ()
    aisles: Annotated[Names, Field(description="aisles as in the catalogue")] = ()
    brands: Annotated[Names, Field(description="brands as in the catalogue")] = ()


@options
class Apart:
    """Two groups that never stand in one slate together."""

    one: Annotated[Group, Field(description="the first group")]
    other: Annotated[Group, Field(description="the group that may not stand beside it")]


@options
class ShopRules:
    """A shop's own rules. An item of unknown price does not pass a rule on prices."""

    never: Annotated[Group, Field(description="items that are never shown")] = Group()
    at_least_price: Annotated[
        float | None, Field(ge=0, description="the lowest price that is shown, currency per unit")
    ] = None
    at_most_price: Annotated[
        float | None, Field(ge=0, description="the highest price that is shown, currency per unit")
    ] = None
    not_together: Annotated[
        tuple[Apart, ...],
        Field(description="pairs of groups that never share a slate"),
    ] = ()


@options
class SlateOptions:
    """Options of the slate path."""

    min_purchases: Annotated[
        int | None,
        Field(ge=0, description="purchases that make an item established; none: 5, or 0 for data without times"),
    ] = None
    repeats: Annotated[bool, Field(description="items already bought may come again where the focus lets them")] = True
    candidates: Annotated[
        int, Field(ge=1, le=10_000, description="items that each source brings when a slate is reranked")
    ] = 200
    diversity: Annotated[
        float, Field(ge=0, le=1, description="weight of being unlike the items already in the slate (MMR)")
    ] = 0.0
    calibration: Annotated[
        float,
        Field(ge=0, le=1, description="weight of the slate's likeness to the user's shares of purchases"),
    ] = 0.0
    calibrate_by: Annotated[
        Literal["aisle", "category"], Field(description="whose shares; category where the shop has no aisles")
    ] = "aisle"
    max_per_category: Annotated[
        int | None, Field(ge=1, description="most items of one category in a slate; none: no limit")
    ] = None
    price_band: Annotated[
        Literal["off", "penalty", "filter"],
        Field(description="what happens to items far from the prices that the user pays"),
    ] = "off"
    price_width: Annotated[
        float,
        Field(ge=1, le=1000, description="the band reaches from usual price / width to usual price × width"),
    ] = 2.0
    price_penalty: Annotated[
        float, Field(ge=0, le=10, description="share of relevance lost for each e-fold outside the band")
    ] = 0.5
    price_within: Annotated[
        Literal["category", "shop"],
        Field(description="compare prices with the median of their category, or as they are"),
    ] = "category"
    left_out: Annotated[
        int, Field(ge=0, le=100, description="strongest items that each filter removed, told with the slate")
    ] = 0
    rules: Annotated[ShopRules, Field(description="the shop's own rules")] = ShopRules()

    @property
    def is_reranked(self) -> bool:
        """Whether the order may differ from the model's ranking."""
        return self.diversity > 0 or self.calibration > 0 or self.price_band == "penalty"
