"""The training record of a person: what they need and hold, what that rests on, what they read, sessions and quizzes.

Training knows courses, certificates and sessions, documents who read what, quizzes the attempts; an auditor asks for
all of it on one sheet.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from setsquare.domains.competence.gaps.people import follows as follows_competence
from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.readings import (
    in_force_in_words,
    is_in_force,
    is_signed,
    read_by,
    still_to_read_by,
)
from setsquare.domains.documents.thing import DOCUMENT, REVISION
from setsquare.domains.quizzes.models import QuizAttempt
from setsquare.domains.quizzes.thing import ATTEMPTS
from setsquare.domains.training.ended import Ending, endings_of
from setsquare.domains.training.matrix import MISSING, STANDINGS, WORDS, Cell, cells, courses_shown
from setsquare.domains.training.models import IN_LINE, Attendance, Certificate, Course
from setsquare.domains.training.reasons import why_needed
from setsquare.domains.training.resting import Ground, all_grounds
from setsquare.domains.training.scopes import people_followed_by
from setsquare.domains.training.thing import CERTIFICATES, COURSES, RESULTS, SESSIONS, SOURCES
from setsquare.domains.training.work import TRAIN
from setsquare.flows.gaps_to_courses import asked_by_profiles
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.units import zone
from setsquare.kernel.qualifications.days import due_day, last_day
from setsquare.kernel.records.expiring import reckon_one
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label, Thing, plain
from setsquare.kernel.representation.records import Values
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.typesetting.lists import ListSheet, Part, list_pdf

MOST = 500
"""Certificates, readings, sessions and attempts of each kind that a record tells, the newest first."""


TOLD = (COURSES, CERTIFICATES, SESSIONS, ATTEMPTS, DOCUMENT, REVISION)
"""The record types of which it tells: a token has to allow reading each of them."""


@dataclass(frozen=True)
class TrainingRecord:
    """What a reader may see of somebody's training."""

    person: User
    reader: User
    at: dt.datetime
    """As of when it is told."""
    place: dt.tzinfo
    """By which clock its days are told: where the person's unit is."""
    needed: Sequence[tuple[Course, Cell]]
    """The courses that the person needs, the most pressing first."""
    why: Mapping[int, Sequence[str]]
    """Why each course is needed, by its id, a line for each reason."""
    due: Mapping[int, dt.datetime]
    """By when the person is asked to have a course, by its id."""
    waiting: Mapping[int, Certificate]
    """The newest certificate, for each course by its id, that waits for somebody to verify it."""
    certificates: Sequence[Certificate]
    grounds: dict[int, list[Ground]]
    """What each certificate rests on, by its id."""
    endings: Mapping[int, Ending]
    """When and why certificates were revoked or refused, by their ids."""
    to_read: Sequence[Task]
    """What the person is asked to read and has not confirmed, the first due first."""
    read: Sequence[Task]
    """What the person confirmed to have read and understood; `signed` says whether by a signature."""
    sessions: Sequence[Attendance]
    attempts: Sequence[QuizAttempt]

    def day(self, moment: dt.datetime) -> dt.date:
        """Return the day of a moment where the person is."""
        return moment.astimezone(self.place).date()

    def due_day(self, due: dt.datetime) -> dt.date:
        """Return the day by which something is due, as it ends where the person is."""
        return due_day(due, self.place)

    def until(self, cell: Cell) -> dt.date | None:
        """Return the last day on which a course is held, or by which it has to be taken anew."""
        return last_day(cell.until, self.place)

    def is_late(self, due: dt.datetime) -> bool:
        """Tell whether what was due then is late."""
        return due < self.at


def may_see_record(reader: User, person: User) -> bool:
    """Tell whether somebody sees the training of a person: as themself, as who leads them, or by their rights."""
    return User.objects.filter(people_followed_by(reader), pk=person.pk).exists()


