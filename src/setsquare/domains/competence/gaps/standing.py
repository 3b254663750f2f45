"""How somebody stands to what is asked of them: one vocabulary for every page, list and export."""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple, Self

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from setsquare.kernel.qualifications.days import last_day
from setsquare.kernel.records.things import Label

NONE = "none"
BELOW = "below"
GRACE = "grace"
SOON = "soon"
MET = "met"
EXCEEDED = "exceeded"
STANDINGS = (NONE, BELOW, GRACE, SOON, MET, EXCEEDED)
"""How somebody can stand to a component, the most pressing first."""
WORDS: dict[str, Label] = {
    NONE: _("Missing"),
    BELOW: _("Level too low"),
    GRACE: _("Time left"),
    SOON: _("Expires soon"),
    MET: _("Met"),
    EXCEEDED: _("Above what is needed"),
}
"""How each standing is called, on pages, in tables and on the command line."""
ENOUGH = (SOON, MET, EXCEEDED)
"""Those in which what is required is there."""
SOON_DAYS = 60
"""For so many days before it is over, a level counts as expiring soon."""
YEARS = range(2000, 2100)
"""Of a day that can be looked at."""


@dataclass(frozen=True)
class AsOf:
    """The day at which gaps are looked at, and the moment of it that decides: now, on any other day its end."""

    day: dt.date
    at: dt.datetime

    @classmethod
    def of(cls, day: dt.date | None = None) -> Self:
        """Return how to look at a day in the reader's time zone, without one at now."""
        now, today = timezone.now(), timezone.localdate()
        if day is None or day == today:
            return cls(today, now)
        over = timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min))
        return cls(day, over - dt.timedelta(microseconds=1))

    @property
    def past(self) -> bool:
        """Tell whether what was taken away since may still have held."""
        return self.at < timezone.now() - dt.timedelta(minutes=1)

    @property
    def soon(self) -> dt.datetime:
        """Return the moment up to which what expires does so soon."""
        return self.at + dt.timedelta(days=SOON_DAYS)


class Cell(NamedTuple):
    """What is asked of a person in one component, all their profiles together, and what they hold."""

    required: int
    needed: int
    """What of it is needed by now: less than `required` where there is time left to reach it."""
    desired: int | None
    due: dt.date | None
    """By which day what is not needed yet has to be reached."""
    level: int
    """0: none."""
    until: dt.datetime | None
    evidence_id: int | None
    standing: str

    @property
    def gap(self) -> int:
        """Return how many levels are lacking."""
        return max(self.required - self.level, 0)

    @property
    def lacks_now(self) -> bool:
        """Tell whether less than what is required, but some, is needed now, and is not held."""
        return self.due is not None and 0 < self.needed < self.required and self.level < self.needed

    @property
    def last(self) -> dt.date | None:
        """Return the last day on which the level is held."""
        return last_day(self.until)

    @property
    def could_grow(self) -> bool:
        """Tell whether enough is there, and more would be better."""
        return self.gap == 0 and self.desired is not None and self.level < self.desired


def standing(
    *, level: int, until: dt.datetime | None, asked: tuple[int, int, int | None], soon: dt.datetime
) -> str:
    """Return how a level held stands to what is `asked`: required, needed by now, desired."""
    required, needed, desired = asked
    if level >= required:
        if until is not None and until <= soon:
            return SOON
        return EXCEEDED if level >= (desired or required + 1) else MET
    if level >= needed:
        return GRACE
    return BELOW if level else NONE
