"""Rules of training: who runs it, who may say that somebody is trained, and who may not."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from setsquare.domains.training.corrections import came_by, correction_waits
from setsquare.domains.training.models import FIRST, Certificate, Course, TrainingSession
from setsquare.domains.training.permissions import MANAGE
from setsquare.domains.training.states import GIVEN
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in
from setsquare.kernel.commands.declaration import (
    Rule,
    Situation,
    by_permission,
    command_of,
    of_its_own,
    owner,
    permitted,
)
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.links.models import Link
from setsquare.kernel.qualifications.days import expiry_of, start_of
from setsquare.kernel.qualifications.queries import held, holding
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.sentences import quoted

COORDINATORS = (permitted(MANAGE),)
RUNNERS = (owner(), permitted(MANAGE))
WRITING = ("create", "edit", "set_activity")
"""Commands that say what a course asks for, or by what it is completed."""


def manages(user: User, person: User) -> bool:
    """Tell whether somebody runs the training of a person."""
    return MANAGE in permissions_in(user, person.unit_id)


@by_permission(MANAGE)
def manages_person(situation: Situation) -> Label | None:
    """Rule: the one who acts runs the training of the certificate's person."""
    certificate: Certificate = situation.detail
    if manages(situation.user, certificate.person):
        return None
    return _("Only who runs the training of %(name)s may do this.") % {"name": certificate.person.name}


def not_own(situation: Situation) -> Label | None:
    """Rule: nobody decides on their own certificate."""
    if situation.detail.person_id == situation.user.pk:
        return _("This certificate is yours; somebody else decides on it.")
    return None


@of_its_own
def handed_in(situation: Situation) -> Label | None:
    """Rule: who acts handed the certificate in."""
    certificate: Certificate = situation.detail
    if certificate.handed_in_by_id is None:
        return _recorded_here(situation) or _("Nobody handed it in: it came of what was completed.")
    if correction_waits(certificate):
        return _("Its correction waits: have that refused, and it says again what it said before.")
    if certificate.by_hand:
        return _recorded_here(situation) or _("It was recorded here: have it refused, and record it anew.")
    if situation.user.pk == certificate.handed_in_by_id:
        return None
    return _("Only who handed it in corrects it.")


def _recorded_here(situation: Situation) -> Label | None:
    """Return by what is put right what somebody recorded here and counts; None for what came otherwise or waits."""
    certificate: Certificate = situation.detail
    by_hand = certificate.source in (Certificate.Source.EXTERNAL, Certificate.Source.RECORDED)
    if not by_hand or situation.subject.state not in GIVEN or came_by(certificate) != "create":
        return None
    if manages_person(situation) is not None or not_own(situation) is not None:
        return _("It was recorded here: who runs the training of %(name)s corrects it.") % {
            "name": certificate.person.name
        }
    slip = quoted(command_of("certificate", "rectify").label)
    sentence = _("It was recorded here: put it right by %(command)s, or have it revoked and record it anew.")
    return sentence % {"command": slip}


def not_handed_in(situation: Situation) -> Label | None:
    """Rule: nobody verifies what they handed in for somebody."""
    if situation.detail.handed_in_by_id == situation.user.pk:
        return _("You handed this certificate in; somebody else verifies it.")
    return None


def not_eased(situation: Situation) -> Label | None:
    """Rule: nobody verifies what they gave after they made its course ask for less."""
    if situation.detail.eased_by_id == situation.user.pk:
        return _(
            "You gave this certificate after you made its course ask for less; somebody else verifies it."
        )
    return None


def who_entered(situation: Situation) -> list[User]:
    """Return whose certificate it is, who entered it, and who gave it after they made its course ask for less."""
    certificate: Certificate = situation.detail
    entered = (certificate.person, certificate.handed_in_by, certificate.eased_by)
    return [one for one in dict.fromkeys(entered) if one is not None]


def in_unit_of_person(situation: Situation) -> int | None:
    """Return the id of the unit of the person of a certificate."""
    unit_id: int | None = situation.detail.person.unit_id
    return unit_id


def trains(situation: Situation) -> Label | None:
    """Rule: the person gives the session."""
    session: TrainingSession = situation.detail
    return None if session.trainer_id == situation.user.pk else _("Only the trainer may do this.")


