"""How an assessment comes about: of whom by what, how each component is rated, and what shows it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.competence.assessing import (
    IN_FORCE,
    METHODS,
    framework_in_force,
    is_assessed,
    is_assessor,
    is_recorder,
    why_no_level,
    why_not_by,
)
from setsquare.domains.competence.evidence import SHOWN_BY, files_of, pieces
from setsquare.domains.competence.models import Assessment, Component, Framework, Rating
from setsquare.domains.competence.permissions import READ
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, FileRef, Person, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Actor, Reason, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.links.models import Link
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.proofs import types_that_show
from setsquare.kernel.records.things import Label, visible_to
from setsquare.kernel.writing.sentences import some

EVIDENCE = "evidence"
"""The role of a file that is evidence."""
MOST_RATED = 500

Assessed = Annotated[Person, Shown(gettext_lazy("Person"), widget=Widget.PERSON)]
ByFramework = Annotated[
    RecordRef,
    Shown(
        gettext_lazy("Framework"),
        gettext_lazy("One in force."),
        Widget.RECORD,
        of="framework",
        states=IN_FORCE,
    ),
]
ByMethod = Annotated[Assessment.Method, Shown(gettext_lazy("Method"), choices=METHODS)]
Day = Annotated[dt.date, Shown(gettext_lazy("Day"), gettext_lazy("As of which it holds; not in the future."))]
Note = Annotated[
    str,
    Field(max_length=5000),
    Shown(gettext_lazy("Note"), gettext_lazy("What it was based on."), Widget.LONG_TEXT),
]
Because = Annotated[
    str, Field(max_length=2000), Shown(gettext_lazy("Reason"), gettext_lazy("What was seen."), Widget.TEXT)
]
Code = Annotated[
    str, Field(min_length=1, max_length=80), Shown(gettext_lazy("Component"), gettext_lazy("Its code."))
]
AtLevel = Annotated[
    int | None,
    Field(ge=0, le=20),
    Shown(gettext_lazy("Level"), gettext_lazy("0 is below the lowest. Empty: not rated.")),
]


class Dated(Body):
    """As of which day it holds, and what it is based on."""

    day: Day
    note: Note = ""


class Begin(Body):
    """Who is assessed in what, and how."""

    person: Assessed
    framework: ByFramework
    method: ByMethod
    day: Day
    note: Note = ""


class Rated(Body):
    """How one component is rated."""

    component: Code
    level: AtLevel = None
    reason: Because = ""


class Rate(Body):
    """Ratings of components; those that are not named stay as they are."""

    ratings: Annotated[
        list[Rated],
        Field(max_length=MOST_RATED),
        Shown(
            gettext_lazy("Ratings"), gettext_lazy("A row without a level takes the rating away."), Widget.ROWS
        ),
    ]


class Evidence(Body):
    """Which records show it."""

    records: Annotated[
        Sequence[RecordRef],
        Field(max_length=50),
        Shown(
            gettext_lazy("Records"),
            gettext_lazy(
                "Certificates and attempts at quizzes of the person, documents and others that you may see, and that"
                " held on the day of the assessment."
            ),
            Widget.RECORDS,
            of=types_that_show,
        ),
    ] = ()


class Files(Body):
    """Which files show it."""

    files: Annotated[
        list[FileRef],
        Field(min_length=1, max_length=20),
        Shown(gettext_lazy("Files"), widget=Widget.FILES),
    ]


class OneFile(Body):
    """Which file is taken away."""

    name: Annotated[
        str,
        Field(min_length=1, max_length=300),
        Shown(gettext_lazy("File"), gettext_lazy("Its name, as it stands among the files.")),
    ]


def check_framework(record: Record) -> Framework:
    """Return a framework that is in force; refuse anything else."""
    if record.type != "framework":
        raise Refused({"framework": _("%(number)s is no competence framework.") % {"number": record.number}})
    if record.state != "in_force":
        sentence = _("%(number)s is not in force; choose a framework that is.")
        raise Refused({"framework": sentence % {"number": record.number}})
    return record.framework


def check_day(day: dt.date, person: User, now: dt.datetime) -> None:
    """Refuse a day that has not come where the person is."""
    if day > day_in(now, person.unit):
        raise Refused({"day": _("This day has not come yet; give the day on which it was assessed.")})


def where_assessed(_actor: Actor, body: Any) -> int | None:
    """Return the unit in which an assessment is made: that of its person."""
    unit: int | None = body.person.unit_id or body.framework.unit_id
    return unit


def make(act: Act, person: User, framework: Framework, assessor: User, **detail: Any) -> Record:
    """Make the record of an assessment."""
    return act.create(
        title=f"{person.name}: {framework.record.title}"[:300],
        unit=person.unit or framework.record.unit,
        owner=assessor,
        person=person,
        assessor=assessor,
        framework=framework,
        **detail,
    )


def components_of(framework: Framework, codes: Sequence[str]) -> dict[str, Component]:
    """Return the components of a framework's edition in force by these codes."""
    rows = Component.objects.filter(
        framework=framework, kind="component", retired__isnull=True, code__in=codes
    )
    return {row.code: row for row in rows}


