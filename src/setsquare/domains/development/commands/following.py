"""What the system does with a plan: noting that targets are met, following who comes and goes, keeping after."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from setsquare.domains.development.arranging import agreers, arrange
from setsquare.domains.development.commands.writing import tell_person
from setsquare.domains.development.looking import standings
from setsquare.domains.development.models import Action, DevelopmentPlan
from setsquare.domains.development.permissions import MANAGE
from setsquare.domains.development.scopes import sees
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.commands.bodies import Body
from setsquare.kernel.commands.declaration import Reason, command
from setsquare.kernel.commands.overdue import ESCALATE, REMIND, TaskList, open_of, remind
from setsquare.kernel.lifecycle import gettext_noop
from setsquare.kernel.qualifications.days import day_in
from setsquare.kernel.tasks.kinds import kind_of
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import some

_BY_SYSTEM = {"reason": Reason.NEVER, "reindexes": False}


@command(
    "development_plan",
    "note_met",
    label=gettext_lazy("Note what is met"),
    past=gettext_lazy("noted that a target is met"),
    **_BY_SYSTEM,
)
def note_met(act: Act, _body: Body) -> None:
    """Note the targets that the person has come to hold, and tell them and their line manager."""
    plan: DevelopmentPlan = act.detail
    met = [one for one in standings(plan) if one.met and one.target.met is None]
    for one in met:
        one.target.met = day_in(act.now, plan.person.unit)
        one.target.save(update_fields=["met"])
    names = some(str(one.target) for one in met)
    act.say(gettext_noop("%(names)s"), names=names)
    if not met:
        return
    told: dict[str, Any] = {"number": act.record.number, "title": act.record.title, "names": names}
    act.tell(
        plan.person, "development", gettext_noop("Target met in %(number)s %(title)s: %(names)s."), **told
    )
    if (manager := plan.person.manager) is not None and manager.is_active:
        sentence = gettext_noop("%(person)s met a target of %(number)s %(title)s: %(names)s.")
        act.tell(manager, "development", sentence, person=plan.person.name, **told)


@command(
    "development_plan",
    "arrange",
    label=gettext_lazy("Arrange"),
    past=gettext_lazy("arranged who does what"),
    **_BY_SYSTEM,
)
def follow(act: Act, _body: Body) -> None:
    """Follow who left, moved or has another manager: ask whom it concerns now, and take out who is gone."""
    plan: DevelopmentPlan = act.detail
    if plan.person.unit is not None:
        act.record.unit = plan.person.unit
    gone = _release(act)
    arrange(act, act.record.state)
    if gone:
        names = some(one.name for one in gone)
        act.say(gettext_noop("in place of %(names)s"), names=names)
        sentence = gettext_noop(
            "%(names)s is no longer part of %(number)s %(title)s; what was theirs is yours now."
        )
        tell_person(act, sentence, names=names)


def _release(act: Act) -> list[User]:
    """Take out who left or no longer sees the plan: their actions go to its person; returns who it was."""
    plan: DevelopmentPlan = act.detail
    gone: list[User] = []
    if plan.mentor is not None and not plan.mentor.is_active:
        gone.append(plan.mentor)
        plan.mentor = None
    for action in plan.actions.filter(state=Action.State.OPEN).select_related("responsible"):
        person = action.responsible
        if not person.is_active or not sees(person, plan):
            gone.append(person)
            action.responsible = plan.person
            action.save(update_fields=["responsible"])
    return list(dict.fromkeys(gone))


@command(
    "development_plan",
    REMIND,
    label=gettext_lazy("Remind"),
    past=gettext_lazy("reminded people of it"),
    body=TaskList,
    **_BY_SYSTEM,
)
def remind_due(act: Act, body: TaskList) -> None:
    """Remind the people of these tasks that they are nearly due; done by the clock."""
    remind(act, open_of(act, body))


@command(
    "development_plan",
    ESCALATE,
    label=gettext_lazy("Escalate"),
    past=gettext_lazy("told the line of what is overdue"),
    body=TaskList,
    **_BY_SYSTEM,
)
def escalate(act: Act, body: TaskList) -> None:
    """Tell the line manager of the plan's person what is overdue: never the line of a mentor, who does not see it."""
    plan: DevelopmentPlan = act.detail
    tasks = [task for task in open_of(act, body) if task.escalated is None]
    act.escalate(tasks)
    for task in tasks:
        for head in _above(plan, task):
            act.tell(
                head,
                "escalation",
                kind_of(task.kind).overdue,
                number=act.record.number,
                title=act.record.title,
                names=task.assignee.name,
            )
    act.say(gettext_noop("%(names)s"), names=some(dict.fromkeys(task.assignee.name for task in tasks)))


def _above(plan: DevelopmentPlan, task: Task) -> list[User]:
    """Return who is told that somebody is late: the line manager; of a late line manager who manages development."""
    line: list[User] = [one for one in agreers(plan) if one != task.assignee]
    if not line and plan.person.unit is not None:
        others: QuerySet[User] = people_permitted(MANAGE, plan.person.unit)
        line = list(others.exclude(pk__in=(plan.person_id, task.assignee_id)))
    return line or [plan.person]
