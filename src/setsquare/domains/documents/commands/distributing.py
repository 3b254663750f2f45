"""Reading of what is in force, and keeping after the people who were asked for something."""

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from setsquare.domains.documents import meanings
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.permissions import CONTROL
from setsquare.domains.documents.rules import CONTROLLERS, RESPONSIBLE, reads_it
from setsquare.domains.documents.states import ASIDE, TALK
from setsquare.domains.documents.successors import PASSED_ON, why_not
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands import overdue
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Person, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command, momentary
from setsquare.kernel.commands.entrusting import entrusts
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.commands.overdue import TaskList
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.tasks.queries import open_on
from setsquare.kernel.writing.sentences import some


def say_how_many(act: Act, people: int) -> None:
    """Tell the trail how many people it concerned."""
    act.say(
        gettext_noop("%(count)s person") if people == 1 else gettext_noop("%(count)s people"), count=people
    )


class People(Body):
    """Whom it concerns."""

    people: Annotated[list[AnyPerson], Shown(gettext_lazy("People"), widget=Widget.PEOPLE)]


@command(
    "revision",
    "distribute",
    label=gettext_lazy("Distribute"),
    past=gettext_lazy("asked people to read it"),
    body=People,
    reason=Reason.NEVER,
)
def distribute(act: Act, body: People) -> None:
    """Ask people to read it: when it takes effect, or is approved and waits for them, and who joins its audience."""
    revision: Revision = act.detail
    due = act.now + dt.timedelta(days=revision.reading_days)
    asked = act.ask_all("read", body.people, due, reading=revision.reading)
    say_how_many(act, asked)


@command(
    "revision",
    "release_readers",
    label=gettext_lazy("Release readers"),
    past=gettext_lazy("no longer asked people to read it"),
    body=People,
    reason=Reason.NEVER,
)
def release_readers(act: Act, body: People) -> None:
    """Close the reading of people who left or are no longer in the audience."""
    waiting = Task.objects.filter(
        record=act.record, kind="read", assignee_id__in=[person.pk for person in body.people]
    )
    say_how_many(act, act.finish(waiting, "not_needed"))


def _signed(situation: Situation) -> Meaning | None:
    revision: Revision = situation.detail
    return meanings.READ if revision.reading_signature else None


@command(
    "revision",
    "confirm_reading",
    label=gettext_lazy("Confirm that I have read it"),
    past=gettext_lazy("read and understood it"),
    who=(momentary(reads_it),),
    signature=_signed,
    meanings=(meanings.READ,),
    reason=Reason.NEVER,
    prominent=True,
    tolerates=ASIDE,
    reindexes=False,
)
def confirm_reading(act: Act, _body: Body) -> None:
    """Confirm that one has read and understood the revision; once it is in force, that qualifies."""
    act.complete("read", "confirmed")
    if act.record.state == "effective":
        act.qualify(act.user, act.detail.document.record)
    act.conclude(gettext_noop("That you have read and understood %(number)s is noted."))


@command(
    "revision",
    "remind",
    label=gettext_lazy("Remind"),
    past=gettext_lazy("reminded people of it"),
    who=RESPONSIBLE,
    bulk=True,
    reason=Reason.NEVER,
    tolerates=TALK | ASIDE | {"review", "approve"},
    hint=gettext_lazy("Everybody who has not yet read, reviewed or signed it is told again."),
)
def remind(act: Act, _body: Body) -> None:
    """Remind everybody who has an open task on the revision."""
    tasks = list(open_on(act.record))
    if not tasks:
        raise WrongState(_("Nobody is asked for anything here now."))
    say_how_many(act, overdue.remind(act, tasks))
    act.conclude(
        gettext_noop("Reminded of %(number)s: %(names)s."), names=some(task.assignee.name for task in tasks)
    )


