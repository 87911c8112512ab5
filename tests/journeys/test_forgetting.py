"""A person's way out of a workspace: shop, models, reports, logs and quarantine know them, and after erasure nothing
does, even if it was killed on its way.
"""

import hashlib
import json
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from crossaisle import plugins
from crossaisle.data.mapping.user_columns import user_columns
from crossaisle.data.sources.files import Files
from crossaisle.loop.export import export
from crossaisle.loop.forget import RECEIPTS, file_parts, forget
from crossaisle.models.artifacts import read_artifact
from crossaisle.numerics.arrays import Floats
from crossaisle.privacy.erasable import Erasable, Person
from crossaisle.privacy.pseudonyms import Pseudonyms
from crossaisle.privacy.receipt import Receipt, Receipts
from crossaisle.shop import Shop
from crossaisle.stores.quarantine_erasure import QuarantineErasure
from erasure_verifier import found

CUT = "2017-10-01"
LIGHT = {"parts": "ease, category-popularity", "rounds": "10"}
STEPS = ("open", "os.rename", "os.remove", "os.rmdir")
"""What Python tells an audit hook of, before it does it: moments at which a process may be killed."""
SALT = bytes(range(16))


def hidden(name: str) -> str:
    """An id that stands nowhere by chance."""
    return f"user-{hashlib.blake2b(name.encode(), digest_size=6).hexdigest()}"


def device_of(user_id: str) -> str:
    return f"device-{user_id.removeprefix('user-')[::-1]}"


def write_files(folder: Path, frames: Sequence[pd.DataFrame]) -> Files:
    """The small shop's files, with customers, their devices, which have events too, and a bad row of everybody."""
    events = frames[0].assign(user_id=frames[0].user_id.map(hidden))
    users = sorted(events.user_id.unique())
    looks = events.iloc[::9].assign(event_type="view", user_id=lambda rows: rows.user_id.map(device_of))
    bad = events.drop_duplicates("user_id").assign(item_id=None)
    folder.mkdir()
    pd.concat([events, looks, bad]).to_csv(folder / "events.csv", index=False)
    with (folder / "events.csv").open("a") as file:
        file.writelines(f"{user},i001,2017-05-05,purchase,1,2.5,o1,one,too,many\n" for user in users)
    frames[1].to_csv(folder / "catalog.csv", index=False)
    pd.DataFrame({"user_id": users, "plan": "gold"}).to_csv(folder / "customers.csv", index=False)
    devices = pd.DataFrame({"user_id": users, "alias": list(map(device_of, users)), "kind": "cookie"})
    devices.to_csv(folder / "identities.csv", index=False)
    paths = ((str(folder / f"{name}.csv"),) for name in ("events", "catalog", "customers", "identities"))
    given, catalog, customers, identities = paths
    return Files(events=given, catalog=catalog, customers=customers, identities=identities)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, frames: tuple[pd.DataFrame, ...]) -> Files:
    return write_files(tmp_path_factory.mktemp("files") / "shop", frames)


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, files: Files) -> Path:
    """A workspace with everything that a shop does in one."""
    shop = Shop.create(tmp_path_factory.mktemp("workspace"))
    shop.load(files)
    shop.train(model="ease")
    shop.train(model="popularity", until=CUT)
    shop.train(model="fusion", options=LIGHT)
    shop.tune(["popularity"], trials=2, until=CUT)
    shop.evaluate(CUT, None, ["popularity", "ease"])

    def stop(stage: str, done: float) -> None:
        if list(shop.folder.glob("checkpoints/*")):
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        shop.train(model="light-gcn", options={"epochs": "9"}, progress=stop)
    pseudonyms = names_of(shop.folder)
    (shop.folder / "logs").mkdir()
    for process in (1, 2):
        lines = [json.dumps({"user": pseudonyms.of(one), "ms": 3}) for one in shop.lake.users().to_list()]
        (shop.folder / "logs" / f"serve-2026-01-01-{process}.log").write_text("\n".join(lines) + "\n")
    return shop.folder


