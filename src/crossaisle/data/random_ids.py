"""Random ids in hexadecimal, of the system's own randomness, which is asked for many at once."""

import os
import threading

AT_ONCE = 4096
"""Bytes that are asked for together."""


class RandomIds:
    """Ids of one length, another each time; for any thread of one process."""

    def __init__(self, n_bytes: int) -> None:
        self._n_digits = 2 * n_bytes
        self._turn = threading.Lock()
        self._digits, self._place = "", 0
        os.register_at_fork(after_in_child=self._drop)

    def __call__(self) -> str:
        """The next."""
        with self._turn:
            end = self._place + self._n_digits
            if end > len(self._digits):
                self._digits, end = os.urandom(max(AT_ONCE, self._n_digits)).hex(), self._n_digits
            self._place = end
            return self._digits[end - self._n_digits : end]

    def _drop(self) -> None:
        """A child of this process must not give the ids that its parent gives."""
        self._turn = threading.Lock()
        self._digits, self._place = "", 0
