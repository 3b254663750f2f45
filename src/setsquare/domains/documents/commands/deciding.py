"""What people have to read and learn because of a revision: decided before it is approved, and signed with it."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field, model_validator

from setsquare.domains.documents.audiences import readers
from setsquare.domains.documents.commands.releasing import take_effect
from setsquare.domains.documents.deciding.asked import reached
from setsquare.domains.documents.deciding.coverage import coverage_of
from setsquare.domains.documents.deciding.learning import why_no_course
from setsquare.domains.documents.deciding.models import Decision, Named
from setsquare.domains.documents.deciding.sections import headings, missing_from
from setsquare.domains.documents.fields import AudienceRow, Words, refuse_far, today_at
from setsquare.domains.documents.models import Revision, decision_of
from setsquare.domains.documents.next_steps import close_steps
from setsquare.domains.documents.permissions import CONTROL
from setsquare.domains.documents.rules import CONTROLLERS, RESPONSIBLE, an_author, controls, signatures_so_far
from setsquare.domains.documents.states import TALK
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import AnyUnit, Body, Person, RecordRef, RoleRef, Shown, Widget
from setsquare.kernel.commands.declaration import Reason, Situation, command, only_owner
from setsquare.kernel.commands.errors import NotPermitted, Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

WHO: dict[str, Label] = {
    "everybody": gettext_lazy("Everybody in its audience"),
    "part": gettext_lazy("Part of its audience"),
    "nobody": gettext_lazy("Nobody"),
}
TO_DECIDE = dt.timedelta(days=7)
"""How long whoever decides has, once the last day to wait is past."""


OfCourse = Annotated[RecordRef, Shown(gettext_lazy("Course"), widget=Widget.RECORD, of="course")]


class Retrained(Body):
    """Which course is taken anew, by whom, by when and why."""

    course: OfCourse
    role: Annotated[RoleRef | None, Shown(gettext_lazy("Role"))] = None
    unit: Annotated[
        AnyUnit | None,
        Shown(
            gettext_lazy("Unit"),
            gettext_lazy("With all below it. Without role, unit and person: all who have to read it."),
        ),
    ] = None
    person: Annotated[Person | None, Shown(gettext_lazy("Person"))] = None
    days: Annotated[
        int,
        Field(ge=0, le=730),
        Shown(
            gettext_lazy("Within days"),
            gettext_lazy(
                "After it takes effect. Where it waits for people, they are asked from the approval on."
            ),
        ),
    ] = 30
    reason: Annotated[str, Field(min_length=1, max_length=300), Shown(gettext_lazy("Why anew"))]

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if self.person is not None and (self.role is not None or self.unit is not None):
            raise ValueError(_("Give a person alone, or a role and a unit."))
        return self


Latest = Annotated[
    dt.date | None,
    Shown(
        gettext_lazy("Waits until"),
        gettext_lazy("Where too few have done it by then, you and those who control documents are asked."),
        Widget.DATE,
    ),
]


class DecideTraining(Body):
    """Who reads it, what they see first, who learns anew, and whether it waits for them."""

    who: Annotated[
        Literal["everybody", "part", "nobody"], Shown(gettext_lazy("Who has to read it"), choices=WHO)
    ] = "everybody"
    readers: Annotated[
        list[AudienceRow],
        Field(max_length=50),
        Shown(
            gettext_lazy("Which part"),
            widget=Widget.ROWS,
            needed=gettext_lazy("needed where only part of the audience reads it"),
        ),
    ] = []
    why: Annotated[
        Words,
        Shown(
            gettext_lazy("Why"),
            widget=Widget.LONG_TEXT,
            needed=gettext_lazy("needed where nobody has to read it"),
        ),
    ] = ""
    passages: Annotated[
        list[Annotated[str, Field(max_length=300)]],
        Field(max_length=100),
        Shown(
            gettext_lazy("Sections that readers see first"),
            gettext_lazy("By their headings; none of them: the whole document."),
            Widget.LONG_TEXT,
        ),
    ] = []
    days: Annotated[int, Field(ge=1, le=365), Shown(gettext_lazy("Days to read"))] = 14
    retraining: Annotated[
        list[Retrained],
        Field(max_length=30),
        Shown(
            gettext_lazy("Courses to be taken anew"),
            gettext_lazy("Certificates from before this revision no longer count then."),
            Widget.ROWS,
        ),
    ] = []
    threshold: Annotated[
        int | None,
        Field(ge=1, le=100),
        Shown(
            gettext_lazy("Waits for how many percent"),
            gettext_lazy(
                "Reading and training begin with the approval, and it takes effect once so many are done."
            ),
        ),
    ] = None
    latest: Latest = None
    kept_days: Annotated[
        int,
        Field(ge=0, le=365),
        Shown(
            gettext_lazy("Days for which the reading before still counts"),
            gettext_lazy("Counted from the day on which the new reading is due."),
        ),
    ] = 0


def _as_is(situation: Situation) -> Mapping[str, Any]:
    """Return what is decided now, or what holds without a decision."""
    revision: Revision = situation.detail
    decision = decision_of(revision)
    if decision is None:
        who = "nobody" if revision.reading == Revision.Reading.NOTHING else "everybody"
        return {"who": who, "days": revision.reading_days}
    return {
        **{name: getattr(decision, name) for name in ("who", "why", "passages", "threshold", "kept_days")},
        "days": revision.reading_days,
        "latest": decision.latest,
        "readers": [_codes(row) for row in decision.readers],
        "retraining": [
            {"course": row.course.number, **_codes(row), "days": row.days, "reason": row.reason}
            for row in decision.retraining
            if row.course is not None
        ],
    }


def _codes(row: Named) -> dict[str, str | None]:
    return {
        "role": row.role.code if row.role else None,
        "unit": row.unit.code if row.unit else None,
        "person": row.person.username if row.person else None,
    }


def owns_document(situation: Situation) -> Label | None:
    """Rule: the person owns the document that the revision is of."""
    document: Record = situation.detail.document.record
    return None if document.owner_id == situation.user.pk else only_owner(document)


def _is_read(situation: Situation) -> Label | None:
    """Rule: people read it, as they do not an editorial change."""
    if situation.detail.kind == Revision.Kind.EDITORIAL:
        return _("It is an editorial change: nobody is asked to read it or to learn anything.")
    return None


def _not_signed(situation: Situation) -> Label | None:
    """Rule: nobody has signed it already in this round, as they signed what was decided as well."""
    if situation.subject.state == "in_approval" and signatures_so_far(situation):
        return _("Somebody has signed it with what is decided now; have it recalled first, then decide anew.")
    return None


@command(
    "revision",
    "decide_training",
    label=gettext_lazy("Decide on reading and training"),
    past=gettext_lazy("decided on its reading and training"),
    body=DecideTraining,
    who=(an_author, owns_document, *RESPONSIBLE),
    conditions=(_is_read, _not_signed),
    initial=_as_is,
    tolerates=TALK | {"escalate", "save", "attach_figure", "review"},
    hint=gettext_lazy(
        "With what changed in view: who reads it, who learns anew, and whether it waits for them."
    ),
)
def decide_training(act: Act, body: DecideTraining) -> None:
    """Decide who has to read the revision and learn anew because of it; who approves it signs that as well."""
    revision: Revision = act.detail
    if act.record.state == "approved" and not controls(act):
        raise NotPermitted(
            _("It is approved; who controls documents decides on its reading and training now.")
        )
    if wrong := {**_wrong_readers(revision, body), **_wrong_rest(act, revision, body)}:
        raise Refused(wrong)
    decision = decision_of(revision) or Decision(revision=revision)
    for name in ("who", "why", "passages", "threshold", "latest", "kept_days"):
        setattr(decision, name, getattr(body, name))
    decision.waived = None
    decision.save()
    decision.rows.all().delete()
    for row in body.readers:
        unit = None if row.person else row.unit or act.record.unit
        Named.objects.create(decision=decision, role=row.role, unit=unit, person=row.person)
    for given in body.retraining:
        unit = given.unit or (act.record.unit if given.role is not None else None)
        Named.objects.create(decision=decision, unit=unit, **given.model_dump(exclude={"unit"}))
    vars(decision).pop("named", None)
    revision.decision = decision
    revision.reading = _what_is_read(body)
    revision.reading_days = body.days
    act.finish(Task.objects.filter(record=act.record, kind="coverage"), "not_needed")
    act.conclude(
        gettext_noop("What %(number)s asks of people is decided: who approves it signs that as well.")
    )


def _what_is_read(body: DecideTraining) -> str:
    if body.who == "nobody":
        return Revision.Reading.NOTHING
    return Revision.Reading.PASSAGES if body.passages else Revision.Reading.WHOLE


def _wrong_readers(revision: Revision, body: DecideTraining) -> dict[str, Label]:
    """Return what is wrong with who is to read it, by field."""
    if body.who == "nobody" and not body.why:
        return {"why": _("Say why nobody has to read it.")}
    if body.who != "part":
        rest = _("Only where part of the audience reads it: leave this empty, or choose that.")
        return {"readers": rest} if body.readers else {}
    if not body.readers:
        return {"readers": _("Say which part of the audience has to read it.")}
    found: dict[str, Label] = {}
    audience = readers(revision.document)
    for place, row in enumerate(body.readers):
        unit = None if row.person else row.unit or revision.record.unit
        if audience.filter(reached([Named(role=row.role, unit=unit, person=row.person)])).exists():
            continue
        if row.person is not None:
            sentence = _("%(name)s is not in the audience of the document; add them to it first.")
            found[f"readers.{place}.person"] = sentence % {"name": row.person.name}
        else:
            field = "role" if row.role is not None else "unit"
            found[f"readers.{place}.{field}"] = _("Nobody of them is in the audience of the document.")
    return found


def _wrong_rest(act: Act, revision: Revision, body: DecideTraining) -> dict[str, Label]:
    """Return what is wrong with the sections, the courses and what it waits for, by field."""
    found: dict[str, Label] = {}
    known = headings(revision)
    for place, name in enumerate(body.passages):
        if name not in known:
            found[f"passages.{place}"] = _("The text has no section “%(name)s”.") % {"name": name}
    if body.passages and body.who == "nobody":
        found["passages"] = _("Nobody is to read it: leave this empty.")
    for place, row in enumerate(body.retraining):
        if (why := why_no_course(row.course)) is not None:
            found[f"retraining.{place}.course"] = why
        elif body.who == "nobody" and (row.role, row.unit, row.person) == (None, None, None):
            found[f"retraining.{place}.unit"] = _("Nobody is to read it: say who has to take the course.")
    return found | _wrong_wait(act, body)


def _wrong_wait(act: Act, body: DecideTraining) -> dict[str, Label]:
    """Return what is wrong with what it waits for, by field."""
    if body.threshold is not None and body.who == "nobody" and not body.retraining:
        return {"threshold": _("Nobody is asked for anything, so there is nothing that it could wait for.")}
    if body.latest is None:
        return {}
    if body.threshold is None:
        sentence = _("It waits for nobody: leave this empty, or say for how many percent it waits.")
        return {"latest": sentence}
    why = _past(act, body.latest)
    return {"latest": why} if why is not None else {}


def _past(act: Act, day: dt.date) -> Label | None:
    today = today_at(act.record.unit, act.now)
    refuse_far("latest", day, today)
    return _("This day is past; choose today or a later one.") if day < today else None


def undecided(situation: Situation) -> dict[str, Label]:
    """Return what is missing of the decision before a revision can be approved, by field."""
    revision: Revision = situation.detail
    decision = decision_of(revision)
    if decision is None:
        needed = revision.document.kind.decision_required and revision.kind == Revision.Kind.NORMAL
        sentence = _("Decide on its reading and training first: documents of this type ask for that.")
        return {"decision": sentence} if needed else {}
    if lost := missing_from(revision, decision.passages):
        sentence = _(
            "Readers were to see these sections first, and the text has them no more: %(names)s. Decide anew."
        )
        return {"decision": sentence % {"names": ", ".join(lost)}}
    return {}


def _waits(situation: Situation) -> Label | None:
    """Rule: the revision waits for people."""
    decision = decision_of(situation.detail)
    return None if decision is not None and decision.waits else _("It does not wait for anybody.")


@command(
    "revision",
    "ask_coverage",
    label=gettext_lazy("Ask what to do"),
    past=gettext_lazy("asked what to do, as too few have done what it asks of them"),
    reason=Reason.NEVER,
)
def ask_coverage(act: Act, _body: Body) -> None:
    """Ask the owner and who controls documents to decide, as the last day to wait is past, or a course is retired."""
    revision: Revision = act.detail
    coverage = coverage_of(revision)
    if coverage is None or coverage.reached:
        raise Refused(_("It does not wait for anybody."))
    people = {revision.document.record.owner, act.record.owner, *people_permitted(CONTROL, act.record.unit)}
    asked = sorted((person for person in people if person.is_active), key=lambda person: person.pk)
    act.ask_all("coverage", asked, act.now + TO_DECIDE)
    act.say(
        gettext_noop("%(share)s %% of %(threshold)s %%"), share=coverage.share, threshold=coverage.threshold
    )


@command(
    "revision",
    "wait_no_longer",
    label=gettext_lazy("Put it into force all the same"),
    past=gettext_lazy("put it into force without waiting any longer"),
    who=CONTROLLERS,
    occasion=_waits,
    reason=Reason.ALWAYS,
    danger=True,
    tolerates=frozenset(
        {"confirm_reading", "distribute", "release_readers", "remind", "remind_due", "escalate"}
    ),
    hint=gettext_lazy(
        "It takes effect on its day, or at once where that is past, whoever has not read it yet."
    ),
)
def wait_no_longer(act: Act, _body: Body) -> None:
    """Let the revision take effect though too few have done what it asks of them, with the reason."""
    revision: Revision = act.detail
    decision = decision_of(revision)
    coverage = coverage_of(revision)
    assert decision is not None and coverage is not None
    decision.waived = act.now
    decision.save()
    act.finish(Task.objects.filter(record=act.record, kind="coverage"), "done")
    act.say(
        gettext_noop("at %(share)s %% of %(threshold)s %%"),
        share=coverage.share,
        threshold=coverage.threshold,
    )
    if revision.effective_from is not None and revision.effective_from > act.now:
        act.move_to("approved")
        act.conclude(gettext_noop("%(number)s waits for its day alone."))
        return
    close_steps(act)
    take_effect(act)
    act.move_to("effective")
    act.conclude(gettext_noop("%(number)s is in force now."))


class Extend(Body):
    """Until when it waits."""

    latest: Annotated[dt.date, Shown(gettext_lazy("Waits until"), widget=Widget.DATE)]


@command(
    "revision",
    "wait_longer",
    label=gettext_lazy("Wait longer"),
    past=gettext_lazy("had it wait longer"),
    body=Extend,
    who=(owns_document, *RESPONSIBLE),
    occasion=_waits,
    reason=Reason.ALWAYS,
    tolerates=frozenset(
        {"confirm_reading", "distribute", "release_readers", "remind", "remind_due", "escalate"}
    ),
)
def wait_longer(act: Act, body: Extend) -> None:
    """Have the revision wait for people until another day, with the reason."""
    decision = decision_of(act.detail)
    assert decision is not None
    if (why := _past(act, body.latest)) is not None:
        raise Refused({"latest": why})
    decision.latest = body.latest
    decision.save()
    act.finish(Task.objects.filter(record=act.record, kind="coverage"), "done")
    act.conclude(gettext_noop("%(number)s waits until %(day)s."), day=body.latest)
