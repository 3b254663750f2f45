"""What a revised standard asks people to learn anew: the courses that its decision names ask them, once it holds.

Where the revision waits for people, they are asked as soon as it is approved; otherwise once it is in force. Each
handler asks how things stand rather than what the event says, so delivered twice or late it leaves the same behind.
"""

import datetime as dt
from collections.abc import Iterable

import structlog
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from setsquare.domains.documents.deciding.asked import WAITING, is_read_early
from setsquare.domains.documents.deciding.coverage import coverage_of, retrained_by
from setsquare.domains.documents.deciding.learning import Learning, know
from setsquare.domains.documents.deciding.models import Named
from setsquare.domains.documents.fields import today_at
from setsquare.domains.documents.models import Document, Revision, decision_of
from setsquare.domains.training.models import Retraining
from setsquare.domains.training.retraining.asking import forgo, retrain
from setsquare.domains.training.retraining.queries import completed_by
from setsquare.kernel.accounts.models import User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.things import Label
from setsquare.kernel.tasks.models import Task

IN_WORK = ("draft", "in_review", "in_approval")
log = structlog.get_logger()


def _why_no_course(record: Record) -> Label | None:
    if record.type != "course":
        return _("%(number)s is no course.") % {"number": record.number}
    if record.state != "offered":
        sentence = _("%(number)s is not offered now; choose a course that is.")
        return sentence % {"number": record.number}
    return None


know(Learning(_why_no_course, completed_by))


@subscribe(
    "revision.approve",
    "revision.decide_training",
    "revision.schedule",
    "revision.wait_no_longer",
    "revision.recall",
    "revision.distribute",
    "revision.release_readers",
)
def retraining_follows_revision(event: Event) -> None:
    """Have people take courses anew because of a revision that waits for them; no longer, where it is taken back."""
    revision = _revisions().filter(pk=event.record_id).first()
    if revision is not None and revision.record.state != "effective":
        follow(revision)


@subscribe("document.effective")
def retraining_follows_document(event: Event) -> None:
    """Have people take courses anew because of the revision that is in force now, by the days that were decided."""
    revision = _revisions().filter(document=event.record_id, record__state="effective").first()
    document = Document.objects.filter(pk=event.record_id, current=revision).exists()
    if revision is not None and document:
        follow(revision)


@subscribe("course.retire")
def a_retired_course_is_decided_on(event: Event) -> None:
    """Have it decided at once what becomes of revisions that wait for a course that nobody can take any more."""
    asked = Task.objects.filter(kind="coverage", done__isnull=True).values("record_id")
    waiting = _revisions().filter(WAITING, decision__rows__course=event.record_id).exclude(pk__in=asked)
    for revision in waiting.order_by("pk").distinct():
        coverage = coverage_of(revision)
        if coverage is not None and not coverage.reached:
            carry_out("revision", "ask_coverage", Actor.system(), record=revision.record)


@every(minutes=15)
def follow_waiting() -> int:
    """Follow who comes and goes among those whom a revision waits for."""
    waiting = _revisions().filter(WAITING, decision__rows__course__isnull=False).order_by("pk").distinct()
    return sum(map(follow, waiting))


def follow(revision: Revision) -> int:
    """Bring who takes courses anew because of a revision into line with what was decided; returns of how many."""
    if is_read_early(revision) or revision.record.state == "effective":
        return _begin(revision)
    if revision.record.state in IN_WORK:
        return _end(revision, but=())
    return 0


def _begin(revision: Revision) -> int:
    decision = decision_of(revision)
    wanted: dict[Record, list[Named]] = {}
    for row in decision.retraining if decision is not None else ():
        if row.course is not None:
            wanted.setdefault(row.course, []).append(row)
    done = _end(revision, but=wanted)
    for course, rows in wanted.items():
        try:
            done += _retrain(revision, course, rows)
        except CommandError as refused:  # such as a course that was retired meanwhile
            because = revision.record.number
            log.warning("retraining_refused", course=course.number, because=because, why=str(refused))
    return done


def _retrain(revision: Revision, course: Record, rows: list[Named]) -> bool:
    """Have people take one course anew; the earliest day that any row of the decision gives holds for all of them."""
    people: set[User] = set()
    for row in rows:
        people.update(retrained_by(revision, row))
    approved = revision.approved
    assert approved is not None
    planned = revision.effective_at or max(revision.effective_from or approved, approved)
    due = planned + dt.timedelta(days=min(row.days for row in rows))
    return retrain(
        course,
        people,
        revision.record,
        since=today_at(revision.record.unit, approved),
        due=due,
        lapses=due if revision.effective_at is not None else None,
        reason="; ".join(dict.fromkeys(row.reason for row in rows)),
    )


def _end(revision: Revision, but: Iterable[Record]) -> int:
    """Have nobody take courses anew because of a revision but these."""
    kept = [course.pk for course in but]
    gone = Retraining.objects.filter(because=revision.record).exclude(course__in=kept)
    rows = list(gone.select_related("course__record", "because"))
    for row in rows:
        forgo(row.course.record, row.because)
    return len(rows)


def _revisions() -> QuerySet[Revision]:
    return Revision.objects.select_related("record__unit", "document__record", "decision")
