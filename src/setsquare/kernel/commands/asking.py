"""Telling people what is asked of them: a notice for each task that opens."""

from django.utils.translation import gettext_noop

from setsquare.kernel.accounts.rights import substitutes_of
from setsquare.kernel.commands.standing_in import kept_from
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.notices.models import Notice
from setsquare.kernel.tasks.kinds import kind_of
from setsquare.kernel.tasks.models import Task

IN_PLACE_OF = gettext_noop("For %(absent)s, who is away: %(number)s %(title)s waits for you.")


@subscribe("task.opened")
def tell_of_task(event: Event) -> None:
    """Send the assignee a notice, and those of their substitutes who may do it for them."""
    task = Task.objects.select_related("record", "assignee").filter(pk=event.payload["task"]).first()
    if task is None or task.done is not None:
        return
    kind = kind_of(task.kind)
    values = {"number": task.record.number, "title": task.record.title, "due": task.due.isoformat()}
    notices = [Notice(user=task.assignee, text=kind.request, values=values)]
    if kind.delegable:
        away = {**values, "absent": task.assignee.name}
        notices += [
            Notice(user=person, text=IN_PLACE_OF, values=away)
            for person in substitutes_of(task.assignee)
            if not kept_from(person, [task])
        ]
    for notice in notices:
        notice.record, notice.kind, notice.at = task.record, f"task.{task.kind}", event.at
    Notice.objects.bulk_create(notices)
