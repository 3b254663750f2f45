"""Asking people to take a course because they lack what it leads to, for as long as they do."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.training.closing.models import LearningOutcome, Shortfall
from setsquare.domains.training.closing.rows import HIGHEST, IN_FORCE, OutcomeRow, outcomes_of
from setsquare.domains.training.closing.told import part_in_words
from setsquare.domains.training.models import Course
from setsquare.domains.training.needs import trained
from setsquare.domains.training.permissions import MANAGE
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in, units_where
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyPerson, Body, Person, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, by_permission, command
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.queries import holding
from setsquare.kernel.qualifications.subjects import parts_of
from setsquare.kernel.records.things import Label
from setsquare.kernel.writing.sentences import some

MOST = 1000
"""People whom one command asks."""
Lacked = Annotated[
    RecordRef,
    Shown(gettext_lazy("What they lack"), widget=Widget.RECORD, of="framework", states=IN_FORCE),
]
Whom = Annotated[Person, Shown(gettext_lazy("Person"))]
AtLevel = Annotated[
    int,
    Field(ge=1, le=HIGHEST),
    Shown(gettext_lazy("At level"), gettext_lazy("They are asked until they hold it at this level.")),
]


def place_outcomes(course: int, rows: Sequence[OutcomeRow]) -> None:
    """Store what a course leads to."""
    if outcomes_of(course) == [(row.subject.pk, row.topic, row.level) for row in rows]:
        return
    LearningOutcome.objects.filter(course=course).delete()
    LearningOutcome.objects.bulk_create(LearningOutcome(course_id=course, **dict(row)) for row in rows)


class Lacking(Body):
    """Somebody, and the level at which they lack it."""

    person: Whom
    level: AtLevel


class AskLacking(Body):
    """What people lack, who they are, and by when they have to have the course."""

    lacking: Lacked
    topic: Annotated[
        str,
        Field(min_length=1, max_length=80),
        Shown(gettext_lazy("Component"), widget=Widget.PART, of="lacking"),
    ]
    people: Annotated[
        list[Lacking],
        Field(min_length=1, max_length=MOST),
        Shown(gettext_lazy("Who lacks it"), widget=Widget.ROWS),
    ]
    days: Annotated[int, Field(ge=0, le=730), Shown(gettext_lazy("Within days"))] = 30


class NoLonger(Body):
    """Whom it concerns."""

    people: Annotated[
        list[AnyPerson],
        Field(min_length=1, max_length=MOST),
        Shown(gettext_lazy("People"), widget=Widget.PEOPLE),
    ]


@by_permission(MANAGE)
def runs_training(situation: Situation) -> Label | None:
    """Rule: somebody who runs the training of some unit; whose in particular is looked at person by person."""
    known = vars(situation)  # two commands of a page ask
    if MANAGE not in situation.permissions and "anywhere" not in known:
        known["anywhere"] = permissions_in(situation.user, None)
    if MANAGE in situation.permissions or MANAGE in known["anywhere"]:
        return None
    return _("Only who runs training may do this.")


def _leads_somewhere(situation: Situation) -> Label | None:
    outcomes, _asked = situation.detail.outcomes_and_shortfalls
    return None if outcomes else _("This course leads to no component.")


def _asked_for_gaps(situation: Situation) -> Label | None:
    _outcomes, asked = situation.detail.outcomes_and_shortfalls
    return None if asked else _("Nobody is asked because of a gap to take this course.")


def _wrong_people(act: Act, people: list[User], at: str) -> Iterator[tuple[str, Label]]:
    """Yield the people whose training somebody does not run."""
    mine = User.objects.filter(unit__in=units_where(act.user, MANAGE), pk__in=[one.pk for one in people])
    known = set(mine.values_list("pk", flat=True))
    sentence = _("Only who runs the training of %(name)s may do this.")
    for place, person in enumerate(people):
        if person.pk not in known:
            yield at.format(place), sentence % {"name": person.name}


def _wrong(act: Act, body: AskLacking) -> Iterator[tuple[str, Label]]:
    reached = LearningOutcome.objects.filter(course=act.record.pk, subject=body.lacking, topic=body.topic)
    level = reached.values_list("level", flat=True).first()
    if level is None:
        sentence = _("%(course)s does not lead to “%(topic)s” of %(number)s.")
        told = {"course": act.record.number, "topic": body.topic, "number": body.lacking.number}
        yield "topic", sentence % told
        return
    yield from _wrong_people(act, [row.person for row in body.people], "people.{}.person")
    seen: set[int] = set()
    for place, row in enumerate(body.people):
        if row.level > level:
            sentence = _("%(course)s leads to level %(level)s of it.")
            yield f"people.{place}.level", sentence % {"course": act.record.number, "level": level}
        if row.person.pk in seen:
            yield f"people.{place}.person", _("%(name)s stands here already.") % {"name": row.person.name}
        seen.add(row.person.pk)


@command(
    "course",
    "ask_lacking",
    label=gettext_lazy("Ask who lacks a component"),
    past=gettext_lazy("asked people who lack what it leads to"),
    body=AskLacking,
    who=(runs_training,),
    occasion=_leads_somewhere,
    secondary=True,
    reason=Reason.NEVER,
    reindexes=False,
    hint=gettext_lazy("They are asked as long as they lack it; an assessment shows that they no longer do."),
)
def ask_lacking(act: Act, body: AskLacking) -> None:
    """Ask people to take the course because of a gap, as long as they have it.

    Left out is who holds the level already, and who completed the course: an assessment shows how far they came.
    """
    if wrong := dict(_wrong(act, body)):
        raise Refused(wrong)
    held = holding(act.now).filter(subject=body.lacking, topic=body.topic)
    levels = dict(held.order_by("level").values_list("user_id", "level"))
    rows = [row for row in body.people if levels.get(row.person.pk, 0) < row.level]
    if not rows:
        raise Refused({"people": _("All of them hold it already at that level.")})
    course: Course = act.detail
    completed = trained(course, act.now)
    done = [row.person.name for row in rows if row.person.pk in completed]
    rows = [row for row in rows if row.person.pk not in completed]
    if not rows:
        sentence = _("All of them completed %(number)s already; an assessment shows the level.")
        raise Refused({"people": sentence % {"number": act.record.number}})
    gap = Shortfall.objects.filter(course=course, lacking=body.lacking, topic=body.topic)
    gap.filter(person__in=[row.person.pk for row in rows]).delete()
    Shortfall.objects.bulk_create(
        Shortfall(
            course=course,
            person=row.person,
            lacking=body.lacking,
            topic=body.topic,
            level=row.level,
            days=body.days,
        )
        for row in rows
    )
    level = max(row.level for row in rows)
    part = part_in_words(body.lacking, body.topic, level, parts_of([body.lacking]))
    names = some(row.person.name for row in rows)
    act.say(gettext_noop("%(part)s: %(names)s"), part=part, names=names)
    if done:
        sentence = gettext_noop(
            "Asked to take %(number)s, as long as they lack it: %(names)s. Completed already, an assessment shows"
            " the level: %(done)s."
        )
        act.conclude(sentence, names=names, done=some(done))
    else:
        sentence = gettext_noop("Asked to take %(number)s, as long as they lack it: %(names)s.")
        act.conclude(sentence, names=names)


@command(
    "course",
    "ask_lacking_no_longer",
    label=gettext_lazy("No longer ask because of a gap"),
    past=gettext_lazy("no longer asked people because of a gap"),
    body=NoLonger,
    who=(runs_training,),
    occasion=_asked_for_gaps,
    secondary=True,
    reason=Reason.NEVER,
    reindexes=False,
)
def ask_lacking_no_longer(act: Act, body: NoLonger) -> None:
    """End that people are asked because of a gap; who needs the course otherwise is still asked."""
    if wrong := dict(_wrong_people(act, list(body.people), "people.{}")):
        raise Refused(wrong)
    rows = Shortfall.objects.filter(course=act.record.pk, person__in=[one.pk for one in body.people])
    known = set(rows.values_list("person_id", flat=True))
    sentence = _("%(name)s is not asked because of a gap.")
    others = {
        f"people.{place}": sentence % {"name": one.name}
        for place, one in enumerate(body.people)
        if one.pk not in known
    }
    if others:
        raise Refused(others)
    rows.delete()
    act.say(gettext_noop("%(names)s"), names=some(one.name for one in body.people))
    act.conclude(
        gettext_noop("No longer asked because of a gap to take %(number)s: %(names)s."),
        names=some(one.name for one in body.people),
    )
