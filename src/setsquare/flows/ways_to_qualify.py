"""From what a rule of authority asks for to what leads there: courses on offer, and who may assess somebody.

Authority reads qualifications alone; training knows what a course gives and leads to, competence who assesses whom.
"""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from setsquare.domains.competence.permissions import ASSESS
from setsquare.domains.training.models import Course
from setsquare.domains.training.thing import COURSES
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.authority.deciding import Asked, Way
from setsquare.kernel.authority.ways import tell_ways

MOST = 3
"""Courses, and people who may assess, that are told of each qualification."""


def ways(user: User, needs: Collection[Asked]) -> Iterator[Way]:
    """Yield what leads a person to qualifications: courses that they see, and who assesses them; two queries."""
    courses = list(_courses(user, needs))
    parts = [need for need in needs if need.topic]
    assessors = _assessors(user) if parts else []
    for need in needs:
        found = {course.pk: course for course in courses if _leads(course, need)}
        for course in list(found.values())[:MOST]:
            record = course.record
            told = _told(course, need)
            yield Way(need, "course", told, record.type, record.number, record.title)
        if need.topic and assessors:
            values = {"what": need.title or need.topic, "names": " / ".join(assessors)}
            told = _("have yourself assessed in “%(what)s” by %(names)s") % values
            yield Way(need, "assessment", told, people=tuple(assessors))


def _courses(user: User, needs: Collection[Asked]) -> Iterator[Course]:
    """Yield courses on offer that qualify in what is asked for or lead to it, each with what it leads to."""
    subjects = {need.subject for need in needs}
    topics = {need.topic for need in needs if need.topic}
    seen = COURSES.visible_to(user).filter(state="offered")
    leading = Q(outcomes__subject__number__in=subjects, outcomes__topic__in=topics)
    rows = Course.objects.filter(Q(record__number__in=subjects) | leading, record__in=seen.values("pk"))
    yield from (
        rows.annotate(
            of=F("outcomes__subject__number"), part=F("outcomes__topic"), reached=F("outcomes__level")
        )
        .select_related("record")
        .order_by("reached", "record__number_key")
    )


def _leads(course: Any, need: Asked) -> bool:
    if not need.topic:
        return bool(course.record.number == need.subject)
    return bool((course.of, course.part) == (need.subject, need.topic) and course.reached >= need.level)


def _told(course: Course, need: Asked) -> str:
    values = {"course": f"{course.record.number} {course.record.title}"}
    if need.topic:
        return _("take %(course)s, which leads to it") % values
    if course.kind == Course.Kind.READ:
        return _("read %(course)s and confirm it") % values
    return _("complete %(course)s") % values


def _assessors(user: User) -> list[str]:
    """Return who assesses a person, by name: their line manager, else who may assess in their unit; one query."""
    by_role = people_permitted(ASSESS, Unit(pk=user.unit_id or 0)).order_by().values("pk")
    found = User.objects.filter(Q(pk=user.manager_id) | Q(pk__in=by_role), is_active=True)
    people = dict(found.exclude(pk=user.pk).order_by("name", "pk").values_list("pk", "name"))
    if user.manager_id in people:
        return [people[user.manager_id]]
    return list(people.values())[:MOST]


tell_ways(ways)
