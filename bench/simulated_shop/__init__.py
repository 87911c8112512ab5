"""A simulated shop on which ways to recommend can be compared, run by needs and habits of made-up households."""

from simulated_shop.people import Visit
from simulated_shop.references import Policy, at_random, most_popular, oracle, play
from simulated_shop.shop import START, SimulatedShop

__all__ = ["START", "Policy", "SimulatedShop", "Visit", "at_random", "most_popular", "oracle", "play"]
