"""Groups of users, by which figures are shown so that nobody is served worse unseen."""

import re

import numpy as np
import pandas as pd

from crossaisle.data.split import Split
from crossaisle.numerics.arrays import AnyArray

ACTIVITY = ("low", "middle", "high")
MOST_LABELS = 12
UNKNOWN = "unknown"


def user_groups(split: Split) -> dict[str, pd.Categorical]:
    """Grouping → label of each of the dataset's users (n_users,): thirds by activity, and what customers' columns say.

    A column groups if it has 2 to 12 different values. A published split has no groups.
    """
    if split.is_published:
        return {}
    train = split.train
    groups = {"activity": _thirds(np.bincount(train.events.user[train.is_purchase], minlength=train.n_users))}
    for name in train.customers.column_names:
        values = train.customers[name].to_pandas()
        if name != "user_id" and 2 <= values.nunique() <= MOST_LABELS:
            labels = values.astype("string").fillna(UNKNOWN)
            groups[name] = pd.Categorical(labels, sorted(labels.unique(), key=_place))
    return groups


def _thirds(counts: AnyArray) -> pd.Categorical:
    """Thirds of those with any purchase; who has none is of the lowest."""
    edges = np.quantile(counts[counts > 0], [1 / 3, 2 / 3])
    return pd.Categorical(np.array(ACTIVITY)[np.searchsorted(edges, counts, side="left")], list(ACTIVITY))


def _place(label: str) -> tuple[bool, float, str]:
    """Order of labels: by the number in them, "Under 15K" before "15-24K", the unknown last."""
    number = re.search(r"\d+(\.\d+)?", label)
    start = float(number[0]) - (number.start() > 0) / 2 if number else -1.0
    return label == UNKNOWN, start, label
