"""What is taken away on paper: the training record of a person, a tab of their page too, and attendance lists."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from setsquare.domains.documents.readings import in_force_in_words, is_in_force
from setsquare.domains.organisation.thing import PEOPLE
from setsquare.domains.quizzes.thing import ATTEMPTS
from setsquare.domains.training.attendance_list import attendance_pdf, may_print
from setsquare.domains.training.permissions import SEEING
from setsquare.domains.training.thing import CERTIFICATES, SESSIONS, SOURCES
from setsquare.faces.web.access import person_of, record_at, signed_in
from setsquare.faces.web.addresses import numbered, view_address
from setsquare.faces.web.records.head import head_of
from setsquare.faces.web.training.asking import SIGNS
from setsquare.faces.web.values import state_shown
from setsquare.flows.training_record import (
    TrainingRecord,
    ending_of,
    may_see_record,
    pdf_of,
    record_of,
    result_of,
    signed_in_words,
    standing_of,
    titled_document,
)
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import leads
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Thing
from setsquare.kernel.tasks.models import Task

TAB = "training"


def sees_training(situation: Situation) -> bool:
    """Show the training of a person to themself, to who leads them, and to who sees or runs it."""
    reader, person = situation.user, situation.detail.user
    by_rights = not SEEING.isdisjoint(situation.permissions)  # a person's record is of their unit
    return by_rights or reader.pk == person.pk or leads(reader, person)


def person_tab(request: HttpRequest, _thing: Thing, record: Record) -> HttpResponse:
    """Show what a person needs and holds, and what that rests on."""
    reader, person = person_of(request), _person(request, record)
    told = record_of(reader, person)
    context = head_of(request, PEOPLE, record, TAB)
    context |= {
        "pdf_url": view_address("training_record", record.number),
        "needed": _needed(told),
        "certificates": _certificates(told),
        **_readings(told),
        **_taken(told),
    }
    return render(request, "training/person.html.jinja", context)


def _needed(told: TrainingRecord) -> list[dict[str, Any]]:
    return [
        {
            "number": course.record.number,
            "title": course.record.title,
            "url": numbered("course", course.record.number),
            "word": standing_of(told, course, cell),
            "sign": SIGNS[cell.standing] if course.pk not in told.waiting else "",
            "why": told.why.get(course.pk, ()),
            "due": told.due_day(told.due[course.pk]) if course.pk in told.due else None,
            "late": course.pk in told.due and told.is_late(told.due[course.pk]),
            "until": told.until(cell),
            "certificate": cell.evidence,
            "certificate_url": numbered("certificate", cell.evidence) if cell.evidence else "",
        }
        for course, cell in told.needed
    ]


def _certificates(told: TrainingRecord) -> list[dict[str, Any]]:
    return [
        {
            "number": one.record.number,
            "url": numbered("certificate", one.record.number),
            "course": f"{one.course.record.number} {one.course.record.title}",
            "state": state_shown(CERTIFICATES, one.record.state),
            "issued": one.issued,
            "expires": one.expires,
            "source": SOURCES[one.source],
            "grounds": told.grounds[one.pk],
            "ending": ending_of(told, one),
        }
        for one in told.certificates
    ]


def _readings(told: TrainingRecord) -> dict[str, Any]:
    """Return what the person has read and still has to read, the days by the clock of the person's unit."""
    to_read = [
        {**_document(task), "due": told.due_day(task.due), "late": told.is_late(task.due)}
        for task in told.to_read
    ]
    read = [
        {
            **_document(task),
            "read": told.day(task.done) if task.done is not None else None,
            "signed": signed_in_words(task),
            "in_force": in_force_in_words(task.record.revision),
            "current": is_in_force(task.record.revision),
        }
        for task in told.read
    ]
    return {"to_read": to_read, "read": read}


def _document(task: Task) -> dict[str, Any]:
    return {
        "name": titled_document(task),
        "url": numbered("revision", task.record.number),
        "ordinal": task.record.revision.ordinal,
    }


def _taken(told: TrainingRecord) -> dict[str, Any]:
    """Return the sessions and quizzes that the person took."""
    sessions = [
        {
            "name": f"{one.session.record.number} {one.session.record.title}",
            "url": numbered("training_session", one.session.record.number),
            "starts": one.session.starts,
            "state": state_shown(SESSIONS, one.session.record.state),
            "result": result_of(one),
        }
        for one in told.sessions
    ]
    attempts = [
        {
            "number": one.record.number,
            "url": numbered("quiz_attempt", one.record.number),
            "quiz": f"{one.quiz.record.number} {one.quiz.record.title}",
            "state": state_shown(ATTEMPTS, one.record.state),
            "submitted": one.submitted,
            "percent": one.percent,
        }
        for one in told.attempts
    ]
    return {"sessions": sessions, "attempts": attempts}


@require_GET
@signed_in
def record_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Send the training record of a person as PDF."""
    record = record_at(request, PEOPLE, number)
    person = _person(request, record)
    name = _("Training record of %(name)s") % {"name": person.name}
    return paper(pdf_of(record_of(person_of(request), person)), f"{name}.pdf")


def attendance_part(request: HttpRequest, _thing: Thing, record: Record) -> dict[str, Any]:
    """Return where who gives or runs a session has its list on paper."""
    may = may_print(record, person_of(request))
    return {"list_url": view_address("attendance_list", record.number) if may else ""}


@require_GET
@signed_in
def list_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """Send the attendance list of a session as PDF."""
    record = record_at(request, SESSIONS, number)
    if not may_print(record, person_of(request)):
        raise Http404
    name = _("Attendance list")
    return paper(attendance_pdf(record), f"{record.number} {name}.pdf")


def paper(data: bytes, name: str) -> HttpResponse:
    """Answer with a PDF, to be shown by the browser."""
    answer = HttpResponse(data, content_type="application/pdf")
    answer["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    answer["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _person(request: HttpRequest, record: Record) -> User:
    person: User = record.person_file.user
    if not may_see_record(person_of(request), person):
        raise Http404
    return person
