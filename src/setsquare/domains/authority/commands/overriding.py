"""What was done by breaking the glass: the alarm, and the review afterwards."""

import datetime as dt
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Annotated, Literal

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.authority.commands.writing import waiting
from setsquare.domains.authority.in_words import CONSEQUENCES, titled
from setsquare.domains.authority.models import Override
from setsquare.domains.authority.overseen import OVERRIDES
from setsquare.domains.authority.permissions import APPROVE
from setsquare.domains.authority.putting_right import why_not_by
from setsquare.domains.authority.states import UNSETTLED
from setsquare.domains.authority.work import REVIEWING, SETTLING
from setsquare.domains.organisation.permissions import ADMINISTER
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import (
    Actor,
    Meaning,
    Reason,
    Situation,
    assigned,
    command,
    permitted,
)
from setsquare.kernel.commands.errors import Refused, WrongState
from setsquare.kernel.commands.leaving import ASKED_AGAIN, Gone, say_in_whose_place
from setsquare.kernel.commands.manners import Breaking, find_reviews_by, keep_by
from setsquare.kernel.commands.overdue import keep_after
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.kinds import TaskKind
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

THING = "override"
TIME = dt.timedelta(days=7)
"""Within which it is reviewed."""
VERDICTS: dict[str, Label] = {
    "justified": gettext_lazy("Justified"),
    "not_justified": gettext_lazy("Not justified"),
}
ALARM = gettext_noop(
    "Alarm: %(who)s broke the glass (%(rules)s) for %(title)s. Why: %(why)s. It is reviewed as %(number)s."
)
ALARM_OWN_NAME = gettext_noop(
    "Alarm: %(who)s broke the glass (%(rules)s) for %(title)s, in their own name, though %(asked)s was asked."
    " Why: %(why)s. It is reviewed as %(number)s."
)
keep_after(THING)
keep_by(Breaking, THING, "open")


