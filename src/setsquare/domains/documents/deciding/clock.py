"""What follows from decisions and readings by the clock and upon events: early reading, waiting, who is qualified."""

import datetime as dt
from collections.abc import Iterator

import structlog
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from setsquare.domains.documents.commands.qualifying import JUST, Limited, Read, Readers
from setsquare.domains.documents.deciding.asked import WAITING, counted
from setsquare.domains.documents.deciding.coverage import coverage_of
from setsquare.domains.documents.fields import today_at
from setsquare.domains.documents.models import Document, Revision, decision_of
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.qualifications.models import Qualification
from setsquare.kernel.tasks.models import Task

AT_A_TIME = 200
"""People whom one command qualifies; with more, other writers would wait too long."""
log = structlog.get_logger()


def ready(revisions: QuerySet[Revision]) -> Iterator[int]:
    """Yield the keys of those of the revisions that wait for nobody, or for whom enough have done what they ask."""
    for revision in revisions.select_related("record__unit", "document", "decision"):
        coverage = coverage_of(revision)
        if coverage is None or coverage.reached:
            yield revision.pk


@every(minutes=15)
def ask_where_too_few() -> int:
    """Have it decided what becomes of revisions that wait for people beyond the last day that was given."""
    asked = Task.objects.filter(kind="coverage", done__isnull=True).values("record_id")
    late = Revision.objects.filter(WAITING, decision__latest__lt=timezone.localdate() + dt.timedelta(days=2))
    done = 0
    for revision in late.exclude(pk__in=asked).select_related("record__unit", "document", "decision"):
        decision, coverage = decision_of(revision), coverage_of(revision)
        today = today_at(revision.record.unit, timezone.now())
        past = decision is not None and decision.latest is not None and decision.latest < today
        if past and coverage is not None and not coverage.reached:
            try:
                carry_out("revision", "ask_coverage", Actor.system(), record=revision.record)
                done += 1
            except CommandError as refused:
                log.warning("clock_command_refused", record=revision.record.number, why=str(refused))
    return done


@subscribe("document.effective")
def qualify_readers_of(event: Event) -> None:
    """Qualify who read a revision before it took effect, and limit until when having read the one before counts."""
    if event.record_id is not None:
        follow_readings(Q(pk=event.record_id))


@every(hours=6)
def follow_all_readings() -> int:
    """Do the same for every document: also for readings that were confirmed before that qualified anybody."""
    return follow_readings(Q())


def follow_readings(which: Q) -> int:
    """Bring who is qualified in documents into line with who has read them; returns how many people it concerns."""
    in_force = Document.objects.filter(which, record__state="effective", current__isnull=False)
    done = 0
    for document in in_force.filter(_behind()).select_related("record", "current__decision").order_by("pk"):
        done += _note(document) + _limit(document)
    return done


def _behind() -> Q:
    """Return the condition on documents that somebody has read and is not qualified by, or whose reading lapses."""
    unnoted = _unnoted().filter(record__revision__document=OuterRef("pk"))
    return Exists(unnoted) | Exists(_unlimited().filter(subject=OuterRef("pk")))


def _unnoted() -> QuerySet[Task]:
    """Return the readings that count as of today and by which nobody is qualified."""
    qualified = Qualification.objects.filter(
        user=OuterRef("assignee"),
        subject=OuterRef("record__revision__document"),
        evidence__revision__ordinal__gte=OuterRef("record__revision__ordinal"),
    )
    asked = Task.objects.filter(
        kind="read",
        done__isnull=True,
        assignee=OuterRef("assignee"),
        record=OuterRef("record__revision__document__current"),
    )
    base = Coalesce(F("record__revision__document__current__reading_base"), 1)
    enough = Q(record__revision__ordinal__gte=base)
    return (
        counted()
        .filter(record__state__in=("effective", "superseded"))
        .filter(enough | Exists(asked))
        .exclude(Exists(qualified))
    )


def _unlimited() -> QuerySet[Qualification]:
    """Return the qualifications by an earlier revision of people who have to read the one in force."""
    asked = Task.objects.filter(
        kind="read",
        done__isnull=True,
        assignee=OuterRef("user"),
        record=OuterRef("evidence__revision__document__current"),
    )
    held = Qualification.objects.filter(ended__isnull=True, until__isnull=True, evidence__type="revision")
    return held.exclude(evidence=F("evidence__revision__document__current")).filter(Exists(asked))


def _note(document: Document) -> int:
    rows = (
        _unnoted().filter(record__revision__document=document).select_related("assignee", "record__revision")
    )
    due = _lapses(document)
    newest: dict[int, Task] = {}
    for task in rows.order_by("-record__revision__ordinal", "-done"):
        newest.setdefault(task.assignee_id, task)
    by_revision: dict[int, list[Task]] = {}
    for task in newest.values():
        by_revision.setdefault(task.record_id, []).append(task)
    for tasks in by_revision.values():
        for start in range(0, len(tasks), AT_A_TIME):
            portion = tasks[start : start + AT_A_TIME]
            body = Readers(readers=[_read(task, document, due) for task in portion])
            carry_out("revision", "note_readers", Actor.system(), record=portion[0].record, body=body)
    return len(newest)


def _read(task: Task, document: Document, due: dict[int, dt.datetime]) -> Read:
    """Return since when somebody is qualified, and until when if they have to read what is in force now."""
    since = task.done
    assert since is not None
    until = due.get(task.assignee_id) if task.record_id != document.current_id else None
    return Read(
        person=task.assignee, since=since, until=max(until, since + JUST) if until is not None else None
    )


def _limit(document: Document) -> int:
    held = _unlimited().filter(subject=document.record).select_related("user", "evidence")
    due = _lapses(document)
    groups: dict[tuple[int, dt.datetime], list[Qualification]] = {}
    for row in held.order_by("pk"):
        groups.setdefault((row.evidence_id, due[row.user_id]), []).append(row)
    for (_evidence, until), rows in groups.items():
        for start in range(0, len(rows), AT_A_TIME):
            portion = rows[start : start + AT_A_TIME]
            body = Limited(people=[row.user for row in portion], until=until)
            carry_out("revision", "limit_readers", Actor.system(), record=portion[0].evidence, body=body)
    return sum(map(len, groups.values()))


def _lapses(document: Document) -> dict[int, dt.datetime]:
    """Return until when having read an earlier revision counts, for each person who is asked to read the one in force.

    It is until the reading is due, or the revision takes effect where that is later, and the days that were decided.
    """
    current = document.current
    assert current is not None and current.effective_at is not None
    decision = decision_of(current)
    kept = dt.timedelta(days=decision.kept_days if decision is not None else 0)
    asked = Task.objects.filter(record_id=current.pk, kind="read", done__isnull=True)
    return {
        person: max(due, current.effective_at) + kept
        for person, due in asked.values_list("assignee_id", "due")
    }
