"""Saying who needs a course: people, units and roles, perhaps of these only who lacks something."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, model_validator

from setsquare.domains.training.closing.rows import HIGHEST, IN_FORCE, wrong_part
from setsquare.domains.training.commands.asking import ASIDE
from setsquare.domains.training.models import Course, Requirement
from setsquare.domains.training.rules import RUNNERS
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import (
    AnyUnit,
    Body,
    Person,
    RecordRef,
    RoleRef,
    Shown,
    Widget,
    why_closed,
)
from setsquare.kernel.commands.declaration import Situation, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.things import Label


class Need(Body):
    """Who needs it: a person, the members of a unit, or the holders of a role within a unit."""

    role: Annotated[RoleRef | None, Shown(gettext_lazy("Role"))] = None
    unit: Annotated[
        AnyUnit | None,
        Shown(gettext_lazy("Unit"), gettext_lazy("With all below it; empty is the course’s own.")),
    ] = None
    person: Annotated[Person | None, Shown(gettext_lazy("Person"))] = None
    lacking: Annotated[
        RecordRef | None,
        Shown(
            gettext_lazy("Only who lacks"),
            gettext_lazy("A framework: of the role or unit those who lack this component at this level."),
            Widget.RECORD,
            of="framework",
            states=IN_FORCE,
        ),
    ] = None
    topic: Annotated[
        str, Field(max_length=80), Shown(gettext_lazy("Component"), widget=Widget.PART, of="lacking")
    ] = ""
    level: Annotated[
        int | None,
        Field(ge=1, le=HIGHEST),
        Shown(gettext_lazy("At level"), widget=Widget.LEVEL, of="lacking", part="topic"),
    ] = None
    days: Annotated[int, Field(ge=0, le=730), Shown(gettext_lazy("Within days"))] = 30

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.person is not None and (self.role is not None or self.unit is not None):
            raise ValueError(_("Give a person alone, or a role and a unit."))
        if self.person is None and self.role is None and self.unit is None:
            raise ValueError(_("Give a role, a unit or a person."))
        return self


NeedRows = Annotated[list[Need], Field(max_length=200), Shown(gettext_lazy("Needed by"), widget=Widget.ROWS)]


class Needs(Body):
    """Who needs it."""

    needed_by: NeedRows = []


class AllNeeds(Body):
    """Who needs it, all of them."""

    needed_by: NeedRows


def _needs_as_is(situation: Situation) -> Mapping[str, Any]:
    rows = situation.detail.requirements.select_related("role", "unit", "person", "lacking").order_by("id")
    return {
        "needed_by": [
            {
                "role": row.role.code if row.role else None,
                "unit": row.unit.code if row.unit else None,
                "person": row.person.username if row.person else None,
                "lacking": row.lacking.number if row.lacking else None,
                "topic": row.topic,
                "level": row.level,
                "days": row.days,
            }
            for row in rows
        ]
    }


def _wrong_narrowed(course: Course, rows: Sequence[Need]) -> Iterator[tuple[str, Label]]:
    """Yield what is wrong with how rows are narrowed; what is there already stays, though a later edition lacks it."""
    narrowed = course.requirements.filter(lacking__isnull=False)
    kept = set(narrowed.values_list("lacking_id", "topic", "level"))
    for place, row in enumerate(rows):
        at = f"needed_by.{place}."
        if row.lacking is None:
            if row.topic or row.level is not None:
                yield f"{at}lacking", _("Say of which framework.")
        elif row.person is not None:
            yield (
                f"{at}lacking",
                _(
                    "What somebody lacks does not stand where everybody reads it: use “Ask who lacks a component”."
                ),
            )
        elif row.level is None:
            yield f"{at}level", _("Say at which level.")
        elif (row.lacking.pk, row.topic, row.level) not in kept and (
            why := wrong_part(row.lacking, row.topic, row.level)
        ):
            yield at + why[0].replace("subject", "lacking"), why[1]


def need(act: Act, rows: Sequence[Need]) -> None:
    """Store who needs the course of an act; raises Refused with each row that does not fit, at its field."""
    course: Course = act.detail
    kept = set(course.requirements.filter(unit__isnull=False).values_list("unit__code", flat=True))
    for place, row in enumerate(rows):
        if row.unit is not None and row.unit.code not in kept and (why := why_closed(row.unit)):
            raise Refused({f"needed_by.{place}.unit": why})
    if wrong := dict(_wrong_narrowed(course, rows)):
        raise Refused(wrong)
    course.requirements.all().delete()
    found: dict[tuple[Any, ...], Requirement] = {}
    for row in rows:
        unit = None if row.person else row.unit or act.record.unit
        narrowed = row.model_dump(include={"lacking", "topic", "level"})
        found[row.role, unit, row.person, *narrowed.values()] = Requirement(
            course=course, role=row.role, unit=unit, person=row.person, days=row.days, **narrowed
        )
    Requirement.objects.bulk_create(found.values())


@command(
    "course",
    "set_requirements",
    label=gettext_lazy("Set who needs it"),
    past=gettext_lazy("set who needs it"),
    body=AllNeeds,
    who=RUNNERS,
    initial=_needs_as_is,
    edits=True,
    reindexes=False,
    tolerates=ASIDE,
)
def set_requirements(act: Act, body: AllNeeds) -> None:
    """Say who needs the course and how soon; those are asked who do not hold it, others no longer."""
    need(act, body.needed_by)
    act.conclude(
        gettext_noop("Whoever needs %(number)s and does not hold it is asked to take it.")
        if act.record.state == "offered"
        else gettext_noop("Those who need %(number)s are asked once it is offered.")
    )
