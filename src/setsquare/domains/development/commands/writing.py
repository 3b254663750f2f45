"""Writing a plan: what it is for, its targets and its actions.

A page that shows somebody's gaps opens the form filled in, by a link: `/development-plans/new/create/` followed by
`?person=awagner&title=…&targets.0.subject=FW-003&targets.0.topic=AUD-2&targets.0.level=3&targets.0.due=2027-03-31`
and as many more targets and actions (`actions.0.what=…&actions.0.kind=training&actions.0.about=TC-004&actions.0.due=…`)
as there are: every field of `New` may be given, a field of a row by the row's number. What is given is only proposed;
the command looks at it like at anything typed.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import Field

from setsquare.domains.development.arranging import arrange
from setsquare.domains.development.models import Action, DevelopmentPlan, Target
from setsquare.domains.development.permissions import MANAGE, PLAN
from setsquare.domains.development.rules import WRITERS, agreed_together, wrong_targets
from setsquare.domains.development.scopes import leads, privy
from setsquare.domains.development.thing import KINDS
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body, Person, RecordRef, Shown, Widget
from setsquare.kernel.commands.declaration import Actor, Situation, command, permitted
from setsquare.kernel.commands.errors import Refused
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.qualifications.subjects import types_of_subjects
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label

HIGHEST = 20
"""The highest level that is taken where a subject does not tell its own."""
ASIDE = frozenset(
    {"finish_action", "drop_action", "note", "review", "note_met", "arrange", "remind_due", "escalate"}
)
"""Commands that change nothing of what the plan says."""

Subject = Annotated[
    RecordRef,
    Shown(
        gettext_lazy("In what"),
        gettext_lazy("A framework, a course, a quiz, a document."),
        Widget.RECORD,
        types_of_subjects,
        states={"framework": ("in_force",)},
    ),
]
About = Annotated[
    RecordRef | None,
    Shown(gettext_lazy("Using"), gettext_lazy("A course, a session, a document."), Widget.RECORD),
]
Responsible = Annotated[
    Person | None,
    Shown(gettext_lazy("Responsible"), gettext_lazy("Left empty: whose plan it is."), Widget.PERSON),
]
Mentor = Annotated[
    Person | None,
    Shown(gettext_lazy("Mentor"), gettext_lazy("Sees the plan and notes how it goes."), Widget.PERSON),
]
Whose = Annotated[
    Person | None, Shown(gettext_lazy("Person"), gettext_lazy("Left empty: you."), Widget.PERSON)
]
Number = Annotated[int | None, Field(ge=1, le=1000), Shown(gettext_lazy("Number"), widget=Widget.HIDDEN)]


class TargetRow(Body):
    """What is to be held: in what, at which level, by when."""

    subject: Subject
    topic: Annotated[
        str,
        Field(max_length=80),
        Shown(
            gettext_lazy("Component"),
            gettext_lazy("Of the framework; empty for a course."),
            Widget.PART,
            "subject",
        ),
    ] = ""
    level: Annotated[
        int,
        Field(ge=1, le=HIGHEST),
        Shown(
            gettext_lazy("At level"),
            gettext_lazy("1 where there are no levels."),
            Widget.LEVEL,
            of="subject",
            part="topic",
        ),
    ] = 1
    due: Annotated[
        dt.date | None, Shown(gettext_lazy("By when"), gettext_lazy("Left empty: the plan’s last day."))
    ] = None


class ActionRow(Body):
    """What somebody does for it, by when."""

    what: Annotated[str, Field(min_length=1, max_length=300), Shown(gettext_lazy("What"))]
    kind: Annotated[Action.Kind, Shown(gettext_lazy("Kind"), choices=KINDS)]
    about: About = None
    responsible: Responsible = None
    due: Annotated[dt.date, Shown(gettext_lazy("Due"))]


class KeptAction(ActionRow):
    """An action, by its number where it is one of those that there are."""

    number: Number = None


class Told(Body):
    """What a plan is for."""

    title: Annotated[str, Field(min_length=1, max_length=300), Shown(gettext_lazy("Title"))]
    aim: Annotated[
        str,
        Field(min_length=1, max_length=5000),
        Shown(
            gettext_lazy("Aim"),
            gettext_lazy("What is to be possible at the end that is not now."),
            Widget.LONG_TEXT,
        ),
    ]
    mentor: Mentor = None
    begins: Annotated[dt.date, Shown(gettext_lazy("Begins"))]
    ends: Annotated[dt.date, Shown(gettext_lazy("Ends"), gettext_lazy("The last day."))]


TargetRows = Annotated[
    list[TargetRow], Field(max_length=30), Shown(gettext_lazy("Targets"), widget=Widget.ROWS)
]


class OfPerson(Body):
    """Whose it is."""

    person: Whose = None


class New(Told, OfPerson):
    """Whose it is, and what it holds at first."""

    targets: TargetRows = []
    actions: Annotated[
        list[ActionRow], Field(max_length=60), Shown(gettext_lazy("Actions"), widget=Widget.ROWS)
    ] = []


def _where(actor: Actor, body: OfPerson) -> int | None:
    person = body.person or actor.user
    return person.unit_id if person is not None else None


class Targets(Body):
    """What is to be held, all of it."""

    targets: TargetRows


class Actions(Body):
    """What is open to be done, all of it."""

    actions: Annotated[
        list[KeptAction], Field(max_length=60), Shown(gettext_lazy("Actions"), widget=Widget.ROWS)
    ]


def _refuse(wrong: Iterator[tuple[str, Label]]) -> None:
    if found := dict(wrong):
        raise Refused(found)


def _wrong_frame(person: User, told: Told) -> Iterator[tuple[str, Label]]:
    if told.mentor == person:
        yield "mentor", _("Nobody mentors themself; choose somebody else.")
    if told.ends < told.begins:
        yield "ends", _("It cannot end before it begins.")


def _outside(rows: Sequence[Any], name: str, begins: dt.date, ends: dt.date) -> Iterator[tuple[str, Label]]:
    sentence = _("This lies outside the plan, which runs from %(begins)s to %(ends)s.")
    for place, row in enumerate(rows):
        if row.due is not None and begins <= ends and not begins <= row.due <= ends:
            told = sentence % {"begins": date_format(begins), "ends": date_format(ends)}
            yield f"{name}.{place}.due", told


def _not_privy(rows: Sequence[ActionRow], person: User, mentor: User | None) -> Iterator[tuple[str, Label]]:
    known: dict[User, bool] = {}
    sentence = _("%(name)s does not see this plan: make them the mentor, or choose somebody who does.")
    for place, row in enumerate(rows):
        chosen = row.responsible
        if chosen is not None and not known.setdefault(chosen, privy(chosen, person, mentor)):
            yield f"actions.{place}.responsible", sentence % {"name": chosen.name}


def _own(situation: Situation) -> Mapping[str, Any]:
    return {"person": situation.user.username, "begins": day_in(situation.now, situation.user.unit)}


@command(
    "development_plan",
    "create",
    label=gettext_lazy("New development plan"),
    past=gettext_lazy("wrote the plan"),
    body=New,
    who=(permitted(PLAN), permitted(MANAGE)),
    creates=True,
    made_in=_where,
    initial=_own,
)
def create(act: Act, body: New) -> Record:
    """Write a plan of one's own, or of somebody whom one leads; it holds once it is proposed and agreed."""
    person = body.person or act.user
    if act.actor.user not in (None, person) and not leads(act.user, person):
        sentence = _("You write your own plans, and those of people whom you lead; not of %(name)s.")
        raise Refused({"person": sentence % {"name": person.name}})
    if person.unit is None:
        raise Refused({"person": _("%(name)s belongs to no unit.") % {"name": person.name}})
    _refuse(_wrong_new(person, body, day_in(act.now, person.unit)))
    record = act.create(
        title=body.title,
        unit=person.unit,
        owner=person,
        person=person,
        **body.model_dump(include={"aim", "begins", "ends"}),
        mentor=body.mentor,
    )
    plan: DevelopmentPlan = act.detail
    for number, target in enumerate(body.targets, 1):
        Target.objects.create(plan=plan, number=number, **dict(target))
    for number, row in enumerate(body.actions, 1):
        Action.objects.create(plan=plan, number=number, **_as_done_by(row, person))
    if body.mentor is not None:
        _tell_mentor(act, body.mentor)
    act.conclude(gettext_noop("%(number)s was made as a draft. Propose it once it says what you mean."))
    return record


