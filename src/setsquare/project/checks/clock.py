"""The clock: records carry its time, so it has to be right."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import connection
from django.db.models import Max

from setsquare.kernel.trail.models import Entry
from setsquare.project.checks.findings import Finding, error, ok, warning
from setsquare.project.configuration import Configuration

RELEASED = datetime(2025, 11, 1, tzinfo=UTC)
"""No clock that runs this version can rightly show an earlier time."""
NOTICEABLE = timedelta(seconds=2)
TOO_FAR = timedelta(seconds=30)
MEND = "Turn on time synchronisation: timedatectl set-ntp true"


def plausible(_settings: Configuration) -> list[Finding]:
    """That the time is not before this version existed."""
    now = datetime.now(UTC)
    if now < RELEASED:
        return [error("clock", f"This machine's clock shows {now:%Y-%m-%d}, which is past.", MEND)]
    return [ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC.")]


def agrees_with_database(_settings: Configuration) -> list[Finding]:
    """That the database server's clock shows the same, where it is a server."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart = abs(datetime.now(UTC) - cursor.fetchone()[0])
    said = f"The database server's clock differs by {apart.total_seconds():.1f} s."
    if apart > TOO_FAR:
        return [error("clock", said, MEND + " (on both machines)")]
    if apart > NOTICEABLE:
        return [warning("clock", said, MEND + " (on both machines)")]
    return []


def not_behind_the_trail(_settings: Configuration) -> list[Finding]:
    """That time has not run backwards since the last entry of the trail."""
    last = Entry.objects.aggregate(last=Max("at"))["last"]
    if last is not None and last > datetime.now(UTC) + NOTICEABLE:
        return [
            error(
                "clock", f"The last change is dated {last:%Y-%m-%d %H:%M:%S} UTC, which is yet to come.", MEND
            )
        ]
    return []


def time_zones(settings: Configuration) -> list[Finding]:
    """That the time zone database is there."""
    try:
        ZoneInfo("Europe/Berlin")
        ZoneInfo(settings.time_zone)
    except ZoneInfoNotFoundError:
        return [error("time zones", "The time zone database is missing.", "apt-get install tzdata")]
    return [ok("time zones", f"The organisation's time zone is {settings.time_zone}.")]
