"""Asking people to take a course, and no longer asking them; the system does it, as needs and certificates change."""

from typing import Annotated

from django.utils.translation import gettext_lazy

from setsquare.domains.training.needs import due_of
from setsquare.domains.training.work import TRAIN
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.tasks.models import Task

ASIDE = frozenset(
    {
        *("call", "release", "trained", "confirm", "sign_off", "remind_due", "escalate"),
        *("ask_lacking", "ask_lacking_no_longer"),
    }
)
"""Commands on a course that change nothing of what it says."""


class People(Body):
    """Whom it concerns."""

    people: Annotated[list[AnyPerson], Shown(gettext_lazy("People"), widget=Widget.PEOPLE)]


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
