"""The stage on which the demo's past is played: a clock that can be set, and scenes in the order of their time.

Everything goes through the commands as in service, each at the time when it is said to have happened. Only this
package sets the clock, and the command that calls it refuses a database that is used for real work.
"""

import datetime as dt
import heapq
import itertools
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils import timezone

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import Outcome, carry_out
from setsquare.kernel.events.clock import all_jobs
from setsquare.kernel.events.dispatch import deliver_waiting
from setsquare.kernel.records.models import Record
from setsquare.kernel.signatures.credentials import Credentials

PASSWORD = "right angle 90"  # noqa: S105  the demo's, printed at its start
ACT = 50
"""Scenes that are played in one transaction."""
Scene = Callable[[], None]


class Stage:
    """Plays scenes in the order of their time; days count from today, negative ones are past."""

    def __init__(self) -> None:
        self.today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
        self.real_now = timezone.now()
        self._scenes: list[tuple[dt.datetime, int, Scene]] = []
        self._order = itertools.count()

    def at(self, day: int, key: str = "", hour: float | None = None) -> dt.datetime:
        """Return a time of a working day, always the same for the same key; nothing of the past lies ahead of now."""
        chance = random.Random(f"{day} {key}")  # noqa: S311  the same time at every load
        hours = chance.uniform(7.5, 15.5) if hour is None else hour
        moment = self.today + dt.timedelta(days=day, hours=hours)
        latest = self.real_now - dt.timedelta(minutes=chance.uniform(5, 60))
        return min(moment, latest) if day <= 0 else moment

    def plan(self, moment: dt.datetime, scene: Scene) -> None:
        """Have a scene played at that time; what lies ahead of now is left to the future."""
        if moment <= self.real_now:
            heapq.heappush(self._scenes, (moment, next(self._order), scene))

    def play(self, tell: Callable[[dt.date], None]) -> int:
        """Play every scene, also those that scenes plan, and return how many there were.

        `tell` gets the day that was come to, about ten times.
        """
        played = 0
        a_tenth = len(self._scenes) // 10 + 1
        while self._scenes:
            with (
                transaction.atomic()
            ):  # many scenes are synced to disk together; a load that broke off is begun anew
                for _ in range(min(ACT, len(self._scenes))):
                    moment = self._play_next()
                    played += 1
                    if played % a_tenth == 0:
                        tell(moment.date())
        return played

    def _play_next(self) -> dt.datetime:
        moment, _, scene = heapq.heappop(self._scenes)
        with clock_at(moment):
            scene()
            deliver_waiting()
        return moment


@contextmanager
def clock_at(moment: dt.datetime) -> Iterator[None]:
    """Let it be `moment` for everything that asks Django for the time."""
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


def run_clock(*packages: str) -> None:
    """Run the jobs of the clock that belong to these packages, and deliver what they announce."""
    for job in all_jobs():
        if job.name.startswith(packages):
            job.run()
    deliver_waiting()


def person(username: str) -> User:
    """Return a person of the demo."""
    return User.objects.get(username=username)


def record(number: str) -> Record:
    """Return a record of the demo as it stands now."""
    return Record.objects.select_related("owner", "unit").get(number=number)


def do(username: str, command: str, about: Record | None = None, reason: str = "", **body: Any) -> Outcome:
    """Carry out `type.command` as a person, who signs with their password where it takes a signature."""
    thing, _, name = command.partition(".")
    return carry_out(
        thing,
        name,
        Actor(person(username), "web"),
        record=about,
        body=body,
        reason=reason,
        version=about.version if about is not None else None,
        credentials=Credentials(password=PASSWORD),
    )
