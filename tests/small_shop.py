"""A made-up shop that many tests share."""

import numpy as np
import pandas as pd


def small_frames(n_users: int = 60, n_items: int = 40, n_events: int = 1500, seed: int = 7) -> tuple[pd.DataFrame, ...]:
    """Purchases of a made-up shop over 2017: users lean towards two of eight categories, early items sell more."""
    rng = np.random.default_rng(seed)
    users = rng.integers(0, n_users, n_events)
    leaning = (users[:, None] * 3 + np.arange(2)) % 8
    category = np.where(rng.random(n_events) < 0.7, leaning[np.arange(n_events), rng.integers(0, 2, n_events)], 99)
    category = np.where(category == 99, rng.integers(0, 8, n_events), category)
    items = (category + 8 * np.minimum(rng.geometric(0.4, n_events) - 1, n_items // 8 - 1)) % n_items
    events = pd.DataFrame(
        {
            "user_id": [f"u{one:03}" for one in users],
            "item_id": [f"i{one:03}" for one in items],
            "timestamp": pd.Timestamp("2017-01-01")
            + pd.to_timedelta(rng.integers(0, 365 * 86_400, n_events), unit="s"),
            "event_type": "purchase",
            "quantity": rng.integers(1, 4, n_events),
            "price": rng.integers(1, 20, n_events) / 2,
            "order_id": [f"o{one}" for one in range(n_events)],
        }
    )
    catalog = pd.DataFrame(
        {
            "item_id": [f"i{one:03}" for one in range(n_items)],
            "title": [f"Thing {one}" for one in range(n_items)],
            "category": [f"category {one % 8}" for one in range(n_items)],
            "aisle": [f"aisle {one % 4}" for one in range(n_items)],
            "brand": [f"brand {one % 3}" for one in range(n_items)],
        }
    )
    return events, catalog