def record_of(reader: User, person: User) -> TrainingRecord:
    """Return what a reader may see of the training of a person whose training they follow."""
    courses = list(courses_shown(reader))
    found = cells([person], courses)
    needed = [
        (course, found[person.pk, course.pk]) for course in courses if found[person.pk, course.pk].needed
    ]
    needed.sort(key=lambda pair: (STANDINGS.index(pair[1].standing), pair[0].record.number))
    held = Certificate.objects.filter(pk__in=_seen(CERTIFICATES, reader), person=person)
    held = held.select_related("record", "course__record", "person", "session__record")
    certificates = list(held.order_by("-issued", "-pk")[:MOST])
    waiting = {one.course_id: one for one in reversed(certificates) if one.record.state == "submitted"}
    for one in certificates:
        reckon_one(CERTIFICATES, one.record)
    tasks = Task.objects.filter(assignee=person, kind=TRAIN.code, done__isnull=True)
    taken = Attendance.objects.filter(session__in=_seen(SESSIONS, reader), person=person)
    taken = taken.exclude(IN_LINE).select_related("session__record__unit")
    tried = QuizAttempt.objects.filter(pk__in=_seen(ATTEMPTS, reader), person=person)
    tried = tried.select_related("record", "quiz__record")
    return TrainingRecord(
        person=person,
        reader=reader,
        at=timezone.now(),
        place=zone(person.unit) if person.unit is not None else timezone.get_current_timezone(),
        needed=needed,
        why=why_needed(
            person, asked_by_profiles, of_others=True, gaps_told=follows_competence(reader, person)
        ),
        due=dict(tasks.values_list("record_id", "due")),
        waiting=waiting,
        certificates=certificates,
        grounds=all_grounds(certificates),
        endings=endings_of(reader, certificates),
        to_read=list(still_to_read_by(person, reader)[:MOST]),
        read=list(read_by(person, reader)[:MOST]),
        sessions=list(taken.order_by("-session__starts", "-pk")[:MOST]),
        attempts=list(tried.order_by("-started", "-pk")[:MOST]),
    )


def _seen(thing: Thing, reader: User) -> QuerySet[Record, Any]:
    return thing.visible_to(reader).values("pk")


def state_of(thing: Thing, record: Record) -> str:
    """Return the state of a record in words."""
    return _(thing.lifecycle.state(record.state).label)


def values_of(told: TrainingRecord) -> Values:
    """Return a training record as JSON values, the same for the API and the command line."""
    return {
        "person": told.person.username,
        "name": told.person.name,
        "courses": [
            {
                "course": course.record.number,
                "title": course.record.title,
                "why": list(told.why.get(course.pk, ())),
                "standing": cell.standing,
                "due": plain(told.due.get(course.pk)),
                "due_day": plain(told.due_day(told.due[course.pk])) if course.pk in told.due else None,
                "last_day": plain(told.until(cell)),
                "certificate": cell.evidence or None,
                "waits_for_verification": waiting.record.number if waiting is not None else None,
            }
            for course, cell, waiting in (
                (course, cell, told.waiting.get(course.pk)) for course, cell in told.needed
            )
        ],
        "certificates": [_certificate_value(one, told) for one in told.certificates],
        "documents_to_read": [_to_read_value(task, told) for task in told.to_read],
        "documents_read": [_read_value(task) for task in told.read],
        "sessions": [
            {
                "session": one.session.record.number,
                "title": one.session.record.title,
                "state": one.session.record.state,
                "starts": plain(one.session.starts),
                "result": one.result or None,
            }
            for one in told.sessions
        ],
        "quizzes": [
            {
                "attempt": one.record.number,
                "quiz": one.quiz.record.number,
                "title": one.quiz.record.title,
                "state": one.record.state,
                "submitted": plain(one.submitted),
                "percent": plain(one.percent),
            }
            for one in told.attempts
        ],
    }


def _to_read_value(task: Task, told: TrainingRecord) -> Values:
    return {
        **_revision_value(task),
        "due": plain(task.due),
        "due_day": plain(told.due_day(task.due)),
        "late": told.is_late(task.due),
    }


