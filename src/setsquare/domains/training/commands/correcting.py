"""Correcting a certificate from elsewhere, by who handed it in, as long as nobody verified it."""

from collections.abc import Mapping
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.commands.certifying import (
    Expires,
    Issued,
    Note,
    NumberThere,
    OfCourse,
    check_day_free,
    fit_for_use,
)
from setsquare.domains.training.commands.numbers import check_number_of_one
from setsquare.domains.training.models import ROLE, Certificate
from setsquare.domains.training.rules import check_course, handed_in
from setsquare.domains.training.work import VERIFY
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, FileRef, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.files.models import Attachment
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

TOLD = ("issued", "expires", "issuer", "external_number")
"""What a badge tells itself."""


class Correct(Body):
    """What the certificate says."""

    course: OfCourse
    issued: Issued
    expires: Expires = None
    issuer: Annotated[str, Field(min_length=1, max_length=200), Shown(gettext_lazy("Issued by"))]
    external_number: NumberThere = ""
    file: Annotated[
        FileRef | None,
        Shown(gettext_lazy("File"), gettext_lazy("Takes the place of the one that is there."), Widget.FILE),
    ] = None
    note: Note = ""


def _as_is(situation: Situation) -> Mapping[str, Any]:
    certificate: Certificate = situation.detail
    return {
        "course": certificate.course.record.number,
        **{name: getattr(certificate, name) for name in (*TOLD, "note")},
    }


@command(
    "certificate",
    "edit",
    label=gettext_lazy("Correct"),
    past=gettext_lazy("corrected it"),
    body=Correct,
    who=(handed_in,),
    initial=_as_is,
    edits=True,
    reason=Reason.NEVER,
)
def edit(act: Act, body: Correct) -> None:
    """Correct what one handed in; those who are asked to verify it are told."""
    certificate: Certificate = act.detail
    if certificate.badge_digest:
        _keep_to_badge(certificate, body)
    course = certificate.course
    if body.course.pk != course.pk:
        course = check_course(body.course, "course")
    if (body.issued, body.expires) != (certificate.issued, certificate.expires):
        certificate.expires = fit_for_use(course, certificate.person, body, act.now)
    if (course.pk, body.issued) != (certificate.course_id, certificate.issued):
        check_day_free(certificate.person, course, body.issued, but=certificate.pk)
    former = (certificate.course_id, certificate.issuer, certificate.external_number)
    if (course.pk, body.issuer, body.external_number) != former:
        check_number_of_one(act, certificate.person, course, body.issuer, body.external_number)
    certificate.course, act.record.title = course, course.record.title
    certificate.issued, certificate.issuer = body.issued, body.issuer
    certificate.external_number, certificate.note = body.external_number, body.note
    if body.file is not None:
        for file in Attachment.objects.filter(record=act.record, role=ROLE, removed__isnull=True):
            act.detach(file)
        act.attach(body.file.blob, body.file.name, ROLE)
    waiting = Task.objects.filter(record=act.record, kind=VERIFY.code, done__isnull=True)
    act.tell_all(
        [task.assignee for task in waiting.select_related("assignee")],
        "training",
        gettext_noop(
            "%(who)s corrected the certificate %(number)s %(title)s that waits for you to verify it."
        ),
        who=act.user.name,
        number=act.record.number,
        title=act.record.title,
    )
    act.conclude(gettext_noop("%(number)s was corrected; whoever verifies it has been told."))


def _keep_to_badge(certificate: Certificate, body: Correct) -> None:
    """Refuse what says something else than the badge from which the certificate was recorded."""
    taken = _("This is taken from the badge.")
    wrong: dict[str, Label] = {
        name: taken for name in TOLD if getattr(body, name) != getattr(certificate, name)
    }
    if body.file is not None:
        wrong["file"] = taken
    if wrong:
        raise Refused(wrong)