@command(
    "revision",
    "remind_due",
    label=gettext_lazy("Remind readers"),
    past=gettext_lazy("reminded readers of it"),
    body=TaskList,
    reason=Reason.NEVER,
)
def remind_due(act: Act, body: TaskList) -> None:
    """Remind the people of these tasks that they are nearly due; done by the clock."""
    say_how_many(act, overdue.remind(act, overdue.open_of(act, body)))


entrusts("revision")


@command(
    "revision",
    "escalate",
    label=gettext_lazy("Escalate"),
    past=gettext_lazy("told the line of what is overdue"),
    body=TaskList,
    reason=Reason.NEVER,
)
def escalate(act: Act, body: TaskList) -> None:
    """Tell the managers of the people who are overdue, once for each task; done by the clock."""
    overdue.escalate(act, body)


Former = Annotated[AnyPerson, Shown(gettext_lazy("Instead of"), widget=Widget.PERSON)]


Successor = Annotated[Person, Shown(gettext_lazy("This person"))]


class Reassign(Body):
    """From whom to whom."""

    person: Former
    to: Successor


OBSTACLES = {
    "author": gettext_lazy("%(name)s wrote on it; choose somebody who did not."),
    "right": gettext_lazy("%(name)s may not approve documents here."),
    "step": gettext_lazy(
        "%(name)s is not among those who sign this step; choose somebody who is, by role or name."
    ),
    "signed": gettext_lazy("%(name)s has signed it already, and nobody signs two steps."),
    "asked": gettext_lazy("%(name)s is asked for this already."),
}


@command(
    "revision",
    "reassign",
    label=gettext_lazy("Reassign"),
    past=gettext_lazy("reassigned a task"),
    body=Reassign,
    who=CONTROLLERS,
    reason=Reason.ALWAYS,
    bulk=True,
    tolerates=TALK | ASIDE | {"review", "approve"},
    hint=gettext_lazy("Somebody else reviews or signs in a person's place."),
)
def reassign(act: Act, body: Reassign) -> None:
    """Give what a person has to review, sign or schedule of the revision to somebody else."""
    waiting = Task.objects.filter(
        record=act.record, assignee=body.person, kind__in=PASSED_ON, done__isnull=True
    )
    tasks = list(waiting.order_by("id"))
    if not tasks:
        sentence = _("%(name)s has nothing to review or sign here.")
        raise Refused({"person": sentence % {"name": body.person.name}})
    if body.to == act.actor.user and any(task.kind == "approve" for task in tasks):
        raise Refused(
            {"to": _("Nobody gives an approval to themself; let somebody else do it, or choose another.")}
        )
    for task in tasks:
        if why := why_not(body.to, act.detail, task):
            raise Refused({"to": OBSTACLES[why] % {"name": body.to.name}})
        act.finish([task], "reassigned")
        act.ask(task.kind, body.to, task.due, step=task.step, **task.details)
    act.say(gettext_noop("from %(person)s to %(other)s"), person=body.person.name, other=body.to.name)
    act.conclude(
        gettext_noop("%(other)s was asked on %(number)s in place of %(person)s."),
        person=body.person.name,
        other=body.to.name,
    )


Leaver = Annotated[AnyPerson, Shown(gettext_lazy("Who left"), widget=Widget.PERSON)]


class Gap(Body):
    """Who left."""

    person: Leaver


@command(
    "revision",
    "report_gap",
    label=gettext_lazy("Report a gap"),
    past=gettext_lazy("reported that nobody can take over"),
    body=Gap,
    reason=Reason.NEVER,
)
def report_gap(act: Act, body: Gap) -> None:
    """Tell who controls documents that somebody left whose task nobody of their line can take over."""
    act.tell_all(
        {act.record.owner, *people_permitted(CONTROL, act.record.unit)},
        "gap",
        gettext_noop("%(name)s left and still has to act on %(number)s; reassign it."),
        name=body.person.name,
        number=act.record.number,
    )
    act.say(gettext_noop("%(name)s"), name=body.person.name)
