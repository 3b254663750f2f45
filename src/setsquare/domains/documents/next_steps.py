"""What a revision's author or controller has to do next, as a task of theirs: answer, send on, schedule."""

import datetime as dt

from setsquare.domains.documents.models import Revision
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.act import Act
from setsquare.kernel.tasks.models import Task

DAYS = dt.timedelta(days=7)
TO_WRITE = dt.timedelta(days=30)
AFTER_REVIEW = ("answer_review", "send_for_approval")
OF_AUTHOR = (*AFTER_REVIEW, "work_on_draft")
KINDS = (*OF_AUTHOR, "schedule")


def ask_author(act: Act) -> None:
    """Ask the author to act on the finished review, by what was found: a task of the other kind is closed.

    While somebody still reviews, or outside the review, nothing is asked.
    """
    revision: Revision = act.detail
    reviews = Task.objects.filter(record=act.record, kind="review", opened__gte=revision.submitted or act.now)
    open_now = Task.objects.filter(record=act.record, kind__in=AFTER_REVIEW, done__isnull=True)
    if act.record.state != "in_review" or not reviews.exists() or reviews.filter(done__isnull=True).exists():
        act.finish(open_now, "not_needed")
        return
    unsettled = (
        reviews.filter(outcome="changes_needed").exists()
        or revision.comments.filter(answers__isnull=True, resolved__isnull=True).exists()
    )
    kind = "answer_review" if unsettled else "send_for_approval"
    act.finish(open_now.exclude(kind=kind, assignee=act.record.owner), "not_needed")
    act.ask(kind, act.record.owner, act.now + DAYS)


def ask_to_work_on(act: Act, days: dt.timedelta = DAYS) -> None:
    """Ask the author to work on the draft, where somebody else made it theirs: by a rejection, or for a change."""
    if act.actor.user != act.record.owner:
        act.ask("work_on_draft", act.record.owner, act.now + days)


def ask_to_schedule(act: Act, controllers: list[User]) -> list[User]:
    """Ask for the day on which the approved revision takes effect; returns whom.

    It is the document's owner or the author where they are among the `controllers` here, otherwise all of these.
    """
    revision: Revision = act.detail
    nearest = {revision.document.record.owner_id, act.record.owner_id}
    asked = [person for person in controllers if person.pk in nearest] or controllers
    act.ask_all("schedule", asked, act.now + DAYS)
    return asked


def close_steps(act: Act, outcome: str = "done") -> None:
    """Close what was asked of the author or controller here: it was done, or is no longer needed."""
    act.finish(Task.objects.filter(record=act.record, kind__in=KINDS), outcome)


def hand_steps_over(act: Act, author: User) -> None:
    """Give what is asked of the former author to the next one."""
    waiting = Task.objects.filter(record=act.record, kind__in=OF_AUTHOR, done__isnull=True)
    for task in waiting:
        act.finish([task], "handed_over")
        act.ask(task.kind, author, task.due)
