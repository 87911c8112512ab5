"""How one person is answered at once: how much the moment counts, and how long what they did keeps things away."""

from typing import Annotated

from pydantic import Field

from crossaisle.slates.options import options

Weight = Annotated[float, Field(ge=0, le=10)]
Share = Annotated[float, Field(ge=0, le=1)]


@options
class LiveOptions:
    """Options of slates made at once.

    The best of somebody's long-term interests is 1. A look, click, search or cart adds session · its weight ·
    2^(−age / half_life_minutes) to what goes best with its item. A purchase or wish after the model's cut counts as
    session · its weight · 2^(−age / half_life_days) items of the long-term history.
    """

    history: Annotated[int, Field(ge=1, le=1000, description="items bought, the most often bought, that speak")] = 80
    neighbours: Annotated[int, Field(ge=1, le=500, description="neighbours of each item that are kept")] = 64
    recent: Annotated[int, Field(ge=1, le=1000, description="recent events that are remembered of one person")] = 64
    session: Annotated[Weight, Field(description="weight of recent events beside the long-term history")] = 1.0
    purchase: Annotated[Weight, Field(description="items of the long-term history that a purchase counts as")] = 2.0
    wishlist: Annotated[Weight, Field(description="items of the long-term history that a wish counts as")] = 1.0
    cart: Annotated[Weight, Field(description="weight of an item put into the cart")] = 0.8
    click: Annotated[Weight, Field(description="weight of a click on a recommendation")] = 0.4
    view: Annotated[Weight, Field(description="weight of a look at an item")] = 0.3
    search: Annotated[Weight, Field(description="weight of a search, shared by the items that it found")] = 0.3
    dismiss: Annotated[Weight, Field(description="weight that a turned down item takes from its neighbours")] = 0.5
    half_life_minutes: Annotated[
        float, Field(gt=0, le=525_600, description="minutes after which a look, click, search or cart counts half")
    ] = 30.0
    half_life_days: Annotated[
        float, Field(gt=0, le=3650, description="days after which a purchase, wish or dismissal counts half")
    ] = 7.0
    rest: Annotated[
        float, Field(ge=0, le=10, description="share of the usual time between two purchases that a bought item rests")
    ] = 0.25
    rest_days: Annotated[float, Field(ge=0, le=3650, description="days that it rests where no usual time is known")] = (
        14.0
    )
    satiation: Annotated[
        Share,
        Field(
            description="share of interest that a category just bought from loses, less and less until its usual time"
        ),
    ] = 0.25
    cart_days: Annotated[float, Field(ge=0, le=3650, description="days that an item in the cart is not shown")] = 7.0
    dismiss_days: Annotated[float, Field(ge=0, le=3650, description="days that a turned down item is not shown")] = 90.0
    less: Annotated[
        Share, Field(description="share of interest that a category loses when less of it is asked for")
    ] = 0.8
    less_days: Annotated[float, Field(ge=0, le=3650, description="days that less of a category is shown")] = 60.0
    lift: Annotated[
        float, Field(ge=0, le=5, description="power of an item's lift, what people answered to it, that scores take")
    ] = 1.0
    candidates: Annotated[
        int, Field(ge=1, le=10_000, description="strongest items that limits, diversity and calibration choose from")
    ] = 100
    standing_users: Annotated[
        int, Field(ge=0, le=100_000_000, description="most recently active users whose lists are made beforehand")
    ] = 100_000
    standing_items: Annotated[int, Field(ge=1, le=1000, description="items of each list made beforehand")] = 100
