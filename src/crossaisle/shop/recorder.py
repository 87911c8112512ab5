"""Keeps the slates that were shown and who saw which arm, in passing: a thread that writes them in portions."""

import threading
import time
from collections import deque
from collections.abc import Callable

from crossaisle.errors import CrossaisleError
from crossaisle.privacy.notice import Notice
from crossaisle.shop.arms import Exposed
from crossaisle.stores.database.experiments import Experiments
from crossaisle.stores.database.slate_log import Shown, SlateLog

CAPACITY = 50_000
"""Slates that may wait; what comes beyond is not kept."""
PORTION, BETWEEN = 200, 0.005
"""Slates of one transaction, for which events wait, and seconds in which those that wait have their turn."""


class Recorder:
    """Takes slates and keeps them soon after.

    Args:
        log, experiments: where. pause: seconds between two portions.
        lost: told how many slates were not kept. failed: told why a portion was not.
    """

    def __init__(
        self,
        log: SlateLog,
        experiments: Experiments,
        lost: Callable[[int], None],
        failed: Callable[[Exception], None],
        pause: float = 0.5,
    ) -> None:
        self._log, self._experiments = log, experiments
        self._lost, self._failed, self._pause = lost, failed, pause
        self._exposed: list[Exposed] = []
        self._waiting: deque[Shown] = deque()
        self._turn = threading.Lock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="slate-recorder", daemon=True)
        self._thread.start()

    def keep(self, shown: Shown) -> None:
        """Keep a slate, unless too many wait."""
        if len(self._waiting) >= CAPACITY:
            self._lost(1)
        else:
            self._waiting.append(shown)

    def expose(self, exposed: Exposed) -> None:
        """Keep that somebody saw an arm of an experiment."""
        with self._turn:
            self._exposed.append(exposed)

    def forget(self, notice: Notice) -> None:
        """Do not keep somebody's slates that wait."""
        with self._turn:
            kept = [one for one in self._waiting if not notice.is_about([one.user_id])]
            self._waiting.clear()
            self._waiting.extend(kept)
            self._exposed = [one for one in self._exposed if not notice.is_about([one[1]])]

    def close(self) -> None:
        """Keep what waits, then end."""
        self._stopped.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stopped.wait(self._pause):
            self._write()
        self._write()

    def _write(self) -> None:
        exposed = self._taken()
        try:
            self._experiments.expose(exposed)
        except CrossaisleError as error:
            with self._turn:
                self._exposed = exposed + self._exposed
            self._failed(error)
            return
        while portion := self._portion():
            try:
                self._log.write(portion)
            except CrossaisleError as error:
                with self._turn:
                    self._waiting.extendleft(reversed(portion))
                self._failed(error)
                return
            time.sleep(BETWEEN)

    def _portion(self) -> list[Shown]:
        with self._turn:
            return [self._waiting.popleft() for _ in range(min(PORTION, len(self._waiting)))]

    def _taken(self) -> list[Exposed]:
        with self._turn:
            exposed, self._exposed = self._exposed, []
        return exposed
