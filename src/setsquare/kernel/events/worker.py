"""One round of the worker: what waits is delivered, what is due is run."""

from setsquare.kernel.events.clock import run_due
from setsquare.kernel.events.dispatch import deliver_waiting


def run_once() -> int:
    """Run what is due and deliver what waits; returns how much was done (0: nothing to do, rest a while)."""
    return run_due() + deliver_waiting()


def run_until_idle(rounds: int = 50) -> int:
    """Run every clock job once, then deliver until nothing waits; for tests, imports and the demo."""
    done = run_due(regardless=True)
    for _ in range(rounds):
        step = deliver_waiting()
        done += step
        if not step:
            break
    return done
