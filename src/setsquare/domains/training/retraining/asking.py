"""Having people take a course anew: the one way in for whatever asks for it, such as a revised standard."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from setsquare.domains.training.commands.retraining import Forgo, Retrain
from setsquare.domains.training.models import Retraining
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.records.models import Record


def retrain(
    course: Record,
    people: Iterable[User],
    because: Record,
    *,
    since: dt.date,
    due: dt.datetime,
    lapses: dt.datetime | None = None,
    reason: str = "",
) -> bool:
    """Have these people take a course anew because of a record; tells whether that is new.

    Certificates of `since` or later count; older ones cease to at `lapses`. Said again, it holds as said last.
    """
    chosen = sorted(people, key=lambda person: person.username)
    names = [person.username for person in chosen]
    wanted: dict[str, Any] = {"since": since, "due": due, "lapses": lapses, "reason": reason}
    row = Retraining.objects.filter(course=course.pk, because=because).select_related("people").first()
    if row is None and not chosen:
        return False
    same = row is not None and {name: getattr(row, name) for name in wanted} == wanted
    if row is not None and same and row.people.body.split() == sorted(names):
        return False
    body = Retrain(because=because, people=chosen, **wanted)
    carry_out("course", "retrain", Actor.system(), record=course, body=body)
    return True


def forgo(course: Record, because: Record) -> None:
    """Have nobody take a course anew because of a record any more; what has lapsed by then stays so."""
    carry_out("course", "forgo_retraining", Actor.system(), record=course, body=Forgo(because=because))
