"""Reasons of slates made at once, in words: the causes of each pick, with names and days that were read once."""

from dataclasses import dataclass, field

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.event_types import CART, CLICK, PURCHASE, SEARCH, VIEW, WISHLIST
from crossaisle.data.moments import DAY, as_datetime
from crossaisle.models.recommender import Cause
from crossaisle.numerics.arrays import Floats, Numbers
from crossaisle.slates.explaining.names import Names, days
from crossaisle.slates.explaining.sentences import BOUGHT, Fact, Place, Sentences
from crossaisle.slates.filtering.eligible import has_times
from crossaisle.slates.live.live_slate import LiveSlate
from crossaisle.slates.live.person import Person
from crossaisle.slates.slate import Reason
from crossaisle.words import Language

ACTS = {PURCHASE: BOUGHT, VIEW: "looked", CLICK: "looked", CART: "cart", WISHLIST: "wished", SEARCH: "found"}


@dataclass
class Days(dict[int, str]):
    """Day since 1970 → the day in words, written when it is first asked for."""

    year: int
    language: Language

    def __missing__(self, day: int) -> str:
        now = int(np.datetime64(f"{self.year}-06-01", "us").astype(np.int64))
        self[day] = days(np.array([day * DAY]), now, self.language)[day]
        return self[day]
