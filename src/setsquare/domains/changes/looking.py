"""Who looks at what came of a change: somebody who had no part in it, wherever there is somebody.

Where nobody else may, as in a small organisation, its owner does, and the history says so.
"""

import datetime as dt

from django.utils.translation import gettext as _

from setsquare.domains.changes.models import ChangeRequest
from setsquare.domains.changes.permissions import ASSESS
from setsquare.domains.changes.queries import opened_by
from setsquare.domains.changes.work import CLOSE as CLOSING
from setsquare.domains.organisation.taking import why_taken
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, thing_of
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry

DAYS_TO_LOOK = dt.timedelta(days=30)
"""How long after a change somebody looks at what came of it."""
MOST_NAMED = 3


PART = ("create", "edit", "set_affected", "submit", "open_revisions", "implement")
"""Commands by which a person has a part in a change; assessing it and deciding on it are not among them."""


def had_part(change: Record) -> set[int]:
    """Return the ids of those who asked for a change, ran it, carried it out, or wrote a revision that it made."""
    names: set[str] = set()
    for revision in opened_by(change).select_related("owner"):
        names.update(thing_of(revision.type).authors(revision))
    writers = User.objects.filter(username__in=names).values_list("pk", flat=True)
    doers = Entry.objects.filter(record=change, command__in=PART, actor__isnull=False)
    detail: ChangeRequest = change.change_request
    done = doers.order_by().values_list("actor_id", flat=True).distinct()
    return {detail.requested_by_id, change.owner_id, *writers, *done}


def onlookers(change: Record) -> list[User]:
    """Return who may look at what came of a change and had no part in it."""
    return list(people_permitted(ASSESS, change.unit).exclude(pk__in=had_part(change)))


def no_part_in_it(situation: Situation) -> Label | None:
    """Rule: who had a part in the change does not judge it, nor does anybody in their place, where others may."""
    change = situation.subject
    others = onlookers(change)
    task = situation.task(CLOSING.code)
    part = had_part(change)
    in_their_place = task is not None and task.assignee_id in part and situation.user not in others
    if situation.user.pk not in part and not in_their_place:
        return None
    if not others:
        return why_taken(situation.user, [ASSESS], change.unit_id, but=part)
    names = ", ".join(person.name for person in others[:MOST_NAMED])
    sentence = _(
        "Who asked for a change, runs it or wrote what it changed does not judge it; these can look at it: %(names)s."
    )
    return sentence % {"names": names + (" …" if len(others) > MOST_NAMED else "")}


def ask_to_look(act: Act) -> list[str]:
    """Ask for a look at what came of the act's change: who decided on it where they may, otherwise all who may.

    What was asked of somebody who has a part in it by now is closed; who was asked otherwise stays asked. Returns the
    names of who is asked then.
    """
    record, change = act.record, act.detail
    part = had_part(record)
    if act.actor.user is not None and act.command.name in PART:
        part.add(act.actor.user.pk)
    others = [person for person in onlookers(record) if person.pk not in part]
    waiting = Task.objects.filter(record=record, kind=CLOSING.code, done__isnull=True)
    if others:
        act.finish(waiting.filter(assignee_id__in=part), "not_needed")
    elif not waiting.exists() and act.note is None:
        act.say(gettext_noop("nobody else could be asked to look at what came of it"))
    if not waiting.exists():
        decided = [person for person in others if person.pk == change.decided_by_id]
        act.ask_all(CLOSING.code, decided or others or [record.owner], act.now + DAYS_TO_LOOK)
    return list(waiting.order_by("assignee__name").values_list("assignee__name", flat=True))