@find_reviews_by
def reviews_of(places: Collection[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    """Return the numbers of uses of break-glass by id and version of the record that they were done to."""
    rows = Override.objects.filter(target_id__in={target for target, _version in places})
    found = rows.values_list("target_id", "target_version", "record__number")
    return {(target, version): number for target, version, number in found}


def _not_own(situation: Situation) -> Label | None:
    """Rule: nobody reviews what they did themself."""
    if situation.subject.owner_id == situation.user.pk:
        return _("You did this yourself; somebody else reviews it.")
    return None


def _reviewers(record: Record) -> list[User]:
    """Return who reviews it: who may approve rules there; else the line of who did it."""
    found = list(people_permitted(APPROVE, record.unit).exclude(pk=record.owner_id))
    above = record.owner.manager
    return found or ([above] if above is not None and above.is_active else [])


def _ask(act: Act, kind: TaskKind, people: list[User]) -> None:
    """Ask people to review it or to decide what follows; where nobody may, who administers the unit is alarmed."""
    act.ask_all(kind.code, people, act.now + TIME)
    if people:
        return
    text = gettext_noop(
        "Nobody may deal with %(number)s %(title)s: give somebody the right to approve authority rules in %(unit)s."
    )
    record = act.record
    values = {"number": record.number, "title": record.title, "unit": record.unit.name}
    act.tell_all(people_permitted(ADMINISTER, record.unit), "alarm", text, **values)


@command(
    THING,
    "open",
    label=gettext_lazy("Raise the alarm"),
    past=gettext_lazy("did it by breaking the glass"),
    body=Breaking,
    reason=Reason.NEVER,
    creates=True,
    outright=True,
)
def open_review(act: Act, body: Breaking) -> Record:
    """Keep that the glass was broken, raise the alarm, and ask for a review; the kernel does this."""
    broken = body.broken
    made = act.create(
        title=titled(broken.command, broken.record.number),
        unit=broken.record.unit,
        owner=act.user,
        command=broken.command.key,
        target=broken.record,
        target_version=broken.entry.seq,
        why=broken.why,
        rules=broken.decision.overridden,
    )
    reviewers = _reviewers(made)
    _ask(act, REVIEWING, reviewers)
    numbers = [one["rule"] for one in broken.decision.overridden]
    ruled = Record.objects.filter(number__in=numbers)
    owners = User.objects.filter(pk__in=ruled.values("owner_id"), is_active=True)
    alarmed = {*owners, *reviewers, *([act.user.manager] if act.user.manager is not None else [])}
    asked = (broken.entry.authority or {}).get("asked_name", "")
    act.tell_all(
        sorted(alarmed - {act.user}, key=lambda user: user.pk),
        "alarm",
        ALARM_OWN_NAME if asked else ALARM,
        who=act.user.name,
        rules=", ".join(numbers),
        title=made.title,
        why=broken.why[:200].rstrip(" ."),  # the sentence ends it
        number=made.number,
        asked=asked,
    )
    if asked:
        text = gettext_noop(
            "The glass was broken, in your own name and not for %(asked)s: your reason is reviewed as %(number)s."
        )
        act.conclude(text, asked=asked)
    else:
        act.conclude(gettext_noop("The glass was broken: your reason is reviewed as %(number)s."))
    return made


Verdict = Annotated[
    Literal["justified", "not_justified"],
    Shown(gettext_lazy("Was it justified?"), widget=Widget.CHOICE, choices=VERDICTS),
]
Finding = Annotated[
    str,
    Field(min_length=1, max_length=10_000),
    Shown(
        gettext_lazy("Finding"), gettext_lazy("What happened, and what follows from it."), Widget.LONG_TEXT
    ),
]


class Review(Body):
    """What the review came to."""

    verdict: Verdict
    finding: Finding


@command(
    THING,
    "review",
    label=gettext_lazy("Review"),
    past=gettext_lazy("reviewed it"),
    body=Review,
    who=(permitted(APPROVE), assigned(REVIEWING.code)),
    barred=(_not_own,),
    signature=Meaning(
        "override_reviewed",
        gettext_lazy("Reviewed"),
        gettext_lazy("I have looked at what was done by breaking the glass, and at why."),
    ),
    reason=Reason.NEVER,
    prominent=True,
    outright=True,
    deciding=OVERRIDES.sections[0].facts,
    hint=gettext_lazy("Who did it is told. Where it was not justified, somebody has to decide what follows."),
    reindexes=False,
)
def review(act: Act, body: Review) -> None:
    """Judge whether breaking the glass was justified."""
    row: Override = act.detail
    row.finding, row.reviewed_by, row.reviewed = body.finding, act.user, act.now
    act.move_to(body.verdict)
    act.finish(waiting(act), body.verdict)
    if body.verdict == "not_justified":
        _ask(act, SETTLING, _deciders(act.record))
        act.conclude(
            gettext_noop("%(what)s stays marked until somebody says what follows from %(number)s."),
            what=row.target.number,
        )
    act.say(str(_VERDICTS_TOLD[body.verdict]))
    act.tell(
        act.record.owner,
        THING,
        _TOLD[body.verdict],
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
        finding=body.finding[:200],
    )


_VERDICTS_TOLD = {"justified": gettext_noop("justified"), "not_justified": gettext_noop("not justified")}
_TOLD = {
    "justified": gettext_noop("%(who)s found %(number)s %(title)s justified: %(finding)s"),
    "not_justified": gettext_noop("%(who)s found %(number)s %(title)s not justified: %(finding)s"),
}


def _deciders(record: Record) -> list[User]:
    """Return who decides what follows: the owner of what it was done to, and who may review it."""
    about: User = record.override.target.owner
    own = [about] if about.is_active and about.pk != record.owner_id else []
    return list({person.pk: person for person in (*own, *_reviewers(record))}.values())


def _next(record: Record) -> tuple[TaskKind, list[User]]:
    """Return what somebody has to do next of it, and who may."""
    if record.state == "not_justified":
        return SETTLING, _deciders(record)
    return REVIEWING, _reviewers(record)


class Settling(Body):
    """What follows from what was not justified."""

    consequence: Annotated[
        Literal["stays", "corrected", "undone"],
        Shown(gettext_lazy("What becomes of what was done?"), widget=Widget.CHOICE, choices=CONSEQUENCES),
    ]
    done_about_it: Annotated[
        str,
        Field(min_length=1, max_length=10_000),
        Shown(
            gettext_lazy("What was done about it"),
            gettext_lazy("And why that is enough: what it could have harmed, and how that is known."),
            Widget.LONG_TEXT,
        ),
    ]
    put_right_by: Annotated[
        RecordRef | None,
        Shown(
            gettext_lazy("Put right by"),
            gettext_lazy(
                "The record itself once it is put right, one that is linked to it, or the change request or document in"
                " which it is corrected or undone."
            ),
            Widget.RECORD,
            needed=gettext_lazy("needed where it is corrected or undone"),
        ),
    ] = None


@command(
    THING,
    "settle",
    label=gettext_lazy("Decide what follows"),
    past=gettext_lazy("decided what follows"),
    body=Settling,
    who=(permitted(APPROVE), assigned(SETTLING.code)),
    barred=(_not_own,),
    signature=Meaning(
        "override_settled",
        gettext_lazy("Decided what follows"),
        gettext_lazy(
            "I have looked at what was done without justification, and answer for what follows from it."
        ),
    ),
    reason=Reason.NEVER,
    prominent=True,
    outright=True,
    deciding=(*OVERRIDES.sections[0].facts, *OVERRIDES.sections[1].facts),
    hint=gettext_lazy("The record that it was done to is no longer marked afterwards; its history keeps it."),
    reindexes=False,
)
def settle(act: Act, body: Settling) -> None:
    """Say what becomes of what was done, and what was done about it."""
    if body.put_right_by is None and body.consequence != "stays":
        raise Refused({"put_right_by": _("Name the record in which it is corrected or undone.")})
    if body.put_right_by is not None and body.put_right_by.type == THING:
        sentence = _(
            "Name the record in which it is corrected or undone: this tells only that the glass was broken."
        )
        raise Refused({"put_right_by": sentence})
    row: Override = act.detail
    if body.put_right_by is not None and (why := why_not_by(row, body.put_right_by)) is not None:
        raise Refused({"put_right_by": why})
    row.consequence, row.done_about_it, row.put_right_by = (
        body.consequence,
        body.done_about_it,
        body.put_right_by,
    )
    row.settled_by, row.settled = act.user, act.now
    act.finish(waiting(act), "settled")
    act.say(str(CONSEQUENCES_TOLD[body.consequence]))
    act.tell(
        act.record.owner,
        THING,
        gettext_noop("%(who)s decided what follows from %(number)s %(title)s: %(what)s"),
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
        what=body.done_about_it[:200],
    )
    act.conclude(
        gettext_noop("It is decided what follows from %(number)s; %(name)s is told."),
        name=act.record.owner.name,
    )


CONSEQUENCES_TOLD = {
    "stays": gettext_noop("what was done stays"),
    "corrected": gettext_noop("what was done is corrected"),
    "undone": gettext_noop("what was done is undone"),
}


@command(THING, "ask_again", **ASKED_AGAIN)
def ask_again(act: Act, body: Gone) -> None:
    """Close the task of somebody who left and ask whoever else may; the system does this."""
    act.finish(waiting(act).filter(assignee=body.person), "left")
    _ask(act, *_next(act.record))
    say_in_whose_place(act, body.person)


@command(
    THING,
    "ask_who_may",
    label=gettext_lazy("Ask who may by now"),
    past=gettext_lazy("asked who may by now"),
    reason=Reason.NEVER,
    reindexes=False,
)
def ask_who_may(act: Act, _body: Body) -> None:
    """Ask those who have come to be able to deal with it, where nobody was; the system does this."""
    kind, people = _next(act.record)
    if act.ask_all(kind.code, people, act.now + TIME):
        act.say(gettext_noop("%(names)s"), names=some(person.name for person in people))


@every(minutes=5)
def ask_who_may_by_now() -> int:
    """Ask about uses of break-glass of which nobody is asked, as soon as somebody may."""
    asked = Task.objects.filter(record=OuterRef("pk"), done__isnull=True)
    rows = Record.objects.filter(~Exists(asked), type=THING, state__in=UNSETTLED)
    rows = rows.select_related("unit", "owner__manager", "override__target__owner").order_by("pk")
    due = [record for record in rows if _next(record)[1]]
    for record in due:
        with suppress(WrongState):  # somebody dealt with it at this very moment
            carry_out(THING, "ask_who_may", Actor.system(), record=record)
    return len(due)
