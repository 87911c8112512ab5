"""A figure: a metric of a recommender on a task, with its interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Figure:
    """One figure: value with its 95 % interval over n_users; the interval is NaN for figures of all slates at once."""

    task: str
    model: str
    metric: str
    value: float
    low: float
    high: float
    n_users: int
    group: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; NaN becomes null."""
        return {
            key: None if isinstance(value, float) and np.isnan(value) else value for key, value in vars(self).items()
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Figure":
        """What `to_dict` gave."""
        values: dict[str, Any] = {key: np.nan if value is None else value for key, value in plain.items()}
        return cls(**values)
