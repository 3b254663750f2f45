"""Taking a course anew because of a record; the system does it, for what asks for it."""

import datetime as dt
from typing import Annotated

from django.utils.translation import gettext_lazy

from setsquare.domains.training.models import Certificate, Course, Retraining, Trainee
from setsquare.domains.training.work import TRAIN
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.tasks.models import Task

Because = Annotated[RecordRef, Shown(gettext_lazy("Because of"))]
JUST = dt.timedelta(microseconds=1)
"""What nobody holds any more was held for a moment at least."""


class Retrain(Body):
    """Who takes the course anew, because of what, and by when."""

    because: Because
    people: Annotated[list[AnyPerson], Shown(gettext_lazy("People"), widget=Widget.PEOPLE)]
    since: Annotated[dt.date, Shown(gettext_lazy("Certificates count from this day on"))]
    due: Annotated[dt.datetime, Shown(gettext_lazy("Due"))]
    lapses: Annotated[dt.datetime | None, Shown(gettext_lazy("Older certificates cease to count"))] = None
    reason: Annotated[str, Shown(gettext_lazy("Why anew"))] = ""


class Forgo(Body):
    """Because of what nobody has to take it anew any more."""

    because: Because


@command(
    "course",
    "retrain",
    label=gettext_lazy("Have it taken anew"),
    past=gettext_lazy("had people take it anew"),
    body=Retrain,
    reason=Reason.NEVER,
    reindexes=False,
)
def retrain(act: Act, body: Retrain) -> None:
    """Have people take the course anew; who was asked to by a later day is asked again, by this one."""
    course: Course = act.detail
    names = sorted(person.username for person in body.people)
    given = body.model_dump(include={"since", "due", "lapses", "reason"})
    row, _made = Retraining.objects.update_or_create(
        course=course, because=body.because, defaults={**given, "people": act.text("\n".join(names))}
    )
    row.trainees.exclude(person__in=body.people).delete()
    known = set(row.trainees.values_list("person_id", flat=True))
    missing = [one for one in body.people if one.pk not in known]
    Trainee.objects.bulk_create([Trainee(retraining=row, person=one) for one in missing])
    later = Task.objects.filter(kind=TRAIN.code, assignee__in=body.people, due__gt=body.due)
    act.finish(later, "anew")
    act.say(
        gettext_noop("because of %(number)s. People: %(count)s"),
        number=body.because.number,
        count=len(body.people),
    )


@command(
    "course",
    "forgo_retraining",
    label=gettext_lazy("Have it taken anew no longer"),
    past=gettext_lazy("no longer had people take it anew"),
    body=Forgo,
    reason=Reason.NEVER,
    reindexes=False,
)
def forgo_retraining(act: Act, body: Forgo) -> None:
    """End that people take the course anew because of a record."""
    Retraining.objects.filter(course=act.detail, because=body.because).delete()
    act.say(gettext_noop("because of %(number)s"), number=body.because.number)


class Lapse(Body):
    """When it ceases to count."""

    until: Annotated[dt.datetime, Shown(gettext_lazy("Until"))]


@command(
    "certificate",
    "lapse_earlier",
    label=gettext_lazy("Let it lapse earlier"),
    past=gettext_lazy("let it count no longer than until its course has to be taken anew"),
    body=Lapse,
    reason=Reason.NEVER,
    reindexes=False,
)
def lapse_earlier(act: Act, body: Lapse) -> None:
    """Have a certificate count no longer than its person has for taking the course anew."""
    certificate: Certificate = act.detail
    held = Qualification.objects.filter(evidence=act.record, ended__isnull=True).first()
    if held is not None and (held.until is None or held.until > body.until):
        until = max(body.until, held.since + JUST)
        act.qualify(certificate.person, certificate.course.record, since=held.since, until=until)
