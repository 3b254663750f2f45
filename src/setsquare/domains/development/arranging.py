"""What a plan asks of whom, derived from how it stands: agreeing it, doing its actions, reviewing it."""

import datetime as dt

from setsquare.domains.development.looking import done_of
from setsquare.domains.development.models import Action, DevelopmentPlan
from setsquare.domains.development.permissions import MANAGE
from setsquare.domains.development.work import ACT, AGREE, REVIEW
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import people_permitted
from setsquare.kernel.commands.act import Act
from setsquare.kernel.qualifications.days import end_of
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.writing.sentences import in_percent

TO_AGREE = dt.timedelta(days=10)
A_MOMENT = dt.timedelta(seconds=1)
"""What is due on a day is due in its last moment."""
Wanted = dict[tuple[str, int, User], dt.datetime | None]
"""By kind, step and person by when it has to be done; None: some days from the time when it is asked."""


def agreers(plan: DevelopmentPlan) -> list[User]:
    """Return who is asked to agree: the line manager, else who manages development there; never the person."""
    manager = plan.person.manager
    if manager is not None and manager.is_active:
        return [manager]
    unit = plan.person.unit
    return list(people_permitted(MANAGE, unit).exclude(pk=plan.person_id)) if unit is not None else []


def reviewer(plan: DevelopmentPlan) -> User:
    """Return who is asked to review: the line manager, else the person."""
    manager: User | None = plan.person.manager
    person: User = plan.person
    return manager if manager is not None and manager.is_active else person


def arrange(act: Act, state: str) -> None:
    """Have the plan ask what it has to in a state: what is asked already stays as it is."""
    plan: DevelopmentPlan = act.detail
    actions = list(plan.actions.select_related("responsible").order_by("number"))
    wanted = _wanted(plan, actions, state)
    opened = Task.objects.filter(record=act.record, done__isnull=True).select_related("assignee")
    for task in opened.order_by("id"):
        key = (task.kind, task.step, task.assignee)
        if key in wanted and wanted[key] in (None, task.due):
            del wanted[key]
        else:
            act.finish([task], "reassigned" if state == "agreed" else "not_needed")
    for (kind, step, person), due in wanted.items():
        act.ask(kind, person, due or act.now + TO_AGREE, step=step)
    done, _dropped, total = done_of(actions)
    plan.progress = in_percent(done, total)


def _wanted(plan: DevelopmentPlan, actions: list[Action], state: str) -> Wanted:
    if state == "proposed":
        return {(AGREE.code, 0, person): None for person in agreers(plan)}
    if state != "agreed":
        return {}
    wanted: Wanted = {
        (ACT.code, action.number, action.responsible): _by(action.due, plan)
        for action in actions
        if action.state == Action.State.OPEN
    }
    return wanted | {(REVIEW.code, 0, reviewer(plan)): _by(plan.next_review or plan.ends, plan)}


def _by(day: dt.date, plan: DevelopmentPlan) -> dt.datetime:
    return end_of(day, plan.person.unit) - A_MOMENT
