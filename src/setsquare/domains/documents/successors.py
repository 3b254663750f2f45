"""Who takes over what somebody was asked to do on a revision when they leave."""

from collections.abc import Iterator

from setsquare.domains.documents.models import Revision
from setsquare.domains.documents.permissions import APPROVE, CONTROL
from setsquare.domains.documents.routes import may_sign
from setsquare.domains.documents.rules import approvals, wrote
from setsquare.kernel.accounts.models import User
from setsquare.kernel.accounts.rights import permissions_in, substitutes_of
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task

PASSED_ON = ("review", "approve", "schedule")
"""Kinds of tasks that somebody else can be given."""
LEVELS = 5
"""How far up the line somebody is looked for."""


def successor_of(person: User, record: Record, heir: User | None = None) -> User | None:
    """Return who can take over a person's open tasks on a revision: their heir, a substitute, else the line.

    None where nobody can.
    """
    tasks = list(Task.objects.filter(record=record, assignee=person, done__isnull=True, kind__in=PASSED_ON))
    for candidate in (*([heir] if heir is not None else []), *_line(person)):
        if candidate.is_active and not any(why_not(candidate, record.revision, task) for task in tasks):
            return candidate
    return None


def _line(person: User) -> Iterator[User]:
    yield from substitutes_of(person).order_by("pk")
    above = person.manager
    for _level in range(LEVELS):
        if above is None:
            return
        yield above
        above = above.manager


def why_not(candidate: User, revision: Revision, task: Task) -> str:
    """Return the code of what keeps somebody from a task (author, right, signed, step, asked), or nothing."""
    if task.kind == "schedule":
        if CONTROL not in permissions_in(candidate, revision.record.unit_id):
            return "right"
        waiting = Task.objects.filter(record_id=revision.pk, kind=task.kind, done__isnull=True)
        return "asked" if waiting.filter(assignee=candidate).exists() else ""
    if wrote(candidate, revision):
        return "author"
    if task.kind == "approve" and not may_approve(candidate, revision):
        return "right"
    if task.kind == "approve" and approvals(revision).filter(done_by=candidate).exists():
        return "signed"
    if task.kind == "approve" and not may_sign(candidate, revision, task.step):
        return "step"
    since = revision.sent if task.kind == "approve" else revision.submitted
    same = Task.objects.filter(record_id=revision.pk, kind=task.kind, step=task.step, opened__gte=since)
    return "asked" if same.filter(assignee=candidate).exclude(outcome="reassigned").exists() else ""


def may_approve(person: User, revision: Revision) -> bool:
    """Tell whether a person may be asked to approve the revision."""
    needed = CONTROL if revision.kind == Revision.Kind.EDITORIAL else APPROVE
    return needed in permissions_in(person, revision.record.unit_id)
