"""A small simulated shop that tests share, and one household before four items, for counting by hand.

This folder is no package: it would hide the one that it tests, which has its name.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from simulated_shop import SimulatedShop
from simulated_shop.goods import BRANDS, NEVER, Goods
from simulated_shop.homes import ADOPTED, UNKNOWN, Home
from simulated_shop.needs import CATEGORIES, CATEGORY_NUMBER, PACK, PRICE
from simulated_shop.people import People, make_people


@pytest.fixture(scope="session")
def built() -> SimulatedShop:
    """A shop of 150 households after five weeks, its shift three weeks later."""
    return SimulatedShop(5, n_households=150, weeks_of_history=5, shift_week=3)


@pytest.fixture
def shop(built: SimulatedShop) -> Iterator[SimulatedShop]:
    """The same, at its start."""
    built.reset_to_start()
    yield built
    built.reset_to_start()


@pytest.fixture
def goods() -> Goods:
    """Items 0 and 1 are milk, the second at three times the usual price; 2 is dog food, 3 tea from week 5 to 7."""
    category = np.array([CATEGORY_NUMBER[name] for name in ("Milk", "Milk", "Dog food", "Tea")])
    halves = np.full(4, 0.5)
    return Goods(
        category=category,
        brand=np.array([1, 2, 3, 4]),
        price=PRICE[category] * np.array([1, 3, 1, 1]),
        uses=PACK[category],
        shelf_life=np.array([10.0, 10.0, 300.0, 600.0]),
        quality=halves,
        eye=halves,
        room=np.ones(4),
        launched=np.array([-100, -100, -100, 5]),
        delisted=np.array([NEVER, NEVER, NEVER, 8]),
        titles=("milk", "dear milk", "dog food", "tea"),
    )


@pytest.fixture
def people() -> People:
    """One household that comes once a week and loves no brand."""
    return replace(
        make_people(np.random.default_rng(0), 1),
        pace=np.array([1.0]),
        tolerance=np.array([2.0]),
        standard=np.array([0.3]),
        habit=np.array([1.0]),
        curiosity=np.array([0.5]),
        forgetful=np.array([0.0]),
        loyalty=np.array([1.0]),
        loves=np.zeros((1, len(BRANDS)), dtype=np.bool_),
    )


@pytest.fixture
def home(people: People) -> Home:
    """Its state: two portions of milk a day, enough of it for a week, and neither use nor knowledge of all else."""
    found = Home.first(1, 0, people, week=0)
    found.rate = np.zeros(len(CATEGORIES))
    found.rate[CATEGORY_NUMBER["Milk"]] = 2
    found.stock = found.rate * 7
    found.standing = np.full(len(CATEGORIES), UNKNOWN)
    found.standing[CATEGORY_NUMBER["Milk"]] = ADOPTED
    return found
