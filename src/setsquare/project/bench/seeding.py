"""Filling a database of its own with a chosen number of records, the same at every run.

The rows are written directly, as no command could in reasonable time; they are of the form that commands leave.
"""

import datetime as dt
import hashlib
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.utils import timezone

from setsquare.domains.changes.models import ChangeRequest
from setsquare.domains.documents.models import Document, DocumentType, Revision
from setsquare.domains.documents.starter_types import starter_types
from setsquare.domains.organisation.bootstrap import add_person, add_unit, establish, grant
from setsquare.kernel.accounts.models import Unit, User
from setsquare.kernel.commands.altered import enter_altered
from setsquare.kernel.files.models import Text
from setsquare.kernel.records.models import Record
from setsquare.kernel.records.numbering import key_of
from setsquare.kernel.records.things import SearchText, thing_of
from setsquare.kernel.search.index import index
from setsquare.kernel.tasks.models import Task
from setsquare.kernel.trail.models import Entry
from setsquare.kernel.writing.canonical import canonical
from setsquare.project.bench.words import COMMON_WORD, RARE, text, vocabulary

BATCH = 2_000
PASSWORD = "bench only, never served"  # noqa: S105
PERSON = "bench"
"""Who measures: a document controller of the whole organisation."""
SITES, DEPARTMENTS, PEOPLE = 5, 10, 100
APPROVALS = 400
"""Revisions that wait for the approval of the person who measures."""
ENOUGH = 80
"""How many of them a run uses up."""

M = TypeVar("M", bound=models.Model)


@dataclass
class Seed:
    """What is needed while seeding."""

    size: int
    tell: Callable[[str], None]
    chance: random.Random = field(default_factory=lambda: random.Random(20_26))  # noqa: S311  not secret
    rare: list[str] = field(default_factory=vocabulary)
    units: list[Unit] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    kinds: list[DocumentType] = field(default_factory=list)
    now: dt.datetime = field(default_factory=timezone.now)
    next_record: int = 0

    def record(self, type_: str, number: str, title: str, state: str, age: float) -> Record:
        """Return the next record, last changed `age` (0 to 1) of two years ago."""
        self.next_record += 1
        changed = self.now - dt.timedelta(days=730 * age)
        final = thing_of(type_).lifecycle.state(state).final
        return Record(
            id=self.next_record,
            type=type_,
            number=number,
            number_key=key_of(number),
            title=title,
            state=state,
            owner=self.chance.choice(self.people),
            unit=self.chance.choice(self.units),
            version=2,
            created=changed - dt.timedelta(days=30),
            changed=changed,
            closed=changed if final else None,
        )