def _wrong_new(person: User, body: New, today: dt.date) -> Iterator[tuple[str, Label]]:
    yield from _wrong_frame(person, body)
    if body.begins <= body.ends < today:
        yield "ends", _("This day is past; a plan is for what is to come.")
    yield from wrong_targets(person, body.targets, {})
    yield from _outside(body.targets, "targets", body.begins, body.ends)
    yield from _outside(body.actions, "actions", body.begins, body.ends)
    yield from _not_privy(body.actions, person, body.mentor)


def _as_done_by(row: ActionRow, person: User) -> dict[str, Any]:
    return {**dict(row), "responsible": row.responsible or person}


def _tell_mentor(act: Act, mentor: User) -> None:
    if mentor != act.actor.user:
        act.tell(
            mentor,
            "development",
            gettext_noop("You are the mentor for %(number)s %(title)s."),
            number=act.record.number,
            title=act.record.title,
        )


def tell_person(act: Act, text: str, **values: str) -> None:
    """Tell the person of a plan what somebody else did with it."""
    person: User = act.detail.person
    if person != act.actor.user and person.is_active:
        who = act.actor.user.name if act.actor.user is not None else "Setsquare"
        told: dict[str, Any] = {"who": who, "number": act.record.number, "title": act.record.title}
        act.tell(person, "development", text, **told | values)


