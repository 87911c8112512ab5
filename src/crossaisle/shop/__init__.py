"""The shop: one object that holds a workspace's running parts; the only place that wires them and resolves names."""

from crossaisle.shop.shop import Shop
from crossaisle.shop.workspace import LiveModel

__all__ = ["LiveModel", "Shop"]
