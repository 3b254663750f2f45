"""Assessments that there were before, written down one by one or brought in from a table."""

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.competence.assessing import (
    BY_ANOTHER,
    METHODS,
    agreeing,
    holds_permission,
    why_no_level,
    why_not_alone,
)
from setsquare.domains.competence.commands.assessing import (
    Because,
    ByFramework,
    Day,
    Note,
    check_day,
    check_framework,
    components_of,
    make,
    where_assessed,
)
from setsquare.domains.competence.models import Assessment, Component, Rating
from setsquare.domains.competence.permissions import ASSESS
from setsquare.domains.competence.qualifying import one_at_a_time, qualify
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Shown, Widget
from setsquare.kernel.commands.declaration import command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.importing.running import CHANNEL
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.records.models import Record

ComponentOf = Annotated[
    str,
    Field(min_length=1, max_length=80),
    Shown(gettext_lazy("Component"), widget=Widget.PART, of="framework"),
]
WasAssessed = Annotated[AnyPerson, Shown(gettext_lazy("Person"), widget=Widget.PERSON)]
Assessor = Annotated[
    AnyPerson | None,
    Shown(gettext_lazy("Assessed by"), gettext_lazy("Left empty: you."), Widget.PERSON),
]


LATELY = dt.timedelta(days=14)
"""What was found so lately is no past assessment."""
AT_ONCE = dt.timedelta(hours=12)
"""Of what somebody brings in by tables within that time, a person is told once."""
OF_YOU = gettext_noop("%(who)s recorded what was assessed of you before: %(number)s %(title)s.")
OF_YOU_IMPORTED = gettext_noop(
    "%(who)s brings in what was assessed of you before, such as %(number)s %(title)s."
)
BY_YOU = gettext_noop(
    "%(who)s recorded that you assessed before: %(number)s %(title)s. If you did not, revoke it and say so."
)
BY_YOU_IMPORTED = gettext_noop(
    "%(who)s brings in what you are said to have assessed before, such as %(number)s %(title)s."
    " Revoke what you did not."
)
BY_ONE_WHO_LEFT = gettext_noop(
    "%(who)s recorded that %(by)s, who has left, assessed before: %(number)s %(title)s. Revoke it if that is not so."
)
BY_ONE_WHO_LEFT_IMPORTED = gettext_noop(
    "%(who)s brings in what %(by)s, who has left, is said to have assessed before, such as %(number)s %(title)s."
    " Revoke what is not so."
)


class Recorded(Body):
    """What was assessed and agreed."""

    person: WasAssessed
    framework: ByFramework
    component: ComponentOf
    level: Annotated[
        int,
        Field(ge=0, le=20),
        Shown(gettext_lazy("Agreed level"), gettext_lazy("Its rank on the scale; 0 is below the lowest.")),
    ]
    day: Day
    valid_until: Annotated[
        dt.date | None,
        Shown(gettext_lazy("Valid until"), gettext_lazy("The last day. Left empty: for good.")),
    ] = None
    method: Annotated[Assessment.Method, Shown(gettext_lazy("Method"), choices=METHODS)] = (
        Assessment.Method.ASSESSOR
    )
    assessor: Assessor = None
    history: Annotated[
        bool,
        Shown(gettext_lazy("Past"), gettext_lazy("Keep it as history also where it is over by now.")),
    ] = False
    reason: Because = ""
    note: Note = ""


def _check_people(person: User, assessor: User, method: str, by: User | None) -> None:
    """Refuse who may not record it, and who could not have assessed by the method."""
    if person == by:
        sentence = _("Nobody records their own assessment; begin one, and somebody else agrees on it.")
        raise Refused({"person": sentence})
    if by is not None and not holds_permission(by, person):
        sentence = _("Your roles do not let you assess %(name)s.")
        raise Refused({"person": sentence % {"name": person.name}})
    own = method == Assessment.Method.SELF
    if own != (person == assessor):
        told = (
            _("Only %(name)s assesses themself.")
            if own
            else _("%(name)s did not assess themself by this method.")
        )
        raise Refused({"assessor": told % {"name": person.name}})
    if method == Assessment.Method.MANAGER and person.manager != assessor:
        sentence = _("%(assessor)s is not the line manager of %(name)s; choose another method.")
        raise Refused({"method": sentence % {"assessor": assessor.name, "name": person.name}})
    if method in BY_ANOTHER and assessor == by:
        raise Refused({"assessor": _("You assessed this as a peer; somebody else records it.")})
    recorded = Assessment(person=person, assessor=assessor, method=method)
    if by is not None and (why := why_not_alone(recorded, by)):
        raise Refused({"assessor": why})


