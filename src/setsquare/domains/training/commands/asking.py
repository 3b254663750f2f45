"""Asking people to take a course, and no longer asking them; the system does it, as needs and certificates change."""

from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.needs import due_of
from setsquare.domains.training.rules import RUNNERS
from setsquare.domains.training.work import TRAIN
from setsquare.kernel.commands import overdue
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

ASIDE = frozenset(
    {
        *("call", "release", "trained", "confirm", "sign_off", "remind", "remind_due", "escalate"),
        *("ask_lacking", "ask_lacking_no_longer"),
    }
)
"""Commands on a course that change nothing of what it says."""


class People(Body):
    """Whom it concerns."""

    people: Annotated[list[AnyPerson], Shown(gettext_lazy("People"), widget=Widget.PEOPLE)]


class Reminded(Body):
    """Whom to remind."""

    people: Annotated[
        list[AnyPerson],
        Field(max_length=200),
        Shown(gettext_lazy("People"), gettext_lazy("Left empty: everybody who is asked."), Widget.PEOPLE),
    ] = []


Holder = Annotated[AnyPerson, Shown(gettext_lazy("Person"))]


class Trained(Body):
    """Who holds it now."""

    person: Holder


def _say_how_many(act: Act, people: int) -> None:
    act.say(
        gettext_noop("%(count)s person") if people == 1 else gettext_noop("%(count)s people"), count=people
    )


@command(
    "course",
    "call",
    label=gettext_lazy("Ask to take it"),
    past=gettext_lazy("asked people to take it"),
    body=People,
    reason=Reason.NEVER,
    reindexes=False,
)
def call(act: Act, body: People) -> None:
    """Ask people to take the course, by when each has to have it."""
    dues = due_of(act.detail, body.people, act.now)
    _say_how_many(act, sum(act.ask_all(TRAIN.code, people, due) for due, people in dues.items()))


@command(
    "course",
    "release",
    label=gettext_lazy("Ask no longer"),
    past=gettext_lazy("no longer asked people to take it"),
    body=People,
    reason=Reason.NEVER,
    reindexes=False,
)
def release(act: Act, body: People) -> None:
    """Close what people were asked who need it no more."""
    asked = Task.objects.filter(record=act.record, kind=TRAIN.code, assignee__in=body.people)
    _say_how_many(act, act.finish(asked, "not_needed"))


@command(
    "course",
    "trained",
    label=gettext_lazy("Note who holds it"),
    past=gettext_lazy("noted that somebody holds it now"),
    body=Trained,
    reason=Reason.NEVER,
    reindexes=False,
)
def trained(act: Act, body: Trained) -> None:
    """Close what somebody was asked who has a certificate now; part of issuing it."""
    asked = Task.objects.filter(record=act.record, kind=TRAIN.code, assignee=body.person)
    act.finish(asked, "certified")
    act.say(gettext_noop("%(name)s"), name=body.person.name)


@command(
    "course",
    "remind",
    label=gettext_lazy("Remind"),
    past=gettext_lazy("reminded people of it"),
    body=Reminded,
    who=RUNNERS,
    secondary=True,
    bulk=True,
    reason=Reason.NEVER,
    reindexes=False,
    tolerates=ASIDE,
    hint=gettext_lazy("Whoever is asked to take it and has not completed it yet is told again."),
)
def remind(act: Act, body: Reminded) -> None:
    """Remind people who are asked to take the course, or everybody who is."""
    asked = Task.objects.filter(record=act.record, kind=TRAIN.code, done__isnull=True)
    asked = asked.select_related("assignee").order_by("assignee__name", "id")
    tasks = list(asked.filter(assignee__in=body.people) if body.people else asked)
    known = {task.assignee_id for task in tasks}
    if others := [person.name for person in body.people if person.pk not in known]:
        raise Refused({"people": _("Nothing is asked here of: %(names)s.") % {"names": some(others)}})
    if not tasks:
        raise WrongState(_("Nobody is asked for anything here now."))
    _say_how_many(act, overdue.remind(act, tasks))
    act.conclude(
        gettext_noop("Reminded of %(number)s: %(names)s."), names=some(task.assignee.name for task in tasks)
    )
