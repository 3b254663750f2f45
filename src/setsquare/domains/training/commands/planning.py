"""Planning training sessions, changing and cancelling them."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.commands.attending import move_up
from setsquare.domains.training.commands.certifying import FURTHEST, LONGEST_AGO
from setsquare.domains.training.models import TrainingSession
from setsquare.domains.training.rules import (
    COORDINATORS,
    IN_SESSIONS,
    OFFERED,
    RUNNERS,
    check_course,
    trains,
    why_no_session,
    why_no_trainer,
)
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, RecordRef, Shown, UnitRef, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in, months_later
from setsquare.kernel.records.models import Record

Trainer = Annotated[Person, Shown(gettext_lazy("Trainer"), widget=Widget.PERSON)]
OfCourse = Annotated[
    RecordRef,
    Shown(
        gettext_lazy("Course"),
        widget=Widget.RECORD,
        of="course",
        states=OFFERED,
        only={"course": {"kind": IN_SESSIONS}},
    ),
]
Where = Annotated[UnitRef, Shown(gettext_lazy("Unit"), gettext_lazy("Its time zone counts."))]


class Planned(Body):
    """When, where and by whom."""

    starts: Annotated[
        dt.datetime,
        Shown(gettext_lazy("Starts"), gettext_lazy("Where it takes place; without a zone, the unit’s.")),
    ]
    ends: Annotated[dt.datetime, Shown(gettext_lazy("Ends"))]
    place: Annotated[
        str,
        Field(max_length=300),
        Shown(gettext_lazy("Place or link"), gettext_lazy("A room, or the address of a meeting.")),
    ] = ""
    trainer: Trainer
    capacity: Annotated[
        int | None,
        Field(ge=1, le=1000),
        Shown(gettext_lazy("Places"), gettext_lazy("Left empty: as many as like.")),
    ] = None
    notes: Annotated[str, Field(max_length=5000), Shown(gettext_lazy("Notes"), widget=Widget.LONG_TEXT)] = ""


class OfOneCourse(Body):
    """Of which course: asked for first."""

    course: OfCourse


class NewSession(Planned, OfOneCourse):
    """Of which course, and where it is kept."""

    unit: Where


def _times(body: Planned, unit: Unit) -> tuple[dt.datetime, dt.datetime]:
    """Return when it starts and ends, in the unit's zone where none was given."""
    place = zone(unit)
    _check_years(body, unit)
    starts, ends = (
        moment if timezone.is_aware(moment) else moment.replace(tzinfo=place)
        for moment in (body.starts, body.ends)
    )
    if ends <= starts:
        raise Refused({"ends": _("It has to end after it starts.")})
    if ends - starts > dt.timedelta(days=60):
        raise Refused({"ends": _("This is more than 60 days after it starts; plan several sessions.")})
    return starts.astimezone(dt.UTC), ends.astimezone(dt.UTC)


def _check_years(body: Planned, unit: Unit) -> None:
    """Refuse days so long ago, or so far ahead, that the year is a slip of the pen."""
    today = day_in(timezone.now(), unit)
    ago, ahead = months_later(today, -12 * LONGEST_AGO), months_later(today, 12 * FURTHEST)
    for field, day in (("starts", body.starts.date()), ("ends", body.ends.date())):
        if day < ago:
            sentence = _("This day is more than %(years)s years ago; look at the year.")
            raise Refused({field: sentence % {"years": LONGEST_AGO}})
        if day > ahead:
            sentence = _("This day is more than %(years)s years ahead; look at the year.")
            raise Refused({field: sentence % {"years": FURTHEST}})


def _as_is(situation: Situation) -> Mapping[str, Any]:
    session: TrainingSession = situation.detail
    place = zone(situation.subject.unit)
    return {
        "starts": session.starts.astimezone(place).isoformat(),
        "ends": session.ends.astimezone(place).isoformat(),
        "place": session.place,
        "trainer": session.trainer.username,
        "capacity": session.capacity,
        "notes": session.notes,
    }


