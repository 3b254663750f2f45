"""The training matrix: who needs and holds which course, for a page of people, by the same few queries however many."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from setsquare.domains.training.closing.queries import still_lacking
from setsquare.domains.training.models import Course, Requirement
from setsquare.domains.training.retraining.queries import still_to_do
from setsquare.domains.training.scopes import people_followed_by
from setsquare.domains.training.thing import COURSES
from setsquare.kernel.accounts.models import Grant, Role, Unit, UnitPath, User
from setsquare.kernel.accounts.rights import in_force
from setsquare.kernel.qualifications.days import last_day
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.records.things import Label

VALID = "valid"
SOON = "soon"
GRACE = "grace"
RETRAIN = "retraining"
EXPIRED = "expired"
MISSING = "missing"
NOT_NEEDED = "not_needed"
STANDINGS = (MISSING, EXPIRED, GRACE, RETRAIN, SOON, VALID, NOT_NEEDED)
"""How somebody can stand to a course, the most pressing first."""
WORDS: dict[str, Label] = {
    VALID: _("Valid"),
    SOON: _("Expires soon"),
    GRACE: _("In grace"),
    RETRAIN: _("Retraining due"),
    EXPIRED: _("Expired"),
    MISSING: _("Missing"),
    NOT_NEEDED: _("Not needed"),
}
"""How each standing is called, on pages, in tables and on the command line."""


@dataclass(frozen=True)
class Cell:
    """How one person stands to one course."""

    standing: str
    needed: bool
    until: dt.datetime | None = None
    """When what they hold is over, or was; or by when they have to take it anew."""
    evidence: str = ""
    """The number of the certificate that shows it."""

    @property
    def last(self) -> dt.date | None:
        """Return the last day on which it holds."""
        return last_day(self.until)


@dataclass
class _Places:
    """Where units stand and who holds which role where, for a page of people."""

    above: dict[int, set[int]] = field(default_factory=dict)
    """The units above each one, itself included."""
    held: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    """By person the roles that they hold, with the unit."""
    levels: dict[tuple[int, int, str], int] = field(default_factory=dict)
    """What they hold of what rows are narrowed to: by person, subject and topic."""


def courses_shown(user: User, words: str = "") -> QuerySet[Course]:
    """Return the courses on offer that a person sees, by number."""
    seen = COURSES.visible_to(user).filter(state="offered")
    for word in words.split()[:6]:
        seen = seen.filter(Q(title__icontains=word) | Q(number__icontains=word))
    found = Course.objects.filter(pk__in=seen.values("pk")).select_related("record")
    return found.defer("description").order_by("record__number_key")


def people_shown(
    user: User, *, unit: Unit | None = None, role: Role | None = None, words: str = ""
) -> QuerySet[User]:
    """Return the people whose training a person follows: their own, whose they run, whom they lead."""
    found = User.objects.filter(people_followed_by(user), is_active=True)
    if unit is not None:
        found = found.filter(unit_id__in=UnitPath.objects.filter(ancestor=unit).values("descendant_id"))
    if role is not None:
        grants = Grant.objects.filter(in_force(timezone.now()), role=role)
        found = found.filter(pk__in=grants.values("user_id"))
    for word in words.split()[:6]:
        found = found.filter(Q(name__icontains=word) | Q(username__icontains=word))
    return found.select_related("unit")


def cells(people: Sequence[User], courses: Sequence[Course]) -> dict[tuple[int, int], Cell]:
    """Return how each of the people stands to each of the courses, by their ids; seven queries."""
    now = timezone.now()
    of_them = Q(person__isnull=True) | Q(person__in=people)
    rows = list(Requirement.objects.filter(of_them, course__in=courses))
    places = _places(people, rows, now)
    short = still_lacking().filter(person__in=people, course__in=courses)
    asked = set(short.values_list("person_id", "course_id"))
    needs: dict[int, list[Requirement]] = {}
    for row in rows:
        needs.setdefault(row.course_id, []).append(row)
    held = {
        (one.user_id, one.subject_id): one
        for one in Qualification.objects.filter(
            user__in=people, subject__in=[course.pk for course in courses], topic="", ended__isnull=True
        ).select_related("evidence")
    }
    rows_anew = still_to_do().filter(person__in=people, retraining__course__in=courses)
    anew = {
        (person, course): due
        for person, course, due in rows_anew.order_by("-retraining__due").values_list(
            "person_id", "retraining__course_id", "retraining__due"
        )
    }
    return {
        (person.pk, course.pk): _cell(
            course,
            held.get((person.pk, course.pk)),
            (person.pk, course.pk) in asked
            or any(_reaches(row, person, places) for row in needs.get(course.pk, ())),
            now,
            anew.get((person.pk, course.pk)),
        )
        for person in people
        for course in courses
    }


def _places(people: Sequence[User], rows: Iterable[Requirement], now: dt.datetime) -> _Places:
    places = _Places()
    roles = {row.role_id for row in rows if row.role_id is not None}
    grants = Grant.objects.filter(in_force(now), user__in=people, role__in=roles)
    for user, role, unit in grants.values_list("user_id", "role_id", "unit_id"):
        places.held.setdefault(user, []).append((role, unit))
    units = {person.unit_id for person in people} | {row.unit_id for row in rows}
    units |= {unit for held in places.held.values() for _role, unit in held}
    for unit, ancestor in UnitPath.objects.filter(descendant__in=units - {None}).values_list(
        "descendant_id", "ancestor_id"
    ):
        places.above.setdefault(unit, set()).add(ancestor)
    subjects = {row.lacking_id for row in rows if row.lacking_id is not None}
    levels = holding(now).filter(user__in=people, subject__in=subjects).order_by("level")
    for user, subject, topic, level in levels.values_list("user_id", "subject_id", "topic", "level"):
        places.levels[user, subject, topic] = level
    return places


def _reaches(row: Requirement, person: User, places: _Places) -> bool:
    if row.person_id is not None:
        return row.person_id == person.pk
    assert row.unit_id is not None
    if row.lacking_id is not None:
        assert row.level is not None
        if places.levels.get((person.pk, row.lacking_id, row.topic), 0) >= row.level:
            return False
    if row.role_id is None:
        return person.unit_id is not None and row.unit_id in places.above.get(person.unit_id, ())
    return any(
        role == row.role_id
        and (row.unit_id in places.above.get(unit, ()) or unit in places.above.get(row.unit_id, ()))
        for role, unit in places.held.get(person.pk, ())
    )


def _cell(
    course: Course,
    held: Qualification | None,
    needed: bool,
    now: dt.datetime,
    anew: dt.datetime | None,
) -> Cell:
    needed = needed or anew is not None
    if held is None:
        return Cell(MISSING if needed else NOT_NEEDED, needed)
    if anew is not None and (held.until is None or held.until > now):
        return Cell(RETRAIN, needed, anew, held.evidence.number)
    return Cell(_standing(course, held.until, needed, now), needed, held.until, held.evidence.number)


def _standing(course: Course, until: dt.datetime | None, needed: bool, now: dt.datetime) -> str:
    if until is None or until > now + dt.timedelta(days=course.renew_days):
        return VALID
    if until > now:
        return SOON
    if not needed:
        return NOT_NEEDED
    return GRACE if until + dt.timedelta(days=course.grace_days) > now else EXPIRED