def _check_days(body: Recorded, now: dt.datetime) -> None:
    check_day(body.day, body.person, now)
    if body.day > day_in(now, body.person.unit) - LATELY:
        sentence = _("What was found within the last %(days)s days is assessed by “New assessment”.")
        raise Refused({"day": sentence % {"days": LATELY.days}})
    if body.valid_until is None:
        return
    if body.valid_until < body.day:
        raise Refused({"valid_until": _("It cannot end before the day of the assessment.")})
    if body.valid_until < day_in(now, body.person.unit) and not body.history:
        sentence = _("It is over already; where it is to be kept as history, say so under “Past”.")
        raise Refused({"valid_until": sentence})


def _component(body: Recorded) -> Component:
    framework = check_framework(body.framework)
    component = components_of(framework, [body.component]).get(body.component)
    if component is None:
        sentence = _("%(number)s has no component “%(code)s” in force.")
        raise Refused({"component": sentence % {"number": body.framework.number, "code": body.component}})
    if why := why_no_level(component, body.level):
        raise Refused({"level": why})
    return component


@command(
    "assessment",
    "create",
    label=gettext_lazy("Record a past assessment"),
    past=gettext_lazy("recorded it"),
    body=Recorded,
    who=(permitted(ASSESS),),
    creates=True,
    made_in=where_assessed,
    hint=gettext_lazy(
        "One component that was assessed and agreed before; many come in by Import. Its person and who is named as"
        " assessor are told, and who is named may revoke it."
    ),
)
def create(act: Act, body: Recorded) -> Record:
    """Record what was agreed before; of somebody else than who records it."""
    assessor = body.assessor or act.user
    _check_people(body.person, assessor, body.method, act.actor.user)
    component = _component(body)
    _check_days(body, act.now)
    one_at_a_time(body.person)
    made = make(
        act,
        body.person,
        component.framework,
        assessor,
        method=body.method,
        day=body.day,
        note=body.note,
        valid_until=body.valid_until,
        agreed=act.now,
        agreed_by=act.actor.user,
    )
    rating = Rating(assessment=made.assessment, component=component, level=body.level, reason=body.reason)
    rating.agreed = body.level
    rating.save()
    act.target = "agreed"
    qualify(act, [rating])
    _tell(act, body.person, OF_YOU, OF_YOU_IMPORTED)
    if assessor.is_active and assessor != body.person:
        _tell(act, assessor, BY_YOU, BY_YOU_IMPORTED)
    elif not assessor.is_active:
        for other in agreeing(
            made.assessment, frozenset({act.user.pk} if act.actor.user is not None else ())
        ):
            _tell(act, other, BY_ONE_WHO_LEFT, BY_ONE_WHO_LEFT_IMPORTED, by=assessor.name)
    return made


def _tell(act: Act, user: User, text: str, imported: str, by: str = "") -> None:
    """Tell whom it is about, or who is said to have assessed it; of many that come in by a table, once in a while."""
    if user == act.actor.user or not user.is_active:
        return
    by_table = act.actor.channel == CHANNEL
    told = imported if by_table else text
    who = act.actor.user.name if act.actor.user is not None else _("The system")
    lately = Notice.objects.filter(user=user, kind="competence", text=told, at__gte=act.now - AT_ONCE)
    if by_table and lately.filter(values__who=who).exists():
        return
    act.tell(user, "competence", told, who=who, number=act.record.number, title=act.record.title, by=by)
