"""Forgetting waits its turn: several erasures at once all come to their end."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from crossaisle.errors import BusyError
from crossaisle.shop import care as module
from crossaisle.shop.care import Care

from .running import running


def test_erasures_at_once_wait_for_each_other_and_for_whoever_changes_the_lake(
    frames: tuple[pd.DataFrame, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SETTLED", 0.0)
    with running(tmp_path / "ws", frames) as shop:
        care, users = Care(shop.shop, shop.stores), ("u001", "u002", "u003")
        with ThreadPoolExecutor(3) as pool, shop.shop.lake.held():
            asked = [pool.submit(care.forget, user) for user in users]
            threading.Event().wait(1.5)
            assert not any(one.done() for one in asked)
        receipts = [one.result(60) for one in asked]
        assert all(part["left"] == 0 for receipt in receipts for part in receipt["parts"])
        assert not set(users) & set(shop.shop.again().lake.users().to_list())


def test_an_erasure_does_not_wait_for_ever(
    frames: tuple[pd.DataFrame, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SETTLED", "PATIENCE", "BETWEEN"):
        monkeypatch.setattr(module, name, 0.0)
    with running(tmp_path / "ws", frames) as shop, shop.shop.lake.held(), pytest.raises(BusyError):
        Care(shop.shop, shop.stores).forget("u001")
