"""Connections over uvloop, with nothing parsed of an answer but its status and length."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import uvloop

SETTLING = 2.0
"""Seconds of a load at a rate before its answers count."""
Requests = Iterator[tuple[str, bytes]]
"""What to send, one after the other: a name by which answers are counted, and the bytes of the request."""


@dataclass
class Figures:
    """seconds: name → time of each answer. failed: answers that were not 200."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    failed: int = 0
    began: float = 0.0
    ended: float = 0.0

    def rate(self, name: str) -> float:
        """Answers a second."""
        return len(self.seconds.get(name, ())) / max(1e-9, self.ended - self.began)

    def percentile(self, name: str, share: float) -> float:
        """Milliseconds within which this share of the answers came."""
        return float(np.percentile(self.seconds[name], 100 * share) * 1000)


class Connection(asyncio.Protocol):
    """Sends a request and waits for its answer."""

    def __init__(self, told: Callable[["Connection", int], None]) -> None:
        self._told = told
        self._buffer = b""
        self.name, self.sent = "", 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]  # of TCP it is one

    def send(self, name: str, request: bytes, due: float | None = None) -> None:
        """Send; the answer's time counts from `due`, by default now."""
        assert self.transport is not None
        self.name, self.sent = name, due or time.perf_counter()
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 : head.find(b"\r", at) if head.find(b"\r", at) > 0 else None])
        if len(self._buffer) >= end + 4 + length:
            status = int(self._buffer[9:12])
            self._buffer = self._buffer[end + 4 + length :]
            self._told(self, status)

    def connection_lost(self, error: Exception | None) -> None:
        if error is not None:
            self._told(self, 0)


def at_full_speed(host: str, port: int, make: Callable[[int], Requests], connections: int, seconds: float) -> Figures:
    """Each connection sends as soon as it was answered. make: what connection number n sends, without end."""
    return uvloop.run(_flooded(host, port, make, connections, seconds))


def at_rate(
    host: str, port: int, make: Callable[[int], Requests], connections: int, seconds: float, rate: float
) -> Figures:
    """So many requests a second over all connections; a time counts from when it was due, waiting included.

    What is sent in the first SETTLING seconds, when all connections begin with the same, does not count.
    """
    return uvloop.run(_paced(host, port, make, connections, seconds, rate))


async def _flooded(host: str, port: int, make: Callable[[int], Requests], connections: int, seconds: float) -> Figures:
    figures, loop = Figures(), asyncio.get_running_loop()
    sources: dict[Connection, Requests] = {}
    stop = loop.time() + seconds
    done = asyncio.Event()
    n_busy = connections

    def told(one: Connection, status: int) -> None:
        nonlocal n_busy
        figures.seconds.setdefault(one.name, []).append(time.perf_counter() - one.sent)
        figures.failed += status != 200
        if loop.time() < stop and status:
            one.send(*next(sources[one]))
            return
        n_busy -= 1
        if n_busy == 0:
            done.set()

    for number in range(connections):
        _, one = await loop.create_connection(lambda: Connection(told), host, port)
        sources[one] = make(number)
    figures.began = time.perf_counter()
    for one, source in sources.items():
        one.send(*next(source))
    await done.wait()
    figures.ended = time.perf_counter()
    for one in sources:
        if one.transport is not None:
            one.transport.close()
    return figures


async def _paced(
    host: str, port: int, make: Callable[[int], Requests], connections: int, seconds: float, rate: float
) -> Figures:
    figures, loop = Figures(), asyncio.get_running_loop()
    free: list[Connection] = []
    waiting: list[float] = []
    sources: dict[Connection, Requests] = {}

    def told(one: Connection, status: int) -> None:
        if one.sent >= figures.began:
            figures.seconds.setdefault(one.name, []).append(time.perf_counter() - one.sent)
        figures.failed += status != 200
        if waiting:
            one.send(*next(sources[one]), due=waiting.pop(0))
        else:
            free.append(one)

    for number in range(connections):
        _, one = await loop.create_connection(lambda: Connection(told), host, port)
        sources[one] = make(number)
        free.append(one)
    due = time.perf_counter()
    figures.began = due + SETTLING
    while due < figures.began + seconds:
        now = time.perf_counter()
        while due <= now:
            if free:
                one = free.pop()
                one.send(*next(sources[one]), due=due)
            else:
                waiting.append(due)
            due += 1 / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
    while len(free) < connections:
        await asyncio.sleep(0.01)
    figures.ended = time.perf_counter()
    for one in sources:
        if one.transport is not None:
            one.transport.close()
    return figures