def _in_own_unit(situation: Situation) -> Mapping[str, Any]:
    unit = situation.user.unit
    return {"unit": unit.code if unit is not None else "", "trainer": situation.user.username}


@command(
    "training_session",
    "create",
    label=gettext_lazy("New training session"),
    past=gettext_lazy("planned it"),
    body=NewSession,
    who=COORDINATORS,
    creates=True,
    initial=_in_own_unit,
)
def create(act: Act, body: NewSession) -> Record:
    """Plan when a course is given, where and by whom."""
    course = check_course(body.course, "course")
    if why := why_no_session(course):
        raise Refused({"course": why})
    if why := why_no_trainer(course, body.trainer):
        raise Refused({"trainer": why})
    starts, ends = _times(body, body.unit)
    record = act.create(
        title=course.record.title,
        unit=body.unit,
        owner=act.user,
        course=course,
        starts=starts,
        ends=ends,
        trainer=body.trainer,
        **body.model_dump(include={"place", "capacity", "notes"}),
    )
    if body.trainer != act.user:
        _tell(act, [body.trainer], gettext_noop("%(who)s planned %(number)s %(title)s with you as trainer."))
    when = starts.astimezone(zone(body.unit))
    if body.trainer == act.user:
        act.conclude(gettext_noop("%(number)s is planned for %(starts)s."), starts=when)
    else:
        act.conclude(
            gettext_noop("%(number)s is planned for %(starts)s; %(name)s is told."),
            starts=when,
            name=body.trainer.name,
        )
    return record


@command(
    "training_session",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited it"),
    body=Planned,
    who=(trains, *RUNNERS),
    initial=_as_is,
    edits=True,
)
def edit(act: Act, body: Planned) -> None:
    """Plan it otherwise; who takes part is told where it is at another time or place."""
    session: TrainingSession = act.detail
    starts, ends = _times(body, act.record.unit)
    if body.trainer != session.trainer and (why := why_no_trainer(session.course, body.trainer)):
        raise Refused({"trainer": why})
    taken = session.attendances.filter(waiting=False).count()
    if body.capacity is not None and body.capacity < taken:
        sentence = _("%(taken)s take part already; give at least as many places.")
        raise Refused({"capacity": sentence % {"taken": taken}})
    moved = (starts, ends, body.place) != (session.starts, session.ends, session.place)
    session.starts, session.ends, session.place = starts, ends, body.place
    session.trainer, session.capacity, session.notes = body.trainer, body.capacity, body.notes
    move_up(act)
    if moved:
        _tell(
            act,
            _concerned(session),
            gettext_noop("%(who)s changed when or where %(number)s %(title)s takes place."),
        )
    act.conclude(gettext_noop("%(number)s was changed."))


@command(
    "training_session",
    "cancel",
    label=gettext_lazy("Cancel"),
    past=gettext_lazy("cancelled it"),
    who=(trains, *RUNNERS),
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
)
def cancel(act: Act, _body: Body) -> None:
    """Say that it does not take place; everybody who takes part or waits is told why."""
    people = _concerned(act.detail)
    sentence = gettext_noop("%(number)s %(title)s was cancelled: %(reason)s")
    _tell(act, people, sentence, reason=act.reason[:200])
    act.conclude(gettext_noop("%(number)s is cancelled; whoever was enrolled has been told."))


def _concerned(session: TrainingSession) -> list[User]:
    """Return who takes part, waits for a place or gives it."""
    enrolled = User.objects.filter(pk__in=session.attendances.values("person_id"), is_active=True)
    return [*enrolled.exclude(pk=session.trainer_id).order_by("pk"), session.trainer]


def _tell(act: Act, people: list[User], text: str, **values: str) -> None:
    values = {"who": act.user.name, **values, "number": act.record.number, "title": act.record.title}
    act.tell_all([one for one in people if one != act.actor.user], "training", text, **values)
