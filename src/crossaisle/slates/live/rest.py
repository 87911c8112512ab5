"""How long an item rests after it was bought: the shop's usual time between two purchases of it by one person."""

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.features.price_bands import group_quantiles
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers

FEWEST = 20
"""Times that an item, or a category's items, were bought again before the median of the days between is believed."""


def rest_days(dataset: Dataset, otherwise: float) -> Floats:
    """float32 (n_items,), days: the median of the item, else of its category's items, else `otherwise`."""
    item, gaps = _gaps(dataset)
    category = dataset.catalogue.category
    own = _medians(gaps, item, dataset.n_items)
    of_category = np.append(_medians(gaps, category[item], dataset.n_categories), np.nan)[category]
    rest = np.where(np.isnan(own), of_category, own)
    return np.where(np.isnan(rest), otherwise, rest).astype(np.float32)


def _gaps(dataset: Dataset) -> tuple[Numbers, Floats]:
    """The items that somebody bought again, int32 (n_gaps,), and after how many days, float32 (n_gaps,)."""
    events = dataset.events
    rows = np.flatnonzero(dataset.is_purchase)
    rows = rows[np.lexsort((events.item[rows], events.user[rows]))]
    user, item, time = events.user[rows], events.item[rows], events.time[rows]
    is_again = (user[1:] == user[:-1]) & (item[1:] == item[:-1]) & (time[1:] > time[:-1])
    gaps = ((time[1:] - time[:-1])[is_again] / DAY).astype(np.float32)
    return item[1:][is_again], gaps


def _medians(values: Floats, groups: AnyArray, n_groups: int) -> AnyArray:
    """float64 (n_groups,), NaN where there are fewer than `FEWEST`."""
    counts = np.bincount(groups[groups >= 0], minlength=n_groups)
    medians = group_quantiles(values, groups, n_groups, np.array([0.5]))[:, 0]
    return np.where(counts >= FEWEST, medians, np.nan)