def _still_may(situation: Situation) -> Label | None:
    """Rule: the one who assesses may still do so by this method; managers, units and roles change."""
    assessment: Assessment = situation.detail
    return why_not_by(assessment.method, assessment.person, situation.user)


def _usual(situation: Situation) -> Mapping[str, Any]:
    user = situation.user
    return {"person": user.username, "method": "self", "day": day_in(situation.now, user.unit)}


def _dated_as_is(situation: Situation) -> Mapping[str, Any]:
    return {"day": situation.detail.day, "note": situation.detail.note}


@command(
    "assessment",
    "begin",
    label=gettext_lazy("New assessment"),
    past=gettext_lazy("began the assessment"),
    body=Begin,
    who=(permitted(READ),),
    creates=True,
    made_in=where_assessed,
    initial=_usual,
    hint=gettext_lazy("Of yourself, of somebody whom you lead or work with, or where you may assess."),
)
def begin(act: Act, body: Begin) -> Record:
    """Begin to assess somebody in a framework."""
    framework = check_framework(body.framework)
    check_day(body.day, body.person, act.now)
    if why := why_not_by(body.method, body.person, act.user):
        raise Refused({"method": why})
    given = body.model_dump(include={"method", "day", "note"})
    made = make(act, body.person, framework, act.user, **given)
    act.conclude(gettext_noop("%(number)s was begun. Rate the components, then submit it."))
    return made


@command(
    "assessment",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited the day and the note"),
    body=Dated,
    who=(is_assessor,),
    initial=_dated_as_is,
    edits=True,
)
def edit(act: Act, body: Dated) -> None:
    """Say anew as of which day it holds and what it is based on."""
    assessment: Assessment = act.detail
    check_day(body.day, assessment.person, act.now)
    assessment.day, assessment.note = body.day, body.note
    act.conclude(gettext_noop("%(number)s says what held on %(day)s."), day=body.day)


def _ratings_as_is(situation: Situation) -> Mapping[str, Any]:
    rows = situation.detail.ratings.select_related("component").order_by("component__place", "id")
    return {
        "ratings": [
            {"component": row.component.code, "level": row.level, "reason": row.reason} for row in rows
        ]
    }


@command(
    "assessment",
    "rate",
    label=gettext_lazy("Rate"),
    past=gettext_lazy("rated components"),
    body=Rate,
    who=(is_assessor,),
    conditions=(framework_in_force, _still_may),
    initial=_ratings_as_is,
    edits=True,
    prominent=True,
    reindexes=False,
)
def rate(act: Act, body: Rate) -> None:
    """Say at which level the person is in components, and by what that was seen."""
    assessment: Assessment = act.detail
    known = components_of(assessment.framework, [row.component for row in body.ratings])
    _check_rated(body.ratings, known, assessment.framework.record)
    kept = {row.component_id: row for row in assessment.ratings.all()}
    for given in body.ratings:
        component = known[given.component]
        row = kept.get(component.pk)
        if given.level is None:
            if row is not None:
                row.delete()
            continue
        row = row or Rating(assessment=assessment, component=component)
        row.level, row.reason = given.level, given.reason
        row.save()
    act.conclude(gettext_noop("The ratings of %(number)s are kept. Submit it once all of it is rated."))


