"""Taking people out of published models: atomically, sealed anew, and with nothing left of what was before."""

import json
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file

from crossaisle.data.dataset import Dataset, Ids, Index
from crossaisle.data.training import Training
from crossaisle.errors import ArtifactError, UsageError
from crossaisle.models.artifacts import Artifact, read_artifact, read_manifest, write_artifact
from crossaisle.models.erasure import forget_in, traces_in
from crossaisle.models.recommenders.popularity import Popularity
from crossaisle.numerics.arrays import AnyArray
from crossaisle.privacy.erasable import Person

NOTHING = Ids.of([])
FACTS = {"until": "2018-01-01", "n_users": 4, "metrics": {"recall@20": 0.25}}


def person(*ids: str) -> Person:
    return Person(frozenset(ids), frozenset())


def published(folder: Path, users: list[str], recommender: str = "popularity") -> Path:
    """A model of four items in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    index = Index(Ids.of(users), Ids.of(["cola", "juice", "soap", "tea"]), NOTHING, NOTHING, NOTHING)
    state: dict[str, AnyArray] = {
        "popularity": np.array([0.4, 0.3, 0.2, 0.1], dtype=np.float32),
        "lift": np.zeros(4, dtype=np.float32),
        "growth": np.zeros(4, dtype=np.float32),
        "buyers": np.array([4, 3, 2, 1], dtype=np.int32),
        "window": np.array(0, dtype=np.int64),
    }
    write_artifact(folder, Artifact(recommender, FACTS, index, state))
    return folder


USERS = ["ann", "bob", "cat", "device-of-ann"]
ANN = person("ann", "device-of-ann", "never-seen")


def test_a_person_goes_from_the_index_and_the_rest_stays_as_it_was(tmp_path: Path) -> None:
    folder = published(tmp_path / "1", USERS)
    before = read_artifact(folder)
    assert traces_in(folder, ANN) == 2
    assert forget_in(folder, ANN) == 2
    assert traces_in(folder, ANN) == 0
    after = read_artifact(folder)
    assert after.index.users.to_list() == ["bob", "cat"]
    assert after.index.items == before.index.items
    assert {name: array.tobytes() for name, array in after.state.items()} == {
        name: array.tobytes() for name, array in before.state.items()
    }
    known = {name: value for name, value in after.facts.items() if name in FACTS}
    assert known == FACTS
    assert after.facts["erased"] == 2
    assert not any(b"ann" in path.read_bytes() for path in folder.iterdir())


def test_the_manifest_is_sealed_anew_and_names_the_new_arrays_which_are_alone_with_it(tmp_path: Path) -> None:
    folder = published(tmp_path / "1", USERS)
    sealed = read_manifest(folder)
    forget_in(folder, ANN)
    assert sorted(path.name for path in folder.iterdir()) == ["arrays-1.safetensors", "manifest.json"]
    assert read_manifest(folder)["arrays_sha256"] != sealed["arrays_sha256"]
    forget_in(folder, person("bob"))
    assert sorted(path.name for path in folder.iterdir()) == ["arrays-2.safetensors", "manifest.json"]
    assert (read_manifest(folder)["edition"], read_manifest(folder)["erased"]) == (2, 3)


def test_a_model_without_the_person_is_not_touched(tmp_path: Path) -> None:
    folder = published(tmp_path / "1", USERS)
    before = {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()}
    assert forget_in(folder, person("ca", "CAT", "bob ")) == 0
    assert {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.iterdir()} == before


@pytest.mark.parametrize("killed", ["before the manifest", "after the manifest"])
def test_what_a_killed_erasure_left_goes_when_it_is_asked_again(tmp_path: Path, killed: str) -> None:
    folder = published(tmp_path / "1", USERS)
    old = (folder / "arrays.safetensors").read_bytes()
    if killed == "before the manifest":
        (folder / "arrays-1.safetensors").write_bytes(old[:-5])
        (folder / ".manifest.json.new").write_text('{"ann"')
    else:
        forget_in(folder, ANN)
        (folder / "arrays.safetensors").write_bytes(old)
    forget_in(folder, ANN)
    assert sorted(path.name for path in folder.iterdir()) == ["arrays-1.safetensors", "manifest.json"]
    assert read_artifact(folder).index.users.to_list() == ["bob", "cat"]


def test_everybody_may_be_forgotten(tmp_path: Path) -> None:
    folder = published(tmp_path / "1", USERS)
    assert forget_in(folder, person(*USERS)) == 4
    assert len(read_artifact(folder).index.users) == 0


@pytest.mark.parametrize(("file", "word"), [("arrays.safetensors", b"juice"), ("manifest.json", b"recall")])
def test_a_model_that_cannot_be_read_is_removed_if_it_holds_the_person(tmp_path: Path, file: str, word: bytes) -> None:
    folder = published(tmp_path / "1", USERS)
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole.replace(word, word.upper()))
    assert forget_in(folder, person("nobody")) == 0
    with pytest.raises(ArtifactError):
        read_artifact(folder)
    assert traces_in(folder, ANN) == 2
    assert forget_in(folder, ANN) == 2
    assert not folder.exists()


def test_a_model_of_another_version_is_removed_if_it_holds_the_person(tmp_path: Path) -> None:
    folder = published(tmp_path / "1", USERS)
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | {"schema_version": 2}))
    assert forget_in(folder, person("cat")) == 1
    assert not folder.exists()


def test_a_model_of_a_package_that_is_not_there_is_named_and_stays(tmp_path: Path) -> None:
    folder = published(tmp_path / "1", USERS, recommender="of-elsewhere")
    with pytest.raises(UsageError, match="of-elsewhere"):
        forget_in(folder, ANN)
    assert read_artifact(folder).index.users.to_list() == USERS


def _read_on(folder: Path, ready: Any, stop: Any, told: Any) -> None:
    sizes = set()
    ready.set()
    while not stop.is_set():
        artifact = read_artifact(folder)
        sizes.add(len(artifact.index.users))
    told.put(sizes)


def test_whoever_reads_meanwhile_finds_a_whole_model(tmp_path: Path) -> None:
    users = [f"u{one:03}" for one in range(60)]
    folder = published(tmp_path / "1", users)
    context = multiprocessing.get_context("spawn")
    ready, stop, told = context.Event(), context.Event(), context.Queue()
    process = context.Process(target=_read_on, args=(folder, ready, stop, told))
    process.start()
    assert ready.wait(60)
    for user in users[:50]:
        forget_in(folder, person(user))
    stop.set()
    sizes = told.get(timeout=60)
    process.join()
    assert process.exitcode == 0
    assert sizes <= set(range(10, 61))
    assert len(load_file(folder / "arrays-50.safetensors")["index/users/offsets"]) == 11


def test_scores_of_the_others_are_those_before(small_shop: Dataset, tmp_path: Path) -> None:
    fitted = Popularity().fit(Training(small_shop))
    write_artifact(tmp_path, Artifact("popularity", {}, small_shop.index, fitted.state()))
    forget_in(tmp_path, person("u004", "u010"))
    queries = small_shop.queries(np.array([7, 8]))
    after = Popularity.fitted.restore(read_artifact(tmp_path).state)
    np.testing.assert_array_equal(after.scores(queries), fitted.scores(queries))
