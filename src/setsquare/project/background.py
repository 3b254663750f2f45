"""The loops of the background worker, one a process."""

import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import structlog
from django.db import DatabaseError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from setsquare.kernel.events.worker import run_once
from setsquare.project import vitals

log = structlog.get_logger("setsquare.worker")

REST = 1.0
"""Seconds between two looks when there is nothing to do."""
LONGEST_REST = 30.0


def run_events() -> int:
    """Deliver events and run the clock until a signal; returns the exit code."""
    life = vitals.SignOfLife("events")

    def step() -> int:
        done = run_once()
        life.beat()
        return done

    return _loop("events", step, life)


def run_jobs() -> int:
    """Run the jobs that were put into the queue until a signal; returns the exit code."""
    life = vitals.SignOfLife("jobs")
    worker = Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=life.id,
        excluded_queue_names=[],
    )

    def step() -> int:
        life.beat()
        given_back = vitals.give_back_abandoned_jobs()
        # Looking first spares an idle SQLite the write lock that the worker takes to claim a job.
        if not DBTaskResult.objects.ready().exists():
            return given_back
        finished = threading.Event()
        beating = threading.Thread(target=life.beat_until, args=(finished,), name="beat", daemon=True)
        beating.start()
        try:
            worker.run()
        finally:
            finished.set()
            beating.join()
        return 1

    return _loop("jobs", step, life)


def _loop(name: str, step: Callable[[], int], life: vitals.SignOfLife) -> int:
    """Call ``step`` until a signal; at once again while it does something, resting longer while it fails."""
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    log.info("worker_started", part=name)
    failures = 0
    while not stop.is_set():
        close_old_connections()
        try:
            busy = step() > 0
            failures = 0
        except Exception as failure:  # the worker must outlive a database that is away or a faulty job
            failures += 1
            busy = False
            log.exception("worker_failed", part=name, failures=failures)
            if isinstance(failure, DatabaseError):
                connection.close()
        if not busy:
            stop.wait(min(LONGEST_REST, REST * 2 ** min(failures, 5)))
    with suppress(DatabaseError):
        life.end()
    log.info("worker_stopped", part=name)
    return 0