def _check_rated(rows: Sequence[Rated], known: Mapping[str, Component], framework: Record) -> None:
    wrong: dict[str, Label] = {}
    seen: set[str] = set()
    for place, given in enumerate(rows):
        component = known.get(given.component)
        if component is None:
            sentence = _("%(number)s has no component “%(code)s” in force.")
            wrong[f"ratings.{place}.component"] = sentence % {
                "number": framework.number,
                "code": given.component,
            }
        elif given.component in seen:
            wrong[f"ratings.{place}.component"] = _("“%(code)s” is rated twice.") % {"code": given.component}
        elif given.level is None and given.reason:
            wrong[f"ratings.{place}.level"] = _("Choose a level, or take the reason away.")
        elif given.level is not None and (why := why_no_level(component, given.level)):
            wrong[f"ratings.{place}.level"] = why
        seen.add(given.component)
    if wrong:
        raise Refused(wrong)


def _evidence(situation: Situation) -> list[str]:
    """Return the numbers of the records that show it, as far as the person may see them."""
    links = Link.objects.filter(source=situation.subject, kind=SHOWN_BY)
    seen = visible_to(situation.user).filter(pk__in=links.values("target_id"))
    return list(seen.order_by("number").values_list("number", flat=True))


@command(
    "assessment",
    "set_evidence",
    label=gettext_lazy("Set evidence"),
    past=gettext_lazy("set which records show it"),
    body=Evidence,
    who=(is_assessor, is_assessed, is_recorder),
    initial=lambda situation: {"records": _evidence(situation)},
    edits=True,
    reason=Reason.NEVER,
    reindexes=False,
)
def set_evidence(act: Act, body: Evidence) -> None:
    """Say which records show it; those that one may not see stay."""
    looked_at = enumerate(pieces(body.records, act.detail))
    if wrong := {f"records.{place}": piece.why_not for place, piece in looked_at if piece.why_not}:
        raise Refused(wrong)
    wanted = {record.number for record in body.records}
    gone = [number for number in _evidence(act.situation) if number not in wanted]
    for record in Record.objects.filter(number__in=gone):
        act.unlink(record, SHOWN_BY)
    for record in body.records:
        act.link(record, SHOWN_BY)
    if body.records:
        names = some(record.number for record in body.records)
        act.conclude(gettext_noop("%(number)s is shown by: %(names)s."), names=names)
    else:
        act.conclude(gettext_noop("%(number)s is shown by none of the records that you may see."))


@command(
    "assessment",
    "add_files",
    label=gettext_lazy("Add files"),
    past=gettext_lazy("added files that show it"),
    body=Files,
    who=(is_assessor, is_assessed, is_recorder),
    reason=Reason.NEVER,
    reindexes=False,
)
def add_files(act: Act, body: Files) -> None:
    """Add files as evidence, such as an exam or photographs of work."""
    for upload in body.files:
        act.attach(upload.blob, upload.name, EVIDENCE)
    act.conclude(
        gettext_noop("Added to %(number)s as evidence: %(names)s."),
        names=some(upload.name for upload in body.files),
    )


def _there_are_files(situation: Situation) -> Label | None:
    return None if files_of(situation.subject).exists() else _("No file has been added.")


def _newest_file(situation: Situation) -> Mapping[str, Any]:
    files = list(files_of(situation.subject))
    return {"name": files[-1].name} if files else {}


@command(
    "assessment",
    "remove_file",
    label=gettext_lazy("Take a file away"),
    past=gettext_lazy("took a file away"),
    body=OneFile,
    who=(is_assessor, is_assessed, is_recorder),
    conditions=(_there_are_files,),
    initial=_newest_file,
    reason=Reason.ALWAYS,
    reindexes=False,
)
def remove_file(act: Act, body: OneFile) -> None:
    """Take away a file that was added by mistake; the history keeps that it was."""
    files = list(files_of(act.record))
    found = next((one for one in reversed(files) if one.name == body.name), None)
    if found is None:
        sentence = _("There is no such file; there are: %(names)s.")
        raise Refused({"name": sentence % {"names": ", ".join(one.name for one in files)}})
    act.detach(found)
    act.say(gettext_noop("%(name)s"), name=found.name)
    act.conclude(
        gettext_noop(
            "The file %(name)s is no evidence of %(number)s any more; the history keeps that it was."
        ),
        name=found.name,
    )
