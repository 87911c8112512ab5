"""One thread that writes: what many requests bring at once becomes durable in one transaction."""

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future

from crossaisle.errors import StorageError, UnavailableError
from crossaisle.stores.database.event_log import Batch, EventLog

MOST_ROWS = 5000
"""Events of one transaction, unless a single batch has more."""

Answer = str | None


class Writer:
    """Appends batches in the order in which they come.

    Args:
        log: where to.
        capacity: events that may wait; what comes beyond is turned away.
        appended: told the number of events after each transaction.
    """

    def __init__(
        self, log: EventLog, capacity: int = 100_000, appended: Callable[[int], None] = lambda n_events: None
    ) -> None:
        self._log, self._capacity, self._appended = log, capacity, appended
        self._waiting: deque[tuple[Batch, Future[Answer]]] = deque()
        self._n_waiting = 0
        self._is_open = True
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="event-writer", daemon=True)
        self._thread.start()

    def append(self, batch: Batch) -> "Future[Answer]":
        """A future of the batch's answer, done when it is durable; see EventLog.append.

        Raises:
            UnavailableError: too many events are waiting, or the writer was closed.
        """
        future: Future[Answer] = Future()
        with self._changed:
            if not self._is_open or self._n_waiting + len(batch.rows) > max(self._capacity, len(batch.rows)):
                raise UnavailableError("too many events are waiting to be written", "events", "Send them again soon.")
            self._waiting.append((batch, future))
            self._n_waiting += len(batch.rows)
            self._changed.notify()
        return future

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

    def _write(self, taken: "list[tuple[Batch, Future[Answer]]]") -> bool:
        """Append and answer; False if several were refused together, of which none is answered yet."""
        try:
            answers = self._log.append([batch for batch, _ in taken])
        except Exception as error:  # a thread that ends in silence would leave every later request waiting
            if isinstance(error, StorageError) and len(taken) > 1:
                return False
            for _, future in taken:
                future.set_exception(error)
            return True
        self._appended(sum(len(batch.rows) for batch, _ in taken))
        for (_, future), answer in zip(taken, answers, strict=True):
            future.set_result(answer)
        return True

    def _take(self) -> "list[tuple[Batch, Future[Answer]]]":
        """Batches for the next transaction, those of one request whole; none when all is written and closed."""
        with self._changed:
            while not self._waiting and self._is_open:
                self._changed.wait()
            taken: list[tuple[Batch, Future[Answer]]] = []
            n_rows = 0
            while self._waiting and (not taken or n_rows + len(self._waiting[0][0].rows) <= MOST_ROWS):
                batch, future = self._waiting.popleft()
                self._n_waiting -= len(batch.rows)
                if future.set_running_or_notify_cancel():  # else whoever sent it has gone unanswered
                    taken.append((batch, future))
                    n_rows += len(batch.rows)
            return taken
