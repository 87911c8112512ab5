"""The dataset: a shop's events and catalogue as arrays, and the index that turns its ids into their numbers."""

from crossaisle.data.dataset.dataset import Dataset
from crossaisle.data.dataset.events import Events
from crossaisle.data.dataset.index import Ids, Index

__all__ = ["Dataset", "Events", "Ids", "Index"]
