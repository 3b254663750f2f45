"""What somebody leaves behind: the records that they own and what they are still asked to do.

Record types whose owner matters declare one of the commands `PASS_ON`. Who leaves has somebody who takes over; for
each record an event tells the domains, which hand over the record and its tasks as their rules allow.
"""

from typing import Annotated

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Person, Shown
from setsquare.kernel.commands.declaration import Reason, commands_of
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.events.models import Event
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import all_things, visible_to
from setsquare.kernel.tasks.kinds import personal_kinds
from setsquare.kernel.tasks.models import Task

LEFT_BEHIND = "record.left_behind"
"""The event; its payload names who leaves (`person`) and who takes over (`to`, empty for nobody), by sign-in name."""
PASS_ON = frozenset({"pass_on", "hand_over"})
"""Commands by which a record gets another owner."""
NAMED = 5
"""Records that a sentence names."""


WhoLeft = Annotated[AnyPerson, Shown(gettext_lazy("Who left"))]
TakesOver = Annotated[Person, Shown(gettext_lazy("Who takes over"))]


class PassOn(Body):
    """From whom a record goes to whom."""

    person: WhoLeft
    to: TakesOver


PASSED_ON = {
    "label": gettext_lazy("Pass on"),
    "past": gettext_lazy("passed it on"),
    "body": PassOn,
    "reindexes": False,
}
"""How the command `pass_on` of every record type is declared; the system does it."""


class Gone(Body):
    """In whose place others are asked."""

    person: WhoLeft


ASKED_AGAIN = {
    "label": gettext_lazy("Ask others"),
    "past": gettext_lazy("asked others"),
    "body": Gone,
    "reason": Reason.NEVER,
    "reindexes": False,
}
"""How the command `ask_again` of every record type is declared; the system does it."""


def say_in_whose_place(act: Act, person: User) -> None:
    """Tell the trail of whom who left others take the place."""
    act.say(gettext_noop("in place of %(name)s"), name=person.name)


def owned_by(user: User) -> QuerySet[Record]:
    """Return what a person owns that is not over: the states tables say from where it is passed on."""
    alive = Q(pk__in=[])
    for thing in all_things():
        for command in commands_of(thing.code):
            if command.name in PASS_ON:
                alive |= Q(type=thing.code, state__in=thing.lifecycle.move(command.name).sources)
    return Record.objects.filter(alive, owner=user)


def asked_of(user: User) -> QuerySet[Task]:
    """Return what a person is asked to do that somebody else may do as well."""
    return Task.objects.filter(assignee=user, done__isnull=True).exclude(kind__in=personal_kinds())


def left_behind_by(user: User) -> QuerySet[Record]:
    """Return every record that a person owns or is asked about."""
    asked = Exists(asked_of(user).filter(record=OuterRef("pk")))
    return Record.objects.filter(Q(pk__in=owned_by(user).values("pk")) | asked).order_by("pk")


def check_heir(user: User, heir: User | None, field: str) -> None:
    """Refuse at `field` where something is left behind and nobody takes it over, or somebody who cannot see it."""
    owned, tasks = owned_by(user), asked_of(user)
    if heir is None:
        if parts := [part for part in (_owned(owned), _asked(tasks)) if part]:
            sentence = _("%(name)s leaves behind: %(what)s. Choose who takes over.")
            raise Refused({field: sentence % {"name": user.name, "what": "; ".join(parts)}})
        return
    hidden = left_behind_by(user).exclude(pk__in=visible_to(heir).values("pk"))
    if hidden.exists():
        sentence = _("%(name)s may not see %(what)s. Choose somebody who may, or grant the role first.")
        raise Refused({field: sentence % {"name": heir.name, "what": _some(hidden)}})


def _owned(owned: QuerySet[Record]) -> str:
    count = owned.count()
    sentence = ngettext("%(count)s record (%(numbers)s)", "%(count)s records (%(numbers)s)", count)
    return sentence % {"count": count, "numbers": _some(owned)} if count else ""


def _asked(tasks: QuerySet[Task]) -> str:
    count = tasks.count()
    about = Record.objects.filter(pk__in=tasks.values("record_id"))
    sentence = ngettext("%(count)s open task (%(numbers)s)", "%(count)s open tasks (%(numbers)s)", count)
    return sentence % {"count": count, "numbers": _some(about)} if count else ""


def _some(records: QuerySet[Record]) -> str:
    numbers = list(records.order_by("number").values_list("number", flat=True)[: NAMED + 1])
    return ", ".join([*numbers[:NAMED], *(["…"] if len(numbers) > NAMED else [])])


def tell_what_is_left(act: Act, user: User, heir: User | None) -> int:
    """Announce each record that is left behind; the worker hands them over one by one. Returns how many."""
    left = list(left_behind_by(user))
    for record in left:
        act.emit(LEFT_BEHIND, record, person=user.username, to=heir.username if heir is not None else "")
    return len(left)


def people_of(event: Event) -> tuple[User, User | None] | None:
    """Return who left and who takes over, as an event of `LEFT_BEHIND` names them; None where they came back."""
    found = {user.username: user for user in User.objects.filter(username__in=event.payload.values())}
    person, heir = found.get(event.payload["person"]), found.get(event.payload["to"])
    if person is None or person.is_active:
        return None
    return person, heir if heir is not None and heir.is_active else None


def take_over(act: Act, body: PassOn) -> None:
    """Make somebody the owner of the record in place of who left, and tell them; done before, nothing happens."""
    record = act.record
    if record.owner_id == body.person.pk:
        record.owner = body.to
        act.tell(
            body.to,
            "handed_over",
            gettext_noop("You have taken over %(number)s %(title)s from %(person)s."),
            number=record.number,
            title=record.title,
            person=body.person.name,
        )
    act.say(gettext_noop("from %(person)s to %(other)s"), person=body.person.name, other=body.to.name)