def _told_as_is(situation: Situation) -> Mapping[str, Any]:
    plan: DevelopmentPlan = situation.detail
    mentor = plan.mentor.username if plan.mentor is not None else None
    values = {name: getattr(plan, name) for name in ("aim", "begins", "ends")}
    return {"title": situation.subject.title, "mentor": mentor, **values}


@command(
    "development_plan",
    "edit",
    label=gettext_lazy("Edit"),
    past=gettext_lazy("edited it"),
    body=Told,
    who=WRITERS,
    barred=(agreed_together,),
    initial=_told_as_is,
    edits=True,
    tolerates=ASIDE,
)
def edit(act: Act, body: Told) -> None:
    """Change what the plan is for, its period and its mentor."""
    plan: DevelopmentPlan = act.detail
    _refuse(_wrong_told(plan, body))
    if body.mentor is not None and body.mentor != plan.mentor:
        _tell_mentor(act, body.mentor)
    act.record.title = body.title
    plan.aim, plan.mentor, plan.begins, plan.ends = body.aim, body.mentor, body.begins, body.ends
    if plan.next_review is not None and plan.next_review > plan.ends:
        plan.next_review = plan.ends
    _tell_changed(act)
    arrange(act, act.record.state)
    act.conclude(
        gettext_noop("%(number)s runs from %(begins)s to %(ends)s."), begins=body.begins, ends=body.ends
    )


def _wrong_told(plan: DevelopmentPlan, body: Told) -> Iterator[tuple[str, Label]]:
    yield from _wrong_frame(plan.person, body)
    opened = list(plan.actions.filter(state=Action.State.OPEN).select_related("responsible"))
    dues = [*(row.due for row in opened), *(row.due for row in plan.targets.all())]
    days = [due for due in dues if due is not None]
    sentence = _("Something of the plan is due on %(day)s; move that first.")
    if days and min(days) < body.begins:
        yield "begins", sentence % {"day": date_format(min(days))}
    if days and max(days) > body.ends >= body.begins:
        yield "ends", sentence % {"day": date_format(max(days))}
    if plan.mentor not in (None, body.mentor) and any(
        action.responsible_id == plan.mentor_id and not privy(action.responsible, plan.person, body.mentor)
        for action in opened
    ):
        sentence = _("%(name)s is responsible for an open action; give it to somebody else first.")
        yield "mentor", sentence % {"name": plan.mentor.name if plan.mentor is not None else ""}


def _tell_changed(act: Act) -> None:
    if act.record.state == "agreed":
        tell_person(act, gettext_noop("%(who)s changed what is agreed in %(number)s %(title)s."))


def _targets_as_is(situation: Situation) -> Mapping[str, Any]:
    rows = situation.detail.targets.select_related("subject").order_by("number")
    return {
        "targets": [
            {"subject": row.subject.number, "topic": row.topic, "level": row.level, "due": row.due}
            for row in rows
        ]
    }