def seed(size: int, tell: Callable[[str], None]) -> None:
    """Fill the database with `size` records: a fifth documents, a fifth revisions, the rest change requests."""
    made = Seed(size, tell)
    _organisation(made)
    made.next_record = Record.objects.order_by("-id").values_list("id", flat=True).first() or 0
    with transaction.atomic():
        _documents(made, size // 5)
        _changes(made, size - 2 * (size // 5))
    _reset_sequences()
    _enter_rest()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def top_up() -> None:
    """Add revisions that wait for approval, where earlier runs have used up most of them."""
    if waiting().count() >= ENOUGH:
        return
    made = Seed(0, lambda _: None)
    made.units = list(Unit.objects.order_by("id"))
    made.people = list(User.objects.filter(username__startswith="p").order_by("id"))
    made.kinds = list(DocumentType.objects.order_by("code"))
    made.next_record = Record.objects.order_by("-id").values_list("id", flat=True)[0]
    first = Document.objects.count()
    with transaction.atomic():
        _document_batch(made, range(first, first + APPROVALS), first + APPROVALS)
    _reset_sequences()
    _enter_rest()


def waiting() -> "models.QuerySet[Task]":
    """Return what waits for the approval of the person who measures."""
    return Task.objects.filter(kind="approve", assignee__username=PERSON, done__isnull=True)


def _enter_rest() -> None:
    """Enter what the entries of what is to be approved leave out: it then is as commands leave it."""
    for task in waiting().select_related("record"):
        enter_altered(task.record)


def _organisation(made: Seed) -> None:
    establish("Bench", "ORG", "Europe/Berlin", username="root", name="Root", password=PASSWORD)
    for site in range(1, SITES + 1):
        add_unit(f"S{site}", f"Site {site}", "site", "ORG", "Europe/Berlin")
        for department in range(1, DEPARTMENTS + 1):
            add_unit(f"S{site}D{department}", f"Department {site}.{department}", "department", f"S{site}")
    made.units = list(Unit.objects.order_by("id"))
    for n in range(PEOPLE):
        person = add_person(f"p{n}", f"Person {n}", made.chance.choice(made.units).code)
        grant(person, "reader", f"S{n % SITES + 1}")
        made.people.append(person)
    person = add_person(PERSON, "Bench Controller", "ORG", password=PASSWORD)
    for role in ("controller", "head", "reader"):
        grant(person, role, "ORG")
    starter_types()
    made.kinds = list(DocumentType.objects.order_by("code"))


def _documents(made: Seed, count: int) -> None:
    for start in range(0, count, BATCH):
        _document_batch(made, range(start, min(start + BATCH, count)), min(APPROVALS, made.size // 20))
        if start % 50_000 == 0:
            made.tell(f"  {start:,} of {count:,} documents")


def _document_batch(made: Seed, numbers: range, first_in_force: int) -> None:
    """Make the documents of these numbers; the revisions before the first in force wait for approval."""
    records, documents, revisions, texts, tasks, found = [], [], [], [], [], []
    measurer = User.objects.get(username=PERSON)
    for n in numbers:
        waits = n < first_in_force
        title = f"Procedure {n} for {made.chance.choice(made.rare)}"
        age = made.chance.random()
        record = made.record("document", f"B-{n:06}", title, "preparing" if waits else "effective", age)
        state = "in_approval" if waits else "effective"
        version = made.record("revision", f"B-{n:06}/1", title, state, age)
        version.unit = record.unit
        body = _body(made, n)
        digest = hashlib.sha256(body.encode()).hexdigest()
        texts.append(Text(digest=digest, body=body))
        document, revision = _pair(made, record, version, digest, waits)
        records += [record, version]
        documents.append(document)
        revisions.append(revision)
        if waits:
            tasks.append(_task(made, version, measurer, "approve", 1))
        elif n % 10 == 0:
            tasks.append(
                _task(made, version, measurer if n % 1000 == 0 else made.chance.choice(made.people), "read")
            )
        if n % 2 == 0:
            found.append((record, SearchText(title, "", body)))
    Record.objects.bulk_create(records)
    Text.objects.bulk_create(texts, ignore_conflicts=connection.vendor == "postgresql")
    Document.objects.bulk_create(documents)
    Revision.objects.bulk_create(revisions)
    _connect(documents, revisions)
    Task.objects.bulk_create(tasks)
    _trail(made, records)
    for record, words in found:
        index(record, words)


def _body(made: Seed, n: int) -> str:
    words = text(made.chance, made.rare, 150 if n % 2 == 0 else 9)
    rare = f" {RARE}" if n % 10_000 == 0 else ""
    return f"{words}\n\nNo. {n} {COMMON_WORD}{rare}"


def _pair(made: Seed, record: Record, version: Record, digest: str, waits: bool) -> tuple[Document, Revision]:
    document = Document(
        record=record,
        kind=made.chance.choice(made.kinds),
        area=f"Area {made.chance.randrange(20)}",
        review_months=24,
        next_review=(record.changed + dt.timedelta(days=730)).date(),
        effective_since=None if waits else record.changed,
    )
    route = [{"name": "Approval", "mode": "all", "needed": 1, "meaning": "approval", "people": [PERSON]}]
    revision = Revision(
        record=version,
        document=document,
        ordinal=1,
        is_open=waits,
        content_id=digest,
        summary="First issue",
        authors=[version.owner.username],
        round=1,
        route=route if waits else [],
        step=1 if waits else 0,
        sent=version.changed,
        effective_at=None if waits else version.changed,
    )
    return document, revision


def _connect(documents: list[Document], revisions: list[Revision]) -> None:
    for document, revision in zip(documents, revisions, strict=True):
        if revision.is_open:
            document.open_revision = revision
        else:
            document.current = revision
    Document.objects.bulk_update(documents, ["open_revision", "current"], batch_size=400)


def _task(made: Seed, record: Record, person: User, kind: str, step: int = 0) -> Task:
    due = made.now + dt.timedelta(days=made.chance.randrange(-10, 30))
    return Task(record=record, kind=kind, assignee=person, due=due, opened=record.changed, step=step)


def _changes(made: Seed, count: int) -> None:
    states = ("draft", "submitted", "assessed", "accepted", "closed", "closed", "closed")
    for start in range(0, count, BATCH):
        records = [
            made.record(
                "change_request",
                f"CR-2020-{n:07}",
                f"Change {n} of {made.chance.choice(made.rare)}",
                made.chance.choice(states),
                made.chance.random(),
            )
            for n in range(start, min(start + BATCH, count))
        ]
        Record.objects.bulk_create(records)
        ChangeRequest.objects.bulk_create(_change(record) for record in records)
        _trail(made, records)
        if start % 100_000 == 0:
            made.tell(f"  {start:,} of {count:,} change requests")


def _change(record: Record) -> ChangeRequest:
    return ChangeRequest(
        record=record, what="What is to change.", why="Why it is to change.", requested_by=record.owner
    )


def _trail(made: Seed, records: Iterable[Record]) -> None:
    entries = [entry for record in records for entry in _entries(record)]
    Entry.objects.bulk_create(entries, batch_size=BATCH)


def _entries(record: Record) -> Iterator[Entry]:
    for seq, command, at in ((1, "create", record.created), (2, "edit", record.changed)):
        state: dict[str, Any] = {
            "type": record.type,
            "number": record.number,
            "title": record.title,
            "state": record.state if seq == record.version else thing_of(record.type).lifecycle.initial,
            "owner": record.owner.username,
            "unit": record.unit.code,
            "version": seq,
        }
        canon = canonical(state)
        yield Entry(
            record=record,
            seq=seq,
            at=at,
            actor=record.owner,
            actor_name=record.owner.name,
            command=command,
            channel="web",
            state=canon.decode(),
            digest=hashlib.sha256(canon).hexdigest(),
        )


def _reset_sequences() -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('records_record', 'id'), (SELECT max(id) FROM records_record))"
        )
