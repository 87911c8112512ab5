"""How a shop's own columns become the columns of the tables."""

from crossaisle.data.mapping.map import Map, Taken, Value, read_map
from crossaisle.data.mapping.mapped import mapped

__all__ = ["Map", "Taken", "Value", "mapped", "read_map"]