@command(
    "development_plan",
    "set_targets",
    label=gettext_lazy("Set targets"),
    past=gettext_lazy("set its targets"),
    body=Targets,
    who=WRITERS,
    barred=(agreed_together,),
    initial=_targets_as_is,
    edits=True,
    reindexes=False,
    tolerates=ASIDE,
)
def set_targets(act: Act, body: Targets) -> None:
    """Say what the person is to hold, at which level, by when."""
    plan: DevelopmentPlan = act.detail
    old = {(row.subject_id, row.topic): row for row in plan.targets.all()}
    kept = {key: row.level for key, row in old.items()}
    wrong = dict(wrong_targets(plan.person, body.targets, kept))
    _refuse(iter({**wrong, **dict(_outside(body.targets, "targets", plan.begins, plan.ends))}.items()))
    number = max((row.number for row in old.values()), default=0)
    for target in body.targets:
        row = old.pop((target.subject.pk, target.topic), None)
        if row is None:
            number += 1
            Target.objects.create(plan=plan, number=number, **dict(target))
            continue
        row.met = row.met if row.level == target.level else None
        row.level, row.due = target.level, target.due
        row.save(update_fields=["met", "level", "due"])
    plan.targets.filter(pk__in=[row.pk for row in old.values()]).delete()
    _tell_changed(act)
    count = len(body.targets)
    one, more = gettext_noop("%(number)s has 1 target."), gettext_noop("%(number)s has %(count)s targets.")
    act.conclude(one if count == 1 else more, count=count)


def _actions_as_is(situation: Situation) -> Mapping[str, Any]:
    rows = situation.detail.actions.filter(state=Action.State.OPEN)
    names = ("number", "what", "kind", "due")
    return {
        "actions": [
            {
                **{name: getattr(row, name) for name in names},
                "about": row.about.number if row.about is not None else None,
                "responsible": row.responsible.username,
            }
            for row in rows.select_related("about", "responsible").order_by("number")
        ]
    }


@command(
    "development_plan",
    "set_actions",
    label=gettext_lazy("Set actions"),
    past=gettext_lazy("set its actions"),
    body=Actions,
    who=WRITERS,
    barred=(agreed_together,),
    initial=_actions_as_is,
    edits=True,
    reindexes=False,
    tolerates=ASIDE,
    hint=gettext_lazy("What is done or dropped already stays as it is."),
)
def set_actions(act: Act, body: Actions) -> None:
    """Say what is done for it, by whom and by when; each action keeps its number."""
    plan: DevelopmentPlan = act.detail
    old = {row.number: row for row in plan.actions.select_related("about", "responsible")}
    _refuse(_wrong_actions(act, body, old))
    last = max(old, default=0)
    named = {row.number for row in body.actions}
    for row in body.actions:
        given = _as_done_by(row, plan.person)
        action = old.get(row.number or 0)
        if action is None:
            last += 1
            Action.objects.create(plan=plan, **{**given, "number": last})
        elif action.state == Action.State.OPEN:
            for name, value in given.items():
                setattr(action, name, value)
            action.save()
    gone = [row.pk for row in old.values() if row.number not in named and row.state == Action.State.OPEN]
    plan.actions.filter(pk__in=gone).delete()
    _tell_changed(act)
    arrange(act, act.record.state)
    count = len(body.actions)
    one, more = gettext_noop("%(number)s has 1 action."), gettext_noop("%(number)s has %(count)s actions.")
    act.conclude(one if count == 1 else more, count=count)


def _wrong_actions(act: Act, body: Actions, old: Mapping[int, Action]) -> Iterator[tuple[str, Label]]:
    plan: DevelopmentPlan = act.detail
    seen: set[int] = set()
    for place, row in enumerate(body.actions):
        if row.number is None:
            continue
        if row.number not in old or row.number in seen:
            sentence = _("There is no action %(number)s here, or it stands here twice.")
            yield f"actions.{place}.number", sentence % {"number": row.number}
        elif old[row.number].state != Action.State.OPEN and not _same(old[row.number], row, plan.person):
            sentence = _("Action %(number)s is no longer open; it stays as it is.")
            yield f"actions.{place}.what", sentence % {"number": row.number}
        seen.add(row.number)
    left = [n for n, row in old.items() if n not in seen and row.state == Action.State.OPEN]
    if left and act.record.state == "agreed":
        sentence = _("It was agreed: drop action %(number)s with a note instead of taking it out.")
        yield "actions", sentence % {"number": min(left)}
    opened = [row for row in body.actions if row.number is None or row.number in old]
    yield from _outside(opened, "actions", plan.begins, plan.ends)
    yield from _not_privy(body.actions, plan.person, plan.mentor)


def _same(action: Action, row: KeptAction, person: User) -> bool:
    given = {**_as_done_by(row, person), "number": action.number}
    return all(getattr(action, name) == value for name, value in given.items())
