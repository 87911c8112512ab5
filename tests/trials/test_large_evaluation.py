"""Full ranking of a large shop under a limit that the system enforces."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "bench" / "evaluation.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """The bench as a module; the limit needs a system that has one."""
    pytest.importorskip("resource", reason="this system cannot limit a process's address space")
    if sys.platform != "linux":
        pytest.skip("only Linux holds a process to its limit of address space")
    spec = importlib.util.spec_from_file_location("evaluation_bench", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.trials
def test_a_hundred_thousand_users_and_items_are_ranked_in_full_within_two_gigabytes(bench: ModuleType) -> None:
    """Every user counts for `all`, every item is eligible; address space is never less than what is resident."""
    found = bench.run(n_users=100_000, n_items=100_000, n_events=3_000_000, limit_gb=2)
    print(found)
    assert found["n_items"] == 100_000
    assert found["all users"] == 100_000
    assert found["peak_mb"] < 2048


@pytest.mark.trials
def test_the_limit_is_enforced(bench: ModuleType) -> None:
    """The interpreter and its libraries alone do not fit in a quarter of a gigabyte."""
    with pytest.raises(RuntimeError, match="exit code"):
        bench.run(n_users=200, n_items=200, n_events=5_000, limit_gb=0.25)