def names_of(folder: Path) -> Pseudonyms:
    return Pseudonyms.kept(folder / "secrets" / "pseudonyms.key")


@pytest.fixture(scope="module")
def person(lived_in: Path) -> Person:
    """One of those whom the report shows."""
    page = next(lived_in.glob("reports/*/report.html")).read_text(encoding="utf-8")
    user = re.findall(r"<h3>User (user-\w+)</h3>", page)[1]
    return Person.known_by([user, device_of(user)], names_of(lived_in))


def needles(person: Person) -> list[bytes]:
    return [one.encode() for one in sorted(person.ids | person.pseudonyms)]


def parts_of(folder: Path) -> tuple[Erasable, ...]:
    shop = Shop.open(folder)
    columns = user_columns(shop.settings.map)
    return file_parts(folder, shop.lake, shop.quarantine, shop.registry, columns, (shop.encoder.name,))


def erase(folder: Path, person: Person) -> Receipt:
    receipt = forget(person, parts_of(folder), 1, "r1", SALT)
    Receipts(folder / RECEIPTS).add(receipt)
    return receipt


def rows_of(folder: Path, without: Person | None = None) -> dict[str, list[str]]:
    """Rows of each table of the lake, of everybody or of everybody else, in some order."""
    lake = Shop.open(folder).lake
    gone = without.ids if without else frozenset()
    told: dict[str, list[str]] = {}
    for table, kept in lake.snapshot.tables.items():
        rows = [row for file in kept for row in pq.read_table(lake.folder / file.path).to_pylist()]
        told[table] = sorted(str(row) for row in rows if row.get("user_id") not in gone)
    return told


def users_of(folder: Path, version: int) -> set[str]:
    return set(read_artifact(Shop.open(folder).registry.path(version)).index.users.to_list())


def scores_of(folder: Path, version: int, users: Sequence[str]) -> Floats:
    """Of people by their history alone, as the lake has it, by a published model."""
    shop = Shop.open(folder)
    artifact = read_artifact(shop.registry.path(version))
    dataset = shop.dataset(known=artifact)
    fitted = plugins.recommender(artifact.recommender).fitted.restore(artifact.state)
    scores: Floats = fitted.scores(dataset.queries(dataset.index.users.numbers(list(users))))
    return scores


def test_nothing_of_an_erased_person_is_left_and_everybody_else_is_as_before(
    lived_in: Path, person: Person, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(lived_in, tmp_path / "ws"))
    known = {place.split("/")[0] for place, _ in found(folder, needles(person))}
    assert known == {"lake", "logs", "models", "quarantine", "reports"}
    models = {place for place, _ in found(folder / "models", needles(person))}
    assert models == {f"00000{version}/arrays.safetensors" for version in (1, 2, 3)}
    assert "context/neighbours/people" in read_artifact(folder / "models" / "000003").state
    n_in_models = sum(len(person.ids & users_of(folder, version)) for version in (1, 2, 3))
    others = [one for one in Shop.open(folder).lake.users().to_list() if one not in person.ids]
    before = {version: scores_of(folder, version, others) for version in (1, 2)}
    rows, counts = rows_of(folder, without=person), Shop.open(folder).lake.counts()
    log = next(folder.glob("logs/*-1.log")).read_text().splitlines()

    receipt = erase(folder, person)

    assert found(folder, needles(person)) == []
    assert receipt.is_complete
    n_rows = sum(counts.values()) - sum(map(len, rows.values()))
    removed = {part.name: part.removed for part in receipt.parts}
    assert removed["logs"] == 4
    assert removed["reports"] == 1
    assert removed["quarantine"] == 2
    assert removed["lake"] == n_rows > 10
    assert removed["models"] == n_in_models
    assert rows_of(folder) == rows
    for version in (1, 2):
        np.testing.assert_array_equal(scores_of(folder, version, others), before[version])
    assert np.isfinite(scores_of(folder, 3, others)).any(axis=1).all()
    after = next(folder.glob("logs/*-1.log")).read_text().splitlines()
    assert len(after) == len(log)
    assert sum(one != other for one, other in zip(log, after, strict=True)) == 2
    (kept,) = Receipts(folder / RECEIPTS).all()
    assert all(kept.proves(one, SALT.hex()) for one in person.ids)
    assert {part.removed for part in forget(person, parts_of(folder), 2, "r2", SALT).parts} == {0}


