"""Assessments that there were before, written down one by one or brought in from a table."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.competence.assessing import (
    ASSESSED_BY,
    BY_ANOTHER,
    METHODS,
    agrees,
    confirming,
    framework_in_force,
    holds_permission,
    named_by_another,
    not_by_their_hand,
    not_of_oneself,
    not_of_own_word,
    not_recorded_alone,
    why_no_level,
)
from setsquare.domains.competence.commands.agreeing import close_renewals, tell_concerned
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
from setsquare.domains.competence.commands.noting import note_second_look
from setsquare.domains.competence.models import Assessment, Component, Rating
from setsquare.domains.competence.permissions import ASSESS
from setsquare.domains.competence.qualifying import one_at_a_time, qualify
from setsquare.domains.competence.showing import SHOWN_BY_THESE, unshown
from setsquare.domains.competence.work import CONFIRM
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Shown, Widget
from setsquare.kernel.commands.declaration import Meaning, Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.importing.running import CHANNEL
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

ComponentOf = Annotated[
    str,
    Field(min_length=1, max_length=80),
    Shown(gettext_lazy("Component"), widget=Widget.PART, of="framework"),
]
WasAssessed = Annotated[AnyPerson, Shown(gettext_lazy("Person"), widget=Widget.PERSON)]
Assessor = Annotated[
    AnyPerson | None,
    Shown(ASSESSED_BY, gettext_lazy("Left empty: you."), Widget.PERSON),
]


EARLIEST = dt.date(1950, 1, 1)
"""Nobody who works was assessed before."""
LONGEST = dt.timedelta(days=50 * 365)
"""What holds for longer holds for good."""
LATELY = dt.timedelta(days=14)
"""What was found so lately is no past assessment."""
DAYS_TO_CONFIRM = dt.timedelta(days=30)
AT_ONCE = dt.timedelta(hours=12)
"""Of what somebody brings in by tables within that time, a person is told once."""
OF_YOU = gettext_noop(
    "%(who)s recorded what was assessed of you before: %(number)s %(title)s. It counts once it is confirmed."
)
OF_YOU_IMPORTED = gettext_noop(
    "%(who)s brings in what was assessed of you before, such as %(number)s %(title)s. It counts once it is confirmed."
)
BY_YOU = gettext_noop(
    "%(who)s recorded that you assessed before: %(number)s %(title)s. If you did not, refuse it and say so."
)
BY_YOU_IMPORTED = gettext_noop(
    "%(who)s brings in what you are said to have assessed before, such as %(number)s %(title)s."
    " Refuse what you did not."
)
TO_CONFIRM_IMPORTED = gettext_noop(
    "%(who)s brings in what was assessed before, such as %(number)s %(title)s. It counts once you confirm it:"
    " choose all of it in the register, and sign once."
)
COUNTS_NOW = gettext_noop(
    "%(who)s confirmed what was assessed of you before, such as %(number)s %(title)s: it counts now."
)


class Recorded(Body):
    """What was assessed and agreed."""

    person: WasAssessed
    framework: ByFramework
    component: ComponentOf
    level: Annotated[
        int,
        Field(ge=0, le=20),
        Shown(
            gettext_lazy("Agreed level"),
            gettext_lazy("One at which the component is described; 0 is below the lowest."),
            Widget.LEVEL,
            of="framework",
            part="component",
        ),
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


def _check_people(person: User, assessor: User, method: str, day: dt.date, by: User | None) -> None:
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
    for where, one in (("person", person), ("assessor", assessor)):
        if one.left_on is not None and one.left_on < day:
            sentence = _("%(name)s had left on %(day)s, before this was assessed; look at the day.")
            raise Refused({where: sentence % {"name": one.name, "day": date_format(one.left_on)}})
    if method in BY_ANOTHER and assessor == by:
        raise Refused({"assessor": _("You assessed this as a peer; somebody else records it.")})


def _check_days(body: Recorded, now: dt.datetime) -> None:
    check_day(body.day, body.person, now)
    if body.day < EARLIEST:
        raise Refused({"day": _("This is before %(year)s; look at the year.") % {"year": EARLIEST.year}})
    if body.valid_until is not None and body.valid_until > body.day + LONGEST:
        sentence = _("This is more than %(years)s years after the assessment; left empty, it holds for good.")
        raise Refused({"valid_until": sentence % {"years": LONGEST.days // 365}})
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


def _check_new(body: Recorded, assessor: User, component: Component) -> None:
    """Refuse what the same assessor is said to have found of the component on the same day: once more, or otherwise."""
    before = Rating.objects.filter(
        component=component,
        assessment__person=body.person,
        assessment__assessor=assessor,
        assessment__day=body.day,
        assessment__record__state__in=("recorded", "agreed"),
    ).select_related("assessment__record")
    for row in before[:1]:
        names = {"number": row.assessment.record.number, "name": assessor.name, "level": row.level}
        sentence = _("%(number)s says already that %(name)s found level %(level)s of it on that day.")
        raise Refused({"component": sentence % names})


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
        "One component that was assessed before; many come in by Import. It counts once somebody else confirms it by"
        " signature: who is named as assessor, or who may assess the person."
    ),
)
def create(act: Act, body: Recorded) -> Record:
    """Record what was found before, of somebody else than who records it; it counts once it is confirmed."""
    assessor = body.assessor or act.user
    _check_people(body.person, assessor, body.method, body.day, act.actor.user)
    component = _component(body)
    _check_days(body, act.now)
    _check_new(body, assessor, component)
    made = make(
        act,
        body.person,
        component.framework,
        assessor,
        method=body.method,
        day=body.day,
        note=body.note,
        valid_until=body.valid_until,
        recorder=act.actor.user,
        recorded=act.now,
    )
    Rating(assessment=made.assessment, component=component, level=body.level, reason=body.reason).save()
    act.target = "recorded"
    _ask(act, made.assessment)
    return made


def _ask(act: Act, assessment: Assessment) -> None:
    """Ask who confirms it, tell everybody concerned, and say to who recorded it what it waits for."""
    asked = confirming(assessment)
    act.tells_itself = act.actor.channel == CHANNEL
    act.ask_all(CONFIRM.code, asked, act.now + DAYS_TO_CONFIRM)
    _tell(act, assessment.person, OF_YOU, OF_YOU_IMPORTED)
    if assessment.assessor not in (assessment.person, *asked):
        _tell(act, assessment.assessor, BY_YOU, BY_YOU_IMPORTED)
    if act.tells_itself:
        for person in asked:
            _tell(act, person, TO_CONFIRM_IMPORTED, TO_CONFIRM_IMPORTED)
    elif asked == [act.actor.user]:
        act.conclude(gettext_noop("%(number)s was recorded. You confirm it yourself, as nobody else may."))
    elif asked:
        names = some(person.name for person in asked)
        act.conclude(
            gettext_noop("%(number)s was recorded; it counts once it is confirmed. Asked: %(names)s."),
            names=names,
        )
    else:
        act.conclude(
            gettext_noop(
                "%(number)s was recorded, but nobody may confirm it: somebody has to be given the right."
            )
        )


def _tell(act: Act, user: User, text: str, imported: str) -> None:
    """Tell whom it is about, or who assessed or confirms it; of many that come in by a table, once in a while."""
    if user == act.actor.user or not user.is_active:
        return
    if act.actor.channel == CHANNEL:
        _tell_once(act, user, imported)
    else:
        _say(act, user, text)


def _tell_once(act: Act, user: User, text: str) -> None:
    """Tell somebody of the first of many, once in a while."""
    lately = Notice.objects.filter(user=user, kind="competence", text=text, at__gte=act.now - AT_ONCE)
    if not lately.filter(values__who=_who(act)).exists():
        _say(act, user, text)


def _say(act: Act, user: User, text: str) -> None:
    act.tell(user, "competence", text, who=_who(act), number=act.record.number, title=act.record.title)


def _who(act: Act) -> str:
    return act.actor.user.name if act.actor.user is not None else _("The system")


def _in_the_way(situation: Situation) -> Mapping[str, Label]:
    return unshown(situation) if situation.subject.state == "recorded" else {}


@command(
    "assessment",
    "confirm",
    label=gettext_lazy("Confirm"),
    past=gettext_lazy("confirmed it"),
    who=(agrees,),
    barred=(not_of_oneself, not_of_own_word, not_recorded_alone, not_by_their_hand),
    conditions=(framework_in_force,),
    obstacles=_in_the_way,
    mended_by=SHOWN_BY_THESE,
    signature=Meaning(
        "assessment_confirmed",
        gettext_lazy("Past assessment confirmed"),
        gettext_lazy(
            "I have looked at what is recorded here of the past: the person was assessed so on that day,"
            " and was at the level that it says."
        ),
    ),
    reason=Reason.NEVER,
    prominent=True,
    bulk=True,
    reindexes=False,
    hint=gettext_lazy("From then on it counts, as of the day of the assessment."),
)
def confirm(act: Act, _body: Body) -> None:
    """Say, signed, that what was recorded of the past was so: from then on it counts."""
    assessment: Assessment = act.detail
    one_at_a_time(assessment.person)
    rows = list(assessment.ratings.select_related("component").order_by("component__place", "id"))
    for row in rows:
        row.agreed = row.level
        row.save()
    assessment.agreed, assessment.agreed_by = act.now, act.user
    act.finish(Task.objects.filter(record=act.record, kind=CONFIRM.code), "confirmed")
    note_second_look(act)
    qualify(act, rows)
    close_renewals(act)
    _tell_once(act, assessment.person, COUNTS_NOW)
    act.conclude(gettext_noop("%(number)s is confirmed: what it says counts now."))


@command(
    "assessment",
    "refuse",
    label=gettext_lazy("Refuse"),
    past=gettext_lazy("refused it"),
    who=(agrees, named_by_another),
    barred=(not_of_oneself,),
    reason=Reason.ALWAYS,
    danger=True,
    reindexes=False,
    hint=gettext_lazy("What was recorded of the past was not so; it never counts."),
)
def refuse(act: Act, _body: Body) -> None:
    """Say why what was recorded of the past is not so."""
    act.finish(Task.objects.filter(record=act.record, kind=CONFIRM.code), "refused")
    tell_concerned(
        act,
        gettext_noop("%(who)s refused the past assessment %(number)s %(title)s: %(reason)s"),
        reason=act.reason[:200],
    )
    act.conclude(gettext_noop("%(number)s is refused and does not count; those concerned are told why."))