GIVERS = (trains, permitted(MANAGE))


def can_teach(course: Course, person: User) -> bool:
    """Tell whether somebody is a trainer of a course or holds a valid certificate of it."""
    holds = holding().filter(subject=OuterRef("pk"), topic="", user=person)
    return Course.objects.filter(Q(trainers=person) | Exists(holds), pk=course.pk).exists()


def qualified_to_sign_off(situation: Situation) -> Label | None:
    """Rule: the person is a trainer of the course or holds a valid certificate of it."""
    if can_teach(situation.detail, situation.user):
        return None
    return _("Only a trainer of the course, or who holds it, may sign others off.")


def is_kind(kind: Course.Kind, otherwise: Label) -> Rule:
    """Return the rule that the course is of a kind."""

    def rule(situation: Situation) -> Label | None:
        return None if situation.detail.kind == kind else otherwise

    return rule


def check_still_completed(course: Course, could: bool, field: str) -> None:
    """Refuse at `field` to take from a course on offer what it is completed by; `could` tells of before."""
    if could and course.record.state == "offered" and not course.can_be_completed:
        sentence = _(
            "%(number)s is offered, and nobody could complete it then: it needs a quiz, or the activity address of a"
            " learning system."
        )
        raise Refused({field: sentence % {"number": course.record.number}})


IN_SESSIONS = (Course.Kind.CLASSROOM, Course.Kind.ON_THE_JOB)
"""Kinds of courses that are completed by taking part: in a session, or by showing it to who can do it.

The others are completed by a quiz, in a learning system, by reading or elsewhere, of which a session shows nothing.
"""
OFFERED = {"course": ("offered",)}
"""Courses that can be chosen where one has to be offered now."""


def check_course(course: Record, field: str) -> Course:
    """Return a course that is offered; refuse anything else at `field`."""
    if course.type != "course":
        raise Refused({field: _("%(number)s is no course.") % {"number": course.number}})
    if course.state != "offered":
        sentence = _("%(number)s is not offered now; choose a course that is.")
        raise Refused({field: sentence % {"number": course.number}})
    return course.course


def why_no_session(course: Course) -> Label:
    """Return why a course is not given in sessions, empty where it is."""
    if course.kind in IN_SESSIONS:
        return ""
    sentence = _("%(number)s is not given in sessions. How it is completed: %(how)s")
    return sentence % {"number": course.record.number, "how": course.completed_how}


def why_no_trainer(course: Course, person: User) -> Label:
    """Return why somebody does not give sessions of a course, empty where they may.

    Where it names trainers, and of what is learned on the job, they are one of these or hold it.
    """
    named = course.kind == Course.Kind.ON_THE_JOB or course.trainers.exists()
    if not named or can_teach(course, person):
        return ""
    sentence = _("%(name)s is no trainer of %(number)s and does not hold it; choose one of its trainers.")
    return sentence % {"name": person.name, "number": course.record.number}


def gives_certificates(session: TrainingSession) -> bool:
    """Tell whether a session shows that who passed completed its course; on the job its trainer has to know it."""
    course = session.course
    on_the_job = course.kind == Course.Kind.ON_THE_JOB
    return course.kind in IN_SESSIONS and (not on_the_job or can_teach(course, session.trainer))


def check_order(course: Record | None, first: Sequence[Record]) -> None:
    """Refuse at its place among `builds_on` what is no course in use, or leads back to the course itself."""
    links = Link.objects.filter(kind=FIRST).values_list("source__number", "target__number")
    onwards: dict[str, list[str]] = {}
    for source, target in links.order_by("id"):
        onwards.setdefault(source, []).append(target)
    for place, other in enumerate(first):
        if other.type != "course":
            raise Refused({f"builds_on.{place}": _("%(number)s is no course.") % {"number": other.number}})
        chain = _way(other.number, course.number, onwards) if course is not None else []
        if course is not None and chain:
            sentence = _("This would go round in a circle: %(chain)s.")
            told = " → ".join([course.number, *chain])
            raise Refused({f"builds_on.{place}": sentence % {"chain": told}})


