"""Signs of life of the background workers, and numbers that say whether they keep up."""

import os
import socket
import threading
import uuid
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.db.models import Max, Min
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from setsquare.kernel.events.models import Event
from setsquare.kernel.tasks.models import Task
from setsquare.project.models import BackgroundWorker

Measure = tuple[str, str, float | None]

BEAT = timedelta(seconds=10)
LEASE = timedelta(seconds=45)
"""A worker that was not seen for so long is taken for dead, and its jobs are given to another."""


class SignOfLife:
    """The row of one worker process. Call :meth:`beat` often; it writes at most once in :data:`BEAT`."""

    def __init__(self, part: str) -> None:
        self.id = f"{socket.gethostname()[:30]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._part = part
        self._started = timezone.now()
        self._last: datetime | None = None

    def beat(self) -> None:
        """Say that the worker lives."""
        now = timezone.now()
        if self._last is not None and now - self._last < BEAT:
            return
        values = {"part": self._part, "started": self._started, "seen": now}
        BackgroundWorker.objects.update_or_create(id=self.id, defaults=values)
        self._last = now

    def beat_until(self, stop: threading.Event) -> None:
        """Beat on this thread until ``stop``, for a worker that is busy with one long job."""
        while not stop.wait(BEAT.total_seconds() / 2):
            try:
                self.beat()
            except DatabaseError:
                connection.close()  # the next beat opens another
        connection.close()

    def end(self) -> None:
        """Say that the worker stops in good order."""
        BackgroundWorker.objects.filter(id=self.id).delete()


def last_beat() -> datetime | None:
    """When any worker gave its last sign of life; ``None`` when none ever did."""
    last: datetime | None = BackgroundWorker.objects.aggregate(last=Max("seen"))["last"]
    return last


def give_back_abandoned_jobs() -> int:
    """Put jobs whose worker died back into the queue, and forget dead workers; returns how many jobs."""
    deadline = timezone.now() - LEASE
    running = DBTaskResult.objects.running().filter(started_at__lt=deadline)
    alive = set(BackgroundWorker.objects.filter(seen__gte=deadline).values_list("id", flat=True))
    given_back = 0
    for job in running:
        if job.worker_ids and job.worker_ids[-1] in alive:
            continue
        given_back += DBTaskResult.objects.filter(
            id=job.id, status=TaskResultStatus.RUNNING, started_at=job.started_at
        ).update(status=TaskResultStatus.READY, started_at=None)
    if BackgroundWorker.objects.filter(seen__lt=deadline).exists():
        BackgroundWorker.objects.filter(seen__lt=deadline).delete()
    return given_back


def seconds_since(moment: datetime | None) -> float | None:
    """Seconds from ``moment`` until now, never below 0."""
    return None if moment is None else max(0.0, (timezone.now() - moment).total_seconds())


def measure() -> list[Measure]:
    """Name, meaning and value of each number; ``None`` where there is nothing to measure."""
    waiting = Event.objects.filter(delivered__isnull=True)
    oldest = waiting.aggregate(oldest=Min("at"))["oldest"]
    jobs = DBTaskResult.objects.ready()
    return [
        ("setsquare_events_waiting", "Events not yet delivered to all handlers", float(waiting.count())),
        (
            "setsquare_events_lag_seconds",
            "Age of the oldest event not delivered",
            seconds_since(oldest) or 0.0,
        ),
        (
            "setsquare_tasks_open",
            "Tasks that people have to do",
            float(Task.objects.filter(done=None).count()),
        ),
        ("setsquare_jobs_waiting", "Background jobs waiting to be run", float(jobs.count())),
        (
            "setsquare_worker_seconds_since_beat",
            "Seconds since the worker's last sign of life",
            seconds_since(last_beat()),
        ),
    ]
