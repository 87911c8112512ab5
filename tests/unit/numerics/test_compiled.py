"""Functions are compiled for their types, and kept beside their module where this program may write there alone."""

import os
from pathlib import Path

import numpy as np
import pytest

from crossaisle.numerics.compiled import LONG, NUMBER, changed, compiled, read

SOURCE = """
import numpy as np

def doubled(numbers, n):
    found = np.empty(n, np.int32)
    for place in range(n):
        found[place] = 2 * numbers[place]
    return found
"""


@pytest.mark.parametrize("may_write", [True, False])
def test_what_is_compiled_is_kept_where_it_may_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_write: bool
) -> None:
    path = tmp_path / "doubling.py"
    path.write_text(SOURCE)
    made: dict[str, object] = {"__name__": "doubling", "__file__": str(path)}
    exec(compile(SOURCE, path, "exec"), made)
    monkeypatch.setattr(os, "access", lambda place, mode: may_write)
    doubled = compiled(changed(NUMBER), read(NUMBER), LONG)(made["doubled"])  # type: ignore[type-var]
    numbers = np.arange(4, dtype=np.int32)
    numbers.flags.writeable = False
    assert doubled(numbers, 3).tolist() == [0, 2, 4]  # type: ignore[operator]
    assert bool(list(tmp_path.rglob("*.nbi"))) == may_write
