"""A table by hashes: open addressing with linear probing, so that a number is found in about one step."""

import numpy as np

from crossaisle.numerics.arrays import Longs, Numbers
from crossaisle.numerics.compiled import LONG, NUMBER, changed, compiled, read


def size_for(n: int) -> int:
    """Places of a table of `n` numbers: a power of two, at most half of which is taken."""
    return 1 << max(1, (2 * n - 1).bit_length())


@compiled(changed(NUMBER), read(LONG), LONG)
def placed(hashes: Longs, size: int) -> Numbers:
    """int32 (size,): numbers 0 … n − 1 by their hashes, −1 where none is.

    A number stands at its hash modulo the size, or as close behind it as there was room, round the end.
    """
    table = np.full(size, -1, np.int32)
    for number in range(len(hashes)):
        place = hashes[number] & (size - 1)
        while table[place] >= 0:
            place = (place + 1) & (size - 1)
        table[place] = number
    return table
