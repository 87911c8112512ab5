"""What each person was shown and clicked: it fades, counts once, and is one's own."""

import numpy as np
import pytest

from crossaisle.data.moments import DAY
from crossaisle.scenarios.feeds import memory as module
from crossaisle.scenarios.feeds.memory import Memory, Past

NOW = 100 * DAY
CATEGORY = np.array([0, 0, 1, -1], dtype=np.int32)
ITEMS = np.arange(4, dtype=np.int32)


def past(until: int = NOW) -> Past:
    """User 1 was shown items 0 and 2, and clicked category 1."""
    ints, floats = np.int32, np.float32
    starts = np.array([0, 0, 2])
    return Past(
        until,
        2.0 * DAY,
        starts,
        np.array([0, 2], dtype=ints),
        np.array([4, 2], dtype=floats),
        starts,
        np.array([0, 1], dtype=ints),
        np.array([4, 2], dtype=floats),
        np.array([0, 1], dtype=floats),
    )


def told(memory: Memory, users: tuple[int, ...], ids: tuple[str, ...], moment: int) -> list[list[float]]:
    return [one.tolist() for one in memory.of(users, ids, ITEMS, moment)]


def test_what_was_learnt_fades() -> None:
    memory = Memory(past(), CATEGORY, 2)
    assert told(memory, (1,), ("ann",), NOW) == [[4, 0, 2, 0], [4, 2, 0], [0, 1, 0]]
    assert told(memory, (1,), (), NOW + 2 * DAY) == [[2, 0, 1, 0], [2, 1, 0], [0, 0.5, 0]]
    assert told(memory, (0,), ("bob",), NOW) == [[0] * 4, [0] * 3, [0] * 3]
    assert told(memory, (), (), NOW) == [[0] * 4, [0] * 3, [0] * 3]


def test_what_happened_since_counts_once_and_fades() -> None:
    memory = Memory(past(), CATEGORY, 2)
    for _ in range(2):
        for item in (0, 1, 3):
            memory.see("ann", item, False, NOW)
        memory.see("ann", 1, True, NOW + 2 * DAY)
        memory.see("ann", 1, False, NOW + 2 * DAY)
        memory.see("ann", 0, False, NOW - 1)
        memory.see("ann", -1, False, NOW)
    assert told(memory, (), ("ann",), NOW + 2 * DAY) == [[0.5, 1.5, 0, 0.5], [2, 0, 0.5], [1, 0, 0]]
    assert told(memory, (1,), ("ann",), NOW + 2 * DAY)[0] == [2.5, 1.5, 1, 0.5]
    assert told(memory, (), ("bob",), NOW + 2 * DAY) == [[0] * 4, [0] * 3, [0] * 3]


def test_what_is_told_late_has_faded_already() -> None:
    memory = Memory(past(), CATEGORY, 2)
    memory.see("ann", 0, False, NOW + 4 * DAY)
    memory.see("ann", 1, False, NOW + 2 * DAY)
    assert told(memory, (), ("ann",), NOW + 4 * DAY)[1] == [1.5, 0, 0]


def test_somebody_can_be_forgotten() -> None:
    memory = Memory(past(), CATEGORY, 2)
    memory.see("ann", 0, False, NOW)
    memory.see("bob", 0, False, NOW)
    assert memory.known() == ["ann", "bob"]
    memory.forget(["ann"])
    assert memory.known() == ["bob"]
    assert told(memory, (), ("ann",), NOW)[0] == [0] * 4


def test_so_many_items_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    memory = Memory(past(), CATEGORY, 2)
    for moment, item in enumerate((0, 1, 0, 2)):
        memory.see("ann", item, False, NOW + moment)
    assert told(memory, (), ("ann",), NOW + 3)[0] == pytest.approx([2, 0, 1, 0])


def test_it_is_kept_as_arrays() -> None:
    again = Past.restore(past().state())
    assert (again.until, again.half_life) == (NOW, 2 * DAY)
    assert told(Memory(again, CATEGORY, 2), (1,), (), NOW) == [[4, 0, 2, 0], [4, 2, 0], [0, 1, 0]]


def test_without_somebody_the_others_keep_what_they_were_shown() -> None:
    kept, whole = past().without(np.array([0], dtype=np.int32)), Past.restore(past().state())
    memory, before = Memory(kept, CATEGORY, 2), Memory(whole, CATEGORY, 2)
    for mine, theirs in zip(memory.of([0], [], ITEMS, NOW), before.of([1], [], ITEMS, NOW), strict=True):
        assert mine.tolist() == theirs.tolist()
        assert mine.any()
    none = past().without(np.array([1], dtype=np.int32))
    assert (none.n_users, len(none.items), len(none.categories)) == (1, 0, 0)
