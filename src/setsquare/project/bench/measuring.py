"""Measuring addresses of a running server: each client keeps one connection and asks again and again."""

import contextlib
import http.client
import json
import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One request: method, path, headers and body (JSON where it is a mapping)."""

    path: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None


@dataclass(frozen=True)
class Figures:
    """What was measured: times in milliseconds, requests a second over all clients, bytes of an answer."""

    p50: float
    p95: float
    worst: float
    rate: float
    size: int
    count: int


class UnexpectedAnswer(RuntimeError):
    """The server answered something else than what is measured."""


class Client:
    """One connection that is kept."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("localhost", port, timeout=60)

    def ask(self, call: Call) -> tuple[float, int]:
        """Return how long the answer took in milliseconds, and its bytes; raises UnexpectedAnswer."""
        took, data = self._ask(call)
        return took, len(data)

    def answer(self, call: Call) -> Any:
        """Return the answer, which is JSON; raises UnexpectedAnswer."""
        return json.loads(self._ask(call)[1])

    def _ask(self, call: Call) -> tuple[float, bytes]:
        body = json.dumps(call.body) if call.body is not None else None
        headers = {**call.headers, **({"Content-Type": "application/json"} if body else {})}
        started = time.perf_counter()
        self.connection.request(call.method, call.path, body, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status not in (200, 201):
            raise UnexpectedAnswer(f"{call.method} {call.path}: {answer.status} {data[:600]!r}")
        return took, data


def queries(port: int, call: Call) -> int:
    """Return how many queries the server needed for an answer."""
    client = http.client.HTTPConnection("localhost", port, timeout=60)
    client.request(call.method, call.path, headers={**call.headers, "X-Count-Queries": "1"})
    answer = client.getresponse()
    answer.read()
    return int(answer.headers["X-Queries"])


def measure(
    port: int, calls: Callable[[int], Call], floor: Call, *, count: int, warm_up: int = 3
) -> tuple[Figures, Figures]:
    """Ask `count` times, each time the floor first; return the figures of what was asked, and of the floor.

    `calls` gives the n-th request. Both go over one connection by turns, so that what else the machine does
    meets the two alike.
    """
    client = Client(port)
    for _ in range(warm_up):
        client.ask(floor)
        if calls(0).method == "GET":
            client.ask(calls(0))
    pairs = [(client.ask(floor), client.ask(calls(n))) for n in range(count)]
    below, above = zip(*pairs, strict=True)
    return figures(above, _seconds(above)), figures(below, _seconds(below))


def _seconds(pairs: Sequence[tuple[float, int]]) -> float:
    return sum(took for took, _ in pairs) / 1000


def measure_many(
    port: int, calls: Callable[[int], Call], *, count: int, clients: int, warm_up: int = 3
) -> Figures:
    """Ask `count` times with `clients` at once; `calls` gives the n-th request."""
    shares = [range(start, count, clients) for start in range(clients)]
    results: list[list[tuple[float, int]]] = [[] for _ in shares]
    failures: list[Exception] = []
    ready = threading.Barrier(clients + 1)

    def work(place: int) -> None:
        client = Client(port)
        try:
            for _ in range(warm_up):
                if calls(0).method == "GET":
                    client.ask(calls(0))
            ready.wait()
            for n in shares[place]:
                results[place].append(client.ask(calls(n)))
        except Exception as error:  # told after all threads have ended
            failures.append(error)
            ready.abort()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    with contextlib.suppress(threading.BrokenBarrierError):
        ready.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    if failures:
        raise failures[0]
    return figures([pair for share in results for pair in share], took)


def figures(pairs: Sequence[tuple[float, int]], seconds: float) -> Figures:
    """Return the figures of times and sizes that were measured in `seconds`."""
    times = sorted(pair[0] for pair in pairs)
    return Figures(
        p50=statistics.median(times),
        p95=times[min(len(times) - 1, int(len(times) * 0.95))],
        worst=times[-1],
        rate=len(times) / seconds,
        size=pairs[-1][1],
        count=len(times),
    )
