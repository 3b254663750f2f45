"""Whom one enrols or reminds: first those whom it concerns, by unit, to be ticked many at once."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Case, Value, When
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from setsquare.domains.training.matrix import (
    EXPIRED,
    GRACE,
    MISSING,
    RETRAIN,
    SOON,
    Cell,
    cells,
    people_shown,
)
from setsquare.domains.training.models import Course, TrainingSession
from setsquare.domains.training.scopes import people_followed_by
from setsquare.domains.training.standings import narrowed
from setsquare.domains.training.work import TRAIN
from setsquare.faces.web.forms.fields import Field
from setsquare.faces.web.pages import OPEN_TASKS
from setsquare.faces.web.training.asking import words
from setsquare.kernel.accounts.models import UnitPath, User
from setsquare.kernel.accounts.units import zones
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.qualifications.days import due_day
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

PRESSING = (MISSING, EXPIRED, GRACE, RETRAIN, SOON)
"""How those stand who are offered, the most pressing first."""
MOST = 200
"""People who are offered at once: as many as one command enrols."""


@dataclass
class Ticks(Field):
    """People of a unit to be ticked; they count as those of the field beside which it stands."""

    place: int = 0

    @property
    def id(self) -> str:
        """Return the id of its element, other than that of the field whose name it shares."""
        return f"id_{self.name}_of_{self.place}"


def offer_people(situation: Situation, fields: Sequence[Field]) -> None:
    """Offer those who need the course before everybody else, and say where whoever is added waits."""
    told = words()
    offered = [(person, _standing(cell, told)) for person, cell in _needing(situation)]
    hints = [
        _("It is full: whoever is added waits for a place.") if _is_full(situation.detail) else "",
        _("They need the course and do not hold it, or not for much longer.") if offered else "",
        _("Tick people, or look for others below.") if offered else "",
    ]
    _offer(fields, offered, " ".join(str(one) for one in hints if one), _("Others"))


def offer_asked(situation: Situation, fields: Sequence[Field]) -> None:
    """Offer those who are asked to take a course, who has to be reminded: by unit, the first due first."""
    followed = User.objects.filter(people_followed_by(situation.user)).values("pk")
    tasks = Task.objects.filter(record=situation.subject, kind=TRAIN.code, done__isnull=True)
    found = (
        tasks.filter(assignee__in=followed)
        .select_related("assignee__unit")
        .order_by("due", "assignee__name", "id")[:MOST]
    )
    rows = sorted(found, key=lambda task: _unit(task.assignee))
    places = zones({task.assignee.unit_id for task in rows if task.assignee.unit_id is not None})
    here = timezone.get_current_timezone()
    offered = [(task.assignee, _asked(task, places.get(task.assignee.unit_id or 0, here))) for task in rows]
    _offer(fields, offered, "", _("Others"))


def nobody_is_asked(situation: Situation) -> bool:
    """Tell whether nobody is there who could be reminded of a course."""
    if situation.subject.state != "offered":
        return True
    if OPEN_TASKS in vars(
        situation
    ):  # counted for the page's tabs already; those of a course ask to complete it
        return not vars(situation)[OPEN_TASKS]
    return not Task.objects.filter(record=situation.subject, kind=TRAIN.code, done__isnull=True).exists()


def no_system_tells(situation: Situation) -> bool:
    """Tell whether no learning system completes a course, so that it needs no address there."""
    course: Course = situation.detail
    return course.kind != Course.Kind.ONLINE and not course.activity


def _offer(fields: Sequence[Field], people: Sequence[tuple[User, str]], hint: Label, rest: Label) -> None:
    """Put people by unit, each with what is said of them, before the field in which others are looked for.

    The hint of the first unit is that of the whole: the command says itself whether somebody has to be named.
    """
    others = next((field for field in fields if field.name == "people"), None)
    if others is None or not isinstance(fields, list):
        return
    if not people:
        others.hint = " ".join(str(one) for one in (hint, others.hint) if one)
        return
    offered = {person.username for person, _told in people}
    chosen = {option["value"] for option in others.value}
    for place, (unit, pairs) in enumerate(groupby(people, key=lambda pair: _unit(pair[0]))):
        choices = [_choice(person, told) for person, told in pairs]
        made = Ticks("many_choices", "people", unit, place=place, choices=choices)  # type: ignore[arg-type]
        made.value = [choice["value"] for choice in choices if choice["value"] in chosen]
        made.hint, made.unmarked = (hint if place == 0 else ""), True
        fields.insert(place, made)
    others.label, others.required, others.unmarked = rest, False, True
    others.value = [option for option in others.value if option["value"] not in offered]


def _needing(situation: Situation) -> list[tuple[User, Cell]]:
    """Return those who lack the course of the session, or soon will, as far as the reader follows their training.

    Those of its unit and below come first; within both by unit, then by urgency.
    """
    session: TrainingSession = situation.detail
    below = UnitPath.objects.filter(ancestor=situation.subject.unit).values("descendant_id")
    people = people_shown(situation.user).exclude(pk__in=session.attendances.values("person_id"))
    near = Case(When(unit__in=below, then=Value(0)), default=Value(1))
    wanted: Any = narrowed(people.annotate(elsewhere=near), [session.course], PRESSING)
    found = list(wanted.order_by("elsewhere", "unit__name", "name", "pk")[:MOST])
    standing = cells(found, [session.course])
    pairs = [(person, standing[person.pk, session.course_id]) for person in found]
    needed = [(person, cell) for person, cell in pairs if cell.needed]

    def place(pair: tuple[Any, Cell]) -> tuple[int, str, int, str]:
        person, cell = pair
        return person.elsewhere, _unit(person), PRESSING.index(cell.standing), person.name

    return sorted(needed, key=place)


def _is_full(session: TrainingSession) -> bool:
    """Tell whether whoever is enrolled now waits for a place."""
    if session.capacity is None:
        return False
    taken = session.attendances.filter(waiting=False).count()
    return taken >= session.capacity or session.attendances.filter(waiting=True).exists()


def _unit(person: User) -> str:
    return person.unit.name if person.unit is not None else _("Without a unit")


def _standing(cell: Cell, told: dict[str, Label]) -> str:
    day = formats.date_format(cell.last) if cell.last is not None else ""
    return f"{told[cell.standing]} {day}".strip()


def _asked(task: Task, place: dt.tzinfo) -> str:
    due = formats.date_format(due_day(task.due, place))
    told = _("overdue, was due %(day)s") if task.due < timezone.now() else _("due %(day)s")
    parts = [told % {"day": due}]
    if task.reminded is not None:
        parts.append(_("reminded %(day)s") % {"day": formats.date_format(timezone.localdate(task.reminded))})
    return " · ".join(parts)


def _choice(person: User, told: str) -> dict[str, str]:
    hint = " · ".join(part for part in (person.title, told) if part)
    return {"value": person.username, "label": person.name, "hint": hint}
