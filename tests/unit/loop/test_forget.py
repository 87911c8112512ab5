"""Forgetting as a step of the loop: every part is asked in its order, a receipt comes at the end alone, and a training
that began before does not bring anybody back.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pytest

from crossaisle.data.sources.frames import Frames
from crossaisle.data.training import silent
from crossaisle.errors import BusyError
from crossaisle.loop.forget import forget
from crossaisle.loop.train import TrainOptions, publish, train
from crossaisle.models.artifacts import read_artifact
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.privacy.erasable import Person
from crossaisle.privacy.pseudonyms import Pseudonyms
from crossaisle.shop import Shop

ANN = Person.known_by(["ann", "device-1"], Pseudonyms(bytes(32)))
SALT = bytes(range(16))


@dataclass
class Names:
    """A store of names, which may be busy, and which may not find everything at the first time."""

    name: str
    held: list[str]
    order: list[str] = field(default_factory=list)
    is_busy: bool = False
    n_at_once: int = 99

    def forget(self, person: Person) -> int:
        if self.is_busy:
            raise BusyError("busy", self.name)
        self.order.append(self.name)
        gone = [one for one in self.held if one in person.ids][: self.n_at_once]
        for one in gone:
            self.held.remove(one)
        return len(gone)

    def traces(self, person: Person) -> int:
        self.order.append(f"{self.name}?")
        return sum(one in person.ids for one in self.held)


def test_all_parts_forget_in_their_order_before_any_is_asked_what_is_left() -> None:
    order: list[str] = []
    parts = (Names("models", ["ann", "bob"], order), Names("lake", ["ann", "device-1", "ann"], order, n_at_once=2))
    receipt = forget(ANN, parts, 5, "r1", SALT)
    assert order == ["models", "lake", "models?", "lake?"]
    assert [(part.name, part.removed, part.left) for part in receipt.parts] == [("models", 1, 0), ("lake", 2, 1)]
    assert (receipt.id, receipt.when, receipt.is_complete) == ("r1", 5, False)
    assert forget(ANN, parts, 6, "r2", SALT).is_complete
    assert receipt.proves("device-1", SALT.hex())


def test_there_is_no_receipt_while_a_part_is_busy_and_the_rest_is_done_when_it_is_not() -> None:
    parts = (Names("models", ["ann"]), Names("lake", ["ann"], is_busy=True))
    with pytest.raises(BusyError):
        forget(ANN, parts, 5, "r1", SALT)
    assert parts[0].held == []
    parts[1].is_busy = False
    receipt = forget(ANN, parts, 6, "r2", SALT)
    assert [part.removed for part in receipt.parts] == [0, 1]
    assert receipt.is_complete


def test_who_is_forgotten_while_a_model_is_trained_is_not_published_with_it(
    frames: tuple[pd.DataFrame, ...], tmp_path: Path
) -> None:
    shop = Shop.create(tmp_path)
    shop.load(Frames(events=frames[0], catalog=frames[1]))
    dataset = shop.dataset()
    trained = train(dataset, {"popularity": Popularity()}, TrainOptions(), silent)
    shop.lake.forget(Person(frozenset({"u004", "u010"}), frozenset()))
    version = publish(shop.registry, trained, dataset, {}, shop.lake)
    artifact = read_artifact(shop.registry.path(version))
    everybody = dataset.index.users.to_list()
    assert artifact.index.users.to_list() == [one for one in everybody if one not in ("u004", "u010")]
    assert artifact.facts["erased"] == 2
