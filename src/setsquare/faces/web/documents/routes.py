"""Who reviews and who signs a revision: what each has done, who is waited for."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from setsquare.domains.documents.meanings import APPROVAL_LABELS
from setsquare.domains.documents.models import Revision
from setsquare.kernel.accounts.models import User
from setsquare.kernel.tasks.kinds import outcome_label
from setsquare.kernel.tasks.models import Task

OUTCOMES = {
    "approved": ("green", "circle-check"),
    "rejected": ("red", "circle-x"),
    "no_objection": ("green", "circle-check"),
    "changes_needed": ("orange", "alert-triangle"),
}


def reviews_shown(revision: Revision, tasks: Iterable[Task]) -> list[dict[str, Any]]:
    """Return the reviews of the present round."""
    since = revision.submitted
    return [
        _asked(task)
        for task in tasks
        if task.kind == "review"
        and since is not None
        and task.opened >= since
        and task.outcome != "reassigned"
    ]


def _asked(task: Task) -> dict[str, Any]:
    now = timezone.now()
    colour, icon = OUTCOMES.get(task.outcome, ("grey", "circle-dashed"))
    return {
        "who": task.assignee,
        "done": task.done,
        "by": task.done_by if task.done_by_id not in (None, task.assignee_id) else None,
        "due": task.due,
        "overdue": task.done is None and task.due < now,
        "word": outcome_word(task),
        "colour": colour if task.done else ("red" if task.due < now else "purple"),
        "icon": icon if task.done else "clock",
    }


def outcome_word(task: Task) -> str:
    """Return how a review or approval ended, or that it is waited for."""
    if not task.outcome:
        return _("Waiting") if task.done is None else _("Done")
    return str(outcome_label(task.outcome))


def steps_shown(revision: Revision, tasks: Iterable[Task]) -> list[dict[str, Any]]:
    """Return the steps of the approval route as it was sent, with who signed, when, and who is waited for."""
    if not revision.route or revision.sent is None:
        return []
    by_step: dict[int, list[Task]] = {}
    for task in tasks:
        if task.kind == "approve" and task.opened >= revision.sent and task.outcome != "reassigned":
            by_step.setdefault(task.step, []).append(task)
    people = {task.assignee.username: task.assignee for tasks in by_step.values() for task in tasks}
    unknown = {name for step in revision.route for name in step["people"]} - people.keys()
    if unknown:
        people |= {person.username: person for person in User.objects.filter(username__in=unknown)}
    approved = revision.approved is not None
    return [
        _step(place, step, by_step.get(place, []), people, current=not approved and place == revision.step)
        for place, step in enumerate(revision.route, 1)
    ]


def _step(
    place: int, step: Mapping[str, Any], tasks: list[Task], people: Mapping[str, User], *, current: bool
) -> dict[str, Any]:
    asked = [_asked(task) for task in tasks]
    if not tasks:
        asked = [
            {"who": people[name], "done": None, "by": None, "due": None, "overdue": False, "word": "", "colour": "grey",
             "icon": "circle-dashed"}
            for name in step["people"]
            if name in people
        ]  # fmt: skip
    signed = sum(task.outcome == "approved" for task in tasks)
    needed = len(asked) if step["mode"] == "all" else int(step["needed"])
    done = bool(tasks) and not current and signed >= min(needed, 1)
    return {
        "number": place,
        "name": step["name"],
        "told": _told(step, done=done, current=current, who=_who(step, needed, len(asked))),
        "people": asked,
        "signed": signed,
        "needed": needed,
        "done": done,
        "current": current,
    }


def _told(step: Mapping[str, Any], *, done: bool, current: bool, who: str) -> str:
    """Say what a step's signatures say, as what was signed, is being signed or will be."""
    values = {"meaning": APPROVAL_LABELS.get(step["meaning"], ""), "who": who}
    if done:
        return _("Signed as “%(meaning)s”") % values
    if current:
        return _("To sign as “%(meaning)s” now: %(who)s") % values
    return _("Will sign as “%(meaning)s” later: %(who)s") % values


def _who(step: Mapping[str, Any], needed: int, asked: int) -> str:
    if asked == 1:
        return _("this person")
    if step["mode"] == "all" or needed == asked:
        return _("all of these")
    return ngettext("one of these", "%(count)s of these", needed) % {"count": needed}
