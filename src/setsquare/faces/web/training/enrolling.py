"""Whom one enrols: first those in the session's unit who need its course, by unit, to be ticked many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils import formats
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
from setsquare.domains.training.models import TrainingSession
from setsquare.domains.training.standings import narrowed
from setsquare.faces.web.forms.fields import Field
from setsquare.faces.web.training.asking import words
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Situation
from setsquare.kernel.records.things import Label

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
    """Offer those who need the course before everybody else who can be looked for."""
    others = next((field for field in fields if field.name == "people"), None)
    needing = _needing(situation)
    if others is None or not needing or not isinstance(fields, list):
        return
    told = words()
    offered = {person.username for person, _cell in needing}
    chosen = {option["value"] for option in others.value}
    groups = groupby(needing, key=lambda pair: _unit(pair[0]))
    for place, (unit, pairs) in enumerate(groups):
        choices = [_choice(person, cell, told) for person, cell in pairs]
        made = Ticks("many_choices", "people", unit, place=place, choices=choices)  # type: ignore[arg-type]
        made.value = [choice["value"] for choice in choices if choice["value"] in chosen]
        if place == 0:
            made.hint = _("They need the course and do not hold it, or not for much longer.")
        fields.insert(place, made)
    others.label, others.required = _("Others"), False
    others.value = [option for option in others.value if option["value"] not in offered]


def _needing(situation: Situation) -> list[tuple[User, Cell]]:
    """Return those in the unit of the session and below who lack its course, or soon will: by unit, then urgency."""
    session: TrainingSession = situation.detail
    people = people_shown(situation.user, unit=situation.subject.unit)
    people = people.exclude(pk__in=session.attendances.values("person_id"))
    found = list(narrowed(people, [session.course], PRESSING).order_by("unit__name", "name", "pk")[:MOST])
    standing = cells(found, [session.course])
    pairs = [(person, standing[person.pk, session.course_id]) for person in found]
    needed = [(person, cell) for person, cell in pairs if cell.needed]
    return sorted(needed, key=lambda pair: (_unit(pair[0]), PRESSING.index(pair[1].standing), pair[0].name))


def _unit(person: User) -> str:
    return person.unit.name if person.unit is not None else _("Without a unit")


def _choice(person: User, cell: Cell, told: dict[str, Label]) -> dict[str, str]:
    day = formats.date_format(cell.last) if cell.last is not None else ""
    parts = (person.title, str(told[cell.standing]), day)
    return {
        "value": person.username,
        "label": person.name,
        "hint": " · ".join(part for part in parts if part),
    }