def _read_value(task: Task) -> Values:
    return {
        **_revision_value(task),
        "read": plain(task.done),
        "signed": is_signed(task),
        "in_force": is_in_force(task.record.revision),
    }


def _revision_value(task: Task) -> Values:
    revision: Revision = task.record.revision
    return {
        "document": revision.document.record.number,
        "revision": task.record.number,
        "ordinal": revision.ordinal,
        "title": task.record.title,
        "state": task.record.state,
    }


def _certificate_value(one: Certificate, told: TrainingRecord) -> Values:
    ending = told.endings.get(one.pk)
    return {
        "certificate": one.record.number,
        "course": one.course.record.number,
        "title": one.course.record.title,
        "state": one.record.state,
        "issued": plain(one.issued),
        "expires": plain(one.expires),
        "source": one.source,
        "rests_on": [
            {"what": each.what, "who": each.who, "at": plain(each.at), "record": each.record.number}
            for each in told.grounds[one.pk]
        ],
        "ended": None
        if ending is None
        else {"at": plain(ending.at), "day": plain(told.day(ending.at)), "why": ending.why or None},
    }


def pdf_of(told: TrainingRecord) -> bytes:
    """Return a training record as PDF, in the language of who takes it away."""
    person, now, place = told.person, told.at, told.place
    facts: list[tuple[str, str]] = [
        (_("Name"), person.name),
        (_("Job title"), person.title),
        (_("Unit"), person.unit.name if person.unit is not None else ""),
        (_("Taken from the record by"), told.reader.name),
    ]
    when = f"{formats.date_format(now.astimezone(place), 'DATETIME_FORMAT')} ({place})"
    sheet = ListSheet(
        organisation=Unit.objects.get(parent__isnull=True).name,
        kind=_("Training record"),
        title=_("Training record of %(name)s") % {"name": person.name},
        facts=[(label, value) for label, value in facts if value],
        parts=parts_of(told),
        foot=_("As of the day of printing; not kept up to date"),
        printed_at=when,
        produced=now,
        language=translation.get_language() or "en",
        notes=[_("It shows what whoever took it from the record may see of this person’s training.")],
        wide=True,
    )
    return list_pdf(sheet)


def ending_of(told: TrainingRecord, certificate: Certificate) -> str:
    """Return in words when and why a certificate was revoked or refused; empty where it was not."""
    ending = told.endings.get(certificate.pk)
    if ending is None:
        return ""
    revoked = certificate.record.state == "revoked"
    words = {"day": _day(told.day(ending.at)), "why": ending.why}
    if not ending.why:
        return (_("Revoked on %(day)s") if revoked else _("Refused on %(day)s")) % words
    return (_("Revoked on %(day)s: %(why)s") if revoked else _("Refused on %(day)s: %(why)s")) % words


def parts_of(told: TrainingRecord) -> list[Part]:
    """Return the tables of a training record, as they stand on paper."""
    return [_needed(told), _held(told), _to_read(told), _read(told), _sessions(told), _quizzes(told)]


def standing_of(told: TrainingRecord, course: Course, cell: Cell) -> str:
    """Return in words how the person stands to a course that they need: also that a certificate waits."""
    word = str(WORDS[cell.standing])
    waiting = told.waiting.get(course.pk)
    if waiting is None:
        return word
    sentence = _("waits for verification (%(number)s)") % {"number": waiting.record.number}
    return sentence[:1].upper() + sentence[1:] if cell.standing == MISSING else f"{word} · {sentence}"


def _needed(told: TrainingRecord) -> Part:
    return Part(
        _("Courses needed"),
        [_("Course"), _("Why it is needed"), _("Standing"), _("Due"), _("Valid until"), _("Certificate")],
        [
            [
                f"{course.record.number} {course.record.title}",
                "; ".join(told.why.get(course.pk, ())),
                standing_of(told, course, cell),
                _day(told.due_day(told.due[course.pk])) if course.pk in told.due else "",
                _day(told.until(cell)) or (_("For good") if cell.evidence else ""),
                cell.evidence,
            ]
            for course, cell in told.needed
        ],
        [4, 4, 2.4, 1.8, 1.8, 2.2],
        none=_("No course is needed."),
    )