def test_what_is_exported_before_is_all_that_the_lake_and_the_quarantine_hold(lived_in: Path, person: Person) -> None:
    shop = Shop.open(lived_in)
    quarantine = QuarantineErasure(shop.quarantine, shop.lake, user_columns())
    told = list(export(person, shop.lake, quarantine))
    counts = {table: sum(one == table for one, _ in told) for table, _ in told}
    erased = {name: shop.lake.counts()[name] - len(rows_of(lived_in, person)[name]) for name in shop.lake.counts()}
    assert counts == {name: n for name, n in erased.items() if n} | {"quarantine": 2}
    json.dumps(told, allow_nan=False)


def _erase_until(folder: Path, ids: Sequence[str], at: int, told: Any) -> None:
    """Erase, and die at the step of this number; without one, tell how many steps there are."""
    person, parts = Person.known_by(ids, names_of(folder)), parts_of(folder)
    n_steps = 0

    def watch(event: str, arguments: Any) -> None:
        nonlocal n_steps
        if event in STEPS and str(arguments[0]).startswith(str(folder)):
            n_steps += 1
            if n_steps == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    forget(person, parts, 1, "r1", SALT)
    told.put(n_steps)


def run_until(folder: Path, person: Person, at: int = 0) -> int:
    """The number of steps of an erasure in a process of its own, 0 if it was killed at one."""
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    process = context.Process(target=_erase_until, args=(folder, sorted(person.ids), at, told))
    process.start()
    n_steps = int(told.get(timeout=120)) if not at else 0
    process.join()
    assert process.exitcode == (-signal.SIGKILL if at else 0)
    return n_steps


def test_an_erasure_that_is_killed_harms_nobody_and_ends_when_it_is_asked_again(
    lived_in: Path, person: Person, tmp_path: Path
) -> None:
    whole = Path(shutil.copytree(lived_in, tmp_path / "whole"))
    n_steps = run_until(whole, person)
    assert found(whole, needles(person)) == []
    rows, mine = rows_of(lived_in, without=person), rows_of(lived_in)
    for at in random.Random(7).sample(range(1, n_steps + 1), 5):
        folder = Path(shutil.copytree(lived_in, tmp_path / f"killed at {at}"))
        run_until(folder, person, at)
        shop = Shop.open(folder)
        assert rows_of(folder) in (mine, rows), at
        assert [read_artifact(shop.registry.path(version)).recommender for version in shop.registry.versions()] == [
            "ease",
            "popularity",
            "fusion",
        ]
        assert erase(folder, person).is_complete, at
        assert found(folder, needles(person)) == [], at
        assert rows_of(folder) == rows, at
        assert shop.lake.fingerprint() == Shop.open(whole).lake.fingerprint()


def test_who_is_loaded_again_after_erasure_is_as_new(
    lived_in: Path, person: Person, files: Files, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(lived_in, tmp_path / "ws"))
    before = Shop.open(folder).lake
    fingerprint, counts = before.fingerprint(), before.counts()
    erase(folder, person)
    shop = Shop.open(folder)
    n_gone = counts["events"] - shop.lake.counts()["events"]
    report = shop.load(files)
    assert (report.table("events").kept, report.table("customers").kept) == (n_gone, 1)
    assert report.table("events").already_there == counts["events"] - n_gone
    assert (shop.lake.counts(), shop.lake.fingerprint()) == (counts, fingerprint)
    assert person.ids <= set(shop.lake.users().to_list())
    user = max(person.ids)
    (batch,) = shop.slates(focus="all").batches([user], k=5)
    slate = batch.slates.slate(0)
    assert (len(slate.picks), slate.fallback) == (5, False)
    assert user not in users_of(folder, 3)
    assert user in users_of(folder, shop.train(model="ease")[0])
    assert erase(folder, person).is_complete
    assert found(folder, needles(person)) == []
