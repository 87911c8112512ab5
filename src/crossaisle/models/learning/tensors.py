"""Between numpy and torch: arrays onto the device at hand and back, weights of a module by name."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from crossaisle.numerics.arrays import AnyArray, Csr

M = TypeVar("M", bound=nn.Module)

WEIGHTS = "weights/"
"""What the names of a module's weights begin with in a state."""
FEW_EVENTS = 100_000
"""With fewer, threads wait for each other longer than they work."""


def device() -> torch.device:
    """CUDA where present."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def tensor(array: AnyArray) -> Tensor:
    """The array on the device, a copy of its own."""
    return torch.tensor(array, device=device())


def array(values: Tensor) -> AnyArray:
    """The tensor's values as an array of their own."""
    return np.array(values.detach().cpu().numpy())


def sparse(matrix: Csr) -> Tensor:
    """The matrix on the device, in compressed sparse rows."""
    starts, columns = (torch.from_numpy(one.astype(np.int64)) for one in (matrix.indptr, matrix.indices))
    return torch.sparse_csr_tensor(starts, columns, torch.from_numpy(matrix.data), size=matrix.shape, device=device())


def weights_of(module: nn.Module) -> dict[str, AnyArray]:
    """The module's weights for a state, each under `weights/NAME`."""
    return {f"{WEIGHTS}{name}": array(values) for name, values in module.state_dict().items()}


def with_weights(module: M, state: Mapping[str, AnyArray]) -> M:
    """The module on the device, ready to score, with the weights that `weights_of` gave."""
    own = {name.removeprefix(WEIGHTS): values for name, values in state.items() if name.startswith(WEIGHTS)}
    module.load_state_dict({name: torch.tensor(values) for name, values in own.items()})
    return module.to(device()).eval()


@contextmanager
def reproducible(n_events: int) -> Iterator[None]:
    """Sums in a fixed order, one thread where there is little to share, and the process's settings left as they were.

    Args:
        n_events: how many are learnt from.
    """
    n_threads = torch.get_num_threads()
    was, warned = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
    settings: Any = torch.utils.deterministic
    filled = settings.fill_uninitialized_memory
    try:
        if n_events < FEW_EVENTS:
            torch.set_num_threads(1)
        # a few kernels of CUDA have no fixed order, which is warned of there
        torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())
        settings.fill_uninitialized_memory = False
        with torch.random.fork_rng():
            yield
    finally:
        torch.use_deterministic_algorithms(was, warn_only=warned)
        settings.fill_uninitialized_memory = filled
        torch.set_num_threads(n_threads)