def _held(told: TrainingRecord) -> Part:
    return Part(
        _("Certificates"),
        [_("Certificate"), _("Course"), _("State"), _("Issued"), _("Valid until"), _("What it rests on")],
        [
            [
                one.record.number,
                f"{one.course.record.number} {one.course.record.title}",
                ending_of(told, one) or state_of(CERTIFICATES, one.record),
                _day(one.issued),
                _day(one.expires) or _("For good"),
                "; ".join(
                    [str(SOURCES[one.source]), *(_ground(each, told) for each in told.grounds[one.pk])]
                ),
            ]
            for one in told.certificates
        ],
        [2.2, 4, 2.4, 1.8, 1.8, 5.2],
        none=_("No certificate is on record."),
    )


def _to_read(told: TrainingRecord) -> Part:
    return Part(
        _("Documents to read"),
        [_("Document"), _("Revision"), _("Due")],
        [
            [
                titled_document(task),
                str(task.record.revision.ordinal),
                " ".join([*([_("Overdue")] if told.is_late(task.due) else []), _day(told.due_day(task.due))]),
            ]
            for task in told.to_read
        ],
        [7, 1.5, 3],
        none=_("No document waits to be read."),
    )


def _read(told: TrainingRecord) -> Part:
    return Part(
        _("Documents read"),
        [_("Document"), _("Revision"), _("Read and understood"), _("Signature"), _("In force now")],
        [
            [
                titled_document(task),
                str(task.record.revision.ordinal),
                _day(told.day(task.done) if task.done else None),
                signed_in_words(task),
                in_force_in_words(task.record.revision),
            ]
            for task in told.read
        ],
        [6, 1.5, 2.5, 2.2, 3],
        none=_("No reading is on record."),
    )


def titled_document(task: Task) -> str:
    """Return the number of the document that is read, with the title of the revision."""
    return f"{task.record.revision.document.record.number} {task.record.title}"


def signed_in_words(task: Task) -> str:
    """Return whether a reading was confirmed by a signature."""
    return _("Signed") if is_signed(task) else _("Not signed")


def _sessions(told: TrainingRecord) -> Part:
    return Part(
        _("Training sessions"),
        [_("Session"), _("Starts"), _("State"), _("Result")],
        [
            [
                f"{one.session.record.number} {one.session.record.title}",
                _day(told.day(one.session.starts)),
                state_of(SESSIONS, one.session.record),
                result_of(one),
            ]
            for one in told.sessions
        ],
        [5, 2, 2, 3],
        none=_("No session is on record."),
    )


def _quizzes(told: TrainingRecord) -> Part:
    return Part(
        _("Quizzes"),
        [_("Attempt"), _("Quiz"), _("State"), _("Handed in"), _("Percent")],
        [
            [
                one.record.number,
                f"{one.quiz.record.number} {one.quiz.record.title}",
                state_of(ATTEMPTS, one.record),
                _day(told.day(one.submitted) if one.submitted else None),
                formats.localize(one.percent) if one.percent is not None else "",
            ]
            for one in told.attempts
        ],
        [2, 5, 2, 2, 1.5],
        none=_("No quiz is on record."),
    )


def result_of(row: Attendance) -> str:
    """Return what came of a session for somebody, in words; empty where it is not known yet."""
    label: Label = RESULTS.get(row.result, "")
    return str(label)


def _day(day: dt.date | None) -> str:
    return formats.date_format(day) if day is not None else ""


def _ground(ground: Ground, told: TrainingRecord) -> str:
    return f"{ground.what}: {ground.who}, {_day(told.day(ground.at))} ({ground.record.number})"
