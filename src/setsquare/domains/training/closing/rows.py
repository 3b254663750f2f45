"""Rows that say what a course leads to, or what people lack: their fields, and what is wrong with them."""

from collections.abc import Collection, Iterator, Sequence
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.closing.models import LearningOutcome
from setsquare.kernel.commands.bodies import Body, RecordRef, Shown, Widget
from setsquare.kernel.qualifications.subjects import parts_of, tells_parts, why_not_there
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label

HIGHEST = 20
"""The highest level that is taken before a subject tells its own."""
Place = tuple[int, str, int]
"""A subject by its id, a part of it and a level."""


IN_FORCE = {"framework": ("in_force",)}
"""Of frameworks, those can be named that are in force: of others no component is known."""
Framework = Annotated[
    RecordRef,
    Shown(gettext_lazy("Framework"), widget=Widget.RECORD, of="framework", states=IN_FORCE),
]


class OutcomeRow(Body):
    """A component at a level to which a course leads."""

    subject: Framework
    topic: Annotated[
        str,
        Field(min_length=1, max_length=80),
        Shown(gettext_lazy("Component"), widget=Widget.PART, of="subject"),
    ]
    level: Annotated[
        int,
        Field(ge=1, le=HIGHEST),
        Shown(gettext_lazy("At level"), widget=Widget.LEVEL, of="subject", part="topic"),
    ]


def wrong_part(subject: Record, topic: str, level: int) -> tuple[str, Label] | None:
    """Return at which field (`subject`, `topic` or `level`) no component at a level is named, and the sentence."""
    if subject.type == "course" or not tells_parts(subject.type):
        return "subject", _("%(number)s is no framework.") % {"number": subject.number}
    return why_not_there(subject, topic, level, parts_of([subject]))


def wrong_outcomes(rows: Sequence[OutcomeRow], kept: Collection[Place]) -> Iterator[tuple[str, Label]]:
    """Yield what is wrong with what a course is to lead to; `kept` stays, though a later edition lacks it."""
    seen: set[tuple[int, str]] = set()
    for place, row in enumerate(rows):
        if (row.subject.pk, row.topic) in seen:
            yield f"leads_to.{place}.topic", _("This stands here already; leave one of them out.")
        elif (row.subject.pk, row.topic, row.level) not in kept and (
            why := wrong_part(row.subject, row.topic, row.level)
        ):
            yield f"leads_to.{place}.{why[0]}", why[1]
        seen.add((row.subject.pk, row.topic))


def outcomes_of(course: int | None) -> list[Place]:
    """Return what a course leads to."""
    rows = LearningOutcome.objects.filter(course=course).order_by("id")
    return list(rows.values_list("subject_id", "topic", "level"))


def outcomes_as_are(course: int) -> list[dict[str, Any]]:
    """Return the rows of a form as they stand."""
    rows = LearningOutcome.objects.filter(course=course).order_by("id")
    told = rows.values_list("subject__number", "topic", "level")
    return [{"subject": number, "topic": topic, "level": level} for number, topic, level in told]
