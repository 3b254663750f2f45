"""Rules of change requests: who may go on with one, and who may not judge it."""

import datetime as dt
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.changes.models import ChangeRequest
from setsquare.domains.changes.permissions import ASSESS, DECIDE, REQUEST
from setsquare.domains.changes.work import ASSESS as ASSESSING
from setsquare.domains.changes.work import CLOSE as CLOSING
from setsquare.domains.changes.work import DECIDE as DECIDING
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.declaration import Rule, Situation, momentary, owner, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

DAYS = {"low": 10, "normal": 5, "urgent": 1}
"""Days in which a request of each priority is assessed, and again decided."""


def requester() -> Rule:
    """Rule: the person asked for the change."""

    def rule(situation: Situation) -> Label | None:
        if situation.detail.requested_by_id == situation.user.pk:
            return None
        return _("Only who asked for the change may do this.")

    return rule


def asked_to(kind: str, permission: str, barred: Label) -> Rule:
    """Rule: the person is asked to do a task of this kind; who stands in for somebody needs the permission themself.

    `barred` says so to a substitute who lacks it, with the `name` of whom they stand in for.
    """
    allowed = permitted(permission)

    def rule(situation: Situation) -> Label | None:
        if (why := allowed(situation)) is None or (task := situation.task(kind)) is None:
            return why
        return None if task.assignee_id == situation.user.pk else str(barred) % {"name": task.assignee.name}

    return momentary(rule)


REQUESTERS = (permitted(REQUEST),)
OWNERS = (owner(), requester(), permitted(ASSESS))
ASSESSORS = (
    asked_to(
        ASSESSING.code,
        ASSESS,
        gettext_lazy("You stand in for %(name)s, but your roles do not let you assess change requests here."),
    ),
    permitted(ASSESS),
)
DECIDERS = (
    asked_to(
        DECIDING.code,
        DECIDE,
        gettext_lazy(
            "You stand in for %(name)s, but your roles do not let you decide on change requests here."
        ),
    ),
    permitted(DECIDE),
)
CLOSERS = (
    asked_to(
        CLOSING.code,
        ASSESS,
        gettext_lazy(
            "You stand in for %(name)s, but your roles do not let you judge what came of change requests here."
        ),
    ),
    permitted(ASSESS),
    owner(),
    requester(),
)


def not_own(situation: Situation) -> Label | None:
    """Rule: nobody decides on a change that they asked for or run."""
    change: ChangeRequest = situation.detail
    if situation.user.pk in (change.requested_by_id, situation.subject.owner_id):
        return _("You asked for this change or run it; somebody else decides on it.")
    return None


def cancels(situation: Situation) -> Label | None:
    """Rule: once it is accepted, only who decides on changes cancels it."""
    if situation.subject.state in ("accepted", "in_implementation") and DECIDE not in situation.permissions:
        return _("It has been accepted; only who decides on change requests may cancel it now.")
    return None


def check_documents(records: Sequence[Record]) -> None:
    """Refuse what is no document, or no longer in use, at its place among `affected`."""
    for place, record in enumerate(records):
        if record.type != "document":
            sentence = _("%(number)s is no document; choose documents that the change affects.")
            raise Refused({f"affected.{place}": sentence % {"number": record.number}})
        if record.state == "withdrawn":
            sentence = _("%(number)s is withdrawn; choose documents in use.")
            raise Refused({f"affected.{place}": sentence % {"number": record.number}})


def due_after(act: Act, change: ChangeRequest) -> dt.datetime:
    """Return until when the next step of a change request is asked for."""
    return act.now + dt.timedelta(days=DAYS[change.priority])


def those_who_may(
    permission: str, act: Act, chosen: User | None, field: str, but: frozenset[int]
) -> list[User]:
    """Return whom to ask: the person chosen, otherwise all who hold the permission; refuse where there is nobody.

    `but` holds the ids of people who must not.
    """
    may = [person for person in people_permitted(permission, act.record.unit) if person.pk not in but]
    if chosen is not None:
        if chosen.pk not in {person.pk for person in may}:
            sentence = _("%(name)s may not do this for %(unit)s; choose somebody who may.")
            raise Refused({field: sentence % {"name": chosen.name, "unit": act.record.unit.name}})
        return [chosen]
    if not may:
        sentence = _("There is nobody who may do this for %(unit)s; ask an administrator to grant the role.")
        raise Refused({field: sentence % {"unit": act.record.unit.name}})
    return may


def finish_all(act: Act, outcome: str, *kinds: str) -> None:
    """Close the open tasks of these kinds on the change request; with none named, all of them."""
    waiting = Task.objects.filter(record=act.record)
    act.finish(waiting.filter(kind__in=kinds) if kinds else waiting, outcome)
