"""What documents do upon events and by the clock: taking effect, reading, reminding, people who come and go."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from itertools import islice

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from setsquare.domains.documents.audiences import (
    asked_in_vain,
    asked_in_vain_of,
    mark_what_reaches_beyond,
    not_asked_yet,
    to_read_by,
)
from setsquare.domains.documents.commands.distributing import People
from setsquare.domains.documents.deciding.asked import WAITING
from setsquare.domains.documents.deciding.clock import ready
from setsquare.domains.documents.importing.jobs import carry_on
from setsquare.domains.documents.models import Audience, ControlledCopy, Document, Revision
from setsquare.domains.documents.successors import PASSED_ON, successor_of
from setsquare.kernel.accounts.models import Grant, Unit, User
from setsquare.kernel.commands.declaration import Actor
from setsquare.kernel.commands.errors import CommandError, Refused
from setsquare.kernel.commands.leaving import LEFT_BEHIND, owned_by, people_of
from setsquare.kernel.commands.running import carry_out
from setsquare.kernel.events.clock import every
from setsquare.kernel.events.dispatch import subscribe
from setsquare.kernel.events.models import Event
from setsquare.kernel.records.models import Record
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry

AT_A_TIME = 500
"""People whom one command asks; with more, other writers would wait too long."""
REVIEW_AHEAD = dt.timedelta(days=30)
"""How long before it is due the owner is asked for a periodic review."""
LOOK_BACK = dt.timedelta(days=2)

log = structlog.get_logger()


@subscribe("document.effective", "document.set_audience")
def reading_follows_document(event: Event) -> None:
    """Ask the audience to read what took effect, and whoever an audience gained; release whom it lost."""
    document = Document.objects.select_related("current__record", "record").filter(pk=event.record_id).first()
    if document is not None:
        for revision in _read_now(Q(pk=document.pk)):
            reconcile(revision)


@subscribe("revision.approve", "revision.decide_training", "revision.wait_no_longer")
def reading_begins_early(event: Event) -> None:
    """Ask people to read what is approved and waits for them, and release whom a new decision leaves out."""
    revision = Revision.objects.select_related("record", "document").filter(pk=event.record_id).first()
    if revision is not None and revision.record.state == "approved":
        reconcile(revision)


def _read_now(documents: Q) -> QuerySet[Revision]:
    """Return the revisions of documents that are read now: in force, or approved and waiting for their readers."""
    read = WAITING | Q(record__state="effective", document__record__state="effective")
    found = Revision.objects.filter(read, document__in=Document.objects.filter(documents))
    return (
        found.select_related("record", "document__record", "decision").order_by("document", "pk").distinct()
    )


def reconcile(revision: Revision) -> int:
    """Bring the reading of a revision into line with who has to read it; returns for how many people."""
    moved = 0
    for people in _portions(asked_in_vain(revision)):
        _by_system("revision", "release_readers", revision.record, People(people=people))
        moved += len(people)
    for people in _portions(not_asked_yet(revision)):
        _by_system("revision", "distribute", revision.record, People(people=people))
        moved += len(people)
    return moved


def _portions(people: QuerySet[User]) -> Iterator[list[User]]:
    everybody = iter(list(people))
    while portion := list(islice(everybody, AT_A_TIME)):
        yield portion


def _by_system(thing: str, name: str, record: Record, body: object = None, reason: str = "") -> None:
    carry_out(thing, name, Actor.system(), record=record, body=body, reason=reason)


@subscribe("person.hire", "person.grant_role", "person.revoke_role", "person.transfer", "person.return")
def reading_follows_person(event: Event) -> None:
    """Ask who joined a role or unit to read what it has to read, and release who left one."""
    person = _person_of(event)
    if person is not None:
        reconcile_people([person])


def _person_of(event: Event) -> User | None:
    return User.objects.filter(file__record=event.record_id).first() if event.record_id else None


def reconcile_people(people: Iterable[User]) -> int:
    """Bring the reading of people into line with their units and roles; returns how many readings it concerns."""
    released: dict[Record, list[User]] = {}
    asked: dict[Record, list[User]] = {}
    for person in people:
        for task in asked_in_vain_of(person):
            released.setdefault(task.record, []).append(person)
        if person.is_active:
            for revision in to_read_by(person):
                asked.setdefault(revision.record, []).append(person)
    for record, those in released.items():
        _by_system("revision", "release_readers", record, People(people=those))
    for record, those in asked.items():
        _by_system("revision", "distribute", record, People(people=those))
    return sum(map(len, [*released.values(), *asked.values()]))


@subscribe("unit.move")
def reading_follows_unit(event: Event) -> None:
    """Let an audience see what it has to read, and ask whom it gained, where a unit stands in another place."""
    mark_what_reaches_beyond(Audience.objects.all())
    moved = Unit.objects.filter(file__record=event.record_id).first()
    if moved is None:
        return
    place = Q(paths_up__ancestor=moved) | Q(paths_down__descendant=moved)
    if (left := _parent_before(event)) is not None:
        place |= Q(paths_down__descendant__code=left)
    for revision in _read_now(Q(audience__unit__in=Unit.objects.filter(place))):
        reconcile(revision)


def _parent_before(event: Event) -> str | None:
    """Return the code of the unit that a moved one was part of."""
    before = Entry.objects.filter(record=event.record_id, seq=event.payload["version"] - 1).first()
    parent: str | None = json.loads(before.state).get("parent") if before is not None else None
    return parent


@subscribe("person.leave")
def reading_of_who_left(event: Event) -> None:
    """Release who left from their reading; what else they leave behind comes by events of its own."""
    person = _person_of(event)
    if person is not None:
        reconcile_people([person])


@subscribe(LEFT_BEHIND)
def work_left_behind(event: Event) -> None:
    """Hand a document, type or revision of who left to who takes over; delivered twice, nothing is left to do."""
    people, record = people_of(event), event.record
    if people is None or record is None:
        return
    person, heir = people
    if record.type in ("document", "document_type") and heir is not None:
        asked = Task.objects.filter(record=record, assignee=person, done__isnull=True).exists()
        if asked or owned_by(person).filter(pk=record.pk).exists():
            body = {"person": person, "to": heir}
            _by_system(record.type, "pass_on", record, body, reason=f"{person.name} left.")
    elif record.type == "revision":
        _pass_on_revision(record, person, heir)


def _pass_on_revision(record: Record, person: User, heir: User | None) -> None:
    """Give a revision in work another author; its reviews and approvals go to the heir, a substitute or the line."""
    reason, gap = f"{person.name} left.", False
    if heir is not None and owned_by(person).filter(pk=record.pk).exists():
        try:
            with transaction.atomic():
                _by_system("revision", "hand_over", record, {"author": heir}, reason=reason)
        except Refused:  # the heir reviews or approves it
            gap = True
    waiting = Task.objects.filter(record=record, assignee=person, done__isnull=True)
    if waiting.filter(kind__in=PASSED_ON).exists():
        record = Record.objects.select_related("owner", "unit", "revision").get(pk=record.pk)
        successor = successor_of(person, record, heir)
        gap = gap or successor is None
        if successor is not None:
            body = {"person": person, "to": successor}
            _by_system("revision", "reassign", record, body, reason=reason)
    if gap:
        _by_system("revision", "report_gap", record, {"person": person}, reason=reason)


@every(seconds=20)
def take_effect_when_due() -> int:
    """Put every revision into force whose time has come, and for whom enough people have done what it asks."""
    due = Revision.objects.filter(
        record__state="approved", effective_at__isnull=True, effective_from__lte=timezone.now()
    )
    return _each("revision", "make_effective", ready(due.order_by("effective_from")))


def _each(thing: str, name: str, keys: Iterable[int]) -> int:
    """Carry a command of the system out on each record; one that is refused does not keep the others back."""
    done = 0
    for record in Record.objects.filter(pk__in=list(keys)).order_by("pk"):
        try:
            _by_system(thing, name, record)
            done += 1
        except CommandError as refused:
            log.warning(
                "clock_command_refused", command=f"{thing}.{name}", record=record.number, why=str(refused)
            )
    return done


@every(hours=6)
def follow_people() -> int:
    """Bring the reading of people into line whose roles began or ended of themselves, or who came in lately."""
    now = timezone.now()
    since = now - LOOK_BACK
    changed = Grant.objects.filter(Q(starts__range=(since, now)) | Q(ends__range=(since, now)))
    people = User.objects.filter(Q(pk__in=changed.values("user_id")) | Q(joined__gte=since), is_active=True)
    return reconcile_people(people.order_by("pk"))


@every(hours=6)
def call_reviews() -> int:
    """Ask the owners for the periodic reviews that come due."""
    bound = timezone.localdate() + REVIEW_AHEAD
    asked = Task.objects.filter(kind="periodic_review", done__isnull=True)
    due = Document.objects.filter(record__state="effective", next_review__lte=bound).exclude(
        pk__in=asked.values("record_id")
    )
    return _each("document", "call_review", due.values_list("pk", flat=True))


@every(hours=6)
def remind_of_copies() -> int:
    """Remind once of every copy that is out beyond its day."""
    late = ControlledCopy.objects.filter(
        reconciled__isnull=True, reminded__isnull=True, until__lt=timezone.localdate()
    )
    done = 0
    for copy in late.select_related("revision", "document__record").order_by("pk"):
        _by_system("document", "remind_copy", copy.document.record, {"label": copy.label})
        done += 1
    return done


@every(seconds=2)
def import_more() -> int:
    """Check or import the next lines of the imports at work."""
    return carry_on()
