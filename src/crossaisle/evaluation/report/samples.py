"""A few users' slates, drawn by the seed: what they used to buy, what they are shown, and what they went on to buy."""

from dataclasses import dataclass

import numpy as np

from crossaisle.data.split import Split
from crossaisle.evaluation.measures import hits_in
from crossaisle.evaluation.tasks import Task
from crossaisle.numerics.arrays import Numbers

N_USERS, N_PLACES, N_HABITS = 4, 8, 5


@dataclass(frozen=True)
class Place:
    """One item of a slate: its title, category, and whether the user bought it in the window."""

    title: str
    category: str
    is_hit: bool


@dataclass(frozen=True)
class Sample:
    """One user: the categories bought from most before the cut, and the first places of the slate."""

    user: str
    habits: list[str]
    places: list[Place]


def sampled_slates(split: Split, task: Task, slates: Numbers, seed: int) -> list[Sample]:
    """Slates of users drawn at random, not chosen.

    Args:
        slates: int32 (n, k), of the task's users, −1 for an empty place.
    """
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.choice(len(task.users), min(N_USERS, len(task.users)), replace=False))
    hits = hits_in(slates, task)
    train = split.train
    titles = train.catalogue.titles()
    found = []
    for row in rows:
        shown = [
            Place(titles[int(item)].as_py() or train.index.items.one(int(item)), _category(split, int(item)), bool(hit))
            for item, hit in zip(slates[row][:N_PLACES], hits[row], strict=False)
            if item >= 0
        ]
        user = int(task.users[row])
        found.append(Sample(train.index.users.one(user), _habits(split, user), shown))
    return found


def _category(split: Split, item: int) -> str:
    number = int(split.train.catalogue.category[item])
    return split.train.index.categories.one(number) if number >= 0 else ""


def _habits(split: Split, user: int) -> list[str]:
    train = split.train
    queries = train.queries(np.array([user]))
    _, categories, _ = queries.known_categories(train.catalogue.category, train.n_categories)
    counts = np.bincount(categories, minlength=1)
    most = np.argsort(-counts, kind="stable")[:N_HABITS]
    return [train.index.categories.one(int(one)) for one in most if counts[one]]
