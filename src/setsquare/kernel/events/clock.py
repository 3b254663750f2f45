"""Jobs that the clock runs: effective dates, reminders, digests."""

import datetime as dt
import traceback
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.utils import timezone

from setsquare.kernel.events.models import ClockRun

Job = Callable[[], int]
log = structlog.get_logger()


@dataclass(frozen=True)
class ClockJob:
    """A job and how often it runs; it returns how much it did."""

    name: str
    every: dt.timedelta
    run: Job


_jobs: dict[str, ClockJob] = {}


def every(**period: float) -> Callable[[Job], Job]:
    """Have the decorated function run at this interval (`seconds=30`, `minutes=5`); it must be idempotent."""

    def wire(run: Job) -> Job:
        name = f"{run.__module__}.{run.__qualname__}"
        _jobs[name] = ClockJob(name, dt.timedelta(**period), run)
        return run

    return wire


def all_jobs() -> tuple[ClockJob, ...]:
    """Return every job of the clock."""
    return tuple(_jobs.values())


def run_due(*, regardless: bool = False) -> int:
    """Run each job whose interval has passed (all of them with `regardless`); returns how much they did."""
    now = timezone.now()
    last = dict(ClockRun.objects.values_list("job", "last"))
    done = 0
    for job in _jobs.values():
        before = last.get(job.name)
        if not regardless and before is not None and now - before < job.every:
            continue
        error = ""
        try:
            done += job.run()
        except Exception as failure:  # one job's failure must not keep the others from running
            log.exception("clock_job_failed", job=job.name)
            error = "".join(traceback.format_exception_only(failure))[:2000]
        ClockRun.objects.update_or_create(job=job.name, defaults={"last": now, "error": error})
    return done
