"""Taking a person out of a published model: out of its index, and out of whatever it keeps of single users."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from crossaisle.data.dataset import Ids
from crossaisle.errors import ArtifactError
from crossaisle.models.artifacts import Artifact, read_artifact, rewrite_artifact, sweep
from crossaisle.models.recommender import Fitted
from crossaisle.models.shelf import recommender
from crossaisle.numerics.arrays import Numbers
from crossaisle.privacy.erasable import Person

BLOCK = 2**24


def forget_in(folder: Path, person: Person) -> int:
    """Write the model in a folder anew without the person; how many of their ids it held.

    A model that this program cannot read, being of another version or altered, is removed if it holds one of the ids.

    Raises:
        UsageError: it is of a recommender that no installed package registers.
    """
    try:
        artifact = read_artifact(folder)
    except ArtifactError:
        n_found = _found_in_bytes(folder, person)
        if n_found:
            shutil.rmtree(folder)
        return n_found
    sweep(folder)
    users = users_of(artifact, person)
    if len(users):
        fitted = recommender(artifact.recommender).fitted.restore(artifact.state)
        rewrite_artifact(folder, without(artifact, fitted, users))
    return len(users)


def without(artifact: Artifact, fitted: Fitted, users: Numbers) -> Artifact:
    """The artifact of a fitted recommender without users (numbers, ascending); unchanged without any.

    What it learnt from many people together stays. `erased` among its facts counts how many went.
    """
    if not len(users):
        return artifact
    others = np.delete(np.arange(len(artifact.index.users)), users)
    index = replace(artifact.index, users=Ids(artifact.index.users.values.take(pa.array(others))))
    facts = {**artifact.facts, "erased": int(artifact.facts.get("erased", 0)) + len(users)}
    return replace(artifact, facts=facts, index=index, state=fitted.without(users).state())


def traces_in(folder: Path, person: Person) -> int:
    """How many of the person's ids the model in a folder holds."""
    try:
        return len(users_of(read_artifact(folder), person))
    except ArtifactError:
        return _found_in_bytes(folder, person)


def users_of(artifact: Artifact, person: Person) -> Numbers:
    """int32 (n,): the person's numbers, ascending."""
    numbers = artifact.index.users.numbers(sorted(person.ids))
    return np.sort(numbers[numbers >= 0])


def _found_in_bytes(folder: Path, person: Person) -> int:
    """How many of the ids stand anywhere in the folder's files, which are not compressed."""
    sought = [one.encode() for one in sorted(person.ids)]
    found = np.zeros(len(sought), dtype=np.bool_)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found |= _is_in(path, sought)
    return int(found.sum())


def _is_in(path: Path, sought: Sequence[bytes]) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    found = np.zeros(len(sought), dtype=np.bool_)
    overlap, tail = max(map(len, sought)) - 1, b""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            text = tail + block
            found |= [one in text for one in sought]
            tail = text[-overlap:] if overlap else b""
    return found