def _way(start: str, goal: str, onwards: dict[str, list[str]]) -> list[str]:
    """Return the shortest way from a course to another along what they build on, empty where there is none."""
    ways = [[start]]
    known = {start}
    for way in ways:
        if way[-1] == goal:
            return way
        for further in onwards.get(way[-1], []):
            if further not in known:
                known.add(further)
                ways.append([*way, further])
    return []


def yet_to_pass(course: Course, people: Iterable[User]) -> list[User]:
    """Return those of the people who have not passed the quiz of a course, where it names one."""
    wanted = list(people)
    if course.quiz_id is None:
        return []
    rows = holding().filter(subject=course.quiz_id, topic="", user__in=wanted)
    passed = set(rows.values_list("user_id", flat=True))
    return [person for person in wanted if person.pk not in passed]


def wrote_on(course: Course, person: User) -> bool:
    """Tell whether somebody wrote on a course: they could ease what it asks for, and put it back afterwards."""
    return Entry.objects.filter(record=course.pk, command__in=WRITING, actor=person).exists()


def chose_own_address(person: User) -> bool:
    """Tell whether somebody gave themself the address by which others' systems know them."""
    entries = Entry.objects.filter(record__person_file__user=person).order_by("seq")
    before = ""
    chosen = False
    for entry in entries:
        address = str(entry.values.get("email", ""))
        if address != before:
            chosen, before = entry.actor_id == person.pk, address
    return chosen


def lacks_what_completes(course: Course, person: User) -> bool:
    """Tell whether a certificate that is entered by hand, or of a badge, stands for what somebody has to complete here.

    That is a sign-off, a reading, a quiz that the person has not passed, or what a learning system tells: of that the
    certificate is made without anybody's hand.
    """
    return course.completed_here or bool(yet_to_pass(course, [person]))


def check_passed(course: Course, people: Iterable[User], field: str) -> None:
    """Refuse at `field` people who have not passed the quiz of a course, where it names one."""
    if course.quiz is None:
        return
    for person in yet_to_pass(course, people):
        sentence = _("%(name)s has to pass the quiz %(quiz)s first.")
        raise Refused({field: sentence % {"name": person.name, "quiz": course.quiz.number}})


def check_first(course: Course, people: Iterable[User], field: str) -> None:
    """Refuse at `field` people who do not hold a course that has to be held first."""
    for sentence in lacking_first(course, people).values():
        raise Refused({field: sentence})


def lacking_first(
    course: Course, people: Iterable[User], then: dt.datetime | None = None
) -> dict[int, Label]:
    """Return by id of whom a course that has to be held first is not held, with the sentence that says so.

    Whoever held it `then`, when they took part, need not hold it still: as far as that was written down by then, and
    what showed it has not been taken back since, nor corrected to other days.
    """
    links = Link.objects.filter(source_id=course.pk, kind=FIRST).order_by("target__number")
    first = list(links.values_list("target_id", "target__number"))
    wanted = list(people) if first else []
    known: set[tuple[int, int]] = set()
    if wanted:
        asked = Q(subject__in=[pk for pk, _number in first], topic="", user__in=wanted)
        known.update(holding().filter(asked).values_list("user_id", "subject_id"))
        known.update(_held_then(asked, then) if then is not None else ())
    found: dict[int, Label] = {}
    for person in wanted:
        missing = [number for pk, number in first if (person.pk, pk) not in known]
        if missing:
            sentence = _("%(name)s has to hold %(courses)s first.")
            found[person.pk] = sentence % {"name": person.name, "courses": ", ".join(missing)}
    return found


def _held_then(asked: Q, then: dt.datetime) -> Iterator[tuple[int, int]]:
    """Yield who held what at a time by what was known then, where the certificate still says so."""
    rows = held(then).filter(asked, evidence__type="certificate", evidence__state__in=GIVEN)
    for row in rows.select_related("user__unit", "evidence__certificate"):
        shown: Certificate = row.evidence.certificate
        unit = row.user.unit
        over = expiry_of(shown.expires, unit) if shown.expires is not None else None
        if start_of(shown.issued, unit) <= then and (over is None or then < over):
            yield row.user_id, row.subject_id
