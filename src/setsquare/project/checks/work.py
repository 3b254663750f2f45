"""The background work, and that nobody works on the demo by mistake."""

from django_tasks_db.models import DBTaskResult

from setsquare.kernel.events.models import Event
from setsquare.project import purpose, vitals
from setsquare.project.checks.findings import Finding, error, ok, warning
from setsquare.project.configuration import Configuration

LATE = 900.0
"""Seconds after which an event that nobody dealt with is worth a warning."""


def purpose_fits(settings: Configuration) -> list[Finding]:
    """That the demo is not open in production, and real work not with the settings of a demo."""
    if objection := purpose.objection(settings):
        before, _colon, mend = objection.partition(": ")
        return [error("purpose", before + ".", mend[0].upper() + mend[1:])]
    return []


def worker(settings: Configuration) -> list[Finding]:
    """That the worker gave a sign of life lately."""
    seconds = vitals.seconds_since(vitals.last_beat())
    if seconds is not None and seconds <= vitals.LEASE.total_seconds():
        return [ok("worker", f"Last seen {seconds:.0f} s ago.")]
    said = "It never ran here." if seconds is None else f"Last seen {_span(seconds)} ago."
    return [
        warning("worker", said, "Run `setsquare serve` (or `setsquare worker`), best as a system service.")
    ]


def backlog(settings: Configuration) -> list[Finding]:
    """That events are dealt with and jobs succeed."""
    found = []
    lag = next(value for name, _meaning, value in vitals.measure() if name == "setsquare_events_lag_seconds")
    if lag and lag > LATE:
        failing = Event.objects.filter(delivered__isnull=True).exclude(error="").order_by("id").first()
        reason = f" The oldest fails with: {failing.error.strip().splitlines()[-1]}" if failing else ""
        found.append(
            warning(
                "events", f"The oldest event waits for {_span(lag)}.{reason}", "Look into the worker's log."
            )
        )
    failed = DBTaskResult.objects.failed().count()
    if failed:
        found.append(warning("jobs", f"{failed} background jobs failed.", "Look into the worker's log."))
    return found or [ok("background work", "Nothing is late and no job has failed.")]


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    if seconds < 7200:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"
