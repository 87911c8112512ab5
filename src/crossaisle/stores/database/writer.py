"""One thread that writes: what many requests bring at once becomes durable in one transaction."""

import threading
from collections import deque
from collections.abc import Callable
from functools import partial

from crossaisle.errors import StorageError, UnavailableError
from crossaisle.stores.database.event_log import Batch, EventLog

MOST_ROWS = 5000
"""Events of one transaction, unless a single batch has more."""

Answer = str | None | Exception
"""Of a batch that is durable, see EventLog.append; or why it is not."""
Answered = Callable[[Answer], None]
Deliver = Callable[[Callable[[], None]], object]
"""Runs a function soon, in the thread that is to hear the answers."""


def at_once(work: Callable[[], None]) -> None:
    """Answers are heard in the writer's own thread."""
    work()


class Writer:
    """Appends batches in the order in which they come.

    Args:
        log: where to.
        capacity: events that may wait; what comes beyond is turned away.
        appended: told the number of events after each transaction.
        deliver: see Deliver; it is asked once for all that a transaction answers.
    """

    def __init__(
        self,
        log: EventLog,
        capacity: int = 100_000,
        appended: Callable[[int], None] = lambda n_events: None,
        deliver: Deliver = at_once,
    ) -> None:
        self._log, self._capacity, self._appended, self._deliver = log, capacity, appended, deliver
        self._waiting: deque[tuple[Batch, Answered]] = deque()
        self.n_waiting = 0
        self._is_open = True
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="event-writer", daemon=True)
        self._thread.start()

    def append(self, batch: Batch, answered: Answered) -> None:
        """Write a batch. answered: told its answer as soon as it is durable, or what went wrong.

        Raises:
            UnavailableError: too many events are waiting, or the writer was closed.
        """
        with self._changed:
            if not self._is_open or self.n_waiting + len(batch.rows) > max(self._capacity, len(batch.rows)):
                raise UnavailableError("too many events are waiting to be written", "events", "Send them again soon.")
            self._waiting.append((batch, answered))
            self.n_waiting += len(batch.rows)
            self._changed.notify()

    def close(self) -> None:
        """Write what waits, then end."""
        with self._changed:
            self._is_open = False
            self._changed.notify()
        self._thread.join()

    def _work(self) -> None:
        while taken := self._take():
            if not self._write(taken) and len(taken) > 1:
                for one in taken:  # what the database refuses must not take what others sent with it
                    self._write([one])

    def _write(self, taken: "list[tuple[Batch, Answered]]") -> bool:
        """Append and answer; False if several were refused together, of which none is answered yet."""
        answers: list[Answer]
        try:
            answers = [*self._log.append([batch for batch, _ in taken])]
        except Exception as error:  # a thread that ends in silence would leave every later request waiting
            if isinstance(error, StorageError) and len(taken) > 1:
                return False
            answers = [error] * len(taken)
        else:
            self._appended(sum(len(batch.rows) for batch, _ in taken))
        self._deliver(partial(_answer, taken, answers))
        return True

    def _take(self) -> "list[tuple[Batch, Answered]]":
        """Batches for the next transaction, those of one request whole; none when all is written and closed."""
        with self._changed:
            while not self._waiting and self._is_open:
                self._changed.wait()
            taken: list[tuple[Batch, Answered]] = []
            n_rows = 0
            while self._waiting and (not taken or n_rows + len(self._waiting[0][0].rows) <= MOST_ROWS):
                taken.append(self._waiting.popleft())
                n_rows += len(taken[-1][0].rows)
            self.n_waiting -= n_rows
            return taken


def _answer(taken: "list[tuple[Batch, Answered]]", answers: list[Answer]) -> None:
    for (_, answered), answer in zip(taken, answers, strict=True):
        answered(answer)
