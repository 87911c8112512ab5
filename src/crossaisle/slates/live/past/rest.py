"""How long it is until something is wanted again: the shop's usual time between two purchases of it by one person."""

import numpy as np

from crossaisle.data.dataset import Dataset
from crossaisle.data.moments import DAY
from crossaisle.features.price_bands import group_quantiles
from crossaisle.numerics.arrays import AnyArray, Floats, Numbers
from crossaisle.slates.live.past.purchases import purchases_of

FEWEST = 20
"""Times that an item, or a category's items, were bought again before the median of the days between is believed."""


def usual_rest(dataset: Dataset) -> Floats:
    """float32 (n_items,), days: the median of the item, else of its category's items together, else NaN."""
    item, gaps = _gaps(dataset)
    category = dataset.catalogue.category
    own = _medians(gaps, item, dataset.n_items)
    of_category = np.append(_medians(gaps, category[item], dataset.n_categories), np.nan)[category]
    return np.where(np.isnan(own), of_category, own).astype(np.float32)


def usual_absence(dataset: Dataset) -> Floats:
    """float32 (n_categories,), days between two purchases of anything of the category: the median, else NaN."""
    category, gaps = _gaps(dataset, dataset.catalogue.category)
    return _medians(gaps, category, dataset.n_categories).astype(np.float32)


def _gaps(dataset: Dataset, label: Numbers | None = None) -> tuple[Numbers, Floats]:
    """What somebody bought again, int32 (n_gaps,), and after how many days, float32 (n_gaps,): items, or labels."""
    found, gaps = [], []
    for bought in purchases_of(dataset, label):
        gap = bought.time[1:] - bought.time[:-1]
        is_again = ~bought.begins[1:] & (gap > 0)
        found.append(bought.item[1:][is_again])
        gaps.append((gap[is_again] / DAY).astype(np.float32))
    return np.concatenate(found), np.concatenate(gaps)


def _medians(values: Floats, groups: AnyArray, n_groups: int) -> AnyArray:
    """float64 (n_groups,), NaN where there are fewer than `FEWEST`."""
    counts = np.bincount(groups[groups >= 0], minlength=n_groups)
    medians = group_quantiles(values, groups, n_groups, np.array([0.5]))[:, 0]
    return np.where(counts >= FEWEST, medians, np.nan)
