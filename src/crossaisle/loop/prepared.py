"""What serving reads beside a model, without somebody who is forgotten."""

import shutil
from pathlib import Path

from crossaisle.errors import ArtifactError
from crossaisle.features.feature import within
from crossaisle.models.artifacts import read_artifact
from crossaisle.models.erasure import forget_in as forget_in_model
from crossaisle.models.erasure import users_of
from crossaisle.numerics.arrays import AnyArray, Numbers
from crossaisle.privacy.erasable import Person
from crossaisle.scenarios.feeds.memory import Past
from crossaisle.slates.live.standing import Standing
from crossaisle.stores.arrays_folder import read_arrays, write_arrays

PREPARED = "live"
"""Folder beside a model's arrays: what serving needs of it, made beforehand."""
STANDING, PAST = "standing", "taught/past"
"""What the names of its arrays begin with that are of single users."""


def forget_in(folder: Path, person: Person) -> int:
    """Take a person out of the version in a folder, first of what serving reads; how many of their ids it held.

    Whoever was killed in between asks again: what serving reads is then of fewer users than the model, and is not read
    until both agree.

    Raises:
        UsageError: it is of a recommender that no installed package registers.
    """
    try:
        artifact = read_artifact(folder)
    except ArtifactError:
        shutil.rmtree(folder / PREPARED, ignore_errors=True)
    else:
        without(folder / PREPARED, users_of(artifact, person), len(artifact.index.users))
    return forget_in_model(folder, person)


def without(folder: Path, users: Numbers, n_users: int) -> None:
    """Take users out of what serving reads of a model that knows `n_users`; what is of another number of them stays."""
    if not len(users):
        return
    try:
        made = read_arrays(folder)
    except ArtifactError:  # it is made anew
        shutil.rmtree(folder)
        return
    changed: dict[str, AnyArray] = {}
    if lists := within(made, STANDING):
        standing = Standing.restore(lists)
        if len(standing.rows) == n_users:
            changed |= {f"{STANDING}/{name}": one for name, one in standing.without(users).state().items()}
    if told := within(made, PAST):
        past = Past.restore(told)
        if past.n_users == n_users:
            changed |= {f"{PAST}/{name}": one for name, one in past.without(users).state().items()}
    if changed:
        write_arrays(folder, {**made, **changed})
